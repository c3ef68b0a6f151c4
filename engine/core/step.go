package core

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Revision numbers the meaning of this package. A change of what a fold does with a journal takes the next number; the
// number is recorded when a run starts, and a run keeps it. Numbers are never used twice.
const Revision = 2

// Revisions says what each revision changed, by number from 1.
func Revisions() []string {
	return []string{"the first", "a retry waits at least for what the failure's details.retryAfter asks"}
}

// Decision is what one Step gives. It may be used for many steps; what it holds is valid until the next one.
type Decision struct {
	// Applied is false for an event that changed nothing, such as a second answer to a task: it must not be written to
	// the journal.
	Applied bool
	// Commands in the order they are to be carried out, after the event has been written as Outward demands.
	Commands []Command
	// Trace tells what happened to activations, when Tracing is set.
	Trace   []Entry
	Tracing bool
	// Moved, if set, is told of every transition of an activation: tests hold what they saw against Table.
	Moved func(from Phase, on Cue, to Phase)
}

// Corruption is the only error of a Step: the event cannot belong to this run and plan. The run must be parked and its
// journal kept; going on would be a guess.
type Corruption struct {
	Seq    uint64
	Reason string
}

// Error implements error.
func (c *Corruption) Error() string {
	return fmt.Sprintf("engine.replay_mismatch: event %d: %s", c.Seq, c.Reason)
}

// stepper is one Step at work.
type stepper struct {
	p    *Plan
	s    *State
	d    *Decision
	fuel int
	err  *Corruption
	// own and body are handed out as scopes, one of each at a time.
	own, body view
	turn      Turn
	forced    forced
}

// Step folds one event into the state and says what must be done next. It runs until nothing is ready or the fuel is
// used up, in which case it asks to Yield.
func Step(p *Plan, s *State, e *Event, d *Decision) error {
	d.Applied, d.Commands, d.Trace = false, d.Commands[:0], d.Trace[:0]
	m := &s.step
	m.p, m.s, m.d, m.err, m.forced = p, s, d, nil, forced{}
	m.refuel()
	do := runTransitions[s.phase][e.Kind]
	if do == onNothing {
		return &Corruption{s.seq + 1, fmt.Sprintf("%s cannot come while the run is %s", e.Kind, s.phase)}
	}
	before := s.now
	s.now = max(s.now, e.At)
	if !m.react(do, e) {
		s.now = before
		return m.result()
	}
	d.Applied = true
	m.drain()
	s.seq++
	return m.result()
}

// refuel grants the activations of one step.
func (m *stepper) refuel() {
	if m.fuel = m.p.Fuel; m.fuel == 0 {
		m.fuel = DefaultFuel
	}
}

func (m *stepper) result() error {
	if m.err != nil {
		return m.err
	}
	return nil
}

// corrupt records that the journal cannot be this plan's.
func (m *stepper) corrupt(format string, args ...any) {
	if m.err == nil {
		m.err = &Corruption{m.s.seq + 1, fmt.Sprintf(format, args...)}
	}
}

// move applies a cue to an activation, as the table says.
func (m *stepper) move(a *activation, on Cue, arg cueArg) {
	t := &transitions[a.phase][on]
	if t.do == doNothing {
		m.corrupt("%s cannot come to node %s while it is %s", on, a.node.ID, a.phase)
		return
	}
	from := a.phase
	m.act(t.do, a, arg)
	if t.to&(1<<a.phase) == 0 {
		m.corrupt("%s led node %s to %s", on, a.node.ID, a.phase)
	}
	if m.d.Moved != nil {
		m.d.Moved(from, on, a.phase)
	}
}

// act carries out what a row of Table names.
func (m *stepper) act(do action, a *activation, arg cueArg) {
	switch do {
	case doArrive:
		m.arrive(a, arg)
	case doExecute:
		m.execute(a)
	case doDone:
		m.complete(a, Result{Value: arg.value})
	case doFaulted:
		m.fault(a, arg.failure)
	case doHold:
		m.hold(a)
	case doAbort:
		m.abort(a, arg.quiet)
	case doAgain:
		m.again(a)
	case doWake:
		m.advance(a, arg.cause, arg.body)
	case doExpire:
		m.expire(a)
	case doDrop:
		m.drop(a, arg.quiet)
	case doGo:
		m.goOn(a)
	case doSkip:
		m.complete(a, Result{Value: arg.value, Port: arg.port})
	}
}

