package demo_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/prebuilt"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/server"
	"sluice/server/hooks"
	"sluice/server/schedule"
	"sluice/storage"
	"sluice/storage/bolt"
)

const token = "correct-horse-battery-staple"

// backend is a server on a port of this machine, with everything that the command line gives one.
type backend struct {
	t   *testing.T
	url string
}

func serve(t *testing.T) *backend {
	t.Helper()
	disk, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{})
	require.NoError(t, err)
	store, set := server.Observe(disk), connect.NewSet(connect.Options{})
	registry, err := nodes.New(all.Specs(all.Deps{Connections: set, Values: library.Values{Meta: store}}))
	require.NoError(t, err)
	lib := library.New(store, registry)
	engine, err := embedded.Open(embedded.Options{
		Store: store, Plans: lib.Plan, Registry: registry,
		Published: func(flow string) (string, error) {
			live, err := lib.Live(flow)
			return live.Hash, err
		},
	})
	require.NoError(t, err)
	router := hooks.New(hooks.Options{Engine: engine, Journal: store, Plans: lib.Plan, Connections: set})
	clock := &scheduler{options: schedule.Options{Starter: engine, Journal: store, Meta: store}}
	store.WhenEnded(clock.ended)
	s, err := server.New(server.Options{
		Store: store, Engine: engine, Library: lib, Registry: registry, Connections: set, AdminToken: token, Key: bytes.Repeat([]byte{7}, 32),
		Hooks: router.Handle, Schedules: clock, Followers: []server.Follower{router, clock}, Tables: prebuilt.Tables(),
	})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		router.Drain()
		require.NoError(t, s.Shutdown(ctx))
		require.NoError(t, <-served)
		clock.running.Close()
		require.NoError(t, engine.Close(ctx))
		require.NoError(t, set.Close())
		require.NoError(t, store.Close())
	})
	return &backend{t: t, url: "http://" + l.Addr().String()}
}

// get reads a page of the API or of the shop.
func (b *backend) get(url string, into any) {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, url, nil)
	require.NoError(b.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(r)
	require.NoError(b.t, err)
	defer answer.Body.Close()
	require.Equal(b.t, http.StatusOK, answer.StatusCode, url)
	require.NoError(b.t, json.NewDecoder(answer.Body).Decode(into))
}

// scheduler shows a schedule.Scheduler to the server.
type scheduler struct {
	options schedule.Options
	mu      sync.Mutex
	running *schedule.Scheduler
}

func (s *scheduler) now() *schedule.Scheduler {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.running
}

func (s *scheduler) ended(run storage.RunID, row storage.Row) {
	s.now().Ended(schedule.End{Run: run, Flow: row.Flow, Status: core.Status(row.Status)})
}

func (s *scheduler) Check(*flows.Flow, []*flows.Flow) []diag.Diagnostic { return nil }

func (s *scheduler) Rebind(published []*flows.Flow) {
	if running := s.now(); running != nil {
		_ = running.Rebind(published) // the test then waits in vain for its runs
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running, _ = schedule.Open(s.options, published)
}

func (s *scheduler) Schedules() ([]server.Schedule, error) {
	listed, err := s.now().List()
	var shown []server.Schedule
	for _, l := range listed {
		shown = append(shown, server.Schedule{Flow: l.Flow, Trigger: l.Trigger, Cron: l.Cron, Style: l.Style, Zone: l.Zone, Next: l.Next})
	}
	return shown, err
}

func (s *scheduler) Fire(_ context.Context, flow, trigger string) (storage.RunID, error) {
	slot, err := s.now().Fire(flow, trigger)
	return slot.Run, err
}
