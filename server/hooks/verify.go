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
	// options are what it reads of verify, beside scheme and connection.
	options []string
	// challenge is what a 401 asks for (RFC 9110, WWW-Authenticate); empty where the sender cannot be asked.
	challenge string
	// needs is an error, which wraps errSecret, where the connection does not hold what check reads of it.
	needs func(keys keyring) error
	// check says what is wrong with the delivery, for its sender to read, or wraps errSecret.
	check func(v *verification, d *Delivery, keys keyring, now time.Time) (proof, error)
	// refuse is the body of a refusal in the platform's own form; nil for the API's.
	refuse func(message string) core.Value
}

// The names under which connections of several types hold what a scheme reads; the first that one has is used.
var (
	tokenNames   = []string{"token", "secret"}
	hmacNames    = []string{"secret", "appSecret", "clientSecret"}
	shopifyNames = []string{"secret", "clientSecret"}
	pddNames     = []string{"clientSecret", "secret"}
	douyinNames  = []string{"appSecret", "clientSecret", "secret"}
)

// schemes is every scheme there is: a new one is an entry here.
var schemes = []scheme{
	{"token", []string{"header", "prefix"}, "Bearer", secretOf(tokenNames...), checkToken, nil},
	{"basic", nil, "Basic", secretOf("secret"), checkBasic, nil},
	{"hmac-sha256", []string{"header", "encoding", "prefix"}, "", secretOf(hmacNames...), checkHMAC, nil},
	{"standard-webhooks", []string{"tolerance"}, "", secretOf("secret"), checkStandard, nil},
	{"stripe", []string{"tolerance"}, "", secretOf("secret"), checkStripe, nil},
	{"github", nil, "", secretOf("secret"), checkGitHub, nil},
	{"shopify", nil, "", secretOf(shopifyNames...), checkShopify, nil},
	{"wechatpay", nil, "", wechatPayNeeds, checkWechatPay, refuseWechatPay},
	{"alipay", []string{"tolerance"}, "", alipayNeeds, checkAlipay, refuseAlipay},
	{"pdd", []string{"tolerance"}, "", secretOf(pddNames...), checkPDD, refusePDD},
	{"douyin", []string{"tolerance"}, "", secretOf(douyinNames...), checkDouyin, refuseDouyin},
	{"feishu", []string{"tolerance"}, "", feishuNeeds, checkFeishu, nil},
	{"dingtalk", []string{"tolerance"}, "", dingTalkNeeds, checkDingTalk, nil},
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

// proof is what a verified delivery has beside its bytes.
type proof struct {
	// challenge is a platform's question whether this address is its owner's: it is answered, and nothing is started.
	challenge core.Value
	// opened: body is the content as the scheme decoded or decrypted it, in place of the delivery's own.
	opened bool
	body   core.Value
	// bare: the body as sent holds a secret, so that what is kept of it is masked.
	bare bool
	// key tells the delivery from all others, where the flow names no key of its own; empty for none.
	key string
	// ack is the acknowledgement that the platform wants, where the trigger says none; nil for none.
	ack core.Value
	// seal makes the only answer that the platform takes for a success; nil where it takes any.
	seal func() *Answer
}

// verification is a trigger's verify.
type verification struct {
	scheme     *scheme
	connection string
	// header is in lower case, empty for the scheme's own.
	header   string
	encoding string
	// prefix is nil where the trigger names none.
	prefix *string
	// tolerance is 0 where the trigger names none.
	tolerance time.Duration
}

func newVerification(config core.Object) *verification {
	text := func(key string) string {
		s, _ := config[key].(string)
		return s
	}
	v := &verification{
		scheme: findScheme(text("scheme")), connection: text("connection"), header: strings.ToLower(text("header")),
		encoding: text("encoding"),
	}
	if prefix, ok := config["prefix"].(string); ok {
		v.prefix = &prefix
	}
	if given, err := nodes.ParseDuration(text("tolerance")); err == nil {
		v.tolerance = given
	}
	return v
}

// within checks that a time in a signature is not further from now than the trigger allows, or own where it says nothing.
func (v *verification) within(own time.Duration, sent, now time.Time) error {
	tolerance := own
	if v.tolerance > 0 {
		tolerance = v.tolerance
	}
	if now.Sub(sent).Abs() > tolerance {
		return fmt.Errorf("the time of the message is more than %v from now", tolerance)
	}
	return nil
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
func checkToken(v *verification, d *Delivery, keys keyring, _ time.Time) (proof, error) {
	key, err := keys.secret(tokenNames...)
	if err != nil {
		return proof{}, err
	}
	name := v.headerOr("authorization")
	given := d.header(name)
	if given == "" {
		return proof{}, errMissing(name)
	}
	if v.prefix != nil {
		rest, ok := strings.CutPrefix(given, *v.prefix)
		if !ok {
			return proof{}, fmt.Errorf("the header %s does not begin with %s", name, *v.prefix)
		}
		given = rest
	} else if kind, rest, ok := strings.Cut(given, " "); ok && name == "authorization" && strings.EqualFold(kind, "bearer") {
		given = rest
	}
	if !equal(given, key) {
		return proof{}, errors.New("the token is not the right one")
	}
	return proof{}, nil
}

// checkBasic: the secret is user:password (RFC 7617).
func checkBasic(_ *verification, d *Delivery, keys keyring, _ time.Time) (proof, error) {
	key, err := keys.secret("secret")
	if err != nil {
		return proof{}, err
	}
	given := d.header("authorization")
	if given == "" {
		return proof{}, errMissing("authorization")
	}
	kind, rest, _ := strings.Cut(given, " ")
	plain, err := base64.StdEncoding.DecodeString(strings.TrimSpace(rest))
	if err != nil || !strings.EqualFold(kind, "basic") {
		return proof{}, errors.New("the header authorization is not of the scheme Basic")
	}
	if !strings.Contains(key, ":") {
		return proof{}, fmt.Errorf("%w: it must be user:password", errSecret)
	}
	if !equal(string(plain), key) {
		return proof{}, errors.New("the user or the password is not the right one")
	}
	return proof{}, nil
}

// checkHMAC: the header holds the HMAC-SHA256 of the body. Without a prefix, sha256= may stand before it.
func checkHMAC(v *verification, d *Delivery, keys keyring, _ time.Time) (proof, error) {
	key, err := keys.secret(hmacNames...)
	if err != nil {
		return proof{}, err
	}
	name := v.headerOr("x-signature")
	given := d.header(name)
	if given == "" {
		return proof{}, errMissing(name)
	}
	if v.prefix != nil {
		rest, ok := strings.CutPrefix(given, *v.prefix)
		if !ok {
			return proof{}, fmt.Errorf("the header %s does not begin with %s", name, *v.prefix)
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
		return proof{}, fmt.Errorf("the signature in the header %s cannot be decoded", name)
	}
	if !hmac.Equal(signature, hmacSHA256([]byte(key), d.Body)) {
		return proof{}, errMismatch
	}
	return proof{}, nil
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
	if v != nil && v.scheme.name == "dingtalk" {
		// A robot's signature is not of its body: whoever has it can say anything for an hour.
		delete(d.Headers, dingTalkSign)
	}
}
