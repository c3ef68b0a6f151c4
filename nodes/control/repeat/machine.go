package repeat

import (
	"fmt"

	"sluice/engine/core"
	"sluice/nodes/pure/condition"
)

// The ports.
const (
	portOut = iota
	portExhausted
)

// settings are the compiled config, shared by all activations of the node.
type settings struct {
	until core.Expr
	pause schedule
}

// machine runs the body again and again, with the schedule's pauses between the turns.
type machine struct {
	*settings
	// turn is the number of the turn that runs or comes next, from 0.
	turn int
	last core.Value
}

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	switch c.Kind {
	case core.Entered, core.Fired:
		t.Open(m.turn, t.Scope().Input(), false)
	case core.BodyFail:
		t.Fail(c.Failure)
	case core.BodyDone:
		m.last = c.Value
		switch enough, f := condition.Holds(m.until, t.BodyScope(), "/until"); {
		case f != nil:
			t.Fail(f)
		case enough:
			t.Emit(portOut, m.last)
		default:
			m.again(t)
		}
	}
}

// again sets the timer for the next turn, or ends the node when there is none.
func (m *machine) again(t *core.Turn) {
	d, ok := m.pause.after(m.turn)
	m.turn++
	switch {
	case ok && d > 0:
		t.SetTimer(0, t.After(d))
	case ok:
		t.Open(m.turn, t.Scope().Input(), false)
	case t.Wired(portExhausted):
		t.Emit(portExhausted, m.last)
	default:
		t.Fail(&core.Failure{
			Code: "repeat.exhausted", Permanent: true,
			Message: fmt.Sprintf("until did not hold after %d turns; allow more, or draw an edge from the port exhausted", m.turn),
		})
	}
}
