package core

import (
	"fmt"
	"time"
)

// undo is a compensation that is owed should the run fail or be cancelled. Its arguments were resolved when its node
// ended, because the node's scope may be gone when it is needed.
type undo struct {
	id      ID
	node    string
	path    string
	task    *Task
	args    Value
	timeout time.Duration
	retry   Retry
	attempt int
	failure *Failure
}

// compensationRetry is the policy of compensations whose node has none: giving up leaves books that do not balance.
var compensationRetry = Retry{Max: 5, Delay: time.Second, Backoff: 2, MaxDelay: time.Minute}

// remember notes the compensation of a node whose work took effect, or may have.
func (m *stepper) remember(a *activation) {
	task := a.node.Compensate
	if task == nil {
		return
	}
	u := &undo{node: a.node.ID, path: a.path(), task: task, timeout: a.node.Timeout, retry: compensationRetry}
	if a.node.Retry != nil {
		u.retry = *a.node.Retry
	}
	u.args, u.failure = task.Args(m.scopeOf(a.frame, a))
	m.s.undo = append(m.s.undo, u)
}

// unwind ends the run. One that succeeded is over at once; one that failed or was cancelled first awaits the tasks it
// aborted, then compensates, newest first.
func (m *stepper) unwind(end *End) {
	s := m.s
	if s.phase != RunActive {
		return
	}
	// A copy: finish adds to it, and a node may give the same End in every run.
	own := *end
	s.phase, s.end = RunUnwinding, &own
	if s.root != nil {
		m.stopFrame(s.root)
	}
	s.queue, s.head, s.hits, s.hit, s.ended, s.yielded = nil, 0, nil, 0, nil, false
	if s.debug != nil {
		s.debug.stops, s.debug.rest = nil, 0
	}
	if end.Status == Succeeded {
		m.finish()
		return
	}
	if p := s.pending[s.deadline]; p != nil {
		m.settle(p)
		m.command(Command{Kind: DropTimer, ID: p.ID})
	}
	m.nextUndo()
}

// nextUndo starts the newest compensation that is still owed; the run is over when there is none.
func (m *stepper) nextUndo() {
	s := m.s
	for s.orphans == 0 {
		n := len(s.undo)
		if n == 0 {
			m.finish()
			return
		}
		u := s.undo[n-1]
		s.undo = s.undo[:n-1]
		if u.failure == nil {
			u.id = m.nextID()
			m.compensate(u)
			return
		}
		m.giveUp(u, u.failure)
	}
}

// compensate hands a compensation out.
func (m *stepper) compensate(u *undo) {
	m.s.compensated = true
	u.attempt++
	m.ask(&pending{undo: u, Command: Command{
		Kind: RunTask, ID: u.id, Node: u.node, Path: u.path + ".compensate", Attempt: u.attempt, Task: u.task, Args: u.args, Timeout: u.timeout,
	}})
	m.traceUndo(u, PhaseRunning, nil)
}

// compensated is the outcome of a compensation.
func (m *stepper) compensated(u *undo, f *Failure) {
	switch {
	case f == nil:
		m.traceUndo(u, PhaseSucceeded, nil)
	case !f.Permanent && u.attempt <= u.retry.Max:
		m.traceUndo(u, PhaseDelayed, f)
		at := m.after(m.patience(&u.retry, f, u.attempt, mix(m.s.start.Seed, uint64(u.id), uint64(u.attempt))))
		m.ask(&pending{undo: u, purpose: purposeUndo, Command: Command{Kind: SetTimer, ID: m.nextID(), Node: u.node, At: at}})
		return
	default:
		m.traceUndo(u, PhaseFailed, f)
		m.giveUp(u, f)
	}
	m.nextUndo()
}

// giveUp keeps the failure of a compensation for the run's own: somebody has to put it right by hand.
func (m *stepper) giveUp(u *undo, f *Failure) {
	m.s.undone = append(m.s.undone, Object{"node": u.node, "path": u.path, "code": f.Code, "message": f.Message})
}

// orphanDone is the outcome of a task that was aborted. What took effect, or may have, is owed its compensation.
func (m *stepper) orphanDone(p *pending, out Value, f *Failure) {
	m.s.orphans--
	if f == nil || f.Unknown || p.act.doubt {
		// Only the compensation sees the output: for all others the node was cancelled.
		p.act.output = out
		m.remember(p.act)
		p.act.output = nil
	}
	if m.s.phase == RunUnwinding {
		m.nextUndo()
	}
}

// finish ends the run.
func (m *stepper) finish() {
	s := m.s
	s.phase = RunFinished
	if len(s.undone) > 0 {
		f := *s.end.Failure
		f.Details = Object{"compensation": s.undone, "cause": f.Details}
		f.Message += fmt.Sprintf("; %d of its compensations failed and must be put right by hand", len(s.undone))
		s.end.Failure = &f
	}
	clear(s.pending)
	m.command(Command{Kind: Finish, End: s.end})
}
