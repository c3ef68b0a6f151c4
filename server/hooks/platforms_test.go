package hooks_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/triggers"
	"sluice/server/hooks"
)

// vectors are the signatures of the platforms, by name.
type vectors struct {
	Keys map[string]struct {
		Public  string `json:"public_pem"`
		Private string `json:"private_pkcs8_der_base64"`
	} `json:"test_keys"`
	Vectors []platformVector
}

type platformVector struct {
	Name     string
	Inputs   map[string]any
	Expected map[string]any
	Negative []struct{ Headers map[string]string } `json:"negative_cases"`
}

func platforms(t *testing.T) *vectors {
	t.Helper()
	data, err := os.ReadFile("../../connect/sign/testdata/signatures.json")
	require.NoError(t, err)
	v := &vectors{}
	require.NoError(t, json.Unmarshal(data, v))
	return v
}

func (v *vectors) of(t *testing.T, name string) *platformVector {
	t.Helper()
	for i := range v.Vectors {
		if v.Vectors[i].Name == name {
			return &v.Vectors[i]
		}
	}
	require.Fail(t, "there is no such vector", name)
	return nil
}

func (v *platformVector) input(t *testing.T, name string) string {
	t.Helper()
	text, ok := v.Inputs[name].(string)
	require.True(t, ok, "%s: %s", v.Name, name)
	return text
}

func (v *platformVector) expected(t *testing.T, name string) string {
	t.Helper()
	text, ok := v.Expected[name].(string)
	require.True(t, ok, "%s: %s", v.Name, name)
	return text
}

// definition is a connection as the API takes it.
func definition(t *testing.T, id, kind string, config, secrets core.Object) string {
	t.Helper()
	text, err := value.Encode(core.Object{"id": id, "type": kind, "config": config, "secrets": secrets})
	require.NoError(t, err)
	return string(text)
}

func webhookOf(t *testing.T, secret string) string {
	t.Helper()
	return definition(t, "c", "webhook", core.Object{}, core.Object{"secret": secret})
}

func signerOf(t *testing.T, signer, secrets core.Object) string {
	t.Helper()
	return definition(t, "c", "http", core.Object{"baseUrl": "https://platform.example", "signer": signer}, secrets)
}

// platform is a world with one connection and two flows that verify by a scheme: at ack the platform is answered as it
// wants, at echo with what the flow sees.
func platform(t *testing.T, scheme, connection string, now func() time.Time) *world {
	t.Helper()
	w := open(t, setup{connections: []string{connection}, now: now})
	t.Cleanup(func() { w.close(t) })
	verify := fmt.Sprintf(`, "verify": {"scheme": %q, "connection": "c"}`, scheme)
	w.publish(t, flow("ack", "ack", verify, echo), flow("echo", "echo", verify+`, "respond": "result"`,
		`"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": "{{ trigger.raw }}"}}}], "output": "{{ trigger }}"`))
	return w
}

func fixed(seconds int64) func() time.Time {
	return func() time.Time { return time.Unix(seconds, 0) }
}

func TestEverySchemeThatTriggersMayNameWorks(t *testing.T) {
	t.Parallel()
	for _, spec := range triggers.All() {
		if spec.Type != triggers.Webhook {
			continue
		}
		var schema struct {
			Properties struct {
				Verify struct {
					Properties struct{ Scheme struct{ Enum []string } }
				}
			}
		}
		require.NoError(t, json.Unmarshal(spec.Schema, &schema))
		require.Equal(t, schema.Properties.Verify.Properties.Scheme.Enum, hooks.Schemes())
		for _, scheme := range hooks.Schemes() {
			require.Contains(t, spec.Doc, "\n| `"+scheme+"` |")
			require.Contains(t, spec.DocZH, "\n| `"+scheme+"` |")
		}
		return
	}
	require.Fail(t, "no webhooks")
}

