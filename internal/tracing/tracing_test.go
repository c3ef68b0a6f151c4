package tracing

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"

	"sluice/connect"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/flows"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/server"
	"sluice/storage"
	"sluice/storage/mem"
)

// personal stands for what no span may hold.
const personal = "Wang-Xiaoming-13800138000"

// order has a pure node, a task that is tried again, a foreach with a task, and a wait. %s is the peer's address.
const order = `{
	"sluice": 1, "id": "order", "title": {"en": "Order", "zh": "订单"},
	"keys": {"buyer": "trigger.body.buyer"},
	"nodes": [
		{"id": "shape", "type": "map", "config": {"fields": [{"to": "buyer", "value": "{{ trigger.body.buyer }}"}]}},
		{"id": "fetch", "type": "http.request", "config": {"url": "%[1]s/fetch", "query": {"buyer": "{{ nodes.shape.buyer }}"}},
		 "retry": {"max": 3, "delay": "20ms"}},
		{"id": "lines", "type": "foreach", "config": {"items": "trigger.body.lines"}, "body": {"nodes": [
			{"id": "one", "type": "map", "config": {"fields": [{"to": "sku", "value": "{{ item }}"}]}},
			{"id": "ship", "type": "http.request", "config": {"url": "%[1]s/ship", "query": {"sku": "{{ nodes.one.sku }}"}}}
		], "edges": [{"from": "one", "to": "ship"}]}},
		{"id": "pause", "type": "wait", "config": {"for": "30ms"}},
		{"id": "last", "type": "http.request", "config": {"url": "%[1]s/{{ trigger.body.last }}"}}
	],
	"edges": [{"from": "shape", "to": "fetch"}, {"from": "fetch", "to": "lines"}, {"from": "lines", "to": "pause"}, {"from": "pause", "to": "last"}]
}`

// waiting waits for an event in a foreach.
const waiting = `{
	"sluice": 1, "id": "waiting", "title": {"en": "Waiting", "zh": "等待"},
	"nodes": [
		{"id": "lines", "type": "foreach", "config": {"items": "trigger.body.lines", "concurrency": 4}, "body": {"nodes": [
			{"id": "paid", "type": "await", "config": {"events": [{"port": "paid", "event": "paid", "key": "{{ item }}"}], "timeout": "1h"}},
			{"id": "note", "type": "map", "config": {"fields": [{"to": "x", "value": 1}]}}
		], "edges": [{"from": "paid", "port": "paid", "to": "note"}]}}
	], "edges": []
}`

