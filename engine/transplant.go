package engine

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"sluice/engine/core"
	"sluice/storage"
)

// Refusals of a fork or a retry are failures with these codes; the message says which place or node it is about.
const (
	refusedAt    = "fork.not_reached"
	refusedUnfit = "retry.unfit"
	refusedEnd   = "retry.not_failed"
	refusedUndo  = "retry.compensated"
)

func refused(code, format string, args ...any) *core.Failure {
	return &core.Failure{Code: code, Message: fmt.Sprintf(format, args...), Permanent: true}
}

// Takeover is the start of a run that goes on from a place in the history of another one, or of its own.
type Takeover struct {
	// Events are what the run begins with: its start, the breakpoints it has from then on, and what lets it go on.
	Events []core.Event
	// Plan is what the events are folded with.
	Plan *core.Plan
	// Child: the run waits for the child that the request names.
	Child bool
}

// Fork gives the start of a new run that goes on before an activation of this one, with a plan and a trigger of its own.
// What lies before it is taken over with its outcomes, and so are outcomes that came later of tasks that had been asked for.
func (h *History) Fork(run storage.RunID, to *core.Plan, gate *core.Gate, r ForkRequest, now time.Time) (*Takeover, error) {
	at := r.At
	cut := slices.IndexFunc(h.chapters, func(c chapter) bool { return slices.Contains(c.began, at) })
	if cut < 0 {
		return nil, refused(refusedAt, "the run has no activation %q that had its turn", at)
	}
	t := newTransplant(h, to, gate, core.Breakpoint{Node: at, On: core.StopBefore})
	t.start.Run, t.start.Parent, t.start.Join, t.start.Depth = string(run), "", 0, 0
	if r.Trigger != nil {
		t.start.Trigger = r.Trigger
	}
	if err := t.feed(h.chapters[:cut+1]); err != nil {
		return nil, err
	}
	if !t.stoppedAt(at, core.StopBefore) {
		return nil, refused(refusedAt, "with this flow and this input the run does not come to %q", at)
	}
	if err := t.late(h.chapters[cut+1:]); err != nil {
		return nil, err
	}
	return t.takeover(core.RunStarted, r.Breakpoints, resumed(h.changed(cut, at).with(r.Patch), false, r.Stay), r.By, now)
}

// resumed is what lets a run go on, or changes it where it is to stay stopped; nil does neither.
func resumed(p Patch, again, stay bool) *core.Resume {
	r := p.resume(again)
	switch {
	case stay && p.empty():
		return nil
	case stay:
		r.Mode, r.Again = core.Stay, false
	}
	return &r
}

// changed is what people changed while the run was stopped before an activation that had its turn after cut events.
func (h *History) changed(cut int, at string) (p Patch) {
	for i := range h.chapters[cut+1:] {
		c := &h.chapters[cut+1+i]
		if c.Resume == nil {
			continue
		}
		p = p.with(Patch{Vars: c.Resume.Vars, Outputs: c.Resume.Outputs})
		if c.let == at && c.Resume.Mode != core.Stay {
			return p
		}
	}
	return Patch{}
}

