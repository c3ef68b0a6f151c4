package hooks_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/sign"
	"sluice/engine/core"
)

func mac(key, body string) []byte {
	h := hmac.New(sha256.New, []byte(key))
	h.Write([]byte(body))
	return h.Sum(nil)
}

func TestSchemes(t *testing.T) {
	t.Parallel()
	const body = `{"order": "订单 1" }`
	hexMAC, base64MAC := hex.EncodeToString(mac("k", body)), base64.StdEncoding.EncodeToString(mac("k", body))
	basic := func(text string) string { return "Basic " + base64.StdEncoding.EncodeToString([]byte(text)) }
	w := open(t, setup{secrets: map[string]string{"key": "k", "user": "me:pass:word", "none": ""}})
	defer w.close(t)
	for i, c := range []struct {
		verify  string
		headers []string
		status  int
	}{
		{`"scheme": "token", "connection": "key"`, []string{"Authorization", "Bearer k"}, 202},
		{`"scheme": "token", "connection": "key"`, []string{"Authorization", "bearer k"}, 202},
		{`"scheme": "token", "connection": "key"`, []string{"Authorization", "Bearer K"}, 401},
		{`"scheme": "token", "connection": "key"`, []string{"Authorization", "Bearer kk"}, 401},
		{`"scheme": "token", "connection": "key"`, []string{"Authorization", "Bearer "}, 401},
		{`"scheme": "token", "connection": "key"`, nil, 401},
		{`"scheme": "token", "connection": "key", "header": "X-Gitlab-Token"`, []string{"x-gitlab-token", "k"}, 202},
		{`"scheme": "token", "connection": "key", "header": "X-Gitlab-Token"`, []string{"Authorization", "Bearer k"}, 401},
		{`"scheme": "token", "connection": "key", "header": "X-Gitlab-Token"`, []string{"X-Gitlab-Token", "Bearer k"}, 401},
		{`"scheme": "token", "connection": "key", "header": "X-Key", "prefix": "Key "`, []string{"X-Key", "Key k"}, 202},
		{`"scheme": "token", "connection": "key", "header": "X-Key", "prefix": "Key "`, []string{"X-Key", "k"}, 401},
		{`"scheme": "token", "connection": "key", "header": "X-Key"`, []string{"X-Key", "k", "X-Key", "k"}, 401},
		{`"scheme": "token", "connection": "none"`, []string{"Authorization", "Bearer "}, 503},
		{`"scheme": "basic", "connection": "user"`, []string{"Authorization", basic("me:pass:word")}, 202},
		{`"scheme": "basic", "connection": "user"`, []string{"Authorization", basic("me:pass")}, 401},
		{`"scheme": "basic", "connection": "user"`, []string{"Authorization", basic("you:pass:word")}, 401},
		{`"scheme": "basic", "connection": "user"`, []string{"Authorization", "Basic me:pass:word"}, 401},
		{`"scheme": "basic", "connection": "user"`, []string{"Authorization", "Bearer me:pass:word"}, 401},
		{`"scheme": "basic", "connection": "user"`, nil, 401},
		{`"scheme": "basic", "connection": "key"`, []string{"Authorization", basic("k")}, 503},
		{`"scheme": "hmac-sha256", "connection": "key"`, []string{"X-Signature", hexMAC}, 202},
		{`"scheme": "hmac-sha256", "connection": "key"`, []string{"X-Signature", strings.ToUpper(hexMAC)}, 202},
		{`"scheme": "hmac-sha256", "connection": "key"`, []string{"X-Signature", "sha256=" + hexMAC}, 202},
		{`"scheme": "hmac-sha256", "connection": "key"`, []string{"X-Signature", "sha1=" + hexMAC}, 401},
		{`"scheme": "hmac-sha256", "connection": "key"`, []string{"X-Signature", hexMAC[:62]}, 401},
		{`"scheme": "hmac-sha256", "connection": "key"`, []string{"X-Signature", base64MAC}, 401},
		{`"scheme": "hmac-sha256", "connection": "key"`, nil, 401},
		{`"scheme": "hmac-sha256", "connection": "user"`, []string{"X-Signature", hexMAC}, 401},
		{`"scheme": "hmac-sha256", "connection": "none"`, []string{"X-Signature", hex.EncodeToString(mac("", body))}, 503},
		{`"scheme": "hmac-sha256", "connection": "key", "prefix": "v1="`, []string{"X-Signature", "v1=" + hexMAC}, 202},
		{`"scheme": "hmac-sha256", "connection": "key", "prefix": "v1="`, []string{"X-Signature", hexMAC}, 401},
		{`"scheme": "hmac-sha256", "connection": "key", "encoding": "base64", "header": "X-Shop-Hmac"`, []string{"X-Shop-Hmac", base64MAC}, 202},
		{`"scheme": "hmac-sha256", "connection": "key", "encoding": "base64", "header": "X-Shop-Hmac"`, []string{"X-Shop-Hmac", hexMAC}, 401},
		{`"scheme": "standard-webhooks", "connection": "user"`, []string{"webhook-id", "a", "webhook-timestamp", "1", "webhook-signature", "v1,x"}, 503},
	} {
		path := "f" + strconv.Itoa(i)
		w.publish(t, flow(path, path, `, "verify": {`+c.verify+`}`, echo))
		r := w.send(t, "POST", path, body, append(c.headers, "Content-Type", jsonType)...)
		require.Equal(t, c.status, r.status, "%s %v: %s", c.verify, c.headers, r.body)
		if c.status == 202 {
			require.Equal(t, 401, w.send(t, "POST", path, body, "Content-Type", jsonType).status)
			if len(c.headers) > 0 && strings.Contains(c.verify, "hmac") {
				r = w.send(t, "POST", path, body+" ", append(c.headers, "Content-Type", jsonType)...)
				require.Equal(t, 401, r.status, "one byte more, which means the same")
			}
		}
	}
}

