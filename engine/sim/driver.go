package sim

import (
	"slices"

	"sluice/engine/core"
	"sluice/engine/enginetest"
)

// driver is what a driver holds in memory: a crash takes all but the durable part of the journal.
type driver struct {
	now int64
	// durable counts the events of the journal that a crash spares.
	durable int
	// waiting are outward commands whose event is not durable yet, in order.
	waiting []outward
	// mail are events on their way to the run.
	mail []core.Event
	jobs []*job
	// timers, signals and joins are what is waited for, in the order it was asked for.
	timers, signals, joins []core.Command
	// locks are asked for or held; held maps keys to holders.
	locks []core.Command
	held  map[string]core.ID
	// stopped are the tasks that were told to stop.
	stopped map[core.ID]bool
	persons []core.Command
}

type outward struct {
	core.Command
	// seq is the number of the event that caused it.
	seq int
}

// job is a task with a worker.
type job struct {
	core.Command
	// again says that a crash swallowed what an earlier worker did with this try.
	again bool
	abort bool
}

func newDriver(durable int) driver {
	return driver{durable: durable, held: map[string]core.ID{}, stopped: map[core.ID]bool{}, now: 1}
}

// ask takes a command of the event that was just folded.
func (k *trial) ask(c core.Command) error {
	if c.Outward() {
		k.waiting = append(k.waiting, outward{c, len(k.journal)})
		return nil
	}
	return k.carryOut(c)
}

// sync makes events durable and carries out what waited for them.
func (k *trial) sync(upTo int) error {
	k.durable = max(k.durable, upTo)
	for len(k.waiting) > 0 && k.waiting[0].seq <= k.durable {
		c := k.waiting[0].Command
		k.waiting = k.waiting[1:]
		if err := k.carryOut(c); err != nil {
			return err
		}
	}
	return nil
}

func (k *trial) carryOut(c core.Command) error {
	byID := func(x core.Command) bool { return x.ID == c.ID }
	switch c.Kind {
	case core.RunTask:
		return k.hire(&job{Command: c})
	case core.AbortTask:
		k.abortTask(c.ID)
	case core.SetTimer:
		k.timers = append(k.timers, c)
	case core.DropTimer:
		k.timers = slices.DeleteFunc(k.timers, byID)
	case core.Subscribe:
		k.signals = append(k.signals, c)
	case core.Unsubscribe:
		k.signals = slices.DeleteFunc(k.signals, byID)
	case core.StartChild:
		k.joins = append(k.joins, c)
		return k.meet(c.ID, "child "+c.Node+" "+enginetest.JSON(c.Input))
	case core.CancelChild:
		k.joins = slices.DeleteFunc(k.joins, byID)
	case core.AcquireLock:
		k.locks = append(k.locks, c)
	case core.ReleaseLock:
		k.locks = slices.DeleteFunc(k.locks, byID)
		if k.held[c.Key] == c.ID {
			delete(k.held, c.Key)
		}
	case core.HoldForHuman:
		k.persons = append(k.persons, c)
	case core.Yield:
		k.post(core.Event{Kind: core.Continued, At: k.now})
	case core.Finish:
		k.ends++
	}
	return nil
}

func (k *trial) post(e core.Event) { k.mail = append(k.mail, e) }

// hire gives a task to a worker.
func (k *trial) hire(j *job) error {
	if k.stopped[j.ID] {
		return k.violated("task %d at %s is started after it was told to stop", j.ID, j.Path)
	}
	k.jobs = append(k.jobs, j)
	if !j.Task.Write {
		return nil
	}
	return k.meet(j.ID, "task "+j.Path+" "+enginetest.JSON(j.Args))
}

func (k *trial) abortTask(id core.ID) {
	k.stopped[id] = true
	k.persons = slices.DeleteFunc(k.persons, func(c core.Command) bool { return c.ID == id })
	for _, j := range k.jobs {
		j.abort = j.abort || j.ID == id
	}
}

// work lets a worker end its try.
func (k *trial) work(i int) {
	j := k.jobs[i]
	k.jobs = slices.Delete(k.jobs, i, i+1)
	if j.abort {
		k.post(k.stop(j))
		return
	}
	k.post(k.outcome(j))
}

// crash loses all but what is durable, and maybe some of what was on its way to the disk; then the run is recovered.
func (k *trial) crash() error {
	for _, j := range k.jobs {
		// A worker that is killed may have done its work.
		if j.Task.Write && chance(k.c, 2) && (!k.orderly || k.how(j) == fine) {
			k.took[j.ID] = true
		}
	}
	keep := k.durable + k.c.Pick(len(k.journal)-k.durable+1)
	now := k.now
	k.forget(keep)
	k.durable = keep
	k.reset()
	k.now = now
	if keep == 0 {
		// The trigger was not acknowledged: whoever sent it sends it again.
		return k.begin()
	}
	if err := k.refold(); err != nil {
		return err
	}
	return k.recover()
}

// forget drops events that were not durable.
func (k *trial) forget(keep int) {
	k.journal, k.dumps = k.journal[:keep], k.dumps[:keep]
	k.lines = k.lines[:0]
	for i := range k.journal {
		k.lines = append(k.lines, line(&k.journal[i].Event))
	}
	k.lines = append(k.lines, "> crash")
}

// recover asks again for what the run waits for.
func (k *trial) recover() error {
	if k.state.Phase() == core.RunFinished && k.ends == 0 {
		k.ends++
	}
	for _, p := range k.state.Pending() {
		switch {
		case p.Kind == core.RunTask && p.Held:
			k.persons = append(k.persons, p.Command)
		case p.Kind == core.RunTask && p.Aborted:
			k.post(core.Event{Kind: core.TaskDone, At: k.now, ID: p.ID, Attempt: p.Attempt, Failure: &core.Failure{
				Code: "task.aborted", Unknown: p.Task.Write,
			}})
		case p.Kind == core.RunTask && p.Task.Write && p.Task.PauseUnknown:
			k.post(core.Event{Kind: core.TaskLost, At: k.now, ID: p.ID, Attempt: p.Attempt})
		case p.Kind == core.RunTask:
			if err := k.hire(&job{Command: p.Command, again: true}); err != nil {
				return err
			}
		default:
			if p.Granted {
				k.held[p.Key] = p.ID
			}
			if err := k.carryOut(p.Command); err != nil {
				return err
			}
		}
	}
	return nil
}
