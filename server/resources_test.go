package server_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server"
	"sluice/server/schedule"
	"sluice/server/schedule/guard"
	"sluice/storage"
	"sluice/storage/bolt"
)

const password = "s3cr3t-pässword-9182736450"

func TestConnectionsAreWriteOnlyAndLive(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		// The shop repeats what it got, as some do in their errors.
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"you": "` + r.Header.Get("Authorization") + `"}`))
	}))
	t.Cleanup(shop.Close)
	a := serve(t)
	document := func(secret, path string) core.Object {
		return core.Object{
			"type": "http", "config": core.Object{"baseUrl": shop.URL + path, "auth": core.Object{"type": "bearer"}},
			"secrets": core.Object{"token": secret},
		}
	}
	a.call("GET", "/api/v1/connections/shop", nil).refused(404, "connection.not_found")
	put := a.call("PUT", "/api/v1/connections/shop", document(password, "")).ok(200)
	require.Equal(t, "***", put.at("secrets", "token"))
	answers := put.text

	a.publish("ask", `{"sluice": 1, "id": "ask", "nodes": [{"id": "get", "type": "http.request", "config": {"connection": "shop", "method": "GET", "path": "/x"}}]}`)
	run := a.run("ask", nil)
	require.Equal(t, "succeeded", run.at("status"), run.text)
	answers += run.text
	for _, path := range []string{"", "/steps", "/journal"} {
		answers += a.call("GET", "/api/v1/runs/"+run.str("id")+path, nil).ok(200).text
	}
	answers += a.call("POST", "/api/v1/expressions/evaluate", core.Object{"expression": "nodes.get.body", "run": run.str("id")}).ok(200).text
	answers += a.call("GET", "/api/v1/connections", nil).ok(200).text
	answers += a.call("GET", "/api/v1/connections/shop", nil).ok(200).text
	answers += a.call("POST", "/api/v1/connections/shop/test", nil).ok(200).text
	answers += a.call("GET", "/api/v1/runs", nil).ok(200).text
	// A refused connection must not repeat the secret either.
	answers += a.call("PUT", "/api/v1/connections/shop", core.Object{"type": "http", "secrets": core.Object{"token": password}}).
		refused(422, "connection.refused").text
	require.NotContains(t, answers, password)
	require.Contains(t, answers, "Bearer ***")
	require.NotContains(t, a.log.String(), password)

	// What comes back masked keeps its value; everything else is replaced, at once.
	a.call("PUT", "/api/v1/connections/shop", document("***", "/v2")).ok(200)
	require.NotContains(t, a.run("ask", nil).text, password)
	require.True(t, a.knows("shop", "token", password))
	a.call("PUT", "/api/v1/connections/shop", document("other-token-1234567", "")).ok(200)
	require.True(t, a.knows("shop", "token", "other-token-1234567"))

	listed := a.call("GET", "/api/v1/connections", nil).ok(200)
	require.Equal(t, "shop", listed.at("items", 0, "id"))
	a.call("DELETE", "/api/v1/connections/shop", nil).ok(204)
	a.call("DELETE", "/api/v1/connections/shop", nil).refused(404, "connection.not_found")
	require.Equal(t, "connection.unknown", a.run("ask", nil).at("error", "code"))
}

// knows asks the open connections, not the API, which never tells.
func (a *api) knows(connection, name, want string) bool {
	text, failure := a.set.Secret(connection, name)
	return failure == nil && text.Reveal() == want
}

func TestRefusedConnections(t *testing.T) {
	t.Parallel()
	a := serve(t)
	for body, want := range map[string]string{
		`{"type": "htp"}`: "connection.unknown_type",
		`{"type": "http", "config": {"baseUrl": "ftp://x"}}`:                                   "connection.bad_value",
		`{"id": "other", "type": "webhook"}`:                                                   "connection.bad_id",
		`{"type": "webhook", "secrets": {"secret": {"env": "HOME"}}}`:                          "connection.env_refused",
		`{"type": "http", "config": {"baseUrl": "http://x.test", "auth": {"type": "bearer"}}}`: "connection.required",
		`{"type": "webhook", "extra": 1}`:                                                      "connection.unknown_key",
	} {
		r := a.call("PUT", "/api/v1/connections/c", body).refused(422, "connection.refused")
		require.Equal(t, want, r.at("error", "details", 0, "code"), body)
	}
	a.call("PUT", "/api/v1/connections/Upper", `{"type": "webhook"}`).refused(422, "connection.refused")
	a.call("PUT", "/api/v1/connections/c", `7`).refused(422, "api.body")
	a.call("POST", "/api/v1/connections/c/test", nil).refused(404, "connection.not_found")
	require.Empty(t, a.call("GET", "/api/v1/connections", nil).ok(200).at("items"))
}

func TestTryingConnections(t *testing.T) {
	t.Parallel()
	status := make(chan int, 1)
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(<-status) }))
	t.Cleanup(shop.Close)
	a := serve(t)
	a.call("PUT", "/api/v1/connections/shop", core.Object{"type": "http", "config": core.Object{"baseUrl": shop.URL}}).ok(200)
	for code, ok := range map[int]bool{200: true, 404: true, 401: false, 503: false} {
		status <- code
		got := a.call("POST", "/api/v1/connections/shop/test", nil).ok(200)
		require.Equal(t, ok, got.at("ok"), code)
		require.Equal(t, code, got.at("status"))
	}
	a.call("PUT", "/api/v1/connections/gone", core.Object{"type": "http", "config": core.Object{"baseUrl": "http://127.0.0.1:1"}}).ok(200)
	require.Equal(t, "http.connect", a.call("POST", "/api/v1/connections/gone/test", nil).ok(200).at("error", "code"))
	a.call("PUT", "/api/v1/connections/db", core.Object{"type": "sqlite", "config": core.Object{"path": filepath.Join(t.TempDir(), "x.db")}}).ok(200)
	require.Equal(t, true, a.call("POST", "/api/v1/connections/db/test", nil).ok(200).at("ok"))
	a.call("PUT", "/api/v1/connections/pg", core.Object{
		"type": "postgres", "config": core.Object{"host": "127.0.0.1", "port": 1, "database": "x", "user": "u", "tls": core.Object{"mode": "off"}},
	}).ok(200)
	down := a.call("POST", "/api/v1/connections/pg/test", nil).ok(200)
	require.Equal(t, "db.unavailable", down.at("error", "code"))
	require.Equal(t, true, down.at("sent"))
	a.call("PUT", "/api/v1/connections/robot", core.Object{"type": "wecom", "secrets": core.Object{"key": "693a91f6-7xxx"}}).ok(200)
	require.Equal(t, false, a.call("POST", "/api/v1/connections/robot/test", nil).ok(200).at("sent"), "nobody gets a message by a test")
}

func TestConnectionsAreSealedOnDisk(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data, key := filepath.Join(dir, "data"), filepath.Join(dir, "key")
	keyed := func(o *server.Options) { o.Key, o.KeyFile = nil, key }
	store, err := bolt.Open(data, bolt.Options{})
	require.NoError(t, err)
	document := core.Object{"type": "webhook", "config": core.Object{"url": "http://hook.test/private-path"}, "secrets": core.Object{"secret": password}}
	serveOn(t, store, keyed).call("PUT", "/api/v1/connections/erp", document).ok(200)

	again := serveOn(t, store, keyed)
	require.True(t, again.knows("erp", "secret", password), "opened at the start")
	require.Equal(t, "***", again.call("GET", "/api/v1/connections/erp", nil).ok(200).at("secrets", "secret"))

	about, err := os.Stat(key)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), about.Mode().Perm())
	require.NoError(t, filepath.WalkDir(data, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		require.NotContains(t, string(content), password)
		require.NotContains(t, string(content), "private-path")
		require.NotContains(t, string(content), token)
		return err
	}))
	t.Cleanup(func() { require.NoError(t, store.Close()) })

	require.NoError(t, os.WriteFile(key, []byte("not a key\n"), 0o600))
	_, err = server.New(server.Options{Store: server.Observe(store), KeyFile: key})
	require.ErrorContains(t, err, "key file")
}

// clockwork is a stand-in for cron triggers.
type clockwork struct {
	list []server.Schedule
	fire func(flow, trigger string) (storage.RunID, error)
}

func (c *clockwork) Schedules() ([]server.Schedule, error) { return c.list, nil }

func (c *clockwork) Fire(_ context.Context, flow, trigger string) (storage.RunID, error) {
	return c.fire(flow, trigger)
}

func TestSchedules(t *testing.T) {
	t.Parallel()
	none := serve(t)
	require.Empty(t, none.call("GET", "/api/v1/schedules", nil).ok(200).at("items"))
	none.call("POST", "/api/v1/schedules/f/t/fire", nil).refused(404, "schedule.not_found")

	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	c := &clockwork{list: []server.Schedule{
		{Flow: "a", Trigger: "x", Cron: "0 9 * * *", Style: "unix", Zone: "UTC", Next: []time.Time{at}},
		{Flow: "a", Trigger: "y", Cron: "@daily", Style: "unix", Zone: "UTC", LastAt: at, LastOutcome: "missed"},
		{Flow: "b", Trigger: "x", Cron: "0 0 9 ? * 2", Style: "quartz", Zone: "Asia/Shanghai"},
	}}
	a := serve(t, func(o *server.Options) { o.Schedules = c })
	page := a.call("GET", "/api/v1/schedules?limit=2", nil).ok(200)
	require.Equal(t, "2026-03-01T09:00:00Z", page.at("items", 0, "next", 0))
	require.Nil(t, page.at("items", 0, "last"))
	require.Equal(t, "missed", page.at("items", 1, "last", "outcome"))
	rest := a.call("GET", "/api/v1/schedules?limit=2&cursor="+page.str("next"), nil).ok(200)
	require.Equal(t, "b", rest.at("items", 0, "flow"))
	require.Nil(t, rest.at("next"))
	require.Len(t, a.call("GET", "/api/v1/schedules?flow=a", nil).ok(200).at("items"), 2)

	a.publish("echo", echo)
	run := a.run("echo", nil).str("id")
	fired := map[string]error{
		"none": schedule.ErrNotFound, "loop": &guard.Incident{Rule: guard.RuleDepth, Flows: []string{"a", "b"}, Count: 9}, "skipped": nil,
	}
	c.fire = func(flow, trigger string) (storage.RunID, error) {
		if flow == "b" && trigger == "x" {
			return runID(run), nil
		}
		return "", fired[trigger]
	}
	require.Equal(t, run, a.call("POST", "/api/v1/schedules/b/x/fire", nil).ok(201).at("id"))
	a.call("POST", "/api/v1/schedules/b/none/fire", nil).refused(404, "schedule.not_found")
	loop := a.call("POST", "/api/v1/schedules/b/loop/fire", nil).refused(429, "run.loop")
	require.Equal(t, "a", loop.at("error", "details", "flow"))
	require.Nil(t, a.call("POST", "/api/v1/schedules/b/skipped/fire", nil).ok(202).at("run"))
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	a := serve(t, func(o *server.Options) {
		o.EngineStats = func() server.EngineStats { return server.EngineStats{Tasks: 3, TaskLimit: 256, Timers: 9, Overdue: 1} }
		o.Disk = func() (server.DiskStats, error) { return server.DiskStats{Free: 5, Total: 10, Used: 2}, nil }
		at := time.Now()
		o.Now = func() time.Time { return at }
		o.Schedules = &clockwork{list: []server.Schedule{{Flow: "late", Trigger: "cron", DueSince: at.Add(-90 * time.Second)}, {Flow: "ok", Trigger: "cron"}}}
	})
	a.publish("echo", echo)
	a.publish("long", `{"sluice": 1, "id": "long", "nodes": [{"id": "w", "type": "wait", "config": {"for": "1h"}}]}`)
	a.call("POST", "/api/v1/flows/long/runs", core.Object{}).ok(201)
	a.run("echo", nil)
	a.run("echo", nil)
	a.call("GET", "/api/v1/runs/nobody", nil)
	text := a.call("GET", "/metrics", nil).ok(200).text
	for _, line := range []string{
		`sluice_runs_started_total{flow="echo"} 2`,
		`sluice_runs_ended_total{flow="echo",status="succeeded"} 2`,
		`sluice_run_duration_seconds_count{flow="echo"} 2`,
		`sluice_run_duration_seconds_bucket{flow="echo",le="+Inf"} 2`,
		`sluice_http_requests_total{method="GET",route="/api/v1/runs/:id",status="404"} 1`,
		`sluice_runs_live{flow="long",status="waiting"} 1`, `sluice_schedule_lag_seconds{flow="late",trigger="cron"} 90`,
		`sluice_schedule_lag_seconds{flow="ok",trigger="cron"} 0`,
		`sluice_tasks_running 3`, `sluice_timers_overdue 1`, `sluice_disk_free_bytes 5`, `sluice_engine_stalled 0`,
		`# TYPE sluice_commit_duration_seconds histogram`,
	} {
		require.Contains(t, text, line+"\n")
	}
	names := map[string]bool{}
	for line := range strings.Lines(text) {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			require.False(t, names[name], "%s stands twice", name)
			names[name] = true
		}
	}
	a.call("GET", "/metrics", nil, "Authorization", "").refused(401, "api.unauthorized")
	bare := serve(t).call("GET", "/metrics", nil).ok(200).text
	require.NotContains(t, bare, "sluice_timers", "no figure is made up")
}

// TestLimitsOfAConnectionAreKeptAndShown: what a client reads and sends back keeps its limits, and a wrong one is refused
// where it stands.
func TestLimitsOfAConnectionAreKeptAndShown(t *testing.T) {
	t.Parallel()
	a := serve(t)
	limits := core.Object{"rate": "20/m", "concurrency": 4, "breaker": core.Object{"failures": 5, "open": "30s"}}
	body := core.Object{"type": "webhook", "config": core.Object{"url": "http://127.0.0.1:1"}, "limits": limits}
	put := a.call("PUT", "/api/v1/connections/robot", body).ok(200)
	require.Equal(t, "20/m", put.at("limits", "rate"))
	shown := a.call("GET", "/api/v1/connections/robot", nil).ok(200)
	require.Equal(t, 5, shown.at("limits", "breaker", "failures"))
	body["limits"] = core.Object{"rate": "often"}
	require.Contains(t, a.call("PUT", "/api/v1/connections/robot", body).refused(422, "connection.refused").text, "/limits/rate")
}
