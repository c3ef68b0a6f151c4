package sim

import (
	"slices"

	"sluice/engine/core"
)

// act does one thing of all that may happen next. What goes forward comes first in the list, so that a chooser with
// nothing left to say lets the run end.
func (k *trial) act() error {
	acts := make([]func() error, 0, 24)
	add := func(possible bool, weight int, do func() error) {
		for range weight {
			if possible {
				acts = append(acts, do)
			}
		}
	}
	add(len(k.mail) > 0, 5, k.deliverAny)
	add(len(k.jobs) > 0, 3, func() error { k.work(k.c.Pick(len(k.jobs))); return nil })
	add(true, 2, func() error { return k.sync(len(k.journal) - k.c.Pick(len(k.journal)+1)) })
	add(k.free() >= 0, 1, func() error { k.grant(k.free()); return nil })
	add(len(k.joins) > 0, 1, func() error { k.join(k.c.Pick(len(k.joins))); return nil })
	add(len(k.signals) > 0, 1, func() error { k.signal(k.c.Pick(len(k.signals))); return nil })
	add(len(k.persons) > 0, 1, func() error { k.person(k.c.Pick(len(k.persons))); return nil })
	add(len(k.timers) > 0, 1, func() error { k.fire(k.c.Pick(len(k.timers))); return nil })
	add(k.state.Stops() != nil, 4, k.resume)
	add(chance(k.c, 3), 1, k.lookInto)
	add(true, 1, k.again)
	add(true, 1, k.nonsense)
	add(chance(k.c, 2), 1, k.crash)
	add(!k.orderly && chance(k.c, 12), 1, func() error {
		return k.deliver(core.Event{Kind: core.CancelRequested, At: k.now, Reason: "enough"})
	})
	return acts[k.c.Pick(len(acts))]()
}

// settle lets the world answer everything, in order, until the run is over.
func (k *trial) settle() error {
	for range 20_000 {
		if err := k.sync(len(k.journal)); err != nil {
			return err
		}
		var err error
		switch {
		case k.state.Phase() == core.RunFinished:
			return nil
		case len(k.mail) > 0:
			e := k.mail[0]
			k.mail = k.mail[1:]
			err = k.deliver(e)
		case k.state.Stops() != nil:
			err = k.deliver(core.Event{Kind: core.Resumed, At: k.now, Resume: &core.Resume{Mode: core.Continue}})
		case len(k.jobs) > 0:
			k.work(0)
		case k.free() >= 0:
			k.grant(k.free())
		case len(k.joins) > 0:
			k.join(0)
		case len(k.signals) > 0:
			k.signal(0)
		case len(k.persons) > 0:
			k.person(0)
		case len(k.timers) > 0:
			k.fire(k.earliest())
		default:
			return k.violated("the run waits for nothing that the world could answer:\n%s", k.state.Dump())
		}
		if err != nil {
			return err
		}
	}
	return k.violated("the run does not end:\n%s", k.state.Dump())
}

// deliverAny delivers some event on its way, and sometimes leaves a copy of it there.
func (k *trial) deliverAny() error {
	i := k.c.Pick(len(k.mail))
	e := k.mail[i]
	if !chance(k.c, 4) {
		k.mail = slices.Delete(k.mail, i, i+1)
	}
	return k.deliver(e)
}

// again delivers what was delivered before. Only a Continued, and what people say, can mean something twice.
func (k *trial) again() error {
	if len(k.journal) < 2 {
		return nil
	}
	e := k.journal[1+k.c.Pick(len(k.journal)-1)].Event
	if e.Resume != nil {
		e.Resume = &core.Resume{Mode: e.Resume.Mode}
	}
	return k.deliver(e)
}

// lookInto is a person who stops the run, now or at some nodes.
func (k *trial) lookInto() error {
	if k.c.Pick(3) == 0 {
		return k.deliver(core.Event{Kind: core.PauseRequested, At: k.now})
	}
	return k.deliver(core.Event{Kind: core.BreakpointsSet, At: k.now, Breakpoints: k.breakpoints()})
}

