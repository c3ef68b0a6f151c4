package httpclient

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"syscall"

	"sluice/connect/egress"
	"sluice/connect/sign"
	"sluice/engine/core"
)

// refused is a request that was never sent and never will be as it is.
func refused(code, message string) *core.Failure {
	return &core.Failure{Code: code, Message: message, Permanent: true}
}

// statusFailure is an answer with a status the request does not expect.
func statusFailure(a sign.Answer, r *Request) *core.Failure {
	text := http.StatusText(a.Status)
	if text != "" {
		text = " (" + text + ")"
	}
	f := &core.Failure{
		Code:      "http.status",
		Message:   fmt.Sprintf("the server answered %d%s", a.Status, text),
		Status:    a.Status,
		Body:      excerpt(a.Body),
		Permanent: permanentStatus[a.Status],
		// A server that fails may have failed after the write; one that is not there or refuses has not begun it.
		Unknown: r.Write() && (a.Status >= 500 && a.Status != 501 && a.Status != 503 || a.Status == 408),
	}
	if seconds, ok := retryAfter(a.Header); ok {
		f.Details = core.Object{"retryAfter": seconds}
	}
	return f
}

// retryAfter reads how many seconds the server asks to wait for. A moment that it names is taken by the server's clock.
func retryAfter(h http.Header) (int, bool) {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil {
		return seconds, seconds >= 0
	}
	at, bad := http.ParseTime(text)
	now, unknown := http.ParseTime(h.Get("Date"))
	if bad != nil || unknown != nil {
		return 0, false
	}
	return max(0, int(at.Sub(now).Seconds())), true
}

// permanentStatus are the refusals that the same request will meet again. Not 404 and 409: orders arrive after the
// messages about them.
var permanentStatus = map[int]bool{
	400: true, 401: true, 402: true, 403: true, 405: true, 406: true, 410: true, 411: true, 413: true, 414: true,
	415: true, 422: true, 431: true, 451: true, 501: true, 505: true,
}

// broken is a call without a whole answer. Nothing of the URL but its host is shown: paths and queries hold keys.
func broken(ctx context.Context, err error, u *url.URL, unknown bool) *core.Failure {
	if ctx.Err() != nil {
		f := ended(ctx)
		f.Message += " (" + u.Host + ")"
		f.Unknown = unknown
		return f
	}
	f := &core.Failure{Unknown: unknown}
	f.Code, f.Message, f.Permanent = cause(err)
	f.Message = u.Host + ": " + f.Message
	return f
}

// ended is a call whose context is over: its time or its run.
func ended(ctx context.Context) *core.Failure {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &core.Failure{Code: "http.timeout", Message: "no whole answer within the time allowed"}
	}
	return &core.Failure{Code: "http.cancelled", Message: "the call was cancelled"}
}

// cause is the code and message of a transport's error, and whether trying again is pointless.
func cause(err error) (code, message string, permanent bool) {
	// A *url.Error shows the whole URL; what it wraps does not.
	var outer *url.Error
	for errors.As(err, &outer) {
		err = outer.Err
	}
	if message, permanent, ok := insecure(err); ok {
		return "http.tls", message, permanent
	}
	var (
		blocked   *egress.Blocked
		dns       *net.DNSError
		proxy     *proxyRefusal
		operation *net.OpError
		network   net.Error
	)
	switch {
	case errors.As(err, &blocked):
		return "http.blocked", blocked.Error(), true
	case errors.As(err, &proxy):
		return "http.proxy", proxy.Error(), proxy.status == http.StatusProxyAuthRequired
	case errors.As(err, &operation) && operation.Op == "proxyconnect":
		return "http.proxy", "no connection to the proxy: " + reason(operation), false
	case strings.Contains(err.Error(), "net/http: invalid"):
		return "http.bad_request", "a method, header name or header value is not valid: " + err.Error(), true
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return "http.dns", "the host name " + dns.Name + " does not exist", false
		}
		return "http.dns", "the host name " + dns.Name + " could not be resolved", false
	case strings.Contains(err.Error(), "gzip: "):
		return "http.bad_encoding", "the answer's compression is broken", false
	case errors.As(err, &network) && network.Timeout():
		return "http.timeout", "the server did not react in time", false
	case errors.Is(err, syscall.ECONNREFUSED):
		return "http.connect", "the connection was refused: nothing listens at this port, or a firewall is in the way", false
	default:
		return "http.connect", "the connection failed: " + err.Error(), false
	}
}

// reason is the innermost cause of a network error.
func reason(err error) string {
	for inner := err; inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}

// proxyRefusal is a proxy that does not let a connection through.
type proxyRefusal struct{ status int }

func (p *proxyRefusal) Error() string {
	if p.status == http.StatusProxyAuthRequired {
		return "the proxy wants another user or password (407): see proxyUser and proxyPassword"
	}
	return fmt.Sprintf("the proxy answered %d (%s) instead of connecting", p.status, http.StatusText(p.status))
}
