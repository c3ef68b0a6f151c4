package schedule

import (
	"cmp"
	"errors"
	"slices"
	"time"

	"sluice/server/cron"
	"sluice/storage"
)

// Listed is a schedule as people see it. Times are in its zone; a zero time is none.
type Listed struct {
	Ref
	Cron, Style, Zone string
	CatchUp, Overlap  string
	Jitter            time.Duration
	// Description is in words, by language (en, zh).
	Description map[string]string
	// Next are the coming slots, without their jitter.
	Next []time.Time
	// Slots are the latest, newest first.
	Slots         []Slot
	LastSuccessAt time.Time
}

// How much a list shows.
const (
	listedNext  = 5
	listedSlots = 10
)

// List shows the schedules of the published flows, by flow and trigger.
func (s *Scheduler) List() ([]Listed, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	now := s.now()
	var list []Listed
	for _, t := range s.tables {
		if t.flow == nil {
			continue
		}
		s.settle(t)
		slots, err := s.book.latest(t.Ref, listedSlots)
		if err != nil {
			return nil, err
		}
		t.current(slots)
		list = append(list, Listed{
			Ref: t.Ref, Cron: t.Cron, Style: t.Style, Zone: t.Zone, CatchUp: t.catchUp, Overlap: t.overlap, Jitter: t.jitter,
			Description: map[string]string{
				cron.English: t.schedule.Describe(cron.English), cron.Chinese: t.schedule.Describe(cron.Chinese),
			},
			Next: t.next(now, listedNext), Slots: slots, LastSuccessAt: t.LastSuccess,
		})
	}
	slices.SortFunc(list, func(a, b Listed) int {
		return cmp.Or(cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.Trigger, b.Trigger))
	})
	return list, nil
}

// current puts slots as they are in memory in the place of what was written of them.
func (t *timetable) current(slots []Slot) {
	zone := t.zone()
	for i := range slots {
		for _, open := range t.open {
			if open.At.Equal(slots[i].At) {
				slots[i] = *open
			}
		}
		slots[i].At = slots[i].At.In(zone)
	}
}

// Next are the coming slots of a trigger, the first n, without their jitter.
func (s *Scheduler) Next(flow, trigger string, n int) ([]time.Time, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	t := s.tables[Ref{flow, trigger}]
	if t == nil || t.flow == nil {
		return nil, ErrNotFound
	}
	return t.next(s.now(), n), nil
}

// next are slots that are to come: after those that were decided about, also where the clock is behind them.
func (t *timetable) next(now time.Time, n int) []time.Time {
	var list []time.Time
	from := t.Through
	if last, ok := t.schedule.Latest(from, now); ok {
		from = last // what has passed is being decided about
	}
	for len(list) < n {
		at, ok := t.schedule.Next(from)
		if !ok {
			break
		}
		list = append(list, at)
		from = at
	}
	return list
}

// Fire starts a run of a trigger now, by hand, as overlap allows, and returns what became of it. A slot that is still Due
// is durable and will be started.
func (s *Scheduler) Fire(flow, trigger string) (Slot, error) {
	s.turn.Lock()
	defer s.turn.Unlock()
	t := s.tables[Ref{flow, trigger}]
	if t == nil || t.flow == nil {
		return Slot{}, ErrNotFound
	}
	if t.stuck() {
		return Slot{}, ErrStuck
	}
	now := s.now()
	at := now
	if at.Nanosecond() == 0 {
		at = at.Add(1) // whole seconds are the schedule's
	}
	s.settle(t)
	slot := &Slot{At: at, Hand: true, Previous: t.Previous, WrittenAt: now}
	t.place(slot)
	if err := s.book.write([]*timetable{t}, now); err != nil {
		t.open = slices.DeleteFunc(t.open, func(other *Slot) bool { return other == slot })
		t.unwritten = slices.DeleteFunc(t.unwritten, func(other *Slot) bool { return other == slot })
		return Slot{}, errors.Join(ErrStuck, err)
	}
	s.carryOut([]*timetable{t}, now)
	return *slot, nil
}

// History are the latest slots of a trigger, newest first, also of one that is not published any more.
func (s *Scheduler) History(flow, trigger string, limit int) ([]Slot, error) {
	slots, err := s.book.latest(Ref{flow, trigger}, limit)
	if err == nil && len(slots) == 0 {
		err = storage.ErrNotFound
	}
	return slots, err
}
