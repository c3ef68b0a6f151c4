package embedded

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// errNoChange is what a delivery is acknowledged with when its event changed nothing.
var errNoChange = errors.New("embedded: the event changed nothing")

// run is a run in memory. Executors take turns with it: scheduled says that one has it, or will.
type run struct {
	id storage.RunID

	// mu guards the mailbox and what is under way.
	mu        sync.Mutex
	inbox     []delivery
	scheduled bool
	unsynced  int
	// begun: the run's start is on disk, and this engine has put it there.
	begun bool
	tasks map[core.ID]*task
	// caller waits for the run's first answer; nil when nobody does. Such a run stays in memory.
	caller chan outcome
	// gone: evicted or ended; deliveries have to look the run up again.
	gone bool

	// What follows belongs to whoever has the turn.
	plan     *core.Plan
	state    *core.State
	decision core.Decision
	once     *storage.Once
	// owed: a run that was acknowledged waits for this one, so that its start is not refused when the disk is full.
	owed  bool
	row   storage.Row
	live  *storage.Live
	bytes int
	// active is when the run last had an event.
	active time.Time
	// parked: the journal does not fold; the run is left alone, with all its evidence.
	parked error
}

// delivery is an event for a run's mailbox. Without a kind it only wakes the run.
type delivery struct {
	event core.Event
	// prepare, if set, completes the event from the run as it stands, or says why it cannot be.
	prepare func(*core.Plan, *core.State, *core.Event) error
	// ack is told when the event is durable: nil, errNoChange, or why it is not. It must not block.
	ack func(error)
}

func (d *delivery) done(err error) {
	if d.ack != nil {
		d.ack(err)
	}
}

// newRun is a run that has no event yet.
func (e *Engine) newRun(id storage.RunID, plan *core.Plan) *run {
	return &run{id: id, plan: plan, state: &core.State{}, decision: core.Decision{Tracing: e.tracing(plan)}}
}

// answer tells whoever waits for the run's first answer. One that nobody waits for is no loss.
func (r *run) answer(a engine.Answer) {
	r.mu.Lock()
	c := r.caller
	r.caller = nil
	r.mu.Unlock()
	if c != nil {
		c <- outcome{Answer: a}
	}
}

// answerEarly answers the caller of a relaxed flow before the answer is durable.
func (r *run) answerEarly(c *core.Command) {
	switch {
	case r.once != nil:
	case c.Kind == core.Respond:
		r.answer(engine.Answer{Response: c.Response})
	case c.Kind == core.Finish:
		r.answer(engine.Answer{End: c.End})
	}
}

// claiming reports whether the run's idempotency key may still turn out to be another run's. Until then it reads, holds
// and awaits nothing: a repeated delivery must neither be noticed outside, nor replace the run that the first one
// started, nor take the signal that this one waits for.
func (r *run) claiming() bool {
	if r.once == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.begun
}

// tracing reports whether anybody looks at what activations do.
func (e *Engine) tracing(p *core.Plan) bool { return e.o.Observe != nil || p.FullLog }

// deliver puts an event in a run's mailbox. A run that is not in memory will be read from its journal.
func (e *Engine) deliver(id storage.RunID, d delivery) {
	e.mu.Lock()
	r := e.runs[id]
	if r == nil {
		r = &run{id: id}
		e.runs[id] = r
	}
	r.mu.Lock()
	e.mu.Unlock()
	r.inbox = append(r.inbox, d)
	wake := !r.scheduled
	r.scheduled = true
	r.mu.Unlock()
	if wake {
		e.ready.push(r)
	}
}

// schedule gives a run a turn although its mailbox may be empty.
func (e *Engine) schedule(r *run) {
	r.mu.Lock()
	wake := !r.scheduled
	r.scheduled = true
	r.mu.Unlock()
	if wake {
		e.ready.push(r)
	}
}

