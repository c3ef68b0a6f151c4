package schedule

import (
	"errors"
	"fmt"
	"time"

	"sluice/flows"
	"sluice/flows/triggers"
	"sluice/storage"
)

// Rebind makes the triggers of these flows the ones in force, and no others. A schedule that means the same times goes on
// with its history; a new or changed one begins now, and slots of the old one that have not begun are dropped. On an
// error of the storage nothing has changed; a trigger that cannot be read is left out and reported.
func (s *Scheduler) Rebind(published []*flows.Flow) error {
	s.turn.Lock()
	defer s.turn.Unlock()
	now := s.now()
	next, watches, problem := triggersOf(published)
	var changed []*timetable
	for ref, t := range next {
		same, err := s.succeed(t, s.tables[ref], now)
		if err != nil {
			return err
		}
		if !same {
			changed = append(changed, t)
		}
	}
	for ref, old := range s.tables {
		if next[ref] != nil {
			continue
		}
		if !old.Gone.IsZero() {
			if now.Sub(old.Gone) < keepFor {
				next[ref] = old
			} else if err := s.book.forget(ref); err != nil {
				return err
			}
			continue
		}
		gone := &timetable{Ref: ref, record: old.record}
		if err := s.drop(gone, old, now); err != nil {
			return err
		}
		gone.Gone = now
		next[ref] = gone
		changed = append(changed, gone)
	}
	if err := s.book.write(changed, now); err != nil {
		return err
	}
	if err := s.events.rebind(watches, now); err != nil {
		return err
	}
	s.observer.rebind(watches)
	s.tables = next
	for _, t := range next {
		if t.flow != nil {
			t.rest(now)
		}
	}
	s.wake()
	return problem
}

// triggersOf reads the cron and event triggers of flows.
func triggersOf(published []*flows.Flow) (tables map[Ref]*timetable, watches []*watch, problem error) {
	tables = map[Ref]*timetable{}
	for _, f := range published {
		for i := range f.Triggers {
			switch e := &f.Triggers[i]; e.Type {
			case triggers.Cron:
				t, err := newTimetable(f, e)
				if err != nil {
					problem = errors.Join(problem, fmt.Errorf("schedule %s: %w", t.Ref, err))
					continue
				}
				tables[t.Ref] = t
			case triggers.Event:
				watches = append(watches, newWatch(f, e))
			}
		}
	}
	return tables, watches, problem
}

// succeed gives a trigger what its predecessor of the same name has left; there may be none. It reports whether the
// trigger goes on as if nothing had happened.
func (s *Scheduler) succeed(t, old *timetable, now time.Time) (same bool, err error) {
	fresh := t.record
	// Histories are cut at different times, also after a start.
	t.unpruned = int(t.hash("") % prunedEvery)
	switch {
	case old == nil:
		t.since, t.Through = now, now
		return false, nil
	case old.Gone.IsZero() && old.sameTimes(&fresh):
		t.record, t.refused = old.record, old.refused
		t.open, t.unwritten = copied(old)
		if old.flow == nil { // of a former process
			t.since = now
		} else {
			t.since, t.unpruned = old.since, old.unpruned
		}
		return true, nil
	}
	t.record = old.record
	t.Cron, t.Style, t.Zone, t.Gone = fresh.Cron, fresh.Style, fresh.Zone, time.Time{}
	t.since, t.Through = now, now
	return false, s.drop(t, old, now)
}

// copied are the slots that are not settled, and those that are not written, as slots of their own: what is decided
// about them counts only once it is written.
func copied(old *timetable) (open, unwritten []*Slot) {
	twins := map[*Slot]*Slot{}
	for _, slot := range old.open {
		twin := *slot
		twins[slot] = &twin
		open = append(open, &twin)
	}
	for _, slot := range old.unwritten {
		twin := twins[slot]
		if twin == nil {
			twin = slot
		}
		unwritten = append(unwritten, twin)
	}
	return open, unwritten
}

// drop takes over the slots of a schedule that is not in force any more. Those that have not begun never will; of those
// whose start is unconfirmed, the key tells.
func (s *Scheduler) drop(t, old *timetable, now time.Time) error {
	t.open, t.unwritten = copied(old)
	for _, slot := range t.open {
		if slot.State != Due && slot.State != Queued {
			continue
		}
		run, err := s.o.Journal.Claimed(scope(t.Ref), slot.id(), now)
		switch {
		case err == nil:
			slot.State, slot.Run = Fired, run
		case errors.Is(err, storage.ErrNotFound):
			slot.State, slot.Reason = Dropped, "the schedule was changed"
		default:
			return err
		}
		t.changed(slot)
	}
	return nil
}

// wake lets the loop look at once.
func (s *Scheduler) wake() {
	select {
	case s.poke <- struct{}{}:
	default:
	}
}
