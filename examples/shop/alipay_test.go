package shop

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// alipaySend sends a form as it is and checks the signature over the text of the answer.
func (b *bench) alipaySend(form map[string]string) map[string]any {
	b.t.Helper()
	values := url.Values{}
	for name, value := range form {
		values.Set(name, value)
	}
	r := b.send("POST", "/gateway.do", values.Encode(), "Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	require.Equal(b.t, 200, r.status)
	var parts map[string]json.RawMessage
	require.NoError(b.t, json.Unmarshal([]byte(r.text), &parts))
	var sign string
	require.NoError(b.t, json.Unmarshal(parts["sign"], &sign))
	delete(parts, "sign")
	delete(parts, "alipay_cert_sn")
	require.Len(b.t, parts, 1, r.text)
	for _, raw := range parts {
		der, err := base64.StdEncoding.DecodeString(b.shop.Credentials().Alipay.AlipayPublicKey)
		require.NoError(b.t, err)
		public, err := x509.ParsePKIXPublicKey(der)
		require.NoError(b.t, err)
		signature, err := base64.StdEncoding.DecodeString(sign)
		require.NoError(b.t, err)
		sum := sha256.Sum256(raw)
		require.NoError(b.t, rsa.VerifyPKCS1v15(public.(*rsa.PublicKey), crypto.SHA256, sum[:], signature))
		return reply{text: string(raw)}.json(b.t)
	}
	return nil
}

// TestAlipayVector: the vector names an order, and the keys are those of the vectors.
func TestAlipayVector(t *testing.T) {
	t.Parallel()
	all, found := loadVectors(t, "alipay", "sign_request")
	var form map[string]string
	require.NoError(t, json.Unmarshal(found[0].Inputs["params"], &form))
	creds := DefaultCredentials()
	creds.Alipay.AppID = form["app_id"]
	creds.WeChatPay.MerchantPublicKey = all.Keys["merchant"].PublicPEM
	b := newBench(t, Options{Credentials: creds})
	require.Empty(t, b.shop.Credentials().Alipay.AppPrivateKey, "the merchant's own")
	order := b.add(Order{ID: "A10011", Platform: Alipay, Status: PendingShipment})
	sign := text(t, found[0].Expected, "sign")
	send := func(change func(form map[string]string)) any {
		changed := map[string]string{"sign": sign, "notify_url": ""}
		maps.Copy(changed, form)
		change(changed)
		answer := b.alipaySend(changed)
		if answer["sub_code"] != nil {
			return answer["sub_code"]
		}
		return answer["code"]
	}
	require.Equal(t, "ACQ.TRADE_NOT_EXIST", send(func(map[string]string) {}), "signed, with an empty value, and not there")
	for name, c := range map[string]struct{ key, value, sub string }{
		"another order":      {"biz_content", `{"out_trade_no":"` + order.ID + `"}`, "isv.invalid-signature"},
		"spoilt":             {"sign", "AA" + sign[2:], "isv.invalid-signature"},
		"no signature":       {"sign", "", "isv.missing-signature"},
		"one parameter more": {"return_url", "http://x", "isv.invalid-signature"},
		"RSA1":               {"sign_type", "RSA", "isv.invalid-signature-type"},
		"another app":        {"app_id", "2", "isv.invalid-app-id"},
		"another time form":  {"timestamp", "1700000000", "isv.invalid-timestamp"},
		"another root":       {"app_cert_sn", "x", "isv.app-cert-sn-invalid"},
	} {
		require.Equal(t, c.sub, send(func(form map[string]string) { form[c.key] = c.value }), name)
	}
}

func TestAlipayStates(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for status, want := range map[Status]string{
		PendingPayment: "WAIT_BUYER_PAY", PendingShipment: "TRADE_SUCCESS", PartiallyRefunded: "TRADE_SUCCESS", Completed: "TRADE_FINISHED",
		Refunded: "TRADE_CLOSED", Cancelled: "TRADE_CLOSED",
	} {
		o := b.add(Order{Platform: Alipay, Status: status})
		trade := b.shop.alipayTrade(&o)
		require.Equal(t, want, trade.TradeStatus, status)
		require.Equal(t, o.PaidAt.IsZero(), trade.SendPayDate == "")
	}
	_, err := b.shop.AddOrder(Order{Platform: Alipay, Status: PartiallyPaid})
	require.Error(t, err)
}

// TestAlipayCertificates: the names are computed here from the certificates, and there from how they were made.
func TestAlipayCertificates(t *testing.T) {
	t.Parallel()
	s, err := New(Options{})
	require.NoError(t, err)
	made := s.keys.ready().certificates()
	for _, c := range []certified{made.app, made.alipay, made.root} {
		block, rest := pem.Decode([]byte(c.pem))
		require.Empty(t, rest)
		parsed, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		require.Equal(t, rootIssuer, parsed.Issuer.String())
		require.Equal(t, c.sn, certificateSN(strings.Join([]string{"CN=Simulated Alipay Root", "O=Simulated Shop", "C=CN"}, ","), parsed.SerialNumber.String()))
	}
}
