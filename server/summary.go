package server

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/storage"
)

const (
	// summaryScan bounds how many of the newest runs a summary looks at.
	summaryScan = 10_000
	// summaryLive bounds how many runs under way are counted, by status.
	summaryLive = 2_000
	// summaryFlows is how many flows a summary names: those with the most runs.
	summaryFlows = 10
	// usualBuckets and maxBuckets are how many stretches of time a summary is cut into.
	usualBuckets, maxBuckets = 48, 240
)

// liveStatuses are of runs under way. Old ones are what an operator must not overlook, so that they are counted by
// their index, however many runs have ended since.
var liveStatuses = []core.Status{core.Queued, core.Running, core.Waiting, core.Paused}

// tally is what is counted of a set of runs.
type tally struct {
	started, failed int
	took            []int
}

func (t *tally) add(row *storage.Row) {
	t.started++
	if row.Status == string(core.Failed) {
		t.failed++
	}
	if !row.EndedAt.IsZero() {
		t.took = append(t.took, int(row.EndedAt.Sub(row.StartedAt).Milliseconds()))
	}
}

func (t *tally) object() core.Object {
	slices.Sort(t.took)
	return core.Object{"started": t.started, "failed": t.failed, "p50Ms": quantile(t.took, 50), "p95Ms": quantile(t.took, 95)}
}

// quantile is the nearest-rank percentile of sorted values; nil without any.
func quantile(sorted []int, percent int) core.Value {
	if len(sorted) == 0 {
		return nil
	}
	return sorted[(len(sorted)*percent+99)/100-1]
}

// summarise counts the runs of a listing whose Status is empty: by status, over time and by flow.
func (r *runs) summarise(l storage.Listing, n needle, buckets int) (core.Object, error) {
	l = n.narrow(l)
	rows, complete, err := r.newest(l, n, summaryScan)
	if err != nil {
		return nil, err
	}
	from, to := l.From, l.To
	if to.IsZero() {
		to = r.now().UTC()
	}
	if len(rows) > 0 && (from.IsZero() || !complete) {
		from = rows[len(rows)-1].StartedAt
	} else if from.IsZero() {
		from = to
	}
	counts, err := r.counts(l, n, rows)
	if err != nil {
		return nil, err
	}
	return core.Object{
		"from": from, "to": to, "complete": complete, "counts": counts,
		"buckets": overTime(rows, from, to, buckets), "flows": byFlow(rows),
	}, nil
}

// newest are at most limit runs of a listing that have a text; complete says that there are no others.
func (r *runs) newest(l storage.Listing, n needle, limit int) (rows []storage.RunRow, complete bool, err error) {
	for scanned := 0; scanned < limit; {
		l.Limit = min(searchChunk, limit-scanned)
		chunk, err := r.store.Runs(l)
		if err != nil {
			return nil, false, err
		}
		scanned += len(chunk)
		for i := range chunk {
			l.Before = chunk[i].Run
			if n == "" || n.in(r.masked(summary(chunk[i].Run, &chunk[i].Row))) {
				rows = append(rows, chunk[i])
			}
		}
		if len(chunk) < l.Limit {
			return rows, true, nil
		}
	}
	l.Limit = 1
	rest, err := r.store.Runs(l)
	return rows, len(rest) == 0, err
}

// counts are the runs by status: those under way all over the listing, those that ended among the newest.
func (r *runs) counts(l storage.Listing, n needle, newest []storage.RunRow) (core.Object, error) {
	counts := core.Object{}
	for _, status := range []core.Status{core.Succeeded, core.Failed, core.Cancelled} {
		counts[string(status)] = 0
	}
	for i := range newest {
		if count, ok := counts[newest[i].Status].(int); ok {
			counts[newest[i].Status] = count + 1
		}
	}
	for _, status := range liveStatuses {
		l.Status = string(status)
		rows, _, err := r.newest(l, n, summaryLive)
		if err != nil {
			return nil, err
		}
		counts[string(status)] = len(rows)
	}
	return counts, nil
}

// overTime cuts the time between from and to into equal stretches.
func overTime(rows []storage.RunRow, from, to time.Time, buckets int) core.List {
	wide := max(to.Sub(from)/time.Duration(buckets), time.Millisecond)
	tallies := make([]tally, buckets)
	for i := range rows {
		at := int(rows[i].StartedAt.Sub(from) / wide)
		tallies[max(0, min(at, buckets-1))].add(&rows[i].Row)
	}
	list := make(core.List, buckets)
	for i := range tallies {
		o := tallies[i].object()
		o["at"] = from.Add(time.Duration(i) * wide)
		list[i] = o
	}
	return list
}

// byFlow lists the flows with the most runs.
func byFlow(rows []storage.RunRow) core.List {
	tallies := map[string]*tally{}
	for i := range rows {
		t := tallies[rows[i].Flow]
		if t == nil {
			t = &tally{}
			tallies[rows[i].Flow] = t
		}
		t.add(&rows[i].Row)
	}
	flows := slices.SortedFunc(maps.Keys(tallies), func(a, b string) int {
		return cmp.Or(cmp.Compare(tallies[b].started, tallies[a].started), cmp.Compare(a, b))
	})
	list := core.List{}
	for _, flow := range flows[:min(len(flows), summaryFlows)] {
		o := tallies[flow].object()
		o["flow"] = flow
		list = append(list, o)
	}
	return list
}

func (s *Server) summariseRuns(q *request) error {
	p := q.query()
	l := listing(p)
	n := newNeedle(p.short("text", longestNeedle))
	buckets := p.count("buckets", usualBuckets, maxBuckets)
	if err := p.done(); err != nil {
		return err
	}
	o, err := s.runs.summarise(l, n, buckets)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, o)
}
