// Package embedded is the driver for one machine: a mailbox for each run, a bounded number of executors and of tasks at
// work, one heap of timers, and one committer that all runs share.
//
// A run that only waits is not in memory: it costs its rows on disk, one timer and its subscriptions. Whatever a run
// has asked for stands in its journal, so that a driver that is killed at any point goes on from there.
//
// The package must not know a node type, a flow document or an HTTP request; it sees storage through its interface.
package embedded

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
	"sluice/storage"
)

// Options of an engine. Store, Plans and Registry are needed.
type Options struct {
	Store    storage.Store
	Plans    engine.Plans
	Registry *nodes.Registry
	// Published finds the plan hash that a subflow starts with; nil knows no flows.
	Published func(flow string) (hash string, err error)
	// Breakpoints are those of a flow, which its runs begin with; nil knows none. It is asked at every start and must be quick.
	Breakpoints func(flow string) []core.Breakpoint
	// Tasks bounds the tasks at work at once; 0 is 256.
	Tasks int
	// RunBytes bounds the journal of one run; 0 is 256 MiB. A run over it fails with run.too_large.
	RunBytes int
	// ValueBytes bounds what a run is started with and what a task gives, roughly; 0 is 32 MiB.
	ValueBytes int
	// Observe is told of every activation as it moves, after the event that moved it was folded and not necessarily
	// made durable. It must not block. Nil costs nothing.
	Observe func(storage.RunID, []core.Entry)
	Log     *slog.Logger
	// Crash is asked at named points whether the process dies here; nil never does. Tests use it.
	Crash func(point string) bool
}

// Engine is the embedded driver. It implements engine.Engine.
type Engine struct {
	o     Options
	ids   idSource
	ready runQueue

	mu   sync.Mutex
	runs map[storage.RunID]*run
	// waiters wait for the ends of runs; their channels have room for it.
	waiters map[storage.RunID][]chan *core.End
	// resters wait for a run to end or to stand still; their channels have room for it.
	resters map[storage.RunID][]chan struct{}
	closed  bool

	committer committer
	timers    timers
	subs      subscriptions
	locks     locks
	tasks     taskPool

	// stalled is until when nothing new is taken on, in nanoseconds of Unix time, because the journal could not be
	// written; 0 while it can. After that a start is let through to see whether it can again.
	stalled atomic.Int64
	// dead: a test's crash point was reached; nothing may touch the outside any more.
	dead atomic.Bool
	work sync.WaitGroup
}

var (
	_ engine.Engine   = (*Engine)(nil)
	_ engine.Debugger = (*Engine)(nil)
)

