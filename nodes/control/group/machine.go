package group

import (
	"sluice/engine/core"
	"sluice/nodes/control/key"
)

// machine runs its body once, holding the lock if it has one.
type machine struct{ lock core.Expr }

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	switch c.Kind {
	case core.Entered:
		if m.lock == nil {
			t.Open(0, t.Scope().Input(), false)
			return
		}
		m.acquire(t)
	case core.Locked:
		t.Open(0, t.Scope().Input(), false)
	case core.BodyDone:
		t.Emit(0, c.Value)
	case core.BodyFail:
		t.Fail(c.Failure)
	}
}

func (m *machine) acquire(t *core.Turn) {
	v, f := m.lock(t.Scope())
	if f != nil {
		t.Fail(f)
		return
	}
	name, ok := key.Text(v)
	if !ok {
		t.Fail(&core.Failure{
			Code: "group.lock", Permanent: true,
			Message: "lock must give a key, a text or a number that is not empty: with any other all runs would wait for each other",
		})
		return
	}
	t.Acquire(name)
}
