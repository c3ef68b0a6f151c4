package hooks

import (
	"cmp"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sluice/connect/sign"
	"sluice/engine/core"
)

// checkWechatPay verifies a notification of WeChat Pay API v3 with the platform's key that its serial names, and decrypts
// what it tells of. What the platform sends to probe us, with a signature that is wrong on purpose, fails as it should.
func checkWechatPay(_ *verification, d *Delivery, keys keyring, now time.Time) (proof, error) {
	apiKey, err := keys.secret("apiV3Key")
	if err != nil {
		return proof{}, err
	}
	header := http.Header{}
	for _, name := range []string{"Timestamp", "Nonce", "Signature", "Serial", "Signature-Type"} {
		header.Set("Wechatpay-"+name, d.header("wechatpay-"+strings.ToLower(name)))
	}
	platform, err := keys.platformKeys()
	if err != nil {
		return proof{}, err
	}
	if serial := header.Get("Wechatpay-Serial"); platform[serial] == nil {
		// Which keys there are is nothing for a stranger.
		return proof{}, errors.New("the message names a key that the connection does not have")
	}
	if err := platform.Verify(header, d.Body, now); err != nil {
		return proof{}, err
	}
	p := opened(string(d.Body))
	notice, _ := p.body.(core.Object)
	resource, _ := notice["resource"].(core.Object)
	if resource == nil {
		return proof{}, errors.New("the message holds no resource")
	}
	plain, err := openResource(apiKey, resource)
	if err != nil {
		return proof{}, err
	}
	if p.body, err = decodeJSON(plain); err != nil {
		return proof{}, fmt.Errorf("the decrypted resource is not JSON: %w", err)
	}
	// What the notification says around the resource stands beside what the resource says.
	if content, ok := p.body.(core.Object); ok {
		around := maps.Clone(notice)
		delete(around, "resource")
		around["original_type"] = resource["original_type"]
		content["notification"] = around
	}
	p.key, p.ack = textOf(notice, "id"), core.Object{"code": "SUCCESS", "message": "成功"}
	return p, nil
}

func wechatPayNeeds(keys keyring) error {
	_, err := keys.platformKeys()
	if err == nil {
		_, err = keys.secret("apiV3Key")
	}
	return err
}

// openResource decrypts a resource (AEAD_AES_256_GCM).
func openResource(apiKey string, resource core.Object) (string, error) {
	if algorithm := textOf(resource, "algorithm"); algorithm != "AEAD_AES_256_GCM" {
		return "", errors.New("the resource is not encrypted with AEAD_AES_256_GCM")
	}
	block, err := aes.NewCipher([]byte(apiKey))
	if err != nil {
		return "", fmt.Errorf("%w: apiV3Key must be of 32 characters", errSecret)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "", err
	}
	nonce := []byte(textOf(resource, "nonce"))
	sealed, err := base64.StdEncoding.DecodeString(textOf(resource, "ciphertext"))
	if err != nil || len(nonce) != gcm.NonceSize() {
		return "", errors.New("the resource's ciphertext or nonce is not of the right form")
	}
	plain, err := gcm.Open(nil, nonce, sealed, []byte(textOf(resource, "associated_data")))
	if err != nil {
		// The platform has signed it, so the key is what is wrong.
		return "", fmt.Errorf("%w: apiV3Key does not decrypt what the platform sends", errSecret)
	}
	return string(plain), nil
}

func refuseWechatPay(message string) core.Value {
	return core.Object{"code": "FAIL", "message": message}
}

// alipayTolerance is longer than Alipay goes on repeating a notification, and shorter than its key is remembered.
const alipayTolerance = 48 * time.Hour

// checkAlipay verifies a notification of Alipay (异步通知): RSA2 over the decoded form without sign and sign_type, empty
// values included.
func checkAlipay(v *verification, d *Delivery, keys keyring, now time.Time) (proof, error) {
	form, err := single(string(d.Body))
	if err != nil {
		return proof{}, err
	}
	key, err := alipayKey(keys)
	if err != nil {
		return proof{}, err
	}
	if err := sign.VerifyAlipayNotify(form, key); err != nil {
		return proof{}, err
	}
	if own := keys.setting("appId"); own != "" && form["app_id"] != own {
		return proof{}, errors.New("the message is for another app_id")
	}
	if text := form["notify_time"]; text != "" {
		sent, err := time.ParseInLocation(time.DateTime, text, china)
		if err != nil {
			return proof{}, errors.New("the notify_time is not a time")
		}
		if err := v.within(alipayTolerance, sent, now); err != nil {
			return proof{}, err
		}
	}
	return proof{key: form["notify_id"], ack: "success"}, nil
}

// china is the zone of times that come without one.
var china = time.FixedZone("UTC+8", 8*60*60)

// alipayKey is Alipay's public key, or the certificate that holds it.
func alipayKey(keys keyring) (*rsa.PublicKey, error) {
	text := cmp.Or(keys.setting("alipayCertificate"), keys.setting("alipayPublicKey"))
	if text == "" {
		var err error
		if text, err = keys.secret("secret"); err != nil {
			return nil, err
		}
	}
	key, err := sign.ParsePublicKey(text)
	if err != nil {
		return nil, fmt.Errorf("%w: Alipay's public key: %w", errSecret, err)
	}
	return key, nil
}

func alipayNeeds(keys keyring) error {
	_, err := alipayKey(keys)
	return err
}

func refuseAlipay(string) core.Value { return "fail" }

// single is a form or a query in which no name comes twice.
func single(encoded string) (map[string]string, error) {
	fields, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, errors.New("the form cannot be read")
	}
	form := make(map[string]string, len(fields))
	for name, texts := range fields {
		if len(texts) != 1 {
			return nil, errors.New("a name comes twice in the form")
		}
		form[name] = texts[0]
	}
	return form, nil
}

// textOf is a text of an object, empty where it is none.
func textOf(of core.Value, name string) string {
	object, _ := of.(core.Object)
	text, _ := object[name].(string)
	return text
}
