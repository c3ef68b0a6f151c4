package schedule_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/flows"
	"sluice/nodes"
	"sluice/server/schedule"
	"sluice/storage"
	"sluice/storage/bolt"
)

// clock is a wall clock that a test sets.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = at
}

// TestARestartWhileTheRunOfASlotIsUnderWay is with the real engine and the real storage: the run goes on after the
// restart, its slot is not started again, and the slot after it is skipped until it has ended.
func TestARestartWhileTheRunOfASlotIsUnderWay(t *testing.T) {
	t.Parallel()
	f := scheduled(t, `{"cron": "0 * * * *", "overlap": "skip", "catchUp": "last"}`)
	entered, leave := make(chan string, 10), make(chan struct{})
	registry, err := nodes.New([]nodes.Spec{{
		Type: "work", Major: 1, Effect: nodes.Write,
		Run: func(ctx context.Context, c nodes.Call) (core.Value, *core.Failure) {
			entered <- c.Run.ID
			select {
			case <-leave:
				return "done", nil
			case <-ctx.Done():
				return nil, &core.Failure{Code: "cut", Message: "the process stops"}
			}
		},
	}})
	require.NoError(t, err)
	plan := &core.Plan{
		Hash: f.Plan.Hash, Flow: core.FlowInfo{ID: "f", Version: 1}, Graphs: []core.Graph{{Owner: -1, Nodes: []int{0}}},
		Nodes: []core.Node{{ID: "w", Type: "work", Ports: []string{"out"}, Out: make([][]int, 1), Task: &core.Task{
			Type: "work@1", Write: true, Args: func(core.Scope) (core.Value, *core.Failure) { return nil, nil },
		}}},
	}
	dir := filepath.Join(t.TempDir(), "data")
	hour := time.Now().Truncate(time.Hour)
	c := &clock{at: hour.Add(-time.Minute)}
	process := func() (storage.Store, *embedded.Engine, *schedule.Scheduler) {
		store, err := bolt.Open(dir, bolt.Options{})
		require.NoError(t, err)
		e, err := embedded.Open(embedded.Options{Store: store, Registry: registry, Plans: func(string) (*core.Plan, error) { return plan, nil }})
		require.NoError(t, err)
		s, err := schedule.Open(schedule.Options{Starter: e, Journal: store, Meta: store, Now: c.now}, []*flows.Flow{f})
		require.NoError(t, err)
		return store, e, s
	}
	stop := func(store storage.Store, e *embedded.Engine, s *schedule.Scheduler) {
		s.Close()
		now, cancel := context.WithCancel(t.Context())
		cancel()
		_ = e.Close(now) // its task is cut off
		require.NoError(t, store.Close())
	}
	store, e, s := process()
	c.set(hour)
	_, err = s.Fire("f", "none")
	require.ErrorIs(t, err, schedule.ErrNotFound)
	run := <-entered
	stop(store, e, s)

	store, e, s = process()
	require.Equal(t, run, <-entered, "the run goes on")
	slot, err := s.Fire("f", "t1")
	require.NoError(t, err)
	require.Equal(t, schedule.Skipped, slot.State)
	require.Equal(t, storage.RunID(run), slot.Behind)
	close(leave)
	end, err := e.Wait(t.Context(), storage.RunID(run))
	require.NoError(t, err)
	require.Equal(t, core.Succeeded, end.Status)
	slot, err = s.Fire("f", "t1")
	require.NoError(t, err)
	require.Equal(t, schedule.Fired, slot.State)
	second := <-entered
	require.Equal(t, slot.Run, storage.RunID(second))
	_, err = e.Wait(t.Context(), slot.Run)
	require.NoError(t, err)
	over, err := engine.Replay(store, func(string) (*core.Plan, error) { return plan, nil }, slot.Run, nil)
	require.NoError(t, err)
	trigger := over.State.Start().Trigger
	require.Equal(t, hour.UTC().Format(time.RFC3339), trigger["lastSuccessAt"])
	require.Equal(t, hour.UTC().Format(time.RFC3339), trigger["previousAt"])
	rows, err := store.Runs(storage.Listing{Flow: "f"})
	require.NoError(t, err)
	require.Len(t, rows, 2)
	stop(store, e, s)
}