// turn works on a run's mailbox until it is empty.
func (e *Engine) turn(r *run) {
	for {
		r.mu.Lock()
		batch := r.inbox
		r.inbox = nil
		if len(batch) == 0 || e.dead.Load() {
			r.scheduled = false
			r.mu.Unlock()
			e.evict(r)
			return
		}
		r.mu.Unlock()
		if r.state == nil && r.parked == nil {
			r.parked = e.load(r)
		}
		if r.parked != nil {
			for i := range batch {
				batch[i].done(r.parked)
			}
			if errors.Is(r.parked, engine.ErrEnded) || errors.Is(r.parked, engine.ErrNotFound) {
				e.remove(r)
			}
			continue
		}
		e.step(r, batch)
	}
}

// step folds deliveries into the run and hands one record to the committer.
func (e *Engine) step(r *run, batch []delivery) {
	rec := e.committer.record(r)
	first := r.state.Seq() + 1
	for i := range batch {
		d := &batch[i]
		if d.event.Kind == "" {
			d.done(nil)
			continue
		}
		if err := e.fold(r, rec, d); err != nil {
			e.park(r, rec, err, batch[i:])
			return
		}
	}
	if len(rec.append.Events) == 0 {
		return
	}
	r.active = time.Now()
	rec.append.Run, rec.append.Seq = r.id, first
	e.describe(r, &rec.append)
	r.mu.Lock()
	r.unsynced++
	r.mu.Unlock()
	e.committer.add(rec)
	if r.bytes > e.o.RunBytes && r.state.Phase() == core.RunActive {
		e.deliver(r.id, delivery{event: core.Event{Kind: core.CancelRequested, At: time.Now().UnixNano(), Failure: &core.Failure{
			Code:    "run.too_large",
			Message: fmt.Sprintf("the run's journal grew over %d bytes; make outputs smaller or split the flow", e.o.RunBytes),
		}}})
	}
}

// fold steps one event, keeps its bytes and carries out what need not wait for the disk.
func (e *Engine) fold(r *run, rec *record, d *delivery) error {
	if d.prepare != nil {
		if err := d.prepare(r.plan, r.state, &d.event); err != nil {
			d.done(err)
			return nil
		}
	}
	if err := core.Step(r.plan, r.state, &d.event, &r.decision); err != nil {
		return err
	}
	if !r.decision.Applied {
		d.done(errNoChange)
		return nil
	}
	at := len(rec.buf)
	var full []core.Entry
	if r.plan.FullLog {
		full = r.decision.Trace
	}
	buf, err := codec.Append(rec.buf, &d.event, r.decision.Commands, full)
	if err != nil {
		return err
	}
	rec.buf = buf
	rec.append.Events = append(rec.append.Events, buf[at:len(buf):len(buf)])
	r.bytes += len(buf) - at
	switch {
	case r.plan.Relaxed && r.once == nil:
		// Its flow would rather lose this than wait. An idempotency key is known to be free only from the disk.
		d.done(nil)
	case d.ack != nil:
		rec.acks = append(rec.acks, d.ack)
	}
	if e.o.Observe != nil && len(r.decision.Trace) > 0 {
		e.o.Observe(r.id, r.decision.Trace)
	}
	over := r.state.Phase() == core.RunFinished
	for i := range r.decision.Commands {
		c := &r.decision.Commands[i]
		switch {
		case c.Outward():
			if r.plan.Relaxed {
				r.answerEarly(c)
			}
			rec.after = append(rec.after, *c)
		case over:
			// Nothing is waited for any more.
		case r.claiming():
			rec.after = append(rec.after, *c)
		default:
			e.carryOut(r, c)
		}
	}
	return nil
}

