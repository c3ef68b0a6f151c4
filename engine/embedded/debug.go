package embedded

import (
	"context"
	"errors"
	"slices"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// breakpointsOf are those that a run of the flow begins with.
func (e *Engine) breakpointsOf(p *core.Plan) []core.Breakpoint {
	if e.o.Breakpoints == nil {
		return nil
	}
	return slices.Clip(e.o.Breakpoints(p.Flow.ID))
}

// SetBreakpoints implements engine.Debugger.
func (e *Engine) SetBreakpoints(ctx context.Context, run storage.RunID, list []core.Breakpoint, by string) error {
	err := e.tell(ctx, run, delivery{event: core.Event{Kind: core.BreakpointsSet, Breakpoints: list, By: by}})
	if errors.Is(err, errNoChange) {
		return engine.ErrEnded
	}
	return err
}

// Pause implements engine.Debugger.
func (e *Engine) Pause(ctx context.Context, run storage.RunID, by string) error {
	err := e.tell(ctx, run, delivery{event: core.Event{Kind: core.PauseRequested, By: by}})
	if errors.Is(err, errNoChange) {
		return nil
	}
	return err
}

// Resume implements engine.Debugger.
func (e *Engine) Resume(ctx context.Context, run storage.RunID, r core.Resume, by string) error {
	return e.tell(ctx, run, delivery{
		event: core.Event{Kind: core.Resumed, Resume: &r, By: by},
		prepare: func(p *core.Plan, s *core.State, e *core.Event) error {
			if f := s.Refuse(p, e.Resume); f != nil {
				return f
			}
			return nil
		},
	})
}

// Judge implements engine.Debugger.
func (e *Engine) Judge(ctx context.Context, run storage.RunID, j engine.Judgement, by string) error {
	return e.tell(ctx, run, delivery{
		event: core.Event{Kind: core.Judged, Value: j.Output, Failure: j.Failure, Again: j.Again, By: by},
		prepare: func(_ *core.Plan, s *core.State, e *core.Event) error {
			for _, p := range s.Pending() {
				if p.Held && p.Path == j.Path {
					e.ID, e.Attempt = p.ID, p.Attempt
					return nil
				}
			}
			return &core.Failure{Code: "judge.not_held", Message: "no outcome at " + j.Path + " is unknown", Permanent: true}
		},
	})
}

// tell delivers what a person says to a run and returns when it is durable.
func (e *Engine) tell(ctx context.Context, run storage.RunID, d delivery) error {
	ack := make(chan error, 1)
	d.event.At, d.ack = time.Now().UnixNano(), func(err error) { ack <- err }
	e.deliver(run, d)
	select {
	case err := <-ack:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Retry implements engine.Debugger.
func (e *Engine) Retry(ctx context.Context, run storage.RunID, req engine.RetryRequest) error {
	h, err := engine.Read(e.o.Store, e.o.Plans, run)
	if err != nil {
		return err
	}
	plan, gate, err := e.planFor(h, req.Plan, h.Start.Trigger)
	if err != nil {
		return err
	}
	child, err := e.failedChild(run, h)
	if err != nil {
		return err
	}
	if child != nil && !req.Stay {
		req.Child = &child.asked
	}
	took, err := h.Retry(plan, gate, req, time.Now())
	if err != nil {
		return err
	}
	if took.Child {
		// First the child: should the process die in between, the run is still failed, and finds it at work or over.
		if err := e.retryChild(ctx, child, req.By); err != nil {
			return err
		}
	}
	row, err := e.o.Store.Row(run)
	if err != nil {
		return err
	}
	was, err := engine.Replay(e.o.Store, e.o.Plans, run, nil)
	if err != nil {
		return err
	}
	return e.takeOver(ctx, e.again(run, plan, was, row), took)
}

// failedChild is the child whose failure a run failed with, where that child can go on in place of a new one; nil otherwise.
func (e *Engine) failedChild(run storage.RunID, h *engine.History) (*child, error) {
	asked, ok := h.Child()
	if !ok {
		return nil, nil
	}
	c := &child{asked: asked, id: childID(run, &core.Command{ID: asked.ID, At: asked.At})}
	was, err := engine.Read(e.o.Store, e.o.Plans, c.id)
	switch {
	case errors.Is(err, engine.ErrNotFound):
		// It could not be started.
		return nil, nil
	case err != nil:
		return nil, err
	case was.End == nil, was.End.Status == core.Succeeded:
		return c, nil
	case was.End.Status != core.Failed || was.Compensated:
		return nil, nil
	}
	c.failed = true
	return c, nil
}

// child is a run that another one waited for.
type child struct {
	asked core.Asked
	id    storage.RunID
	// failed: it has to be retried to go on.
	failed bool
}

// retryChild lets a child go on by the live version of its flow, which a new one would have, or where that does not fit by
// its own.
func (e *Engine) retryChild(ctx context.Context, c *child, by string) error {
	if !c.failed {
		return nil
	}
	args, _ := c.asked.Args.(core.Object)
	flow, _ := args["flow"].(string)
	live := ""
	if e.o.Published != nil {
		// A flow that is not live any more is no reason not to go on.
		live, _ = e.o.Published(flow)
	}
	err := e.Retry(ctx, c.id, engine.RetryRequest{Plan: live, By: by})
	if f, refused := errors.AsType[*core.Failure](err); refused && live != "" && f.Code == "retry.unfit" {
		return e.Retry(ctx, c.id, engine.RetryRequest{By: by})
	}
	return err
}

// again is a run that ended, in memory once more.
func (e *Engine) again(id storage.RunID, plan *core.Plan, was *engine.Replayed, row storage.Row) *run {
	r := e.newRun(id, plan)
	r.state, r.bytes, r.row = was.State, was.Bytes, row
	return r
}

// Fork implements engine.Debugger.
func (e *Engine) Fork(ctx context.Context, req engine.ForkRequest) (storage.RunID, error) {
	h, err := engine.Read(e.o.Store, e.o.Plans, req.From)
	if err != nil {
		return "", err
	}
	trigger := req.Trigger
	if trigger == nil {
		trigger = h.Start.Trigger
	}
	plan, gate, err := e.planFor(h, req.Plan, trigger)
	if err != nil {
		return "", err
	}
	now := time.Now()
	r := e.newRun(e.ids.next(now), plan)
	took, err := h.Fork(r.id, plan, gate, req, now)
	if err != nil {
		return "", err
	}
	return r.id, e.takeOver(ctx, r, took)
}

// planFor is the plan that a run goes on with, and its gate there.
func (e *Engine) planFor(h *engine.History, hash string, trigger core.Object) (*core.Plan, *core.Gate, error) {
	plan := h.Plan
	if hash != "" && hash != plan.Hash {
		var err error
		if plan, err = e.o.Plans(hash); err != nil {
			return nil, nil, err
		}
	}
	gate := plan.GateOf(trigger, h.Began, keyText)
	if gate == nil {
		// That of its trigger, if it had one.
		gate = h.Start.Gate
	}
	return plan, gate, nil
}

// takeOver gives a run the events it goes on with, in one record, and returns when they are durable.
func (e *Engine) takeOver(ctx context.Context, r *run, took *engine.Takeover) error {
	ack := make(chan error, 1)
	list := make([]delivery, len(took.Events))
	for i, event := range took.Events {
		list[i] = delivery{event: event}
	}
	list[len(list)-1].ack = func(err error) { ack <- err }
	for {
		err := e.admit(r, list...)
		if err == nil {
			break
		}
		if _, running := errors.AsType[*core.Failure](err); !running || !e.leaves(ctx, r.id) {
			return err
		}
	}
	e.turn(r)
	select {
	case err := <-ack:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// leaves reports whether a run that is in memory is over and about to be forgotten, after it had a turn to be.
func (e *Engine) leaves(ctx context.Context, run storage.RunID) bool {
	row, err := e.o.Store.Row(run)
	if err != nil || row.EndedAt.IsZero() {
		return false
	}
	_ = e.tell(ctx, run, delivery{})
	return ctx.Err() == nil
}

// Rest implements engine.Debugger.
func (e *Engine) Rest(ctx context.Context, run storage.RunID) error {
	ch := make(chan struct{}, 1)
	for {
		e.mu.Lock()
		e.resters[run] = append(e.resters[run], ch)
		e.mu.Unlock()
		row, err := e.o.Store.Row(run)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			err = engine.ErrNotFound
		case err == nil && row.Status != string(core.Paused) && row.EndedAt.IsZero() && !e.standsFor(run):
			select {
			case <-ch:
				continue
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		e.noRest(run, ch)
		return err
	}
}

// standsFor reports whether a run that this one waits for stands still.
func (e *Engine) standsFor(run storage.RunID) bool {
	paused, err := e.o.Store.Runs(storage.Listing{Status: string(core.Paused), Limit: mostPaused})
	if err != nil {
		return false
	}
	for _, r := range paused {
		if slices.Contains(e.above(&r.Row), run) {
			return true
		}
	}
	return false
}

// mostPaused bounds how many stopped runs are looked through for children of one.
const mostPaused = 1_000

// above are the runs that wait for a run, from its parent up.
func (e *Engine) above(row *storage.Row) []storage.RunID {
	var list []storage.RunID
	for range engine.MaxDepth {
		v, err := value.Decode(row.Data)
		data, _ := v.(core.Object)
		parent, _ := data["parent"].(string)
		if err != nil || parent == "" {
			break
		}
		list = append(list, storage.RunID(parent))
		up, err := e.o.Store.Row(storage.RunID(parent))
		if err != nil {
			break
		}
		row = &up
	}
	return list
}

// rested tells whoever waits for a run, or for one that waits for it, to end or to stand still.
func (e *Engine) rested(run storage.RunID, row *storage.Row) {
	e.mu.Lock()
	nobody := len(e.resters) == 0
	e.mu.Unlock()
	if nobody {
		return
	}
	e.wakeResters(run)
	if row.EndedAt.IsZero() {
		for _, up := range e.above(row) {
			e.wakeResters(up)
		}
	}
}

func (e *Engine) wakeResters(run storage.RunID) {
	e.mu.Lock()
	waiting := e.resters[run]
	delete(e.resters, run)
	e.mu.Unlock()
	for _, ch := range waiting {
		ch <- struct{}{}
	}
}

// noRest takes a waiter off the list.
func (e *Engine) noRest(run storage.RunID, ch chan struct{}) {
	e.mu.Lock()
	defer e.mu.Unlock()
	rest := slices.DeleteFunc(e.resters[run], func(c chan struct{}) bool { return c == ch })
	if len(rest) == 0 {
		delete(e.resters, run)
	} else {
		e.resters[run] = rest
	}
}