// peer refuses the first request for /fetch, and every one for /missing.
func peer(t *testing.T) string {
	var tries atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/fetch" && tries.Add(1) == 1 || r.URL.Path == "/missing" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		_, _ = io.WriteString(w, `{"buyer": "`+personal+`"}`)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// kept is a storage with a flow in it, which engines are opened over.
type kept struct {
	store    *server.Observed
	library  *library.Library
	registry *nodes.Registry
	hash     string
}

func keep(t *testing.T, document string) *kept {
	t.Helper()
	connections := connect.NewSet(connect.Options{})
	t.Cleanup(func() { require.NoError(t, connections.Close()) })
	registry, err := nodes.New(all.Specs(all.Deps{Connections: connections}))
	require.NoError(t, err)
	parsed, findings := flows.Parse([]byte(document))
	require.Empty(t, findings)
	flow, findings := flows.Compile(parsed, flows.Options{Registry: registry, Version: 1})
	require.NotNil(t, flow, "%v", findings)
	k := &kept{store: server.Observe(mem.New()), registry: registry, hash: flow.Plan.Hash}
	k.library = library.New(k.store, registry)
	require.NoError(t, k.library.Keep(flow))
	return k
}

func (k *kept) engine(t *testing.T, tracer *Tracer, entered chan<- string) *embedded.Engine {
	t.Helper()
	k.store.WhenEnded(tracer.Ended)
	e, err := embedded.Open(embedded.Options{
		Store: k.store, Plans: k.library.Plan, Registry: k.registry,
		Observe: func(run storage.RunID, entries []core.Entry) {
			tracer.Observe(run, entries)
			for _, e := range entries {
				if entered != nil && e.Phase == core.PhaseWaiting {
					entered <- e.Path
				}
			}
		},
	})
	require.NoError(t, err)
	return e
}

func (k *kept) start(t *testing.T, e *embedded.Engine, body core.Object) storage.RunID {
	t.Helper()
	run, err := e.Start(t.Context(), engine.StartRequest{Plan: k.hash, Trigger: core.Object{"type": "call", "body": body}})
	require.NoError(t, err)
	return run
}

func inMemory(t *testing.T) (*Tracer, func() map[string]tracetest.SpanStub) {
	t.Helper()
	exporter := tracetest.NewInMemoryExporter()
	tracer := open(exporter, sdk.AlwaysSample(), resource.Empty(), time.Now(), slog.New(slog.DiscardHandler))
	t.Cleanup(func() { require.NoError(t, tracer.Close(context.WithoutCancel(t.Context()))) })
	return tracer, func() map[string]tracetest.SpanStub {
		require.NoError(t, tracer.provider.ForceFlush(t.Context()))
		byPath := map[string]tracetest.SpanStub{}
		for _, s := range exporter.GetSpans() {
			path := value(s, "sluice.path").AsString()
			require.NotContains(t, byPath, path, "a span was made twice")
			byPath[path] = s
		}
		return byPath
	}
}

func value(s tracetest.SpanStub, key attribute.Key) attribute.Value {
	for _, a := range s.Attributes {
		if a.Key == key {
			return a.Value
		}
	}
	return attribute.Value{}
}

func paths(spans map[string]tracetest.SpanStub) []string {
	list := make([]string, 0, len(spans))
	for path := range spans {
		list = append(list, path)
	}
	return list
}

func TestARun(t *testing.T) {
	t.Parallel()
	for last, status := range map[string]core.Status{"done": core.Succeeded, "missing": core.Failed} {
		t.Run(last, func(t *testing.T) {
			t.Parallel()
			k := keep(t, fmt.Sprintf(order, peer(t)))
			tracer, spans := inMemory(t)
			e := k.engine(t, tracer, nil)
			run := k.start(t, e, core.Object{"buyer": personal, "lines": []core.Value{personal, "b"}, "last": last})
			end, err := e.Wait(t.Context(), run)
			require.NoError(t, err)
			require.Equal(t, status, end.Status)
			require.NoError(t, e.Close(t.Context()))

			made := spans()
			require.ElementsMatch(t, []string{"", "fetch", "lines", "lines[0].ship", "lines[1].ship", "pause", "last"}, paths(made))
			root := made[""]
			require.Equal(t, "order", root.Name)
			require.False(t, root.Parent.IsValid())
			require.Equal(t, string(run), value(root, "sluice.run").AsString())
			require.Equal(t, string(status), value(root, "sluice.status").AsString())
			require.Equal(t, []string{"buyer"}, value(root, "sluice.keys").AsStringSlice())
			require.Equal(t, int64(3), value(root, "sluice.pure_nodes").AsInt64())
			for path, s := range made {
				require.Equal(t, TraceID(run), s.SpanContext.TraceID(), path)
				require.False(t, s.StartTime.Before(root.StartTime), path)
				require.False(t, s.EndTime.After(root.EndTime), path)
				if path != "" {
					require.Equal(t, made[container(path)].SpanContext.SpanID(), s.Parent.SpanID(), path)
				}
			}
			require.Equal(t, "ship", made["lines[1].ship"].Name)
			require.Equal(t, "http.request", strings.Split(value(made["fetch"], "sluice.type").AsString(), "@")[0])
			require.Equal(t, int64(2), value(made["fetch"], "sluice.attempt").AsInt64())
			require.Equal(t, "out", value(made["fetch"], "sluice.port").AsString())
			require.GreaterOrEqual(t, took(made["fetch"]), 20*time.Millisecond, "a span lasts from the first try to the last")
			require.GreaterOrEqual(t, took(made["pause"]), 30*time.Millisecond)
			if status == core.Failed {
				for _, path := range []string{"", "last"} {
					require.Equal(t, codes.Error, made[path].Status.Code)
					require.Equal(t, "http.status", value(made[path], "error.type").AsString())
				}
			}
			all, err := json.Marshal(tracetest.SpanStubs{root, made["fetch"], made["lines"], made["lines[0].ship"], made["last"]})
			require.NoError(t, err)
			require.NotContains(t, string(all), personal)
			require.NotContains(t, string(all), "127.0.0.1")
			require.Zero(t, tracer.Dropped())
			require.Empty(t, tracer.runs)
			require.Zero(t, tracer.open)
		})
	}
}

func took(s tracetest.SpanStub) time.Duration { return s.EndTime.Sub(s.StartTime) }

func TestARestartContinuesTheTrace(t *testing.T) {
	t.Parallel()
	k := keep(t, waiting)
	entered := make(chan string, 8)
	first, before := inMemory(t)
	e := k.engine(t, first, entered)
	run := k.start(t, e, core.Object{"lines": []core.Value{"a", "b"}})
	for range 3 {
		<-entered
	}
	paid := func(key string) {
		n, err := e.Signal(t.Context(), "paid", key, nil)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	}
	paid("a")
	require.NoError(t, e.Close(t.Context()))

	second, after := inMemory(t)
	second.opened = run.StartedAt().Add(time.Nanosecond) // behind the run, and before all that comes now
	e = k.engine(t, second, nil)
	paid("b")
	_, err := e.Wait(t.Context(), run)
	require.NoError(t, err)
	require.NoError(t, e.Close(t.Context()))

	old, made := before(), after()
	require.Equal(t, []string{"lines[0].paid"}, paths(old))
	require.ElementsMatch(t, []string{"", "lines", "lines[1].paid"}, paths(made))
	require.Equal(t, made["lines"].SpanContext.SpanID(), old["lines[0].paid"].Parent.SpanID())
	require.Equal(t, made["lines"].SpanContext.SpanID(), made["lines[1].paid"].Parent.SpanID())
	require.Equal(t, made[""].SpanContext.SpanID(), made["lines"].Parent.SpanID())
	require.Equal(t, old["lines[0].paid"].SpanContext.TraceID(), made[""].SpanContext.TraceID())
	require.Equal(t, int64(1), value(made[""], "sluice.pure_nodes").AsInt64())
	for _, path := range []string{"lines", "lines[1].paid"} {
		require.True(t, value(made[path], "sluice.resumed").AsBool(), path)
		require.Equal(t, second.opened, made[path].StartTime.UTC(), path)
		require.NotEmpty(t, value(made[path], "sluice.type").AsString())
	}
}

func runAt(at time.Time, n byte) storage.RunID { return storage.NewRunID(at, [10]byte{n}) }

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	tracer, spans := inMemory(t)
	tracer.book = newBook(2, 3)
	now := tracer.opened.Add(time.Second)
	move := func(n byte, path string, phase core.Phase) {
		tracer.Observe(runAt(now, n), []core.Entry{{Path: path, NodeID: path, Phase: phase, Attempt: 1, At: now.UnixNano()}})
	}
	move(1, "a", core.PhaseRunning)
	move(2, "b", core.PhaseRunning)
	move(1, "c", core.PhaseWaiting)
	require.Zero(t, tracer.Dropped())
	// The third run takes the place of the second, which was silent for the longest time.
	move(3, "d", core.PhaseRunning)
	require.Equal(t, int64(1), tracer.Dropped())
	// A fourth activation takes the place of the first run's two.
	move(3, "e", core.PhaseRunning)
	require.Equal(t, int64(3), tracer.Dropped())
	move(3, "f", core.PhaseRunning)
	move(3, "g", core.PhaseRunning)
	require.Equal(t, int64(4), tracer.Dropped(), "a run that fills everything alone is cut")
	require.Equal(t, 3, tracer.open)
	move(3, "d", core.PhaseSucceeded)
	tracer.Ended(runAt(now, 3), storage.Row{Flow: "f", StartedAt: now, EndedAt: now})
	require.Equal(t, int64(6), tracer.Dropped())
	require.Zero(t, tracer.open)
	require.ElementsMatch(t, []string{"", "d"}, paths(spans()))
}

