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
	// Config is the config of a connection, which must not be changed; nil for an unknown one.
	Config(id string) core.Object
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

	// rebinding guards the buckets and the latest deliveries, by webhook, which outlive a table.
	rebinding sync.Mutex
	buckets   map[string]*bucket
	recents   map[string]*recent
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
	r := &Router{o: o, buckets: map[string]*bucket{}, recents: map[string]*recent{}}
	r.waits, r.drain = context.WithCancel(context.Background())
	r.table.Store(&table{})
	return r
}

// Rebind replaces all webhooks by those of the published flows, at once: a delivery sees the old ones or the new ones.
// Of two flows that want the same deliveries, which Check refuses, the first in the list has them.
func (r *Router) Rebind(published []*flows.Flow) {
	r.rebinding.Lock()
	defer r.rebinding.Unlock()
	t := &table{}
	buckets, recents := map[string]*bucket{}, map[string]*recent{}
	for _, flow := range published {
		for _, h := range hooksOf(flow) {
			h.limit = r.buckets[h.name]
			if h.limit == nil {
				h.limit = newBucket(r.o.Limits.Rate)
			}
			buckets[h.name] = h.limit
			h.recent = r.recents[h.name]
			if h.recent == nil {
				h.recent = &recent{}
			}
			recents[h.name] = h.recent
			h.timeout = cmp.Or(flow.Document.Settings.RespondTimeout, r.o.Limits.Respond)
			if taken := t.add(h); taken != nil {
				r.o.Log.Error("two webhooks want the same deliveries", "path", h.entrance.Path, "for", taken.name, "not for", h.name)
			}
		}
	}
	r.buckets, r.recents = buckets, recents
	r.table.Store(t)
}

// Drain refuses deliveries from now on, and answers those that wait for their run with its id. Runs go on.
func (r *Router) Drain() { r.drain() }
