package sign_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/engine/core"
	"sluice/engine/value"
)

// vectors are the shared signature vectors.
type vectors struct {
	Keys map[string]struct {
		Public  string `json:"public_pem"`
		Private string `json:"private_pkcs8_der_base64"`
	} `json:"test_keys"`
	Vectors []struct {
		Name      string
		Inputs    map[string]any
		Primitive struct{ Result string }
		Expected  map[string]any
		Negative  []map[string]any `json:"negative_cases"`
	}
	by map[string]int
}

func load(t *testing.T) *vectors {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	data, err := os.ReadFile(filepath.Join(dir, "..", "shared", "testdata", "signatures.json"))
	if err != nil {
		t.Skip("THE SIGNATURE VECTORS ARE NOT HERE (../shared/testdata/signatures.json): nothing was compared with the platforms")
	}
	v := &vectors{by: map[string]int{}}
	require.NoError(t, json.Unmarshal(data, v))
	for i := range v.Vectors {
		v.by[v.Vectors[i].Name] = i
	}
	return v
}

func (v *vectors) input(t *testing.T, name, key string) string {
	t.Helper()
	i, ok := v.by[name]
	require.True(t, ok, name)
	text, ok := v.Vectors[i].Inputs[key].(string)
	require.True(t, ok, "%s: %s", name, key)
	return text
}

func (v *vectors) expected(t *testing.T, name, key string) string {
	t.Helper()
	i, ok := v.by[name]
	require.True(t, ok, name)
	text, ok := v.Vectors[i].Expected[key].(string)
	require.True(t, ok, "%s: %s", name, key)
	return text
}

// at is a clock that stands, with a nonce that does too.
func at(seconds int64, nonce string) sign.Entropy {
	return sign.Entropy{Now: func() time.Time { return time.Unix(seconds, 0) }, Nonce: func() string { return nonce }}
}

func request(t *testing.T, method, address string, params core.Object) *sign.Request {
	t.Helper()
	u, err := url.Parse(address)
	require.NoError(t, err)
	r := &sign.Request{Method: method, URL: u, Path: u.Path, Header: http.Header{}, Params: params}
	if params != nil {
		r.Body, err = value.Encode(params)
		require.NoError(t, err)
	}
	return r
}

func TestRobotVectors(t *testing.T) {
	t.Parallel()
	v := load(t)
	for _, name := range []string{"dingtalk_sign_public", "dingtalk_sign_computed_plus_slash"} {
		var millis int64
		require.NoError(t, json.Unmarshal([]byte(v.input(t, name, "timestamp_ms")), &millis))
		timestamp, signed := sign.DingTalk(v.input(t, name, "secret"), time.UnixMilli(millis))
		require.Equal(t, v.input(t, name, "timestamp_ms"), timestamp)
		require.Equal(t, v.expected(t, name, "sign_base64"), signed)
		require.Equal(t, v.expected(t, name, "sign_urlencoded"), url.QueryEscape(signed))
		for _, wrong := range v.Vectors[v.by[name]].Negative {
			require.NotEqual(t, wrong["wrong_sign_base64"], signed)
		}
	}
	for _, name := range []string{"feishu_sign_public", "feishu_sign_computed"} {
		var seconds int64
		require.NoError(t, json.Unmarshal([]byte(v.input(t, name, "timestamp_s")), &seconds))
		timestamp, signed := sign.Feishu(v.input(t, name, "secret"), time.Unix(seconds, 0))
		require.Equal(t, v.input(t, name, "timestamp_s"), timestamp)
		require.Equal(t, v.expected(t, name, "sign"), signed)
		for _, wrong := range v.Vectors[v.by[name]].Negative {
			require.NotEqual(t, wrong["wrong_sign"], signed)
		}
	}
	for _, name := range []string{"standard_webhooks_v1_public", "standard_webhooks_v1_computed"} {
		var seconds int64
		require.NoError(t, json.Unmarshal([]byte(v.input(t, name, "webhook-timestamp")), &seconds))
		signed, err := sign.StandardWebhooks(v.input(t, name, "secret"), v.input(t, name, "webhook-id"), time.Unix(seconds, 0),
			[]byte(v.input(t, name, "raw_body")))
		require.NoError(t, err)
		require.Equal(t, v.expected(t, name, "webhook-signature"), signed)
	}
	_, err := sign.StandardWebhooks("not base64!", "id", time.Unix(0, 0), nil)
	require.Error(t, err)
	_, err = sign.StandardWebhooks("AAAA", "i.d", time.Unix(0, 0), nil)
	require.Error(t, err)
}