func TestAConnectionWithoutWhatTheSchemeReads(t *testing.T) {
	t.Parallel()
	vs := platforms(t)
	full := map[string]string{
		"stripe": webhookOf(t, "s"), "basic": webhookOf(t, "a:b"), "alipay": webhookOf(t, vs.Keys["platform"].Public), "douyin": douyinShop(t),
		"wechatpay": wechat(t, vs, "PUB_KEY_ID_1", vs.Keys["platform"].Public, strings.Repeat("k", 32)),
		"feishu":    definition(t, "c", "feishu", core.Object{}, core.Object{"verificationToken": "t"}),
		"dingtalk":  definition(t, "c", "dingtalk", core.Object{}, core.Object{"appSecret": "t"}),
	}
	for _, scheme := range hooks.Schemes() {
		document := flow("f", "f", fmt.Sprintf(`, "verify": {"scheme": %q, "connection": "c"}`, scheme), echo)
		codes := func(connections ...string) (all []string) {
			w := open(t, setup{connections: connections})
			defer w.close(t)
			for _, d := range w.router.Check(w.compile(t, document), nil) {
				all = append(all, d.Pointer+" "+d.Code)
			}
			return all
		}
		require.Equal(t, []string{"/triggers/0/config/verify/connection flow.webhook.secret_missing"},
			codes(definition(t, "c", "http", core.Object{"baseUrl": "https://shop.example"}, core.Object{})), scheme)
		require.Empty(t, codes(), "that there is no such connection is said by who knows them all")
		if connection, ok := full[scheme]; ok {
			require.Empty(t, codes(connection), scheme)
		}
	}
}

func TestStripeVectors(t *testing.T) {
	t.Parallel()
	vs := platforms(t)
	for _, name := range []string{"stripe_v1_computed", "stripe_v1_rotation_computed"} {
		v := vs.of(t, name)
		body, header := v.input(t, "raw_body"), v.expected(t, "Stripe-Signature")
		now := time.Unix(1700000000, 0)
		w := platform(t, "stripe", webhookOf(t, v.input(t, "endpoint_secret")), func() time.Time { return now })
		send := func(signature string) reply {
			return w.send(t, "POST", "ack", body, "Content-Type", jsonType, "Stripe-Signature", signature)
		}
		r := send(header)
		require.Equal(t, 200, r.status, r.body)
		require.JSONEq(t, `{"received": true}`, r.body)
		require.JSONEq(t, r.body, send(header).body)
		require.Equal(t, 1, w.runs(t), "the event's id is its key")
		for _, bad := range []string{
			"", "v1=" + strings.Repeat("0", 64), strings.Replace(header, "t=1700000000", "t=1700000001", 1), strings.ReplaceAll(header, "v1=", "v0="),
			strings.Replace(header, "t=", "t=1700000000,t=", 1), "t=x," + header, strings.ReplaceAll(header, "1", "2"),
			strings.Repeat("v1=00,", 20) + header,
		} {
			r := send(bad)
			require.Equal(t, 401, r.status, bad)
			require.Equal(t, "webhook.signature", r.code(t))
			require.NotContains(t, r.body, "whsec_demo_secret")
		}
		require.Equal(t, 401, w.send(t, "POST", "ack", body+" ", "Content-Type", jsonType, "Stripe-Signature", header).status)
		now = now.Add(5 * time.Minute)
		require.Equal(t, 200, send(header).status)
		now = now.Add(time.Second)
		require.Equal(t, 401, send(header).status, "a replay")
		require.Equal(t, 1, w.runs(t))
	}
}

func TestGitHubVectors(t *testing.T) {
	t.Parallel()
	vs := platforms(t)
	for _, name := range []string{"github_sha256_public_doc", "github_sha256_public_sdk", "github_sha256_computed"} {
		v := vs.of(t, name)
		body, signature := v.input(t, "raw_body"), v.expected(t, "X-Hub-Signature-256")
		kind := jsonType
		if !json.Valid([]byte(body)) {
			kind = "text/plain"
		}
		w := platform(t, "github", webhookOf(t, v.input(t, "secret")), nil)
		send := func(body, signature, delivery string) reply {
			return w.send(t, "POST", "ack", body, "Content-Type", kind, "X-Hub-Signature-256", signature, "X-GitHub-Delivery", delivery)
		}
		r := send(body, signature, "d1")
		require.Equal(t, 202, r.status, r.body)
		require.Equal(t, r.run(t), send(body, signature, "d1").run(t), "a redelivery")
		require.NotEqual(t, r.run(t), send(body, signature, "d2").run(t))
		require.Equal(t, 401, send(body+" ", signature, "d3").status)
		require.Equal(t, 401, send(body, strings.TrimPrefix(signature, "sha256="), "d3").status)
		require.Equal(t, 401, send(body, "sha256="+strings.Repeat("00", 32), "d3").status)
		require.Equal(t, 401, w.send(t, "POST", "ack", body, "Content-Type", kind, "X-Hub-Signature", "sha1=1a42d817abdb155ee8cfaa0949d38fb7acf13625").status,
			"the old signature alone is none")
	}
}

