package repeat

import (
	"fmt"
	"time"

	"sluice/engine/core"
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
	input core.Value
	turn  int
	last  core.Value
}

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	switch c.Kind {
	case core.Entered:
		m.input = t.Scope().Input()
		t.Open(0, m.input, false)
	case core.BodyFail:
		t.Fail(c.Failure)
	case core.Fired:
		t.Open(m.turn, m.input, false)
	case core.BodyDone:
		m.last = c.Value
		enough, f := m.until(t.BodyScope())
		switch {
		case f != nil:
			t.Fail(f)
		case enough == true:
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
		t.Open(m.turn, m.input, false)
	case t.Wired(portExhausted):
		t.Emit(portExhausted, m.last)
	default:
		t.Fail(&core.Failure{
			Code: "repeat.exhausted", Permanent: true,
			Message: fmt.Sprintf("until was still false after %d turns; allow more, or draw an edge from the port exhausted", m.turn),
		})
	}
}

// schedule says how long to pause after each turn.
type schedule []stretch

// stretch is one pause, taken times times.
type stretch struct {
	pause time.Duration
	times int
}

// after is the pause after turn number n, counted from 0; false when there are no more turns.
func (s schedule) after(n int) (time.Duration, bool) {
	for _, st := range s {
		if n < st.times {
			return st.pause, true
		}
		n -= st.times
	}
	return 0, false
}
