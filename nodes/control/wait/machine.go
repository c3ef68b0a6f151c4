package wait

import "sluice/engine/core"

// moment works out, in a scope, when to go on: in nanoseconds of Unix time.
type moment func(core.Scope) (int64, *core.Failure)

// machine waits until a moment that it works out when it is entered.
type machine struct{ at moment }

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	if c.Kind == core.Fired {
		t.Emit(0, t.Scope().Input())
		return
	}
	switch at, f := m.at(t.Scope()); {
	case f != nil:
		t.Fail(f)
	case at <= t.Now():
		t.Emit(0, t.Scope().Input())
	default:
		t.SetTimer(0, at)
	}
}
