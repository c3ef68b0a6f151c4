package server

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/storage"
)

// message is one server-sent event.
type message struct {
	id, event string
	data      core.Value
}

// tail follows a run by folding its journal as it grows. What it tells depends on the journal alone, so that a message
// has the same id whenever somebody asks: the number of the event and a count within it.
type tail struct {
	runs   *runs
	id     storage.RunID
	plan   *core.Plan
	state  core.State
	fold   core.Decision
	began  map[string]time.Time
	status core.Status
}

func newTail(r *runs, id storage.RunID) *tail {
	return &tail{runs: r, id: id, fold: core.Decision{Tracing: true}, began: map[string]time.Time{}}
}

// next folds what is new, at most a batch of events, and lists the messages after the one with the given mark. more says
// that the batch was full.
func (t *tail) next(after mark) (list []message, more bool, err error) {
	var events []*core.Recorded
	var broken error
	err = t.runs.store.Events(t.id, t.state.Seq()+1, func(_ uint64, event []byte) bool {
		var e *core.Recorded
		if e, broken = codec.Decode(event); broken != nil {
			return false
		}
		events = append(events, e)
		return len(events) < tailBatch
	})
	if errors.Is(err, storage.ErrNotFound) {
		return nil, false, refuse("run.not_found", "run", string(t.id))
	}
	if err = errors.Join(err, broken); err != nil {
		return nil, false, err
	}
	for _, e := range events {
		told, err := t.one(e)
		if err != nil {
			return nil, false, err
		}
		for i := range told {
			at := mark{t.state.Seq(), uint64(i + 1)}
			if after.before(at) {
				told[i].id = at.String()
				list = append(list, told[i])
			}
		}
	}
	return list, len(events) == tailBatch, nil
}

// tailBatch bounds what is folded before it is sent.
const tailBatch = 256

// one folds one event: a message for each activation that moved, and one for the run when its status changed.
func (t *tail) one(e *core.Recorded) ([]message, error) {
	if t.plan == nil {
		if e.Start == nil {
			return nil, &core.Corruption{Seq: 1, Reason: "the journal does not begin with RunStarted"}
		}
		var err error
		if t.plan, err = t.runs.library.Plan(e.Start.Plan); err != nil {
			return nil, err
		}
	}
	if err := core.Fold(t.plan, &t.state, e, &t.fold); err != nil {
		return nil, err
	}
	var told []message
	for i := range t.fold.Trace {
		told = append(told, message{event: "step", data: t.runs.masked(t.step(&t.fold.Trace[i]))})
	}
	if now := statusOf(&t.state); now != t.status {
		t.status = now
		told = append(told, message{event: "run", data: t.runs.masked(t.run())})
	}
	return told, nil
}

func (t *tail) step(e *core.Entry) core.Object {
	at := time.Unix(0, e.At).UTC()
	step := engine.Step{Entry: *e, StartedAt: at}
	if began, ok := t.began[e.Path]; ok {
		step.StartedAt = began
	}
	if e.Phase.Settled() {
		step.EndedAt = at
		delete(t.began, e.Path)
	} else if _, ok := t.began[e.Path]; !ok {
		t.began[e.Path] = at
	}
	return stepObject(&step)
}

// run is what the stream says of the run itself.
func (t *tail) run() core.Object {
	s := &t.state
	o := core.Object{
		"id": string(t.id), "flow": t.plan.Flow.ID, "version": t.plan.Flow.Version, "status": string(t.status),
		"startedAt": time.Unix(0, s.StartedAt()).UTC(), "endedAt": nil, "durationMs": nil, "output": nil, "error": nil,
	}
	if end := s.End(); end != nil {
		o["endedAt"], o["durationMs"] = time.Unix(0, s.Now()).UTC(), int(time.Duration(s.Now()-s.StartedAt()).Milliseconds())
		o["output"] = end.Output
		if end.Failure != nil {
			o["error"] = end.Failure.Object()
		}
	}
	return o
}

// over reports whether the run has ended and all of that was told.
func (t *tail) over() bool { return t.state.End() != nil }

// statusOf is a run's status as the state says it.
func statusOf(s *core.State) core.Status {
	switch end := s.End(); {
	case end != nil:
		return end.Status
	case s.Queued():
		return core.Queued
	case s.Idle():
		return core.Waiting
	default:
		return core.Running
	}
}

// mark is a place in a stream of messages.
type mark struct{ event, message uint64 }

func (m mark) before(other mark) bool {
	return m.event < other.event || m.event == other.event && m.message < other.message
}

// String is the mark as a message's id.
func (m mark) String() string { return fmt.Sprintf("%d.%d", m.event, m.message) }

// parseMark reads the id of a message; what is none is the beginning.
func parseMark(id string) mark {
	event, within, _ := strings.Cut(id, ".")
	var m mark
	var err error
	if m.event, err = strconv.ParseUint(event, 10, 64); err != nil {
		return mark{}
	}
	if m.message, err = strconv.ParseUint(within, 10, 64); err != nil {
		return mark{}
	}
	return m
}
