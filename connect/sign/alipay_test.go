package sign_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"maps"
	"math/big"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/sign"
	"sluice/engine/core"
)

func TestAlipayVectors(t *testing.T) {
	t.Parallel()
	v := load(t)
	private, err := sign.ParsePrivateKey(v.Keys["merchant"].Private)
	require.NoError(t, err)
	platform, err := sign.ParsePublicKey(v.Keys["platform"].Public)
	require.NoError(t, err)
	// 2023-11-15 06:13:20 in China.
	a := &sign.Alipay{Entropy: at(1700000000, ""), AppID: "2021000000000001", PrivateKey: private, PublicKey: platform}
	for method, params := range map[string]core.Object{
		"POST": {"method": "alipay.trade.query", "biz_content": core.Object{"out_trade_no": "A1001"}, "notify_url": "", "left": nil},
		"GET":  nil,
	} {
		address := "https://openapi.alipay.com/gateway.do"
		if params == nil {
			address += "?method=alipay.trade.query&biz_content=" + url.QueryEscape(`{"out_trade_no":"A1001"}`)
		}
		r := request(t, method, address, params)
		require.NoError(t, a.Sign(r))
		form, err := url.ParseQuery(string(r.Body))
		require.NoError(t, err)
		require.Equal(t, v.expected(t, "alipay_request_rsa2_computed", "sign"), form.Get("sign"), method)
		for name, text := range v.Vectors[v.by["alipay_request_rsa2_computed"]].Inputs["params"].(map[string]any) {
			require.Equal(t, text, form.Get(name))
		}
		require.Equal(t, "POST", r.Method)
		require.Empty(t, r.URL.RawQuery)
		require.False(t, form.Has("notify_url"))
	}
	require.Error(t, a.Sign(request(t, "GET", "https://openapi.alipay.com/gateway.do", nil)), "no method")

	form := map[string]string{}
	for name, text := range v.Vectors[v.by["alipay_notify_rsa2_computed"]].Inputs["form"].(map[string]any) {
		form[name] = text.(string)
	}
	require.NoError(t, sign.VerifyAlipayNotify(form, platform))
	require.Error(t, sign.VerifyAlipayNotify(form, &private.PublicKey))
	for name, text := range map[string]string{"total_amount": "0.01", "body": "x", "sign": "AA==", "sign_type": "RSA"} {
		changed := maps.Clone(form)
		changed[name] = text
		require.Error(t, sign.VerifyAlipayNotify(changed, platform), name)
	}
}

// answerOf signs an inner text as the gateway does.
func answerOf(t *testing.T, key *rsa.PrivateKey, name, inner, more string) []byte {
	t.Helper()
	sum := sha256.Sum256([]byte(inner))
	signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
	require.NoError(t, err)
	return []byte(`{"` + name + `":` + inner + `,"sign":"` + base64.StdEncoding.EncodeToString(signature) + `"` + more + `}`)
}

func TestAlipayAnswers(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	a := &sign.Alipay{PublicKey: &key.PublicKey}
	// The signature covers the text as it came: escapes, spaces and the order of names.
	inner := `{ "msg":"Success","code":"10000", "trade_no":"20231115\/1", "subject":"\u6d4b" }`
	good := answerOf(t, key, "alipay_trade_query_response", inner, "")
	require.Nil(t, a.Judge(sign.Answer{Status: 200, Body: good}))
	require.Nil(t, a.Judge(sign.Answer{Status: 502, Body: []byte("<html>")}), "a failure by its status")
	refusal := func(code, sub string) []byte {
		return []byte(`{"alipay_trade_query_response":{"code":"` + code + `","msg":"m","sub_code":"` + sub + `","sub_msg":"s"}}`)
	}
	for name, c := range map[string]struct {
		body               []byte
		code               string
		permanent, unknown bool
	}{
		"changed by a space":     {[]byte(strings.Replace(string(good), `"10000", `, `"10000",`, 1)), "alipay.signature", true, true},
		"another amount":         {[]byte(strings.Replace(string(good), "20231115", "20231116", 1)), "alipay.signature", true, true},
		"not signed":             {[]byte(`{"alipay_trade_query_response":` + inner + `}`), "alipay.signature", true, true},
		"signed by another":      {answerOf(t, mustKey(t), "alipay_trade_query_response", inner, ""), "alipay.signature", true, true},
		"no answer":              {[]byte(`{}`), "alipay.signature", true, true},
		"two answers":            {[]byte(strings.Replace(string(good), `{"alipay`, `{"x_response":{"code":"10000"},"alipay`, 1)), "alipay.signature", true, true},
		"a refusal, not signed":  {refusal("40004", "ACQ.INVALID_PARAMETER"), "alipay.rejected", true, false},
		"not there yet":          {refusal("40004", "ACQ.TRADE_NOT_EXIST"), "alipay.rejected", false, false},
		"its system":             {refusal("40004", "ACQ.SYSTEM_ERROR"), "alipay.unavailable", false, true},
		"not available":          {refusal("20000", "isp.unknow-error"), "alipay.unavailable", false, true},
		"too many":               {refusal("40005", ""), "alipay.throttled", false, false},
		"too many, by sub_code":  {refusal("40002", "isv.app-call-limited"), "alipay.throttled", false, false},
		"our signature":          {refusal("40002", "isv.invalid-signature"), "alipay.signature", true, false},
		"the token":              {refusal("20001", "aop.invalid-app-auth-token"), "alipay.token", true, false},
		"error_response":         {answerOf(t, key, "error_response", `{"code":"40002","msg":"x"}`, ""), "alipay.rejected", true, false},
		"a refusal by nobody":    {answerOf(t, mustKey(t), "error_response", `{"code":"40002"}`, ""), "alipay.signature", true, true},
		"a code that is no text": {answerOf(t, key, "error_response", `{"code":10000}`, ""), "alipay.rejected", true, false},
	} {
		failure := a.Judge(sign.Answer{Status: 200, Body: c.body})
		require.NotNil(t, failure, name)
		require.Equal(t, c.code, failure.Code, name)
		require.Equal(t, c.permanent, failure.Permanent, name)
		require.Equal(t, c.unknown, failure.Unknown, name)
	}
	a.AlipayCertSN = "right"
	require.Nil(t, a.Judge(sign.Answer{Status: 200, Body: answerOf(t, key, "x_response", inner, `,"alipay_cert_sn":"right"`)}))
	failure := a.Judge(sign.Answer{Status: 200, Body: answerOf(t, key, "x_response", inner, `,"alipay_cert_sn":"newer"`)})
	require.Contains(t, failure.Message, "newer")
}

