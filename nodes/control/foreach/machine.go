package foreach

import (
	"fmt"

	"sluice/engine/core"
)

// settings are the compiled config, shared by all activations of the node.
type settings struct {
	items        core.Expr
	completeWhen core.Expr
	concurrency  int
	collect      bool
}

// machine runs the body once for each item, at most concurrency at a time, and keeps the results in the items' order.
type machine struct {
	*settings
	items   core.List
	results core.List
	next    int
	done    int
}

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	switch c.Kind {
	case core.Entered:
		m.enter(t)
		return
	case core.BodyDone:
		m.results[c.N] = c.Value
	case core.BodyFail:
		if !m.collect {
			t.Fail(c.Failure)
			return
		}
		m.results[c.N] = core.Object{"error": c.Failure.Object()}
	}
	m.done++
	if m.completeWhen != nil && c.Kind == core.BodyDone {
		enough, f := m.completeWhen(t.BodyScope())
		if f != nil {
			t.Fail(f)
			return
		}
		if enough == true {
			t.Emit(0, m.results)
			return
		}
	}
	m.fill(t)
}

func (m *machine) enter(t *core.Turn) {
	v, f := m.settings.items(t.Scope())
	if f != nil {
		t.Fail(f)
		return
	}
	list, ok := v.(core.List)
	if !ok && v != nil {
		t.Fail(&core.Failure{
			Code: "foreach.items", Permanent: true,
			Message: fmt.Sprintf("items must give a list, not %T; wrap a single value in [ ]", v),
		})
		return
	}
	m.items, m.results = list, make(core.List, len(list))
	m.fill(t)
}

// fill opens bodies until as many run as may, and ends the node after the last.
func (m *machine) fill(t *core.Turn) {
	if m.done == len(m.items) {
		t.Emit(0, m.results)
		return
	}
	for m.next < len(m.items) && m.next-m.done < m.concurrency {
		m.next++
		t.Open(m.next-1, m.items[m.next-1], true)
	}
}
