package await

import (
	"fmt"
	"time"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/control/key"
)

// settings are the compiled config, shared by all activations of the node.
type settings struct {
	events []event
	// timeout and schema are nil where the config has none.
	timeout func(core.Scope) (time.Duration, *core.Failure)
	schema  nodes.Check
	// late is the port timeout, behind those of the events.
	late int
}

type event struct {
	name string
	key  core.Expr
	port int
}

// machine waits for the first of several events, or for its timeout.
type machine struct{ *settings }

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	switch c.Kind {
	case core.Entered:
		m.enter(t)
	case core.Signalled:
		if m.schema != nil {
			if f := m.schema(c.Value); f != nil {
				t.Fail(f)
				return
			}
		}
		t.Emit(m.events[c.N].port, c.Value)
	case core.Fired:
		if t.Wired(m.late) {
			t.Emit(m.late, t.Scope().Input())
			return
		}
		t.Fail(&core.Failure{
			Code: "await.timeout", Permanent: true,
			Message: "none of the awaited events came in time; draw an edge from the port timeout to go on without",
		})
	}
}

func (m *machine) enter(t *core.Turn) {
	for i, e := range m.events {
		v, f := e.key(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		text, ok := key.Text(v)
		if !ok {
			t.Fail(&core.Failure{
				Code: "await.key", Permanent: true,
				Message: fmt.Sprintf("the key of event %s must be a text or a number that is not empty: no signal could match it", e.name),
			})
			return
		}
		t.Subscribe(i, e.name, text)
	}
	if m.timeout == nil {
		return
	}
	d, f := m.timeout(t.Scope())
	if f != nil {
		t.Fail(f)
		return
	}
	t.SetTimer(0, t.After(d))
}