// react carries out what a row of RunTable names. It reports whether the event changed anything: one that did not is not
// written to the journal.
func (m *stepper) react(do reaction, e *Event) bool {
	switch do {
	case onBegin:
		return m.begin(e)
	case onTaskDone:
		return m.taskDone(e)
	case onTaskLost:
		return m.taskLost(e)
	case onTimerFired:
		return m.timerFired(e)
	case onSignalReceived:
		return m.signalReceived(e)
	case onChildDone:
		return m.childDone(e)
	case onLockGranted:
		return m.lockGranted(e)
	case onCancelRequested:
		end := &End{Status: Cancelled, Failure: &Failure{Code: "run.cancelled", Message: e.Reason}}
		if e.Failure != nil {
			end = &End{Status: Failed, Failure: e.Failure}
		}
		m.unwind(end)
		return true
	case onContinued:
		was := m.s.yielded
		m.s.yielded = false
		return was
	case onBreakpointsSet:
		return m.breakpointsSet(e)
	case onPauseRequested:
		return m.pauseRequested()
	case onResumed:
		return m.resumed(e)
	case onJudged:
		return m.judged(e)
	case onRetried:
		return m.retried(e)
	}
	return false
}

// drain works on resolved edges first, then on graphs that ended, then on the queue, until nothing is left.
func (m *stepper) drain() {
	s := m.s
	for m.err == nil {
		switch {
		case s.phase == RunFinished || s.regain > 0 || s.stopped():
			return
		case s.hit < len(s.hits):
			h := s.hits[s.hit]
			if s.hit++; s.hit == len(s.hits) {
				s.hits, s.hit = s.hits[:0], 0
			}
			if !h.frame.closed {
				m.move(&h.frame.acts[m.p.Nodes[m.p.Edges[h.edge].To].Local], CueArrive, cueArg{edge: h.edge, taken: h.taken})
			}
		case len(s.ended) > 0:
			f := s.ended[0]
			s.ended = slices.Delete(s.ended, 0, 1)
			m.frameEnded(f)
		case s.head == len(s.queue):
			s.queue, s.head = s.queue[:0], 0
			return
		case s.yielded:
			return
		case m.fuel == 0:
			s.yielded = true
			m.command(Command{Kind: Yield})
			return
		default:
			m.next()
		}
	}
}

// next gives the first of the queue its turn.
func (m *stepper) next() {
	s := m.s
	a := s.queue[s.head]
	s.queue[s.head] = nil
	s.head++
	if s.head > 1024 && s.head*2 > len(s.queue) {
		s.queue = s.queue[:copy(s.queue, s.queue[s.head:])]
		s.head = 0
	}
	if a.phase != PhaseReady {
		return
	}
	m.fuel--
	s.steps++
	limit := m.p.MaxSteps
	if limit == 0 {
		limit = DefaultMaxSteps
	}
	if s.steps > limit {
		m.unwind(&End{Status: Failed, Failure: &Failure{
			Code:    "run.max_steps",
			Message: fmt.Sprintf("the run took more than %d steps; raise settings.maxSteps if that is meant", limit),
		}})
		return
	}
	m.move(a, CueTurn, cueArg{})
}

// after is the present plus d, or the end of time as 64 bits have it.
func (m *stepper) after(d time.Duration) int64 {
	if at := m.s.now + int64(d); d <= 0 || at > m.s.now {
		return at
	}
	return math.MaxInt64
}

func (m *stepper) command(c Command) { m.d.Commands = append(m.d.Commands, c) }

func (m *stepper) nextID() ID {
	m.s.lastID++
	return m.s.lastID
}

// ask records something as pending and tells the driver.
func (m *stepper) ask(p *pending) {
	m.s.pending[p.ID] = p
	if p.act != nil {
		p.act.owns = append(p.act.owns, p.ID)
	}
	m.command(p.Command)
}

// begin is RunStarted.
func (m *stepper) begin(e *Event) bool {
	s := m.s
	if e.Start == nil || e.Start.Plan != m.p.Hash {
		m.corrupt("the run was started with another plan")
		return false
	}
	if e.Start.Revision < 1 || e.Start.Revision > Revision {
		m.corrupt("the run needs revision %d of the core, this one knows 1 to %d", e.Start.Revision, Revision)
		return false
	}
	s.start, s.begunAt, s.startedAt, s.now = *e.Start, e.At, e.At, e.At
	s.phase, s.vars = RunActive, m.p.Vars
	s.pending = map[ID]*pending{}
	s.spare = make([][]*frame, len(m.p.Graphs))
	m.setPoints(e.Start.Breakpoints)
	if e.Start.Into {
		m.debugging().mode = StepInto
	}
	if e.Start.Past != nil {
		return m.relive(e)
	}
	m.enterAtGate()
	return true
}

