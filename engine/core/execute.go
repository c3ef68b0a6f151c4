package core

import (
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// arrive counts a resolved edge and decides whether the node starts, is skipped (dead-path elimination), or has to wait
// for more edges.
func (m *stepper) arrive(a *activation, arg cueArg) {
	a.resolved++
	if arg.taken {
		a.from = append(a.from, arg.edge)
	}
	all := a.resolved == len(a.node.In)
	switch need := a.node.Need; {
	case need > 0 && len(a.from) == need, need == 0 && all && len(a.from) > 0:
		m.ready(a)
		if a.node.CancelRest {
			m.cancelRest(a)
		}
	case all:
		a.phase = PhaseSkipped
		m.trace(a)
		m.follow(a, false)
		m.closeOne(a)
	}
}

// ready puts an activation in the queue.
func (m *stepper) ready(a *activation) {
	a.inherited = m.inherit(a)
	a.phase = PhaseReady
	m.s.queue = append(m.s.queue, a)
}

// inherit finds the failure of the error path that leads to an activation.
func (m *stepper) inherit(a *activation) *Failure {
	for _, i := range a.from {
		e := &m.p.Edges[i]
		from := &a.frame.acts[m.p.Nodes[e.From].Local]
		switch {
		case from.failure != nil:
			return from.failure
		case from.inherited != nil:
			return from.inherited
		}
	}
	if len(a.node.In) == 0 && a.frame.owner != nil {
		return a.frame.owner.inherited
	}
	return nil
}

// cancelRest cancels what still runs towards a join that went ahead. Their other edges are resolved as skipped.
func (m *stepper) cancelRest(a *activation) {
	for _, i := range a.node.Upstream {
		if u := &a.frame.acts[m.p.Nodes[i].Local]; !u.phase.Settled() {
			m.move(u, CueCancel, cueArg{})
		}
	}
}

// execute is an activation's turn.
func (m *stepper) execute(a *activation) {
	if m.s.debug != nil && a.attempt == 0 && m.stopsBefore(a) {
		return
	}
	m.begins(a)
}

// begins begins an activation's next try.
func (m *stepper) begins(a *activation) {
	if a.number == 0 {
		a.number = m.s.steps
	}
	a.attempt++
	if out, pinned := m.s.start.Pins[a.node.ID]; pinned {
		m.forced = forced{a, ForcedPin, ""}
		m.complete(a, Result{Value: out})
		return
	}
	switch n := a.node; {
	case n.Eval != nil:
		if r, f := n.Eval(m.scopeOf(a.frame, a)); f != nil {
			m.fail(a, f)
		} else {
			m.complete(a, r)
		}
	case n.Task != nil:
		m.dispatch(a)
	default:
		a.phase = PhaseWaiting
		m.trace(a)
		if n.Timeout > 0 {
			m.setTimer(a, purposeTimeout, 0, m.after(n.Timeout))
		}
		a.machine = n.Machine()
		m.advance(a, Cause{Kind: Entered}, nil)
	}
}

// dispatch hands a task out. Arguments are computed at the first try and kept: a peer that sees the idempotency key
// twice must see the same request twice.
func (m *stepper) dispatch(a *activation) {
	n := a.node
	if a.asked == 0 || a.anew {
		args, f := n.Task.Args(m.scopeOf(a.frame, a))
		if f != nil {
			m.fail(a, f)
			return
		}
		if a.asked == 0 || !reflect.DeepEqual(args, a.args) {
			a.asked = m.idOf(a, args)
		}
		a.args, a.anew = args, false
	}
	a.phase = PhaseRunning
	m.trace(a)
	m.ask(&pending{act: a, Command: Command{
		Kind: RunTask, ID: a.asked, Node: n.ID, Path: a.path(), Attempt: a.attempt, Task: n.Task, Args: a.args, Timeout: n.Timeout,
	}})
}

func (m *stepper) hold(a *activation) {
	a.phase = PhaseHeld
	m.trace(a)
	m.command(Command{Kind: HoldForHuman, ID: a.asked, Node: a.node.ID, Path: a.path(), Attempt: a.attempt})
}

func (m *stepper) again(a *activation) {
	a.anew = a.phase == PhasePaused
	a.phase, a.failure = PhaseReady, nil
	m.s.queue = append(m.s.queue, a)
}

func (m *stepper) expire(a *activation) {
	m.fault(a, &Failure{Code: "node.timeout", Message: "the node did not end within " + a.node.Timeout.String()})
}

// drop cancels an activation that has nothing with a worker.
func (m *stepper) drop(a *activation, quiet bool) {
	if a.doubt || a.phase == PhaseHeld {
		m.remember(a)
	}
	m.cancelled(a, quiet)
}

// cancelled settles an activation that is no longer wanted.
func (m *stepper) cancelled(a *activation, quiet bool) {
	m.release(a)
	a.phase = PhaseCancelled
	m.trace(a)
	if !quiet {
		m.follow(a, false)
	}
	m.closeOne(a)
}

// abort cancels an activation whose task is with a worker. The task becomes an orphan: should the run unwind, its
// outcome decides whether it has to be compensated.
func (m *stepper) abort(a *activation, quiet bool) {
	p := m.s.pending[a.asked]
	p.orphan = true
	a.owns = a.owns[:0]
	for f := a.frame; f != nil; f = f.outer() {
		f.shared = true
	}
	m.s.orphans++
	m.command(Command{Kind: AbortTask, ID: p.ID, Node: a.node.ID, Attempt: a.attempt})
	m.cancelled(a, quiet)
}

// advance gives a machine its cause. body is the frame that ended, if the cause is one.
func (m *stepper) advance(a *activation, c Cause, body *frame) {
	m.turn = Turn{m: m, act: a, body: body}
	a.machine.Advance(&m.turn, c)
}

// complete settles an activation with a result and resolves its edges.
func (m *stepper) complete(a *activation, r Result) {
	m.release(a)
	a.output, a.port, a.also = r.Value, r.Port, r.Also
	a.phase = PhaseSucceeded
	m.assign(r.Vars)
	m.trace(a)
	m.remember(a)
	if r.End != nil {
		end := *r.End
		if end.Failure != nil {
			end.Failure = a.located(end.Failure)
		}
		m.unwind(&end)
		return
	}
	m.follow(a, true)
	m.closeOne(a)
	if m.s.debug != nil {
		m.stopsAfter(a)
	}
}

// assign sets run variables. The old object stays as it is: outputs may refer to it.
func (m *stepper) assign(vars Object) {
	if len(vars) == 0 {
		return
	}
	merged := make(Object, len(m.s.vars)+len(vars))
	maps.Copy(merged, m.s.vars)
	maps.Copy(merged, vars)
	m.s.vars = merged
}

// fault ends an attempt with a failure: the next try is put off, or the failure is final.
func (m *stepper) fault(a *activation, f *Failure) {
	m.release(a)
	f = a.located(f)
	if a.node.Task != nil {
		// A person who says that a held write was not done says so of all tries.
		a.doubt = f.Unknown || a.doubt && a.phase != PhaseHeld
	}
	r := a.node.Retry
	if r == nil || f.Permanent || a.attempt-a.tries > r.Max || !m.wanted(r, a, f) {
		m.fail(a, f)
		return
	}
	a.failure = f
	a.phase = PhaseDelayed
	m.trace(a)
	m.setTimer(a, purposeRetry, 0, m.after(m.patience(r, f, a.attempt-a.tries, m.seed(a))))
}

// maxAsked is how long a failure can put off the next try where the policy has no MaxDelay.
const maxAsked = 60 * time.Minute

// patience is the policy's pause, or what the failure asks for (details.retryAfter, in seconds) where that is longer. What
// was asked is not shortened by jitter, and bounded by the policy's MaxDelay.
func (m *stepper) patience(r *Retry, f *Failure, attempt int, seed uint64) time.Duration {
	pause := r.pause(attempt, seed)
	if m.s.start.Revision < 2 {
		return pause
	}
	details, _ := f.Details.(Object)
	seconds, _ := details["retryAfter"].(int)
	most := maxAsked
	if r.MaxDelay > 0 {
		most = r.MaxDelay
	}
	return max(pause, min(time.Duration(max(0, min(seconds, 1<<30)))*time.Second, most))
}

// wanted asks the policy's condition, with the failure in scope. A condition that fails does not retry.
func (m *stepper) wanted(r *Retry, a *activation, f *Failure) bool {
	if r.When == nil {
		return true
	}
	v := m.scopeOf(a.frame, a)
	v.failed = f
	yes, bad := r.When(v)
	return bad == nil && yes == true
}

// maxPause is what no pause exceeds.
const maxPause = math.MaxInt64 / 4

// pause is the delay after try number attempt. Products are rounded before they are added, so that all machines, with and
// without fused multiplication, come to the same nanosecond.
func (r *Retry) pause(attempt int, seed uint64) time.Duration {
	d, most := float64(r.Delay), float64(maxPause)
	if r.MaxDelay > 0 {
		most = min(most, float64(r.MaxDelay))
	}
	for try := 1; try < attempt && r.Backoff > 1 && d > 0 && d < most; try++ {
		d *= r.Backoff
	}
	d = min(d, most)
	if r.Jitter > 0 {
		share := float64(seed>>11) / (1 << 53)
		spread := float64(d * r.Jitter)
		d = d - spread + float64(2*spread*share)
	}
	return min(time.Duration(d), maxPause)
}

// fail settles an activation with a failure: it takes the error port, is continued over, or fails the graph.
func (m *stepper) fail(a *activation, f *Failure) {
	m.release(a)
	f = a.located(f)
	if m.s.debug == nil || !m.stopsOnError(a, f) {
		m.failed(a, f)
	}
}

// failed lets a failure take its way.
func (m *stepper) failed(a *activation, f *Failure) {
	a.failure, a.output = f, nil
	a.phase = PhaseFailed
	m.trace(a)
	if a.doubt {
		m.remember(a)
	}
	switch {
	case len(a.node.OnError) > 0:
		m.follow(a, false)
		m.closeOne(a)
	case a.node.Continue:
		a.port, a.also = 0, nil
		m.follow(a, true)
		m.closeOne(a)
	default:
		a.frame.open--
		a.frame.failure = f
		m.endFrame(a.frame)
	}
}

// located is the failure with its place filled in. A failure that comes from within a body keeps the place it has.
func (a *activation) located(f *Failure) *Failure {
	if f.Node != "" {
		return f
	}
	g := *f
	g.Node, g.Path, g.Attempt = a.node.ID, a.path(), a.attempt
	return &g
}

// follow resolves all edges of a settled activation: those of the ports it chose are taken, the others are skipped. A
// failed one takes its error edges.
func (m *stepper) follow(a *activation, chose bool) {
	n := a.node
	for port, edges := range n.Out {
		taken := chose && (port == a.port || contains(a.also, port))
		for _, e := range edges {
			m.s.hits = append(m.s.hits, hit{a.frame, e, taken})
		}
	}
	for _, e := range n.OnError {
		m.s.hits = append(m.s.hits, hit{a.frame, e, a.phase == PhaseFailed})
	}
}

func contains(list []int, x int) bool {
	return slices.Contains(list, x)
}

// closeOne counts a settled activation; the frame ends with its last one.
func (m *stepper) closeOne(a *activation) {
	if a.frame.open--; a.frame.open == 0 {
		m.endFrame(a.frame)
	}
}

// release drops all that an activation has pending: bodies, timers, subscriptions, children, locks.
func (m *stepper) release(a *activation) {
	for len(a.bodies) > 0 {
		m.closeFrame(a.bodies[len(a.bodies)-1])
	}
	for _, id := range a.owns {
		p := m.s.pending[id]
		delete(m.s.pending, id)
		m.command(Command{Kind: p.Kind.retraction(), ID: id, Node: a.node.ID, At: p.At, Event: p.Event, Key: p.Key, Detach: p.Detach})
	}
	a.owns = a.owns[:0]
	a.machine = nil
}

// path is the activation's place as steps show it: node, or each[3].node in a body.
func (a *activation) path() string {
	if a.frame.owner == nil {
		return a.node.ID
	}
	return a.frame.owner.path() + "[" + strconv.Itoa(a.frame.index) + "]." + a.node.ID
}
