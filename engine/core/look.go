package core

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// Stops are the places at which the run is stopped, the one that a resume lets go first; nil while it is not.
func (s *State) Stops() []Stop {
	if !s.stopped() {
		return nil
	}
	list := make([]Stop, 0, len(s.debug.stops))
	for _, x := range s.debug.stops {
		stop := Stop{On: x.on, At: x.at}
		if a := x.act; a != nil {
			stop.Path, stop.Node, stop.Attempt = a.path(), a.node.ID, a.attempt
			if x.on == StopError {
				stop.Failure = a.failure
			}
		}
		list = append(list, stop)
	}
	return list
}

// Stopped reports whether a person has to let the run go on.
func (s *State) Stopped() bool { return s.stopped() }

// Held reports whether a person has to say what became of a write.
func (s *State) Held() bool {
	for _, p := range s.pending {
		if p.act != nil && p.act.phase == PhaseHeld {
			return true
		}
	}
	return false
}

// Breakpoints are those in force.
func (s *State) Breakpoints() []Breakpoint {
	if s.debug == nil {
		return nil
	}
	return s.debug.given
}

// Refuse says why a run cannot be resumed like this, nil when it can. It changes nothing.
func (s *State) Refuse(p *Plan, r *Resume) *Failure {
	if s.phase != RunActive || !s.stopped() {
		return refusal("run.not_paused", "the run is not stopped, so that there is nothing to resume")
	}
	first := s.debug.stops[0]
	switch {
	case !slices.Contains([]Mode{Continue, StepInto, StepOver, StepOut, RunTo, Stay}, r.Mode):
		return refusal("resume.unknown_mode", fmt.Sprintf("there is no mode %q; it is continue, over, into, out, to or stay", r.Mode))
	case r.Mode == Stay && (r.Skip != nil || r.Again):
		return refusal("resume.stays", "an activation cannot be skipped or tried again while the run stays stopped")
	case r.Skip != nil && (first.act == nil || first.on == StopAfter):
		return refusal("resume.nothing_to_skip", "the run is not stopped before an activation, nor at one that failed")
	case r.Skip != nil && r.Skip.Port != "" && !slices.Contains(first.act.node.Ports, r.Skip.Port):
		return refusal("resume.unknown_port", fmt.Sprintf("node %s has no port %q", first.act.node.ID, r.Skip.Port))
	case r.Again && first.on != StopError:
		return refusal("resume.nothing_to_repeat", "the run is not stopped at an activation that failed")
	case r.Mode == RunTo && !p.names(r.To):
		return refusal("resume.unknown_path", fmt.Sprintf("the flow has no node %q", r.To))
	}
	for _, path := range slices.Sorted(maps.Keys(r.Outputs)) {
		a := s.find(path)
		if a == nil {
			return refusal("resume.unknown_path", fmt.Sprintf("no activation %q stands in a graph that is at work", path))
		}
		if a.phase != PhaseSucceeded && (a.phase != PhaseFailed || !a.node.Continue) {
			return refusal("resume.not_ended", fmt.Sprintf("%s has no output to change: it is %s", path, a.phase))
		}
	}
	return nil
}

func refusal(code, message string) *Failure {
	return &Failure{Code: code, Message: message, Permanent: true}
}

// names reports whether a node id, or a path, ends with one of the plan's nodes.
func (p *Plan) names(path string) bool {
	id := path[strings.LastIndexByte(path, '.')+1:]
	return slices.ContainsFunc(p.Nodes, func(n Node) bool { return n.ID == id })
}

// find is the activation at a path, nil when its graph is not at work.
func (s *State) find(path string) *activation {
	f := s.root
	for f != nil {
		id, index, rest := cutPath(path)
		a := f.named(id)
		if a == nil || rest == "" {
			return a
		}
		f = nil
		for _, body := range a.bodies {
			if body.index == index {
				f = body
			}
		}
		path = rest
	}
	return nil
}

func (f *frame) named(id string) *activation {
	for i := range f.acts {
		if f.acts[i].node.ID == id {
			return &f.acts[i]
		}
	}
	return nil
}

// cutPath takes the first part off a path: a node's id, the number of its body, and the path in there.
func cutPath(path string) (id string, index int, rest string) {
	id, inside, ok := strings.Cut(path, "[")
	number, rest, ok2 := strings.Cut(inside, "].")
	n, err := strconv.Atoi(number)
	if !ok || !ok2 || err != nil {
		return path, 0, ""
	}
	return id, n, rest
}

// Sight is what can be seen at one activation: the scope of its expressions, what it is about to do, what it did.
type Sight struct {
	Path, Node, Type string
	Phase            Phase
	Attempt          int
	Trigger          Object
	Input            Value
	// Nodes are the outputs in scope by node id; a node that was skipped or has not run is absent.
	Nodes, Vars Object
	// Item and Index are of the innermost foreach; Index is -1 without one.
	Item    Value
	Index   int
	Failure *Failure
	Run     RunInfo
	Flow    FlowInfo
	// Task and Args are what a worker is, or would be, asked; Task is nil for other nodes. Refusal says why the arguments
	// cannot be computed.
	Task    *Task
	Args    Value
	Refusal *Failure
	Output  Value
}

// Look shows one activation, or the whole run's scope where the path is empty; false when its graph is not at work, or
// there is no such node. It changes nothing.
func Look(p *Plan, s *State, path string) (*Sight, bool) {
	if s.root == nil {
		return nil, false
	}
	a, f := (*activation)(nil), s.root
	if path != "" {
		if a = s.find(path); a == nil {
			return nil, false
		}
		f = a.frame
	}
	m := &stepper{p: p, s: s, d: &Decision{}}
	v := m.scopeOf(f, a)
	sight := &Sight{
		Trigger: s.start.Trigger, Nodes: Object{}, Vars: s.vars, Item: v.Item(), Index: v.Index(), Failure: v.Failure(),
		Run: v.Run(), Flow: p.Flow,
	}
	if a != nil {
		sight.activation(a, v)
	}
	for ; f != nil; f = f.outer() {
		for i := range f.acts {
			if o := &f.acts[i]; o.phase == PhaseSucceeded {
				sight.Nodes[o.node.ID] = o.output
			}
		}
	}
	return sight, true
}

// activation fills in what is the activation's own.
func (x *Sight) activation(a *activation, v *view) {
	x.Path, x.Node, x.Type, x.Phase, x.Attempt = a.path(), a.node.ID, a.node.Type, a.phase, a.attempt
	x.Task, x.Output = a.node.Task, a.output
	if a.phase != PhasePending && a.phase != PhaseSkipped {
		x.Input = v.Input()
	}
	if a.failure != nil {
		x.Failure = a.failure
	}
	switch {
	case x.Task == nil:
	case a.asked != 0:
		x.Args = a.args
	case !a.phase.Settled():
		x.Args, x.Refusal = x.Task.Args(v)
	}
}

// Peek evaluates an expression at an activation, or at the end of what the run has done so far where the path is empty;
// false when its graph is not at work. It changes nothing.
func Peek(p *Plan, s *State, path string, e Expr) (Value, *Failure, bool) {
	if s.root == nil {
		return nil, nil, false
	}
	a, f := (*activation)(nil), s.root
	if path != "" {
		if a = s.find(path); a == nil {
			return nil, nil, false
		}
		f = a.frame
	}
	m := &stepper{p: p, s: s, d: &Decision{}}
	v := m.scopeOf(f, a)
	if a != nil && a.phase == PhasePaused {
		v.failed = a.failure
	}
	out, failure := e(v)
	return out, failure, true
}
