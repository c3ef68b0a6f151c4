package codec

import (
	"sluice/engine/core"
	"sluice/engine/value"
)

// debug appends what the events of people who look into a run hold.
func (w *writer) debug(e *core.Event) {
	if e.By != "" {
		w.text("by", e.By)
	}
	if e.Again {
		w.value("again", true)
	}
	if e.Kind == core.BreakpointsSet {
		w.breakpoints(e.Breakpoints)
	}
	r := e.Resume
	if r == nil {
		return
	}
	o := core.Object{"mode": string(r.Mode)}
	if r.To != "" {
		o["to"] = r.To
	}
	if r.Vars != nil {
		o["vars"] = r.Vars
	}
	if r.Outputs != nil {
		o["outputs"] = r.Outputs
	}
	if r.Again {
		o["again"] = true
	}
	if r.Skip != nil {
		o["skip"] = core.Object{"output": r.Skip.Output, "port": r.Skip.Port}
	}
	w.value("resume", o)
}

func (w *writer) breakpoints(list []core.Breakpoint) {
	if len(list) == 0 {
		return
	}
	all := make(core.List, len(list))
	for i, b := range list {
		o := core.Object{"node": b.Node, "on": string(b.On)}
		if b.Flow != "" {
			o["flow"] = b.Flow
		}
		if b.When != "" {
			o["when"] = b.When
		}
		all[i] = o
	}
	w.value("breakpoints", all)
}

func (w *writer) past(p *core.Past) {
	if p == nil {
		return
	}
	w.name("past")
	in := writer{b: append(w.b, `{"run":`...), err: w.err}
	in.b = value.AppendString(in.b, p.Run)
	in.number("seq", int64(p.Seq))
	in.number("began", p.Began)
	in.number("last", int64(p.LastID))
	if len(p.Asked) > 0 {
		asked := make(core.List, len(p.Asked))
		for i, a := range p.Asked {
			o := core.Object{"path": a.Path, "id": int(a.ID), "args": a.Args, "doubt": a.Doubt}
			if a.At != 0 {
				o["at"] = int(a.At)
			}
			asked[i] = o
		}
		in.value("asked", asked)
	}
	in.name("events")
	in.b = append(in.b, '[')
	for i := range p.Events {
		if i > 0 {
			in.b = append(in.b, ',')
		}
		b, err := Append(in.b, &p.Events[i], nil, nil)
		if err != nil && in.err == nil {
			in.err = err
		}
		in.b = b
	}
	w.b, w.err = append(in.b, ']', '}'), in.err
}

// debug takes what the events of people who look into a run hold.
func (r *reader) debug(rec *core.Recorded) {
	rec.By, rec.Again = r.text("by"), r.flag("again")
	if rec.Kind == core.BreakpointsSet {
		rec.Breakpoints = r.breakpoints()
	}
	if rec.Kind != core.Resumed {
		return
	}
	o := r.object("resume")
	if o == nil {
		r.fail("resume is missing")
		return
	}
	in := reader{o: o}
	rec.Resume = &core.Resume{Mode: core.Mode(in.text("mode")), To: in.text("to"), Vars: in.object("vars"), Outputs: in.object("outputs"), Again: in.flag("again")}
	if skip := in.object("skip"); skip != nil {
		given := reader{o: skip}
		rec.Resume.Skip = &core.Skip{Output: given.take("output"), Port: given.text("port")}
		in.within("skip", &given)
	}
	r.within("resume", &in)
}

// within fails where what was taken out of a member failed, or left something.
func (r *reader) within(name string, in *reader) {
	for left := range in.o {
		in.fail("unknown member " + left)
	}
	if in.err != nil {
		r.fail(name + ": " + in.err.Error())
	}
}

func (r *reader) object(name string) core.Object {
	v, has := r.o[name]
	o, ok := v.(core.Object)
	if has && !ok {
		r.fail(name + " is not an object")
	}
	delete(r.o, name)
	return o
}

func (r *reader) list(name string) core.List {
	v, has := r.o[name]
	l, ok := v.(core.List)
	if has && !ok {
		r.fail(name + " is not a list")
	}
	delete(r.o, name)
	return l
}

func (r *reader) breakpoints() []core.Breakpoint {
	var all []core.Breakpoint
	for _, v := range r.list("breakpoints") {
		o, _ := v.(core.Object)
		in := reader{o: o}
		all = append(all, core.Breakpoint{Node: in.text("node"), On: core.StopOn(in.text("on")), Flow: in.text("flow"), When: in.text("when")})
		r.within("breakpoints", &in)
	}
	return all
}

func (r *reader) past() *core.Past {
	o := r.object("past")
	if o == nil {
		return nil
	}
	in := reader{o: o}
	p := &core.Past{Run: in.text("run"), Seq: uint64(in.number("seq")), Began: int64(in.number("began")), LastID: core.ID(in.number("last"))}
	for _, v := range in.list("asked") {
		o, _ := v.(core.Object)
		a := reader{o: o}
		p.Asked = append(p.Asked, core.Asked{Path: a.text("path"), ID: core.ID(a.number("id")), Args: a.take("args"), Doubt: a.flag("doubt"), At: int64(a.number("at"))})
		in.within("asked", &a)
	}
	for _, v := range in.list("events") {
		o, _ := v.(core.Object)
		rec, err := recorded(o)
		if err != nil {
			in.fail("events: " + err.Error())
			break
		}
		p.Events = append(p.Events, rec.Event)
	}
	r.within("past", &in)
	return p
}
