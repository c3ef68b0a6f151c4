package core

import (
	"math"
	"reflect"
)

// Past is what a run takes over from another one, or from itself before it failed: the outcomes that led to the place it
// goes on from. Folding the start folds them first, so that no task is done twice; then everything that is still waited
// for is asked for anew.
type Past struct {
	// Run and Seq say whose journal it is from, and how many of its events had been folded.
	Run string
	Seq uint64
	// Began is the time of that run's start: what was computed from it stays as it was.
	Began int64
	// Events in the order they are folded, in the ids of this run. None of them is Continued: fuel is for what is new.
	Events []Event
	// LastID is the last id that was used under this run's name before, so that none means two things.
	LastID ID
	// Asked are the tasks that were asked for under this run's name and did not succeed. One that asks the same once more keeps
	// its id, and with it its idempotency key. A child that is asked for the same is the same run.
	Asked []Asked
}

// Asked is one task, or one child, that was asked for.
type Asked struct {
	Path string
	ID   ID
	// Args of a task; the flow and the input of a child.
	Args Value
	// Doubt says that it may have taken effect.
	Doubt bool
	// At is when a child was asked for; 0 is a task.
	At int64
}

// relive folds the past of a run and then asks for all that is still waited for.
func (m *stepper) relive(e *Event) bool {
	s, past := m.s, e.Start.Past
	s.startedAt, s.now, s.lastID = past.Began, past.Began, max(past.LastID, s.lastID)
	m.fuel = math.MaxInt
	m.enterAtGate()
	m.drain()
	for i := range past.Events {
		then := &past.Events[i]
		s.now = max(s.now, then.At)
		do := runTransitions[s.phase][then.Kind]
		if do == onNothing || do == onBegin || do == onRetried || !m.react(do, then) {
			m.corrupt("%s %d of what was taken over changes nothing", then.Kind, then.ID)
			return false
		}
		m.drain()
		m.forced = forced{}
		if m.err != nil {
			return false
		}
	}
	s.now = max(s.now, e.At)
	m.refuel()
	m.d.Commands = m.d.Commands[:0]
	if s.debug != nil && s.debug.rest > 0 {
		s.debug.rest = int64(m.p.Timeout)
	}
	m.askAnew()
	return true
}

// askAnew asks for all that is waited for. Locks were let go when the run ended, so that nothing moves before they are
// held again; the time that the run may take begins once more.
func (m *stepper) askAnew() {
	s := m.s
	if s.phase == RunFinished {
		m.command(Command{Kind: Finish, End: s.end})
		return
	}
	for _, p := range s.Pending() {
		switch own := s.pending[p.ID]; {
		case p.Kind == Yield, p.Held:
		case p.Granted:
			own.granted, own.regain = false, true
			s.regain++
			m.command(own.Command)
		case own.purpose == purposeRun && p.Kind == SetTimer:
			own.At = m.after(m.p.Timeout)
			m.command(own.Command)
		default:
			m.command(own.Command)
		}
	}
}

// regained is the grant of a lock that the run held before.
func (m *stepper) regained(p *pending) bool {
	p.granted, p.regain = true, false
	m.s.regain--
	return true
}

// idOf is the id that a task is asked for with: its own from before, if it asks the same, else a new one.
func (m *stepper) idOf(a *activation, args Value) ID {
	if past := m.s.start.Past; past != nil && len(past.Asked) > 0 {
		path := a.path()
		for i := range past.Asked {
			if was := &past.Asked[i]; was.At == 0 && was.Path == path && m.s.pending[was.ID] == nil && reflect.DeepEqual(was.Args, args) {
				a.doubt = was.Doubt
				return was.ID
			}
		}
	}
	return m.nextID()
}

// childOf is the id that a child is asked for with, and when it was: those from before, if the same is asked.
func (m *stepper) childOf(a *activation, flow string, input Value) (ID, int64) {
	if past := m.s.start.Past; past != nil && len(past.Asked) > 0 {
		path, args := a.path(), ChildArgs(flow, input)
		for i := range past.Asked {
			if was := &past.Asked[i]; was.At != 0 && was.Path == path && m.s.pending[was.ID] == nil && reflect.DeepEqual(was.Args, args) {
				return was.ID, was.At
			}
		}
	}
	return m.nextID(), m.s.now
}

// ChildArgs are the Args of an Asked that is a child.
func ChildArgs(flow string, input Value) Value { return Object{"flow": flow, "input": input} }

// Ask names something a run waits for by its place, so that folds of two plans can be held against each other.
type Ask struct {
	Kind    CommandKind
	Path    string
	Purpose uint8
	N       int
	Attempt int
}

// Asked is the place of what is pending under an id; false when nothing is.
func (s *State) Asked(id ID) (Ask, bool) {
	p := s.pending[id]
	if p == nil {
		return Ask{}, false
	}
	a := Ask{Kind: p.Kind, Purpose: uint8(p.purpose), N: p.n, Attempt: p.Attempt, Path: p.Path}
	switch {
	case p.act != nil && a.Path == "":
		a.Path = p.act.path()
	case p.undo != nil && a.Path == "":
		a.Path = p.undo.path + ".compensate"
	}
	if p.purpose == purposeRetry && p.act != nil {
		a.Attempt = p.act.attempt
	}
	return a, true
}

// Waits reports whether it is the time of a control node: of a retry or of the run it is not.
func (a Ask) Waits() bool {
	return a.Kind == SetTimer && (purpose(a.Purpose) == purposeMachine || purpose(a.Purpose) == purposeTimeout)
}

// LastID is the last id that the run has used.
func (s *State) LastID() ID { return s.lastID }

// Compensated reports whether a compensation of the run was asked for.
func (s *State) Compensated() bool { return s.compensated }