// describe fills in what lists and recovery have to know of the run, where that changed.
func (e *Engine) describe(r *run, a *storage.Append) {
	s := r.state
	row := r.row
	row.Status, row.EndedAt = string(core.Running), time.Time{}
	switch end := s.End(); {
	case end != nil:
		row.Status, row.EndedAt = string(end.Status), time.Unix(0, s.Now()).UTC()
	case s.Queued():
		row.Status = string(core.Queued)
	case s.Stopped() || s.Idle() && s.Held():
		row.Status = string(core.Paused)
	case s.Idle():
		row.Status = string(core.Waiting)
	}
	if a.Seq == 1 {
		row.Flow, row.StartedAt = r.plan.Flow.ID, time.Unix(0, s.BegunAt()).UTC()
		row.Keys = businessKeys(r.plan, s)
		a.Once = r.once
	}
	if a.Seq == 1 || row.Status != r.row.Status || row.Status == string(core.Paused) {
		row.Data = summary(r.plan, s)
		r.row = row
		a.Row = &row
	}
	if s.End() == nil {
		if live := liveRow(s); r.live == nil || !sameLive(live, r.live) {
			r.live, a.Live = live, live
		}
	}
}

// businessKeys are computed from the trigger alone. A key that cannot be computed is left out: it must not stop a
// trigger that was accepted.
func businessKeys(p *core.Plan, s *core.State) []storage.Key {
	if len(p.Keys) == 0 {
		return nil
	}
	scope := core.TriggerScope{Plan: p, Of: s.Start().Trigger, At: s.StartedAt()}
	var keys []storage.Key
	for _, k := range p.Keys {
		v, f := k.Expr(scope)
		if f != nil || v == nil {
			continue
		}
		if text := keyText(v); text != "" {
			keys = append(keys, storage.Key{Name: k.Name, Value: text})
		}
	}
	return keys
}

// keyText spells a key: text as it is, numbers with all their digits, anything else as JSON.
func keyText(v core.Value) string {
	if text, ok := v.(string); ok {
		return text
	}
	b, err := value.Encode(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// load reads a run back from its journal.
func (e *Engine) load(r *run) error {
	row, err := e.o.Store.Row(r.id)
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return fmt.Errorf("%w: %s", engine.ErrNotFound, r.id)
	case err != nil:
		return err
	case !row.EndedAt.IsZero():
		return fmt.Errorf("%w: %s", engine.ErrEnded, r.id)
	}
	was, err := engine.Replay(e.o.Store, e.o.Plans, r.id, nil)
	if err != nil {
		e.o.Log.Error("a run cannot be folded and is left alone", "run", r.id, "error", err)
		return err
	}
	r.plan, r.state, r.bytes, r.row = was.Plan, was.State, was.Bytes, row
	r.decision.Tracing = e.tracing(r.plan)
	r.live = liveRow(r.state)
	e.timers.load(r)
	return nil
}

// park leaves a run alone whose event could not be folded. What was stepped before is dropped from memory: the journal
// says how far the run came.
func (e *Engine) park(r *run, rec *record, err error, rest []delivery) {
	e.o.Log.Error("a run is left alone", "run", r.id, "error", err)
	r.parked = err
	for _, ack := range rec.acks {
		ack(err)
	}
	for i := range rest {
		rest[i].done(err)
	}
}

// A run with a long journal stays in memory for a while after its last event: when it waits for many things, each of
// them would otherwise have it folded from the beginning.
const (
	cheapSeq = 64
	lingers  = 2 * time.Second
)

// evict drops a run from memory that does nothing but wait.
func (e *Engine) evict(r *run) {
	e.mu.Lock()
	defer e.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.gone || r.scheduled || r.caller != nil || r.unsynced > 0 || len(r.tasks) > 0 || r.state == nil || r.parked != nil {
		return
	}
	if r.state.Phase() == core.RunFinished || !r.state.Idle() {
		return
	}
	if rest := lingers - time.Since(r.active); r.state.Seq() > cheapSeq && rest > 0 {
		e.timers.add(r.id, lookAgain, time.Now().Add(rest).UnixNano())
		return
	}
	if e.timers.evict(r) {
		r.gone = true
		delete(e.runs, r.id)
	}
}

// remove forgets a run that is over.
func (e *Engine) remove(r *run) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.runs[r.id] == r {
		delete(e.runs, r.id)
	}
	r.mu.Lock()
	r.gone = true
	r.mu.Unlock()
}
