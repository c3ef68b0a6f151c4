// Package httpclient makes HTTP calls for flows: one pooled client a connection, with its address, headers,
// credentials and signer, and failures that say whether a write may have happened.
//
// It must not know connections as documents, flows or nodes.
package httpclient

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"sluice/connect/egress"
	"sluice/connect/limit"
	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/engine/core"
	"sluice/engine/value"
)

// Config is what one client is made of.
type Config struct {
	// BaseURL is where all requests go; nil lets each name its own address.
	BaseURL *url.URL
	// Headers are sent with every request, unless the request sets them itself.
	Headers map[string]string
	Auth    Auth
	// Signer completes each request after everything else is in place, but for Auth.
	Signer sign.Signer
	// Timeout bounds a whole call, from dialing to the last byte; 0 is [DefaultTimeout]. A context may end it sooner.
	Timeout time.Duration
	// Proxy is asked instead of the environment, which is never asked; nil connects directly. It may hold a user and a
	// password.
	Proxy *url.URL
	// TLS is nil for the system's certificates.
	TLS *tls.Config
	// Egress says which hosts may be reached; nil is the zero policy's.
	Egress *egress.Policy
	// Mask takes the connection's secrets out of failures; nil knows none.
	Mask *secret.Mask
}

// DefaultTimeout bounds a call whose connection does not say.
const DefaultTimeout = 30 * time.Second

// Client calls one connection's address. It is safe for concurrent use and keeps its connections open between calls.
type Client struct {
	config    Config
	http      http.Client
	transport *http.Transport
	guard     *limit.Guard
}

// New makes a client; it opens nothing yet.
func New(config Config) *Client {
	if config.Timeout == 0 {
		config.Timeout = DefaultTimeout
	}
	if config.Mask == nil {
		config.Mask = &secret.Mask{}
	}
	c := &Client{config: config}
	c.transport = &http.Transport{
		DialContext:            config.Egress.DialContext,
		TLSClientConfig:        config.TLS,
		TLSHandshakeTimeout:    10 * time.Second,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           256,
		MaxIdleConnsPerHost:    64,
		IdleConnTimeout:        90 * time.Second,
		MaxResponseHeaderBytes: 1 << 20,
	}
	if config.Proxy != nil {
		c.transport.Proxy = http.ProxyURL(config.Proxy)
		c.transport.OnProxyConnectResponse = func(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
			if answer.StatusCode != http.StatusOK {
				return &proxyRefusal{answer.StatusCode}
			}
			return nil
		}
	}
	c.http = http.Client{Transport: c.transport, CheckRedirect: c.redirect}
	return c
}

// Limit has all later calls pass a guard; it comes before the first call.
func (c *Client) Limit(g *limit.Guard) { c.guard = g }

// Close gives idle connections back. Calls under way end as they would have.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// redirect follows reads only, never from TLS to none, and with credentials only within one host: what the answer to a
// write says is the flow's to judge, and a signature holds for one address.
func (c *Client) redirect(next *http.Request, via []*http.Request) error {
	first := via[0]
	if first.Method != http.MethodGet && first.Method != http.MethodHead || len(via) > 5 || c.config.Signer != nil {
		return http.ErrUseLastResponse
	}
	if c.config.BaseURL != nil && (next.URL.Host != first.URL.Host || next.URL.Scheme != first.URL.Scheme) {
		return http.ErrUseLastResponse
	}
	if first.URL.Scheme == "https" && next.URL.Scheme != "https" {
		return http.ErrUseLastResponse
	}
	return c.reachable(next.Context(), next.URL.Hostname())
}

// reachable judges a host before it is called: through a proxy nothing here dials it. What is dialled here is judged
// once more by its address.
func (c *Client) reachable(ctx context.Context, host string) error {
	if c.config.Proxy != nil {
		return c.config.Egress.CheckThrough(ctx, host)
	}
	return c.config.Egress.Check(host)
}

// Do makes one call. The failure is nil exactly when the answer has an expected status, was read whole, and the signer
// found nothing wrong with it. Secrets of the connection do not show in a failure; an answer is left exactly as it came.
func (c *Client) Do(ctx context.Context, r Request) (Response, *core.Failure) {
	response, failure := limit.Do(ctx, c.guard, func() (Response, *core.Failure) { return c.do(ctx, &r) })
	if failure != nil {
		return Response{}, c.config.Mask.Failure(failure)
	}
	return response, nil
}

func (c *Client) do(ctx context.Context, r *Request) (Response, *core.Failure) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	if r.Method = strings.ToUpper(r.Method); r.Method == "" {
		r.Method = http.MethodGet
	}
	signed, failure := c.prepare(ctx, r)
	if failure != nil {
		return Response{}, failure
	}
	answer, failure := c.send(ctx, signed, r)
	if failure != nil {
		return Response{}, failure
	}
	if o, ok := c.config.Auth.(*OAuth2); ok && answer.Status == http.StatusUnauthorized {
		o.expire(signed.Header.Get("Authorization"))
		if failure = o.authorize(ctx, signed); failure != nil {
			return Response{}, failure
		}
		if answer, failure = c.send(ctx, signed, r); failure != nil {
			return Response{}, failure
		}
	}
	return c.read(answer, r)
}

