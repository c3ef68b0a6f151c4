package server

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// Bounds of a bulk retry.
const (
	// mostRetried is how many runs one of them takes.
	mostRetried = 10_000
	// usualRate and mostRate are runs a second.
	usualRate, mostRate = 50, 1_000
	// shownRetried and shownRefused are how many are told by name.
	shownRetried, shownRefused = 100, 1_000
	// keptRetries is how many of them are remembered.
	keptRetries = 100
)

// retries are bulk retries: failed runs by a filter, so many a second. They live as long as the process: what a retry has
// done is in the journals, and asking again retries only what is still failed.
type retries struct {
	runs *runs
	now  func() time.Time
	// over ends them with the server.
	over context.Context

	// turn is held by the one that is at work.
	turn sync.Mutex

	mu   sync.Mutex
	last int
	all  []*bulk
}

// bulk is one bulk retry.
type bulk struct {
	id      int
	at      time.Time
	by      string
	latest  bool
	filter  core.Object
	total   int
	done    int
	retried int
	// refused are the first that were refused.
	refused core.List
	state   string
}

// object is a bulk retry as the API tells it; its retries must be locked.
func (b *bulk) object() core.Object {
	return core.Object{
		"id": strconv.Itoa(b.id), "at": b.at, "by": b.by, "latest": b.latest, "filter": b.filter, "state": b.state, "total": b.total, "done": b.done,
		"retried": b.retried, "refused": slices.Clone(b.refused),
	}
}

// wanted is which failed runs are meant.
type wanted struct {
	flow, code string
	from, to   time.Time
}

// find lists failed runs, oldest first: what failed first goes on first.
func (r *retries) find(w wanted) ([]storage.RunID, error) {
	var ids []storage.RunID
	l := storage.Listing{Flow: w.flow, Status: string(core.Failed), From: w.from, To: w.to, Limit: 500}
	for len(ids) < mostRetried {
		rows, err := r.runs.store.Runs(l)
		if err != nil {
			return nil, err
		}
		for i := range rows {
			if w.code == "" || codeOf(&rows[i].Row) == w.code {
				ids = append(ids, rows[i].Run)
			}
		}
		if len(rows) < l.Limit {
			break
		}
		l.Before = rows[len(rows)-1].Run
	}
	ids = ids[:min(len(ids), mostRetried)]
	slices.Reverse(ids)
	return ids, nil
}

// codeOf is the code that a run failed with.
func codeOf(row *storage.Row) string {
	v, err := value.Decode(row.Data)
	data, _ := v.(core.Object)
	failure, _ := data["error"].(core.Object)
	code, _ := failure["code"].(string)
	if err != nil {
		return ""
	}
	return code
}

// start begins a bulk retry.
func (r *retries) start(b *bulk, ids []storage.RunID, rate int) core.Object {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last++
	b.id, b.at, b.total, b.state, b.refused = r.last, r.now().UTC(), len(ids), "running", core.List{}
	r.all = append(r.all, b)
	if len(r.all) > keptRetries {
		r.all = r.all[1:]
	}
	go r.work(b, ids, time.Second/time.Duration(rate))
	return b.object()
}

// work retries one run after the other, when the bulk retries before it are done.
func (r *retries) work(b *bulk, ids []storage.RunID, every time.Duration) {
	r.turn.Lock()
	defer r.turn.Unlock()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for _, id := range ids {
		select {
		case <-r.over.Done():
			r.finish(b, "stopped")
			return
		case <-tick.C:
		}
		ctx, cancel := context.WithTimeout(r.over, durableWithin)
		err := r.runs.retry(ctx, id, engine.RetryRequest{By: b.by}, b.latest)
		cancel()
		r.note(b, id, err)
	}
	r.finish(b, "done")
}

func (r *retries) note(b *bulk, id storage.RunID, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b.done++
	if err == nil {
		b.retried++
		return
	}
	if len(b.refused) == shownRefused {
		return
	}
	o := core.Object{"run": string(id), "code": whyNot(err), "message": ""}
	if f, ok := errors.AsType[*core.Failure](err); ok {
		o["message"] = f.Message
	}
	b.refused = append(b.refused, o)
}

func (r *retries) finish(b *bulk, state string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b.state = state
}

func (s *Server) startRetries(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	given := f.object("filter")
	filter := &fields{of: given}
	w := wanted{flow: filter.text("flow"), code: filter.text("code"), from: filter.time("from"), to: filter.time("to")}
	f.take("filter", filter)
	b := &bulk{by: q.who.Name, latest: f.flag("latest"), filter: given}
	rate, preview := f.integer("rate"), f.flag("preview")
	if rate == 0 {
		rate = usualRate
	}
	if rate < 1 || rate > mostRate {
		f.add("config.range", "rate", map[string]string{"value": strconv.Itoa(rate), "bound": "1–" + strconv.Itoa(mostRate)})
	}
	if err := f.done(); err != nil {
		return err
	}
	ids, err := s.retries.find(w)
	if err != nil {
		return err
	}
	if !preview {
		return q.send(fiber.StatusAccepted, s.retries.start(b, ids, rate))
	}
	items := core.List{}
	for _, id := range ids[:min(len(ids), shownRetried)] {
		row, err := s.runs.row(id)
		if err != nil {
			return err
		}
		items = append(items, s.runs.masked(summary(id, &row)))
	}
	return q.send(fiber.StatusOK, core.Object{"count": len(ids), "runs": items})
}

func (s *Server) listRetries(q *request) error {
	s.retries.mu.Lock()
	defer s.retries.mu.Unlock()
	items := core.List{}
	for _, b := range slices.Backward(s.retries.all) {
		items = append(items, b.object())
	}
	return q.list(items, "")
}

func (s *Server) getRetries(q *request) error {
	s.retries.mu.Lock()
	defer s.retries.mu.Unlock()
	for _, b := range s.retries.all {
		if strconv.Itoa(b.id) == q.Params("id") {
			return q.send(fiber.StatusOK, b.object())
		}
	}
	return refuse("retries.not_found")
}
