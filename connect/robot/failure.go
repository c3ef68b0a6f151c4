package robot

import (
	"fmt"

	"sluice/engine/core"
)

// verdict is what an error code of a platform means.
type verdict struct {
	code string
	// retryAfter is the seconds after which another try can succeed; 0 where none is known.
	retryAfter int
	permanent  bool
}

var (
	tooLong   = verdict{code: "push.too_long", permanent: true}
	gone      = verdict{code: "push.gone", permanent: true}
	invalid   = verdict{code: "push.rejected", permanent: true}
	signature = verdict{code: "push.signature", permanent: true}
	// credentials were refused, other than a signature.
	credentials = verdict{code: "push.auth", permanent: true}
	busy        = verdict{code: "push.unavailable"}
	// other is for the codes nobody lists: the flow's retry policy decides.
	other = verdict{code: "push.rejected"}
)

func limited(seconds int) verdict { return verdict{code: "push.rate_limited", retryAfter: seconds} }

// failure is a platform's refusal.
func (v verdict) failure(platform Platform, errcode core.Value, errmsg string, body core.Value) *core.Failure {
	details := core.Object{"errcode": errcode, "errmsg": errmsg}
	if v.retryAfter > 0 {
		details["retryAfter"] = v.retryAfter
	}
	return &core.Failure{
		Code:      v.code,
		Message:   fmt.Sprintf("%s refused the message with code %v: %s", platform, errcode, errmsg),
		Body:      body,
		Details:   details,
		Permanent: v.permanent,
	}
}

// unreadable is an answer that is not the platform's JSON, such as the page of a gateway in front of it.
func unreadable(platform Platform, text string) *core.Failure {
	return &core.Failure{
		Code:    "push.unavailable",
		Message: string(platform) + " answered something other than its usual JSON; the message may have been sent",
		Body:    Cut(text, 2048),
		Unknown: true,
	}
}

// refusedByStatus gives a refusal by HTTP status the code that the same refusal has in a body. Other failures of the
// call stay what they are.
func refusedByStatus(f *core.Failure) *core.Failure {
	if f.Code != "http.status" {
		return f
	}
	switch s := f.Status; {
	case s == 429 || s == 502 || s == 504:
		f.Code, f.Permanent = "push.rate_limited", false
	case s == 404 || s == 410:
		f.Code, f.Permanent = "push.gone", true
	case s == 413:
		f.Code, f.Permanent = "push.too_long", true
	case s >= 500 || s == 408 || s == 425:
		f.Code, f.Permanent = "push.unavailable", false
	default:
		f.Code, f.Permanent = "push.rejected", true
	}
	details, _ := f.Details.(core.Object)
	if details == nil {
		details = core.Object{}
	}
	details["errcode"], details["errmsg"] = f.Status, f.Message
	f.Details = details
	return f
}
