package wait

import "sluice/engine/core"

// machine waits until a moment that it works out when it is entered.
type machine struct {
	moment func(core.Scope) (int64, *core.Failure)
}

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	if c.Kind == core.Fired {
		t.Emit(0, t.Scope().Input())
		return
	}
	at, f := m.moment(t.Scope())
	switch {
	case f != nil:
		t.Fail(f)
	case at <= t.Now():
		t.Emit(0, t.Scope().Input())
	default:
		t.SetTimer(0, at)
	}
}
