package hooks

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/storage"
)

// Listed is a webhook as people see it.
type Listed struct {
	Flow, Trigger string
	// Path is below /hooks/; Methods are those that it takes.
	Path    string
	Methods []string
	// Scheme and Connection say how the sender is verified; empty where anybody may send.
	Scheme, Connection string
	// Result: the sender waits for the run's answer.
	Result bool
}

// Received is a delivery and what became of it, without what it said.
type Received struct {
	At     time.Time
	Method string
	// Path is below /hooks/, cut where it is very long.
	Path string
	// Size of the body in bytes.
	Size int
	// Status is that of the answer; Code says why the delivery was refused, else it is empty.
	Status int
	Code   string
	// Run was started, or had been by an earlier delivery with the same idempotency key; empty where there is none.
	Run  storage.RunID
	Took time.Duration
}

const (
	// keptDeliveries is how many of the latest deliveries of each webhook are kept, in memory.
	keptDeliveries = 50
	// keptPath bounds the path that is kept of each, in bytes.
	keptPath = 256
)

// recent are the latest deliveries of a webhook. They outlive the publishing of its flow, and not the process: what was
// taken in is a run, which the journal has.
type recent struct {
	mu   sync.Mutex
	ring [keptDeliveries]Received
	next int
}

func (r *recent) add(d Received) {
	if len(d.Path) > keptPath {
		d.Path = d.Path[:keptPath]
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ring[r.next%keptDeliveries] = d
	r.next++
}

// list gives them newest first.
func (r *recent) list() []Received {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []Received
	for i := r.next - 1; i >= 0 && i >= r.next-keptDeliveries; i-- {
		all = append(all, r.ring[i%keptDeliveries])
	}
	return all
}

// List shows the webhooks of the published flows, by flow and trigger.
func (r *Router) List() []Listed {
	var all []Listed
	for _, h := range r.table.Load().all {
		l := Listed{Flow: h.flow.Document.ID, Trigger: h.entrance.ID, Path: h.entrance.Path, Methods: h.methods, Result: h.result}
		if h.verify != nil {
			l.Scheme, l.Connection = h.verify.scheme.name, h.verify.connection
		}
		all = append(all, l)
	}
	slices.SortFunc(all, func(a, b Listed) int { return cmp.Or(cmp.Compare(a.Flow, b.Flow), cmp.Compare(a.Trigger, b.Trigger)) })
	return all
}

// ErrNotFound says that no published flow has such a webhook, or that the run was not started by it.
var ErrNotFound = errors.New("hooks: no such webhook, or the run was not started by it")

// Deliveries are the latest of a webhook since the process began, newest first.
func (r *Router) Deliveries(flow, trigger string) ([]Received, error) {
	h := r.table.Load().named(flow + "/" + trigger)
	if h == nil {
		return nil, ErrNotFound
	}
	return h.recent.list(), nil
}

// Again starts a run of the published flow with the delivery that another run of it was started with, its idempotency
// key set aside: somebody wants it again.
func (r *Router) Again(ctx context.Context, flow, trigger string, of storage.RunID) (storage.RunID, error) {
	h := r.table.Load().named(flow + "/" + trigger)
	if h == nil {
		return "", ErrNotFound
	}
	var start *core.Start
	var broken error
	err := r.o.Journal.Events(of, 1, func(_ uint64, event []byte) bool {
		first, err := codec.Decode(event)
		start, broken = first.Start, err
		return false
	})
	if errors.Is(err, storage.ErrNotFound) {
		return "", ErrNotFound
	}
	if err := errors.Join(err, broken); err != nil {
		return "", err
	}
	row, err := r.o.Journal.Row(of)
	if err != nil {
		return "", err
	}
	if start == nil || row.Flow != flow || start.Trigger["id"] != trigger || start.Trigger["type"] != h.entrance.Type {
		return "", ErrNotFound
	}
	return r.o.Engine.Start(ctx, engine.StartRequest{Plan: h.flow.Plan.Hash, Trigger: start.Trigger})
}
