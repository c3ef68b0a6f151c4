package demo

import "sluice/examples/shop"

// connection is one as the API takes it.
type connection struct {
	ID      string            `json:"id"`
	Type    string            `json:"type"`
	Config  map[string]any    `json:"config,omitempty"`
	Secrets map[string]string `json:"secrets,omitempty"`
}

// storefrontSecret signs return requests.
const storefrontSecret = "demo-storefront-secret"

// connectionsOf are all that the shipped flows name. The credentials are those of the simulated shop, which opens nothing.
func connectionsOf(s *shop.Running, orders string) []connection {
	known := s.Credentials()
	pay := known.WeChatPay
	bearer := map[string]any{"type": "bearer"}
	return []connection{
		{ID: "orders", Type: "sqlite", Config: map[string]any{"path": orders}},
		{
			ID: "douyin", Type: "http",
			Config:  map[string]any{"baseUrl": s.URL, "signer": map[string]any{"type": "douyin", "appKey": known.Douyin.AppKey}},
			Secrets: map[string]string{"appSecret": known.Douyin.AppSecret, "accessToken": known.Douyin.AccessToken},
		},
		{
			ID: "pdd", Type: "http",
			Config:  map[string]any{"baseUrl": s.URL, "signer": map[string]any{"type": "pdd", "clientId": known.PDD.ClientID}},
			Secrets: map[string]string{"clientSecret": known.PDD.ClientSecret, "accessToken": known.PDD.AccessToken},
		},
		{
			ID: "wechatpay", Type: "http",
			Config: map[string]any{"baseUrl": s.URL, "signer": map[string]any{
				"type": "wechatpay", "mchid": pay.MchID, "serialNo": pay.MerchantSerial, "platformKeyId": pay.PlatformSerial, "platformKey": pay.PlatformPublicKey,
			}},
			Secrets: map[string]string{"privateKey": pay.MerchantPrivateKey, "apiV3Key": pay.APIv3Key},
		},
		{ID: "wms", Type: "http", Config: map[string]any{"baseUrl": s.URL + "/wms", "auth": bearer}, Secrets: map[string]string{"token": known.WMS.Token}},
		{ID: "ops-robot", Type: "wecom", Config: map[string]any{"baseUrl": s.URL}, Secrets: map[string]string{"key": known.WeCom.Key}},
		{ID: "storefront", Type: "webhook", Secrets: map[string]string{"secret": storefrontSecret}},
	}
}
