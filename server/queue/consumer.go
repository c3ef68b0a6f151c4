package queue

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"sluice/connect/broker"
	"sluice/engine/core"
)

// consumer reads for one trigger until it is stopped, over all connections that it takes.
type consumer struct {
	o    *Options
	gate *gate
	source
	// binding is replaced while messages come when the flow is published again.
	binding atomic.Pointer[binding]
	ctx     context.Context
	stop    context.CancelFunc
	done    chan struct{}
	figures figures

	mu sync.Mutex
	// complained is when each code was last logged.
	complained map[string]time.Time
}

// figures are counted from the start of the consumer.
type figures struct {
	started, duplicates, setAside, retries, reconnects atomic.Int64
	inHand                                             atomic.Int64
	connected                                          atomic.Bool
	// mute: the broker was asked for the lag and did not answer. Clients that find their own way back do not tell.
	mute atomic.Bool
	// lag is lagUnknown where the broker does not tell.
	lag atomic.Int64
}

const lagUnknown = -1

// Stats are the figures of one trigger since it was bound.
type Stats struct {
	Flow, Trigger string
	// Lag is how many messages wait at the broker, when it was last asked; -1 where that is not known.
	Lag int64
	// InHand are delivered and not acknowledged.
	InHand int64
	// Started messages have a run, Duplicates had one already, SetAside went to the dead letters.
	Started, Duplicates, SetAside int64
	// Retries are tries that failed and are repeated, for whatever reason.
	Retries int64
	// Reconnects count how often reading had to begin anew.
	Reconnects int64
	Connected  bool
}

func newConsumer(ctx context.Context, o *Options, g *gate, b *binding) *consumer {
	c := &consumer{o: o, gate: g, source: b.source, done: make(chan struct{}), complained: map[string]time.Time{}}
	c.binding.Store(b)
	c.figures.lag.Store(lagUnknown)
	c.ctx, c.stop = context.WithCancel(ctx)
	return c
}

// run reads until the consumer is stopped. Before it begins, those of before must have ended.
func (c *consumer) run(before []*consumer) {
	defer close(c.done)
	for _, other := range before {
		<-other.done
	}
	var asking sync.WaitGroup
	defer asking.Wait()
	defer c.stop()
	asking.Go(c.watchLag)
	for wait := newBackoff(c.o); c.ctx.Err() == nil; {
		f := c.read(wait)
		c.figures.connected.Store(false)
		if f == nil {
			continue
		}
		c.figures.reconnects.Add(1)
		c.complain(f.Code, "reading messages broke off and is tried again", "error", f.Message)
		if !wait.pause(c.ctx) {
			return
		}
	}
}

// gone reports whether a consumer that was stopped has ended.
func (c *consumer) gone() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// read consumes over one connection.
func (c *consumer) read(wait *backoff) *core.Failure {
	client, f := c.o.Connections.Broker(c.connection)
	if f != nil {
		return f
	}
	ready := func() {
		wait.reset()
		c.figures.connected.Store(true)
	}
	return client.Consume(c.ctx, c.Subscription, ready, func(ctx context.Context, d *broker.Delivery) bool {
		c.figures.inHand.Add(1)
		defer c.figures.inHand.Add(-1)
		t := &taking{consumer: c, client: client, delivery: d}
		return t.take(ctx)
	})
}

// watchLag asks the broker now and then how much waits.
func (c *consumer) watchLag() {
	tick := time.NewTicker(lagEvery)
	defer tick.Stop()
	for {
		lag, mute := int64(lagUnknown), false
		if client, f := c.o.Connections.Broker(c.connection); f == nil && c.figures.connected.Load() {
			ctx, done := context.WithTimeout(c.ctx, lagEvery)
			n, err := client.Lag(ctx, c.Subscription)
			done()
			if err == nil {
				lag = n
			} else if !errors.Is(err, broker.ErrNoLag) && c.ctx.Err() == nil {
				mute = true
				c.complain("queue.unavailable", "the broker does not tell how much waits", "error", err)
			}
		}
		c.figures.lag.Store(lag)
		c.figures.mute.Store(mute)
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (c *consumer) stats() Stats {
	b, f := c.binding.Load(), &c.figures
	return Stats{
		Flow: b.flow.Document.ID, Trigger: b.entrance.ID, Lag: f.lag.Load(), InHand: f.inHand.Load(), Started: f.started.Load(),
		Duplicates: f.duplicates.Load(), SetAside: f.setAside.Load(), Retries: f.retries.Load(), Reconnects: f.reconnects.Load(),
		Connected: f.connected.Load() && !f.mute.Load(),
	}
}

// complain logs what may come with every message, once a minute for each code.
func (c *consumer) complain(code, text string, args ...any) {
	c.mu.Lock()
	now := time.Now()
	again := now.Sub(c.complained[code]) < time.Minute
	if !again {
		c.complained[code] = now
	}
	c.mu.Unlock()
	if again {
		return
	}
	args = append([]any{"code", code, "trigger", c.binding.Load().name, "connection", c.connection, "topic", c.Topic}, args...)
	c.o.Log.Warn(text, args...)
}

// backoff is a pause that doubles from try to try.
type backoff struct {
	first, longest time.Duration
	next           atomic.Int64
}

func newBackoff(o *Options) *backoff {
	b := &backoff{first: o.Pause, longest: o.Longest}
	b.reset()
	return b
}

func (b *backoff) reset() { b.next.Store(int64(b.first)) }

// pause waits; false when the context ended first.
func (b *backoff) pause(ctx context.Context) bool {
	wait := time.Duration(b.next.Load())
	b.next.Store(int64(min(2*wait, b.longest)))
	return sleep(ctx, wait)
}

func sleep(ctx context.Context, wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