func TestPDDVectors(t *testing.T) {
	t.Parallel()
	v := load(t)
	for _, name := range []string{"pdd_sign_public_doc", "pdd_sign_increment_computed", "pdd_sign_unicode_json_computed"} {
		params := map[string]string{}
		for key, text := range v.Vectors[v.by[name]].Inputs["params"].(map[string]any) {
			params[key] = text.(string)
		}
		key := secret.New(v.input(t, name, "client_secret"))
		require.Equal(t, v.expected(t, name, "sign"), sign.SignPDD(key, params), name)
		params["page"] += "9"
		require.NotEqual(t, v.expected(t, name, "sign"), sign.SignPDD(key, params), name)
	}
	// The same request as a flow would write it: the signer adds the common parameters.
	name := "pdd_sign_increment_computed"
	p := &sign.PDD{
		Entropy: at(1700000000, ""), ClientID: "demo_client_0001",
		ClientSecret: secret.New("demo_secret_0001"), AccessToken: secret.New("demo_token_0001"),
	}
	r := request(t, "POST", "https://gw-api.pinduoduo.com/api/router", core.Object{
		"type": "pdd.order.number.list.increment.get", "is_lucky_flag": 0, "order_status": 5, "refund_status": 5,
		"start_updated_at": 1699998200, "end_updated_at": 1700000000, "page": 1, "page_size": 100, "use_has_next": true,
		"left_out": "", "nothing": nil,
	})
	require.NoError(t, p.Sign(r))
	form, err := url.ParseQuery(string(r.Body))
	require.NoError(t, err)
	require.Equal(t, v.expected(t, name, "sign"), form.Get("sign"))
	require.False(t, form.Has("left_out"))
	// A read: the query becomes the form.
	r = request(t, "GET", "https://gw-api.pinduoduo.com/api/router?type=pdd.order.information.get&order_sn=1", nil)
	require.NoError(t, p.Sign(r))
	require.Equal(t, "POST", r.Method)
	require.Empty(t, r.URL.RawQuery)
	require.Contains(t, string(r.Body), "order_sn=1")
	require.Error(t, p.Sign(request(t, "GET", "https://gw-api.pinduoduo.com/api/router?order_sn=1", nil)))
	require.Error(t, p.Sign(request(t, "GET", "https://gw-api.pinduoduo.com/api/router?type=a&type=b", nil)))
}

func TestDouyinVectors(t *testing.T) {
	t.Parallel()
	v := load(t)
	d := &sign.Douyin{
		Entropy: at(1700000000, ""), AppKey: "7000000000000000001",
		AppSecret: secret.New("demo-app-secret"), AccessToken: secret.New("shop-token"),
	}
	object := func(text string) core.Object {
		decoded, err := value.DecodeString(text)
		require.NoError(t, err)
		return decoded.(core.Object)
	}
	unsorted, err := json.Marshal(v.Vectors[v.by["douyin_sign_unescaped_json_computed"]].Inputs["param_object_unsorted"])
	require.NoError(t, err)
	for name, c := range map[string]struct {
		path   string
		params core.Object
	}{
		"douyin_sign_searchlist_computed":     {"/order/searchList", object(v.input(t, "douyin_sign_searchlist_computed", "param_json"))},
		"douyin_sign_unescaped_json_computed": {"/order/addOrderRemark", object(string(unsorted))},
	} {
		r := request(t, "POST", "https://openapi-fxg.jinritemai.com"+c.path, c.params)
		require.NoError(t, d.Sign(r))
		require.Equal(t, v.input(t, name, "param_json"), string(r.Body))
		query := r.URL.Query()
		require.Equal(t, v.expected(t, name, "sign"), query.Get("sign"))
		require.Equal(t, v.input(t, name, "method"), query.Get("method"))
		require.Equal(t, "shop-token", query.Get("access_token"))
		require.Equal(t, "2", query.Get("v"))
	}
	r := request(t, "GET", "https://openapi-fxg.jinritemai.com/order/orderDetail?shop_order_id=1", nil)
	require.NoError(t, d.Sign(r))
	require.JSONEq(t, `{"shop_order_id":"1"}`, string(r.Body))
	require.Equal(t, "POST", r.Method)
	r = request(t, "POST", "https://openapi-fxg.jinritemai.com/shop/brandList", nil)
	require.NoError(t, d.Sign(r))
	require.Equal(t, `{}`, string(r.Body))
	r.Body, r.Params = []byte("[1]"), nil
	require.Error(t, d.Sign(r))
}

