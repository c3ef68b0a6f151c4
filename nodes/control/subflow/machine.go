package subflow

import "sluice/engine/core"

// settings are the compiled config, shared by all activations of the node.
type settings struct {
	flow   string
	input  core.Expr
	detach bool
}

// machine starts a run of another flow and waits for its end or, detached, until it cannot be lost any more.
type machine struct{ *settings }

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	switch {
	case c.Kind == core.Joined && c.Failure != nil:
		t.Fail(c.Failure)
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
