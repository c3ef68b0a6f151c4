package codec

import (
	"strconv"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Decode reads one recorded event.
func Decode(data []byte) (*core.Recorded, error) {
	v, err := value.Decode(data)
	if err != nil {
		return nil, &Error{"not JSON: " + err.Error()}
	}
	o, _ := v.(core.Object)
	return recorded(o)
}

// recorded empties o.
func recorded(o core.Object) (*core.Recorded, error) {
	if o == nil {
		return nil, &Error{"not an object"}
	}
	r := reader{o: o}
	rec := &core.Recorded{Event: core.Event{
		Kind:    core.EventKind(r.text("kind")),
		At:      int64(r.number("at")),
		ID:      core.ID(r.number("id")),
		Attempt: r.number("attempt"),
		Value:   r.take("value"),
		Reason:  r.text("reason"),
	}}
	if !known[rec.Kind] {
		return nil, &Error{"unknown kind " + strconv.Quote(string(rec.Kind)) + "; it was written by a newer version"}
	}
	r.debug(rec)
	if rec.Kind == core.RunStarted || rec.Kind == core.Retried {
		rec.Start = r.start()
	}
	if f, ok := r.take("failure").(core.Object); ok {
		var bad error
		if rec.Failure, bad = failure(f); bad != nil {
			r.fail("failure: " + bad.Error())
		}
	}
	rec.Heads = r.heads()
	r.take("outputs")
	for name := range r.o {
		r.fail("unknown member " + name)
	}
	if r.err != nil {
		return nil, r.err
	}
	return rec, nil
}

// known are the kinds a journal may hold; it never changes.
var known = map[core.EventKind]bool{
	core.RunStarted: true, core.TaskDone: true, core.TaskLost: true, core.TimerFired: true, core.SignalReceived: true,
	core.ChildDone: true, core.LockGranted: true, core.CancelRequested: true, core.Continued: true,
	core.BreakpointsSet: true, core.PauseRequested: true, core.Resumed: true, core.Judged: true, core.Retried: true,
}

// reader takes members out of an object; what is left at the end is not known.
type reader struct {
	o   core.Object
	err error
}

func (r *reader) fail(reason string) {
	if r.err == nil {
		r.err = &Error{reason}
	}
}

func (r *reader) take(name string) core.Value {
	v := r.o[name]
	delete(r.o, name)
	return v
}

func (r *reader) text(name string) string {
	v, has := r.o[name]
	s, ok := v.(string)
	if has && !ok {
		r.fail(name + " is not text")
	}
	delete(r.o, name)
	return s
}

func (r *reader) number(name string) int {
	v, has := r.o[name]
	n, ok := v.(int)
	if has && !ok {
		r.fail(name + " is not a whole number")
	}
	delete(r.o, name)
	return n
}

func (r *reader) flag(name string) bool {
	b, _ := r.take(name).(bool)
	return b
}

func (r *reader) start() *core.Start {
	s := &core.Start{Run: r.text("run"), Parent: r.text("parent"), Join: core.ID(r.number("join")), Depth: r.number("depth"), Plan: r.text("plan"), Revision: r.number("revision")}
	seed, err := strconv.ParseUint(r.text("seed"), 16, 64)
	if err != nil {
		r.fail("seed is not a hexadecimal number")
	}
	s.Seed = seed
	if g, ok := r.take("gate").(core.Object); ok {
		in := reader{o: g}
		s.Gate = &core.Gate{Key: in.text("key"), Limit: in.number("limit"), Policy: core.GatePolicy(in.text("policy"))}
		if in.err != nil {
			r.fail("gate: " + in.err.Error())
		}
	}
	trigger, ok := r.take("trigger").(core.Object)
	if !ok {
		r.fail("trigger is not an object")
	}
	s.Trigger = trigger
	s.Into, s.Breakpoints, s.Pins, s.Past = r.flag("into"), r.breakpoints(), r.object("pins"), r.past()
	return s
}

// Failure reads back what FailureObject gave; it takes what it can where the value is something else.
func Failure(v core.Value) *core.Failure {
	o, _ := v.(core.Object)
	f, _ := failure(o)
	return f
}

// failure empties o.
func failure(o core.Object) (*core.Failure, error) {
	in := reader{o: o}
	f := &core.Failure{
		Code: in.text("code"), Message: in.text("message"), Node: in.text("node"), Path: in.text("path"), Attempt: in.number("attempt"),
		Status: in.number("status"), Body: in.take("body"), Details: in.take("details"),
		Permanent: in.flag("permanent"), Unknown: in.flag("unknown"),
	}
	return f, in.err
}

func (r *reader) heads() []core.Head {
	list, _ := r.take("commands").(core.List)
	heads := make([]core.Head, 0, len(list))
	for _, v := range list {
		parts, _ := v.(core.List)
		if len(parts) != 3 {
			r.fail("a command is not three parts")
			return nil
		}
		kind, ok1 := parts[0].(string)
		id, ok2 := parts[1].(int)
		node, ok3 := parts[2].(string)
		if !ok1 || !ok2 || !ok3 {
			r.fail("a command is not kind, id and node")
			return nil
		}
		heads = append(heads, core.Head{Kind: core.CommandKind(kind), ID: core.ID(id), Node: node})
	}
	return heads
}
