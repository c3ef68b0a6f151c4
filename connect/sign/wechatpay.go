package sign

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
)

// WechatPay signs for the WeChat Pay API v3 with the merchant's key, and, where there are platform keys, takes no answer
// that one of the platform's keys did not sign.
type WechatPay struct {
	Entropy Entropy
	MchID   string
	// SerialNo is of the merchant's certificate.
	SerialNo   string
	PrivateKey *rsa.PrivateKey
	// Platform are the keys that answers may be signed with: several while the platform changes from one to the next.
	Platform PlatformKeys
	// Serial names the key that the platform is asked to use.
	Serial string
}

const wechatScheme = "WECHATPAY2-SHA256-RSA2048"

// Sign implements Signer.
func (w *WechatPay) Sign(r *Request) error {
	timestamp := strconv.FormatInt(w.Entropy.Now().Unix(), 10)
	nonce := w.Entropy.Nonce()
	signature, err := signRSA(w.PrivateKey, r.Method+"\n"+r.URL.RequestURI()+"\n"+timestamp+"\n"+nonce+"\n"+string(r.Body)+"\n")
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", fmt.Sprintf(`%s mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",signature="%s"`,
		wechatScheme, w.MchID, nonce, timestamp, w.SerialNo, signature))
	r.Header.Set("Accept", "application/json")
	if w.Serial != "" {
		r.Header.Set("Wechatpay-Serial", w.Serial)
	}
	return nil
}

// Probe implements Prober: an order that is not there.
func (w *WechatPay) Probe() Probe {
	return Probe{Method: http.MethodGet, Path: "/v3/pay/transactions/out-trade-no/sluice-connection-test?mchid=" + url.QueryEscape(w.MchID)}
}

// Reached implements Prober: a request that is not signed as it should be is answered 401, an unknown merchant 400 or 403.
func (w *WechatPay) Reached(f *core.Failure) bool {
	return f.Code == "http.status" && (f.Status == http.StatusNotFound || f.Status == http.StatusTooManyRequests)
}

// Judge implements Signer. Refusals have an HTTP status of their own; what is left to judge is who signed.
func (w *WechatPay) Judge(a Answer) *core.Failure {
	if len(w.Platform) == 0 {
		return nil
	}
	// Gateways in front of the platform refuse without a signature; such an answer is a failure by its status anyway.
	if a.Status >= 300 && a.Header.Get("Wechatpay-Signature") == "" {
		return nil
	}
	if err := w.Platform.Verify(a.Header, a.Body, w.Entropy.Now()); err != nil {
		return &core.Failure{
			Code:    "wechatpay.signature",
			Message: "the answer is not signed by WeChat Pay: " + err.Error(),
			Status:  a.Status,
			// The request was sent and something answered, so the write may have been done.
			Permanent: true, Unknown: true,
		}
	}
	return nil
}

// wechatTolerance bounds the distance between a signature's time and now.
const wechatTolerance = 300 * time.Second

// PlatformKeys are public keys of WeChat Pay by what Wechatpay-Serial calls them: a PUB_KEY_ID_…, or a certificate's
// serial number in upper-case hex.
type PlatformKeys map[string]*rsa.PublicKey

// ParsePlatformKeys reads what the merchant's console gives: a public key, whose id is told beside it, certificates,
// whose serial numbers they hold themselves, or both. The second result names the key to ask the platform for: the id
// where one is given, otherwise the first certificate.
func ParsePlatformKeys(text, id string) (PlatformKeys, string, error) {
	blocks, err := keyBlocks(text)
	if err != nil {
		return nil, "", err
	}
	keys, serial := PlatformKeys{}, id
	for _, block := range blocks {
		key, err := publicKey(block)
		if err != nil {
			return nil, "", err
		}
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			if id == "" {
				return nil, "", ErrNoKeyID
			}
			keys[id] = key
			continue
		}
		own := fmt.Sprintf("%X", certificate.SerialNumber.Bytes())
		keys[own] = key
		if serial == "" || strings.EqualFold(serial, own) {
			serial = own
		}
	}
	if keys[serial] == nil {
		return nil, "", fmt.Errorf("none of the certificates has the serial number %s", serial)
	}
	return keys, serial, nil
}

// ErrNoKeyID says that a key cannot be told by its name: a public key, unlike a certificate, holds none.
var ErrNoKeyID = errors.New("is needed beside a public key (PUB_KEY_ID_…)")

// VerifyWechatPay is PlatformKeys.Verify with one key.
func VerifyWechatPay(h http.Header, body []byte, keyID string, key *rsa.PublicKey, now time.Time) error {
	return PlatformKeys{keyID: key}.Verify(h, body, now)
}

// Verify checks that a body, of an answer or of a callback, is signed by the platform key that its headers name within
// five minutes of now. Probes (signatures that begin with WECHATPAY/SIGNTEST/) fail, as they should.
func (k PlatformKeys) Verify(h http.Header, body []byte, now time.Time) error {
	timestamp, nonce := h.Get("Wechatpay-Timestamp"), h.Get("Wechatpay-Nonce")
	signature, serial := h.Get("Wechatpay-Signature"), h.Get("Wechatpay-Serial")
	if timestamp == "" || nonce == "" || signature == "" || serial == "" {
		return errors.New("a signature header is missing")
	}
	if kind := h.Get("Wechatpay-Signature-Type"); kind != "" && kind != wechatScheme {
		return fmt.Errorf("the signature type %q is not supported", kind)
	}
	key := k[serial]
	if key == nil {
		return fmt.Errorf("it was made with the key %q, and configured is %s", serial, strings.Join(slices.Sorted(maps.Keys(k)), ", "))
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return errors.New("its time is not a number")
	}
	if age := now.Sub(time.Unix(seconds, 0)).Abs(); age >= wechatTolerance {
		return fmt.Errorf("its time is %s away from this machine's clock", age.Round(time.Second))
	}
	return verifyRSA(key, timestamp+"\n"+nonce+"\n"+string(body)+"\n", signature)
}
