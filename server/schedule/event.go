package schedule

import (
	"errors"
	"slices"
	"sync"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/triggers"
	"sluice/server/schedule/guard"
	"sluice/storage"
)

// The events of runs that a trigger may name. Those of connections are [Condition]s.
const (
	eventFailed    = "run.failed"
	eventSucceeded = "run.succeeded"
)

// endings are the events of a list that are about the ends of runs, with the status that such a run has.
func endings(events []string) map[string]core.Status {
	found := map[string]core.Status{}
	for _, event := range events {
		switch event {
		case eventFailed:
			found[event] = core.Failed
		case eventSucceeded:
			found[event] = core.Succeeded
		}
	}
	return found
}

// watch is one event trigger.
type watch struct {
	Ref
	flow *flows.Flow
	// connections are those that count; none for all.
	connections []string
	watchRecord
}

// watchRecord is what is kept of a watch.
type watchRecord struct {
	Events []string `json:"events"`
	Flows  []string `json:"flows"`
	// From is since when the trigger is in force: runs that ended before do not count.
	From time.Time `json:"from"`
}

func newWatch(f *flows.Flow, e *flows.Entrance) *watch {
	w := &watch{Ref: Ref{f.Document.ID, e.ID}, flow: f, connections: texts(e.Config["connections"])}
	w.Events, w.Flows = texts(e.Config["events"]), texts(e.Config["flows"])
	return w
}

func texts(v core.Value) []string {
	var all []string
	list, _ := v.(core.List)
	for _, v := range list {
		if s, ok := v.(string); ok {
			all = append(all, s)
		}
	}
	return all
}

// event is what the watch sees in the end of a run; empty when nothing.
func (w *watch) event(flow, status string) string {
	if slices.Contains(w.Flows, flow) {
		for event, of := range endings(w.Events) {
			if string(of) == status {
				return event
			}
		}
	}
	return ""
}

// reactor starts the runs of event triggers. Ends come in by ended; after a start, and after more ends than it holds, it
// finds them in the rows of runs, see find.
type reactor struct {
	s    *Scheduler
	poke chan struct{}

	mu      sync.Mutex
	watches []*watch
	// watched are the ends that somebody watches, without the run.
	watched map[End]bool
	// queue are runs that have ended; behind says that there are more than it holds.
	queue  []storage.RunID
	behind bool

	// records are those of the watches of the process before; load fills them for the first rebind.
	records map[Ref]watchRecord
	// What follows belongs to the loop, but for what load and the first rebind set before it runs.
	mark, taken mark
}

const (
	// maxEnds is how many ends wait in memory.
	maxEnds = 10_000
	// reactionsAtOnce bounds the runs being started.
	reactionsAtOnce = 16
)

func newReactor(s *Scheduler) *reactor {
	return &reactor{s: s, poke: make(chan struct{}, 1), behind: true}
}

// ended takes the end of a run.
func (r *reactor) ended(e End) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.watched[End{Flow: e.Flow, Status: e.Status}] {
		return
	}
	if len(r.queue) < maxEnds {
		r.queue = append(r.queue, e.Run)
	} else {
		r.behind = true
	}
	r.wake()
}

func (r *reactor) wake() {
	select {
	case r.poke <- struct{}{}:
	default:
	}
}

// loop works on ends until the scheduler closes.
func (r *reactor) loop() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-r.s.ctx.Done():
			return
		case <-timer.C:
		case <-r.poke:
		}
		timer.Reset(r.turn())
	}
}

// turn reacts to what has ended and says when to look again.
func (r *reactor) turn() time.Duration {
	now := r.s.now()
	r.mu.Lock()
	idle, behind, batch := len(r.watches) == 0, r.behind, r.queue
	if !idle {
		r.queue, r.behind = nil, false
	}
	r.mu.Unlock()
	if idle {
		return markEvery
	}
	if behind {
		found, err := r.find()
		if err != nil {
			r.s.o.Log.Error("ended runs cannot be listed; event triggers wait", "error", err)
			r.again(batch, true)
			return lookAgain
		}
		batch = append(found, batch...)
	}
	left := r.reactAll(batch, now)
	r.again(left, false)
	if err := r.renew(now, left); err != nil {
		r.s.o.Log.Error("the mark of event triggers cannot be written", "error", err)
	}
	if len(left) > 0 {
		return lookAgain
	}
	return markEvery
}

