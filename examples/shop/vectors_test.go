package shop

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

type vectors struct {
	Keys map[string]struct {
		PublicPEM string `json:"public_pem"`
		Private   string `json:"private_pkcs8_der_base64"`
	} `json:"test_keys"`
	Vectors []vector `json:"vectors"`
}

type vector struct {
	Name     string                     `json:"name"`
	Platform string                     `json:"platform"`
	Purpose  string                     `json:"purpose"`
	Inputs   map[string]json.RawMessage `json:"inputs"`
	Expected map[string]json.RawMessage `json:"expected"`
	Negative []map[string]any           `json:"negative_cases"`
}

func text(t *testing.T, from map[string]json.RawMessage, name string) string {
	t.Helper()
	var s string
	require.NoError(t, json.Unmarshal(from[name], &s), name)
	return s
}

func loadVectors(t *testing.T, platform, purpose string) (vectors, []vector) {
	t.Helper()
	raw, err := os.ReadFile("testdata/signatures.json")
	require.NoError(t, err)
	var all vectors
	require.NoError(t, json.Unmarshal(raw, &all))
	var found []vector
	for _, v := range all.Vectors {
		if v.Platform == platform && v.Purpose == purpose {
			found = append(found, v)
		}
	}
	require.NotEmpty(t, found)
	return all, found
}

// at the second a vector was signed
func clockAt(t *testing.T, seconds string) func() time.Time {
	t.Helper()
	n, err := strconv.ParseInt(seconds, 10, 64)
	require.NoError(t, err)
	return func() time.Time { return time.Unix(n, 0) }
}

func spoil(sign string) string {
	last := sign[len(sign)-1:]
	return sign[:len(sign)-1] + map[bool]string{true: "1", false: "0"}[last == "0"]
}

func TestDouyinVectors(t *testing.T) {
	t.Parallel()
	_, found := loadVectors(t, "douyin-shop", "sign_request")
	for _, v := range found {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			in := func(name string) string { return text(t, v.Inputs, name) }
			b := newBench(t, Options{Clock: clockAt(t, in("timestamp")), Credentials: Credentials{Douyin: DouyinCredentials{AppKey: in("app_key"), AppSecret: in("app_secret"), AccessToken: "token"}}})
			call := func(sign, body string) string {
				q := url.Values{"app_key": {in("app_key")}, "method": {in("method")}, "access_token": {"token"}, "timestamp": {in("timestamp")}, "v": {"2"}, "sign": {sign}, "sign_method": {"hmac-sha256"}}
				r := b.send("POST", "/"+strings.ReplaceAll(in("method"), ".", "/")+"?"+q.Encode(), body)
				return r.json(t)["sub_code"].(string)
			}
			sign := text(t, v.Expected, "sign")
			require.NotEqual(t, "isv.signature-invalid", call(sign, in("param_json")))
			require.Equal(t, "isv.signature-invalid", call(spoil(sign), in("param_json")))
			require.Equal(t, "isv.signature-invalid", call(strings.ToUpper(sign), in("param_json")), "the hex is lower case")
			require.Equal(t, "isv.signature-invalid", call(sign, " "+in("param_json")), "the body is the signed text itself")
		})
	}
}

func TestPDDVectors(t *testing.T) {
	t.Parallel()
	_, found := loadVectors(t, "pdd", "sign_request")
	for _, v := range found {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			var p pddParams
			require.NoError(t, json.Unmarshal(v.Inputs["params"], &p))
			b := newBench(t, Options{Clock: clockAt(t, p["timestamp"]), Credentials: Credentials{PDD: PDDCredentials{ClientID: p["client_id"], ClientSecret: text(t, v.Inputs, "client_secret"), AccessToken: p["access_token"]}}})
			call := func(sign string) any {
				p["sign"] = sign
				if failure, failed := b.pddSend(p)["error_response"]; failed {
					return at(t, failure, "error_code")
				}
				return nil
			}
			sign := text(t, v.Expected, "sign")
			require.NotEqual(t, number(20004), call(sign))
			require.Equal(t, number(20004), call(spoil(sign)))
			require.Equal(t, number(20004), call(strings.ToLower(sign)), "the hex is upper case")
			p["empty"] = ""
			require.NotEqual(t, number(20004), call(sign), "empty values are not signed")
			p["more"] = "1"
			require.Equal(t, number(20004), call(sign), "all other values are")
		})
	}
}