func (k *trial) breakpoints() []core.Breakpoint {
	var list []core.Breakpoint
	moments := []core.StopOn{core.StopBefore, core.StopAfter, core.StopError}
	for range k.c.Pick(4) {
		n := &k.plan.Nodes[k.c.Pick(len(k.plan.Nodes))]
		list = append(list, core.Breakpoint{Node: n.ID, On: moments[k.c.Pick(len(moments))]})
	}
	return list
}

// resume lets the stopped run go on. In an orderly case it goes on as if it had not been stopped.
func (k *trial) resume() error {
	modes := []core.Mode{core.Continue, core.StepInto, core.StepOver, core.StepOut}
	r := &core.Resume{Mode: modes[k.c.Pick(len(modes))]}
	first := k.state.Stops()[0]
	switch {
	case k.orderly || first.On == core.StopAfter || first.On == core.StopPause:
	case chance(k.c, 6):
		r.Skip = &core.Skip{Output: first.Path}
	case first.On == core.StopError && chance(k.c, 2):
		r.Again = true
	}
	return k.deliver(core.Event{Kind: core.Resumed, At: k.now, Resume: r})
}

// nonsense delivers an answer to nothing, or the wrong kind of answer.
func (k *trial) nonsense() error {
	kinds := []core.EventKind{core.TaskDone, core.TimerFired, core.SignalReceived, core.ChildDone, core.LockGranted, core.TaskLost}
	e := core.Event{Kind: kinds[k.c.Pick(len(kinds))], At: k.now, ID: 1_000_000}
	if all := k.state.Pending(); len(all) > 0 {
		p := all[k.c.Pick(len(all))]
		right := map[core.CommandKind]core.EventKind{
			core.SetTimer: core.TimerFired, core.Subscribe: core.SignalReceived, core.StartChild: core.ChildDone, core.AcquireLock: core.LockGranted,
		}
		if p.Kind != core.Yield && e.Kind != right[p.Kind] {
			// Of a task, an answer to another try.
			e.ID, e.Attempt = p.ID, p.Attempt+1
		}
	}
	before := len(k.journal)
	if err := k.deliver(e); err != nil {
		return err
	}
	if len(k.journal) != before {
		return k.violated("an answer to nothing was applied")
	}
	return nil
}

// free is a lock that is asked for and that nobody holds, -1 when there is none.
func (k *trial) free() int {
	return slices.IndexFunc(k.locks, func(c core.Command) bool { return k.held[c.Key] == 0 })
}

func (k *trial) grant(i int) {
	c := k.locks[i]
	k.held[c.Key] = c.ID
	k.post(core.Event{Kind: core.LockGranted, At: k.now, ID: c.ID})
}

func (k *trial) join(i int) {
	c := k.joins[i]
	k.joins = slices.Delete(k.joins, i, i+1)
	k.post(k.childEnd(c.ID))
}

func (k *trial) signal(i int) {
	c := k.signals[i]
	k.signals = slices.Delete(k.signals, i, i+1)
	k.post(core.Event{Kind: core.SignalReceived, At: k.now, ID: c.ID, Value: c.Event})
}

// person says of a held write what became of it.
func (k *trial) person(i int) {
	c := k.persons[i]
	k.persons = slices.Delete(k.persons, i, i+1)
	e := core.Event{Kind: core.TaskDone, At: k.now, ID: c.ID, Attempt: c.Attempt, Value: c.Path}
	switch {
	case k.orderly:
		// Whoever did it by hand came to the same end.
		e = k.outcome(&job{Command: core.Command{ID: c.ID, Attempt: c.Attempt, Path: c.Path, Task: &core.Task{Write: true}}})
	case !k.took[c.ID]:
		e.Value, e.Failure = nil, &core.Failure{Code: "not.done"}
	}
	if chance(k.c, 2) {
		e.Kind = core.Judged
		if !k.orderly && !k.took[c.ID] && chance(k.c, 4) {
			e.Again, e.Value, e.Failure = true, nil, nil
		}
	}
	k.post(e)
}

func (k *trial) fire(i int) {
	c := k.timers[i]
	k.timers = slices.Delete(k.timers, i, i+1)
	k.now = max(k.now, c.At)
	k.post(core.Event{Kind: core.TimerFired, At: k.now, ID: c.ID})
}

func (k *trial) earliest() int {
	first := 0
	for i := range k.timers {
		if k.timers[i].At < k.timers[first].At {
			first = i
		}
	}
	return first
}
