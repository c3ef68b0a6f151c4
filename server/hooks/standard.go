package hooks

import (
	"crypto/ed25519"
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxSignatures bounds how many signatures of one delivery are tried.
const maxSignatures = 16

// standardTolerance is what Standard Webhooks suggests.
const standardTolerance = 5 * time.Minute

// checkStandard verifies as Standard Webhooks 1.0.0 says: the header webhook-signature lists signatures of the message's
// id, its time and its body, and one of them must fit. The secret may hold several keys with spaces between them, so
// that a key can be replaced while both are in use.
func checkStandard(v *verification, d *Delivery, ring keyring, now time.Time) (proof, error) {
	secret, err := ring.secret("secret")
	if err != nil {
		return proof{}, err
	}
	keys, err := standardKeys(secret)
	if err != nil {
		return proof{}, err
	}
	for _, name := range []string{"webhook-id", "webhook-timestamp", "webhook-signature"} {
		if d.header(name) == "" {
			return proof{}, errMissing(name)
		}
	}
	id, timestamp := d.header("webhook-id"), d.header("webhook-timestamp")
	if strings.Contains(id, ".") {
		return proof{}, errors.New("the header webhook-id holds a dot")
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return proof{}, errors.New("the header webhook-timestamp is not in seconds of Unix time")
	}
	if err := v.within(standardTolerance, time.Unix(seconds, 0), now); err != nil {
		return proof{}, err
	}
	signatures := strings.Fields(d.header("webhook-signature"))
	if len(signatures) > maxSignatures {
		return proof{}, fmt.Errorf("there are more than %d signatures", maxSignatures)
	}
	head := []byte(id + "." + timestamp + ".")
	for _, key := range keys {
		if key.signed(signatures, head, d.Body) {
			return proof{}, nil
		}
	}
	return proof{}, errMismatch
}

// standardKey is one key of a webhook: the secret of version v1 or the public key of version v1a.
type standardKey struct {
	secret []byte
	public ed25519.PublicKey
}

func standardKeys(secret string) ([]standardKey, error) {
	var keys []standardKey
	for text := range strings.FieldsSeq(secret) {
		encoded, isPublic := strings.CutPrefix(text, "whpk_")
		b, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(encoded, "whsec_"))
		switch {
		case err != nil || len(b) == 0 || isPublic && len(b) != ed25519.PublicKeySize:
			return nil, fmt.Errorf("%w: it must be base64 of random bytes after whsec_, or of an Ed25519 key after whpk_", errSecret)
		case isPublic:
			keys = append(keys, standardKey{public: b})
		default:
			keys = append(keys, standardKey{secret: b})
		}
	}
	return keys, nil
}

// signed reports whether one of the signatures is the key's. Those of other versions are passed over.
func (k *standardKey) signed(signatures []string, head, body []byte) bool {
	var mac, message []byte
	if k.public == nil {
		mac = hmacSHA256(k.secret, head, body)
	} else {
		message = append(append(make([]byte, 0, len(head)+len(body)), head...), body...)
	}
	for _, entry := range signatures {
		version, encoded, _ := strings.Cut(entry, ",")
		signature, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			continue
		}
		switch {
		case version == "v1" && k.public == nil && hmac.Equal(signature, mac):
			return true
		case version == "v1a" && k.public != nil && ed25519.Verify(k.public, message, signature):
			return true
		}
	}
	return false
}
