package sign

import (
	"crypto/md5"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"sluice/connect/secret"
	"sluice/engine/core"
)

// Alipay signs for the Alipay open platform (RSA2) and takes no good answer that Alipay's key did not sign. Every
// parameter that is sent is signed: those of the request's form, JSON object or query (a GET, which declares a read, is
// sent as the POST that the gateway takes), and the common ones, which the request may set itself. biz_content may be
// given as an object.
type Alipay struct {
	Entropy    Entropy
	AppID      string
	PrivateKey *rsa.PrivateKey
	// AppAuthToken is of the merchant on whose behalf an app of a third party calls; empty for its own.
	AppAuthToken secret.Text
	// PublicKey is Alipay's (支付宝公钥), not the app's; answers are verified with it.
	PublicKey *rsa.PublicKey
	// AppCertSN, RootCertSN and AlipayCertSN are set in the certificate mode alone, see CertificateSN and RootSN.
	AppCertSN, RootCertSN, AlipayCertSN string
}

// alipayZone is what Alipay's times are in; it has had no daylight saving since 1991.
var alipayZone = time.FixedZone("+08:00", 8*60*60)

// Sign implements Signer.
func (a *Alipay) Sign(r *Request) error {
	form, err := texts(r)
	if err != nil {
		return err
	}
	if form["method"] == "" {
		return errors.New("a request to Alipay needs the parameter method, for example alipay.trade.query")
	}
	common := map[string]string{
		"app_id":              a.AppID,
		"format":              "JSON",
		"charset":             "utf-8",
		"sign_type":           "RSA2",
		"timestamp":           a.Entropy.Now().In(alipayZone).Format(time.DateTime),
		"version":             "1.0",
		"app_auth_token":      a.AppAuthToken.Reveal(),
		"app_cert_sn":         a.AppCertSN,
		"alipay_root_cert_sn": a.RootCertSN,
	}
	for name, text := range common {
		if _, given := form[name]; !given {
			form[name] = text
		}
	}
	maps.DeleteFunc(form, func(name, text string) bool { return name == "sign" || text == "" })
	if form["sign"], err = signRSA(a.PrivateKey, alipayText(form)); err != nil {
		return err
	}
	encoded := url.Values{}
	for name, text := range form {
		encoded.Set(name, text)
	}
	r.Method = http.MethodPost
	r.URL.RawQuery = ""
	r.Body = []byte(encoded.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded;charset=utf-8")
	return nil
}

// alipayText joins parameters as they are signed: sorted, name=value, with &, the values as they are.
func alipayText(params map[string]string) string {
	var b strings.Builder
	for i, name := range slices.Sorted(maps.Keys(params)) {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(name + "=" + params[name])
	}
	return b.String()
}

// VerifyAlipayNotify checks the form of a notification (异步通知), its values decoded: sign and sign_type are not part
// of what is signed, empty values are.
func VerifyAlipayNotify(form map[string]string, key *rsa.PublicKey) error {
	if kind := form["sign_type"]; kind != "RSA2" {
		return fmt.Errorf("the sign_type %q is not supported, only RSA2", kind)
	}
	signed := maps.Clone(form)
	for _, name := range []string{"sign", "sign_type", "alipay_cert_sn"} {
		delete(signed, name)
	}
	return verifyRSA(key, alipayText(signed), form["sign"])
}

// alipayAnswer is an answer of the gateway.
type alipayAnswer struct {
	// raw is the text that is signed, exactly as it came; fields is what it says.
	raw          string
	fields       core.Object
	sign, certSN string
}

// readAlipay cuts an answer into its parts; false where the body is no answer of the gateway.
func readAlipay(body []byte) (alipayAnswer, bool) {
	var parts map[string]json.RawMessage
	if json.Unmarshal(body, &parts) != nil {
		return alipayAnswer{}, false
	}
	var a alipayAnswer
	for name, raw := range parts {
		switch {
		case name == "sign":
			_ = json.Unmarshal(raw, &a.sign)
		case name == "alipay_cert_sn":
			_ = json.Unmarshal(raw, &a.certSN)
		case strings.HasSuffix(name, "_response"):
			fields, ok := object(raw)
			if a.raw != "" || !ok {
				return alipayAnswer{}, false
			}
			a.raw, a.fields = string(raw), fields
		}
	}
	return a, a.raw != ""
}

// Probe implements Prober: an order that is not there.
func (a *Alipay) Probe() Probe {
	return Probe{Method: http.MethodPost, Params: core.Object{
		"method": "alipay.trade.query", "biz_content": core.Object{"out_trade_no": "sluice-connection-test"},
	}}
}

// Reached implements Prober: the trade is not there, or too much is asked.
func (a *Alipay) Reached(f *core.Failure) bool {
	return f.Code == "alipay.throttled" || f.Code == "alipay.rejected" && detail(f, "code") == "40004"
}

// Judge implements Signer: the gateway refuses with HTTP 200 and a code that is not 10000.
func (a *Alipay) Judge(answer Answer) *core.Failure {
	read, ok := readAlipay(answer.Body)
	if !ok {
		if answer.Status >= 300 {
			return nil
		}
		return a.unsigned(answer, "it holds no …_response")
	}
	code := words(read.fields, "code")
	// 10003: the order is created and the buyer has yet to pay.
	good := code == "10000" || code == "10003"
	// The gateway does not sign all of its refusals.
	if good || read.sign != "" {
		if err := a.verify(&read); err != nil {
			return a.unsigned(answer, err.Error())
		}
	}
	if good {
		return nil
	}
	sub := words(read.fields, "sub_code")
	kind := alipayKind(code, sub)
	return &core.Failure{
		Code: "alipay." + kind,
		Message: fmt.Sprintf("Alipay refused the call with code %s: %s%s",
			code, words(read.fields, "msg"), bracketed(strings.TrimSpace(sub+" "+words(read.fields, "sub_msg")))),
		Status:  answer.Status,
		Body:    read.fields,
		Details: pick(read.fields, "code", "msg", "sub_code", "sub_msg"),
		// A trade that is not there yet is one whose buyer has not opened the cashier.
		Permanent: kind != "unavailable" && kind != "throttled" && !strings.HasSuffix(sub, "TRADE_NOT_EXIST"),
		Unknown:   kind == "unavailable",
	}
}

func (a *Alipay) verify(read *alipayAnswer) error {
	switch {
	case a.PublicKey == nil:
		return errors.New("no public key of Alipay is configured")
	case read.sign == "":
		return errors.New("it has no sign")
	case a.AlipayCertSN != "" && read.certSN != "" && read.certSN != a.AlipayCertSN:
		return fmt.Errorf("it was made with the certificate %s, and the configured one is %s: get the new one from Alipay's console", read.certSN, a.AlipayCertSN)
	}
	return verifyRSA(a.PublicKey, read.raw, read.sign)
}

func (a *Alipay) unsigned(answer Answer, why string) *core.Failure {
	return &core.Failure{
		Code:    "alipay.signature",
		Message: "the answer is not signed by Alipay: " + why,
		Status:  answer.Status,
		// The request was sent and something answered, so the write may have been done.
		Permanent: true, Unknown: true,
	}
}

func alipayKind(code, sub string) string {
	switch {
	case code == "20000", strings.HasSuffix(sub, "SYSTEM_ERROR"), sub == "isp.unknow-error", sub == "aop.unknow-error":
		return "unavailable"
	case code == "40005", strings.Contains(sub, "call-limited"):
		return "throttled"
	case strings.Contains(sub, "signature"), strings.Contains(sub, "invalid-app-id"), strings.Contains(sub, "cert-sn"):
		return "signature"
	case code == "20001", strings.Contains(sub, "app-auth-token"):
		return "token"
	default:
		return "rejected"
	}
}

// CertificateSN is what Alipay calls a certificate in the certificate mode (app_cert_sn): the MD5 of its issuer, as RFC
// 2253 writes it, and its serial number.
func CertificateSN(c *x509.Certificate) string {
	sum := md5.Sum([]byte(c.Issuer.String() + c.SerialNumber.String()))
	return hex.EncodeToString(sum[:])
}

// RootSN is what Alipay calls its bundle of root certificates (alipay_root_cert_sn): those with an RSA signature.
func RootSN(bundle []*x509.Certificate) string {
	var names []string
	for _, c := range bundle {
		if c.SignatureAlgorithm == x509.SHA256WithRSA || c.SignatureAlgorithm == x509.SHA1WithRSA {
			names = append(names, CertificateSN(c))
		}
	}
	return strings.Join(names, "_")
}
