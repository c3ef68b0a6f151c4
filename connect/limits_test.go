package connect_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/httpclient"
	"sluice/connect/limit"
	"sluice/connect/robot"
	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/examples/shop"
)

func TestLimitsAreChecked(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"rate": "20/m", "concurrency": 4, "breaker": {"failures": 5, "within": "1m", "open": "30s"}}`: "",
		`{}`:                           "",
		`1`:                            "/limits connection.bad_value",
		`{"rat": "20/m"}`:              "/limits/rat connection.unknown_key",
		`{"rate": 20}`:                 "/limits/rate connection.bad_value",
		`{"rate": "20 per minute"}`:    "/limits/rate connection.bad_value",
		`{"concurrency": 0}`:           "/limits/concurrency connection.bad_value",
		`{"concurrency": 1.5}`:         "/limits/concurrency connection.bad_value",
		`{"concurrency": 10001}`:       "/limits/concurrency connection.bad_value",
		`{"breaker": {"failures": 5}}`: "/limits/breaker/open connection.required",
		`{"breaker": {"open": "30s"}}`: "/limits/breaker/failures connection.required",
		`{"breaker": {"failures": 5, "open": "0s"}}`:               "/limits/breaker/open connection.bad_value",
		`{"breaker": {"failures": 5, "open": "1s", "after": "x"}}`: "/limits/breaker/after connection.unknown_key",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			for i, kind := range connect.Types() {
				definition := fmt.Sprintf(`{"id": "a", "type": %q, "limits": %s, "config": {}}`, kind.Name, text)
				_, findings := connect.ParseFile(fmt.Appendf(nil, `{"connections": [%s]}`, definition), nil)
				_, alone := connect.ParseDefinition([]byte(definition), nil)
				require.Contains(t, kind.Schema()["properties"], "limits")
				got := ""
				for at, f := range alone {
					require.Equal(t, "/connections/0"+f.Path, findings[at].Path, i)
					if len(f.Path) >= 7 && f.Path[:7] == "/limits" {
						got += f.Path + " " + f.Code
					}
				}
				require.Equal(t, want, got)
			}
		})
	}
}

// TestLimitsHoldOverAllHandles: what two flows ask for is one connection, and a changed limit reaches both.
func TestLimitsHoldOverAllHandles(t *testing.T) {
	t.Parallel()
	var busy, most atomic.Int32
	arrived, let := make(chan struct{}, 9), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		n := busy.Add(1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		arrived <- struct{}{}
		<-let
		busy.Add(-1)
	}))
	t.Cleanup(server.Close)
	set := newSet(t)
	const erp = `{"id": "erp", "type": "http", "config": {"baseUrl": %q}, "limits": {"concurrency": %d}}`
	define(t, set, erp, server.URL, 2)
	health := func() limit.Health {
		h, ok := set.Health("erp")
		require.True(t, ok)
		return h.Health
	}
	var flows sync.WaitGroup
	for range 2 {
		client, failure := set.HTTP("erp")
		require.Nil(t, failure)
		for range 3 {
			flows.Go(func() {
				if _, failure := client.Do(t.Context(), httpclient.Request{}); failure != nil {
					t.Error(failure)
				}
			})
		}
	}
	<-arrived
	<-arrived
	require.Eventually(t, func() bool { h := health(); return h.InFlight == 2 && h.Waiting == 4 }, 10*time.Second, time.Millisecond)
	// The handles of the old definition count towards the new one's limits.
	define(t, set, erp, server.URL, 3)
	<-arrived
	require.Equal(t, 3, health().InFlight)
	close(let)
	flows.Wait()
	require.EqualValues(t, 3, most.Load())
	require.Equal(t, limit.Health{LastSuccess: time.Unix(1700000000, 0)}, health())
	_, ok := set.Health("nobody")
	require.False(t, ok)
}

func TestLimitsOfEveryHandle(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	t.Cleanup(server.Close)
	set := newSet(t)
	const limits = `"limits": {"breaker": {"failures": 1, "open": "30s"}}`
	define(t, set, `{"id": "api", "type": "http", "config": {"baseUrl": %q}, `+limits+`}`, server.URL)
	define(t, set, `{"id": "bot", "type": "wecom", "config": {"baseUrl": %q}, "secrets": {"key": "k"}, `+limits+`}`, server.URL)
	define(t, set, `{"id": "db", "type": "sqlite", "config": {"path": %q, "readOnly": true}, `+limits+`}`, filepath.Join(t.TempDir(), "none", "a.db"))
	client, failure := set.HTTP("api")
	require.Nil(t, failure)
	bot, failure := set.Messenger("bot")
	require.Nil(t, failure)
	db, failure := set.SQL("db")
	require.Nil(t, failure)
	for id, call := range map[string]func(ctx context.Context) *core.Failure{
		"api": func(ctx context.Context) *core.Failure { _, f := client.Do(ctx, httpclient.Request{}); return f },
		"bot": func(ctx context.Context) *core.Failure { _, f := bot.Send(ctx, robot.Message{Text: "x"}); return f },
		"db":  func(ctx context.Context) *core.Failure { _, f := db.Query(ctx, sqldb.Query{SQL: "SELECT 1"}); return f },
	} {
		require.NotContains(t, call(t.Context()).Code, "connection.", id)
		refused := call(t.Context())
		require.Equal(t, "connection.breaker", refused.Code, id)
		require.Equal(t, core.Object{"retryAfter": 30}, refused.Details, id)
		h, _ := set.Health(id)
		require.Equal(t, limit.Open, h.Breaker, id)
		require.NotEmpty(t, h.LastError, id)
	}
	require.Equal(t, "db.unavailable", db.Ping(t.Context()).Code, "no limit holds up a ping")
}

// TestWeComTakesWhatItsLimitLetsThrough: 45 messages at once to a robot that takes 20 a minute all arrive.
func TestWeComTakesWhatItsLimitLetsThrough(t *testing.T) {
	t.Parallel()
	send := func(t *testing.T, limits string) (refused int, took time.Duration) {
		// The shop lives outside of the simulated time and is told it.
		var clock atomic.Int64
		platform, err := shop.New(shop.Options{Clock: func() time.Time { return time.Unix(0, clock.Load()) }})
		require.NoError(t, err)
		server := httptest.NewUnstartedServer(platform.Handler())
		// Simulated time stands still while a connection is open.
		server.Config.SetKeepAlivesEnabled(false)
		server.Start()
		t.Cleanup(server.Close)
		synctest.Test(t, func(t *testing.T) {
			set := connect.NewSet(connect.Options{Now: func() time.Time {
				at := time.Now()
				clock.Store(at.UnixNano())
				return at
			}})
			define(t, set, `{"id": "ops", "type": "wecom", "config": {"baseUrl": %q}, "secrets": {"key": %q}%s}`,
				server.URL, platform.Credentials().WeCom.Key, limits)
			bot, failure := set.Messenger("ops")
			require.Nil(t, failure)
			began := time.Now()
			codes := make(chan string, 45)
			var wait sync.WaitGroup
			for range cap(codes) {
				wait.Go(func() {
					if _, failure := bot.Send(t.Context(), robot.Message{Text: "有一笔订单待处理"}); failure != nil {
						codes <- failure.Code
					}
				})
			}
			wait.Wait()
			close(codes)
			for code := range codes {
				require.Equal(t, "push.rate_limited", code)
				refused++
			}
			took = time.Since(began)
			require.NoError(t, set.Close())
		})
		return refused, took
	}
	refused, took := send(t, `, "limits": {"rate": "20/m"}`)
	require.Zero(t, refused)
	require.Equal(t, 44*3*time.Second, took)
	refused, took = send(t, "")
	require.Zero(t, refused, "a robot keeps to its platform's limit by itself")
	require.Equal(t, (45-4)*4*time.Second, took)
	refused, _ = send(t, `, "limits": {"rate": "1000/s"}`)
	require.Equal(t, 25, refused, "what happens without")
}
