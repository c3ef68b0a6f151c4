// Package sign holds the signatures of the platforms: what completes an outgoing request so that a platform takes it,
// what judges its answer, and the bare signature functions that robots and webhooks share.
//
// It is pure: the clock and the source of nonces are handed in, nothing is sent. It must not know connections or how a
// request travels.
package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"sluice/engine/core"
)

// Entropy is where signatures take the time and one-time words from. Both functions are safe for concurrent use.
type Entropy struct {
	Now func() time.Time
	// Nonce is a fresh random word of at most 32 letters and digits.
	Nonce func() string
}

// Request is an outgoing request before it has bytes. A signer may change all of it.
type Request struct {
	Method string
	URL    *url.URL
	// Path is the part of the URL's path below the connection's address, as text and not percent-encoded.
	Path   string
	Header http.Header
	// Body is the bytes to send, nil without a body. Params are the fields behind them, where the request was given as
	// JSON or as a form and no field names occur twice: signers that write the body anew start from these.
	Body   []byte
	Params core.Object
}

// Answer is what came back, its body whole and decompressed.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Signer is one platform's way to sign requests and to say no. It is safe for concurrent use.
type Signer interface {
	// Sign completes the request in place. An error says what the request lacks; it holds no secret.
	Sign(r *Request) error
	// Judge finds the failure in an answer, nil where there is none. It sees every answer, of any status: platforms
	// refuse with HTTP 200, and an answer whose signature is wrong is none.
	Judge(a Answer) *core.Failure
}

// Probe is a read that changes nothing and asks for what is not there, so that the answer tells of the credentials alone.
type Probe struct {
	Method, Path string
	Params       core.Object
}

// Prober is a [Signer] whose platform answers nothing at its address alone.
type Prober interface {
	Probe() Probe
	// Reached reports whether a failure of the probe shows that the platform took the credentials.
	Reached(f *core.Failure) bool
}

func hmacSHA256(key, message string) []byte {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(message))
	return mac.Sum(nil)
}

func base64HMAC(key, message string) string {
	return base64.StdEncoding.EncodeToString(hmacSHA256(key, message))
}

// detail is one of a failure's details, nil where it has none of that name.
func detail(f *core.Failure, name string) core.Value {
	details, _ := f.Details.(core.Object)
	return details[name]
}
