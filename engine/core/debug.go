package core

import (
	"maps"
	"math"
	"slices"
)

// Breakpoint stops a run at a node. Runs without one, and without somebody who steps through them, pay nothing for it.
type Breakpoint struct {
	// Flow is the id of the flow whose node is meant; empty is the flow that the run is of. Breakpoints travel to child runs.
	Flow string
	// Node is a node id, or the path of one activation.
	Node string
	On   StopOn
	// When is an expression over the scope, compiled by the plan; empty always stops. One that cannot be computed stops too:
	// better once too often than past the place that somebody waits for.
	When string
}

// StopOn says at what moment of an activation a run stops.
type StopOn string

// The moments. The last two are no breakpoints: they say why a run is paused.
const (
	StopBefore  StopOn = "before"  // before its first try
	StopAfter   StopOn = "after"   // its output is known, nothing has followed from it yet
	StopError   StopOn = "error"   // it failed for good, and nobody was told yet
	StopPause   StopOn = "pause"   // somebody asked the run to pause
	StopUnknown StopOn = "unknown" // a crash swallowed the outcome of a write, and a person has to say what became of it
)

// Mode says how far a run goes on.
type Mode string

// The modes of a resume.
const (
	Continue Mode = "continue" // to the next breakpoint
	StepInto Mode = "into"     // to the next activation, wherever it is; a subflow's run stops at its first
	StepOver Mode = "over"     // to the next activation that is no deeper in bodies
	StepOut  Mode = "out"      // to the next activation outside the body
	RunTo    Mode = "to"       // to a node or an activation
	Stay     Mode = "stay"     // nowhere: it is changed, and stays stopped
)

// Resume lets a paused run go on, changed or as it is.
type Resume struct {
	Mode Mode
	// To is of RunTo: a node id or a path.
	To string
	// Vars are merged into the run variables. Outputs replace those of activations that ended, by path.
	Vars, Outputs Object
	// Skip gives the activation that the run is stopped at an output, by hand, instead of executing it. Again tries one that
	// failed once more. At most one of them is set.
	Skip  *Skip
	Again bool
}

// Skip is an output given by hand; an empty Port is the first.
type Skip struct {
	Output Value
	Port   string
}

// Stop is a place at which a run is stopped.
type Stop struct {
	// Path of the activation, empty when the run was asked to pause; Node is its node's id.
	Path, Node string
	On         StopOn
	// At is when, in nanoseconds of Unix time.
	At      int64
	Attempt int
	// Failure is of StopError.
	Failure *Failure
}

// Forced says how a person decided the outcome of an activation.
type Forced string

// The ways.
const (
	ForcedSkip  Forced = "skip"  // it was not executed; its output was given by hand
	ForcedPatch Forced = "patch" // its output was replaced
	ForcedJudge Forced = "judge" // its outcome was unknown, and somebody said what became of it
	ForcedPin   Forced = "pin"   // the run was started with its output
)

// forced marks the trace of one activation.
type forced struct {
	act *activation
	how Forced
	by  string
}

// debug is what a run that is being looked into knows beside.
type debug struct {
	given  []Breakpoint
	points []point
	// mode, to and depth say where the run stops next, beside its breakpoints; from is the activation that was resumed.
	mode  Mode
	to    string
	depth int
	from  *activation
	// stops: the run is stopped while there is one. The first is the one that a resume lets go.
	stops []stop
	// rest is what was left of the run's own timeout when it stopped, in nanoseconds.
	rest int64
}

// point is a breakpoint in this plan.
type point struct {
	Breakpoint
	when Expr
}

type stop struct {
	act *activation
	on  StopOn
	at  int64
}

// debugging is the run's debug part, made when it is first needed.
func (m *stepper) debugging() *debug {
	if m.s.debug == nil {
		m.s.debug = &debug{}
	}
	return m.s.debug
}

// setPoints replaces the breakpoints.
func (m *stepper) setPoints(given []Breakpoint) {
	if len(given) == 0 && m.s.debug == nil {
		return
	}
	d := m.debugging()
	d.given, d.points = given, nil
	for _, b := range given {
		if b.Flow != "" && b.Flow != m.p.Flow.ID {
			continue
		}
		p := point{Breakpoint: b}
		if b.When != "" && m.p.Condition != nil {
			p.when = m.p.Condition(b)
		}
		d.points = append(d.points, p)
	}
}

// handedDown are the breakpoints a child run begins with: those of this flow keep its name.
func (m *stepper) handedDown() []Breakpoint {
	list := make([]Breakpoint, len(m.s.debug.given))
	for i, b := range m.s.debug.given {
		if b.Flow == "" {
			b.Flow = m.p.Flow.ID
		}
		list[i] = b
	}
	return list
}

// stopsBefore decides whether an activation's first try waits for a person, and stops the run if so.
func (m *stepper) stopsBefore(a *activation) bool {
	d := m.s.debug
	if !d.stepsTo(a) && !m.hits(a, StopBefore, nil) {
		return false
	}
	d.mode, d.to, d.from = "", "", nil
	a.phase = PhasePaused
	m.trace(a)
	m.stop(a, StopBefore)
	return true
}

// stepsTo reports whether the last resume goes no further than this activation.
func (d *debug) stepsTo(a *activation) bool {
	switch d.mode {
	case StepInto:
		return true
	case StepOver:
		return a.frame.depth() <= d.depth
	case StepOut:
		return a.frame.depth() < d.depth
	case RunTo:
		return d.to == a.node.ID || d.to == a.path()
	}
	return false
}

