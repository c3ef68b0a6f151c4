package engine

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/storage"
)

// History is what a journal tells of a run since it began, or was last taken up again: its start, and each event with the
// place of what it answers. It is what forks, retries and replays are made of.
type History struct {
	Plan  *core.Plan
	Start core.Start
	// Began is the time of the start, in nanoseconds of Unix time.
	Began int64
	// Seq counts the events of the journal, LastID is the last id that was used.
	Seq    uint64
	LastID core.ID
	End    *core.End
	// Compensated: something that had been done was undone.
	Compensated bool
	chapters    []chapter
	// tasks are the newest request of each task, by path.
	tasks map[string]asked
	// children are the newest request of each child that is waited for, by path.
	children map[string]core.Asked
	steps    stepList
}

// chapter is one event of a history.
type chapter struct {
	core.Event
	// ask is the place of what the event answers; answers is false for an event that answers nothing.
	ask     core.Ask
	answers bool
	// event is the name of the signal that was waited for.
	event string
	// write: the event ends a try of a task that writes.
	write bool
	// began are the paths of activations that had their first turn because of it; let is the one that a resume let go.
	began []string
	let   string
	// last: the run was no longer at work after it; stopped: it stood still.
	last, stopped bool
}

// asked is a task as it was asked for.
type asked struct {
	core.Command
	done, doubt bool
}

// Read reads the history of a run.
func Read(j storage.Journal, plans Plans, run storage.RunID) (*History, error) {
	var records []*core.Recorded
	var bad error
	err := j.Events(run, 1, func(_ uint64, event []byte) bool {
		var rec *core.Recorded
		if rec, bad = codec.Decode(event); bad == nil {
			records = append(records, rec)
		}
		return bad == nil
	})
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, fmt.Errorf("%w: %s", ErrNotFound, run)
	case err != nil || bad != nil:
		return nil, errors.Join(err, bad)
	}
	first := -1
	for i, rec := range records {
		if rec.Start != nil {
			first = i
		}
	}
	if first < 0 {
		return nil, &core.Corruption{Seq: 1, Reason: "the journal does not begin with RunStarted"}
	}
	start := records[first]
	h := &History{Start: *start.Start, Began: start.At, Seq: uint64(len(records)), tasks: map[string]asked{}, children: map[string]core.Asked{}}
	if h.Plan, err = plans(start.Start.Plan); err != nil {
		return nil, err
	}
	if err := h.fold(records[first+1:]); err != nil {
		return nil, fmt.Errorf("run %s: %w", run, err)
	}
	return h, nil
}

// fold steps through the events once more, to see what each of them answers. What was taken over is folded without yields,
// as it was.
func (h *History) fold(rest []*core.Recorded) error {
	r := reader{h: h, state: &core.State{}, decision: core.Decision{Tracing: true}, plan: h.Plan}
	start := h.Start
	if past := start.Past; past != nil {
		r.plan = unbounded(h.Plan)
		begin := *past
		begin.Events = nil
		start.Past = &begin
		h.Began = past.Began
	}
	if err := r.step(core.Event{Kind: core.RunStarted, At: h.Began, Start: &start}); err != nil {
		return err
	}
	if past := h.Start.Past; past != nil {
		for _, e := range past.Events {
			if err := r.step(e); err != nil {
				return err
			}
		}
		r.plan = h.Plan
	}
	for _, rec := range rest {
		if err := r.step(rec.Event); err != nil {
			return err
		}
	}
	h.LastID, h.End, h.Compensated = r.state.LastID(), r.state.End(), r.state.Compensated()
	return nil
}

// unbounded is a plan whose steps do not yield.
func unbounded(p *core.Plan) *core.Plan {
	q := *p
	q.Fuel = math.MaxInt
	return &q
}

// reader folds a history.
type reader struct {
	h        *History
	plan     *core.Plan
	state    *core.State
	decision core.Decision
}

func (r *reader) step(e core.Event) error {
	c := chapter{Event: e}
	if e.ID != 0 {
		c.ask, c.answers = r.state.Asked(e.ID)
		if e.Kind == core.SignalReceived {
			c.event = r.event(e.ID)
		}
	}
	if stops := r.state.Stops(); e.Kind == core.Resumed && stops != nil {
		c.let = stops[0].Path
	}
	active := r.state.Phase() == core.RunNew || r.state.Phase() == core.RunActive
	if err := core.Step(r.plan, r.state, &e, &r.decision); err != nil {
		return err
	}
	if !r.decision.Applied {
		// A lock that was asked for anew; everything else was applied when it was recorded.
		return nil
	}
	c.last, c.stopped = active && r.state.Phase() != core.RunActive, r.state.Stopped()
	r.h.steps.add(r.decision.Trace)
	for i := range r.decision.Trace {
		if t := &r.decision.Trace[i]; begins(t) {
			c.began = append(c.began, t.Path)
		}
	}
	c.write = r.h.settle(&c)
	for i := range r.decision.Commands {
		switch k := r.decision.Commands[i]; {
		case k.Kind == core.RunTask:
			r.h.tasks[k.Path] = asked{Command: k}
		case k.Kind == core.StartChild && !k.Detach:
			if at, ok := r.state.Asked(k.ID); ok {
				r.h.children[at.Path] = core.Asked{Path: at.Path, ID: k.ID, Args: core.ChildArgs(k.Flow, k.Input), At: k.At}
			}
		}
	}
	if e.Kind != core.Continued {
		r.h.chapters = append(r.h.chapters, c)
	}
	return nil
}

