package tracing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	collected "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	"google.golang.org/protobuf/proto"

	"sluice/engine/core"
	"sluice/storage"
)

func environment(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := values[name]
		return v, ok
	}
}

// Not parallel with others: OpenTelemetry has one log for the whole process.
func TestACollector(t *testing.T) {
	type request struct {
		path string
		collected.ExportTraceServiceRequest
	}
	requests := make(chan *request, 8)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got := &request{path: r.URL.Path}
		body, err := io.ReadAll(r.Body)
		if err == nil {
			err = proto.Unmarshal(body, &got.ExportTraceServiceRequest)
		}
		if err != nil {
			panic(err)
		}
		requests <- got
	}))
	defer collector.Close()
	tracer, err := Open(t.Context(), environment(map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": collector.URL + "/otlp/", "OTEL_SERVICE_NAME": "shop",
	}), "1.2.3", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	now := time.Now()
	run := runAt(now.Add(time.Second), 1)
	tracer.Observe(run, []core.Entry{{Path: "call", NodeID: "call", Phase: core.PhaseRunning, Attempt: 1, At: now.UnixNano(), Input: personal}})
	tracer.Observe(run, []core.Entry{{Path: "call", NodeID: "call", Phase: core.PhaseSucceeded, Attempt: 1, At: now.UnixNano(), Output: personal}})
	tracer.Ended(run, storage.Row{Flow: "order", StartedAt: now, EndedAt: now, Keys: []storage.Key{{Name: "buyer", Value: personal}}})
	require.NoError(t, tracer.Close(t.Context()))
	require.Zero(t, tracer.Dropped())
	require.Zero(t, tracer.queued.Load())

	got := <-requests
	require.Equal(t, "/otlp/v1/traces", got.path)
	require.Len(t, got.ResourceSpans, 1)
	about := map[string]string{}
	for _, a := range got.ResourceSpans[0].Resource.Attributes {
		about[a.Key] = a.Value.GetStringValue()
	}
	require.Equal(t, "shop", about["service.name"])
	require.Equal(t, "1.2.3", about["service.version"])
	spans := got.ResourceSpans[0].ScopeSpans[0].Spans
	require.Len(t, spans, 2)
	require.Equal(t, "call", spans[0].Name)
	require.Equal(t, "order", spans[1].Name)
	id := TraceID(run)
	require.Equal(t, id[:], spans[0].TraceId)
	require.Equal(t, spans[1].SpanId, spans[0].ParentSpanId)
	require.Empty(t, spans[1].ParentSpanId)
	require.NotContains(t, got.String(), personal)
}

// Not parallel with others, as above.
func TestACollectorThatIsAway(t *testing.T) {
	stop := make(chan struct{})
	hangs := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-r.Context().Done():
		case <-stop:
		}
	}))
	defer hangs.Close()
	defer close(stop)
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, url := range map[string]string{"hangs": hangs.URL, "gone": gone.URL} {
		t.Run(name, func(t *testing.T) {
			var log bytes.Buffer
			tracer, err := Open(t.Context(), environment(map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": url}), "1",
				slog.New(slog.NewTextHandler(&log, nil)))
			require.NoError(t, err)
			k := keep(t, fmt.Sprintf(order, peer(t)))
			e := k.engine(t, tracer, nil)
			for range 20 {
				run := k.start(t, e, core.Object{"buyer": "b", "lines": []core.Value{"a"}, "last": "done"})
				end, err := e.Wait(t.Context(), run)
				require.NoError(t, err)
				require.Equal(t, core.Succeeded, end.Status)
			}
			// More than can wait to be sent.
			for n := range maxQueued + 10 {
				tracer.Ended(runAt(time.Now(), byte(n)), storage.Row{Flow: "f"})
			}
			require.Positive(t, tracer.Dropped())
			require.NoError(t, e.Close(t.Context()))
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			begin := time.Now()
			require.NoError(t, tracer.Close(ctx))
			require.Less(t, time.Since(begin), lastSending)
			require.Zero(t, tracer.queued.Load())
			require.Contains(t, log.String(), "tracing failed; runs are not affected")
			require.Contains(t, log.String(), "spans were dropped")
		})
	}
}

func TestReportsAreFew(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	now := time.Now()
	r := &reporter{log: slog.New(slog.NewTextHandler(&log, nil)), now: func() time.Time { return now }}
	for range 3 {
		r.Handle(errors.New("away"))
	}
	now = now.Add(time.Minute)
	r.Handle(errors.New("still away"))
	require.Equal(t, 2, bytes.Count(log.Bytes(), []byte("\n")))
	require.Contains(t, log.String(), "before=2")
}

func TestTheEnvironment(t *testing.T) {
	t.Parallel()
	const all, traces = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
	for _, c := range []struct {
		env  map[string]string
		url  string
		fail string
	}{
		{env: nil},
		{env: map[string]string{all: " "}},
		{env: map[string]string{all: "http://c:4318"}, url: "http://c:4318/v1/traces"},
		{env: map[string]string{all: "http://c:4318/"}, url: "http://c:4318/v1/traces"},
		{env: map[string]string{all: "http://c:4318", traces: "https://t/x"}, url: "https://t/x"},
		{env: map[string]string{all: "http://c:4318", "OTEL_SDK_DISABLED": "TRUE"}},
		{env: map[string]string{all: "http://c:4318", "OTEL_TRACES_EXPORTER": "none"}},
		{env: map[string]string{all: "http://c:4318", "OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.1"},
			url: "http://c:4318/v1/traces"},
		{env: map[string]string{all: "c:4318"}, fail: "no http or https address"},
		{env: map[string]string{traces: "http://user:secret@%zz"}, fail: "no http or https address"},
		{env: map[string]string{all: "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, fail: "over HTTP, not gRPC"},
		{env: map[string]string{all: "http://c", "OTEL_TRACES_SAMPLER": "jaeger_remote"}, fail: "OTEL_TRACES_SAMPLER"},
		{env: map[string]string{all: "http://c", "OTEL_TRACES_SAMPLER": "traceidratio", "OTEL_TRACES_SAMPLER_ARG": "2"}, fail: "from 0 to 1"},
	} {
		got, err := read(environment(c.env))
		if c.fail != "" {
			require.ErrorContains(t, err, c.fail)
			require.NotContains(t, err.Error(), "secret")
			continue
		}
		require.NoError(t, err)
		if c.url == "" {
			require.Nil(t, got)
			continue
		}
		require.Equal(t, c.url, got.url)
	}
	tracer, err := Open(t.Context(), environment(nil), "1", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	require.Nil(t, tracer)
	require.NoError(t, tracer.Close(t.Context()))
}
