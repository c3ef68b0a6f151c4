package hooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/nodes"
)

// scheme is a way for a sender to prove who it is.
type scheme struct {
	name string
	// secrets are the names that connection types give the secret; the first that the connection has is used.
	secrets []string
	// options are what it reads of verify, beside scheme and connection.
	options []string
	// challenge is what a 401 asks for (RFC 9110, WWW-Authenticate); empty where the sender cannot be asked.
	challenge string
	// check says what is wrong with the delivery, for its sender to read, or wraps errSecret. The secret is not empty.
	check func(v *verification, d *Delivery, secret string, now time.Time) error
}

// schemes is every scheme there is: a new one is an entry here.
var schemes = []scheme{
	{"token", []string{"token", "secret"}, []string{"header", "prefix"}, "Bearer", checkToken},
	{"basic", []string{"secret"}, nil, "Basic", checkBasic},
	{"hmac-sha256", []string{"secret", "appSecret", "clientSecret"}, []string{"header", "encoding", "prefix"}, "", checkHMAC},
	{"standard-webhooks", []string{"secret"}, []string{"tolerance"}, "", checkStandard},
}

// Schemes are the names of the schemes that deliveries can be verified by.
func Schemes() []string {
	names := make([]string, len(schemes))
	for i := range schemes {
		names[i] = schemes[i].name
	}
	return names
}

func findScheme(name string) *scheme {
	for i := range schemes {
		if schemes[i].name == name {
			return &schemes[i]
		}
	}
	return nil
}

// errSecret: the secret is not what the scheme needs, so that no delivery can be verified.
var errSecret = errors.New("the connection's secret cannot be used")

// verification is a trigger's verify.
type verification struct {
	// scheme is nil where this program knows none of that name.
	scheme     *scheme
	connection string
	// header is in lower case, empty for the scheme's own.
	header   string
	encoding string
	// prefix is nil where the trigger names none.
	prefix    *string
	tolerance time.Duration
}

// defaultTolerance is what Standard Webhooks suggests.
const defaultTolerance = 5 * time.Minute

func newVerification(config core.Object) *verification {
	text := func(key string) string {
		s, _ := config[key].(string)
		return s
	}
	v := &verification{
		scheme: findScheme(text("scheme")), connection: text("connection"), header: strings.ToLower(text("header")),
		encoding: text("encoding"), tolerance: defaultTolerance,
	}
	if prefix, ok := config["prefix"].(string); ok {
		v.prefix = &prefix
	}
	if given, err := nodes.ParseDuration(text("tolerance")); err == nil {
		v.tolerance = given
	}
	return v
}

// key is the secret that deliveries are verified with.
func (v *verification) key(c Connections) (string, error) {
	if v.scheme == nil {
		return "", errors.New("the flow asks for a scheme that this version does not know")
	}
	for _, name := range v.scheme.secrets {
		text, failure := c.Secret(v.connection, name)
		switch {
		case failure != nil && failure.Code != "connection.secret":
			return "", failure
		case failure == nil && !text.Empty():
			return text.Reveal(), nil
		}
	}
	return "", fmt.Errorf("the connection %s has no secret %s", v.connection, strings.Join(v.scheme.secrets, " or "))
}

func (v *verification) headerOr(own string) string {
	if v.header != "" {
		return v.header
	}
	return own
}

// equal compares in a time that tells nothing of either text, not even its length.
func equal(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// checkToken: the header holds the secret, after the prefix where there is one. Without a header it is Authorization:
// Bearer.
func checkToken(v *verification, d *Delivery, key string, _ time.Time) error {
	name := v.headerOr("authorization")
	given := d.header(name)
	if given == "" {
		return errMissing(name)
	}
	if v.prefix != nil {
		rest, ok := strings.CutPrefix(given, *v.prefix)
		if !ok {
			return fmt.Errorf("the header %s does not begin with %s", name, *v.prefix)
		}
		given = rest
	} else if kind, rest, ok := strings.Cut(given, " "); ok && name == "authorization" && strings.EqualFold(kind, "bearer") {
		given = rest
	}
	if !equal(given, key) {
		return errors.New("the token is not the right one")
	}
	return nil
}

// checkBasic: the secret is user:password (RFC 7617).
func checkBasic(_ *verification, d *Delivery, key string, _ time.Time) error {
	given := d.header("authorization")
	if given == "" {
		return errMissing("authorization")
	}
	kind, rest, _ := strings.Cut(given, " ")
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil || !strings.EqualFold(kind, "basic") {
		return errors.New("the header authorization is not of the scheme Basic")
	}
	if !strings.Contains(key, ":") {
		return fmt.Errorf("%w: it must be user:password", errSecret)
	}
	if !equal(string(plain), key) {
		return errors.New("the user or the password is not the right one")
	}
	return nil
}

// checkHMAC: the header holds the HMAC-SHA256 of the body. Without a prefix, sha256= may stand before it.
func checkHMAC(v *verification, d *Delivery, key string, _ time.Time) error {
	name := v.headerOr("x-signature")
	given := d.header(name)
	if given == "" {
		return errMissing(name)
	}
	if v.prefix != nil {
		rest, ok := strings.CutPrefix(given, *v.prefix)
		if !ok {
			return fmt.Errorf("the header %s does not begin with %s", name, *v.prefix)
		}
		given = rest
	} else {
		given = strings.TrimPrefix(given, "sha256=")
	}
	decode := hex.DecodeString
	if v.encoding == "base64" {
		decode = base64.StdEncoding.DecodeString
	}
	signature, err := decode(given)
	if err != nil {
		return fmt.Errorf("the signature in the header %s cannot be decoded", name)
	}
	if !hmac.Equal(signature, hmacSHA256([]byte(key), d.Body)) {
		return errMismatch
	}
	return nil
}

func hmacSHA256(key []byte, message ...[]byte) []byte {
	mac := hmac.New(sha256.New, key)
	for _, part := range message {
		mac.Write(part)
	}
	return mac.Sum(nil)
}

var errMismatch = errors.New("the signature is not that of this body")

func errMissing(header string) error { return fmt.Errorf("the header %s is missing", header) }

// withheld are headers that hold what must not get into a journal.
var withheld = []string{"authorization", "proxy-authorization", "cookie"}

// withhold takes out of the headers what proves who the sender is and could be used by another.
func (d *Delivery) withhold(v *verification) {
	for _, name := range withheld {
		delete(d.Headers, name)
	}
	if v != nil && v.header != "" && v.scheme.name == "token" {
		delete(d.Headers, v.header)
	}
}
