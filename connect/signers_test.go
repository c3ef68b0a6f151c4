package connect_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/httpclient"
	"sluice/engine/core"
	"sluice/examples/shop"
)

// platform is one signer at the simulated shop, which checks signatures by code of its own.
type platform struct {
	signer  core.Object
	secrets core.Object
	// ask is a call that the shop answers well, with order in place of the order's id.
	ask httpclient.Request
	// order is where the answer tells the order's id.
	order []string
	place shop.Platform
	// spoil makes one secret or field wrong, and the code is what the call ends with then.
	spoil func(p *platform)
	code  string
}

func platforms(c shop.Credentials) map[string]platform {
	withSecret := func(name, wrong string) func(p *platform) { return func(p *platform) { p.secrets[name] = wrong } }
	body := func(fields core.Object) httpclient.Body { return httpclient.JSON{Value: fields} }
	return map[string]platform{
		"pdd": {
			signer:  core.Object{"type": "pdd", "clientId": c.PDD.ClientID},
			secrets: core.Object{"clientSecret": c.PDD.ClientSecret, "accessToken": c.PDD.AccessToken},
			ask:     httpclient.Request{Method: "POST", Path: "/api/router", Body: body(core.Object{"type": "pdd.order.information.get", "order_sn": "order"})},
			order:   []string{"order_info_get_response", "order_info", "order_sn"}, place: shop.PDD,
			spoil: withSecret("clientSecret", "other"), code: "pdd.signature",
		},
		"douyin": {
			signer:  core.Object{"type": "douyin", "appKey": c.Douyin.AppKey},
			secrets: core.Object{"appSecret": c.Douyin.AppSecret, "accessToken": c.Douyin.AccessToken},
			ask:     httpclient.Request{Method: "POST", Path: "/order/orderDetail", Body: body(core.Object{"shop_order_id": "order"})},
			order:   []string{"data", "shop_order_detail", "order_id"}, place: shop.Douyin,
			spoil: withSecret("appSecret", "other"), code: "douyin.signature",
		},
		"wechatpay": {
			signer: core.Object{
				"type": "wechatpay", "mchid": c.WeChatPay.MchID, "serialNo": c.WeChatPay.MerchantSerial,
				"platformKeyId": c.WeChatPay.PlatformSerial, "platformKey": c.WeChatPay.PlatformPublicKey,
			},
			secrets: core.Object{"privateKey": c.WeChatPay.MerchantPrivateKey},
			ask:     httpclient.Request{Path: "/v3/pay/transactions/out-trade-no/order?mchid=" + c.WeChatPay.MchID},
			order:   []string{"out_trade_no"}, place: shop.WeChat,
			spoil: func(p *platform) { p.signer["platformKey"] = c.WeChatPay.MerchantPublicKey }, code: "wechatpay.signature",
		},
		"alipay": {
			signer:  core.Object{"type": "alipay", "appId": c.Alipay.AppID, "alipayPublicKey": c.Alipay.AlipayPublicKey},
			secrets: core.Object{"privateKey": c.Alipay.AppPrivateKey},
			ask: httpclient.Request{Method: "POST", Path: "/gateway.do", Body: body(core.Object{
				"method": "alipay.trade.query", "biz_content": core.Object{"out_trade_no": "order", "query_options": core.List{"fund_bill_list"}},
			})},
			order: []string{"alipay_trade_query_response", "out_trade_no"}, place: shop.Alipay,
			spoil: func(p *platform) { p.signer["appId"] = "other" }, code: "alipay.signature",
		},
		"alipay with certificates": {
			signer: core.Object{
				"type": "alipay", "appId": c.Alipay.AppID, "appCertificate": c.Alipay.AppCertificate,
				"alipayCertificate": c.Alipay.AlipayCertificate, "alipayRootCertificate": c.Alipay.RootCertificate,
			},
			secrets: core.Object{"privateKey": c.Alipay.AppPrivateKey},
			ask: httpclient.Request{Path: "/gateway.do", Query: core.Object{
				"method": "alipay.trade.query", "biz_content": `{"out_trade_no":"order"}`,
			}},
			order: []string{"alipay_trade_query_response", "out_trade_no"}, place: shop.Alipay,
			spoil: func(p *platform) {
				p.signer["alipayRootCertificate"] = c.Alipay.RootCertificate + c.Alipay.AppCertificate
			}, code: "alipay.signature",
		},
	}
}

func (p *platform) define(t *testing.T, set *connect.Set, base string) *httpclient.Client {
	t.Helper()
	text, err := json.Marshal(core.Object{
		"id": "p", "type": "http", "config": core.Object{"baseUrl": base, "signer": p.signer}, "secrets": p.secrets,
	})
	require.NoError(t, err)
	d, findings := connect.ParseDefinition(text, nil)
	require.Empty(t, findings)
	require.NoError(t, set.Put(d))
	client, failure := set.HTTP("p")
	require.Nil(t, failure)
	return client
}

// call asks for the order of that id.
func (p *platform) call(id string) httpclient.Request {
	r := p.ask
	r.Path = strings.Replace(r.Path, "/order?", "/"+id+"?", 1)
	replace := func(o core.Object) core.Object {
		text, _ := json.Marshal(o)
		var replaced core.Object
		_ = json.Unmarshal([]byte(strings.NewReplacer(`"order"`, `"`+id+`"`, `\"order\"`, `\"`+id+`\"`).Replace(string(text))), &replaced)
		return replaced
	}
	if body, ok := r.Body.(httpclient.JSON); ok {
		r.Body = httpclient.JSON{Value: replace(body.Value.(core.Object))}
	}
	if r.Query != nil {
		r.Query = replace(r.Query)
	}
	return r
}

// TestSignersAtTheShop: what a signer signs, the shop takes, and what the shop signs, the signer takes; neither where a
// key is another.
func TestSignersAtTheShop(t *testing.T) {
	t.Parallel()
	world, err := shop.Start(shop.Options{Seed: 1})
	require.NoError(t, err)
	t.Cleanup(world.Close)
	for name, p := range platforms(world.Credentials()) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			set := connect.NewSet(connect.Options{})
			t.Cleanup(func() { require.NoError(t, set.Close()) })
			order, err := world.AddOrder(shop.Order{Platform: p.place, Status: shop.PendingShipment})
			require.NoError(t, err)
			base := world.URL
			if p.signer["type"] != "wechatpay" && p.signer["type"] != "douyin" {
				base += p.ask.Path
				p.ask.Path = ""
			}
			client := p.define(t, set, base)
			status, failure := client.Probe(t.Context())
			require.Nil(t, failure)
			require.NotZero(t, status)
			answer, failure := client.Do(t.Context(), p.call(order.ID))
			require.Nil(t, failure)
			found := answer.Body
			for _, key := range p.order {
				found = found.(core.Object)[key]
			}
			require.Equal(t, order.ID, found)

			_, failure = client.Do(t.Context(), p.call("nobody"))
			require.NotNil(t, failure, "an order that is not there")
			p.spoil(&p)
			client = p.define(t, set, base)
			_, failure = client.Do(t.Context(), p.call(order.ID))
			require.NotNil(t, failure)
			require.Equal(t, p.code, failure.Code, failure.Message)
			_, failure = client.Probe(t.Context())
			require.NotNil(t, failure)
			require.Equal(t, p.code, failure.Code, failure.Message)
		})
	}
}
