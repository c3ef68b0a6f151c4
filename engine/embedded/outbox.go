package embedded

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/storage"
)

// carryOut does what a run's core asked for. The command is valid only during the call.
func (e *Engine) carryOut(r *run, c *core.Command) {
	if e.dead.Load() {
		return
	}
	switch c.Kind {
	case core.RunTask:
		e.tasks.start(r, c, false)
	case core.AbortTask:
		e.tasks.abort(r, c.ID)
	case core.SetTimer:
		e.timers.add(r.id, c.ID, c.At)
	case core.DropTimer:
		e.timers.remove(r.id, c.ID)
	case core.Subscribe:
		e.subs.add(place{r.id, c.ID}, c.Event, c.Key)
	case core.Unsubscribe:
		e.subs.remove(place{r.id, c.ID}, c.Event, c.Key)
	case core.AcquireLock:
		e.locks.acquire(claim{place: place{r.id, c.ID}, gate: c.Gate}, c.Key)
	case core.ReleaseLock:
		e.locks.release(place{r.id, c.ID})
	case core.StartChild:
		e.startChild(r, c)
	case core.CancelChild:
		e.cancelChild(r, c)
	case core.Yield:
		e.deliver(r.id, delivery{event: core.Event{Kind: core.Continued, At: time.Now().UnixNano()}})
	case core.Finish:
		// Who waits is told when nothing of the run is in memory any more.
	case core.Respond:
		r.answer(engine.Answer{Response: c.Response})
	case core.HoldForHuman:
		// It is found by the run's status.
	}
}

// grant tells a run that it holds a lock.
func (e *Engine) grant(p place) {
	e.deliver(p.run, delivery{event: core.Event{Kind: core.LockGranted, At: time.Now().UnixNano(), ID: p.id}})
}

// childID names the child that a run asked for: always the same one, so that asking again after a crash starts nothing
// new.
func childID(parent storage.RunID, c *core.Command) storage.RunID {
	var entropy [10]byte
	sum := sha256.Sum256(binary.BigEndian.AppendUint64([]byte(parent), uint64(c.ID)))
	copy(entropy[:], sum[:])
	return storage.NewRunID(time.Unix(0, c.At), entropy)
}

// startChild starts the child run, unless it was started before a crash.
func (e *Engine) startChild(r *run, c *core.Command) {
	id := childID(r.id, c)
	switch row, err := e.o.Store.Row(id); {
	case err == nil && c.Detach:
		e.joined(r.id, c.ID, core.Object{"run": string(id)}, nil)
		return
	case err == nil && !row.EndedAt.IsZero():
		e.rejoin(r.id, c.ID, id)
		return
	case err == nil:
		return
	case !errors.Is(err, storage.ErrNotFound):
		e.joined(r.id, c.ID, nil, &core.Failure{Code: "subflow.start", Message: err.Error()})
		return
	}
	if r.state.Start().Depth >= engine.MaxDepth {
		e.joined(r.id, c.ID, nil, engine.TooDeep(c.Flow))
		return
	}
	switch err := e.launch(r, c, id); {
	case errors.Is(err, engine.ErrClosed):
		// It is asked for again at the next start.
	case err != nil:
		e.joined(r.id, c.ID, nil, &core.Failure{
			Code: "subflow.start", Message: "flow " + c.Flow + " cannot be started: " + err.Error(),
		})
	}
}

// launch makes the child's first event and gives it to an executor.
func (e *Engine) launch(r *run, c *core.Command, id storage.RunID) error {
	if e.o.Published == nil {
		return errors.New("no flows are known here")
	}
	hash, err := e.o.Published(c.Flow)
	if err != nil {
		return err
	}
	plan, err := e.o.Plans(hash)
	if err != nil {
		return err
	}
	now := time.Now()
	child := e.newRun(id, plan)
	child.owed = true
	// The acknowledgement comes later, when c is no longer valid.
	parent, ask, detached := r.id, c.ID, c.Detach
	trigger := core.Object{"type": "call", "at": now.UTC().Format(time.RFC3339Nano), "body": c.Input}
	err = e.admit(child, delivery{
		event: core.Event{Kind: core.RunStarted, At: now.UnixNano(), Start: &core.Start{
			Run: string(id), Parent: string(parent), Join: joinOf(c), Depth: r.state.Start().Depth + 1, Plan: hash, Seed: seedOf(id), Revision: core.Revision,
			Trigger: trigger, Gate: plan.GateOf(trigger, now.UnixNano(), keyText),
			Breakpoints: append(e.breakpointsOf(plan), c.Breakpoints...), Into: c.Into,
		}},
		ack: func(err error) {
			switch {
			case err != nil:
				e.joined(parent, ask, nil, &core.Failure{Code: "subflow.start", Message: err.Error()})
			case detached:
				e.joined(parent, ask, core.Object{"run": string(id)}, nil)
			}
		},
	})
	if err == nil {
		e.ready.push(child)
	}
	return err
}

// joinOf is what the parent waits for: nothing, where the child is detached.
func joinOf(c *core.Command) core.ID {
	if c.Detach {
		return 0
	}
	return c.ID
}

// cancelChild asks a child to stop. A detached one goes on.
func (e *Engine) cancelChild(r *run, c *core.Command) {
	if c.Detach {
		return
	}
	e.deliver(childID(r.id, c), delivery{event: core.Event{
		Kind: core.CancelRequested, At: time.Now().UnixNano(), Reason: "the run that started it no longer wants it",
	}})
}

// tellParent gives a child's end to the run that waits for it.
func (e *Engine) tellParent(r *run, end *core.End) {
	if s := r.state.Start(); s.Join != 0 {
		e.joined(storage.RunID(s.Parent), s.Join, end.Output, end.Failure)
	}
}

// rejoin gives the end of a child that ended before a crash.
func (e *Engine) rejoin(parent storage.RunID, id core.ID, child storage.RunID) {
	was, err := engine.Replay(e.o.Store, e.o.Plans, child, nil)
	if err != nil {
		e.joined(parent, id, nil, &core.Failure{Code: "subflow.lost", Message: err.Error()})
		return
	}
	end := was.State.End()
	e.joined(parent, id, end.Output, end.Failure)
}

func (e *Engine) joined(parent storage.RunID, id core.ID, out core.Value, f *core.Failure) {
	e.deliver(parent, delivery{event: core.Event{Kind: core.ChildDone, At: time.Now().UnixNano(), ID: id, Value: out, Failure: f}})
}
