package embedded

import (
	"container/heap"
	"sync"
	"time"

	"sluice/engine/core"
	"sluice/storage"
)

// timers is the one heap of all timers. A run in memory has an entry for each of its timers; one that was evicted has a
// single entry, with id 0, that wakes it at its earliest.
type timers struct {
	e       *Engine
	mu      sync.Mutex
	heap    timerHeap
	of      map[storage.RunID]map[core.ID]*timer
	changed chan struct{}
	stopped chan struct{}
}

type timer struct {
	at    int64
	run   storage.RunID
	id    core.ID
	index int
}

func (t *timers) init(e *Engine) {
	t.e, t.of = e, map[storage.RunID]map[core.ID]*timer{}
	t.changed, t.stopped = make(chan struct{}, 1), make(chan struct{})
}

func (t *timers) stop() { close(t.stopped) }

// add sets a timer; one that is set already stays as it is.
func (t *timers) add(run storage.RunID, id core.ID, at int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	mine := t.of[run]
	if mine[id] != nil {
		return
	}
	if mine == nil {
		mine = make(map[core.ID]*timer, 1)
		t.of[run] = mine
	}
	entry := &timer{at: at, run: run, id: id}
	mine[id] = entry
	heap.Push(&t.heap, entry)
	if t.heap[0] == entry {
		select {
		case t.changed <- struct{}{}:
		default:
		}
	}
}

func (t *timers) remove(run storage.RunID, id core.ID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removeLocked(run, id)
}

func (t *timers) removeLocked(run storage.RunID, id core.ID) {
	mine := t.of[run]
	entry := mine[id]
	if entry == nil {
		return
	}
	heap.Remove(&t.heap, entry.index)
	delete(mine, id)
	if len(mine) == 0 {
		delete(t.of, run)
	}
}

// drop forgets all timers of a run.
func (t *timers) drop(run storage.RunID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id := range t.of[run] {
		t.removeLocked(run, id)
	}
}

// load sets the timers of a run that was read back into memory.
func (t *timers) load(r *run) {
	t.remove(r.id, 0)
	for _, p := range r.state.Pending() {
		if p.Kind == core.SetTimer {
			t.add(r.id, p.ID, p.At)
		}
	}
}

// soon is how close a timer may be for its run to stay in memory.
const soon = 100 * time.Millisecond

// lookAgain is the id of the entry that lets a lingering run be evicted later. No core gives it.
const lookAgain = ^core.ID(0)

// evict replaces the timers of a run by its earliest one. It refuses when that is due, or nearly: the run would be read
// back at once, and might be evicted again before its timer reached it.
func (t *timers) evict(r *run) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.removeLocked(r.id, lookAgain)
	var earliest *timer
	for _, entry := range t.of[r.id] {
		if earliest == nil || entry.at < earliest.at {
			earliest = entry
		}
	}
	if earliest == nil {
		return true
	}
	if earliest.at-time.Now().UnixNano() < int64(soon) {
		return false
	}
	for id := range t.of[r.id] {
		if id != earliest.id {
			t.removeLocked(r.id, id)
		}
	}
	delete(t.of[r.id], earliest.id)
	earliest.id = 0
	t.of[r.id][0] = earliest
	return true
}

// loop delivers timers as they come due.
func (t *timers) loop() {
	clock := time.NewTimer(time.Hour)
	defer clock.Stop()
	for {
		next := t.fire(time.Now())
		clock.Reset(next)
		select {
		case <-clock.C:
		case <-t.changed:
		case <-t.stopped:
			return
		}
	}
}

// fire delivers all timers that are due and returns how long it is to the next.
func (t *timers) fire(now time.Time) time.Duration {
	for {
		t.mu.Lock()
		if len(t.heap) == 0 {
			t.mu.Unlock()
			return time.Hour
		}
		first := t.heap[0]
		if wait := first.at - now.UnixNano(); wait > 0 {
			t.mu.Unlock()
			return time.Duration(wait)
		}
		t.removeLocked(first.run, first.id)
		t.mu.Unlock()
		d := delivery{}
		if first.id != 0 && first.id != lookAgain {
			d.event = core.Event{Kind: core.TimerFired, At: max(now.UnixNano(), first.at), ID: first.id}
		}
		t.e.deliver(first.run, d)
	}
}

// timerHeap orders timers by time; it implements heap.Interface.
type timerHeap []*timer

func (h timerHeap) Len() int           { return len(h) }
func (h timerHeap) Less(i, j int) bool { return h[i].at < h[j].at }
func (h timerHeap) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	h[i].index, h[j].index = i, j
}

// Push implements heap.Interface.
func (h *timerHeap) Push(x any) {
	entry := x.(*timer)
	entry.index = len(*h)
	*h = append(*h, entry)
}

// Pop implements heap.Interface.
func (h *timerHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	old[len(old)-1] = nil
	*h = old[:len(old)-1]
	return last
}
