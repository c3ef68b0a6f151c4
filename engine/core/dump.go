package core

import (
	"cmp"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"time"
)

// Dump is the whole state as text, for transcripts, for debugging, and for the check that a journal folds to the state it
// had: states that dump alike do the same with every further event. What a machine holds is shown as plain data; what it
// shares with the plan, behind pointers and functions, is no part of a state, and neither are frames kept for later use.
func (s *State) Dump() string {
	d := dumper{b: make([]byte, 0, 2048)}
	d.word("run " + s.phase.String())
	d.number("seq", int64(s.seq))
	d.time("now", s.now)
	d.number("last", int64(s.lastID))
	d.number("steps", int64(s.steps))
	d.flag("yielded", s.yielded)
	d.flag("responded", s.responded)
	d.number("orphans", int64(s.orphans))
	d.number("regain", int64(s.regain))
	d.flag("compensated", s.compensated)
	d.end()
	if s.phase == RunNew {
		return string(d.b)
	}
	d.start(s)
	if s.end != nil {
		d.word("end " + string(s.end.Status))
		d.value("output", s.end.Output)
		d.failure("", s.end.Failure)
		d.end()
	}
	if s.root != nil {
		d.frame(s.root)
	}
	d.debug(s.debug)
	d.queue(s)
	d.pending(s)
	for _, u := range s.undo {
		d.word("undo " + u.path)
		d.value("args", u.args)
		d.failure("", u.failure)
		d.end()
	}
	for _, v := range s.undone {
		d.word("undone")
		d.value("", v)
		d.end()
	}
	return string(d.b)
}

// dumper appends words to lines, and lines to text.
type dumper struct {
	b      []byte
	indent int
	// inside says that the current line has a word.
	inside bool
}

func (d *dumper) word(w string) {
	if d.inside {
		d.b = append(d.b, ' ')
	} else {
		for range d.indent {
			d.b = append(d.b, ' ', ' ')
		}
	}
	d.inside = true
	d.b = append(d.b, w...)
}

func (d *dumper) end() {
	d.b = append(d.b, '\n')
	d.inside = false
}

func (d *dumper) number(name string, n int64) {
	if n != 0 {
		d.word(name)
		d.b = append(d.b, '=')
		d.b = strconv.AppendInt(d.b, n, 10)
	}
}

func (d *dumper) time(name string, at int64) {
	if at != 0 {
		d.word(name)
		d.b = append(d.b, '=')
		d.b = append(d.b, time.Duration(at).String()...)
	}
}

func (d *dumper) text(name, s string) {
	if s != "" {
		d.word(name)
		d.b = append(d.b, '=')
		d.b = append(d.b, s...)
	}
}

func (d *dumper) flag(name string, on bool) {
	if on {
		d.word(name)
	}
}

func (d *dumper) value(name string, v Value) {
	if v != nil {
		d.word(name)
		d.b = append(d.b, '=')
		d.b = appendPlain(d.b, v)
	}
}

func (d *dumper) failure(name string, f *Failure) {
	if f == nil {
		return
	}
	d.word(name + "failure=" + f.Code)
	d.b = strconv.AppendQuote(d.b, f.Message)
	d.text("at", f.Path)
	d.text("node", f.Node)
	d.number("attempt", int64(f.Attempt))
	d.number("status", int64(f.Status))
	d.value("body", f.Body)
	d.value("details", f.Details)
	d.flag("permanent", f.Permanent)
	d.flag("unknown", f.Unknown)
}

func (d *dumper) start(s *State) {
	d.word("start " + s.start.Run)
	d.text("parent", s.start.Parent)
	d.text("plan", s.start.Plan)
	d.text("seed", strconv.FormatUint(s.start.Seed, 16))
	d.number("revision", int64(s.start.Revision))
	d.time("at", s.startedAt)
	if g := s.start.Gate; g != nil {
		d.text("gate", g.Key)
		d.number("limit", int64(g.Limit))
		d.text("policy", string(g.Policy))
	}
	d.value("trigger", s.start.Trigger)
	d.value("vars", s.vars)
	d.end()
}

func (d *dumper) frame(f *frame) {
	d.word("graph " + strconv.Itoa(f.graph))
	d.number("index", int64(f.index))
	d.flag("item", f.item)
	d.flag("closed", f.closed)
	d.number("open", int64(f.open))
	d.value("input", f.input)
	d.failure("", f.failure)
	d.end()
	d.indent++
	for i := range f.acts {
		if a := &f.acts[i]; a.phase != PhasePending || a.resolved > 0 {
			d.activation(a)
		}
	}
	d.indent--
}

func (d *dumper) activation(a *activation) {
	d.word(a.node.ID + " " + a.phase.String())
	d.number("number", int64(a.number))
	d.number("attempt", int64(a.attempt))
	d.number("resolved", int64(a.resolved))
	for _, e := range a.from {
		d.number("from", int64(e+1))
	}
	d.number("port", int64(a.port))
	for _, p := range a.also {
		d.number("also", int64(p+1))
	}
	d.number("task", int64(a.asked))
	d.value("args", a.args)
	d.number("tries", int64(a.tries))
	d.flag("anew", a.anew)
	d.flag("doubt", a.doubt)
	d.value("output", a.output)
	d.failure("", a.failure)
	d.failure("inherited ", a.inherited)
	for _, id := range a.owns {
		d.number("owns", int64(id))
	}
	if a.machine != nil {
		d.machine(a.machine)
	}
	d.end()
	d.indent++
	for _, f := range a.bodies {
		d.frame(f)
	}
	d.indent--
}

