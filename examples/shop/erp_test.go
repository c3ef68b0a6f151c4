package shop

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestERPLetsInWhoProvesIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o := b.add(Order{Platform: WeChat, Status: PendingShipment})
	body := `{"order_id":"` + o.ID + `"}`
	for _, c := range []struct {
		scheme, name, value string
		status              int
	}{
		{"basic", "Authorization", "Basic ZGVtby1lcnAtdXNlcjpkZW1vLWVycC1wYXNzd29yZA==", 200},
		{"basic", "Authorization", "Basic ZGVtby1lcnAtdXNlcjpvdGhlcg==", 401},
		{"basic", "Authorization", "Basic !", 401},
		{"bearer", "Authorization", "Bearer demo-erp-token", 200},
		{"bearer", "Authorization", "demo-erp-token", 401},
		{"header", "X-Api-Key", "demo-erp-token", 200},
		{"header", "X-Api-Key", "", 401},
		{"hmac", "X-Signature", "00", 401},
		{"oauth", "Authorization", "Bearer made-up", 401},
		{"oauth", "Authorization", "Bearer ", 401},
		{"open", "Authorization", "Bearer demo-erp-token", 401},
	} {
		r := b.send("POST", "/erp/"+c.scheme+"/orders", body, c.name, c.value)
		require.Equal(t, c.status, r.status, "%s %s", c.scheme, c.value)
		if c.status == 200 {
			require.Equal(t, o.ID, r.json(t)["order_id"])
		}
	}
	// printf '{}' | openssl dgst -sha256 -hmac demo-erp-secret
	signed := b.send("POST", "/erp/hmac/orders", `{}`, "X-Signature", "1c2981261fe8f935f287bde6cae8100dab9e3c19aa7b0e5ae0c19424aafc30fd")
	require.Equal(t, 404, signed.status, "signed, and no such order")
	require.Equal(t, 401, b.send("POST", "/erp/hmac/orders", `{} `, "X-Signature", "1c2981261fe8f935f287bde6cae8100dab9e3c19aa7b0e5ae0c19424aafc30fd").status)
}

func TestERPTokensEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o := b.add(Order{Platform: WeChat, Status: PendingShipment})
	form := []string{"Content-Type", "application/x-www-form-urlencoded"}
	require.Equal(t, 400, b.send("POST", "/erp/oauth/token", "grant_type=password", form...).status)
	require.Equal(t, 401, b.send("POST", "/erp/oauth/token", "grant_type=client_credentials&client_id=demo-erp-client&client_secret=x", form...).status)
	r := b.send("POST", "/erp/oauth/token", "grant_type=client_credentials&client_id=demo-erp-client&client_secret=demo-erp-client-secret", form...)
	require.Equal(t, 200, r.status, r.text)
	require.Equal(t, json.Number("120"), r.json(t)["expires_in"])
	ask := func() int {
		return b.send("GET", "/erp/oauth/orders/"+o.ID, "", "Authorization", "Bearer "+r.json(t)["access_token"].(string)).status
	}
	b.clock.advance(erpTokenLife - time.Second)
	require.Equal(t, 200, ask())
	b.clock.advance(time.Second)
	require.Equal(t, 401, ask())
}