// event is the name of what a subscription waits for.
func (r *reader) event(id core.ID) string {
	for _, p := range r.state.Pending() {
		if p.ID == id {
			return p.Event
		}
	}
	return ""
}

// Outcome is what came of something that a run had asked for.
type Outcome struct {
	// Path of the activation that asked.
	Path string
	// Kind is TaskDone, ChildDone, SignalReceived, or TimerFired for a control node whose time was over.
	Kind    core.EventKind
	Value   core.Value
	Failure *core.Failure
	// Event is the name of a signal.
	Event string
}

// Outcomes are what came of tasks, subflows, signals and timers of control nodes, in the order in which they came. A task
// whose outcome a person gave counts as done.
func (h *History) Outcomes() []Outcome {
	var list []Outcome
	for i := range h.chapters {
		c := &h.chapters[i]
		o := Outcome{Path: c.ask.Path, Kind: c.Kind, Value: c.Value, Failure: c.Failure, Event: c.event}
		switch {
		case c.Kind == core.Judged && !c.Again:
			o.Kind = core.TaskDone
		case c.Kind == core.TaskDone, c.Kind == core.ChildDone, c.Kind == core.SignalReceived, c.Kind == core.TimerFired && c.ask.Waits():
		default:
			continue
		}
		list = append(list, o)
	}
	return list
}

// Ended are the ids of the nodes that succeeded or failed, sorted.
func (h *History) Ended() []string {
	var ids []string
	for i := range h.steps.steps {
		if s := &h.steps.steps[i]; s.Node >= 0 && (s.Phase == core.PhaseSucceeded || s.Phase == core.PhaseFailed) {
			ids = append(ids, s.NodeID)
		}
	}
	slices.Sort(ids)
	return ids
}

// TypeAt is the type of the node at a path.
func (h *History) TypeAt(path string) string {
	id := path[strings.LastIndexByte(path, '.')+1:]
	for i := range h.Plan.Nodes {
		if h.Plan.Nodes[i].ID == id {
			return h.Plan.Nodes[i].Type
		}
	}
	return ""
}

// Looked reports whether people have changed what the run did: with patches, skips or pins.
func (h *History) Looked() bool {
	for i := range h.chapters {
		if h.chapters[i].changes() {
			return true
		}
	}
	return len(h.Start.Pins) > 0
}

// changes reports whether a person changed the run with it.
func (c *chapter) changes() bool {
	r := c.Resume
	return r != nil && (r.Skip != nil || len(r.Vars) > 0 || len(r.Outputs) > 0)
}

// Child is the child whose failure the run failed with; false when it was something else.
func (h *History) Child() (core.Asked, bool) {
	if h.End == nil || h.End.Failure == nil {
		return core.Asked{}, false
	}
	for i := range h.chapters {
		if c := &h.chapters[i]; c.last && c.Kind == core.ChildDone && c.Failure != nil && c.ask.Path == h.End.Failure.Path {
			child, ok := h.children[c.ask.Path]
			return child, ok
		}
	}
	return core.Asked{}, false
}

// begins reports whether an activation shows for the first time that it had its turn.
func begins(t *core.Entry) bool {
	switch t.Phase {
	case core.PhaseSkipped, core.PhaseCancelled, core.PhasePending:
		return false
	}
	return t.Node >= 0
}

// settle notes how a task ended, and reports whether it writes.
func (h *History) settle(c *chapter) bool {
	if c.Kind != core.TaskDone && c.Kind != core.Judged && c.Kind != core.TaskLost {
		return false
	}
	t := h.tasks[c.ask.Path]
	if t.Task == nil {
		return false
	}
	t.done = c.Failure == nil && c.Kind != core.TaskLost && !c.Again
	t.doubt = t.doubt || c.Failure != nil && c.Failure.Unknown
	h.tasks[c.ask.Path] = t
	return t.Task.Write
}

// unfinished are the tasks that were asked for and did not succeed.
func (h *History) unfinished() []core.Asked {
	var list []core.Asked
	if h.Start.Past != nil {
		for _, a := range h.Start.Past.Asked {
			if a.At == 0 && !h.tasks[a.Path].done {
				list = append(list, a)
			}
		}
	}
	for path, t := range h.tasks {
		if !t.done && !strings.HasSuffix(path, ".compensate") {
			list = append(list, core.Asked{Path: path, ID: t.ID, Args: t.Args, Doubt: t.doubt})
		}
	}
	return newest(list)
}
