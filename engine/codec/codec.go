// Package codec turns recorded events into bytes and back: one JSON object an event, kinds spelled out, numbers exact.
//
// A journal outlives the code that wrote it: names of fields and kinds are never changed, and what is not known is
// refused, never skipped. The package must not know storage, drivers or node types.
package codec

import (
	"fmt"
	"strconv"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Error says that bytes are not a recorded event of this or an earlier version.
type Error struct{ Reason string }

// Error implements error.
func (e *Error) Error() string { return "codec: " + e.Reason }

// Append appends a recorded event as JSON: the event and the heads of the commands it caused. Of a trace, for flows that
// keep a full log, it adds what each activation that ended gave: folding does not read it.
func Append(dst []byte, e *core.Event, commands []core.Command, trace []core.Entry) ([]byte, error) {
	w := writer{b: append(dst, `{"kind":`...)}
	w.b = value.AppendString(w.b, string(e.Kind))
	w.b = append(w.b, `,"at":`...)
	w.b = strconv.AppendInt(w.b, e.At, 10)
	if e.ID != 0 {
		w.number("id", int64(e.ID))
	}
	if e.Attempt != 0 {
		w.number("attempt", int64(e.Attempt))
	}
	if e.Start != nil {
		w.start(e.Start)
	}
	if e.Value != nil {
		w.value("value", e.Value)
	}
	if e.Failure != nil {
		w.value("failure", FailureObject(e.Failure))
	}
	if e.Reason != "" {
		w.text("reason", e.Reason)
	}
	w.debug(e)
	if len(commands) > 0 {
		w.heads(commands)
	}
	if outputs := outputsOf(trace); outputs != nil {
		w.value("outputs", outputs)
	}
	return append(w.b, '}'), w.err
}

// writer appends the members of one object and keeps the first error.
type writer struct {
	b   []byte
	err error
}

func (w *writer) name(n string) {
	w.b = append(w.b, ',', '"')
	w.b = append(w.b, n...)
	w.b = append(w.b, '"', ':')
}

func (w *writer) number(n string, x int64) {
	w.name(n)
	w.b = strconv.AppendInt(w.b, x, 10)
}

func (w *writer) text(n, s string) {
	w.name(n)
	w.b = value.AppendString(w.b, s)
}

func (w *writer) value(n string, v core.Value) {
	w.name(n)
	b, err := value.Append(w.b, v)
	if err != nil {
		if w.err == nil {
			w.err = fmt.Errorf("codec: %s: %w", n, err)
		}
		return
	}
	w.b = b
}

func (w *writer) start(s *core.Start) {
	w.text("run", s.Run)
	if s.Parent != "" {
		w.text("parent", s.Parent)
	}
	if s.Join != 0 {
		w.number("join", int64(s.Join))
	}
	if s.Depth != 0 {
		w.number("depth", int64(s.Depth))
	}
	if g := s.Gate; g != nil {
		w.value("gate", core.Object{"key": g.Key, "limit": g.Limit, "policy": string(g.Policy)})
	}
	w.text("plan", s.Plan)
	w.text("seed", strconv.FormatUint(s.Seed, 16))
	w.number("revision", int64(s.Revision))
	w.value("trigger", s.Trigger)
	if s.Into {
		w.value("into", true)
	}
	w.breakpoints(s.Breakpoints)
	if s.Pins != nil {
		w.value("pins", s.Pins)
	}
	w.past(s.Past)
}

func (w *writer) heads(commands []core.Command) {
	w.name("commands")
	for i := range commands {
		sep := byte(',')
		if i == 0 {
			sep = '['
		}
		c := &commands[i]
		w.b = append(w.b, sep, '[')
		w.b = value.AppendString(w.b, string(c.Kind))
		w.b = append(w.b, ',')
		w.b = strconv.AppendUint(w.b, uint64(c.ID), 10)
		w.b = append(w.b, ',')
		w.b = value.AppendString(w.b, c.Node)
		w.b = append(w.b, ']')
	}
	w.b = append(w.b, ']')
}

// outputsOf lists what the activations of a trace gave.
func outputsOf(trace []core.Entry) core.List {
	var outputs core.List
	for i := range trace {
		t := &trace[i]
		if t.Phase == core.PhaseSucceeded || t.Phase == core.PhaseFailed {
			outputs = append(outputs, core.Object{"path": t.Path, "status": t.Phase.String(), "port": t.Port, "output": t.Output})
		}
	}
	return outputs
}

// FailureObject is a failure with all it holds, as an object that Failure reads back.
func FailureObject(f *core.Failure) core.Object {
	o := f.Object()
	if f.Permanent {
		o["permanent"] = true
	}
	if f.Unknown {
		o["unknown"] = true
	}
	return o
}
