package schedule

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/storage"
)

// A mark is from where ends of runs are looked for after a start: runs that started after it, and those that were live
// then. Every end of another run has been reacted to.
//
// It costs one walk over the live runs an hour. At a start, the rows of the watched flows with the watched statuses from
// the last hour or two are read, and one row for each run that was live: some microseconds each.
type mark struct {
	At   time.Time       `json:"at"`
	Live []storage.RunID `json:"live,omitempty"`
}

const (
	// markEvery is how old a mark is when it is written, and when it is replaced: by then every end before it was told.
	markEvery = time.Hour
	// markSlack is how far the clock may step back without a run escaping.
	markSlack = time.Hour
	// endsPage is how many rows are listed at once.
	endsPage = 1_000
)

const (
	watchPrefix = "event/"
	markKey     = "mark"
)

// load reads what the process before has left.
func (r *reactor) load() error {
	r.records = map[Ref]watchRecord{}
	return r.s.o.Meta.View(func(reader storage.Reader) error {
		var bad error
		err := reader.Scan(storage.Schedules, []byte(watchPrefix), func(key, text []byte) bool {
			ref, ok := refOf(strings.TrimPrefix(string(key), watchPrefix))
			var kept watchRecord
			if bad = json.Unmarshal(text, &kept); bad != nil || !ok {
				bad = fmt.Errorf("%w: event trigger %s: %w", storage.ErrCorrupt, key, bad)
				return false
			}
			r.records[ref] = kept
			return true
		})
		if text := reader.Get(storage.Schedules, []byte(markKey)); text != nil {
			if unread := json.Unmarshal(text, &r.mark); unread != nil {
				bad = errors.Join(bad, fmt.Errorf("%w: mark of event triggers: %w", storage.ErrCorrupt, unread))
			}
		}
		return errors.Join(err, bad)
	})
}

// rebind puts event triggers in force, from now on where they are new or changed.
func (r *reactor) rebind(watches []*watch, now time.Time) error {
	records := map[Ref]watchRecord{}
	for _, w := range watches {
		w.From = now
		if old, ok := r.records[w.Ref]; ok && slices.Equal(old.Events, w.Events) && slices.Equal(old.Flows, w.Flows) {
			w.From = old.From
		}
		records[w.Ref] = w.watchRecord
	}
	var first *mark
	r.mu.Lock()
	idle := len(r.watches) == 0
	r.mu.Unlock()
	if idle && len(watches) > 0 && r.mark.At.IsZero() {
		taken, err := r.take(now)
		if err != nil {
			return err
		}
		first = &taken
	}
	if err := r.s.o.Meta.Update(func(w storage.Writer) error {
		for ref := range r.records {
			if _, kept := records[ref]; !kept {
				if err := w.Delete(storage.Schedules, []byte(watchPrefix+ref.String())); err != nil {
					return err
				}
			}
		}
		for ref, kept := range records {
			if err := putJSON(w, watchPrefix+ref.String(), kept); err != nil {
				return err
			}
		}
		switch {
		case first != nil:
			return putJSON(w, markKey, first)
		case len(watches) == 0:
			return w.Delete(storage.Schedules, []byte(markKey))
		}
		return nil
	}); err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.records, r.watches, r.watched = records, watches, map[End]bool{}
	for _, w := range watches {
		for _, flow := range w.Flows {
			for _, status := range endings(w.Events) {
				r.watched[End{Flow: flow, Status: status}] = true
			}
		}
	}
	if first != nil {
		r.mark = *first
	}
	if len(watches) == 0 {
		r.mark, r.taken = mark{}, mark{}
	}
	r.wake()
	return nil
}

func putJSON(w storage.Writer, key string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return w.Put(storage.Schedules, []byte(key), text)
}

// take is a mark as of now.
func (r *reactor) take(now time.Time) (mark, error) {
	m := mark{At: now}
	err := r.s.o.Journal.Live(func(l storage.LiveRow) bool {
		m.Live = append(m.Live, l.Run)
		return true
	})
	return m, err
}

// renew writes the mark that was taken an hour ago, with the ends that still wait, and takes the next.
func (r *reactor) renew(now time.Time, waiting []storage.RunID) error {
	r.mu.Lock()
	taken := r.taken
	r.mu.Unlock()
	if !taken.At.IsZero() && now.Sub(taken.At).Abs() < markEvery {
		return nil
	}
	if !taken.At.IsZero() {
		taken.Live = append(taken.Live, waiting...)
		if err := r.s.o.Meta.Update(func(w storage.Writer) error { return putJSON(w, markKey, taken) }); err != nil {
			return err
		}
	}
	next, err := r.take(now)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !taken.At.IsZero() {
		r.mark = taken
	}
	r.taken = next
	return nil
}

// find lists the runs since the mark whose ends are watched; whether they were reacted to, their keys tell.
func (r *reactor) find() ([]storage.RunID, error) {
	r.mu.Lock()
	m, watches := r.mark, r.watches
	r.mu.Unlock()
	wanted := map[storage.Listing]bool{}
	for _, w := range watches {
		for _, flow := range w.Flows {
			for _, status := range endings(w.Events) {
				wanted[storage.Listing{Flow: flow, Status: string(status), From: m.At.Add(-markSlack), Limit: endsPage}] = true
			}
		}
	}
	found := slices.Clone(m.Live)
	for l := range wanted {
		for {
			rows, err := r.s.o.Journal.Runs(l)
			if err != nil {
				return nil, err
			}
			for _, row := range rows {
				found = append(found, row.Run)
			}
			if len(rows) < endsPage {
				break
			}
			l.Before = rows[len(rows)-1].Run
		}
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}