// vector is a case of the shared signatures.
type vector struct {
	Name, Platform string
	Inputs         map[string]string
	Expected       map[string]string
}

func TestStandardWebhooksVectors(t *testing.T) {
	t.Parallel()
	var file struct{ Vectors []json.RawMessage }
	require.NoError(t, json.Unmarshal(shared(t, "testdata/signatures.json"), &file))
	tried := 0
	for _, raw := range file.Vectors {
		var v vector
		if json.Unmarshal(raw, &v) != nil || v.Platform != "standard-webhooks" {
			continue
		}
		tried++
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			seconds, err := strconv.ParseInt(v.Inputs["webhook-timestamp"], 10, 64)
			require.NoError(t, err)
			secrets := map[string]string{
				"current": v.Inputs["secret"] + v.Inputs["secret_current"] + v.Inputs["public_key"], "previous": v.Inputs["secret_previous"],
				"wrong": "whsec_" + base64.StdEncoding.EncodeToString([]byte("another key of 24 bytes.")),
			}
			secrets["both"] = secrets["wrong"] + " " + secrets["current"]
			now := time.Unix(seconds, 0)
			w := open(t, setup{secrets: secrets, now: func() time.Time { return now }})
			defer w.close(t)
			send := func(connection, body string, change ...string) int {
				w.publish(t, flow("f", "f", `, "verify": {"scheme": "standard-webhooks", "connection": "`+connection+`"}`, echo))
				headers := map[string]string{
					"webhook-id": v.Inputs["webhook-id"], "webhook-timestamp": v.Inputs["webhook-timestamp"],
					"webhook-signature": v.Expected["webhook-signature"], "content-type": jsonType,
				}
				for i := 0; i+1 < len(change); i += 2 {
					headers[change[i]] = change[i+1]
				}
				var list []string
				for name, text := range headers {
					list = append(list, name, text)
				}
				return w.send(t, "POST", "f", body, list...).status
			}
			body := v.Inputs["raw_body"]
			require.Equal(t, 202, send("current", body))
			require.Equal(t, 202, send("both", body), "a key of several")
			if secrets["previous"] != "" {
				require.Equal(t, 202, send("previous", body), "the sender is changing its key")
			}
			require.Equal(t, 401, send("wrong", body))
			require.Equal(t, 401, send("current", strings.Replace(body, ":", ": ", 1)))
			require.Equal(t, 401, send("current", body, "webhook-id", "msg_other"))
			require.Equal(t, 401, send("current", body, "webhook-id", ""))
			require.Equal(t, 401, send("current", body, "webhook-signature", ""))
			require.Equal(t, 401, send("current", body, "webhook-timestamp", ""))
			require.Equal(t, 401, send("current", body, "webhook-timestamp", v.Inputs["webhook-timestamp"]+".0"))
			require.Equal(t, 401, send("current", body, "webhook-timestamp", strconv.FormatInt(seconds+1, 10)))
			signature := v.Expected["webhook-signature"]
			require.Equal(t, 202, send("current", body, "webhook-signature", "v9,AAAA v1,!! "+signature+" v1,AAAA"))
			require.Equal(t, 401, send("current", body, "webhook-signature", strings.ReplaceAll(strings.ReplaceAll(signature, "v1a,", "v2,"), "v1,", "v2,")))
			require.Equal(t, 401, send("current", body, "webhook-signature", strings.Repeat("v1,AAAA ", 16)+signature))
			for _, off := range []time.Duration{-5 * time.Minute, 5 * time.Minute} {
				now = time.Unix(seconds, 0).Add(off)
				require.Equal(t, 202, send("current", body))
				now = now.Add(off / 300)
				require.Equal(t, 401, send("current", body))
			}
		})
	}
	require.Equal(t, 4, tried)
}

