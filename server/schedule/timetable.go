package schedule

import (
	"hash/fnv"
	"slices"
	"time"

	"sluice/flows"
	"sluice/server/cron"
)

// The words of a trigger's config.
const (
	catchUpLast   = "last"
	catchUpAll    = "all"
	overlapAllow  = "allow"
	overlapSkip   = "skip"
	overlapQueue  = "queue"
	overlapCancel = "cancel"
)

// Bounds of what one trigger may owe: the slots that catchUp all makes up for, the newest ones, and those that overlap
// queue keeps waiting.
const (
	MaxCatchUp = 100
	MaxQueued  = 100
)

// grace is how late a process that runs may be with a slot without having missed it.
const grace = time.Minute

// timetable is one cron trigger. All that changes of it belongs to whoever has the scheduler's turn.
type timetable struct {
	Ref
	flow             *flows.Flow
	schedule         cron.Schedule
	catchUp, overlap string
	jitter           time.Duration

	record
	// since is when this process took the trigger up: slots due before it were missed.
	since time.Time
	// open are the slots that are not settled, oldest first; unwritten those that storage does not have as they are.
	open, unwritten []*Slot
	unpruned        int
	// refused: the last write failed.
	refused bool
	// wake is when there is something to do; zero for never.
	wake time.Time
}

// newTimetable reads a cron trigger of a compiled flow.
func newTimetable(f *flows.Flow, e *flows.Entrance) (*timetable, error) {
	text := func(key, otherwise string) string {
		if s, ok := e.Config[key].(string); ok && s != "" {
			return s
		}
		return otherwise
	}
	t := &timetable{
		Ref: Ref{f.Document.ID, e.ID}, flow: f, jitter: e.Jitter, catchUp: text("catchUp", ""), overlap: text("overlap", overlapAllow),
		record: record{Cron: text("cron", ""), Style: text("style", ""), Zone: text("zone", f.Document.Zone.String())},
	}
	var err error
	t.schedule, err = cron.Parse(t.Cron, t.Style, t.Zone)
	return t, err
}

// sameTimes reports whether two triggers mean the same slots.
func (r *record) sameTimes(o *record) bool {
	return r.Cron == o.Cron && r.Style == o.Style && r.Zone == o.Zone
}

// dueAt is when a slot is to be started: its time and its share of the jitter, which depends on nothing but its names.
func (t *timetable) dueAt(slot time.Time) time.Time {
	if t.jitter <= 0 {
		return slot
	}
	return slot.Add(time.Duration(t.hash(slot.UTC().Format(slotTime)) % uint64(t.jitter)))
}

// hash is a number that depends on the trigger's name and a text only.
func (t *timetable) hash(text string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.Ref.String() + "/" + text)) // a hash takes everything
	return mix(h.Sum64())
}

// mix is the finalizer of SplitMix64 (Steele, Lea, Flood 2014): FNV alone leaves neighbouring slots near each other.
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// add takes a slot that was decided about.
func (t *timetable) add(s *Slot) {
	t.unwritten = append(t.unwritten, s)
	t.unpruned++
	if !s.settled() {
		t.open = append(t.open, s)
	}
}

// changed notes that a slot has to be written again.
func (t *timetable) changed(s *Slot) {
	if !slices.Contains(t.unwritten, s) {
		t.unwritten = append(t.unwritten, s)
	}
}

// written notes that storage has everything.
func (t *timetable) written() {
	t.unwritten, t.refused = nil, false
	if t.unpruned >= prunedEvery {
		t.unpruned = 0
	}
	t.open = slices.DeleteFunc(t.open, (*Slot).settled)
}

// stuck reports whether something is owed that could not be written or started: until it is, no further slots are
// decided about, so that what is owed has bounds.
func (t *timetable) stuck() bool {
	return t.refused || slices.ContainsFunc(t.open, func(s *Slot) bool { return s.State == Due })
}

// decide takes the slots whose time has come. It must not be called while the trigger is stuck.
func (t *timetable) decide(now time.Time) {
	missed, onTime := t.passed(now)
	var owed []*Slot
	if missed.count > 0 {
		owed = t.catchUpOn(&missed, now)
	}
	for _, at := range onTime {
		owed = append(owed, &Slot{At: at, Previous: t.Previous, WrittenAt: now})
		t.Previous, t.Through = at, at
	}
	for _, s := range owed {
		t.place(s)
	}
}

// stretch is a row of slots that were missed: the first of them, how many (counted up to countMissed), and the newest.
type stretch struct {
	first time.Time
	count int
	tail  []time.Time
}

// countMissed is how many missed slots are counted one by one.
const countMissed = 10_000

