package shop

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWeChatPayStatesAndSignedAnswers(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	public := b.shop.Credentials().WeChatPay.PlatformPublicKey
	for _, c := range []struct {
		order Order
		state string
		paid  bool
	}{
		{Order{Status: PendingPayment}, "NOTPAY", false},
		{Order{Status: PendingPayment, TradeState: "USERPAYING"}, "USERPAYING", false},
		{Order{Status: PendingPayment, TradeState: "PAYERROR"}, "PAYERROR", false},
		{Order{Status: Cancelled, TradeState: "REVOKED"}, "REVOKED", false},
		{Order{Status: OnHold, TradeState: "ACCEPT"}, "ACCEPT", false},
		{Order{Status: PendingShipment}, "SUCCESS", true},
		{Order{Status: Completed}, "SUCCESS", true},
		{Order{Status: Refunding}, "SUCCESS", true},
		{Order{Status: PartiallyRefunded}, "REFUND", true},
		{Order{Status: Refunded}, "REFUND", true},
		{Order{Status: Cancelled}, "CLOSED", false},
	} {
		c.order.Platform = WeChat
		o := b.add(c.order)
		r := b.wechat("GET", "/v3/pay/transactions/out-trade-no/"+o.ID+"?mchid="+b.creds.WeChatPay.MchID, "")
		require.Equal(t, 200, r.status, r.text)
		requireWeChatSignature(t, public, r.header, r.text)
		require.NotEmpty(t, r.header.Get("Request-ID"))
		v := r.json(t)
		require.Equal(t, c.state, v["trade_state"])
		require.NotEmpty(t, v["trade_state_desc"])
		require.Equal(t, number(int(o.payAmount())), at(t, v, "amount.total"), "fen")
		require.Equal(t, c.paid, v["transaction_id"] != nil)
		if c.paid {
			require.Equal(t, o.PaidAt.In(china).Format("2006-01-02T15:04:05+08:00"), v["success_time"])
			byID := b.wechat("GET", "/v3/pay/transactions/id/"+v["transaction_id"].(string)+"?mchid="+b.creds.WeChatPay.MchID, "")
			require.Equal(t, r.text, byID.text)
		}
	}
}

func TestWeChatPayCloses(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o, paid := b.add(Order{Platform: WeChat, Status: PendingPayment}), b.add(Order{Platform: WeChat, Status: PendingShipment})
	body := `{"mchid":"` + b.creds.WeChatPay.MchID + `"}`
	r := b.wechat("POST", "/v3/pay/transactions/out-trade-no/"+o.ID+"/close", body)
	require.Equal(t, 204, r.status)
	require.Empty(t, r.text)
	requireWeChatSignature(t, b.shop.Credentials().WeChatPay.PlatformPublicKey, r.header, "")
	closed, _ := b.shop.Order(o.ID)
	require.Equal(t, Cancelled, closed.Status)
	require.Equal(t, "ORDER_CLOSED", b.wechat("POST", "/v3/pay/transactions/out-trade-no/"+o.ID+"/close", body).json(t)["code"])
	r = b.wechat("POST", "/v3/pay/transactions/out-trade-no/"+paid.ID+"/close", body)
	require.Equal(t, 400, r.status)
	require.Equal(t, "INVALID_REQUEST", r.json(t)["code"])
	require.Equal(t, "PARAM_ERROR", b.wechat("POST", "/v3/pay/transactions/out-trade-no/"+paid.ID+"/close", "x").json(t)["code"])
}

func TestWeChatPayRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o, douyin := b.add(Order{Platform: WeChat, Status: PendingPayment}), b.add(Order{Platform: Douyin, Status: PendingPayment})
	uri := "/v3/pay/transactions/out-trade-no/" + o.ID + "?mchid=" + b.creds.WeChatPay.MchID
	for _, c := range []struct {
		name, uri, authorization string
		status                   int
		code                     string
	}{
		{"no authorization", uri, "", 401, "SIGN_ERROR"},
		{"other scheme", uri, "Bearer x", 401, "SIGN_ERROR"},
		{"signed for another path", uri, b.authorization("GET", "/v3/pay", "", noon), 401, "SIGN_ERROR"},
		{"signed for another method", uri, b.authorization("POST", uri, "", noon), 401, "SIGN_ERROR"},
		{"signed six minutes ago", uri, b.authorization("GET", uri, "", noon.Add(-6*time.Minute)), 401, "SIGN_ERROR"},
		{"no mchid", "/v3/pay/transactions/out-trade-no/" + o.ID, b.authorization("GET", "/v3/pay/transactions/out-trade-no/"+o.ID, "", noon), 400, "PARAM_ERROR"},
		{"unknown order", "/v3/pay/transactions/out-trade-no/NONE01?mchid=1900000001", b.authorization("GET", "/v3/pay/transactions/out-trade-no/NONE01?mchid=1900000001", "", noon), 404, "ORDER_NOT_EXIST"},
		{"order of another platform", "/v3/pay/transactions/out-trade-no/" + douyin.ID + "?mchid=1900000001", b.authorization("GET", "/v3/pay/transactions/out-trade-no/"+douyin.ID+"?mchid=1900000001", "", noon), 404, "ORDER_NOT_EXIST"},
		{"unknown transaction", "/v3/pay/transactions/id/1?mchid=1900000001", b.authorization("GET", "/v3/pay/transactions/id/1?mchid=1900000001", "", noon), 404, "ORDER_NOT_EXIST"},
		{"unknown resource", "/v3/certificates", b.authorization("GET", "/v3/certificates", "", noon), 404, "RESOURCE_NOT_EXISTS"},
	} {
		r := b.send("GET", c.uri, "", "Authorization", c.authorization)
		require.Equal(t, c.status, r.status, c.name)
		require.Equal(t, c.code, r.json(t)["code"], c.name)
		requireWeChatSignature(t, b.shop.Credentials().WeChatPay.PlatformPublicKey, r.header, r.text)
	}
}