// TestTolerance signs as our own sender does.
func TestTolerance(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	w := open(t, setup{secrets: map[string]string{"c": "whsec_aGVsbG8="}, now: func() time.Time { return now }})
	defer w.close(t)
	w.publish(t, flow("f", "f", `, "verify": {"scheme": "standard-webhooks", "connection": "c", "tolerance": "1h"}`, echo))
	for age, status := range map[time.Duration]int{time.Hour: 202, time.Hour + time.Second: 401} {
		signature, err := sign.StandardWebhooks("whsec_aGVsbG8=", "m", now.Add(-age), []byte("{}"))
		require.NoError(t, err)
		stamp := strconv.FormatInt(now.Add(-age).Unix(), 10)
		r := w.send(t, "POST", "f", "{}", "webhook-id", "m", "webhook-timestamp", stamp, "webhook-signature", signature)
		require.Equal(t, status, r.status, r.body)
	}
}

func TestWhatCannotBePublished(t *testing.T) {
	t.Parallel()
	w := open(t, setup{})
	defer w.close(t)
	w.publish(t, flow("one", "orders/:id", `, "methods": ["POST"]`, echo), flow("two", "orders/new", "", echo))
	codes := func(document string) (all []string) {
		for _, d := range w.router.Check(w.compile(t, document), w.published) {
			all = append(all, d.Pointer+" "+d.Code)
			require.NotContains(t, d.Message, "{")
		}
		return all
	}
	taken := []string{"/triggers/0/config/path flow.webhook.path_used"}
	require.Equal(t, taken, codes(flow("other", "orders/:number", "", echo)), "another name for the parameter is the same path")
	require.Equal(t, taken, codes(flow("other", "/orders/new/", `, "methods": ["PUT"]`, echo)))
	require.Empty(t, codes(flow("other", "orders/:id", `, "methods": ["GET"]`, echo)))
	require.Empty(t, codes(flow("other", ":all/new", "", echo)))
	require.Empty(t, codes(flow("one", "orders/:id", "", echo)), "a flow may take its own path again")
	require.Equal(t, []string{"/triggers/0/config/verify/tolerance flow.webhook.verify_ignored"},
		codes(flow("other", "x", `, "verify": {"scheme": "hmac-sha256", "connection": "c", "header": "x", "tolerance": "5m"}`, echo)))

	require.Equal(t, []string{"/triggers/0/config/verify/header flow.webhook.verify_ignored"},
		codes(flow("other", "x", `, "verify": {"scheme": "github", "connection": "c", "header": "x"}`, echo)))
	w.bind(t, w.compile(t, flow("other", "orders/new", `, "ackStatus": 299`, echo)))
	require.Equal(t, 202, w.send(t, "POST", "orders/new", "{}").status, "the first has it")
	w.unbind("two")
	require.Equal(t, 299, w.send(t, "POST", "orders/new", "{}").status)
}

func TestRouting(t *testing.T) {
	t.Parallel()
	w := open(t, setup{})
	defer w.close(t)
	for _, path := range []string{"a/b", "a/:x", ":x/b", ":x/:y", "a/:x/c", ":x/b/:z", "a"} {
		id := strings.NewReplacer("/", "-", ":", "p").Replace(path)
		w.publish(t, flow(id, path, `, "respond": "result"`, `"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": 1}}}], "output": ["`+path+`", "{{ trigger.params }}"]`))
	}
	w.publish(t, flow("get", "m/q/:x", `, "methods": ["GET"], "ackStatus": 200`, echo), flow("post", "m/q/n", `, "methods": ["POST"], "ackStatus": 201`, echo))
	for path, want := range map[string]string{
		"a/b": `["a/b",{}]`, "a/b/": `["a/b",{}]`, "/a/b": `["a/b",{}]`, "a/z": `["a/:x",{"x":"z"}]`, "z/b": `[":x/b",{"x":"z"}]`,
		"y/z": `[":x/:y",{"x":"y","y":"z"}]`, "a/b/c": `["a/:x/c",{"x":"b"}]`, "a/b/d": `[":x/b/:z",{"x":"a","z":"d"}]`, "a": `["a",{}]`,
		"a/%E8%AE%A2%E5%8D%95": `["a/:x",{"x":"订单"}]`, "a/x%2Fy": `["a/:x",{"x":"x/y"}]`, "%61/b": `["a/b",{}]`, "A/b": `[":x/b",{"x":"A"}]`,
	} {
		r := w.send(t, "POST", path, "{}")
		require.Equal(t, 200, r.status, "%s: %s", path, r.body)
		require.Equal(t, want, r.body, path)
	}
	require.Equal(t, 201, w.send(t, "POST", "m/q/n", "{}").status)
	require.Equal(t, 200, w.send(t, "GET", "m/q/n", "").status, "the literal path does not take GET")
	require.Equal(t, "GET, POST", w.send(t, "PUT", "m/q/n", "").header.Get("Allow"))
	require.Equal(t, 404, w.send(t, "POST", "a/b/c/d", "").status)
}

