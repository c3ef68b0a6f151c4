package core

// Entry tells one thing that happened to an activation. Pure nodes leave no trace in a journal: lists of steps, progress
// lines and debuggers are made of entries, by folding.
type Entry struct {
	// Path of the activation, Node its node's index in the plan, or -1 for a compensation.
	Path    string
	Node    int
	NodeID  string
	Type    string
	Phase   Phase
	Port    string
	Attempt int
	At      int64
	// Input, Output and Failure are set when the activation is settled; Failure also when a try failed.
	Input   Value
	Output  Value
	Failure *Failure
	// Number is the activation's ordinal in the run, 0 before its first turn.
	Number int
	// Forced says that a person decided what the activation gave, and By who it was.
	Forced Forced
	By     string
}

// trace tells that an activation reached its phase.
func (m *stepper) trace(a *activation) {
	if !m.d.Tracing {
		return
	}
	n := a.node
	e := Entry{
		Path: a.path(), Node: m.p.Graphs[n.Graph].Nodes[n.Local], NodeID: n.ID, Type: n.Type, Phase: a.phase, Attempt: a.attempt, At: m.s.now,
		Failure: a.failure, Number: a.number,
	}
	if m.forced.act == a {
		e.Forced, e.By = m.forced.how, m.forced.by
	}
	if a.phase != PhaseSkipped {
		e.Input = m.scopeOf(a.frame, a).Input()
	}
	switch {
	case a.phase == PhaseSucceeded && a.port < len(n.Ports):
		e.Output, e.Port, e.Failure = a.output, n.Ports[a.port], nil
	case a.phase == PhaseFailed && len(n.OnError) > 0:
		e.Port = "error"
	}
	m.d.Trace = append(m.d.Trace, e)
}

// traceUndo tells how a compensation goes.
func (m *stepper) traceUndo(u *undo, at Phase, f *Failure) {
	if m.d.Tracing {
		m.d.Trace = append(m.d.Trace, Entry{
			Path: u.path + ".compensate", Node: -1, NodeID: u.node, Type: u.task.Type, Phase: at, Attempt: u.attempt, At: m.s.now,
			Input: u.args, Failure: f,
		})
	}
}
