package core

import "time"

// Machine is a control node at work: a small state machine, made anew for each activation, that reacts to causes with
// the directives of a Turn. It holds plain data only and is as pure as the core.
type Machine interface {
	Advance(t *Turn, c Cause)
}

// CauseKind says why a machine is advanced.
type CauseKind uint8

// The causes. Cancelling and timing out a control node need no machine: the core drops whatever it has pending.
const (
	Entered   CauseKind = iota // the node starts
	BodyDone                   // a body ended; N is its index, Value its output
	BodyFail                   // a body failed; N is its index, Failure says why. The rest of that body is cancelled already
	Fired                      // the timer N, as numbered by the machine, came due
	Signalled                  // a signal for subscription N came; Value is its data
	Joined                     // a child ended; Value or Failure is its outcome
	Locked                     // the lock is held
)

// Cause is what happened to a machine.
type Cause struct {
	Kind    CauseKind
	N       int
	Value   Value
	Failure *Failure
}

// Turn is one advance of one machine: the scope it may read and the directives it may give. It is valid during Advance
// only. After Emit or Fail the machine is gone, with all its bodies, timers, subscriptions, children and locks.
type Turn struct {
	m   *stepper
	act *activation
	// body is the frame whose scope BodyScope shows.
	body *frame
}

// Scope is the node's own scope.
func (t *Turn) Scope() Scope { return t.m.scopeOf(t.act.frame, t.act) }

// BodyScope is the scope at the end of the body that caused BodyDone: all its outputs are in sight.
func (t *Turn) BodyScope() Scope {
	t.m.body = view{m: t.m, frame: t.body}
	return &t.m.body
}

// Now is the time of the event being folded, in nanoseconds of Unix time.
func (t *Turn) Now() int64 { return t.m.s.now }

// Emit ends the node with an output on a port.
func (t *Turn) Emit(port int, v Value) { t.m.emit(t.act, Result{Value: v, Port: port}) }

// Wired reports whether any edge leaves the port.
func (t *Turn) Wired(port int) bool {
	n := t.act.node
	return port < len(n.Out) && len(n.Out[port]) > 0
}

// Fail ends this attempt of the node with a failure.
func (t *Turn) Fail(f *Failure) { t.m.fault(t.act, f) }

// Open starts the node's body number index. Its first nodes get input; item and index are in its scope when it is an
// item's body, as in foreach.
func (t *Turn) Open(index int, input Value, item bool) { t.m.open(t.act, index, input, item) }

// SetTimer asks for Fired with this n. A machine may have several timers.
func (t *Turn) SetTimer(n int, at int64) { t.m.setTimer(t.act, purposeMachine, n, at) }

// After is Now plus d.
func (t *Turn) After(d time.Duration) int64 { return t.m.after(d) }

// Subscribe asks for Signalled with this n when event comes with key.
func (t *Turn) Subscribe(n int, event, key string) { t.m.subscribe(t.act, n, event, key) }

// StartChild starts a run of a flow and asks for Joined: when it ended or, detached, as soon as nothing can lose it. The
// id names the child within this run.
func (t *Turn) StartChild(flow string, input Value, detach bool) ID {
	return t.m.startChild(t.act, flow, input, detach)
}

// Acquire asks for Locked when no other run holds key. The lock is released when the node ends.
func (t *Turn) Acquire(key string) { t.m.acquire(t.act, key) }

// Respond answers the caller that waits for the run; only the first answer of a run counts.
func (t *Turn) Respond(r Response) { t.m.respond(t.act, r) }