// retried is Retried: the run begins once more, with its past.
func (m *stepper) retried(e *Event) bool {
	if m.s.end.Status != Failed || e.Start == nil || e.Start.Past == nil {
		return false
	}
	s, step := m.s, *m
	*s = State{seq: s.seq, lastID: s.lastID}
	*m = step
	return m.begin(e)
}

// enterAtGate begins the flow's own graph, as soon as the run's gate lets it.
func (m *stepper) enterAtGate() {
	if g := m.s.start.Gate; g != nil {
		m.ask(&pending{Command: Command{Kind: AcquireLock, ID: m.nextID(), Key: g.Key, Gate: g}})
	} else {
		m.enterRoot()
	}
}

// enterRoot begins the flow's own graph, and with it the time that the run may take.
func (m *stepper) enterRoot() {
	s := m.s
	if m.p.Timeout > 0 {
		s.deadline = m.nextID()
		m.ask(&pending{Command: Command{Kind: SetTimer, ID: s.deadline, At: m.after(m.p.Timeout)}, purpose: purposeRun})
	}
	s.root = m.newFrame(nil, 0, 0, s.start.Trigger["body"], false)
	m.enter(s.root)
}

func (m *stepper) taskDone(e *Event) bool {
	p := m.answered(e.ID, RunTask)
	if p == nil || p.Attempt != e.Attempt {
		return false
	}
	m.settle(p)
	switch {
	case p.undo != nil:
		m.compensated(p.undo, e.Failure)
	case p.orphan:
		m.orphanDone(p, e.Value, e.Failure)
	case e.Failure != nil:
		m.move(p.act, CueFault, cueArg{failure: e.Failure})
	default:
		m.move(p.act, CueDone, cueArg{value: e.Value})
	}
	return true
}

func (m *stepper) taskLost(e *Event) bool {
	p := m.answered(e.ID, RunTask)
	if p == nil || e.Attempt != p.Attempt {
		return false
	}
	switch {
	case p.orphan:
		m.settle(p)
		m.orphanDone(p, nil, &Failure{Unknown: true})
	case p.act != nil && p.act.phase == PhaseRunning:
		m.move(p.act, CueLost, cueArg{})
	default:
		return false
	}
	return true
}

func (m *stepper) timerFired(e *Event) bool {
	p := m.answered(e.ID, SetTimer)
	if p == nil {
		return false
	}
	m.settle(p)
	switch p.purpose {
	case purposeRun:
		m.unwind(&End{Status: Failed, Failure: &Failure{
			Code: "run.timeout", Message: fmt.Sprintf("the run did not end within %s", m.p.Timeout),
		}})
	case purposeUndo:
		m.compensate(p.undo)
	case purposeRetry:
		m.move(p.act, CueDue, cueArg{})
	case purposeTimeout:
		m.move(p.act, CueExpire, cueArg{})
	case purposeMachine:
		m.move(p.act, CueWake, cueArg{cause: Cause{Kind: Fired, N: p.n}})
	}
	return true
}

func (m *stepper) signalReceived(e *Event) bool {
	p := m.answered(e.ID, Subscribe)
	if p == nil {
		return false
	}
	m.settle(p)
	m.move(p.act, CueWake, cueArg{cause: Cause{Kind: Signalled, N: p.n, Value: e.Value}})
	return true
}

func (m *stepper) childDone(e *Event) bool {
	p := m.answered(e.ID, StartChild)
	if p == nil {
		return false
	}
	m.settle(p)
	m.move(p.act, CueWake, cueArg{cause: Cause{Kind: Joined, N: int(p.ID), Value: e.Value, Failure: e.Failure}})
	return true
}

func (m *stepper) lockGranted(e *Event) bool {
	p := m.answered(e.ID, AcquireLock)
	if p == nil || p.granted {
		return false
	}
	if p.regain {
		return m.regained(p)
	}
	p.granted = true
	if p.act == nil {
		m.enterRoot()
		return true
	}
	m.move(p.act, CueWake, cueArg{cause: Cause{Kind: Locked}})
	return true
}

// answered is what is pending under an id, if it is of that kind.
func (m *stepper) answered(id ID, kind CommandKind) *pending {
	if p := m.s.pending[id]; p != nil && p.Kind == kind {
		return p
	}
	return nil
}

// settle takes something off the pending list.
func (m *stepper) settle(p *pending) {
	delete(m.s.pending, p.ID)
	if p.act != nil {
		if i := slices.Index(p.act.owns, p.ID); i >= 0 {
			p.act.owns = slices.Delete(p.act.owns, i, i+1)
		}
	}
}
