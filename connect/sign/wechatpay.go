package sign

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
)

// WechatPay signs for the WeChat Pay API v3 with the merchant's key, and, where PlatformKey is set, takes no answer
// that the platform's key did not sign.
type WechatPay struct {
	Entropy Entropy
	MchID   string
	// SerialNo is of the merchant's certificate.
	SerialNo   string
	PrivateKey *rsa.PrivateKey
	// PlatformKeyID is what Wechatpay-Serial says of PlatformKey: a PUB_KEY_ID_… or a certificate's serial number.
	PlatformKeyID string
	PlatformKey   *rsa.PublicKey
}

const wechatScheme = "WECHATPAY2-SHA256-RSA2048"

// Sign implements Signer.
func (w *WechatPay) Sign(r *Request) error {
	timestamp := strconv.FormatInt(w.Entropy.Now().Unix(), 10)
	nonce := w.Entropy.Nonce()
	signature, err := w.signature(r.Method, r.URL.RequestURI(), timestamp, nonce, r.Body)
	if err != nil {
		return err
	}
	r.Header.Set("Authorization", fmt.Sprintf(`%s mchid="%s",nonce_str="%s",timestamp="%s",serial_no="%s",signature="%s"`,
		wechatScheme, w.MchID, nonce, timestamp, w.SerialNo, signature))
	r.Header.Set("Accept", "application/json")
	if w.PlatformKey != nil {
		r.Header.Set("Wechatpay-Serial", w.PlatformKeyID)
	}
	return nil
}

func (w *WechatPay) signature(method, uri, timestamp, nonce string, body []byte) (string, error) {
	sum := sha256.Sum256([]byte(method + "\n" + uri + "\n" + timestamp + "\n" + nonce + "\n" + string(body) + "\n"))
	raw, err := rsa.SignPKCS1v15(rand.Reader, w.PrivateKey, crypto.SHA256, sum[:])
	if err != nil {
		return "", errors.New("the merchant's private key cannot sign: " + err.Error())
	}
	return base64.StdEncoding.EncodeToString(raw), nil
}

// Judge implements Signer. Refusals have an HTTP status of their own; what is left to judge is who signed.
func (w *WechatPay) Judge(a Answer) *core.Failure {
	if w.PlatformKey == nil {
		return nil
	}
	// Gateways in front of the platform refuse without a signature; such an answer is a failure by its status anyway.
	if a.Status >= 300 && a.Header.Get("Wechatpay-Signature") == "" {
		return nil
	}
	if err := VerifyWechatPay(a.Header, a.Body, w.PlatformKeyID, w.PlatformKey, w.Entropy.Now()); err != nil {
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

// VerifyWechatPay checks that a body, of an answer or of a callback, is signed by the platform key of that id within
// five minutes of now. Probes (signatures that begin with WECHATPAY/SIGNTEST/) fail, as they should.
func VerifyWechatPay(h http.Header, body []byte, keyID string, key *rsa.PublicKey, now time.Time) error {
	timestamp, nonce := h.Get("Wechatpay-Timestamp"), h.Get("Wechatpay-Nonce")
	signature, serial := h.Get("Wechatpay-Signature"), h.Get("Wechatpay-Serial")
	if timestamp == "" || nonce == "" || signature == "" || serial == "" {
		return errors.New("a signature header is missing")
	}
	if kind := h.Get("Wechatpay-Signature-Type"); kind != "" && kind != wechatScheme {
		return fmt.Errorf("the signature type %q is not supported", kind)
	}
	if serial != keyID {
		return fmt.Errorf("it was made with the key %q, and only %q is configured", serial, keyID)
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return errors.New("its time is not a number")
	}
	if age := now.Sub(time.Unix(seconds, 0)).Abs(); age >= wechatTolerance {
		return fmt.Errorf("its time is %s away from this machine's clock", age.Round(time.Second))
	}
	raw, err := base64.StdEncoding.DecodeString(signature)
	if err != nil {
		return errors.New("the signature is not base64")
	}
	sum := sha256.Sum256([]byte(timestamp + "\n" + nonce + "\n" + string(body) + "\n"))
	if rsa.VerifyPKCS1v15(key, crypto.SHA256, sum[:], raw) != nil {
		return errors.New("the signature does not fit")
	}
	return nil
}

// ParsePrivateKey reads an RSA private key: PEM or bare base64, PKCS#8 or PKCS#1. The error shows nothing of it.
func ParsePrivateKey(text string) (*rsa.PrivateKey, error) {
	der, err := keyBytes(text)
	if err != nil {
		return nil, err
	}
	if key, err := x509.ParsePKCS8PrivateKey(der); err == nil {
		if key, ok := key.(*rsa.PrivateKey); ok {
			return key, nil
		}
		return nil, errors.New("the private key is not an RSA key")
	}
	key, err := x509.ParsePKCS1PrivateKey(der)
	if err != nil {
		return nil, errors.New("the private key is neither PKCS#8 nor PKCS#1")
	}
	return key, nil
}

// ParsePublicKey reads an RSA public key: PEM or bare base64 of a public key or a certificate.
func ParsePublicKey(text string) (*rsa.PublicKey, error) {
	der, err := keyBytes(text)
	if err != nil {
		return nil, err
	}
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return nil, errors.New("the public key is neither a PKIX public key nor a certificate")
		}
		parsed = certificate.PublicKey
	}
	key, ok := parsed.(*rsa.PublicKey)
	if !ok {
		return nil, errors.New("the public key is not an RSA key")
	}
	return key, nil
}

func keyBytes(text string) ([]byte, error) {
	if block, _ := pem.Decode([]byte(text)); block != nil {
		return block.Bytes, nil
	}
	der, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
	if err != nil {
		return nil, errors.New("the key is neither PEM nor base64")
	}
	return der, nil
}
