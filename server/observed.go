package server

import (
	"crypto/rand"
	"sync"
	"time"

	"sluice/storage"
)

// Observed is a storage whose commits can be watched: live events and metrics are made of what has become durable, so
// that nobody is shown a step that a crash then takes back, and the engine need not know that anybody looks.
type Observed struct {
	storage.Store

	// epoch tells the log of this process from that of another.
	epoch string

	mu sync.Mutex
	// log is the latest changes of rows, oldest first; the last of them has the number next-1.
	log      []change
	next     uint64
	watchers map[*watcher]bool
	figures  figures
	ended    func(storage.RunID, storage.Row)
}

// change is a run's row as it became durable.
type change struct {
	run storage.RunID
	row storage.Row
}

// keptChanges is how many changes can be resumed from.
const keptChanges = 4_096

// watcher is told that there is something new of one run, or, without a run, of any row.
type watcher struct {
	run  storage.RunID
	wake chan struct{}
}

// Observe wraps a storage. The engine must be given the result too, or nothing is seen.
func Observe(s storage.Store) *Observed {
	return &Observed{Store: s, epoch: rand.Text()[:8], next: 1, watchers: map[*watcher]bool{}, figures: newFigures()}
}

// WhenEnded has f told of each run whose end became durable. f must not block, nor call the storage.
func (o *Observed) WhenEnded(f func(storage.RunID, storage.Row)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.ended = f
}

// Commit implements storage.Journal.
func (o *Observed) Commit(appends []storage.Append) (map[int]error, error) {
	begin := time.Now()
	refused, err := o.Store.Commit(appends)
	took := time.Since(begin)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.figures.commit(took, err)
	if err != nil {
		return refused, err
	}
	touched := make(map[storage.RunID]bool, len(appends))
	rows := false
	for i := range appends {
		a := &appends[i]
		if refused[i] != nil {
			continue
		}
		touched[a.Run] = true
		if a.Row != nil {
			rows = true
			o.note(a)
		}
	}
	for w := range o.watchers {
		if w.run == "" && rows || touched[w.run] {
			select {
			case w.wake <- struct{}{}:
			default:
			}
		}
	}
	return refused, nil
}

func (o *Observed) note(a *storage.Append) {
	if a.Seq == 1 {
		o.figures.started(a.Row)
	}
	if !a.Row.EndedAt.IsZero() {
		o.figures.ended(a.Row)
		if o.ended != nil {
			o.ended(a.Run, *a.Row)
		}
	}
	if len(o.log) == keptChanges {
		// Half goes at a time, so that most commits move nothing.
		o.log = append(o.log[:0], o.log[keptChanges/2:]...)
	}
	o.log = append(o.log, change{a.Run, *a.Row})
	o.next++
}

// watch is told of a run, or of all rows for the empty id, until stop is called. One signal may stand for many commits.
func (o *Observed) watch(run storage.RunID) (wake <-chan struct{}, stop func()) {
	w := &watcher{run: run, wake: make(chan struct{}, 1)}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.watchers[w] = true
	return w.wake, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		delete(o.watchers, w)
	}
}

// after lists the changes after number n, and the number of the last; complete is false where some are forgotten.
func (o *Observed) after(n uint64) (list []change, last uint64, complete bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	last = o.next - 1
	if n > last {
		return nil, last, false
	}
	missing := last - n
	complete = missing <= uint64(len(o.log))
	missing = min(missing, uint64(len(o.log)))
	return append(list, o.log[uint64(len(o.log))-missing:]...), last, complete
}