// machine shows the fields of a machine that are plain data.
func (d *dumper) machine(m Machine) {
	v := reflect.Indirect(reflect.ValueOf(m))
	d.word("machine")
	if v.Kind() == reflect.Struct {
		d.fields("", v)
	}
}

func (d *dumper) fields(prefix string, v reflect.Value) {
	for i := range v.NumField() {
		d.field(prefix+v.Type().Field(i).Name, v.Field(i), false)
	}
}

// field shows a value that reflection may look at but not take out. Pointers are followed within values only.
func (d *dumper) field(name string, v reflect.Value, within bool) {
	switch v.Kind() {
	case reflect.Bool:
		d.flag(name, v.Bool())
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		d.number(name, v.Int())
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		d.number(name, int64(v.Uint()))
	case reflect.Float32, reflect.Float64:
		d.text(name, strconv.FormatFloat(v.Float(), 'g', -1, 64))
	case reflect.String:
		d.text(name, strconv.Quote(v.String()))
	case reflect.Interface:
		if !v.IsNil() {
			d.field(name, v.Elem(), true)
		}
	case reflect.Pointer:
		if within && !v.IsNil() {
			d.field(name, v.Elem(), true)
		}
	case reflect.Slice, reflect.Array:
		d.number(name+"#", int64(v.Len()))
		for i := range v.Len() {
			d.field(name+"["+strconv.Itoa(i)+"]", v.Index(i), within)
		}
	case reflect.Map:
		keys := v.MapKeys()
		slices.SortFunc(keys, func(a, b reflect.Value) int { return cmp.Compare(a.String(), b.String()) })
		d.number(name+"#", int64(len(keys)))
		for _, k := range keys {
			d.field(name+"."+k.String(), v.MapIndex(k), within)
		}
	case reflect.Struct:
		d.fields(name+".", v)
	}
}

// debug shows where a run stops and where it is stopped.
func (d *dumper) debug(x *debug) {
	if x == nil {
		return
	}
	d.word("debug")
	d.text("mode", string(x.mode))
	d.text("to", x.to)
	d.number("depth", int64(x.depth))
	d.time("rest", x.rest)
	if x.from != nil {
		d.text("from", x.from.path())
	}
	d.end()
	for _, b := range x.given {
		d.word("breakpoint " + string(b.On) + " " + b.Node)
		d.text("flow", b.Flow)
		d.text("when", b.When)
		d.end()
	}
	for _, s := range x.stops {
		d.word("stopped " + string(s.on))
		if s.act != nil {
			d.text("at", s.act.path())
		}
		d.time("since", s.at)
		d.end()
	}
}

// queue shows what is ready but had no turn: a run that yielded has some.
func (d *dumper) queue(s *State) {
	for _, a := range s.queue[s.head:] {
		d.word("queued " + a.path() + " " + a.phase.String())
		d.end()
	}
}

func (d *dumper) pending(s *State) {
	ids := make([]ID, 0, len(s.pending))
	for id := range s.pending {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		p := s.pending[id]
		d.word("pending " + p.Head().String())
		d.text("path", p.Path)
		d.number("attempt", int64(p.Attempt))
		d.time("at", p.At)
		d.text("event", p.Event)
		d.text("key", p.Key)
		d.text("flow", p.Flow)
		d.number("purpose", int64(p.purpose))
		d.number("n", int64(p.n))
		d.flag("granted", p.granted)
		d.flag("regain", p.regain)
		d.flag("orphan", p.orphan)
		if p.Kind == RunTask {
			d.value("args", p.Args)
		} else {
			d.value("input", p.Input)
		}
		if p.undo != nil {
			d.text("undo", p.undo.path)
		}
		d.end()
		if p.orphan {
			d.orphan(p.act)
		}
	}
}

// orphan shows what the compensation of an aborted task would see: graphs that nothing else leads to any more.
func (d *dumper) orphan(a *activation) {
	d.indent++
	for f := a.frame; f.closed && f.owner != nil; f = f.outer() {
		d.frame(f)
	}
	d.indent--
}

// appendPlain appends a value like JSON, with the keys of objects in order.
func appendPlain(b []byte, v Value) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, "null"...)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case float64:
		return strconv.AppendFloat(b, v, 'e', -1, 64)
	case string:
		return strconv.AppendQuote(b, v)
	case List:
		b = append(b, '[')
		for i, x := range v {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendPlain(b, x)
		}
		return append(b, ']')
	case Object:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		b = append(b, '{')
		for i, k := range keys {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(strconv.AppendQuote(b, k), ':')
			b = appendPlain(b, v[k])
		}
		return append(b, '}')
	}
	return fmt.Appendf(b, "%T(%v)", v, v)
}
