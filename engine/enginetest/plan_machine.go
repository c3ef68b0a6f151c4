package enginetest

import (
	"fmt"
	"strings"
	"time"

	"sluice/engine/core"
)

// control reads what a control node's kind says.
func (o *options) control(n *core.Node, kind string) {
	switch kind {
	case "foreach":
		s := &foreachSettings{concurrency: o.number("concurrency", 1), collect: o.has("collect")}
		o.expr("items", "input", &s.items)
		o.expr("enough", "", &s.enough)
		n.Machine = func() core.Machine { return &foreach{foreachSettings: s} }
	case "repeat":
		n.Ports = []string{"out", "exhausted"}
		s := &repeatSettings{max: o.number("max", 3), delay: o.duration("delay")}
		o.expr("until", "false", &s.until)
		n.Machine = func() core.Machine { return &repeat{repeatSettings: s} }
	case "group":
		s := &group{}
		o.expr("lock", "", &s.lock)
		n.Machine = func() core.Machine { return s }
	case "subflow":
		s := &subflow{flow: o.text("flow"), detach: o.has("detach")}
		o.expr("input", "input", &s.input)
		n.Machine = func() core.Machine { return s }
	case "wait":
		s := &wait{pause: o.duration("for")}
		n.Machine = func() core.Machine { return s }
	case "await":
		s := &await{limit: o.duration("limit")}
		n.Ports = nil
		for e := range strings.SplitSeq(o.text("on"), ",") {
			name, key, _ := strings.Cut(e, ":")
			n.Ports = append(n.Ports, name)
			s.events = append(s.events, awaited{name, key})
		}
		n.Ports = append(n.Ports, "timeout")
		n.Machine = func() core.Machine { return s }
	case "respond":
		s := &respond{status: o.number("status", 200)}
		o.expr("body", "input", &s.body)
		n.Machine = func() core.Machine { return s }
	default:
		o.note(fmt.Errorf("%s is no kind of node", kind))
	}
}

type foreachSettings struct {
	items, enough core.Expr
	concurrency   int
	collect       bool
}

// foreach runs its body for each item and keeps the results in the items' order.
type foreach struct {
	*foreachSettings
	list, results core.List
	next, done    int
}

// Advance implements core.Machine.
func (m *foreach) Advance(t *core.Turn, c core.Cause) {
	switch {
	case c.Kind == core.Entered:
		v, f := m.items(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		m.list, _ = v.(core.List)
		m.results = make(core.List, len(m.list))
	case c.Kind == core.BodyFail && !m.collect:
		t.Fail(c.Failure)
		return
	case c.Kind == core.BodyFail:
		m.results[c.N] = core.Object{"error": c.Failure.Code}
		m.done++
	default:
		m.results[c.N] = c.Value
		m.done++
		if m.enough != nil {
			if yes, f := m.enough(t.BodyScope()); f != nil {
				t.Fail(f)
				return
			} else if yes == true {
				t.Emit(0, m.results)
				return
			}
		}
	}
	if m.done == len(m.list) {
		t.Emit(0, m.results)
		return
	}
	for m.next < len(m.list) && m.next-m.done < m.concurrency {
		m.next++
		t.Open(m.next-1, m.list[m.next-1], true)
	}
}

type repeatSettings struct {
	until core.Expr
	max   int
	delay time.Duration
}

// repeat runs its body until an expression over it holds.
type repeat struct {
	*repeatSettings
	turn int
	last core.Value
}

// Advance implements core.Machine.
func (m *repeat) Advance(t *core.Turn, c core.Cause) {
	switch c.Kind {
	case core.Entered, core.Fired:
		t.Open(m.turn, t.Scope().Input(), false)
	case core.BodyFail:
		t.Fail(c.Failure)
	case core.BodyDone:
		m.last = c.Value
		m.turn++
		yes, f := m.until(t.BodyScope())
		switch {
		case f != nil:
			t.Fail(f)
		case yes == true:
			t.Emit(0, m.last)
		case m.turn < m.max && m.delay > 0:
			t.SetTimer(0, t.After(m.delay))
		case m.turn < m.max:
			t.Open(m.turn, t.Scope().Input(), false)
		case t.Wired(1):
			t.Emit(1, m.last)
		default:
			t.Fail(&core.Failure{Code: "repeat.exhausted", Message: "until never held", Permanent: true})
		}
	}
}

// group runs its body once, holding a lock if it has one.
type group struct{ lock core.Expr }

// Advance implements core.Machine.
func (m *group) Advance(t *core.Turn, c core.Cause) {
	switch {
	case c.Kind == core.Entered && m.lock != nil:
		key, f := m.lock(t.Scope())
		if f != nil {
			t.Fail(f)
			return
		}
		t.Acquire(fmt.Sprint(key))
	case c.Kind == core.Entered || c.Kind == core.Locked:
		t.Open(0, t.Scope().Input(), false)
	case c.Kind == core.BodyDone:
		t.Emit(0, c.Value)
	case c.Kind == core.BodyFail:
		t.Fail(c.Failure)
	}
}

// subflow starts a child and, unless detached, waits for its end.
type subflow struct {
	flow   string
	input  core.Expr
	detach bool
}

// Advance implements core.Machine.
func (m *subflow) Advance(t *core.Turn, c core.Cause) {
	if c.Kind == core.Joined {
		if c.Failure != nil {
			t.Fail(c.Failure)
		} else {
			t.Emit(0, c.Value)
		}
		return
	}
	input, f := m.input(t.Scope())
	if f != nil {
		t.Fail(f)
		return
	}
	t.StartChild(m.flow, input, m.detach)
}

// wait lets time pass.
type wait struct{ pause time.Duration }

// Advance implements core.Machine.
func (m *wait) Advance(t *core.Turn, c core.Cause) {
	if c.Kind == core.Fired || m.pause <= 0 {
		t.Emit(0, t.Scope().Input())
		return
	}
	t.SetTimer(0, t.After(m.pause))
}

type awaited struct{ name, key string }

// await waits for the first of several events, or for its limit.
type await struct {
	events []awaited
	limit  time.Duration
}

// Advance implements core.Machine.
func (m *await) Advance(t *core.Turn, c core.Cause) {
	switch c.Kind {
	case core.Entered:
		for i, e := range m.events {
			t.Subscribe(i, e.name, e.key)
		}
		if m.limit > 0 {
			t.SetTimer(0, t.After(m.limit))
		}
	case core.Signalled:
		t.Emit(c.N, c.Value)
	case core.Fired:
		if late := len(m.events); t.Wired(late) {
			t.Emit(late, t.Scope().Input())
			return
		}
		t.Fail(&core.Failure{Code: "await.timeout", Message: "no event came", Permanent: true})
	}
}

// respond answers the caller and goes on at once.
type respond struct {
	status int
	body   core.Expr
}

// Advance implements core.Machine.
func (m *respond) Advance(t *core.Turn, _ core.Cause) {
	body, f := m.body(t.Scope())
	if f != nil {
		t.Fail(f)
		return
	}
	t.Respond(core.Response{Status: m.status, Body: body})
	t.Emit(0, t.Scope().Input())
}
