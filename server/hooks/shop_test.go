package hooks_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/examples/shop"
)

// TestThePlatformsOfTheShopAreContent lets the simulated platforms, which sign by code of their own, call us: they take our
// answers for success, or for the refusal that they test us with.
func TestThePlatformsOfTheShopAreContent(t *testing.T) {
	t.Parallel()
	w := open(t, setup{})
	defer w.close(t)
	s, err := shop.New(shop.Options{Targets: shop.Targets{Douyin: w.base + "douyin", WeChatPay: w.base + "pay", ERP: w.base + "erp"}})
	require.NoError(t, err)
	c := s.Credentials()
	for _, text := range []string{
		definition(t, "douyin", "http", core.Object{"baseUrl": "https://platform.example", "signer": core.Object{"type": "douyin", "appKey": c.Douyin.AppKey}},
			core.Object{"appSecret": c.Douyin.AppSecret}),
		definition(t, "pay", "http", core.Object{"baseUrl": "https://platform.example", "signer": core.Object{
			"type": "wechatpay", "mchid": c.WeChatPay.MchID, "serialNo": c.WeChatPay.MerchantSerial, "platformKeyId": c.WeChatPay.PlatformSerial,
			"platformKey": c.WeChatPay.PlatformPublicKey,
		}}, core.Object{"privateKey": c.WeChatPay.MerchantPrivateKey, "apiV3Key": c.WeChatPay.APIv3Key}),
		definition(t, "erp", "webhook", core.Object{}, core.Object{"secret": c.ERP.Secret}),
	} {
		d, found := connect.ParseDefinition([]byte(text), nil)
		require.Empty(t, found)
		require.NoError(t, w.set.Put(d))
	}
	for path, scheme := range map[string]string{"douyin": "douyin", "pay": "wechatpay", "erp": "hmac-sha256"} {
		w.publish(t, flow(path, path, `, "verify": {"scheme": "`+scheme+`", "connection": "`+path+`"}`, echo))
	}
	for _, platform := range []shop.Platform{shop.Douyin, shop.WeChat} {
		o, err := s.AddOrder(shop.Order{Platform: platform, Status: shop.PendingPayment})
		require.NoError(t, err)
		_, err = s.SetStatus(o.ID, shop.Change{Status: shop.PendingShipment})
		require.NoError(t, err)
		require.NoError(t, s.Push(o.ID))
	}
	s.Flush(t.Context())
	targets := map[string]int{}
	for _, callback := range s.Callbacks() {
		require.Equal(t, shop.CallbackDelivered, callback.State, "%s: %d %s", callback.Target, callback.Status, callback.Reply)
		targets[callback.Target]++
	}
	require.Len(t, targets, 3, "all platforms called: %v", targets)
	runs := w.runs(t)
	s.Probe()
	s.Flush(t.Context())
	all := s.Callbacks()
	require.Equal(t, 401, all[len(all)-1].Status, "WeChat Pay sees whether wrong signatures are refused")
	require.Equal(t, runs, w.runs(t))
}
