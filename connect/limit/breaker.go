package limit

import (
	"context"
	"errors"
	"time"

	"sluice/engine/core"
)

// State is whether a breaker lets calls through.
type State string

// The states. A breaker that is half open lets one call through, the probe, and goes by how that ends.
const (
	Closed   State = "closed"
	Open     State = "open"
	HalfOpen State = "half-open"
)

// verdict is what the end of a call says about the other side.
type verdict int

const (
	// silent is a call that reached nobody, or was not given the time to.
	silent verdict = iota
	well
	unwell
)

// judge tells a peer that cannot answer from one that refuses. A call that was cut off after it had waited for longer
// than it ran says nothing about the peer.
func judge(ctx context.Context, f *core.Failure, waited, ran time.Duration) verdict {
	if f == nil {
		return well
	}
	switch f.Code {
	case "http.cancelled", "db.cancelled", "queue.cancelled":
		return silent
	case "http.timeout", "db.timeout", "queue.timeout":
		if errors.Is(ctx.Err(), context.DeadlineExceeded) && ran <= waited {
			return silent
		}
		return unwell
	case "http.connect", "http.dns", "http.tls", "http.proxy", "db.unavailable", "db.connection_lost", "push.unavailable", "queue.unavailable", "queue.unconfirmed",
		"douyin.unavailable", "alipay.unavailable":
		return unwell
	}
	switch {
	case f.Status >= 500:
		return unwell
	case f.Status > 0:
		return well
	default:
		return silent
	}
}

// breaker is the state of a [Breaker].
type breaker struct {
	// failures are the times of the latest ones that count, while it is closed.
	failures []time.Time
	// until is when a probe may go; zero while it is closed.
	until   time.Time
	probing bool
	// epoch counts the changes of state: how a call ends matters only in the epoch in which it began.
	epoch int
}

func (b *breaker) state(now time.Time) State {
	switch {
	case b.until.IsZero():
		return Closed
	case now.Before(b.until):
		return Open
	default:
		return HalfOpen
	}
}

// refuses reports whether a call is refused now, and how long to stay away.
func (b *breaker) refuses(now time.Time) (time.Duration, bool) {
	switch b.state(now) {
	case Open:
		return b.until.Sub(now), true
	case HalfOpen:
		return 0, b.probing
	default:
		return 0, false
	}
}

// ended takes in how a call of this epoch ended, and reports whether the breaker opened by it.
func (b *breaker) ended(limits Breaker, v verdict, now time.Time) bool {
	if !b.until.IsZero() {
		b.probing = false
		switch v {
		case well:
			*b = breaker{epoch: b.epoch + 1}
		case unwell:
			*b = breaker{epoch: b.epoch + 1, until: now.Add(limits.Open)}
			return true
		}
		return false
	}
	switch v {
	case well:
		if limits.Within == 0 {
			b.failures = nil
		}
	case unwell:
		b.failures = append(b.failures, now)
		b.failures = b.failures[max(0, len(b.failures)-limits.Failures):]
		if len(b.failures) == limits.Failures && (limits.Within == 0 || now.Sub(b.failures[0]) <= limits.Within) {
			*b = breaker{epoch: b.epoch + 1, until: now.Add(limits.Open)}
			return true
		}
	}
	return false
}
