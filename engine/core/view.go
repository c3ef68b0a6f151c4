package core

// view shows one place of a run as a Scope.
type view struct {
	m     *stepper
	frame *frame
	// act is nil for the end of a graph, when all its outputs are in sight.
	act *activation
	// failed stands for the failure in scope where a retry policy asks.
	failed *Failure
}

// scopeOf is the scope of an activation, or of a graph's end. It is valid until the next call.
func (m *stepper) scopeOf(f *frame, a *activation) *view {
	m.own = view{m: m, frame: f, act: a}
	return &m.own
}

// Trigger implements Scope.
func (v *view) Trigger() Value { return v.m.s.start.Trigger }

// Input implements Scope.
func (v *view) Input() Value {
	if v.act == nil || len(v.act.from) == 0 {
		return v.frame.input
	}
	if len(v.act.from) == 1 {
		return v.along(v.act.from[0])
	}
	all := make(Object, len(v.act.from))
	for _, e := range v.act.from {
		all[v.m.p.Nodes[v.m.p.Edges[e].From].ID] = v.along(e)
	}
	return all
}

// along is what came along a taken edge.
func (v *view) along(edge int) Value {
	e := &v.m.p.Edges[edge]
	from := &v.frame.acts[v.m.p.Nodes[e.From].Local]
	if e.Port == ErrorPort {
		return from.failure.Object()
	}
	return from.output
}

// Node implements Scope.
func (v *view) Node(index int) Value {
	n := &v.m.p.Nodes[index]
	for f := v.frame; f != nil; f = f.outer() {
		if f.graph == n.Graph {
			return f.acts[n.Local].output
		}
	}
	return nil
}

// Vars implements Scope.
func (v *view) Vars() Object { return v.m.s.vars }

// Item implements Scope.
func (v *view) Item() Value {
	if f := v.itemFrame(); f != nil {
		return f.input
	}
	return nil
}

// Index implements Scope.
func (v *view) Index() int {
	if f := v.itemFrame(); f != nil {
		return f.index
	}
	return -1
}

func (v *view) itemFrame() *frame {
	for f := v.frame; f != nil; f = f.outer() {
		if f.item {
			return f
		}
	}
	return nil
}

// Failure implements Scope.
func (v *view) Failure() *Failure {
	switch {
	case v.failed != nil:
		return v.failed
	case v.act != nil:
		return v.act.inherited
	case v.frame.owner != nil:
		return v.frame.owner.inherited
	}
	return nil
}

// Now implements Scope.
func (v *view) Now() int64 { return v.m.s.now }

// Run implements Scope.
func (v *view) Run() RunInfo {
	s := v.m.s
	return RunInfo{ID: s.start.Run, Parent: s.start.Parent, StartedAt: s.startedAt}
}

// Flow implements Scope.
func (v *view) Flow() FlowInfo { return v.m.p.Flow }

// Table implements Scope.
func (v *view) Table(name string) (Value, bool) {
	t, ok := v.m.p.Tables[name]
	return t, ok
}

// Seed implements Scope.
func (v *view) Seed() uint64 {
	if v.act != nil {
		return v.m.seed(v.act)
	}
	return v.m.endSeed(v.frame)
}

func (m *stepper) seed(a *activation) uint64 {
	return mix(m.s.start.Seed, uint64(a.number), uint64(a.attempt))
}

// endSeed is the seed at the end of a graph. A graph has no number of its own: its container's number and attempt and its
// index there are used once in a run, and mixing them once more sets them apart from those of any activation.
func (m *stepper) endSeed(f *frame) uint64 {
	if f.owner == nil {
		return mix(m.s.start.Seed, 0, 0)
	}
	return mix(m.seed(f.owner), uint64(f.index), 1)
}

// mix spreads three numbers over one: the finalizer of SplitMix64 (Steele, Lea, Flood 2014), applied to each in turn.
func mix(a, b, c uint64) uint64 {
	h := a
	for _, x := range [2]uint64{b, c} {
		h += x*0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15
		h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
		h = (h ^ h>>27) * 0x94d049bb133111eb
		h ^= h >> 31
	}
	return h
}

// TriggerScope is the scope before there is a run: the trigger, the tables and the time. Business keys and idempotency
// keys are computed in it.
type TriggerScope struct {
	Plan *Plan
	// Of is what expressions see as trigger, At the time in nanoseconds of Unix time.
	Of Object
	At int64
}

// Trigger implements Scope.
func (s TriggerScope) Trigger() Value { return s.Of }

// Input implements Scope.
func (s TriggerScope) Input() Value { return s.Of["body"] }

// Node implements Scope.
func (s TriggerScope) Node(int) Value { return nil }

// Vars implements Scope.
func (s TriggerScope) Vars() Object { return s.Plan.Vars }

// Item implements Scope.
func (s TriggerScope) Item() Value { return nil }

// Index implements Scope.
func (s TriggerScope) Index() int { return -1 }

// Failure implements Scope.
func (s TriggerScope) Failure() *Failure { return nil }

// Now implements Scope.
func (s TriggerScope) Now() int64 { return s.At }

// Run implements Scope.
func (s TriggerScope) Run() RunInfo { return RunInfo{StartedAt: s.At} }

// Flow implements Scope.
func (s TriggerScope) Flow() FlowInfo { return s.Plan.Flow }

// Table implements Scope.
func (s TriggerScope) Table(name string) (Value, bool) {
	t, ok := s.Plan.Tables[name]
	return t, ok
}

// Seed implements Scope.
func (s TriggerScope) Seed() uint64 { return uint64(s.At) }
