// Package hooks takes webhooks: it finds the flow that a delivery is for, verifies who sent it, stores it as the start
// of a run, and answers as the flow's trigger says, once the run is on disk.
//
// What happens to a delivery is in [Router.Serve], which knows no web server; [Router.Handle] is the way there from
// fiber. The package must not know how flows are stored or published, nor how an engine does its work.
package hooks

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"sluice/connect/secret"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/storage"
)

// Connections hold the secrets that deliveries are verified with. [sluice/connect.Set] is one.
type Connections interface {
	// Secret is one secret of a connection. The failure's code is connection.secret where the connection has no secret
	// of that name.
	Secret(id, name string) (secret.Text, *core.Failure)
	// MaskText is a text without the secrets of any connection.
	MaskText(text string) string
}

// Options of a Router. Engine, Journal, Plans and Connections are needed.
type Options struct {
	Engine engine.Engine
	// Journal and Plans tell what the first run of an idempotency key has answered.
	Journal     storage.Journal
	Plans       engine.Plans
	Connections Connections
	// Now is the time of a delivery; nil is time.Now.
	Now    func() time.Time
	Log    *slog.Logger
	Limits Limits
}

// Limits of deliveries; zero values stand for the defaults.
type Limits struct {
	// Body is the longest body in bytes; 0 is 4 MiB. The web server's own limit is best the same, so that a longer body
	// is refused before it is read.
	Body int
	// Rate is how many deliveries a second each webhook takes, over time; a burst of one second's worth may come at once.
	// 0 is 20,000.
	Rate int
	// Respond is how long a webhook with respond set to result waits for its run where the flow has no
	// settings.respondTimeout; 0 is 30 s.
	Respond time.Duration
}

const (
	defaultBody    = 4 << 20
	defaultRate    = 20_000
	defaultRespond = 30 * time.Second
)

// Router takes deliveries for the published flows. It is safe for concurrent use.
type Router struct {
	o     Options
	table atomic.Pointer[table]
	// waits is over when the router drains: nobody waits for a run's answer any longer.
	waits context.Context
	drain context.CancelFunc

	mu sync.Mutex
	// live are the webhooks of each published flow, by its id.
	live map[string][]*hook
}

// New makes a router without webhooks.
func New(o Options) *Router {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Limits.Body == 0 {
		o.Limits.Body = defaultBody
	}
	if o.Limits.Rate == 0 {
		o.Limits.Rate = defaultRate
	}
	if o.Limits.Respond == 0 {
		o.Limits.Respond = defaultRespond
	}
	r := &Router{o: o, live: map[string][]*hook{}}
	r.waits, r.drain = context.WithCancel(context.Background())
	r.table.Store(&table{})
	return r
}

// Live says what a flow's webhooks are from now on: those of flow, or none where it is nil. A delivery sees all the old
// ones or all the new ones. Of two flows that want the same deliveries, which Check refuses, the one with the lesser id
// has them.
func (r *Router) Live(id string, flow *flows.Flow) {
	r.mu.Lock()
	defer r.mu.Unlock()
	buckets := map[string]*bucket{}
	for _, h := range r.live[id] {
		buckets[h.name] = h.limit
	}
	delete(r.live, id)
	if flow != nil {
		r.live[id] = hooksOf(flow)
	}
	for _, h := range r.live[id] {
		h.limit = cmp.Or(buckets[h.name], newBucket(r.o.Limits.Rate))
		h.timeout = cmp.Or(flow.Document.Settings.RespondTimeout, r.o.Limits.Respond)
	}
	r.table.Store(r.tableWithout(""))
}

// tableWithout is a table of all webhooks but those of one flow.
func (r *Router) tableWithout(id string) *table {
	t := &table{}
	for _, flow := range slices.Sorted(maps.Keys(r.live)) {
		if flow == id {
			continue
		}
		for _, h := range r.live[flow] {
			if taken := t.add(h); taken != nil {
				r.o.Log.Error("two webhooks want the same deliveries", "path", h.entrance.Path, "for", taken.name, "not for", h.name)
			}
		}
	}
	return t
}

// Drain refuses deliveries from now on, and answers those that wait for their run with its id. Runs go on.
func (r *Router) Drain() { r.drain() }
