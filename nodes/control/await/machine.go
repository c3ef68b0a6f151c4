package await

import (
	"fmt"

	"sluice/engine/core"
	"sluice/nodes"
)

// settings are the compiled config, shared by all activations of the node.
type settings struct {
	events  []event
	timeout core.Expr
	schema  nodes.Check
	// late is the port timeout, behind those of the events.
	late int
}

type event struct {
	name string
	key  core.Expr
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
		t.Emit(c.N, c.Value)
	case core.Fired:
		if t.Wired(m.late) {
			t.Emit(m.late, t.Scope().Input())
			return
		}
		t.Fail(&core.Failure{Code: "await.timeout", Permanent: true, Message: "none of the awaited events came in time"})
	}
}

func (m *machine) enter(t *core.Turn) {
	for i, e := range m.events {
		v, f := e.key(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		key, ok := v.(string)
		if !ok {
			key = fmt.Sprint(v)
		}
		if v == nil || key == "" {
			t.Fail(&core.Failure{
				Code: "await.key", Permanent: true,
				Message: fmt.Sprintf("the key of event %s is empty: it would match nothing", e.name),
			})
			return
		}
		t.Subscribe(i, e.name, key)
	}
	if m.timeout == nil {
		return
	}
	v, f := m.timeout(t.Scope())
	if f != nil {
		t.Fail(f)
		return
	}
	d, f := nodes.Duration(v)
	if f != nil {
		t.Fail(f)
		return
	}
	t.SetTimer(0, t.After(d))
}
