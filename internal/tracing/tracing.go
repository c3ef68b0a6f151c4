// Package tracing tells an OpenTelemetry collector what runs do: a trace for each run, with a span for the run and one
// for each activation of a task or a control node. Where no collector is configured there is no Tracer, and nothing is
// paid.
//
// A span says which node was at work, when, how often it was tried and how it ended; never what went in or out, nor a
// message or a business key, which may hold data. Spans are made when something ends, so that nothing hangs open at a
// collector; what was exported and then lost in a crash is exported once more, under the same ids.
//
// The package must not know a driver, a server or a flow document. It never holds up who tells it something: what
// cannot be kept or sent in time is dropped and counted. It sets no global provider of tracers.
package tracing

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-logr/logr"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Bounds of what is kept and of what waits to be sent.
const (
	maxRuns   = 10_000
	maxOpen   = 50_000
	maxQueued = 8_192
	// lastSending is how long a Close waits for a collector.
	lastSending = 3 * time.Second
)

// Tracer makes spans of what runs do. All methods are safe for concurrent use. A nil Tracer is one that was not
// configured: it must not be plugged in, but may be closed.
type Tracer struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	log      *slog.Logger
	// opened is when the Tracer began to look: of a run that is older, not all was seen.
	opened time.Time
	// abandon makes all sending fail at once.
	abandon context.CancelFunc

	// queued counts the spans that wait to be sent, dropped those that never will be.
	queued, dropped atomic.Int64
	warned          atomic.Bool

	mu sync.Mutex
	book
}

// Open makes a Tracer for the collector that the environment names, in the variables that OpenTelemetry fixes; it is
// nil when none is named. env is asked for what decides whether and where to send and under which name; the rest
// (headers, certificates, batches) the SDK reads from the process. The log is told what OpenTelemetry's own code has to
// say, for the whole process.
func Open(ctx context.Context, env func(string) (string, bool), version string, log *slog.Logger) (*Tracer, error) {
	c, err := read(env)
	if err != nil || c == nil {
		return nil, err
	}
	otel.SetLogger(logr.FromSlogHandler(log.Handler()))
	otel.SetErrorHandler(&reporter{log: log, now: time.Now})
	exporter, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(c.url))
	if err != nil {
		return nil, err
	}
	about, err := c.resource(ctx, version)
	if err != nil {
		return nil, err
	}
	return open(exporter, c.sampler, about, time.Now(), log), nil
}

// open makes a Tracer that hands its spans to exporter.
func open(exporter sdk.SpanExporter, sampler sdk.Sampler, about *resource.Resource, now time.Time, log *slog.Logger) *Tracer {
	over, abandon := context.WithCancel(context.Background())
	t := &Tracer{log: log, opened: now.Truncate(time.Millisecond), abandon: abandon, book: newBook(maxRuns, maxOpen)}
	t.provider = sdk.NewTracerProvider(
		sdk.WithBatcher(&sender{SpanExporter: exporter, t: t, over: over}, sdk.WithMaxQueueSize(maxQueued)),
		sdk.WithSampler(sampler), sdk.WithResource(about), sdk.WithIDGenerator(given{}),
	)
	t.tracer = t.provider.Tracer("sluice")
	return t
}

// Dropped counts the spans that were dropped: activations over the bounds, and what could not be sent.
func (t *Tracer) Dropped() int64 { return t.dropped.Load() }

// drop counts spans that are lost, and says so once.
func (t *Tracer) drop(n int, why string) {
	if n == 0 {
		return
	}
	t.dropped.Add(int64(n))
	if t.warned.CompareAndSwap(false, true) {
		t.log.Warn("spans are dropped; runs are not affected", "reason", why)
	}
}

// Close sends what is left, until the context ends and for a few seconds at most, and stops. What is under way gets its
// span from the process that sees it end. A collector that is away is not an error: the log says what was lost.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, lastSending)
	defer cancel()
	defer t.abandon()
	defer context.AfterFunc(ctx, t.abandon)()
	// The provider is waited for in any case, so that nothing of it stays behind: once abandoned it is quick.
	err := t.provider.Shutdown(context.WithoutCancel(ctx))
	if n := t.Dropped(); n > 0 {
		t.log.Warn("spans were dropped; runs are not affected", "spans", n)
	}
	return err
}

// sender counts what is sent, and can be told to give up.
type sender struct {
	sdk.SpanExporter
	t *Tracer
	// over ends when the Tracer gives up.
	over context.Context
}

// ExportSpans implements sdk.SpanExporter.
func (s *sender) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	defer s.t.queued.Add(-int64(len(spans)))
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.over, cancel)()
	err := s.SpanExporter.ExportSpans(ctx, spans)
	if err != nil {
		s.t.drop(len(spans), "the collector did not take them")
	}
	return err
}

// reporter logs what OpenTelemetry reports, at most once a minute: a collector that is away is away for long.
type reporter struct {
	log *slog.Logger
	now func() time.Time

	mu   sync.Mutex
	next time.Time
	// silent counts what was not logged since.
	silent int
}

// Handle implements otel.ErrorHandler.
func (r *reporter) Handle(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if now.Before(r.next) {
		r.silent++
		return
	}
	r.log.Warn("tracing failed; runs are not affected", "error", err, "before", r.silent)
	r.next, r.silent = now.Add(time.Minute), 0
}
