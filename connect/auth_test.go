package connect_test

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/httpclient"
	"sluice/engine/core"
	"sluice/examples/shop"
)

// erp is a connection to the ERP of the shop, which lets callers in by code of its own.
func erp(t *testing.T, set *connect.Set, base string, auth, secrets core.Object) *httpclient.Client {
	t.Helper()
	text, err := json.Marshal(core.Object{
		"id": "erp", "type": "http", "config": core.Object{"baseUrl": base, "auth": auth}, "secrets": secrets,
	})
	require.NoError(t, err)
	d, findings := connect.ParseDefinition(text, nil)
	require.Empty(t, findings)
	require.NoError(t, set.Put(d))
	client, failure := set.HTTP("erp")
	require.Nil(t, failure)
	return client
}

func TestCredentialsAtTheShop(t *testing.T) {
	t.Parallel()
	world, err := shop.Start(shop.Options{Seed: 1})
	require.NoError(t, err)
	t.Cleanup(world.Close)
	order, err := world.AddOrder(shop.Order{Platform: shop.WeChat, Status: shop.PendingShipment})
	require.NoError(t, err)
	c := world.Credentials().ERP
	for scheme, way := range map[string]struct{ auth, secrets core.Object }{
		"basic":  {core.Object{"type": "basic", "user": c.User}, core.Object{"password": c.Password}},
		"bearer": {core.Object{"type": "bearer"}, core.Object{"token": c.Token}},
		"header": {core.Object{"type": "header", "header": "X-Api-Key"}, core.Object{"token": c.Token}},
		"hmac":   {core.Object{"type": "hmac"}, core.Object{"secret": c.Secret}},
		"oauth": {core.Object{"type": "oauth2", "tokenUrl": world.URL + "/erp/oauth/token", "clientId": c.ClientID},
			core.Object{"clientSecret": c.ClientSecret}},
	} {
		t.Run(scheme, func(t *testing.T) {
			t.Parallel()
			set := connect.NewSet(connect.Options{})
			t.Cleanup(func() { require.NoError(t, set.Close()) })
			ask := httpclient.Request{Method: "POST", Path: "orders", Body: httpclient.JSON{Value: core.Object{"order_id": order.ID, "note": "订单"}}}
			answer, failure := erp(t, set, world.URL+"/erp/"+scheme, way.auth, way.secrets).Do(t.Context(), ask)
			require.Nil(t, failure)
			require.Equal(t, order.ID, answer.Body.(core.Object)["order_id"])
			for name := range way.secrets {
				way.secrets[name] = "another-secret"
			}
			client := erp(t, set, world.URL+"/erp/"+scheme, way.auth, way.secrets)
			_, failure = client.Do(t.Context(), ask)
			require.Equal(t, 401, failure.Status)
			require.True(t, failure.Permanent)
			require.False(t, failure.Unknown)
			_, failure = client.Probe(t.Context())
			require.Equal(t, scheme == "oauth", failure != nil, "at its address alone the ERP has nothing, and asks nobody who he is")
		})
	}
}

// TestTokensAreRenewedBeforeTheyEnd: by one caller at a time, ahead of the end, and never in vain.
func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	t.Parallel()
	var seconds atomic.Int64
	clock := func() time.Time { return time.Unix(1700000000+seconds.Load(), 0) }
	world, err := shop.Start(shop.Options{Seed: 1, Clock: clock})
	require.NoError(t, err)
	t.Cleanup(world.Close)
	order, err := world.AddOrder(shop.Order{Platform: shop.WeChat, Status: shop.PendingShipment})
	require.NoError(t, err)
	set := connect.NewSet(connect.Options{Now: clock})
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	c := world.Credentials().ERP
	client := erp(t, set, world.URL+"/erp/oauth", core.Object{
		"type": "oauth2", "tokenUrl": world.URL + "/erp/oauth/token", "clientId": c.ClientID,
	}, core.Object{"clientSecret": c.ClientSecret})
	all := func() {
		t.Helper()
		var callers sync.WaitGroup
		for range 20 {
			callers.Go(func() {
				if _, failure := client.Do(t.Context(), httpclient.Request{Path: "orders/" + order.ID}); failure != nil {
					t.Error(failure)
				}
			})
		}
		callers.Wait()
	}
	fetched := func() int { return world.Calls().Endpoints["erp.token"] }
	all()
	require.Equal(t, 1, fetched(), "twenty callers, one token")
	// The token is good for 120 seconds, and renewed a quarter of that before.
	seconds.Store(89)
	all()
	require.Equal(t, 1, fetched())
	seconds.Store(90)
	all()
	require.Equal(t, 2, fetched())

	// While nobody can renew it, the token that is still good is used, and the ERP is not asked by every caller.
	require.NoError(t, world.SetFault("erp.token", shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}))
	seconds.Store(180)
	all()
	require.Equal(t, 3, fetched())
	seconds.Store(186)
	all()
	require.Equal(t, 4, fetched())
	seconds.Store(210)
	_, failure := client.Do(t.Context(), httpclient.Request{Path: "orders/" + order.ID})
	require.Equal(t, 503, failure.Status)
	require.Contains(t, failure.Message, "tokenUrl")
	require.NoError(t, world.SetFault("erp.token", shop.Fault{}))
	all()
	require.Equal(t, 6, fetched())
}
