package guard

import (
	"container/list"
	"slices"
	"sync"
	"time"
)

// Bounds of what a Guard remembers, and the number of starts from which on a key's past is looked up.
const (
	maxKeys    = 100_000
	maxHistory = 256
	suspicious = 4
)

// Past finds the starts for a key from a time on, oldest first, as they were before this process remembered them.
type Past func(key Key, from time.Time) []Start

// Guard remembers the latest starts by key. It is safe for concurrent use.
type Guard struct {
	limits Limits
	past   Past

	mu   sync.Mutex
	keys map[Key]*list.Element
	// recent has the keys' histories, the one of the latest start in front.
	recent *list.List
}

type history struct {
	key    Key
	starts []Start
	// whole: what was before this process is in starts too.
	whole bool
}

// New is a guard that has seen nothing. past may be nil; it is asked once for a key that is started often, so that a
// restart forgets no loop.
func New(l Limits, past Past) *Guard {
	return &Guard{limits: l, past: past, keys: map[Key]*list.Element{}, recent: list.New()}
}

// Limits are the guard's own.
func (g *Guard) Limits() Limits { return g.limits }

// Check decides about a start for a key; nil lets it be. A refused start is remembered: as long as a loop goes on trying,
// it is refused.
func (g *Guard) Check(key Key, s Start) *Incident {
	g.mu.Lock()
	defer g.mu.Unlock()
	e, known := g.keys[key]
	if !known {
		return nil
	}
	h := e.Value.(*history)
	if !h.whole && len(h.starts)+1 >= suspicious {
		g.complete(h, s.At)
	}
	incident := Check(g.limits, key, h.starts, s)
	if incident != nil {
		g.note(key, s)
	}
	return incident
}

// complete puts a key's past before what is remembered of it.
func (g *Guard) complete(h *history, now time.Time) {
	h.whole = true
	if g.past == nil {
		return
	}
	first := h.starts[0].At
	before := slices.DeleteFunc(g.past(h.key, now.Add(-g.limits.Window)), func(s Start) bool { return !s.At.Before(first) })
	h.starts = append(before, h.starts...)
	h.trim(now.Add(-g.limits.Window))
}

// Note remembers a run that was started for a key.
func (g *Guard) Note(key Key, s Start) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.note(key, s)
}

func (g *Guard) note(key Key, s Start) {
	e, known := g.keys[key]
	if known {
		g.recent.MoveToFront(e)
	} else {
		e = g.recent.PushFront(&history{key: key})
		g.keys[key] = e
	}
	h := e.Value.(*history)
	h.starts = append(h.starts, s)
	h.trim(s.At.Add(-g.limits.Window))
	for len(g.keys) > maxKeys {
		g.drop(g.recent.Back())
	}
}

// Forget lets a key start anew: somebody has looked into its loop.
func (g *Guard) Forget(key Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e, known := g.keys[key]; known {
		h := e.Value.(*history)
		h.starts, h.whole = nil, true
	}
}

func (g *Guard) drop(e *list.Element) {
	delete(g.keys, e.Value.(*history).key)
	g.recent.Remove(e)
}

func (h *history) trim(before time.Time) {
	old := max(len(h.starts)-maxHistory, 0)
	for old < len(h.starts) && h.starts[old].At.Before(before) {
		old++
	}
	if old > 0 {
		h.starts = slices.Clone(h.starts[old:])
	}
}
