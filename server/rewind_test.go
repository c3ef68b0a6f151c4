//go:build unix

package server_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/storage/bolt"
)

// longBodies is how many bodies a run of about 10,000 activations has, each with a task and a map.
const longBodies = 5_000

// longRun is a server on disk with one ended run of 2 × longBodies + 1 activations, and as many events as it has tasks.
func longRun(t *testing.T) (a *api, id string, events int) {
	t.Helper()
	peer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status": "shipped", "carrier": "SF", "number": 6917529027641081857}`))
	}))
	t.Cleanup(peer.Close)
	store, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = store.Close() })
	a = serveOn(t, store)
	a.publish("long", fmt.Sprintf(`{"sluice": 1, "id": "long", "settings": {"maxSteps": 20000}, "nodes": [
	  {"id": "each", "type": "foreach", "config": {"items": "trigger.body.orders", "concurrency": 50}, "body": {"nodes": [
	    {"id": "ask", "type": "http.request", "config": {"url": "%s/orders/{{ item }}"}},
	    {"id": "keep", "type": "map", "config": {"fields": [{"to": "order", "value": "{{ item }}"}, {"to": "status", "value": "{{ nodes.ask.body.status }}"}]}}],
	    "edges": [{"from": "ask", "to": "keep"}]}}]}`, peer.URL))
	orders := make(core.List, longBodies)
	for i := range orders {
		orders[i] = i
	}
	run := a.call("POST", "/api/v1/flows/long/runs", core.Object{"input": core.Object{"orders": orders}, "wait": "5m"}).ok(201)
	require.Equal(t, "succeeded", run.at("status"), run.text)
	return a, run.str("id"), run.at("events").(int)
}

// TestRewindingALongRunIsQuick goes to random points of a run of 10,000 activations. What is bounded is the processor's time,
// so that it does not matter how busy the machine is besides.
func TestRewindingALongRunIsQuick(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED in short mode: runs 10,000 activations")
	}
	a, id, events := longRun(t)
	require.Greater(t, events, longBodies)
	random := rand.New(rand.NewPCG(1, 2))
	took, worked := map[string][]time.Duration{}, map[string][]time.Duration{}
	timed := func(what, path string) *answer {
		begin, before := time.Now(), processorTime(t)
		got := a.call("GET", "/api/v1/runs/"+id+path, nil).ok(200)
		took[what], worked[what] = append(took[what], time.Since(begin)), append(worked[what], processorTime(t)-before)
		return got
	}
	for range 100 {
		n := 1 + random.IntN(events)
		state := timed("state", fmt.Sprintf("/state?at=%d", n))
		require.Equal(t, n, state.at("seq"))
		middle := state.at("steps").(int) / 2
		steps := timed("steps", fmt.Sprintf("/steps?at=%d&cursor=%d&limit=50", n, middle))
		require.LessOrEqual(t, len(steps.at("items").(core.List)), 50)
		require.Equal(t, "each", timed("scope", fmt.Sprintf("/scope?at=%d&path=each", n)).at("path"))
	}
	for what := range took {
		slices.Sort(took[what])
		slices.Sort(worked[what])
		for clock, list := range map[string][]time.Duration{"by the clock": took[what], "of processor time": worked[what]} {
			t.Logf("%s: p50 %s, p95 %s, max %s %s", what, list[50].Round(100*time.Microsecond), list[95].Round(100*time.Microsecond), list[99].Round(100*time.Microsecond), clock)
		}
		require.Less(t, worked[what][95], quick(100*time.Millisecond), "%s at a point of the past", what)
	}
}

// processorTime is what the process has used.
func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	require.NoError(t, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// quick is a bound of time; with the race detector everything takes several times as long.
func quick(bound time.Duration) time.Duration {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-race" && s.Value == "true" {
			return 10 * bound
		}
	}
	return bound
}