func TestShopifyVectors(t *testing.T) {
	t.Parallel()
	vs := platforms(t)
	for _, name := range []string{"shopify_hmac_public", "shopify_hmac_computed"} {
		v := vs.of(t, name)
		body, signature := v.input(t, "raw_body"), v.expected(t, "X-Shopify-Hmac-Sha256")
		w := platform(t, "shopify", webhookOf(t, v.input(t, "client_secret")), nil)
		send := func(body, signature, id string) reply {
			return w.send(t, "POST", "ack", body, "Content-Type", jsonType, "X-Shopify-Hmac-Sha256", signature, "X-Shopify-Webhook-Id", id)
		}
		r := send(body, signature, "w1")
		require.Equal(t, 202, r.status, r.body)
		require.Equal(t, r.run(t), send(body, signature, "w1").run(t))
		require.NotEqual(t, r.run(t), send(body, signature, "w2").run(t))
		for _, bad := range []string{"", "!", strings.ToLower(signature), "AAAA"} {
			require.Equal(t, 401, send(body, bad, "w3").status, bad)
		}
		require.Equal(t, 401, send(body+"\n", signature, "w3").status)
	}
}

// wechat is a connection of WeChat Pay with these platform keys.
func wechat(t *testing.T, vs *vectors, id, key, apiKey string) string {
	t.Helper()
	return signerOf(t, core.Object{"type": "wechatpay", "mchid": "1900000001", "serialNo": "5157F09EFDC096DE15EBE81A47057A7232F1B8E1", "platformKeyId": id, "platformKey": key},
		core.Object{"privateKey": vs.Keys["merchant"].Private, "apiV3Key": apiKey})
}