func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	tracer, spans := inMemory(t)
	now := tracer.opened.Add(time.Second)
	var group sync.WaitGroup
	for n := range byte(50) {
		group.Go(func() {
			e := core.Entry{Path: fmt.Sprint("n", n), NodeID: "n", Phase: core.PhaseRunning, Attempt: 1, At: now.UnixNano()}
			tracer.Observe(runAt(now, n), []core.Entry{e})
			e.Phase = core.PhaseSucceeded
			tracer.Observe(runAt(now, n), []core.Entry{e})
		})
	}
	group.Wait()
	require.Len(t, spans(), 50)
}

func TestABodyOfASecondTryIsAnotherSpan(t *testing.T) {
	t.Parallel()
	tracer, _ := inMemory(t)
	now := tracer.opened.Add(time.Second)
	r, _ := tracer.track(runAt(now, 1), tracer.opened.UnixNano())
	note := func(path string, attempt int) {
		tracer.note(r, &core.Entry{Path: path, Phase: core.PhaseWaiting, Attempt: attempt}, true)
	}
	note("each", 1)
	one := r.spanOf("each[0].x")
	note("each", 2)
	require.NotEqual(t, one, r.spanOf("each[0].x"))
	require.Equal(t, spanID(r.id, "each", 1), r.spanOf("each"))
}

func TestAChildPointsToItsParent(t *testing.T) {
	t.Parallel()
	tracer, spans := inMemory(t)
	now := time.Now()
	parent := runAt(now, 1)
	tracer.Ended(runAt(now, 2), storage.Row{
		Flow: "child", Status: string(core.Failed), StartedAt: now, EndedAt: now.Add(-time.Second),
		Data: fmt.Appendf(nil, `{"parent": %q, "error": {"code": "order.6917000000000000001", "message": %q}}`, parent, personal),
	})
	made := spans()[""]
	require.Len(t, made.Links, 1)
	require.Equal(t, TraceID(parent), made.Links[0].SpanContext.TraceID())
	require.Equal(t, "_OTHER", value(made, "error.type").AsString())
	require.Zero(t, took(made), "no span ends before it starts")
}

func TestTraceIDIsTheRunID(t *testing.T) {
	t.Parallel()
	run := runAt(time.Now(), 7)
	require.Equal(t, run, storage.RunIDFrom(TraceID(run)))
	require.True(t, TraceID("of another driver").IsValid())
	require.NotEqual(t, trace.TraceID{}, TraceID(storage.RunIDFrom([16]byte{})))
}
