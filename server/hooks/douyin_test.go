package hooks_test

import (
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

const douyinSecret = "demo-app-secret"

func douyinShop(t *testing.T) string {
	t.Helper()
	return signerOf(t, core.Object{"type": "douyin", "appKey": "7000000000000000001"}, core.Object{"appSecret": douyinSecret})
}

func eventSign(app, body string) string {
	sum := md5.Sum([]byte(app + body + douyinSecret))
	return hex.EncodeToString(sum[:])
}

func TestDouyinMessages(t *testing.T) {
	t.Parallel()
	v := platforms(t).of(t, "douyin_push_event_sign_computed")
	app := v.Inputs["headers"].(map[string]any)["app-id"].(string)
	body, signature := v.input(t, "raw_body"), v.expected(t, "event-sign")
	w := platform(t, "douyin", douyinShop(t), nil)
	send := func(path, body, app, signature string) reply {
		return w.send(t, "POST", path, body, "Content-Type", jsonType, "app-id", app, "event-sign", signature)
	}
	r := send("ack", body, app, signature)
	require.Equal(t, 200, r.status, r.body)
	require.JSONEq(t, `{"code": 0, "msg": "success"}`, r.body)
	require.Equal(t, 200, send("ack", body, app, strings.ToUpper(signature)).status)
	require.Equal(t, 1, w.runs(t), "msg_id is the key")

	seen := send("echo", body, app, signature).value(t)
	require.Equal(t, body, seen["raw"])
	message := seen["body"].(core.List)[0].(core.Object)
	require.Equal(t, 4800000000000000001, message["data"].(core.Object)["p_id"], "data is decoded, every digit kept")

	// One of the platform's libraries takes the blanks out before it signs.
	spaced := strings.ReplaceAll(body, `,"msg_id"`, `, "msg_id"`)
	require.Equal(t, 200, send("ack", spaced, app, signature).status)
	for _, bad := range [][3]string{
		{body, app, strings.Repeat("0", 32)}, {body, "7000000000000000002", eventSign("7000000000000000002", body)},
		{strings.Replace(body, "101", "102", 1), app, signature}, {`{}`, app, eventSign(app, `{}`)}, {`[1]`, app, eventSign(app, `[1]`)},
	} {
		r := send("ack", bad[0], bad[1], bad[2])
		require.Equal(t, 401, r.status, bad)
		require.Equal(t, 10001, r.value(t)["code"])
		require.NotContains(t, r.body, douyinSecret)
	}
	runs := w.runs(t)
	probe := `[{"tag":"0","msg_id":"1","data":"2020-09-10 16:28:58"}]`
	require.JSONEq(t, `{"code": 0, "msg": "success"}`, send("ack", probe, app, eventSign(app, probe)).body)
	require.Equal(t, runs, w.runs(t), "the platform tries the address: nothing is started")
	two := `[{"tag":"101","msg_id":"a","data":"{}"},{"tag":"102","msg_id":"b","data":"x"}]`
	require.Equal(t, 200, send("ack", two, app, eventSign(app, two)).status)
	require.Equal(t, runs+1, w.runs(t))
}

func TestDouyinServices(t *testing.T) {
	t.Parallel()
	v := platforms(t).of(t, "douyin_spi_sign_computed")
	sent := time.Date(2023, 11, 15, 6, 13, 20, 0, time.FixedZone("", 8*3600))
	now := sent
	w := platform(t, "douyin", douyinShop(t), func() time.Time { return now })
	params := func(change ...string) string {
		form := url.Values{
			"app_key": {v.input(t, "app_key")}, "timestamp": {v.input(t, "timestamp")}, "param_json": {v.input(t, "param_json")},
			"sign_method": {"hmac-sha256"}, "sign": {v.expected(t, "sign_hmac_sha256")},
		}
		for i := 0; i+1 < len(change); i += 2 {
			form.Set(change[i], change[i+1])
		}
		return form.Encode()
	}
	const kind = "application/x-www-form-urlencoded"
	r := w.send(t, "POST", "ack", params(), "Content-Type", kind)
	require.Equal(t, 200, r.status, r.body)
	require.JSONEq(t, `{"code": 0, "message": "success", "data": {}}`, r.body)
	require.Equal(t, 200, w.send(t, "GET", "ack?"+params(), "").status)
	require.Equal(t, 200, w.send(t, "GET", "ack?"+params("sign", "", "sign_v2", v.expected(t, "sign_hmac_sha256")), "").status)
	require.Equal(t, 200, w.send(t, "GET", "ack?"+params("sign_method", "md5", "sign", v.expected(t, "sign_md5")), "").status)
	require.Equal(t, 200, w.send(t, "GET", "ack?"+params("param_json", `{"order_id": "4800000000000000001A"}`), "").status, "written another way")
	seen := w.send(t, "GET", "echo?"+params(), "").value(t)
	require.Equal(t, core.Object{"order_id": "4800000000000000001A"}, seen["body"])
	for _, bad := range [][]string{
		{"sign_method", "md5"}, {"sign", v.expected(t, "sign_md5")}, {"sign", ""}, {"app_key", "7"}, {"timestamp", "2023-11-15 06:13:21"},
		{"param_json", `{"order_id":"4800000000000000002A"}`},
	} {
		require.Equal(t, 401, w.send(t, "GET", "ack?"+params(bad...), "").status, bad)
	}
	for _, off := range []time.Duration{-601 * time.Second, 601 * time.Second} {
		now = sent.Add(off)
		require.Equal(t, 401, w.send(t, "GET", "ack?"+params(), "").status)
	}
}

func TestDouyinOpenPlatform(t *testing.T) {
	t.Parallel()
	v := platforms(t).of(t, "douyin_open_platform_signature_computed")
	key := v.input(t, "client_secret")
	w := platform(t, "douyin", webhookOf(t, key), nil)
	send := func(body, signature string) reply {
		return w.send(t, "POST", "ack", body, "Content-Type", jsonType, "X-Douyin-Signature", signature, "Msg-Id", "m1")
	}
	require.Equal(t, 200, send(v.input(t, "raw_body"), v.expected(t, "X-Douyin-Signature")).status)
	require.Equal(t, 200, send(v.input(t, "raw_body"), v.expected(t, "X-Douyin-Signature")).status)
	require.Equal(t, 1, w.runs(t), "Msg-Id is the key")
	require.Equal(t, 401, send(v.input(t, "raw_body")+" ", v.expected(t, "X-Douyin-Signature")).status)
	for _, question := range []string{
		`{"event":"verify_webhook","client_key":"k","content":{"challenge":12345}}`, `{"event":"verify_webhook","client_key":"k","content":"{\"challenge\":12345}"}`,
	} {
		sum := sha1.Sum([]byte(key + question))
		r := send(question, hex.EncodeToString(sum[:]))
		require.Equal(t, 200, r.status)
		require.JSONEq(t, `{"challenge": 12345}`, r.body)
	}
	require.Equal(t, 1, w.runs(t))
	require.Equal(t, 401, w.send(t, "POST", "ack", "{}", "Content-Type", jsonType).status, "without any signature")
}
