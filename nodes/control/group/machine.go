package group

import "sluice/engine/core"

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
		key, f := m.lock(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		text, ok := key.(string)
		if !ok || text == "" {
			t.Fail(&core.Failure{Code: "group.lock", Permanent: true, Message: "the lock's key must be a text that is not empty"})
			return
		}
		t.Acquire(text)
	case core.Locked:
		t.Open(0, t.Scope().Input(), false)
	case core.BodyDone:
		t.Emit(0, c.Value)
	case core.BodyFail:
		t.Fail(c.Failure)
	}
}
