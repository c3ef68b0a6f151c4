package sim

import (
	"fmt"
	"slices"
	"strings"

	"sluice/engine/core"
)

// ledger is what the journal says, kept without looking into the state: which answers are settled, which tasks were
// asked for, and which compensations are owed.
type ledger struct {
	plan *core.Plan
	// undoable are the ids of nodes that have a compensation.
	undoable map[string]bool
	settled  map[key]bool
	// asked is the last that was asked of each task, to run or to abort; task is the newest task at a path.
	asked map[core.ID]core.Command
	task  map[string]core.ID
	at    map[string]core.Phase
	// doubt are tasks of which a try may have taken effect although none was confirmed.
	doubt map[core.ID]bool
	// owed are the paths to compensate, oldest first, undone those whose compensation was started; covered are the tasks
	// that owed paths stand for.
	owed, undone []string
	covered      map[core.ID]bool
	ended        bool
}

// key is what an event answers.
type key struct {
	kind    core.EventKind
	id      core.ID
	attempt int
}

func keyOf(e *core.Event) key { return key{e.Kind, e.ID, e.Attempt} }

func newLedger(p *core.Plan) ledger {
	l := ledger{
		plan: p, undoable: map[string]bool{}, settled: map[key]bool{}, asked: map[core.ID]core.Command{}, task: map[string]core.ID{},
		at: map[string]core.Phase{}, doubt: map[core.ID]bool{}, covered: map[core.ID]bool{},
	}
	for i := range p.Nodes {
		if p.Nodes[i].Compensate != nil {
			l.undoable[p.Nodes[i].ID] = true
		}
	}
	return l
}

// enter enters an event that was applied and what it led to.
func (l *ledger) enter(e *core.Event, s *core.State, d *core.Decision) error {
	if e.ID != 0 {
		l.settled[keyOf(e)] = true
	}
	l.late(e)
	if e.Kind == core.Judged && e.Again {
		// A person's word that it was not done is about all tries.
		l.at[l.asked[e.ID].Path], l.doubt[e.ID] = core.PhaseReady, false
	}
	for i := range d.Trace {
		l.entry(&d.Trace[i], e)
	}
	for i := range d.Commands {
		if err := l.command(&d.Commands[i]); err != nil {
			return err
		}
	}
	return nil
}

// late enters the outcome of a task that was aborted, if the event is that.
func (l *ledger) late(e *core.Event) {
	c := l.asked[e.ID]
	if c.Kind == core.AbortTask && (e.Kind == core.TaskLost || e.Failure == nil || e.Failure.Unknown || l.doubt[e.ID]) {
		l.owe(c.Path, e.ID)
	}
}

// entry enters what happened to an activation because of an event.
func (l *ledger) entry(t *core.Entry, e *core.Event) {
	if t.Node < 0 {
		return
	}
	id, was := l.task[t.Path], l.at[t.Path]
	l.at[t.Path] = t.Phase
	if t.Phase == core.PhasePaused && t.Failure == nil {
		// Before its first try: the task that was asked for here is of an earlier activation.
		id = 0
		delete(l.task, t.Path)
	}
	worked := was == core.PhaseRunning || was == core.PhaseHeld
	switch t.Phase {
	case core.PhaseDelayed, core.PhasePaused, core.PhaseFailed:
		if worked {
			// A person's word is about all tries.
			l.doubt[id] = e.Failure.Unknown || l.doubt[id] && was != core.PhaseHeld
			if t.Phase == core.PhaseFailed && l.doubt[id] {
				l.owe(t.Path, id)
			}
		} else if t.Phase == core.PhaseFailed && was == core.PhasePaused && l.doubt[id] {
			l.owe(t.Path, id)
		}
	case core.PhaseSucceeded:
		l.owe(t.Path, id)
	case core.PhaseCancelled:
		// The outcome of one that was running comes later.
		if was == core.PhaseHeld || (was == core.PhaseDelayed || was == core.PhasePaused) && l.doubt[id] {
			l.owe(t.Path, id)
		}
	}
}

func (l *ledger) owe(path string, id core.ID) {
	name := path[strings.LastIndexByte(path, '.')+1:]
	if l.undoable[name] {
		l.owed = append(l.owed, path)
		l.covered[id] = true
	}
}

func (l *ledger) command(c *core.Command) error {
	switch c.Kind {
	case core.RunTask:
		was, again := l.asked[c.ID]
		if again && (was.Path != c.Path || was.Attempt+1 != c.Attempt) || !again && c.Attempt != 1 {
			return fmt.Errorf("task %d was asked for as %s try %d after %s try %d", c.ID, c.Path, c.Attempt, was.Path, was.Attempt)
		}
		l.asked[c.ID] = *c
		l.task[c.Path] = c.ID
		if path, undo := strings.CutSuffix(c.Path, ".compensate"); undo && c.Attempt == 1 {
			l.undone = append(l.undone, path)
		}
	case core.AbortTask:
		was := l.asked[c.ID]
		was.Kind = core.AbortTask
		l.asked[c.ID] = was
	case core.Finish:
		if l.ended {
			return fmt.Errorf("the run finished twice")
		}
		l.ended = true
	}
	return nil
}

// balance holds the compensations against what was owed, newest first, and what was owed against what took effect.
func (l *ledger) balance(end *core.End, took map[core.ID]bool) error {
	if end.Status == core.Succeeded {
		if len(l.undone) > 0 {
			return fmt.Errorf("%v were compensated although the run succeeded", l.undone)
		}
		return nil
	}
	owed := slices.Clone(l.owed)
	slices.Reverse(owed)
	if !slices.Equal(owed, l.undone) {
		return fmt.Errorf("compensated were %v, owed were %v", l.undone, owed)
	}
	for id, did := range took {
		c, known := l.asked[id]
		name := c.Path[strings.LastIndexByte(c.Path, '.')+1:]
		if did && known && l.undoable[name] && !l.covered[id] {
			return fmt.Errorf("task %d at %s took effect and was not compensated", id, c.Path)
		}
	}
	return nil
}
