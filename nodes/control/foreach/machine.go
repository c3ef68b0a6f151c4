package foreach

import (
	"fmt"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes/pure/condition"
)

// settings are the compiled config, shared by all activations of the node.
type settings struct {
	items core.Expr
	// completeWhen is nil where the config has none.
	completeWhen core.Expr
	concurrency  int
	collect      bool
}

// machine runs the body once for each item, at most concurrency at a time, and keeps the results in the items' order.
type machine struct {
	*settings
	list    core.List
	results core.List
	// next is the first item not begun, done counts those that ended.
	next, done int
}

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, c core.Cause) {
	switch c.Kind {
	case core.Entered:
		m.enter(t)
	case core.BodyDone:
		m.results[c.N] = c.Value
		m.done++
		if m.completeWhen == nil {
			m.fill(t)
			return
		}
		switch enough, f := condition.Holds(m.completeWhen, t.BodyScope(), "/completeWhen"); {
		case f != nil:
			t.Fail(f)
		case enough:
			t.Emit(0, m.results)
		default:
			m.fill(t)
		}
	case core.BodyFail:
		if !m.collect {
			t.Fail(c.Failure)
			return
		}
		m.results[c.N] = core.Object{"error": c.Failure.Object()}
		m.done++
		m.fill(t)
	}
}

func (m *machine) enter(t *core.Turn) {
	v, f := m.items(t.Scope())
	if f != nil {
		t.Fail(f)
		return
	}
	list, ok := v.(core.List)
	if !ok && v != nil {
		t.Fail(&core.Failure{
			Code: "foreach.items", Permanent: true,
			Message: fmt.Sprintf("items must give a list and gave a %s; wrap a single value in [ ]", value.Kind(v)),
		})
		return
	}
	m.list, m.results = list, make(core.List, len(list))
	m.fill(t)
}

// fill opens bodies until as many run as may, and ends the node after the last.
func (m *machine) fill(t *core.Turn) {
	if m.done == len(m.list) {
		t.Emit(0, m.results)
		return
	}
	for ; m.next < len(m.list) && m.next-m.done < m.concurrency; m.next++ {
		t.Open(m.next, m.list[m.next], true)
	}
}
