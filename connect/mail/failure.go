package mail

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/textproto"
	"slices"
	"strings"

	gomail "github.com/wneessen/go-mail"
	"github.com/wneessen/go-mail/smtp"

	"sluice/connect/egress"
	"sluice/connect/robot"
	"sluice/connect/secret"
	"sluice/engine/core"
)

func rejected(message string) *core.Failure {
	return &core.Failure{Code: "push.rejected", Message: message, Permanent: true}
}

// maxReply bounds what is shown of a server's words, in bytes.
const maxReply = 512

// failed says what became of a message that no server has taken for sure.
func failed(ctx context.Context, err error) *core.Failure {
	if blocked := egress.Failure(err); blocked != nil {
		return blocked
	}
	stage := gomail.ErrConnCheck
	code, words := 0, err.Error()
	if delivery, ok := errors.AsType[*gomail.SendError](err); ok {
		stage, code = delivery.Reason, delivery.ErrorCode()
	}
	if reply, ok := errors.AsType[*textproto.Error](err); ok {
		code, words = reply.Code, reply.Msg
	}
	f := &core.Failure{Code: "push.unavailable", Message: "the mail server did not take the message: " + robot.Cut(words, maxReply)}
	switch {
	case code != 0:
		judge(f, code, stage)
		f.Details = core.Object{"errcode": code, "errmsg": robot.Cut(words, maxReply)}
	case errors.Is(err, errLogin):
		f.Code, f.Message, f.Permanent = "push.auth", errLogin.Error(), true
	case insecure(err):
		f.Code, f.Message, f.Permanent = "push.tls", "no secure connection to the mail server: "+robot.Cut(words, maxReply), true
	default:
		// The last words of the message may have been heard, and the answer to them lost.
		f.Unknown = stage == gomail.ErrSMTPDataClose
		if ctx.Err() != nil {
			f.Message = "the mail server did not take the message in the time allowed"
		}
	}
	return f
}

// judge reads a server's reply (RFC 5321, 4.2): 4xx may be tried again, 5xx will be refused again.
func judge(f *core.Failure, code int, stage gomail.SendErrReason) {
	f.Message = fmt.Sprintf("the mail server refused the message with %d: %s", code, strings.TrimPrefix(f.Message, "the mail server did not take the message: "))
	switch {
	case code == 421 || code == 450 && stage != gomail.ErrSMTPRcptTo:
		f.Code = "push.rate_limited"
	case code < 500:
		f.Code = "push.unavailable"
	case slices.Contains([]int{530, 534, 535, 538}, code):
		f.Code, f.Permanent = "push.auth", true
	case code == 552:
		f.Code, f.Permanent = "push.too_long", true
	default:
		f.Code, f.Permanent = "push.rejected", true
	}
}

// insecure reports whether an error is about encryption rather than about the network.
func insecure(err error) bool {
	var verification *tls.CertificateVerificationError
	var authority x509.UnknownAuthorityError
	var hostname x509.HostnameError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	return errors.As(err, &verification) || errors.As(err, &authority) || errors.As(err, &hostname) || errors.As(err, &record) ||
		errors.As(err, &alert) || strings.Contains(err.Error(), "STARTTLS")
}

// login proves who sends, in the way that the server offers, and never over a connection that others can read.
type login struct {
	user     string
	password secret.Text
	host     string
	way      smtp.Auth
}

var errLogin = errors.New("the mail server offers no way to log in that is known here (PLAIN, LOGIN), or only unencrypted")

// Start implements smtp.Auth.
func (l *login) Start(server *smtp.ServerInfo) (string, []byte, error) {
	switch {
	case !server.TLS:
		return "", nil, errLogin
	case slices.Contains(server.Auth, "PLAIN"):
		l.way = smtp.PlainAuth("", l.user, l.password.Reveal(), l.host, false)
	case slices.Contains(server.Auth, "LOGIN"):
		l.way = smtp.LoginAuth(l.user, l.password.Reveal(), l.host, false)
	default:
		return "", nil, errLogin
	}
	return l.way.Start(server)
}

// Next implements smtp.Auth.
func (l *login) Next(challenge []byte, more bool) ([]byte, error) { return l.way.Next(challenge, more) }
