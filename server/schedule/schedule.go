// Package schedule starts runs by time, by what happened to other runs and by what is so about connections: the cron and
// event triggers of published flows.
//
// Each slot of a schedule is written down before its run is started, and the run is started with the slot as its
// idempotency key. Wherever a crash strikes, the next process finds either no slot, and the slot was missed, or a slot
// that is due, and starts it again under the same key: storage knows whether it was. What catchUp and overlap decide
// about a slot is recorded with it. Where runs stand is read from their rows, never remembered only.
//
// The package sees the engine, the journal and the key-value part of the storage through small interfaces. It must not
// know HTTP, what connections are or node types.
package schedule

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/storage"
)

// Errors of a Scheduler.
var (
	// ErrNotFound: no published flow has this cron trigger.
	ErrNotFound = errors.New("schedule: no such trigger")
	// ErrStuck: slots before have not been started yet, because the journal or the storage cannot be written.
	ErrStuck = errors.New("schedule: earlier slots are still to be started")
)

// Starter starts and cancels runs; an engine does.
type Starter interface {
	Start(ctx context.Context, r engine.StartRequest) (storage.RunID, error)
	Cancel(ctx context.Context, run storage.RunID, reason string) error
}

// Journal is what a scheduler reads of runs.
type Journal interface {
	Row(run storage.RunID) (storage.Row, error)
	Runs(l storage.Listing) ([]storage.RunRow, error)
	Live(yield func(storage.LiveRow) bool) error
	Events(run storage.RunID, from uint64, yield func(seq uint64, event []byte) bool) error
	Claimed(scope, key string, now time.Time) (storage.RunID, error)
}

// Options of a scheduler. Starter, Journal and Meta are needed.
type Options struct {
	Starter Starter
	Journal Journal
	Meta    storage.Meta
	// Gate is what bounds the runs of a flow that are at work; nil bounds none.
	Gate func(f *flows.Flow, trigger core.Object, now time.Time) (*core.Gate, error)
	// Conditions are what is so about connections; nil for nothing ever. It is asked once a minute.
	Conditions func(now time.Time) []Condition
	// Now is the wall clock; nil is time.Now. It may jump.
	Now func() time.Time
	Log *slog.Logger
}

// KeysHeld is how long it is known which slots and ends were started. What was written down and not confirmed is given
// up after that time without a process, for it must not be started twice.
const KeysHeld = 7 * 24 * time.Hour

const (
	// lookAgain is how often the wall clock is looked at, so that it is noticed when it jumps or the machine slept.
	lookAgain = time.Second
	// idle is how long to wait where there is no schedule at all.
	idle = time.Hour
	// startWithin bounds one start. One that takes longer is asked about again.
	startWithin = 10 * time.Second
	// startsAtOnce bounds the triggers whose runs are being started.
	startsAtOnce = 32
	// backwards is how far the clock may fall behind the last slot: what is more was a clock that had been wrong.
	backwards = 24 * time.Hour
)

// Scheduler is safe for concurrent use.
type Scheduler struct {
	o        Options
	book     book
	events   *reactor
	observer *observer
	// ctx ends with Close.
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup
	// poke wakes the loop before its time; stirred says that a run ended while slots were queued.
	poke            chan struct{}
	queues, stirred atomic.Bool

	// turn is held by whoever decides about slots.
	turn   sync.Mutex
	tables map[Ref]*timetable
	// complained is when it was last logged that something cannot be written or started.
	complained time.Time
}

// Open takes up the schedules and event triggers of the published flows. Slots that passed while no process was there
// were missed: catchUp decides about them.
func Open(o Options, published []*flows.Flow) (*Scheduler, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	s := &Scheduler{o: o, book: book{o.Meta}, poke: make(chan struct{}, 1)}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.events, s.observer = newReactor(s), newObserver(s)
	var err error
	if s.tables, err = s.book.load(); err != nil {
		return nil, err
	}
	if err := s.events.load(); err != nil {
		return nil, err
	}
	if err := s.Rebind(published); err != nil {
		return nil, err
	}
	s.work.Go(s.loop)
	s.work.Go(s.events.loop)
	s.work.Go(s.observer.loop)
	return s, nil
}