// Retry gives the start with which a failed run goes on from what failed, with its own plan or another version's.
func (h *History) Retry(to *core.Plan, gate *core.Gate, r RetryRequest, now time.Time) (*Takeover, error) {
	switch {
	case h.End == nil || h.End.Status != core.Failed:
		return nil, refused(refusedEnd, "only a run that failed can be retried")
	case h.Compensated:
		return nil, refused(refusedUndo, "what the run had done was undone by compensations; start a new run with the same input")
	}
	cut := slices.IndexFunc(h.chapters, func(c chapter) bool { return c.last })
	if cut < 0 {
		return nil, refused(refusedEnd, "the journal does not say where the run failed")
	}
	at := h.End.Failure.Path
	t := newTransplant(h, to, gate, core.Breakpoint{Node: at, On: core.StopError})
	t.start.Past.LastID, t.start.Past.Asked = h.LastID, h.unfinished()
	if r.Child != nil {
		t.start.Past.Asked = append(t.start.Past.Asked, *r.Child)
	}
	if at == "" {
		// The run's own time was over, or the driver gave it up: what it waited for is asked for anew.
		t.breakpoint = nil
	}
	// The start is always folded.
	fed := h.chapters[:max(cut, 1)]
	if at != "" {
		fed = h.chapters[:cut+1]
	}
	if err := t.feed(fed); err != nil {
		return nil, err
	}
	for _, c := range t.backlog {
		switch {
		case c.write && c.Failure == nil && c.Kind != core.TaskLost && !c.Again:
			return nil, refused(refusedUnfit, "%s was done, and this version of the flow does not ask for it where the old one did", c.ask.Path)
		case c.changes():
			return nil, refused(refusedUnfit, "%s changed the run at %q, and this version of the flow does not come there", c.By, c.let)
		}
	}
	if err := t.late(h.chapters[cut+1:]); err != nil {
		return nil, err
	}
	again := at != "" && t.stoppedAt(at, core.StopError)
	if !again && r.Patch.empty() {
		// Nothing stands at the failure: this version does not fail there, or nothing had failed but the run as a whole.
		r.Stay = true
	}
	took, err := t.takeover(core.Retried, h.Start.Breakpoints, resumed(r.Patch, again, r.Stay), r.By, now)
	if err != nil || r.Child == nil {
		return took, err
	}
	took.Child, err = t.asksFor(r.Child, took.Events)
	return took, err
}

// asksFor reports whether the run that was taken over asks for a child as soon as it goes on.
func (t *transplant) asksFor(child *core.Asked, events []core.Event) (bool, error) {
	for _, e := range events {
		if e.Start == nil {
			if err := t.step(e); err != nil {
				return false, err
			}
		}
	}
	at, ok := t.state.Asked(child.ID)
	return ok && at.Kind == core.StartChild, nil
}

// transplant folds a history with another plan, trigger or breakpoint. What an event answers is found by its place.
type transplant struct {
	h        *History
	to, plan *core.Plan
	start    core.Start
	state    *core.State
	decision core.Decision
	events   []core.Event
	// at finds what is pending by its place.
	at      map[core.Ask]core.ID
	backlog []chapter
	// breakpoint is what the fold is to stop at.
	breakpoint *core.Breakpoint
	// watch, if set, is told of every step.
	watch func(*core.Decision)
	// begun: the start was folded.
	begun bool
}

func newTransplant(h *History, to *core.Plan, gate *core.Gate, stop core.Breakpoint) *transplant {
	t := &transplant{
		h: h, to: to, plan: unbounded(to), state: &core.State{}, decision: core.Decision{Tracing: true}, at: map[core.Ask]core.ID{},
		start: h.Start, breakpoint: &stop,
	}
	t.start.Plan, t.start.Gate, t.start.Revision = to.Hash, gate, core.Revision
	t.start.Past = &core.Past{Run: h.Start.Run, Seq: h.Seq, Began: h.Began}
	return t
}

// points are breakpoints with the one that the fold is to stop at.
func (t *transplant) points(own []core.Breakpoint) []core.Breakpoint {
	if t.breakpoint == nil {
		return own
	}
	return append(slices.Clip(own), *t.breakpoint)
}

// feed folds chapters. Before the last of them the fold does not stay stopped where the history did not.
func (t *transplant) feed(chapters []chapter) error {
	for i := range chapters {
		if err := t.take(chapters[i]); err != nil {
			return err
		}
		if i+1 < len(chapters) && !chapters[i].stopped {
			if err := t.goOn(nowhere); err != nil {
				return err
			}
		}
	}
	return nil
}

// nowhere is a path that no activation has.
const nowhere = "[]"

// goOn resumes a fold that stopped where the history went on by itself, as far as the stop at a path.
func (t *transplant) goOn(to string) error {
	for t.state.Stopped() && t.state.Stops()[0].Path != to {
		if err := t.step(core.Event{Kind: core.Resumed, At: t.state.Now(), Resume: &core.Resume{Mode: core.Continue}}); err != nil {
			return err
		}
	}
	return nil
}