// Open makes an engine on a store and takes up every run that had not ended.
func Open(o Options) (*Engine, error) {
	if o.Tasks == 0 {
		o.Tasks = 256
	}
	if o.RunBytes == 0 {
		o.RunBytes = 256 << 20
	}
	if o.ValueBytes == 0 {
		o.ValueBytes = 32 << 20
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	e := &Engine{o: o, runs: map[storage.RunID]*run{}, waiters: map[storage.RunID][]chan *core.End{}, resters: map[storage.RunID][]chan struct{}{}}
	e.ready.wake.L = &e.ready.mu
	e.committer.init(e)
	e.timers.init(e)
	e.subs.init(e)
	e.locks.init(e)
	e.tasks.init(e, o.Tasks)
	owed, err := e.recover()
	if err != nil {
		e.tasks.stop()
		return nil, err
	}
	e.work.Go(e.committer.loop)
	e.work.Go(e.timers.loop)
	for range max(2, runtime.GOMAXPROCS(0)) {
		e.work.Go(e.execute)
	}
	for _, r := range owed {
		e.schedule(r)
	}
	return e, nil
}

// execute is one executor: it gives runs their turn until the engine closes.
func (e *Engine) execute() {
	for {
		r := e.ready.pop()
		if r == nil {
			return
		}
		e.turn(r)
	}
}

// crash reports whether a test wants the process to die here.
func (e *Engine) crash(point string) bool {
	if e.o.Crash != nil && !e.dead.Load() && e.o.Crash(point) {
		e.dead.Store(true)
	}
	return e.dead.Load()
}

// Start implements engine.Engine.
func (e *Engine) Start(ctx context.Context, req engine.StartRequest) (storage.RunID, error) {
	durable := make(chan error, 1)
	r, err := e.begin(req, nil, func(err error) { durable <- err })
	if err != nil {
		return "", err
	}
	select {
	case err := <-durable:
		return r.id, e.notDuplicate(req, err)
	case <-ctx.Done():
		return r.id, ctx.Err()
	}
}

// outcome is what a caller is told: the run's answer, or why it did not start.
type outcome struct {
	engine.Answer
	err error
}

// Call implements engine.Engine.
func (e *Engine) Call(ctx context.Context, req engine.StartRequest) (storage.RunID, engine.Answer, error) {
	c := make(chan outcome, 2)
	r, err := e.begin(req, c, func(err error) {
		if err != nil {
			c <- outcome{err: err}
		}
	})
	if err != nil {
		return "", engine.Answer{}, err
	}
	select {
	case o := <-c:
		return r.id, o.Answer, e.notDuplicate(req, o.err)
	case <-ctx.Done():
		r.mu.Lock()
		r.caller = nil
		r.mu.Unlock()
		e.schedule(r)
		return r.id, engine.Answer{}, ctx.Err()
	}
}

// begin gives a new run its first turn. ack is told when its start is on disk, or why it is not.
func (e *Engine) begin(req engine.StartRequest, c chan outcome, ack func(error)) (*run, error) {
	if size := value.Size(req.Trigger); size > e.o.ValueBytes {
		return nil, fmt.Errorf("%w: about %d bytes, at most %d", engine.ErrTooLarge, size, e.o.ValueBytes)
	}
	plan, err := e.o.Plans(req.Plan)
	if err != nil {
		return nil, err
	}
	now := time.Now()
	gate := req.Gate
	if gate == nil {
		gate = plan.GateOf(req.Trigger, now.UnixNano(), keyText)
	}
	r := e.newRun(e.ids.next(now), plan)
	r.once, r.caller = req.Once, c
	event := core.Event{Kind: core.RunStarted, At: now.UnixNano(), Start: &core.Start{
		Run: string(r.id), Plan: req.Plan, Trigger: req.Trigger, Gate: gate, Seed: seedOf(r.id), Revision: core.Revision,
		Breakpoints: append(e.breakpointsOf(plan), req.Breakpoints...), Into: req.Into, Pins: req.Pins,
	}}
	if err := e.admit(r, delivery{event: event, ack: ack}); err != nil {
		return nil, err
	}
	e.turn(r)
	return r, nil
}

// notDuplicate names the run that has the idempotency key of a start that was refused for it.
func (e *Engine) notDuplicate(req engine.StartRequest, err error) error {
	if !errors.Is(err, storage.ErrDuplicate) {
		return err
	}
	first, lookup := e.o.Store.Claimed(req.Once.Scope, req.Once.Key, time.Now())
	if lookup != nil {
		return lookup
	}
	return &engine.DuplicateError{Run: first}
}

// admit makes a new run known, with its first delivery, owned by the caller who must give it its turn.
func (e *Engine) admit(r *run, first ...delivery) error {
	if !r.owed && time.Now().UnixNano() < e.stalled.Load() {
		return engine.ErrUnavailable
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed {
		return engine.ErrClosed
	}
	if e.runs[r.id] != nil {
		return &core.Failure{Code: "retry.running", Message: "the run is at work already", Permanent: true}
	}
	r.inbox, r.scheduled = append(r.inbox, first...), true
	e.runs[r.id] = r
	return nil
}

// Wait implements engine.Engine.
func (e *Engine) Wait(ctx context.Context, id storage.RunID) (*core.End, error) {
	ch := make(chan *core.End, 1)
	e.mu.Lock()
	e.waiters[id] = append(e.waiters[id], ch)
	e.mu.Unlock()
	defer e.forget(id, ch)
	// The end may have come before ch was known, and a run that is left alone has none.
	known := make(chan error, 1)
	e.deliver(id, delivery{ack: func(err error) { known <- err }})
	for {
		select {
		case end := <-ch:
			return end, nil
		case err := <-known:
			switch {
			case errors.Is(err, engine.ErrEnded):
				over, err := engine.Replay(e.o.Store, e.o.Plans, id, nil)
				if err != nil {
					return nil, err
				}
				return over.State.End(), nil
			case err != nil:
				return nil, err
			}
			known = nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// forget takes a waiter off the list.
func (e *Engine) forget(id storage.RunID, ch chan *core.End) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var rest []chan *core.End
	for _, c := range e.waiters[id] {
		if c != ch {
			rest = append(rest, c)
		}
	}
	if rest == nil {
		delete(e.waiters, id)
	} else {
		e.waiters[id] = rest
	}
}

// Signal implements engine.Engine.
func (e *Engine) Signal(ctx context.Context, event, key string, data core.Value) (int, error) {
	found := e.subs.find(event, key)
	acks := make(chan error, len(found))
	for _, s := range found {
		e.deliver(s.run, delivery{
			event: core.Event{Kind: core.SignalReceived, At: time.Now().UnixNano(), ID: s.id, Value: data},
			ack:   func(err error) { acks <- err },
		})
	}
	woken := 0
	for range found {
		select {
		case err := <-acks:
			if err == nil {
				woken++
			} else if !errors.Is(err, engine.ErrEnded) && !errors.Is(err, errNoChange) {
				return woken, err
			}
		case <-ctx.Done():
			return woken, ctx.Err()
		}
	}
	return woken, nil
}

// Cancel implements engine.Engine.
func (e *Engine) Cancel(ctx context.Context, id storage.RunID, reason string) error {
	ack := make(chan error, 1)
	e.deliver(id, delivery{
		event: core.Event{Kind: core.CancelRequested, At: time.Now().UnixNano(), Reason: reason},
		ack:   func(err error) { ack <- err },
	})
	select {
	case err := <-ack:
		if errors.Is(err, errNoChange) {
			return nil
		}
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close implements engine.Engine.
func (e *Engine) Close(ctx context.Context) error {
	e.mu.Lock()
	closed := e.closed
	e.closed = true
	e.mu.Unlock()
	if closed {
		return engine.ErrClosed
	}
	e.timers.stop()
	err := e.tasks.drain(ctx)
	e.ready.close()
	e.committer.close()
	e.work.Wait()
	return err
}