func TestTrigger(t *testing.T) {
	t.Parallel()
	now := time.Date(2024, 6, 1, 10, 15, 30, 5000, time.FixedZone("", 8*3600))
	w := open(t, setup{now: func() time.Time { return now }, secrets: map[string]string{"c": "s3cret"}})
	defer w.close(t)
	w.publish(t,
		flow("f", "shops/:shop/orders/:id", `, "respond": "result", "verify": {"scheme": "token", "connection": "c", "header": "X-Token"}`, echo),
		flow("raw", "raw", `, "respond": "result"`, `"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": "{{ trigger.raw }}"}}}], "output": "{{ trigger }}"`),
	)
	got := w.send(t, "PUT", "shops/%E5%BA%97/orders/6917223378889540123?tag=a&tag=%E8%AE%A2%E5%8D%95&n=007&empty=&flag&p=a%26b+c",
		`{"id": 6917223378889540123, "price": 0.10, "big": 123456789012345678901234567890, "name": "张三"}`,
		"Content-Type", "Application/JSON; Charset=UTF-8", "X-Request-ID", "r1", "X-Many", "a", "X-Many", "b", "Authorization", "Bearer x",
		"Cookie", "session=1", "X-Token", "s3cret", "X-Chinese", "订单").value(t)
	headers := got["headers"].(core.Object)
	for _, name := range []string{"host", "user-agent", "accept-encoding", "content-length"} {
		require.NotEmpty(t, headers[name], name)
		delete(headers, name)
	}
	require.Equal(t, core.Object{
		"id": "hook", "type": "webhook", "at": "2024-06-01T02:15:30.000005Z", "method": "PUT",
		"path":   "shops/%E5%BA%97/orders/6917223378889540123",
		"params": core.Object{"shop": "店", "id": "6917223378889540123"},
		"query":  core.Object{"tag": core.List{"a", "订单"}, "n": "007", "empty": "", "flag": "", "p": "a&b c"},
		"headers": core.Object{
			"content-type": "Application/JSON; Charset=UTF-8", "x-request-id": "r1", "x-many": "a, b", "x-chinese": "订单",
		},
		"body": core.Object{
			"id": 6917223378889540123, "price": 0.1, "big": got["body"].(core.Object)["big"], "name": "张三",
		},
	}, got)

	for _, c := range []struct {
		kind, body string
		want       core.Value
	}{
		{jsonType, ` {"id": 6917223378889540123} `, core.Object{"id": 6917223378889540123}},
		{"", `[1]`, core.List{1}},
		{jsonType, `{"id": 1, "a": "<订单>", "id": 6917223378889540123, "p": 0.10}`, core.Object{"id": 6917223378889540123, "a": "<订单>", "p": 0.1}},
		{"application/vnd.shop+json", `"x"`, "x"},
		{"application/x-www-form-urlencoded", "id=6917223378889540123&amount=0.10&t=a&t=b&buyer=%E5%BC%A0%E4%B8%89&sign=a%2Bb%3D", core.Object{
			"id": "6917223378889540123", "amount": "0.10", "t": core.List{"a", "b"}, "buyer": "张三", "sign": "a+b=",
		}},
		{"text/xml; charset=utf-8", "<xml>订单</xml>", "<xml>订单</xml>"},
		{"application/octet-stream", "x\x00y", "x\x00y"},
	} {
		r := w.send(t, "POST", "raw", c.body, "Content-Type", c.kind)
		require.Equal(t, 200, r.status, r.body)
		require.Equal(t, c.want, r.value(t)["body"], c.kind)
		require.Equal(t, c.body, r.value(t)["raw"])
	}
	for _, c := range [][]string{{"GET", ""}, {"GET", jsonType}, {"POST", "image/png"}, {"DELETE", "text/plain"}} {
		r := w.send(t, c[0], "raw", "", "Content-Type", c[1])
		if c[1] == "image/png" {
			require.Equal(t, 415, r.status)
			continue
		}
		require.Equal(t, 200, r.status, r.body)
		require.Nil(t, r.value(t)["body"])
		require.Contains(t, r.value(t), "body")
	}
}