func TestWechatPayVectors(t *testing.T) {
	t.Parallel()
	vs := platforms(t)
	for _, name := range []string{"wechatpay_notify_verify_computed", "wechatpay_notify_public"} {
		v := vs.of(t, name)
		given := v.Inputs["headers"].(map[string]any)
		id, key := "PUB_KEY_ID_0119000000012023111500000000000001", vs.Keys["platform"].Public
		if name == "wechatpay_notify_public" {
			id, key = "", v.input(t, "platform_certificate_pem")
		}
		// While the platform changes from certificates to a key, both are there.
		keys := key
		if id != "" {
			keys = vs.of(t, "wechatpay_notify_public").input(t, "platform_certificate_pem") + "\n" + key
		}
		seconds, err := strconv.ParseInt(given["Wechatpay-Timestamp"].(string), 10, 64)
		require.NoError(t, err)
		now := time.Unix(seconds, 0)
		w := platform(t, "wechatpay", wechat(t, vs, id, keys, v.input(t, "apiv3_key")), func() time.Time { return now })
		send := func(path, body string, change ...string) reply {
			headers := []string{"Content-Type", jsonType}
			for header, text := range given {
				for i := 0; i+1 < len(change); i += 2 {
					if strings.EqualFold(change[i], header) {
						text = change[i+1]
					}
				}
				headers = append(headers, header, text.(string))
			}
			return w.send(t, "POST", path, body, headers...)
		}
		body := v.input(t, "raw_body")
		r := send("ack", body)
		require.Equal(t, 200, r.status, r.body)
		require.JSONEq(t, `{"code": "SUCCESS", "message": "成功"}`, r.body)
		require.Equal(t, 200, send("ack", body).status)
		require.Equal(t, 1, w.runs(t), "the notification's id is its key")

		seen := send("echo", body).value(t)
		content := seen["body"].(core.Object)
		notification := content["notification"].(core.Object)
		require.NotEmpty(t, notification["event_type"])
		require.NotContains(t, notification, "resource")
		delete(content, "notification")
		plain, err := value.Encode(content)
		require.NoError(t, err)
		require.JSONEq(t, v.expected(t, "plaintext"), string(plain))
		require.Equal(t, body, seen["raw"])

		for _, change := range [][]string{
			{"Wechatpay-Nonce", "other"}, {"Wechatpay-Timestamp", strconv.FormatInt(seconds+1, 10)}, {"Wechatpay-Serial", "5157F09EFDC096DE15EBE81A47057A7232F1B8E2"},
			{"Wechatpay-Signature", ""}, {"Wechatpay-Signature", "WECHATPAY/SIGNTEST/" + given["Wechatpay-Signature"].(string)[:64]},
		} {
			refused(t, send("ack", body, change...))
		}
		require.NotContains(t, send("ack", body, "Wechatpay-Serial", "5157").body, "PUB_KEY_ID")
		for _, n := range v.Negative {
			refused(t, send("ack", body, "Wechatpay-Signature", n.Headers["Wechatpay-Signature"]))
		}
		refused(t, send("ack", strings.Replace(body, ":", ": ", 1)))
		for _, off := range []time.Duration{-300 * time.Second, 300 * time.Second} {
			now = time.Unix(seconds, 0).Add(off)
			refused(t, send("ack", body))
		}
		require.Equal(t, 2, w.runs(t))
	}
}

// refused holds a refusal to what WeChat Pay wants: a status that is none of success, and FAIL.
func refused(t *testing.T, r reply) {
	t.Helper()
	require.Equal(t, 401, r.status)
	answer := r.value(t)
	require.Equal(t, "FAIL", answer["code"])
	require.NotEmpty(t, answer["message"])
	require.Len(t, answer, 2)
}

func TestWechatPayWithoutTheRightKeys(t *testing.T) {
	t.Parallel()
	vs := platforms(t)
	v := vs.of(t, "wechatpay_notify_verify_computed")
	var headers []string
	for header, text := range v.Inputs["headers"].(map[string]any) {
		headers = append(headers, header, text.(string))
	}
	id := "PUB_KEY_ID_0119000000012023111500000000000001"
	for _, apiKey := range []string{"0123456789abcdef0123456789abcdeX", "short"} {
		w := platform(t, "wechatpay", wechat(t, vs, id, vs.Keys["platform"].Public, apiKey), fixed(1700000000))
		r := w.send(t, "POST", "ack", v.input(t, "raw_body"), headers...)
		require.Equal(t, 503, r.status, r.body)
		require.Equal(t, "FAIL", r.value(t)["code"])
		require.NotContains(t, r.body, apiKey)
		require.Equal(t, 0, w.runs(t))
	}
	w := platform(t, "wechatpay", webhookOf(t, "x"), fixed(1700000000))
	require.Equal(t, 503, w.send(t, "POST", "ack", v.input(t, "raw_body"), headers...).status)
}

