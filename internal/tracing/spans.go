package tracing

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"sluice/engine/core"
	"sluice/storage"
)

// ending is an activation that ended, to be made a span.
type ending struct {
	*activation
	at     int64
	status core.Phase
	port   string
	code   string
}

// Observe takes in what happened to a run's activations: it is what a driver's Observe wants. It does not block and
// keeps nothing of the entries but names.
func (t *Tracer) Observe(run storage.RunID, entries []core.Entry) {
	var ended []ending
	t.mu.Lock()
	r, dropped := t.track(run, t.opened.UnixNano())
	for i := range entries {
		e := &entries[i]
		a, n := t.note(r, e, i == 0)
		dropped += n
		if a == nil {
			continue
		}
		end := ending{activation: a, at: e.At, status: e.Phase, port: e.Port}
		if e.Phase == core.PhaseFailed && e.Failure != nil {
			end.code = e.Failure.Code
		}
		ended = append(ended, end)
	}
	t.mu.Unlock()
	t.drop(dropped, "too much is under way at once")
	for i := range ended {
		t.emit(run, &ended[i])
	}
}

// emit makes the span of an activation.
func (t *Tracer) emit(run storage.RunID, e *ending) {
	attributes := []attribute.KeyValue{
		attribute.String("sluice.run", string(run)), attribute.String("sluice.node", e.node),
		attribute.String("sluice.type", e.kind), attribute.String("sluice.path", e.path),
		attribute.Int("sluice.attempt", e.attempt), attribute.String("sluice.status", e.status.String()),
	}
	if e.port != "" {
		attributes = append(attributes, attribute.String("sluice.port", e.port))
	}
	if e.resumed {
		attributes = append(attributes, attribute.Bool("sluice.resumed", true))
	}
	in := place{TraceID(run), e.id}
	ctx := trace.ContextWithSpanContext(context.Background(), spanContext(in.trace, e.parent))
	t.span(ctx, in, e.node, time.Unix(0, e.start), time.Unix(0, e.at), e.status == core.PhaseFailed, e.code, trace.WithAttributes(attributes...))
}

// summary is what a row's data says that a span shows.
type summary struct {
	Parent storage.RunID `json:"parent"`
	Error  *struct {
		Code string `json:"code"`
	} `json:"error"`
}

// Ended makes the span of a run that is over: it is what is to be told when a run's end became durable. It does not
// block. All that Observe is told of the run comes before.
func (t *Tracer) Ended(run storage.RunID, row storage.Row) {
	t.mu.Lock()
	r := t.end(run)
	t.mu.Unlock()
	attributes := []attribute.KeyValue{
		attribute.String("sluice.run", string(run)), attribute.String("sluice.flow", row.Flow), attribute.String("sluice.status", row.Status),
	}
	if r != nil {
		// What a run leaves open, nothing will be heard of.
		t.drop(len(r.open), "the run ended before them")
		attributes = append(attributes, attribute.Int64("sluice.pure_nodes", r.pure))
		if r.before > 0 {
			attributes = append(attributes, attribute.Bool("sluice.resumed", true))
		}
	}
	if len(row.Keys) > 0 {
		names := make([]string, len(row.Keys))
		for i, k := range row.Keys {
			names[i] = k.Name
		}
		attributes = append(attributes, attribute.StringSlice("sluice.keys", names))
	}
	var data summary
	var code string
	// A row without a summary has a span all the same.
	if json.Unmarshal(row.Data, &data) == nil && data.Error != nil {
		code = data.Error.Code
	}
	options := []trace.SpanStartOption{trace.WithNewRoot(), trace.WithAttributes(attributes...)}
	if data.Parent != "" {
		options = append(options, trace.WithLinks(trace.Link{SpanContext: spanContext(TraceID(data.Parent), spanID(data.Parent, "", 0))}))
	}
	in := place{TraceID(run), spanID(run, "", 0)}
	t.span(context.Background(), in, row.Flow, row.StartedAt, row.EndedAt, row.Status == string(core.Failed), code, options...)
}

// span makes one span and hands it over, unless too many wait already.
func (t *Tracer) span(ctx context.Context, in place, name string, start, end time.Time, failed bool, code string, options ...trace.SpanStartOption) {
	if t.queued.Add(1) > maxQueued {
		t.queued.Add(-1)
		t.drop(1, "the collector is slower than the runs")
		return
	}
	_, span := t.tracer.Start(at(ctx, in), name, append(options, trace.WithTimestamp(start))...)
	if !span.IsRecording() {
		t.queued.Add(-1)
		return
	}
	if code != "" {
		span.SetAttributes(attribute.String("error.type", errorType(code)))
	}
	if failed {
		span.SetStatus(codes.Error, "")
	}
	// Clocks are set back at times; no span ends before it starts.
	if end.Before(start) {
		end = start
	}
	span.End(trace.WithTimestamp(end))
}

// errorType is a failure's code. A flow may make codes of its own, of data even: what does not look like a code is not
// shown.
func errorType(code string) string {
	strange := func(c rune) bool { return !('a' <= c && c <= 'z' || c == '.' || c == '_') }
	if len(code) > 64 || strings.ContainsFunc(code, strange) {
		return "_OTHER"
	}
	return code
}

func spanContext(t trace.TraceID, s trace.SpanID) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: t, SpanID: s, TraceFlags: trace.FlagsSampled})
}
