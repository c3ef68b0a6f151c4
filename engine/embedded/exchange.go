package embedded

import (
	"sync"

	"sluice/engine/core"
	"sluice/storage"
)

// place is one thing a run has asked for.
type place struct {
	run storage.RunID
	id  core.ID
}

// topic is what a subscription waits for.
type topic struct{ event, key string }

// subscriptions finds the runs that await an event.
type subscriptions struct {
	mu sync.Mutex
	by map[topic][]place
	of map[storage.RunID][]topic
}

func (s *subscriptions) init(*Engine) {
	s.by, s.of = map[topic][]place{}, map[storage.RunID][]topic{}
}

func (s *subscriptions) add(p place, event, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := topic{event, key}
	for _, other := range s.by[at] {
		if other == p {
			return
		}
	}
	s.by[at] = append(s.by[at], p)
	s.of[p.run] = append(s.of[p.run], at)
}

func (s *subscriptions) remove(p place, event, key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.removeIf(topic{event, key}, func(other place) bool { return other == p })
}

func (s *subscriptions) removeIf(at topic, gone func(place) bool) {
	var rest []place
	for _, p := range s.by[at] {
		if !gone(p) {
			rest = append(rest, p)
		}
	}
	if rest == nil {
		delete(s.by, at)
	} else {
		s.by[at] = rest
	}
}

// drop forgets all subscriptions of a run.
func (s *subscriptions) drop(run storage.RunID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.of[run] {
		s.removeIf(at, func(p place) bool { return p.run == run })
	}
	delete(s.of, run)
}

// find lists who waits for an event with a key.
func (s *subscriptions) find(event, key string) []place {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]place(nil), s.by[topic{event, key}]...)
}

// locks grants each key to one place at a time, in the order they asked. A lock is handed on only after its release is
// durable: otherwise a crash could give it to two runs.
type locks struct {
	e  *Engine
	mu sync.Mutex
	// by lists who holds (first) and who waits for a key.
	by map[string][]place
	of map[storage.RunID]map[core.ID]string
}

func (l *locks) init(e *Engine) {
	l.e, l.by, l.of = e, map[string][]place{}, map[storage.RunID]map[core.ID]string{}
}

// acquire puts a place in line and grants it the lock if it is the first.
func (l *locks) acquire(p place, key string) {
	if l.enlist(p, key) {
		l.e.grant(p)
	}
}

// enlist puts a place in line and reports whether it is the first.
func (l *locks) enlist(p place, key string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.of[p.run][p.id] == key {
		return false
	}
	if l.of[p.run] == nil {
		l.of[p.run] = map[core.ID]string{}
	}
	l.of[p.run][p.id] = key
	l.by[key] = append(l.by[key], p)
	return len(l.by[key]) == 1
}

// release takes a place out of the line and grants the lock to the next if it was the first.
func (l *locks) release(p place) {
	l.mu.Lock()
	next := l.releaseLocked(p)
	l.mu.Unlock()
	if next != nil {
		l.e.grant(*next)
	}
}

func (l *locks) releaseLocked(p place) *place {
	key, ok := l.of[p.run][p.id]
	if !ok {
		return nil
	}
	delete(l.of[p.run], p.id)
	if len(l.of[p.run]) == 0 {
		delete(l.of, p.run)
	}
	line := l.by[key]
	for i, other := range line {
		if other != p {
			continue
		}
		line = append(line[:i:i], line[i+1:]...)
		if len(line) == 0 {
			delete(l.by, key)
			return nil
		}
		l.by[key] = line
		if i == 0 {
			return &line[0]
		}
		return nil
	}
	return nil
}

// drop releases all locks of a run.
func (l *locks) drop(run storage.RunID) {
	l.mu.Lock()
	var next []place
	for id := range l.of[run] {
		if p := l.releaseLocked(place{run, id}); p != nil {
			next = append(next, *p)
		}
	}
	l.mu.Unlock()
	for _, p := range next {
		l.e.grant(p)
	}
}
