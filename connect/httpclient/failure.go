package httpclient

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

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
	if seconds, err := strconv.Atoi(a.Header.Get("Retry-After")); err == nil && seconds >= 0 {
		f.Details = core.Object{"retryAfter": seconds}
	}
	return f
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
	var (
		blocked     *egress.Blocked
		dns         *net.DNSError
		certificate *tls.CertificateVerificationError
		record      tls.RecordHeaderError
		alert       tls.AlertError
		authority   x509.UnknownAuthorityError
		hostname    x509.HostnameError
		network     net.Error
	)
	switch {
	case errors.As(err, &blocked):
		return "http.blocked", blocked.Error(), true
	case strings.Contains(err.Error(), "net/http: invalid"):
		return "http.bad_request", "a method, header name or header value is not valid: " + err.Error(), true
	case errors.As(err, &dns):
		if dns.IsNotFound {
			return "http.dns", "the host name does not exist", false
		}
		return "http.dns", "the host name could not be resolved", false
	case errors.As(err, &certificate), errors.As(err, &authority), errors.As(err, &hostname):
		return "http.tls", "the server's certificate is not trusted: " + err.Error(), true
	case errors.As(err, &record), errors.As(err, &alert), strings.Contains(err.Error(), "tls: "),
		errors.Is(err, http.ErrSchemeMismatch):
		return "http.tls", "no secure connection: " + err.Error(), false
	case strings.Contains(err.Error(), "gzip: "):
		return "http.bad_encoding", "the answer's compression is broken", false
	case errors.As(err, &network) && network.Timeout():
		return "http.timeout", "the server did not react in time", false
	default:
		return "http.connect", "the connection failed: " + err.Error(), false
	}
}
