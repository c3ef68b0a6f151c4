package subflow

import "sluice/engine/core"

// settings are the compiled config, shared by all activations of the node.
type settings struct {
	flow string
	// input is nil where the config has none: then the node's input is handed on.
	input  core.Expr
	detach bool
}

// machine starts a run of another flow and waits for its end or, detached, until nothing can lose it.
type machine struct{ *settings }

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	switch {
	case c.Kind == core.Joined && c.Failure != nil:
		t.Fail(m.placed(c.Failure))
	case c.Kind == core.Joined:
		t.Emit(0, c.Value)
	default:
		m.enter(t)
	}
}

func (m *machine) enter(t *core.Turn) {
	input := t.Scope().Input()
	if m.input != nil {
		v, f := m.input(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		input = v
	}
	t.StartChild(m.flow, input, m.detach)
}

// placed is the failure of a node of the other run as one of this node. Where it happened there is kept in the details:
// the nodes of this flow may have the same names.
func (m *machine) placed(f *core.Failure) *core.Failure {
	if f.Node == "" {
		return f
	}
	here := *f
	here.Node, here.Path, here.Attempt = "", "", 0
	here.Details = core.Object{"flow": m.flow, "node": f.Node, "path": f.Path, "attempt": f.Attempt, "details": f.Details}
	return &here
}
