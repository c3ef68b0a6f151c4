package hooks_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server/hooks"
)

// FuzzDeliveriesFromStrangers: whatever a stranger sends, nothing starts, and nothing that is secret comes back.
func FuzzDeliveriesFromStrangers(f *testing.F) {
	secrets := []string{"fuzz-secret-of-the-connection", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"}
	dingtalk := `{"id": "d", "type": "dingtalk", "secrets": {"appSecret": "` + secrets[0] + `", "callbackToken": "` + secrets[0] + `", "aesKey": "` + secrets[1] + `"}}`
	feishu := `{"id": "l", "type": "feishu", "secrets": {"encryptKey": "` + secrets[0] + `"}}`
	w := open(f, setup{secrets: map[string]string{"c": secrets[0]}, connections: []string{dingtalk, feishu}, now: fixed(1700000000)})
	f.Cleanup(func() { w.close(f) })
	connections := map[string]string{"dingtalk": "d", "feishu": "l"}
	for _, scheme := range hooks.Schemes() {
		connection := "c"
		if other, ok := connections[scheme]; ok {
			connection = other
		}
		w.publish(f, flow(scheme, scheme, `, "verify": {"scheme": "`+scheme+`", "connection": "`+connection+`"}`, echo))
	}
	for _, body := range []string{
		`{"encrypt":"P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}`, `[{"tag":"0","msg_id":"1","data":"{}"}]`, `sign=A&sign_type=RSA2&notify_time=x`,
		`{"sign":"A","param_json":"{}","timestamp":"1700000000"}`, `{"resource":{"nonce":"x"}}`,
	} {
		f.Add("t=1700000000,v1=00", body, "timestamp=1700000000000&nonce=n&msg_signature=00")
	}
	f.Fuzz(func(t *testing.T, header, body, query string) {
		for _, scheme := range hooks.Schemes() {
			headers := core.Object{}
			for _, name := range []string{
				"authorization", "x-signature", "webhook-id", "webhook-timestamp", "webhook-signature", "stripe-signature", "x-hub-signature-256",
				"x-shopify-hmac-sha256", "event-sign", "x-douyin-signature", "x-lark-signature", "x-lark-request-timestamp", "sign", "timestamp",
			} {
				headers[name] = header
			}
			if scheme == "douyin" && strings.HasPrefix(body, "{") {
				delete(headers, "event-sign")
				delete(headers, "x-douyin-signature")
			}
			answer := w.router.Serve(&hooks.Delivery{Method: "POST", Path: scheme, Query: query, Headers: headers, Body: []byte(body)})
			require.GreaterOrEqual(t, answer.Status, 400, "%s: %s", scheme, answer.Body)
			for _, secret := range secrets {
				if !strings.Contains(header+body+query, secret) {
					require.NotContains(t, string(answer.Body), secret)
				}
			}
		}
	})
}