func mustKey(t *testing.T) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	return key
}

// certificate is a self-signed one in PEM.
func certificate(t *testing.T, key *rsa.PrivateKey, serial int64) string {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "Tenpay", Organization: []string{"Tests"}, Country: []string{"CN"}},
		NotAfter: time.Date(2040, 1, 1, 0, 0, 0, 0, time.UTC),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestPlatformKeys(t *testing.T) {
	t.Parallel()
	old, next := mustKey(t), mustKey(t)
	der, err := x509.MarshalPKIXPublicKey(&next.PublicKey)
	require.NoError(t, err)
	public := string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
	// The serial number's first digit is a zero, which belongs to its name.
	bundle := certificate(t, old, 0x0A17) + certificate(t, next, 0x0B17)
	for name, c := range map[string]struct{ text, id, serial string }{
		"certificates":        {bundle, "", "0A17"},
		"the other one":       {bundle, "0b17", "0B17"},
		"a public key":        {public, "PUB_KEY_ID_1", "PUB_KEY_ID_1"},
		"its bare base64":     {base64.StdEncoding.EncodeToString(der), "PUB_KEY_ID_1", "PUB_KEY_ID_1"},
		"both while changing": {certificate(t, old, 0x0A17) + public, "PUB_KEY_ID_1", "PUB_KEY_ID_1"},
	} {
		keys, serial, err := sign.ParsePlatformKeys(c.text, c.id)
		require.NoError(t, err, name)
		require.Equal(t, c.serial, serial, name)
		require.Len(t, keys, max(1, strings.Count(c.text, "BEGIN ")), name)
	}
	_, _, err = sign.ParsePlatformKeys(public, "")
	require.ErrorIs(t, err, sign.ErrNoKeyID)
	_, _, err = sign.ParsePlatformKeys(bundle, "0C17")
	require.ErrorContains(t, err, "0C17")
	_, _, err = sign.ParsePlatformKeys("x!", "")
	require.Error(t, err)
}

func TestKeysInAllTheirForms(t *testing.T) {
	t.Parallel()
	key := mustKey(t)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	pkcs1 := x509.MarshalPKCS1PrivateKey(key)
	block := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	for _, text := range []string{
		block("PRIVATE KEY", pkcs8), block("RSA PRIVATE KEY", pkcs1), base64.StdEncoding.EncodeToString(pkcs8), base64.StdEncoding.EncodeToString(pkcs1),
		"\n " + base64.StdEncoding.EncodeToString(pkcs1)[:64] + "\n" + base64.StdEncoding.EncodeToString(pkcs1)[64:],
		strings.ReplaceAll(block("PRIVATE KEY", pkcs8), "\n", `\n`),
	} {
		parsed, err := sign.ParsePrivateKey(text)
		require.NoError(t, err)
		require.True(t, key.Equal(parsed))
	}
	for _, text := range []string{block("RSA PUBLIC KEY", x509.MarshalPKCS1PublicKey(&key.PublicKey)), certificate(t, key, 1)} {
		parsed, err := sign.ParsePublicKey(text)
		require.NoError(t, err)
		require.True(t, key.PublicKey.Equal(parsed))
	}
	for text, want := range map[string]string{
		block("ENCRYPTED PRIVATE KEY", pkcs8):                         "password",
		certificate(t, key, 1):                                        "certificate",
		strings.ReplaceAll(block("PRIVATE KEY", pkcs8), "\n", " "):    "lines",
		base64.StdEncoding.EncodeToString(pkcs8[:200]):                "missing",
		strings.Replace(block("PRIVATE KEY", pkcs8), "MII", "!!!", 1): "lines",
	} {
		_, err := sign.ParsePrivateKey(text)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), text[40:60])
	}
	_, err = sign.ParsePublicKey(block("PRIVATE KEY", pkcs8))
	require.ErrorContains(t, err, "private key")
	_, err = sign.ParseCertificates(block("PRIVATE KEY", pkcs8))
	require.ErrorContains(t, err, "no certificate")
}

func TestCertificateNames(t *testing.T) {
	t.Parallel()
	key := mustKey(t)
	certificates, err := sign.ParseCertificates(certificate(t, key, 20231115) + certificate(t, key, 2))
	require.NoError(t, err)
	require.Len(t, certificates, 2)
	// printf CN=Tenpay,O=Tests,C=CN20231115 | md5sum
	require.Equal(t, "53418f9d4951770774721874fe2ce61b", sign.CertificateSN(certificates[0]))
	require.Equal(t, sign.CertificateSN(certificates[0])+"_"+sign.CertificateSN(certificates[1]), sign.RootSN(certificates))
}
