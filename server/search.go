package server

import (
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/storage"
)

const (
	// searchChunk is how many rows are read before others may write again.
	searchChunk = 500
	// searchScan bounds how many rows one page of a search looks at; the page's cursor goes on from there.
	searchScan = 5_000
	// longestNeedle is in characters.
	longestNeedle = 200
)

// needle is a text that runs are searched for: case does not count.
type needle string

func newNeedle(text string) needle { return needle(strings.ToLower(text)) }

// narrow bounds a listing where the text is a whole run id, which names the millisecond of the run.
func (n needle) narrow(l storage.Listing) storage.Listing {
	at := storage.RunID(n).StartedAt()
	if at.IsZero() {
		return l
	}
	if l.From.Before(at) {
		l.From = at
	}
	if end := at.Add(time.Millisecond); l.To.IsZero() || l.To.After(end) {
		l.To = end
	}
	return l
}

// in reports whether what a list shows of a run has the text: its id, its flow, its keys or its error.
func (n needle) in(run core.Object) bool {
	if n == "" || n.has(run["id"]) || n.has(run["flow"]) {
		return true
	}
	keys, _ := run["keys"].(core.Object)
	for _, v := range keys {
		if n.has(v) {
			return true
		}
	}
	failure, _ := run["error"].(core.Object)
	return n.has(failure["code"]) || n.has(failure["message"])
}

func (n needle) has(v core.Value) bool {
	text, ok := v.(string)
	return ok && strings.Contains(strings.ToLower(text), string(n))
}

// search lists the runs of a listing that are wanted, newest first. A page may be short, even empty, and go on: what it
// looks at is bounded.
func (r *runs) search(l storage.Listing, wanted func(run core.Object) bool) (items core.List, next string, err error) {
	limit := l.Limit
	items = core.List{}
	for scanned := 0; ; {
		l.Limit = searchChunk
		rows, err := r.store.Runs(l)
		if err != nil {
			return nil, "", err
		}
		for i := range rows {
			// What is masked must not be found either, or a search would tell it letter by letter.
			if run := r.masked(summary(rows[i].Run, &rows[i].Row)); wanted(run) {
				items = append(items, run)
			}
			l.Before = rows[i].Run
			scanned++
			if len(items) == limit {
				return items, string(l.Before), nil
			}
		}
		if len(rows) < searchChunk {
			return items, "", nil
		}
		if scanned >= searchScan {
			return items, string(l.Before), nil
		}
	}
}

// children bounds a listing to the time in which a run may have started others.
func (r *runs) children(l storage.Listing, parent storage.RunID) (storage.Listing, error) {
	row, err := r.row(parent)
	if err != nil {
		return l, err
	}
	if l.From.Before(row.StartedAt) {
		l.From = row.StartedAt
	}
	// The last of them is asked for by the event that ends the run, and starts in the same millisecond.
	if end := row.EndedAt.Add(time.Millisecond); !row.EndedAt.IsZero() && (l.To.IsZero() || l.To.After(end)) {
		l.To = end
	}
	return l, nil
}
