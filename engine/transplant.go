package engine

import (
	"cmp"
	"fmt"
	"slices"

	"sluice/engine/core"
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
	Start core.Start
	// Stopped: the run stands at that place and waits to be resumed.
	Stopped bool
}

// Fork gives the start of a new run that goes on before an activation of this one, with a plan and a trigger of its own.
// What lies before it is taken over with its outcomes, and so are outcomes that came later of tasks that had been asked for.
func (h *History) Fork(run string, at string, to *core.Plan, trigger core.Object) (*Takeover, error) {
	cut := slices.IndexFunc(h.chapters, func(c chapter) bool { return slices.Contains(c.began, at) })
	if cut < 0 {
		return nil, refused(refusedAt, "the run has no activation %q that had its turn", at)
	}
	t := newTransplant(h, to, trigger, core.Breakpoint{Node: at, On: core.StopBefore}, 0, nil)
	if err := t.feed(h.chapters[:cut+1]); err != nil {
		return nil, err
	}
	if !t.stoppedAt(at, core.StopBefore) {
		return nil, refused(refusedAt, "with this flow and this input the run does not come to %q", at)
	}
	return t.finish(run, h.chapters[cut+1:])
}

// Retry gives the start with which a failed run goes on from what failed, with its own plan or another version's.
func (h *History) Retry(to *core.Plan) (*Takeover, error) {
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
	t := newTransplant(h, to, h.Start.Trigger, core.Breakpoint{Node: at, On: core.StopError}, h.LastID, h.unfinished())
	if at == "" {
		// The run's own time was over, or the driver gave it up: what it waited for is asked for anew.
		t.breakpoint = nil
	}
	fed := h.chapters[:cut]
	if at != "" {
		fed = h.chapters[:cut+1]
	}
	if err := t.feed(fed); err != nil {
		return nil, err
	}
	for _, c := range t.backlog {
		if c.write && c.Failure == nil && c.Kind != core.TaskLost {
			return nil, refused(refusedUnfit, "%s was done, and this version of the flow does not ask for it where the old one did", c.ask.Path)
		}
	}
	return t.finish(h.Start.Run, h.chapters[cut+1:])
}

// transplant folds a history with another plan, trigger or breakpoint. What an event answers is found by its place.
type transplant struct {
	h        *History
	plan     *core.Plan
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

func newTransplant(h *History, to *core.Plan, trigger core.Object, stop core.Breakpoint, last core.ID, unfinished []core.Asked) *transplant {
	t := &transplant{
		h: h, plan: unbounded(to), state: &core.State{}, decision: core.Decision{Tracing: true}, at: map[core.Ask]core.ID{},
		start: h.Start, breakpoint: &stop,
	}
	t.start.Plan, t.start.Trigger = to.Hash, trigger
	t.start.Past = &core.Past{Run: h.Start.Run, Seq: h.Seq, Began: h.Began, LastID: last, Asked: unfinished}
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
		if i+1 < len(chapters) {
			if err := t.goOn(chapters[i+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// goOn resumes a fold that stopped where the history went on by itself.
func (t *transplant) goOn(next chapter) error {
	for len(t.state.Stops()) > 0 && next.Kind != core.Resumed {
		if first := t.state.Stops()[0]; first.On == core.StopPause || t.breakpoint == nil || !t.mine(first) {
			return nil
		}
		if err := t.step(core.Event{Kind: core.Resumed, At: t.state.Now(), Resume: &core.Resume{Mode: core.Continue}}); err != nil {
			return err
		}
	}
	return nil
}

// mine reports whether the fold is stopped because of the breakpoint that was added.
func (t *transplant) mine(s core.Stop) bool {
	return s.Path == t.breakpoint.Node && s.On == t.breakpoint.On
}

// take folds one chapter, or keeps it until what it answers is asked for.
func (t *transplant) take(c chapter) error {
	if !t.begun {
		t.begun = true
		start := t.start
		start.Breakpoints = t.points(start.Breakpoints)
		return t.step(core.Event{Kind: core.RunStarted, At: t.h.Began, Start: &start})
	}
	if c.Kind == core.BreakpointsSet {
		c.Breakpoints = t.points(c.Breakpoints)
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

// answer folds a chapter if what it answers is pending.
func (t *transplant) answer(c chapter) (applied bool, err error) {
	e := c.Event
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

// finish takes over what came later of tasks and children that are still waited for, and gives the start.
func (t *transplant) finish(run string, later []chapter) (*Takeover, error) {
	for _, c := range later {
		if c.Kind == core.TaskDone && c.Failure == nil || c.Kind == core.ChildDone && c.Failure == nil {
			if _, err := t.answer(c); err != nil {
				return nil, err
			}
		}
	}
	start := t.start
	start.Run = run
	start.Breakpoints = t.points(start.Breakpoints)
	past := *start.Past
	past.Events = t.events
	start.Past = &past
	stopped := t.breakpoint != nil && t.stoppedAt(t.breakpoint.Node, t.breakpoint.On)
	return &Takeover{Start: start, Stopped: stopped}, nil
}

// newest keeps the newest request of each path, in the order of paths.
func newest(list []core.Asked) []core.Asked {
	slices.SortStableFunc(list, func(a, b core.Asked) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(b.ID, a.ID))
	})
	return slices.CompactFunc(list, func(a, b core.Asked) bool { return a.Path == b.Path })
}