// prepare gives the request its address, headers, bytes, signature and credentials, in this order.
func (c *Client) prepare(ctx context.Context, r *Request) (*sign.Request, *core.Failure) {
	u, path, err := address(c.config.BaseURL, r)
	if err != nil {
		return nil, refused("http.bad_url", err.Error())
	}
	if err := c.reachable(ctx, u.Hostname()); err != nil {
		return nil, refused("http.blocked", err.Error())
	}
	signed := &sign.Request{Method: r.Method, URL: u, Path: path, Header: http.Header{}}
	if r.Body != nil {
		var contentType string
		if signed.Body, contentType, signed.Params, err = r.Body.encode(); err != nil {
			return nil, refused("http.bad_request", err.Error())
		}
		signed.Header.Set("Content-Type", contentType)
	}
	signed.Header.Set("User-Agent", "sluice")
	for _, headers := range []map[string]string{c.config.Headers, r.Headers} {
		for name, text := range headers {
			signed.Header.Set(name, text)
		}
	}
	if c.config.Signer != nil {
		if err := c.config.Signer.Sign(signed); err != nil {
			return nil, refused("http.bad_request", err.Error())
		}
	}
	if c.config.Auth != nil {
		if failure := c.config.Auth.authorize(ctx, signed); failure != nil {
			return nil, failure
		}
	}
	if r.Key != "" && signed.Header.Get("Idempotency-Key") == "" {
		signed.Header.Set("Idempotency-Key", r.Key)
	}
	hideKeys(signed.Header)
	return signed, nil
}

// hideKeys respells the headers by which net/http would take a write for one that it may send again by itself when a
// connection breaks, and nobody would know that the first one may have taken effect. Header names have no case in HTTP.
func hideKeys(h http.Header) {
	for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key"} {
		if values, ok := h[name]; ok {
			delete(h, name)
			h[strings.ToLower(name)] = values
		}
	}
}

// send makes the call and reads the answer's body, whatever its status.
func (c *Client) send(ctx context.Context, signed *sign.Request, r *Request) (sign.Answer, *core.Failure) {
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { sent.Store(true) },
	})
	var body io.Reader
	if signed.Body != nil {
		body = bytes.NewReader(signed.Body)
	}
	request, err := http.NewRequestWithContext(ctx, signed.Method, signed.URL.String(), body)
	if err != nil {
		return sign.Answer{}, refused("http.bad_request", "the method or address is not valid")
	}
	request.Header = signed.Header
	if host := signed.Header.Get("Host"); host != "" {
		request.Host = host
	}
	response, err := c.http.Do(request)
	if err != nil {
		return sign.Answer{}, broken(ctx, err, signed.URL, sent.Load() && r.Write())
	}
	defer response.Body.Close()
	limit := r.MaxBytes
	if limit <= 0 {
		limit = DefaultMaxBytes
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	if err != nil {
		failure := broken(ctx, err, signed.URL, r.Write())
		failure.Status = response.StatusCode
		return sign.Answer{}, failure
	}
	if int64(len(data)) > limit {
		return sign.Answer{}, &core.Failure{
			Code:    "http.too_large",
			Message: "the answer is larger than the " + strconv.FormatInt(limit, 10) + " bytes allowed; ask for less, or raise maxBytes",
			Status:  response.StatusCode, Permanent: true, Unknown: r.Write(),
		}
	}
	return sign.Answer{Status: response.StatusCode, Header: response.Header, Body: data}, nil
}

// read turns an answer into a response, or into the failure it is.
func (c *Client) read(a sign.Answer, r *Request) (Response, *core.Failure) {
	if c.config.Signer != nil {
		if failure := c.config.Signer.Judge(a); failure != nil {
			failure.Unknown = failure.Unknown && r.Write()
			return Response{}, failure
		}
	}
	if !r.OK.Has(a.Status) {
		return Response{}, statusFailure(a, r)
	}
	body, err := decode(a.Body, r.Response)
	if err != nil {
		return Response{}, &core.Failure{
			Code:    "http.bad_json",
			Message: "the answer is not JSON: " + err.Error() + "; set response to text if that is expected",
			Status:  a.Status, Body: excerpt(a.Body), Permanent: r.Write(), Unknown: r.Write(),
		}
	}
	headers := make(core.Object, len(a.Header))
	for name, values := range a.Header {
		headers[strings.ToLower(name)] = strings.Join(values, ", ")
	}
	return Response{Status: a.Status, Headers: headers, Body: body}, nil
}

func decode(data []byte, format Format) (core.Value, error) {
	switch format {
	case FormatText:
		return strings.ToValidUTF8(string(data), "\uFFFD"), nil
	case FormatBytes:
		return base64.StdEncoding.EncodeToString(data), nil
	default:
		if len(bytes.TrimSpace(data)) == 0 {
			return nil, nil
		}
		return value.Decode(data)
	}
}

// excerptBytes bounds what a failure keeps of a body.
const excerptBytes = 16 << 10

// excerpt is a body as a failure shows it: JSON where it is, otherwise the beginning of its text.
func excerpt(data []byte) core.Value {
	if len(data) <= excerptBytes {
		if v, err := value.Decode(data); err == nil {
			return v
		}
	}
	if len(data) == 0 {
		return nil
	}
	if len(data) > excerptBytes {
		data = data[:excerptBytes]
		for len(data) > 0 && !utf8.RuneStart(data[len(data)-1]) {
			data = data[:len(data)-1]
		}
	}
	return strings.ToValidUTF8(string(data), "\uFFFD")
}
