package tracing

import (
	"context"
	"crypto/sha256"
	"strconv"
	"strings"

	"go.opentelemetry.io/otel/trace"

	"sluice/storage"
)

// TraceID is the trace of a run: the run's id as a number, so that one is found by the other and a restart continues
// the same trace.
func TraceID(run storage.RunID) trace.TraceID {
	if b, err := run.Binary(); err == nil && b != [16]byte{} {
		return b
	}
	sum := sha256.Sum256([]byte(run))
	return trace.TraceID(sum[:16])
}

// spanID is the span of an activation, or of the run itself where path is empty. It follows from what any process knows,
// so that children can name a parent whose span another process will make. A container that is tried again has bodies
// with the same paths as before: round, the container's attempt, tells them apart.
func spanID(run storage.RunID, path string, round int) trace.SpanID {
	sum := sha256.Sum256([]byte(string(run) + "\x00" + path + "\x00" + strconv.Itoa(round)))
	return trace.SpanID(sum[:8])
}

// container is the path of the container that an activation is in; empty in the flow's own graph.
func container(path string) string {
	if i := strings.LastIndexByte(path, '['); i >= 0 {
		return path[:i]
	}
	return ""
}

// place is where a run's span stands: its trace and its own id.
type place struct {
	trace trace.TraceID
	span  trace.SpanID
}

type placeKey struct{}

// at asks for a span with these ids.
func at(ctx context.Context, p place) context.Context { return context.WithValue(ctx, placeKey{}, p) }

// given generates no ids: it gives those that were asked for with at.
type given struct{}

// NewIDs implements sdk.IDGenerator.
func (given) NewIDs(ctx context.Context) (trace.TraceID, trace.SpanID) {
	p, _ := ctx.Value(placeKey{}).(place)
	return p.trace, p.span
}

// NewSpanID implements sdk.IDGenerator.
func (given) NewSpanID(ctx context.Context, _ trace.TraceID) trace.SpanID {
	p, _ := ctx.Value(placeKey{}).(place)
	return p.span
}
