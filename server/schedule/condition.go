package schedule

import (
	"errors"
	"slices"
	"sync"
	"time"

	"sluice/engine/core"
	"sluice/flows/triggers"
	"sluice/server/schedule/guard"
	"sluice/storage"
)

// Condition is something that is so about a connection, and that event triggers may name.
type Condition struct {
	Event      string
	Connection string
	// Key tells this occurrence from every other of the event at the connection: it starts a run of a trigger once.
	Key string
	// Held is how long the key is known. A condition that holds on after that starts a run anew.
	Held time.Duration
	// Data is what expressions see as trigger.connection; moment writes a time in the flow's zone.
	Data func(moment func(time.Time) core.Value) core.Object
}

// observer starts the runs of event triggers about connections. What is so it asks, and the keys in storage tell what
// was started: it has nothing to lose when the process ends.
type observer struct {
	s    *Scheduler
	poke chan struct{}

	mu      sync.Mutex
	watches []*watch

	// done are the keys, by their scope, that need not be asked for again; it belongs to the loop.
	done map[[2]string]bool
}

// observeEvery is how often conditions are looked at.
const observeEvery = time.Minute

func newObserver(s *Scheduler) *observer {
	return &observer{s: s, poke: make(chan struct{}, 1), done: map[[2]string]bool{}}
}

// rebind puts event triggers in force.
func (o *observer) rebind(watches []*watch) {
	o.mu.Lock()
	o.watches = watches
	o.mu.Unlock()
	select {
	case o.poke <- struct{}{}:
	default:
	}
}

func (o *observer) loop() {
	if o.s.o.Conditions == nil {
		return
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-o.s.ctx.Done():
			return
		case <-timer.C:
		case <-o.poke:
		}
		o.turn(o.s.now())
		timer.Reset(observeEvery)
	}
}

// turn starts what is to be started. What cannot be is tried again at the next turn.
func (o *observer) turn(now time.Time) {
	o.mu.Lock()
	watches := slices.DeleteFunc(slices.Clone(o.watches), func(w *watch) bool { return len(w.Events) == len(endings(w.Events)) })
	o.mu.Unlock()
	if len(watches) == 0 {
		return
	}
	done := map[[2]string]bool{}
	for _, c := range o.s.o.Conditions(now) {
		for _, w := range watches {
			if !w.wants(&c) {
				continue
			}
			once := storage.Once{Scope: scope(w.Ref), Key: c.Event + "/" + c.Connection + "/" + c.Key, TTL: c.Held}
			key := [2]string{once.Scope, once.Key}
			if o.done[key] || o.start(w, &c, once, now) {
				done[key] = true
			}
		}
	}
	o.done = done
}

// wants reports whether the watch is for the condition.
func (w *watch) wants(c *Condition) bool {
	return slices.Contains(w.Events, c.Event) && (len(w.connections) == 0 || slices.Contains(w.connections, c.Connection))
}

// start reports whether the run is started, or will never be.
func (o *observer) start(w *watch, c *Condition, once storage.Once, now time.Time) bool {
	s := o.s
	inZone := func(t time.Time) core.Value { return moment(t, w.flow.Document.Zone) }
	trigger := core.Object{
		"id": w.Trigger, "type": triggers.Event, "at": inZone(now), "event": c.Event, "connection": c.Data(inZone),
	}
	_, err := s.start(w.flow, trigger, once, now)
	if err == nil {
		return true
	}
	if _, refused := errors.AsType[*refusal](err); refused {
		if _, loop := errors.AsType[*guard.Incident](err); !loop { // which was logged and recorded
			s.o.Log.Error("the run of an event trigger is refused", "trigger", w.Ref, "event", c.Event, "connection", c.Connection, "error", err)
		}
		return true
	}
	if s.ctx.Err() == nil {
		s.o.Log.Warn("the run of an event trigger cannot be started yet", "trigger", w.Ref, "event", c.Event, "connection", c.Connection, "error", err)
	}
	return false
}