func TestAlipayVector(t *testing.T) {
	t.Parallel()
	vs := platforms(t)
	v := vs.of(t, "alipay_notify_rsa2_computed")
	sent := time.Date(2023, 11, 15, 6, 13, 21, 0, time.FixedZone("", 8*3600))
	form := v.input(t, "form_urlencoded")
	const kind = "application/x-www-form-urlencoded; charset=utf-8"
	signed := signerOf(t, core.Object{"type": "alipay", "appId": "2021000000000001", "alipayPublicKey": vs.Keys["platform"].Public},
		core.Object{"privateKey": vs.Keys["merchant"].Private})
	for _, connection := range []string{webhookOf(t, vs.Keys["platform"].Public), signed} {
		now := sent
		w := platform(t, "alipay", connection, func() time.Time { return now })
		send := func(form string) reply { return w.send(t, "POST", "ack", form, "Content-Type", kind) }
		r := send(form)
		require.Equal(t, 200, r.status, r.body)
		require.Equal(t, "success", r.body)
		require.Equal(t, "success", send(form).body)
		require.Equal(t, 1, w.runs(t), "notify_id is the key")
		seen := w.send(t, "POST", "echo", form, "Content-Type", kind).value(t)
		require.Equal(t, "A1001", seen["body"].(core.Object)["out_trade_no"])
		require.Equal(t, "测试商品 A&B=50%", seen["body"].(core.Object)["subject"])

		fields, err := url.ParseQuery(form)
		require.NoError(t, err)
		change := func(name, text string) string {
			changed := url.Values{}
			maps.Copy(changed, fields)
			changed.Set(name, text)
			return changed.Encode()
		}
		require.Equal(t, 200, send(change("alipay_cert_sn", "5")).status, "not part of what is signed")
		for _, bad := range []string{
			change("total_amount", "12.51"), change("sign_type", "RSA"), change("sign", ""), change("sign", "AAAA"), change("sign", "!"),
			change("extra", ""), form + "&total_amount=99", strings.Replace(form, "&body=", "", 1), "%", "",
		} {
			r := send(bad)
			require.Equal(t, 401, r.status, bad)
			require.Equal(t, "fail", r.body)
		}
		now = sent.Add(48*time.Hour + time.Second)
		require.Equal(t, 401, send(form).status, "a replay")
	}
	other := strings.Replace(signed, "2021000000000001", "2021000000000009", 1)
	require.Equal(t, 401, platform(t, "alipay", other, func() time.Time { return sent }).send(t, "POST", "ack", form, "Content-Type", kind).status,
		"for another app")
}

func TestPDDVectors(t *testing.T) {
	t.Parallel()
	vs := platforms(t)
	for _, name := range []string{"pdd_sign_public_doc", "pdd_sign_increment_computed", "pdd_sign_unicode_json_computed"} {
		v := vs.of(t, name)
		form, object := url.Values{}, core.Object{}
		for key, text := range v.Inputs["params"].(map[string]any) {
			form.Set(key, text.(string))
			object[key] = text.(string)
		}
		form.Set("sign", v.expected(t, "sign"))
		object["sign"] = strings.ToLower(v.expected(t, "sign"))
		seconds, err := strconv.ParseInt(form.Get("timestamp"), 10, 64)
		require.NoError(t, err)
		now := time.Unix(seconds, 0)
		w := platform(t, "pdd", webhookOf(t, v.input(t, "client_secret")), func() time.Time { return now })
		const kind = "application/x-www-form-urlencoded"
		send := func(form url.Values) reply { return w.send(t, "POST", "ack", form.Encode(), "Content-Type", kind) }
		r := send(form)
		require.Equal(t, 200, r.status, r.body)
		require.JSONEq(t, `{"success": true}`, r.body)
		require.Equal(t, 200, send(form).status)
		require.Equal(t, 1, w.runs(t))
		body, err := value.Encode(object)
		require.NoError(t, err)
		require.Equal(t, 200, w.send(t, "POST", "ack", string(body), "Content-Type", jsonType).status, "as JSON")
		require.Equal(t, 200, w.send(t, "POST", "ack?"+form.Encode(), "").status, "in the query")
		for _, change := range [][2]string{{"type", "other"}, {"sign", ""}, {"sign", strings.Repeat("0", 32)}, {"more", "x"}} {
			bad, err := url.ParseQuery(form.Encode())
			require.NoError(t, err)
			bad.Set(change[0], change[1])
			r := send(bad)
			require.Equal(t, 401, r.status, change)
			require.Equal(t, 20004, r.value(t)["error_response"].(core.Object)["error_code"])
		}
		require.Equal(t, 401, w.send(t, "POST", "ack?type=x", form.Encode(), "Content-Type", kind).status, "two of a name")
		for _, off := range []time.Duration{-601 * time.Second, 601 * time.Second} {
			now = time.Unix(seconds, 0).Add(off)
			require.Equal(t, 401, send(form).status)
		}
	}
}
