package hooks_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

// sealCBC encrypts as the platforms do, padding to blocks of that size.
func sealCBC(t *testing.T, key, iv, plain []byte, size int) []byte {
	t.Helper()
	pad := size - len(plain)%size
	plain = append(slices.Clone(plain), bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	out := make([]byte, len(plain))
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(out, plain)
	return out
}

const (
	feishuKey   = "demo-encrypt-key"
	feishuToken = "demo-verification-token"
)

func feishuEncrypt(t *testing.T, plain string) string {
	t.Helper()
	key := sha256.Sum256([]byte(feishuKey))
	iv := []byte("0123456789abcdef")
	return `{"encrypt":"` + base64.StdEncoding.EncodeToString(append(iv, sealCBC(t, key[:], iv, []byte(plain), aes.BlockSize)...)) + `"}`
}

func feishuHeaders(stamp int64, body string) []string {
	at := strconv.FormatInt(stamp, 10)
	sum := sha256.Sum256([]byte(at + "nonce" + feishuKey + body))
	return []string{
		"Content-Type", jsonType, "X-Lark-Request-Timestamp", at, "X-Lark-Request-Nonce", "nonce", "X-Lark-Signature", hex.EncodeToString(sum[:]),
	}
}

// TestFeishuDecryptsWhatItsDocumentationShows holds the decryption to a published case: key "test key", text "hello world".
func TestFeishuDecryptsWhatItsDocumentationShows(t *testing.T) {
	t.Parallel()
	connection := definition(t, "c", "feishu", core.Object{}, core.Object{"encryptKey": "test key"})
	w := platform(t, "feishu", connection, nil)
	r := w.send(t, "POST", "ack", `{"encrypt": "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghk="}`, "Content-Type", jsonType)
	require.Equal(t, 401, r.status)
	require.Contains(t, r.body, "the body is not an event", "it was decrypted, and hello world is none")
	r = w.send(t, "POST", "ack", `{"encrypt": "P37w+VZImNgPEO1RBhJ6RtKl7n6zymIbEG1pReEzghg="}`, "Content-Type", jsonType)
	require.Contains(t, r.body, "cannot be decrypted")
}

func TestFeishuEvents(t *testing.T) {
	t.Parallel()
	now := time.Unix(1700000000, 0)
	connection := definition(t, "c", "feishu", core.Object{}, core.Object{"encryptKey": feishuKey, "verificationToken": feishuToken})
	w := platform(t, "feishu", connection, func() time.Time { return now })
	send := func(path, body string, headers []string) reply { return w.send(t, "POST", path, body, headers...) }

	question := feishuEncrypt(t, `{"challenge":"ajls384kdjx98XX","token":"`+feishuToken+`","type":"url_verification"}`)
	r := send("ack", question, []string{"Content-Type", jsonType})
	require.Equal(t, 200, r.status, r.body)
	require.JSONEq(t, `{"challenge":"ajls384kdjx98XX"}`, r.body)
	forged := feishuEncrypt(t, `{"challenge":"a","token":"other","type":"url_verification"}`)
	require.Equal(t, 401, send("ack", forged, []string{"Content-Type", jsonType}).status)
	require.Equal(t, 0, w.runs(t), "a question starts nothing")

	plain := `{"schema":"2.0","header":{"event_id":"e1","token":"` + feishuToken + `","event_type":"im.message.receive_v1"},"event":{"id":6917000000000000001}}`
	event := feishuEncrypt(t, plain)
	r = send("ack", event, feishuHeaders(now.Unix(), event))
	require.Equal(t, 200, r.status, r.body)
	require.JSONEq(t, `{}`, r.body)
	require.Equal(t, 200, send("ack", event, feishuHeaders(now.Unix()+1, event)).status)
	require.Equal(t, 1, w.runs(t), "event_id is the key")
	seen := send("echo", event, feishuHeaders(now.Unix(), event)).value(t)
	require.Equal(t, core.Object{
		"schema": "2.0", "header": core.Object{"event_id": "e1", "event_type": "im.message.receive_v1"}, "event": core.Object{"id": 6917000000000000001},
	}, seen["body"], "decrypted, without the token")
	require.Equal(t, event, seen["raw"])

	old := feishuEncrypt(t, `{"uuid":"u1","token":"`+feishuToken+`","type":"event_callback","event":{}}`)
	for range 2 {
		require.Equal(t, 200, send("ack", old, feishuHeaders(now.Unix(), old)).status, "version 1")
	}
	require.Equal(t, 3, w.runs(t))

	stranger := feishuEncrypt(t, `{"header":{"event_id":"e2","token":"other"}}`)
	for _, bad := range []struct {
		body    string
		headers []string
	}{
		{event, []string{"Content-Type", jsonType}}, {event, feishuHeaders(now.Unix(), event+" ")}, {stranger, feishuHeaders(now.Unix(), stranger)},
		{plain, feishuHeaders(now.Unix(), plain)}, {event, feishuHeaders(now.Add(-25*time.Hour).Unix(), event)},
		{event, feishuHeaders(now.Add(25*time.Hour).Unix(), event)}, {`{"encrypt":"AAAA"}`, feishuHeaders(now.Unix(), `{"encrypt":"AAAA"}`)},
	} {
		r := send("ack", bad.body, bad.headers)
		require.Equal(t, 401, r.status, bad.body)
		require.NotContains(t, r.body, feishuToken)
		require.NotContains(t, r.body, feishuKey)
	}
	require.Equal(t, 3, w.runs(t))
}

func TestFeishuWithATokenAlone(t *testing.T) {
	t.Parallel()
	w := platform(t, "feishu", definition(t, "c", "feishu", core.Object{}, core.Object{"verificationToken": feishuToken}), nil)
	send := func(path, body string) reply { return w.send(t, "POST", path, body, "Content-Type", jsonType) }
	question := func(token string) string {
		return fmt.Sprintf(`{"challenge":"c","token":%q,"type":"url_verification"}`, token)
	}
	require.JSONEq(t, `{"challenge":"c"}`, send("ack", question(feishuToken)).body)
	require.Equal(t, 401, send("ack", question("x")).status)
	require.Equal(t, 401, send("ack", strings.Replace(question(feishuToken), `"c"`, `"`+strings.Repeat("c", 1025)+`"`, 1)).status)
	event := `{"header":{"event_id":"e1","token":"` + feishuToken + `"},"event":{}}`
	seen := send("echo", event).value(t)
	require.NotContains(t, fmt.Sprint(seen), feishuToken, "the token gets into no journal")
	require.Equal(t, core.Object{"event_id": "e1"}, seen["body"].(core.Object)["header"])
	require.Equal(t, 401, send("ack", `{"header":{"event_id":"e1"}}`).status)
	require.Equal(t, 503, send("ack", feishuEncrypt(t, "{}")).status, "events come encrypted, and the key is not here")
	robot := platform(t, "feishu", definition(t, "c", "feishu", core.Object{}, core.Object{"token": "t", "secret": "s"}), nil)
	require.Equal(t, 503, robot.send(t, "POST", "ack", event, "Content-Type", jsonType).status, "the secret of a robot is for sending")
}

const (
	dingToken = "demo-callback-token"
	dingKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	dingOwner = "dingdemoappkey"
)

// dingEvent is an event of DingTalk: its body and its query.
func dingEvent(t *testing.T, message, owner string, at time.Time) (body, query string) {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(dingKey + "=")
	require.NoError(t, err)
	plain := binary.BigEndian.AppendUint32([]byte("sixteen letters."), uint32(len(message)))
	encrypted := base64.StdEncoding.EncodeToString(sealCBC(t, key, key[:16], append(append(plain, message...), owner...), 32))
	stamp := strconv.FormatInt(at.UnixMilli(), 10)
	return `{"encrypt":"` + encrypted + `"}`,
		url.Values{"msg_signature": {dingSignature(stamp, "n0", encrypted)}, "timestamp": {stamp}, "nonce": {"n0"}}.Encode()
}

func dingSignature(stamp, nonce, encrypted string) string {
	parts := []string{dingToken, stamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// dingSuccess holds an answer to what DingTalk takes for a success.
func dingSuccess(t *testing.T, r reply) {
	t.Helper()
	require.Equal(t, 200, r.status, r.body)
	answer := r.value(t)
	encrypted := answer["encrypt"].(string)
	require.Equal(t, dingSignature(answer["timeStamp"].(string), answer["nonce"].(string), encrypted), answer["msg_signature"])
	key, err := base64.StdEncoding.DecodeString(dingKey + "=")
	require.NoError(t, err)
	sealed, err := base64.StdEncoding.DecodeString(encrypted)
	require.NoError(t, err)
	block, err := aes.NewCipher(key)
	require.NoError(t, err)
	plain := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(plain, sealed)
	require.Equal(t, uint32(7), binary.BigEndian.Uint32(plain[16:20]))
	require.Equal(t, "success"+dingOwner, string(plain[20:len(plain)-int(plain[len(plain)-1])]))
}

func TestDingTalkEvents(t *testing.T) {
	t.Parallel()
	now := time.Unix(1700000000, 0)
	connection := definition(t, "c", "dingtalk", core.Object{"ownerKey": dingOwner}, core.Object{"callbackToken": dingToken, "aesKey": dingKey})
	w := platform(t, "dingtalk", connection, func() time.Time { return now })
	send := func(path, body, query string) reply {
		return w.send(t, "POST", path+"?"+query, body, "Content-Type", jsonType)
	}
	body, query := dingEvent(t, `{"EventType":"check_url"}`, dingOwner, now)
	dingSuccess(t, send("ack", body, query))
	require.Equal(t, 0, w.runs(t), "the platform tries the address: nothing is started")

	body, query = dingEvent(t, `{"EventType":"bpms_instance_change","createTime":1700000000000}`, dingOwner, now)
	dingSuccess(t, send("ack", body, query))
	dingSuccess(t, send("ack", body, query))
	require.Equal(t, 1, w.runs(t))
	dingSuccess(t, send("ack", body, strings.Replace(query, "msg_signature", "signature", 1)))
	dingSuccess(t, send("echo", body, query))
	require.Equal(t, 2, w.runs(t))

	for _, bad := range [][2]string{
		{body, ""}, {body, strings.Replace(query, "n0", "n1", 1)}, {strings.Replace(body, "A", "B", 1), query},
	} {
		require.Equal(t, 401, send("ack", bad[0], bad[1]).status, bad)
	}
	for _, off := range []time.Duration{-25 * time.Hour, 25 * time.Hour} {
		body, query := dingEvent(t, `{}`, dingOwner, now.Add(off))
		require.Equal(t, 401, send("ack", body, query).status)
	}
	body, query = dingEvent(t, `{}`, "another", now)
	require.Equal(t, 401, send("ack", body, query).status)
	require.Equal(t, 2, w.runs(t))
}

func TestWhatIsSaidToADingTalkRobot(t *testing.T) {
	t.Parallel()
	now := time.Unix(1700000000, 0)
	w := platform(t, "dingtalk", definition(t, "c", "dingtalk", core.Object{}, core.Object{"appSecret": "robot-secret"}), func() time.Time { return now })
	const body = `{"msgtype":"text","text":{"content":" 查单 A1"},"msgId":"m1","senderStaffId":"u1"}`
	headers := func(at time.Time, secret string) []string {
		stamp := strconv.FormatInt(at.UnixMilli(), 10)
		h := hmac.New(sha256.New, []byte(secret))
		h.Write([]byte(stamp + "\n" + secret))
		return []string{"Content-Type", jsonType, "timestamp", stamp, "sign", base64.StdEncoding.EncodeToString(h.Sum(nil))}
	}
	send := func(path string, headers []string) reply { return w.send(t, "POST", path, body, headers...) }
	r := send("ack", headers(now, "robot-secret"))
	require.Equal(t, 200, r.status, r.body)
	require.JSONEq(t, `{"msgtype":"empty"}`, r.body)
	require.Equal(t, 200, send("ack", headers(now, "robot-secret")).status)
	require.Equal(t, 1, w.runs(t), "msgId is the key")
	seen := send("echo", headers(now, "robot-secret")).value(t)
	require.NotContains(t, seen["headers"], "sign", "it would let others speak for an hour")
	require.Equal(t, 401, send("ack", headers(now, "other")).status)
	require.Equal(t, 401, send("ack", []string{"Content-Type", jsonType}).status)
	require.Equal(t, 401, send("ack", headers(now.Add(-time.Hour-time.Second), "robot-secret")).status)
	require.Equal(t, 200, send("ack", headers(now.Add(-time.Hour), "robot-secret")).status)
}

// TestATriggersOwnAnswerComesFirst: what a trigger says is answered, whatever the platform's usual answer is.
func TestATriggersOwnAnswerComesFirst(t *testing.T) {
	t.Parallel()
	v := platforms(t).of(t, "stripe_v1_computed")
	w := open(t, setup{connections: []string{webhookOf(t, v.input(t, "endpoint_secret"))}, now: fixed(1700000000)})
	defer w.close(t)
	verify := `, "verify": {"scheme": "stripe", "connection": "c"}`
	w.publish(t, flow("body", "body", verify+`, "ackBody": {"got": "{{ trigger.body.id }}"}`, echo), flow("status", "status", verify+`, "ackStatus": 299`, echo),
		flow("key", "key", verify+`, "idempotency": {"key": "nil"}`, echo))
	send := func(path string) reply {
		return w.send(t, "POST", path, v.input(t, "raw_body"), "Content-Type", jsonType, "Stripe-Signature", v.expected(t, "Stripe-Signature"))
	}
	require.Equal(t, 202, send("body").status)
	require.JSONEq(t, `{"got": "evt_demo_1"}`, send("body").body)
	r := send("status")
	require.Equal(t, 299, r.status)
	require.Equal(t, r.run(t), send("status").run(t))
	send("key")
	send("key")
	require.Equal(t, 4, w.runs(t), "a flow that names a key of its own has the last word, also with none")
}