// take folds one chapter, or keeps it until what it answers is asked for.
func (t *transplant) take(c chapter) error {
	if !t.begun {
		t.begun = true
		start := t.start
		start.Breakpoints = t.points(start.Breakpoints)
		if err := t.step(core.Event{Kind: core.RunStarted, At: t.h.Began, Start: &start}); err != nil {
			return err
		}
		return t.admit()
	}
	if c.Kind == core.BreakpointsSet {
		c.Breakpoints = t.points(c.Breakpoints)
	}
	if c.Kind == core.Resumed {
		if err := t.goOn(c.let); err != nil {
			return err
		}
	}
	applied, err := t.answer(c)
	if err != nil {
		return err
	}
	if !applied {
		t.backlog = append(t.backlog, c)
		return nil
	}
	return t.catchUp()
}

// admit lets the fold through a gate that the history did not have.
func (t *transplant) admit() error {
	if !t.state.Queued() || t.h.Start.Gate != nil {
		return nil
	}
	return t.step(core.Event{Kind: core.LockGranted, At: t.h.Began, ID: t.state.Pending()[0].ID})
}

// catchUp folds what waited for something to be asked.
func (t *transplant) catchUp() error {
	for again := true; again; {
		again = false
		for i := range t.backlog {
			applied, err := t.answer(t.backlog[i])
			if err != nil {
				return err
			}
			if applied {
				t.backlog = slices.Delete(t.backlog, i, i+1)
				again = true
				break
			}
		}
	}
	return nil
}

// answer folds a chapter if what it answers is pending, or the stop is there that it let go.
func (t *transplant) answer(c chapter) (applied bool, err error) {
	e := c.Event
	if stops := t.state.Stops(); c.Kind == core.Resumed && (stops == nil || stops[0].Path != c.let) {
		return false, nil
	}
	if c.answers {
		id, known := t.at[c.ask]
		if now, pending := t.state.Asked(id); !known || !pending || now != c.ask {
			return false, nil
		}
		e.ID = id
	}
	n := len(t.events)
	err = t.step(e)
	return len(t.events) > n, err
}

func (t *transplant) step(e core.Event) error {
	if err := core.Step(t.plan, t.state, &e, &t.decision); err != nil {
		return err
	}
	if t.watch != nil {
		t.watch(&t.decision)
	}
	if !t.decision.Applied {
		return nil
	}
	if e.Start == nil {
		t.events = append(t.events, e)
	}
	for i := range t.decision.Commands {
		id := t.decision.Commands[i].ID
		if ask, ok := t.state.Asked(id); ok {
			t.at[ask] = id
		}
	}
	return nil
}

func (t *transplant) stoppedAt(path string, on core.StopOn) bool {
	stops := t.state.Stops()
	return len(stops) > 0 && stops[0].Path == path && stops[0].On == on
}

// late takes over what came later of tasks and children that are still waited for.
func (t *transplant) late(chapters []chapter) error {
	for _, c := range chapters {
		if c.Failure == nil && (c.Kind == core.TaskDone || c.Kind == core.ChildDone) {
			if _, err := t.answer(c); err != nil {
				return err
			}
		}
	}
	return nil
}

// takeover gives the events. What they do not allow is refused here, before anything is written.
func (t *transplant) takeover(kind core.EventKind, points []core.Breakpoint, r *core.Resume, by string, now time.Time) (*Takeover, error) {
	if r != nil {
		if f := t.state.Refuse(t.plan, r); f != nil {
			return nil, f
		}
	}
	start, at := t.start, now.UnixNano()
	start.Breakpoints = t.points(start.Breakpoints)
	past := *start.Past
	past.Events = t.events
	start.Past = &past
	took := &Takeover{Events: []core.Event{{Kind: kind, At: at, Start: &start, By: by}}, Plan: t.to}
	if len(start.Breakpoints) > 0 && t.state.Phase() == core.RunActive {
		took.Events = append(took.Events, core.Event{Kind: core.BreakpointsSet, At: at, Breakpoints: points, By: by})
	}
	if r != nil {
		took.Events = append(took.Events, core.Event{Kind: core.Resumed, At: at, Resume: r, By: by})
	}
	return took, nil
}

// newest keeps the newest request of each path, in the order of paths.
func newest(list []core.Asked) []core.Asked {
	slices.SortStableFunc(list, func(a, b core.Asked) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(b.ID, a.ID))
	})
	return slices.CompactFunc(list, func(a, b core.Asked) bool { return a.Path == b.Path })
}
