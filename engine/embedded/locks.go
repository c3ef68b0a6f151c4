package embedded

import (
	"sync"
	"time"

	"sluice/engine/core"
	"sluice/storage"
)

// locks keeps the lines before locks and gates. A lock is held by one place at a time, a gate by as many as its limit
// says; the others wait in the order they asked. What was held is handed on only after its release is durable:
// otherwise a crash could give it to one too many.
type locks struct {
	e  *Engine
	mu sync.Mutex
	// lines by key: those that hold and those that wait, in the order they asked.
	lines map[string][]*claim
	of    map[storage.RunID]map[core.ID]string
}

// claim is a place in a line. gate is nil for a lock.
type claim struct {
	place
	gate *core.Gate
	held bool
}

func (c *claim) limit() int {
	if c.gate == nil {
		return 1
	}
	return max(c.gate.Limit, 1)
}

func (l *locks) init(e *Engine) {
	l.e, l.lines, l.of = e, map[string][]*claim{}, map[storage.RunID]map[core.ID]string{}
}

// hold notes a claim that was granted before a crash.
func (l *locks) hold(c claim, key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.held = true
	l.enlist(&c, key)
}

// acquire puts a claim in line. Where there is no room, a gate that skips cancels the run that asks, and one that
// replaces cancels those before it.
func (l *locks) acquire(c claim, key string) {
	l.mu.Lock()
	if l.of[c.run][c.id] == key {
		l.mu.Unlock()
		return
	}
	before := l.lines[key]
	l.enlist(&c, key)
	granted := l.serve(key)
	var cancel []storage.RunID
	if c.gate != nil && !c.held {
		switch c.gate.Policy {
		case core.GateSkip:
			cancel = append(cancel, c.run)
		case core.GateReplace:
			for _, other := range before {
				cancel = append(cancel, other.run)
			}
		}
	}
	l.mu.Unlock()
	l.tell(granted)
	for _, run := range cancel {
		l.e.deliver(run, delivery{event: core.Event{
			Kind: core.CancelRequested, At: time.Now().UnixNano(), Reason: reasonOf(c.gate.Policy, key),
		}})
	}
}

func reasonOf(p core.GatePolicy, key string) string {
	if p == core.GateSkip {
		return "skipped: a run with the same concurrency key is at work (" + key + ")"
	}
	return "replaced by a newer run with the same concurrency key (" + key + ")"
}

// release takes a claim out of its line and serves those behind it.
func (l *locks) release(p place) {
	l.mu.Lock()
	granted := l.leave(p)
	l.mu.Unlock()
	l.tell(granted)
}

// drop releases all that a run holds or waits for.
func (l *locks) drop(run storage.RunID) {
	l.mu.Lock()
	var granted []place
	for id := range l.of[run] {
		granted = append(granted, l.leave(place{run, id})...)
	}
	l.mu.Unlock()
	l.tell(granted)
}

func (l *locks) enlist(c *claim, key string) {
	if l.of[c.run] == nil {
		l.of[c.run] = map[core.ID]string{}
	}
	l.of[c.run][c.id] = key
	l.lines[key] = append(l.lines[key], c)
}

func (l *locks) leave(p place) []place {
	key, ok := l.of[p.run][p.id]
	if !ok {
		return nil
	}
	delete(l.of[p.run], p.id)
	if len(l.of[p.run]) == 0 {
		delete(l.of, p.run)
	}
	var rest []*claim
	for _, c := range l.lines[key] {
		if c.place != p {
			rest = append(rest, c)
		}
	}
	if rest == nil {
		delete(l.lines, key)
		return nil
	}
	l.lines[key] = rest
	return l.serve(key)
}

// serve grants a key to those first in line for whom there is room.
func (l *locks) serve(key string) []place {
	var granted []place
	held := 0
	for _, c := range l.lines[key] {
		if c.held {
			held++
		}
	}
	for _, c := range l.lines[key] {
		if c.held {
			continue
		}
		if held >= c.limit() {
			break
		}
		c.held = true
		held++
		granted = append(granted, c.place)
	}
	return granted
}

func (l *locks) tell(granted []place) {
	for _, p := range granted {
		l.e.grant(p)
	}
}
