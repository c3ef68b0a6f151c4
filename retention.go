package main

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"sluice/flows"
	"sluice/internal/library"
	"sluice/storage"
)

// retention drops the journal of runs that are old enough, in whole slices, once an hour. Live runs are never dropped,
// those of a flow that asks for longer (settings.retention) not before their time. A flow that asks for less than the
// server keeps gets what the server keeps: a slice holds the runs of all flows.
type retention struct {
	journal storage.Journal
	library *library.Library
	keep    time.Duration
	log     *slog.Logger
	stop    context.CancelFunc
	work    sync.WaitGroup
}

// retainEvery is how often old slices are looked for.
const retainEvery = time.Hour

// start looks at once and then every hour, until close is called.
func (r *retention) start() {
	ctx, stop := context.WithCancel(context.Background())
	r.stop = stop
	r.work.Go(func() {
		ticker := time.NewTicker(retainEvery)
		defer ticker.Stop()
		for {
			if dropped, err := r.drop(time.Now()); err != nil {
				r.log.Error("old runs could not be dropped; they stay until the next hour", "error", err)
			} else if dropped > 0 {
				r.log.Info("old runs were dropped", "runs", dropped)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
}

func (r *retention) close() {
	r.stop()
	r.work.Wait()
}

// drop drops what is over at a time.
func (r *retention) drop(now time.Time) (int, error) {
	longer, err := r.longer()
	if err != nil {
		return 0, err
	}
	return r.journal.Retain(now.Add(-r.keep), func(row storage.RunRow) bool {
		return now.Sub(row.StartedAt) < longer[row.Flow]
	})
}

// longer are the flows that ask for more than the server keeps.
func (r *retention) longer() (map[string]time.Duration, error) {
	published, err := r.library.Published()
	if err != nil {
		return nil, err
	}
	longer := map[string]time.Duration{}
	for _, s := range published {
		if doc, _ := flows.Parse(s.Source); doc != nil && doc.Settings.Retention > r.keep {
			longer[s.Flow] = doc.Settings.Retention
		}
	}
	return longer, nil
}