func TestDingTalkVectors(t *testing.T) {
	t.Parallel()
	_, found := loadVectors(t, "dingtalk", "sign_request")
	for _, v := range found {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			ms := text(t, v.Inputs, "timestamp_ms")
			b := newBench(t, Options{Clock: clockAt(t, ms[:len(ms)-3]), Credentials: Credentials{DingTalk: DingTalkCredentials{AccessToken: "t", Secret: text(t, v.Inputs, "secret")}}})
			call := func(encodedSign string) any {
				return b.send("POST", "/robot/send?access_token=t&timestamp="+ms+"&sign="+encodedSign, `{"msgtype":"text","text":{"content":"你好"}}`).json(t)["errmsg"]
			}
			require.Equal(t, "ok", call(text(t, v.Expected, "sign_urlencoded")))
			require.Equal(t, "sign not match", call(url.QueryEscape(spoil(text(t, v.Expected, "sign_base64")))))
			if raw := text(t, v.Expected, "sign_base64"); strings.Contains(raw, "+") {
				require.Equal(t, "sign not match", call(raw), "a plus that is not escaped is a space")
			}
			for _, n := range v.Negative {
				require.Equal(t, "sign not match", call(url.QueryEscape(n["wrong_sign_base64"].(string))), n["why"])
			}
		})
	}
}

func TestFeishuVectors(t *testing.T) {
	t.Parallel()
	_, found := loadVectors(t, "feishu", "sign_request")
	for _, v := range found {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			seconds := text(t, v.Inputs, "timestamp_s")
			b := newBench(t, Options{Clock: clockAt(t, seconds), Credentials: Credentials{Feishu: FeishuCredentials{Token: "t", Secret: text(t, v.Inputs, "secret")}}})
			call := func(sign string) any {
				return b.send("POST", "/open-apis/bot/v2/hook/t", `{"timestamp":"`+seconds+`","sign":"`+sign+`","msg_type":"text","content":{"text":"你好"}}`).json(t)["code"]
			}
			require.Equal(t, number(0), call(text(t, v.Expected, "sign")))
			require.Equal(t, number(19021), call(spoil(text(t, v.Expected, "sign"))))
			for _, n := range v.Negative {
				require.Equal(t, number(19021), call(n["wrong_sign"].(string)), n["why"])
			}
		})
	}
}

func TestWeComImageVector(t *testing.T) {
	t.Parallel()
	_, found := loadVectors(t, "wecom", "build_message")
	raw, err := hex.DecodeString(text(t, found[0].Inputs, "image_bytes_hex"))
	require.NoError(t, err)
	require.Equal(t, base64.StdEncoding.EncodeToString(raw), text(t, found[0].Expected, "base64"))
	b := newBench(t, Options{})
	call := func(md5 string) any {
		return b.send("POST", "/cgi-bin/webhook/send?key="+b.creds.WeCom.Key, `{"msgtype":"image","image":{"base64":"`+text(t, found[0].Expected, "base64")+`","md5":"`+md5+`"}}`).json(t)["errcode"]
	}
	require.Equal(t, number(0), call(text(t, found[0].Expected, "md5")))
	require.Equal(t, number(40058), call(spoil(text(t, found[0].Expected, "md5"))))
	require.Equal(t, number(40058), call(strings.ToUpper(text(t, found[0].Expected, "md5"))))
}

