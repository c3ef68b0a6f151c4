package tracing

import (
	"container/list"

	"go.opentelemetry.io/otel/trace"

	"sluice/engine/core"
	"sluice/storage"
)

// book is what is under way: the activations that take time, by run. It is bounded; runs of which nothing was heard for
// the longest time make room. Among them are those whose start was refused, of which nothing is ever heard again.
type book struct {
	maxRuns, maxOpen int
	runs             map[storage.RunID]*list.Element
	// order holds *tracked, the one heard of last in front.
	order *list.List
	open  int
}

// tracked is a run under way.
type tracked struct {
	id storage.RunID
	// before is when the Tracer opened, in nanoseconds of Unix time, for a run that is older; 0 for others.
	before int64
	pure   int64
	open   map[string]*activation
}

// activation is a task or a control node under way.
type activation struct {
	path, node, kind string
	id, parent       trace.SpanID
	// start in nanoseconds of Unix time; resumed says that it was earlier, in another process.
	start   int64
	resumed bool
	attempt int
}

func newBook(maxRuns, maxOpen int) book {
	return book{maxRuns: maxRuns, maxOpen: maxOpen, runs: map[storage.RunID]*list.Element{}, order: list.New()}
}

// track finds a run or takes it in. dropped is how many activations made room for it.
func (b *book) track(id storage.RunID, opened int64) (r *tracked, dropped int) {
	if e := b.runs[id]; e != nil {
		b.order.MoveToFront(e)
		return e.Value.(*tracked), 0
	}
	for len(b.runs) >= b.maxRuns {
		dropped += b.forget(b.order.Back())
	}
	r = &tracked{id: id, open: map[string]*activation{}}
	if id.StartedAt().UnixNano() < opened {
		r.before = opened
	}
	b.runs[id] = b.order.PushFront(r)
	return r, dropped
}

// forget takes a run out; it is how many activations were under way.
func (b *book) forget(e *list.Element) int {
	r := e.Value.(*tracked)
	b.order.Remove(e)
	delete(b.runs, r.id)
	b.open -= len(r.open)
	return len(r.open)
}

// end takes a run out; nil where it is not known.
func (b *book) end(id storage.RunID) *tracked {
	e := b.runs[id]
	if e == nil {
		return nil
	}
	b.forget(e)
	return e.Value.(*tracked)
}

// note takes an entry in. It gives the activation that ended with it, if one did that takes time, and how many had to
// be dropped. first says that the entry is the first of an event: it is what the event was about.
func (b *book) note(r *tracked, e *core.Entry, first bool) (ended *activation, dropped int) {
	if e.Phase == core.PhaseSkipped {
		return nil, 0
	}
	dropped = b.reopen(r, e)
	a := r.open[e.Path]
	switch {
	case !e.Phase.Settled() && a == nil:
		return nil, dropped + b.begin(r, newActivation(r, e))
	case !e.Phase.Settled():
		a.see(e)
		return nil, dropped
	case a != nil:
		delete(r.open, e.Path)
		b.open--
		a.see(e)
		return a, dropped
	case r.before > 0 && first && e.Phase != core.PhaseCancelled:
		// An event that is about an activation is the answer to a task or the cause of a control node, never pure.
		return newActivation(r, e), dropped
	case e.Phase != core.PhaseCancelled:
		r.pure++
	}
	return nil, dropped
}

// reopen begins the containers around an entry of a run that is older than the Tracer: they are under way, though nobody
// said so. Compensations come after their containers.
func (b *book) reopen(r *tracked, e *core.Entry) (dropped int) {
	if r.before == 0 || e.Node < 0 {
		return 0
	}
	for path := container(e.Path); path != "" && r.open[path] == nil; path = container(path) {
		dropped += b.begin(r, &activation{
			path: path, id: r.spanOf(path), parent: r.spanOf(container(path)), start: r.before, resumed: true, attempt: 1,
		})
	}
	return dropped
}

// begin opens an activation, or drops it where there is no room.
func (b *book) begin(r *tracked, a *activation) (dropped int) {
	for b.open >= b.maxOpen {
		oldest := b.order.Back()
		if oldest.Value.(*tracked) == r {
			return dropped + 1
		}
		dropped += b.forget(oldest)
	}
	r.open[a.path] = a
	b.open++
	return dropped
}

func newActivation(r *tracked, e *core.Entry) *activation {
	a := &activation{path: e.Path, id: r.spanOf(e.Path), parent: r.spanOf(container(e.Path)), start: e.At}
	// What is settled, tried again or held had begun before.
	began := (e.Phase == core.PhaseRunning || e.Phase == core.PhaseWaiting) && e.Attempt <= 1
	if r.before > 0 && !began {
		a.start, a.resumed = min(r.before, e.At), true
	}
	a.see(e)
	return a
}

func (a *activation) see(e *core.Entry) {
	a.node, a.kind, a.attempt = e.NodeID, e.Type, e.Attempt
}

// spanOf is the span of an activation, whether it is open or not.
func (r *tracked) spanOf(path string) trace.SpanID {
	if path == "" {
		return spanID(r.id, "", 0)
	}
	if a := r.open[path]; a != nil {
		return a.id
	}
	round := 1
	if c := r.open[container(path)]; c != nil {
		round = c.attempt
	}
	return spanID(r.id, path, round)
}