// Close stops. What was written down and not started is started by the next process.
func (s *Scheduler) Close() {
	s.stop()
	s.work.Wait()
}

// loop gives the slots whose time has come their turn.
func (s *Scheduler) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-timer.C:
		case <-s.poke:
		}
		timer.Reset(s.tick())
	}
}

// tick does what is to be done now and says when to look again.
func (s *Scheduler) tick() time.Duration {
	s.turn.Lock()
	defer s.turn.Unlock()
	now := s.now()
	stirred := s.stirred.Swap(false)
	var work []*timetable
	for _, t := range s.tables {
		if t.flow == nil {
			continue
		}
		if t.Through.Sub(now) > backwards {
			s.o.Log.Warn("the clock was set back by more than a day: the schedule goes on from now", "trigger", t.Ref, "through", t.Through)
			t.Through, t.Previous = now, time.Time{}
			t.rest(now)
		}
		if !t.wake.IsZero() && !now.Before(t.wake) || stirred && t.queued() > 0 {
			work = append(work, t)
		}
	}
	for _, t := range work {
		stuck := t.stuck()
		s.settle(t)
		t.serveQueue(now)
		if !stuck {
			t.decide(now)
		}
	}
	s.carryOut(work, now)
	now = s.now()
	wait := idle
	queues := false
	for _, t := range s.tables {
		if !t.wake.IsZero() {
			wait = min(wait, lookAgain, max(t.wake.Sub(now), 0))
		}
		queues = queues || t.queued() > 0
	}
	s.queues.Store(queues)
	return wait
}

// now is without the monotonic clock, which does not see the wall clock jump.
func (s *Scheduler) now() time.Time { return s.o.Now().Round(0) }

// carryOut writes what was decided, starts what is due, and writes how that went.
func (s *Scheduler) carryOut(work []*timetable, now time.Time) {
	if len(work) == 0 {
		return
	}
	if s.write(work, now) {
		room := make(chan struct{}, startsAtOnce)
		var starts sync.WaitGroup
		for _, t := range work {
			room <- struct{}{}
			starts.Go(func() {
				s.startDue(t, now)
				<-room
			})
		}
		starts.Wait()
		s.write(work, now)
	}
	for _, t := range work {
		t.rest(now)
	}
}

// write makes durable what has changed, all in one transaction. When it cannot, it is tried again at the next look.
func (s *Scheduler) write(work []*timetable, now time.Time) bool {
	var changed []*timetable
	for _, t := range work {
		if len(t.unwritten) > 0 {
			changed = append(changed, t)
		}
	}
	if len(changed) == 0 {
		return true
	}
	if err := s.book.write(changed, now); err != nil {
		for _, t := range changed {
			t.refused = true
		}
		s.complain("schedules cannot be written; nothing is started until they can", "error", err)
		return false
	}
	return true
}

// complain logs what would be said every second, once a minute.
func (s *Scheduler) complain(text string, args ...any) {
	if now := s.now(); s.complained.IsZero() || now.Sub(s.complained).Abs() >= time.Minute {
		s.complained = now
		s.o.Log.Error(text, args...)
	}
}

// settle reads how the runs of a trigger's slots ended.
func (s *Scheduler) settle(t *timetable) {
	for _, slot := range t.open {
		if !slot.State.begun() || slot.Status != "" {
			continue
		}
		row, err := s.o.Journal.Row(slot.Run)
		switch {
		case errors.Is(err, storage.ErrNotFound):
			slot.Status = statusUnknown
		case err != nil || row.EndedAt.IsZero():
			continue
		default:
			slot.Status = row.Status
		}
		if slot.Status == string(core.Succeeded) && slot.At.After(t.LastSuccess) {
			t.LastSuccess = slot.At
		}
		t.changed(slot)
	}
}

// statusUnknown is the status of a run that is not there any more.
const statusUnknown = "unknown"

// End is a run that has ended.
type End struct {
	Run    storage.RunID
	Flow   string
	Status core.Status
}

// Ended tells that a run has ended; its row must be durable. It does not block. An end that a crash keeps from being
// told is found at the next start.
func (s *Scheduler) Ended(e End) {
	s.events.ended(e)
	if s.queues.Load() {
		s.stirred.Store(true)
		s.wake()
	}
}
