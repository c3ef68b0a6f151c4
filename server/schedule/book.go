package schedule

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"sluice/storage"
)

// Ref names a trigger.
type Ref struct{ Flow, Trigger string }

func (r Ref) String() string { return r.Flow + "/" + r.Trigger }

// refOf reads what String wrote.
func refOf(text string) (Ref, bool) {
	flow, trigger, ok := strings.Cut(text, "/")
	return Ref{flow, trigger}, ok
}

// Bounds of the history of one trigger: what is older than keepFor goes, but for the last keepLeast slots; what is more
// than keepMost goes in any case. Slots that are not settled stay.
const (
	keepFor   = 30 * 24 * time.Hour
	keepLeast = 100
	keepMost  = 1_000
	// prunedEvery is after how many new slots the history is cut.
	prunedEvery = 50
)

// Prefixes of keys in the bucket: a trigger's record, and its slots by time.
const (
	recordPrefix = "trigger/"
	slotPrefix   = "slot/"
)

// record is what is kept of a trigger, so that a start reads no history.
type record struct {
	Cron  string `json:"cron"`
	Style string `json:"style,omitempty"`
	Zone  string `json:"zone"`
	// Through is the time up to which every slot has been decided about.
	Through time.Time `json:"through"`
	// Previous is the last slot of the schedule that was decided about.
	Previous    time.Time `json:"previous,omitzero"`
	LastSuccess time.Time `json:"lastSuccess,omitzero"`
	// Open are the ids of the slots that are not settled.
	Open []string `json:"open,omitempty"`
	// Gone is since when the trigger is not published any more.
	Gone time.Time `json:"gone,omitzero"`
}

// book keeps records and slots.
type book struct{ meta storage.Meta }

func slotKey(r Ref, id string) []byte { return []byte(slotPrefix + r.String() + "/" + id) }

// load reads every trigger's record with its slots that are not settled.
func (b book) load() (map[Ref]*timetable, error) {
	tables := map[Ref]*timetable{}
	err := b.meta.View(func(r storage.Reader) error {
		var bad error
		err := r.Scan(storage.Schedules, []byte(recordPrefix), func(key, value []byte) bool {
			ref, ok := refOf(strings.TrimPrefix(string(key), recordPrefix))
			t := &timetable{Ref: ref}
			if bad = json.Unmarshal(value, &t.record); bad != nil || !ok {
				bad = fmt.Errorf("%w: schedule %s: %w", storage.ErrCorrupt, key, bad)
				return false
			}
			for _, id := range t.record.Open {
				slot := &Slot{}
				if bad = json.Unmarshal(r.Get(storage.Schedules, slotKey(ref, id)), slot); bad != nil {
					bad = fmt.Errorf("%w: slot %s of %s: %w", storage.ErrCorrupt, id, key, bad)
					return false
				}
				t.open = append(t.open, slot)
			}
			tables[ref] = t
			return true
		})
		return errors.Join(err, bad)
	})
	return tables, err
}

// write keeps what has changed of some triggers, in one transaction.
func (b book) write(tables []*timetable, now time.Time) error {
	err := b.meta.Update(func(w storage.Writer) error {
		for _, t := range tables {
			if err := b.writeOne(w, t, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, t := range tables {
		t.written()
	}
	return nil
}

func (b book) writeOne(w storage.Writer, t *timetable, now time.Time) error {
	for _, slot := range t.unwritten {
		text, err := json.Marshal(slot)
		if err != nil {
			return err
		}
		if err := w.Put(storage.Schedules, slotKey(t.Ref, slot.id()), text); err != nil {
			return err
		}
	}
	t.record.Open = nil
	for _, slot := range t.open {
		if !slot.settled() {
			t.record.Open = append(t.record.Open, slot.id())
		}
	}
	text, err := json.Marshal(&t.record)
	if err != nil {
		return err
	}
	if err := w.Put(storage.Schedules, []byte(recordPrefix+t.Ref.String()), text); err != nil {
		return err
	}
	if t.unpruned < prunedEvery {
		return nil
	}
	return b.prune(w, t, now)
}

// prune cuts a trigger's history.
func (b book) prune(w storage.Writer, t *timetable, now time.Time) error {
	prefix := slotKey(t.Ref, "")
	var ids []string
	if err := w.Scan(storage.Schedules, prefix, func(key, _ []byte) bool {
		ids = append(ids, string(key[len(prefix):]))
		return true
	}); err != nil {
		return err
	}
	open := map[string]bool{}
	for _, id := range t.record.Open {
		open[id] = true
	}
	old := now.Add(-keepFor).UTC().Format(slotTime)
	for i, id := range ids {
		left := len(ids) - i
		if left <= keepLeast || left <= keepMost && id >= old {
			break
		}
		if open[id] {
			continue
		}
		if err := w.Delete(storage.Schedules, slotKey(t.Ref, id)); err != nil {
			return err
		}
	}
	return nil
}

// forget removes all that is kept of a trigger.
func (b book) forget(r Ref) error {
	return b.meta.Update(func(w storage.Writer) error {
		var keys []string
		if err := w.Scan(storage.Schedules, slotKey(r, ""), func(key, _ []byte) bool {
			keys = append(keys, string(key))
			return true
		}); err != nil {
			return err
		}
		for _, key := range append(keys, recordPrefix+r.String()) {
			if err := w.Delete(storage.Schedules, []byte(key)); err != nil {
				return err
			}
		}
		return nil
	})
}

// latest are the last slots of a trigger, newest first.
func (b book) latest(r Ref, limit int) ([]Slot, error) {
	var texts [][]byte
	var list []Slot
	err := b.meta.View(func(reader storage.Reader) error {
		err := reader.Scan(storage.Schedules, slotKey(r, ""), func(_, value []byte) bool {
			texts = append(texts, value)
			return true
		})
		for i := len(texts) - 1; i >= 0 && len(list) < limit && err == nil; i-- {
			var slot Slot
			err = json.Unmarshal(texts[i], &slot)
			list = append(list, slot)
		}
		return err
	})
	return list, err
}