func TestWechatPayVectors(t *testing.T) {
	t.Parallel()
	v := load(t)
	private, err := sign.ParsePrivateKey(v.Keys["merchant"].Private)
	require.NoError(t, err)
	w := &sign.WechatPay{
		Entropy: at(1700000000, "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"), MchID: "1900000001",
		SerialNo: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", PrivateKey: private,
	}
	r := request(t, "GET", "https://api.mch.weixin.qq.com/v3/pay/transactions/out-trade-no/A1001?mchid=1900000001", nil)
	require.NoError(t, w.Sign(r))
	require.Equal(t, v.expected(t, "wechatpay_authorization_get_computed", "Authorization"), r.Header.Get("Authorization"))

	r = request(t, "POST", "https://api.mch.weixin.qq.com/v3/pay/transactions/native", nil)
	r.Body = []byte(v.input(t, "wechatpay_authorization_post_computed", "body"))
	require.NoError(t, w.Sign(r))
	require.Contains(t, r.Header.Get("Authorization"), v.expected(t, "wechatpay_authorization_post_computed", "signature"))

	// The answer and a callback are signed alike.
	for name, c := range map[string]struct{ id, key string }{
		"wechatpay_notify_verify_computed": {"PUB_KEY_ID_0119000000012023111500000000000001", v.Keys["platform"].Public},
		"wechatpay_notify_public":          {"D7CE59D1F522D701", v.input(t, "wechatpay_notify_public", "platform_certificate_pem")},
	} {
		header := http.Header{}
		for key, text := range v.Vectors[v.by[name]].Inputs["headers"].(map[string]any) {
			header.Set(key, text.(string))
		}
		var seconds int64
		require.NoError(t, json.Unmarshal([]byte(header.Get("Wechatpay-Timestamp")), &seconds))
		public, err := sign.ParsePublicKey(c.key)
		require.NoError(t, err)
		body := []byte(v.input(t, name, "raw_body"))
		now := time.Unix(seconds, 0)
		w := &sign.WechatPay{Entropy: at(seconds+299, ""), Platform: sign.PlatformKeys{c.id: public}}
		require.Nil(t, w.Judge(sign.Answer{Status: 200, Header: header, Body: body}))

		require.Error(t, sign.VerifyWechatPay(header, append(body, ' '), c.id, public, now))
		require.Error(t, sign.VerifyWechatPay(header, body, "other", public, now))
		require.Error(t, sign.VerifyWechatPay(header, body, c.id, public, now.Add(300*time.Second)))
		require.Error(t, sign.VerifyWechatPay(header, body, c.id, public, now.Add(-300*time.Second)))
		for key, text := range map[string]string{
			"Wechatpay-Signature":      "WECHATPAY/SIGNTEST/" + header.Get("Wechatpay-Signature"),
			"Wechatpay-Signature-Type": "WECHATPAY2-SM2-WITH-SM3",
			"Wechatpay-Nonce":          "other",
			"Wechatpay-Timestamp":      "",
		} {
			bad := header.Clone()
			bad.Set(key, text)
			require.Error(t, sign.VerifyWechatPay(bad, body, c.id, public, now), key)
		}
		failure := w.Judge(sign.Answer{Status: 200, Header: http.Header{}, Body: body})
		require.Equal(t, "wechatpay.signature", failure.Code)
		require.Nil(t, w.Judge(sign.Answer{Status: 502, Header: http.Header{}}))
	}
}