func TestWeChatPayAuthorizationVectors(t *testing.T) {
	t.Parallel()
	all, found := loadVectors(t, "wechatpay-v3", "sign_request")
	creds := DefaultCredentials().WeChatPay
	creds.MerchantPublicKey = all.Keys["merchant"].PublicPEM
	for _, v := range found {
		t.Run(v.Name, func(t *testing.T) {
			t.Parallel()
			in := func(name string) string { return text(t, v.Inputs, name) }
			b := newBench(t, Options{Clock: clockAt(t, in("timestamp")), Credentials: Credentials{WeChatPay: creds}})
			call := func(signature, uri, body string) int {
				return b.send(in("method"), uri, body, "Authorization", `WECHATPAY2-SHA256-RSA2048 mchid="1900000001",nonce_str="`+in("nonce_str")+`",timestamp="`+in("timestamp")+
					`",serial_no="5157F09EFDC096DE15EBE81A47057A7232F1B8E1",signature="`+signature+`"`).status
			}
			signature := text(t, v.Expected, "signature")
			require.Equal(t, 404, call(signature, in("url_path_and_query"), in("body")), "signed well, but there is no such thing")
			require.Equal(t, 401, call("AAAA"+signature[4:], in("url_path_and_query"), in("body")))
			require.Equal(t, 401, call(signature, in("url_path_and_query")+"?x=1", in("body")))
			require.Equal(t, 401, call(signature, in("url_path_and_query"), in("body")+" "))
		})
	}
}

func TestWeChatPaySealingVectors(t *testing.T) {
	t.Parallel()
	all, opened := loadVectors(t, "wechatpay-v3", "decrypt")
	for _, v := range opened {
		in := func(name string) string { return text(t, v.Inputs, name) }
		s := &Shop{creds: Credentials{WeChatPay: WeChatPayCredentials{APIv3Key: in("apiv3_key")}}}
		require.Equal(t, in("ciphertext"), s.sealResource([]byte(text(t, v.Expected, "plaintext")), in("nonce"), in("associated_data")), v.Name)
	}

	_, signed := loadVectors(t, "wechatpay-v3", "verify_callback")
	var want map[string]string
	require.NoError(t, json.Unmarshal(signed[0].Inputs["headers"], &want))
	der, err := base64.StdEncoding.DecodeString(all.Keys["platform"].Private)
	require.NoError(t, err)
	creds := DefaultCredentials()
	creds.WeChatPay.PlatformSerial = want["Wechatpay-Serial"]
	creds.WeChatPay.PlatformPrivateKey = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	creds.WeChatPay.MerchantPublicKey = all.Keys["merchant"].PublicPEM
	s, err := New(Options{Credentials: creds})
	require.NoError(t, err)
	got := s.wechatSignature(clockAt(t, want["Wechatpay-Timestamp"])(), want["Wechatpay-Nonce"], []byte(text(t, signed[0].Inputs, "raw_body")))
	require.Equal(t, want, got)
	require.Equal(t, all.Keys["platform"].PublicPEM, s.Credentials().WeChatPay.PlatformPublicKey)
}

func TestDouyinEventSignVector(t *testing.T) {
	t.Parallel()
	_, found := loadVectors(t, "douyin-shop", "verify_callback")
	v := found[0]
	require.Equal(t, text(t, v.Expected, "event-sign"), douyinEventSign(DouyinCredentials{AppKey: "7000000000000000001", AppSecret: text(t, v.Inputs, "app_secret")}, text(t, v.Inputs, "raw_body")))
}

func TestKeysDependOnTheSeed(t *testing.T) {
	t.Parallel()
	one, again, two := makeKey(1, "merchant"), makeKey(1, "merchant"), makeKey(2, "merchant")
	require.True(t, one.Equal(again))
	require.False(t, one.Equal(two))
	require.Equal(t, 2048, one.N.BitLen())
	parsed, err := parsePEM(privatePEM(one), x509.ParsePKCS8PrivateKey)
	require.NoError(t, err)
	require.True(t, one.Equal(parsed.(*rsa.PrivateKey)))
}
