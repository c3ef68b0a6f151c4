package shop

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestInspector(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, douyinYes)
	b := newBench(t, Options{})
	ok := func(method, path, body string) map[string]any {
		t.Helper()
		got := b.send(method, "/_shop/"+path, body)
		require.Equal(t, 200, got.status, got.text)
		return got.json(t)
	}
	list := func(path string) []any {
		t.Helper()
		tree, err := parseJSON([]byte(b.send("GET", "/_shop/"+path, "").text))
		require.NoError(t, err)
		return tree.([]any)
	}
	ok("PUT", "targets", `{"douyin":"`+r.url+`"}`)
	o := ok("POST", "orders", `{"platform":"douyin","status":"PENDING_SHIPMENT"}`)
	id := o["order_id"].(string)
	require.Equal(t, "PENDING_SHIPMENT", ok("GET", "orders/"+id, "")["status"])
	require.Equal(t, "X1", ok("POST", "orders/"+id+"/status", `{"status":"SHIPPED","logistics_no":"X1"}`)["logistics_no"])
	ok("POST", "orders/"+id+"/push", "")
	require.Equal(t, number(2), ok("POST", "callbacks/flush", "")["sent"])
	require.Len(t, r.all(), 2)
	require.Len(t, list("callbacks"), 2)
	require.Len(t, list("orders?platform=douyin&status=SHIPPED"), 1)
	require.Empty(t, list("orders?platform=pdd"))

	b.wecom(`{"msgtype":"text","text":{"content":"x"}}`)
	require.Len(t, list("messages?robot=wecom"), 1)
	require.Empty(t, list("messages?robot=feishu"))
	require.Equal(t, number(1), at(t, ok("GET", "calls", ""), "endpoints").(map[string]any)["wecom.send"])

	ok("PUT", "faults/wms.tickets.create", `{"script":["broken"],"share":{"throttled":0.5},"latency_ms":5}`)
	require.Equal(t, number(5), ok("GET", "faults", "")["wms.tickets.create"].(map[string]any)["latency_ms"])
	ok("PUT", "callbacks/faults", `{"lost":1}`)
	ok("POST", "orders/"+id+"/push", "")
	require.Equal(t, number(1), at(t, ok("GET", "", ""), "callbacks.lost"))
	ok("POST", "callbacks/probe", "")
	ok("PUT", "stock/MUG-350", `{"on_hand":1}`)
	require.NotEmpty(t, ok("GET", "wms", "")["stock"])
	require.Contains(t, at(t, ok("GET", "credentials", ""), "wechatpay.merchant_private_key"), "PRIVATE KEY")

	for _, c := range [][3]string{
		{"GET", "orders/nobody", ""}, {"POST", "orders/nobody/status", `{"status":"SHIPPED"}`}, {"POST", "orders", `x`}, {"POST", "orders/nobody/push", ""},
		{"PUT", "faults/wms.tickets.create", `{"script":["explode"]}`}, {"PUT", "stock/none", `{"on_hand":1}`},
	} {
		got := b.send(c[0], "/_shop/"+c[1], c[2])
		require.Equal(t, 422, got.status, c)
		require.NotEmpty(t, got.json(t)["error"])
	}
}