func (s *stretch) add(at time.Time) {
	if s.count == 0 {
		s.first = at
	}
	s.count++
	if s.tail = append(s.tail, at); len(s.tail) > 2*MaxCatchUp {
		s.tail = slices.Clone(s.tail[MaxCatchUp-1:])
	}
}

// passed are the slots up to now that have not been decided about: those that were missed, then those to be started.
func (t *timetable) passed(now time.Time) (missed stretch, onTime []time.Time) {
	horizon := now.Add(-grace)
	if t.since.After(horizon) {
		horizon = t.since
	}
	at, ok := t.schedule.Next(t.Through)
	for ok && t.dueAt(at).Before(horizon) {
		missed.add(at)
		if missed.count == countMissed {
			missed.tail = append(missed.tail, t.newest(at, horizon.Add(-t.jitter))...)
			missed.tail = missed.tail[max(len(missed.tail)-MaxCatchUp-1, 0):]
			at = missed.tail[len(missed.tail)-1]
		}
		at, ok = t.schedule.Next(at)
	}
	for ok && !t.dueAt(at).After(now) {
		onTime = append(onTime, at)
		at, ok = t.schedule.Next(at)
	}
	return missed, onTime
}

// newest are at least the last slots between two times that catchUp may ask for, however many there are.
func (t *timetable) newest(from, to time.Time) []time.Time {
	for back := time.Hour; ; back *= 2 {
		begin, short := t.schedule.Latest(from, to.Add(-back))
		if !short {
			begin = from
		}
		var list []time.Time
		for at, ok := t.schedule.Next(begin); ok && at.Before(to); at, ok = t.schedule.Next(at) {
			if list = append(list, at); len(list) > 4*MaxCatchUp {
				list = slices.Clone(list[len(list)-MaxCatchUp-1:])
			}
		}
		if !short || len(list) > MaxCatchUp {
			return list
		}
	}
}

// catchUpOn decides about missed slots: the newest are made up for, as catchUp says, oldest first; the others were missed.
func (t *timetable) catchUpOn(missed *stretch, now time.Time) []*Slot {
	n := 0
	switch t.catchUp {
	case catchUpLast:
		n = 1
	case catchUpAll:
		n = min(missed.count, MaxCatchUp)
	}
	late := missed.tail[len(missed.tail)-n:]
	if left := missed.count - n; left > 0 {
		last := missed.tail[len(missed.tail)-n-1]
		t.add(&Slot{At: last, State: Missed, Since: missed.first, Count: left, Previous: t.Previous, WrittenAt: now})
		t.Previous, t.Through = last, last
	}
	var owed []*Slot
	for _, at := range late {
		owed = append(owed, &Slot{At: at, Late: true, Previous: t.Previous, WrittenAt: now})
		t.Previous, t.Through = at, at
	}
	return owed
}

// place says what becomes of a slot, with regard to those before it.
func (t *timetable) place(s *Slot) {
	s.State = Due
	before := t.before()
	if before != nil {
		switch t.overlap {
		case overlapSkip:
			s.State, s.Behind = Skipped, before.Run
		case overlapQueue:
			s.State, s.Behind = Queued, before.Run
			if t.queued() >= MaxQueued {
				s.State, s.Reason = Skipped, "the queue is full"
			}
		case overlapCancel:
			for _, other := range t.open {
				if other.State == Due || other.State == Queued {
					other.State, other.Reason = Cancelled, "a later slot took its place"
					t.changed(other)
				}
			}
		}
	}
	t.add(s)
}

// before is the last slot that is at work or waits, nil where there is none.
func (t *timetable) before() *Slot {
	for _, s := range slices.Backward(t.open) {
		if s.atWork() || s.State == Queued {
			return s
		}
	}
	return nil
}

func (t *timetable) queued() int {
	n := 0
	for _, s := range t.open {
		if s.State == Queued {
			n++
		}
	}
	return n
}

// serveQueue lets the first waiting slot begin when nothing is at work.
func (t *timetable) serveQueue(now time.Time) {
	if slices.ContainsFunc(t.open, (*Slot).atWork) {
		return
	}
	for _, s := range t.open {
		if s.State == Queued {
			s.State, s.WrittenAt = Due, now
			t.changed(s)
			return
		}
	}
}

// rest sets when there is something to do next.
func (t *timetable) rest(now time.Time) {
	t.wake = time.Time{}
	if t.stuck() || t.queued() > 0 {
		t.wake = now.Add(lookAgain)
		return
	}
	if at, ok := t.schedule.Next(t.Through); ok {
		t.wake = t.dueAt(at)
	}
}
