package embedded

import (
	"slices"
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
	if slices.Contains(s.by[at], p) {
		return
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
