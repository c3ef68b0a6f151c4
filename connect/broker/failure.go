package broker

import (
	"context"
	"errors"
	"fmt"

	"sluice/connect/egress"
	"sluice/engine/core"
)

// failed is a failure that another try can cure.
func failed(code, format string, args ...any) *core.Failure {
	return &core.Failure{Code: code, Message: fmt.Sprintf(format, args...)}
}

// refused is one that no further try can cure.
func refused(code, format string, args ...any) *core.Failure {
	f := failed(code, format, args...)
	f.Permanent = true
	return f
}

// unreached is the failure of a call that was not sent.
func unreached(ctx context.Context, err error) *core.Failure {
	if blocked, ok := errors.AsType[*egress.Blocked](err); ok {
		return refused("http.blocked", "%s", blocked)
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return failed("queue.timeout", "the broker did not answer in time, and the message was not sent: %s", err)
	case ctx.Err() != nil:
		return failed("queue.cancelled", "the call was cancelled before the message was sent")
	}
	return failed("queue.unavailable", "the broker cannot be reached: %s", err)
}

// unconfirmed is the failure of a message that was sent and whose confirmation did not come: it may have arrived.
func unconfirmed(ctx context.Context, err error) *core.Failure {
	var f *core.Failure
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		f = failed("queue.timeout", "the broker did not confirm the message in time; it may have arrived")
	case ctx.Err() != nil:
		f = failed("queue.cancelled", "the call was cancelled before the broker confirmed the message; it may have arrived")
	default:
		f = failed("queue.unconfirmed", "the broker did not confirm the message, which may have arrived: %s", err)
	}
	f.Unknown = true
	return f
}

// broken is why consuming cannot go on; nil where it should not.
func broken(ctx context.Context, err error) *core.Failure {
	if over(ctx) {
		return nil
	}
	return unreached(ctx, err)
}

func over(ctx context.Context) bool { return ctx.Err() != nil }
