package httprequest_test

import (
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/examples/shop"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/effect/httprequest"
	"sluice/nodes/nodetest"
)

// open is a shop with connections to its platforms.
func open(t *testing.T) (*shop.Shop, *connect.Set) {
	t.Helper()
	s, err := shop.New(shop.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	set, c := effecttest.Connections(t), s.Credentials()
	effecttest.Define(t, set, `{"id": "douyin", "type": "http", "config": {"baseUrl": %q, "signer": {"type": "douyin", "appKey": %q}},
		"secrets": {"appSecret": %q, "accessToken": %q}}`, server.URL, c.Douyin.AppKey, c.Douyin.AppSecret, c.Douyin.AccessToken)
	effecttest.Define(t, set, `{"id": "pdd", "type": "http", "config": {"baseUrl": %q, "signer": {"type": "pdd", "clientId": %q}},
		"secrets": {"clientSecret": %q, "accessToken": %q}}`, server.URL+"/api/router", c.PDD.ClientID, c.PDD.ClientSecret, c.PDD.AccessToken)
	effecttest.Define(t, set, `{"id": "wms", "type": "http", "config": {"baseUrl": %q, "auth": {"type": "bearer"}}, "secrets": {"token": %q}}`,
		server.URL+"/wms", c.WMS.Token)
	return s, set
}

func TestSignedCalls(t *testing.T) {
	t.Parallel()
	s, set := open(t)
	_, err := s.AddOrder(shop.Order{ID: "6917012345678901234", Platform: shop.Douyin, Status: shop.PendingShipment,
		Items: []shop.Item{{SKU: "MUG-350", Name: "马克杯", Quantity: 2, Price: 5900}}})
	require.NoError(t, err)
	pdd, err := s.AddOrder(shop.Order{Platform: shop.PDD, Status: shop.PendingShipment})
	require.NoError(t, err)
	spec := httprequest.Spec(set)
	scope := &nodetest.Scope{TriggerValue: core.Object{"body": core.Object{"id": "6917012345678901234", "sn": pdd.ID}}}

	got, failure := effecttest.Run(t.Context(), t, spec, `{"connection": "douyin", "path": "/order/orderDetail",
		"query": {"shop_order_id": "{{ trigger.body.id }}"}}`, scope)
	require.Nil(t, failure)
	detail := got.(core.Object)["body"].(core.Object)["data"].(core.Object)["shop_order_detail"].(core.Object)
	require.Equal(t, "6917012345678901234", detail["order_id"])
	require.Equal(t, 11800, detail["pay_amount"])

	got, failure = effecttest.Run(t.Context(), t, spec, `{"connection": "pdd", "method": "POST",
		"form": {"type": "pdd.order.information.get", "order_sn": "{{ trigger.body.sn }}"}}`, scope)
	require.Nil(t, failure)
	require.Contains(t, got.(core.Object)["body"], "order_info_get_response")

	// What the platform refuses with HTTP 200 is a failure, and one that another try cures.
	require.NoError(t, s.SetFault("douyin.*", shop.Fault{Script: []shop.Outcome{shop.Throttled, shop.Expired}}))
	for _, code := range []string{"douyin.throttled", "douyin.token"} {
		_, failure = effecttest.Run(t.Context(), t, spec, `{"connection": "douyin", "path": "/order/orderDetail", "query": {"shop_order_id": "1"}}`, scope)
		require.Equal(t, code, failure.Code)
		require.Equal(t, code == "douyin.token", failure.Permanent)
		require.False(t, failure.Unknown, "a read leaves nothing open")
	}
}

func TestALostAnswerDoesNotDoubleATicket(t *testing.T) {
	t.Parallel()
	s, set := open(t)
	require.NoError(t, s.SetFault("wms.tickets.create", shop.Fault{Script: []shop.Outcome{shop.Lost, shop.Broken}}))
	spec := httprequest.Spec(set)
	call := effecttest.Call(t, spec, `{"connection": "wms", "method": "POST", "path": "/tickets", "body": {"order_id": "A1", "title": "物流停滞"}}`, nil)
	for attempt, want := range []string{"http.connect", "http.status", ""} {
		call.Attempt = attempt + 1
		got, failure := spec.Run(t.Context(), call)
		if want != "" {
			require.Equal(t, want, failure.Code)
			require.True(t, failure.Unknown && !failure.Permanent)
			continue
		}
		require.Nil(t, failure)
		require.Equal(t, "true", got.(core.Object)["headers"].(core.Object)["idempotency-replayed"])
	}
	require.Len(t, s.Warehouse().Tickets, 1)
	require.Equal(t, map[string]int{effecttest.Key: 3}, s.Calls().Keys["wms.tickets.create"])
}