// again puts back what could not be done.
func (r *reactor) again(batch []storage.RunID, behind bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue = append(slices.Clip(batch), r.queue...)
	r.behind = r.behind || behind
}

// reactAll reacts to some ends and returns those that have to be tried again.
func (r *reactor) reactAll(batch []storage.RunID, now time.Time) []storage.RunID {
	room := make(chan struct{}, reactionsAtOnce)
	var mu sync.Mutex
	var left []storage.RunID
	var work sync.WaitGroup
	for _, run := range batch {
		room <- struct{}{}
		work.Go(func() {
			defer func() { <-room }()
			if err := r.react(run, now); err != nil {
				mu.Lock()
				defer mu.Unlock()
				if len(left) == 0 && r.s.ctx.Err() == nil {
					r.s.o.Log.Warn("the run of an event trigger cannot be started yet", "ended", run, "error", err)
				}
				left = append(left, run)
			}
		})
	}
	work.Wait()
	return left
}

// react starts the runs that the end of a run leads to, each once.
func (r *reactor) react(run storage.RunID, now time.Time) error {
	row, err := r.s.o.Journal.Row(run)
	if errors.Is(err, storage.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	r.mu.Lock()
	watches := r.watches
	r.mu.Unlock()
	for _, w := range watches {
		event := w.event(row.Flow, row.Status)
		if event == "" || row.EndedAt.IsZero() || row.EndedAt.Before(w.From) {
			continue
		}
		if err := r.fire(w, event, run, &row, now); err != nil {
			return err
		}
	}
	return nil
}

// fire starts the run of one event trigger, unless it was started, or the trigger is itself the cause of what ended.
func (r *reactor) fire(w *watch, event string, run storage.RunID, row *storage.Row, now time.Time) error {
	s := r.s
	once := storage.Once{Scope: scope(w.Ref), Key: string(run), TTL: KeysHeld}
	switch _, err := s.o.Journal.Claimed(once.Scope, once.Key, now); {
	case err == nil:
		return nil
	case !errors.Is(err, storage.ErrNotFound):
		return err
	}
	if now.Sub(row.EndedAt) >= KeysHeld {
		s.o.Log.Error("an event is given up: nobody can tell any more whether its run was started", "trigger", w.Ref, "ended", run)
		return nil
	}
	chain, err := chainOf(s.o.Journal, run)
	if err != nil {
		return err
	}
	for _, l := range chain {
		if l.event == w.Ref {
			s.o.Log.Error("an event trigger has caused this itself and does not start again", "trigger", w.Ref, "event", event,
				"ended", run, "flow", row.Flow, "chain", flowsOf(chain))
			return nil
		}
	}
	_, err = s.start(w.flow, w.trigger(event, run, row, now), once, now)
	if _, refused := errors.AsType[*refusal](err); refused {
		if _, loop := errors.AsType[*guard.Incident](err); !loop { // which was logged and recorded
			s.o.Log.Error("the run of an event trigger is refused", "trigger", w.Ref, "ended", run, "error", err)
		}
		return nil
	}
	return err
}

// trigger is what expressions of the run see.
func (w *watch) trigger(event string, run storage.RunID, row *storage.Row, now time.Time) core.Object {
	keys := core.Object{}
	for _, k := range row.Keys {
		keys[k.Name] = k.Value
	}
	zone := w.flow.Document.Zone
	ended := core.Object{
		"id": string(run), "flow": row.Flow, "status": row.Status, "keys": keys, "error": nil,
		"startedAt": moment(row.StartedAt, zone), "endedAt": moment(row.EndedAt, zone),
	}
	if v, err := value.Decode(row.Data); err == nil {
		if data, ok := v.(core.Object); ok {
			ended["error"] = data["error"]
		}
	}
	return core.Object{"id": w.Trigger, "type": triggers.Event, "at": moment(now, zone), "event": event, "run": ended}
}