// stopsAfter stops the run when an activation with a breakpoint ended with an output.
func (m *stepper) stopsAfter(a *activation) {
	if m.hits(a, StopAfter, nil) {
		m.stop(a, StopAfter)
	}
}

// stopsOnError keeps a failure from going any further, where a breakpoint says so.
func (m *stepper) stopsOnError(a *activation, f *Failure) bool {
	if !m.hits(a, StopError, f) {
		return false
	}
	a.phase, a.failure = PhasePaused, f
	m.trace(a)
	m.stop(a, StopError)
	return true
}

// hits reports whether a breakpoint is met.
func (m *stepper) hits(a *activation, on StopOn, f *Failure) bool {
	for i := range m.s.debug.points {
		p := &m.s.debug.points[i]
		if p.On != on || p.Node != a.node.ID && p.Node != a.path() {
			continue
		}
		if p.when == nil {
			return true
		}
		v := m.scopeOf(a.frame, a)
		v.failed = f
		if yes, bad := p.when(v); bad != nil || yes == true {
			return true
		}
	}
	return false
}

// stop holds the run: nothing starts and no edge is followed until a person lets it go on. What is under way ends and is
// recorded. The time that the whole run may take stands still.
func (m *stepper) stop(a *activation, on StopOn) {
	d := m.debugging()
	d.stops = append(d.stops, stop{a, on, m.s.now})
	if p := m.s.pending[m.s.deadline]; p != nil {
		d.rest = max(p.At-m.s.now, 1)
		m.settle(p)
		m.command(Command{Kind: DropTimer, ID: p.ID, At: p.At})
	}
}

// stopped reports whether a person has to let the run go on.
func (s *State) stopped() bool { return s.debug != nil && len(s.debug.stops) > 0 }

// unstop forgets the stops in a graph that is no longer wanted.
func (m *stepper) unstop(f *frame) {
	d := m.s.debug
	d.stops = slices.DeleteFunc(d.stops, func(x stop) bool { return x.act != nil && x.act.frame == f })
	m.goesOn()
}

// goesOn gives the run the rest of its time when it is not stopped any more.
func (m *stepper) goesOn() {
	d := m.s.debug
	if len(d.stops) > 0 || d.rest == 0 || m.s.phase != RunActive {
		return
	}
	rest := d.rest
	d.rest = 0
	m.s.deadline = m.nextID()
	m.ask(&pending{Command: Command{Kind: SetTimer, ID: m.s.deadline, At: m.s.now + rest}, purpose: purposeRun})
}

// breakpointsSet is BreakpointsSet.
func (m *stepper) breakpointsSet(e *Event) bool {
	m.setPoints(e.Breakpoints)
	return true
}

// pauseRequested is PauseRequested. A run that is stopped already stays as it is.
func (m *stepper) pauseRequested() bool {
	if m.s.stopped() {
		return false
	}
	m.stop(nil, StopPause)
	return true
}

// resumed is Resumed. Drivers ask State.Refuse first; what is refused there changes nothing here.
func (m *stepper) resumed(e *Event) bool {
	s := m.s
	if e.Resume == nil || s.Refuse(m.p, e.Resume) != nil {
		return false
	}
	r, d := e.Resume, s.debug
	m.patch(r, e.By)
	if r.Mode == Stay {
		return true
	}
	first := d.stops[0]
	d.stops = d.stops[1:]
	a := first.act
	d.mode, d.to, d.from, d.depth = r.Mode, r.To, a, math.MaxInt
	if a != nil {
		d.depth = a.frame.depth()
	}
	switch {
	case a == nil || first.on == StopAfter:
	case r.Skip != nil:
		m.forced = forced{a, ForcedSkip, e.By}
		m.move(a, CueSkip, cueArg{value: r.Skip.Output, port: a.node.portOf(r.Skip.Port)})
	case r.Again:
		a.tries = a.attempt
		m.move(a, CueAgain, cueArg{})
	default:
		m.move(a, CueGo, cueArg{})
	}
	m.goesOn()
	return true
}

// patch changes run variables and outputs, in the order of their names.
func (m *stepper) patch(r *Resume, by string) {
	m.assign(r.Vars)
	for _, path := range slices.Sorted(maps.Keys(r.Outputs)) {
		a := m.s.find(path)
		a.output = r.Outputs[path]
		m.forced = forced{a, ForcedPatch, by}
		m.trace(a)
	}
	m.forced = forced{}
}

// goOn lets an activation go that was stopped before its first try, or with a failure.
func (m *stepper) goOn(a *activation) {
	if a.failure != nil {
		m.failed(a, a.failure)
		return
	}
	m.begins(a)
}

// judged is Judged: a person says what became of a write whose outcome nobody knew.
func (m *stepper) judged(e *Event) bool {
	p := m.answered(e.ID, RunTask)
	if p == nil || p.act == nil || p.act.phase != PhaseHeld || p.Attempt != e.Attempt {
		return false
	}
	a := p.act
	m.settle(p)
	m.forced = forced{a, ForcedJudge, e.By}
	switch {
	case e.Again:
		a.tries, a.doubt = a.attempt, false
		m.move(a, CueAgain, cueArg{})
	case e.Failure != nil:
		m.move(a, CueFault, cueArg{failure: e.Failure})
	default:
		m.move(a, CueDone, cueArg{value: e.Value})
	}
	return true
}

// depth counts the bodies around a frame.
func (f *frame) depth() int {
	n := 0
	for f = f.outer(); f != nil; f = f.outer() {
		n++
	}
	return n
}

// portOf is the index of a port; the first, unless it is named.
func (n *Node) portOf(name string) int { return max(0, slices.Index(n.Ports, name)) }
