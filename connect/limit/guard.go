package limit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sluice/engine/core"
)

// Guard holds the calls to one other side to its limits. It is safe for concurrent use and has no goroutine of its own.
//
// Calls wait in one line, the first come first. The first of the line goes when a place is free and the rate allows it,
// so that no call holds a place, or uses up a turn, while it waits for the other.
type Guard struct {
	now func() time.Time

	mu       sync.Mutex
	limits   Limits
	line     []*ticket
	inFlight int
	meter    meter
	breaker  breaker
	// timer looks at the line again when its first call may go by the rate; nil until first needed.
	timer *time.Timer

	health record
}

// ticket is one call, waiting or under way; its fields are under the Guard's mutex until decided is closed.
type ticket struct {
	decided chan struct{}
	// failure is the refusal of a call that was not let through.
	failure *core.Failure
	// epoch is the breaker's when the call joined the line, and then when it went.
	epoch        int
	joined, went time.Time
}

// NewGuard makes a guard. The clock must go on as the machine's does.
func NewGuard(limits Limits, now func() time.Time) *Guard {
	return &Guard{limits: limits, now: now}
}

// Do makes a call when the limits allow it. A nil guard allows everything. Besides the call's own failures there are,
// all without the call having been made and worth another try:
//   - connection.rate: its turn would come after the context's deadline; details.retryAfter is in seconds
//   - connection.breaker: too many calls failed lately; details.retryAfter is in seconds
//   - connection.busy, connection.cancelled: the context ended while the call waited
func Do[T any](ctx context.Context, g *Guard, call func() (T, *core.Failure)) (T, *core.Failure) {
	if g == nil {
		return call()
	}
	t, failure := g.enter(ctx)
	if failure != nil {
		var none T
		return none, failure
	}
	// What a call that panics leaves behind.
	outcome := &core.Failure{}
	defer func() { g.leave(ctx, t, outcome) }()
	result, failure := call()
	outcome = failure
	return result, failure
}

// Change sets other limits, also for the calls that wait. The breaker starts anew, and nothing counts as failing: the
// change may be the cure.
func (g *Guard) Change(limits Limits) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if limits.Rate != g.limits.Rate {
		g.meter = meter{}
	}
	g.limits, g.breaker = limits, breaker{epoch: g.breaker.epoch + 1}
	g.health.restart()
	g.advance()
}

func (g *Guard) enter(ctx context.Context) (*ticket, *core.Failure) {
	t, failure := g.join(ctx)
	if failure != nil {
		return nil, failure
	}
	select {
	case <-t.decided:
	case <-ctx.Done():
		g.abandon(ctx, t)
	}
	return t, t.failure
}

// join puts a call at the end of the line, unless it is clear already that it cannot go in time.
func (g *Guard) join(ctx context.Context) (*ticket, *core.Failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	if wait, refused := g.breaker.refuses(now); refused {
		return nil, broken(wait)
	}
	wait := g.meter.wait(g.limits.Rate, now, len(g.line))
	if deadline, ok := ctx.Deadline(); ok && wait > 0 && wait >= time.Until(deadline) {
		return nil, later("connection.rate", "the connection's rate limit is reached, and the call's turn would come after its time is over", wait)
	}
	g.breaker.probing = g.breaker.state(now) == HalfOpen
	t := &ticket{decided: make(chan struct{}), epoch: g.breaker.epoch, joined: now}
	g.line = append(g.line, t)
	g.advance()
	return t, nil
}

// advance lets through whom the limits allow. It runs after everything that may change that.
func (g *Guard) advance() {
	now := g.now()
	for len(g.line) > 0 {
		if g.limits.Concurrency > 0 && g.inFlight >= g.limits.Concurrency {
			break
		}
		if wait := g.meter.wait(g.limits.Rate, now, 0); wait > 0 {
			g.wakeIn(wait)
			return
		}
		g.meter.take(g.limits.Rate, now)
		t := g.line[0]
		g.line = slices.Delete(g.line, 0, 1)
		g.inFlight++
		t.epoch, t.went = g.breaker.epoch, now
		close(t.decided)
	}
	if g.timer != nil {
		g.timer.Stop()
	}
}

func (g *Guard) wakeIn(wait time.Duration) {
	if g.timer != nil {
		g.timer.Reset(wait)
		return
	}
	g.timer = time.AfterFunc(wait, func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.advance()
	})
}

// abandon takes a call whose context ended out of the line. One that was let through at the same moment goes on and
// ends by itself.
func (g *Guard) abandon(ctx context.Context, t *ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	i := slices.Index(g.line, t)
	if i < 0 {
		return
	}
	g.line = slices.Delete(g.line, i, i+1)
	if t.epoch == g.breaker.epoch {
		// While the breaker is not closed, only its probe can be in the line.
		g.breaker.probing = false
	}
	t.failure = &core.Failure{Code: "connection.cancelled", Message: "the call was cancelled while it waited for its turn at the connection"}
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		t.failure = &core.Failure{
			Code:    "connection.busy",
			Message: fmt.Sprintf("the call's time was over before its turn came: %d calls are under way at the connection, %d came before", g.inFlight, i),
		}
	}
	g.advance()
}

func (g *Guard) leave(ctx context.Context, t *ticket, failure *core.Failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	g.inFlight--
	v := judge(ctx, failure, t.went.Sub(t.joined), now.Sub(t.went))
	g.health.ended(failure, v, ctx.Err() != nil, now)
	if wait := asked(failure); wait > 0 && g.limits.Obey && g.limits.Rate.Count > 0 {
		g.meter.hold(g.limits.Rate, now, wait)
	}
	if g.limits.Breaker.Failures > 0 && t.epoch == g.breaker.epoch && g.breaker.ended(g.limits.Breaker, v, now) {
		g.health.opened(now)
		for _, waiting := range g.line {
			waiting.failure = broken(g.limits.Breaker.Open)
			close(waiting.decided)
		}
		g.line = nil
	}
	g.advance()
}

// maxHold bounds how long the other side can have calls held back.
const maxHold = time.Hour

// asked is how long a failure asks to wait.
func asked(failure *core.Failure) time.Duration {
	if failure == nil {
		return 0
	}
	details, _ := failure.Details.(core.Object)
	seconds, _ := details["retryAfter"].(int)
	return time.Duration(max(0, min(seconds, int(maxHold/time.Second)))) * time.Second
}

func broken(wait time.Duration) *core.Failure {
	return later("connection.breaker", "too many calls to the connection failed lately; it is left alone for a while", wait)
}

// later is a refusal that another try after some time may not meet, in whole seconds, at least one.
func later(code, message string, wait time.Duration) *core.Failure {
	seconds := max(1, int((wait+time.Second-1)/time.Second))
	return &core.Failure{Code: code, Message: message, Details: core.Object{"retryAfter": seconds}}
}
