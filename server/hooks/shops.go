package hooks

import (
	"crypto/hmac"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
)

// stripeTolerance is what Stripe's own libraries allow.
const stripeTolerance = 5 * time.Minute

// checkStripe: the header lists the time and one or several signatures of time and body, of which one must fit. The
// secret's prefix whsec_ is part of the key.
func checkStripe(v *verification, d *Delivery, keys keyring, now time.Time) (proof, error) {
	key, err := keys.secret("secret")
	if err != nil {
		return proof{}, err
	}
	const name = "stripe-signature"
	if d.header(name) == "" {
		return proof{}, errMissing(name)
	}
	entries := strings.Split(d.header(name), ",")
	if len(entries) > maxSignatures {
		return proof{}, fmt.Errorf("there are more than %d signatures", maxSignatures)
	}
	stamp, stamps := "", 0
	var signatures []string
	for _, entry := range entries {
		switch kind, text, _ := strings.Cut(strings.TrimSpace(entry), "="); kind {
		case "t":
			stamp, stamps = text, stamps+1
		case "v1":
			signatures = append(signatures, text)
		}
	}
	seconds, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil || stamps != 1 {
		return proof{}, fmt.Errorf("the header %s has no single time t", name)
	}
	if err := v.within(stripeTolerance, time.Unix(seconds, 0), now); err != nil {
		return proof{}, err
	}
	mac := hmacSHA256([]byte(key), []byte(stamp+"."), d.Body)
	for _, text := range signatures {
		if signature, err := hex.DecodeString(text); err == nil && hmac.Equal(signature, mac) {
			p := opened(string(d.Body))
			p.key, p.ack = textOf(p.body, "id"), core.Object{"received": true}
			return p, nil
		}
	}
	return proof{}, errMismatch
}

// checkGitHub: the older SHA-1 signature, which GitHub sends as well, is not looked at.
func checkGitHub(_ *verification, d *Delivery, keys keyring, _ time.Time) (proof, error) {
	key, err := keys.secret("secret")
	if err != nil {
		return proof{}, err
	}
	const name = "x-hub-signature-256"
	if d.header(name) == "" {
		return proof{}, errMissing(name)
	}
	text, ok := strings.CutPrefix(d.header(name), "sha256=")
	signature, err := hex.DecodeString(text)
	if !ok || err != nil {
		return proof{}, fmt.Errorf("the header %s is not sha256= and hexadecimal digits", name)
	}
	if !hmac.Equal(signature, hmacSHA256([]byte(key), d.Body)) {
		return proof{}, errMismatch
	}
	return proof{key: d.header("x-github-delivery")}, nil
}

func checkShopify(_ *verification, d *Delivery, keys keyring, _ time.Time) (proof, error) {
	key, err := keys.secret(shopifyNames...)
	if err != nil {
		return proof{}, err
	}
	const name = "x-shopify-hmac-sha256"
	if d.header(name) == "" {
		return proof{}, errMissing(name)
	}
	signature, err := base64.StdEncoding.DecodeString(d.header(name))
	if err != nil {
		return proof{}, errors.New("the signature in the header " + name + " is not base64")
	}
	if !hmac.Equal(signature, hmacSHA256([]byte(key), d.Body)) {
		return proof{}, errMismatch
	}
	return proof{key: d.header("x-shopify-webhook-id")}, nil
}

// opened is the proof of a delivery whose content is this JSON. Where it is none, the delivery is refused later, as one
// that cannot be read.
func opened(text string) proof {
	body, err := decodeJSON(text)
	return proof{opened: err == nil, body: body}
}
