// Package queue starts a run for each message of a broker: the queue triggers of published flows.
//
// A message is acknowledged when its run is durable, never before. Its identity is the run's idempotency key, so that a
// message that is delivered again starts nothing. A message that cannot start a run is set aside after some tries, and is
// acknowledged only when it lies there; a server that cannot take messages holds them and takes no more.
//
// The package sees the engine and connections through small interfaces. It must not know HTTP, how flows are stored, or
// any one broker.
package queue

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"sluice/connect/broker"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/triggers"
	"sluice/storage"
)

// Starter starts runs; an engine does.
type Starter interface {
	Start(ctx context.Context, r engine.StartRequest) (storage.RunID, error)
}

// Connections are where brokers come from. [sluice/connect.Set] is one.
type Connections interface {
	Broker(id string) (*broker.Client, *core.Failure)
	MaskText(text string) string
}

// Options of Consumers. Starter and Connections are needed.
type Options struct {
	Starter     Starter
	Connections Connections
	// Busy reports that enough runs are at work for now: no message is taken until it is over. Nil is never.
	Busy func() bool
	// Now is the time of a delivery; nil is time.Now.
	Now func() time.Time
	Log *slog.Logger
	// Pause is how long to wait after the first try that failed; it doubles up to Longest. 0 is 250 ms and 30 s.
	Pause, Longest time.Duration
	// Body is the longest body in bytes; 0 is 4 MiB.
	Body int
}

const (
	defaultPause   = 250 * time.Millisecond
	defaultLongest = 30 * time.Second
	defaultBody    = 4 << 20
	// lagEvery is how often brokers are asked how much waits.
	lagEvery = 5 * time.Second
	// startWithin bounds one start. One that takes longer is tried again under the same key.
	startWithin = 10 * time.Second
	// setAsideWithin bounds one try to set a message aside.
	setAsideWithin = 30 * time.Second
	// lookAgain is how often a consumer looks whether the server is still busy.
	lookAgain = 50 * time.Millisecond
)

// Consumers are the queue triggers in force. They are safe for concurrent use.
type Consumers struct {
	o    Options
	gate gate
	// ctx ends with Drain.
	ctx  context.Context
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	running map[string]*consumer
	// leaving were stopped and may still have messages in hand.
	leaving []*consumer
}

// New makes Consumers without triggers.
func New(o Options) *Consumers {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Pause == 0 {
		o.Pause = defaultPause
	}
	if o.Longest == 0 {
		o.Longest = defaultLongest
	}
	if o.Body == 0 {
		o.Body = defaultBody
	}
	c := &Consumers{o: o, gate: gate{busy: o.Busy}, running: map[string]*consumer{}}
	c.ctx, c.stop = context.WithCancel(context.Background())
	return c
}

// Check warns of triggers whose messages cannot always be told apart, and refuses patterns where a broker has none.
func (c *Consumers) Check(flow *flows.Flow, _ []*flows.Flow) []diag.Diagnostic {
	var found []diag.Diagnostic
	for i := range flow.Triggers {
		if e := &flow.Triggers[i]; e.Type == triggers.Queue {
			found = append(found, c.check(newBinding(flow, e), flow.Document.Triggers[i].Pointer+"/config")...)
		}
	}
	diag.Sort(found)
	return found
}

// Rebind makes the queue triggers of these flows the ones in force, and no others. A trigger that reads the same messages
// goes on without a break, with the newer flow; it does not wait for those that stop.
func (c *Consumers) Rebind(published []*flows.Flow) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ctx.Err() != nil {
		return
	}
	next := map[string]*binding{}
	for _, flow := range published {
		for i := range flow.Triggers {
			if e := &flow.Triggers[i]; e.Type == triggers.Queue {
				b := newBinding(flow, e)
				next[b.name] = b
			}
		}
	}
	c.leaving = slices.DeleteFunc(c.leaving, (*consumer).gone)
	for name, old := range c.running {
		b := next[name]
		if b != nil && b.source == old.source {
			old.binding.Store(b)
			delete(next, name)
			continue
		}
		old.stop()
		delete(c.running, name)
		c.leaving = append(c.leaving, old)
	}
	for name, b := range next {
		// Two sessions of one name would fight: whoever reads in that group must have left.
		before := slices.Clone(c.leaving)
		fresh := newConsumer(c.ctx, &c.o, &c.gate, b)
		c.running[name] = fresh
		c.work.Go(func() { fresh.run(before) })
	}
}

// Drain takes no more messages, lets those in hand finish, and returns when all is acknowledged that can be, or the
// context has ended.
func (c *Consumers) Drain(ctx context.Context) {
	c.mu.Lock()
	c.stop()
	c.mu.Unlock()
	finished := make(chan struct{})
	go func() {
		c.work.Wait()
		close(finished)
	}()
	select {
	case <-finished:
	case <-ctx.Done():
	}
}

// Stats are the figures of all triggers in force, in no order.
func (c *Consumers) Stats() []Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Stats, 0, len(c.running))
	for _, running := range c.running {
		all = append(all, running.stats())
	}
	return all
}
