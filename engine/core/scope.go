package core

// Scope is what an expression can see at one place of a run. A Scope is valid only during the call it is passed to and
// is used by one goroutine.
type Scope interface {
	// Trigger is what started the run.
	Trigger() Value
	// Input is what came along the taken edge, or an object by node id where several were taken.
	Input() Value
	// Node is the output of the node at this index of the plan, nil when it was skipped or has not run. Nodes of the
	// enclosing graphs are in scope.
	Node(index int) Value
	// Var is the run's variables.
	Vars() Object
	// Item and Index are of the innermost foreach; without one they are nil and -1.
	Item() Value
	Index() int
	// Failure is the failure of the error path that led here, nil elsewhere.
	Failure() *Failure
	// Now is the time of the event being folded, in nanoseconds of Unix time.
	Now() int64
	// Run is the run's identity.
	Run() RunInfo
	// Flow is the flow's id and version.
	Flow() FlowInfo
	// Table finds a shared table pinned by the plan.
	Table(name string) (Value, bool)
	// Seed is stable for this activation and attempt of this run and differs between any two: what uuid() and jitter
	// are derived from.
	Seed() uint64
}

// RunInfo is what expressions see as run. Times are nanoseconds of Unix time.
type RunInfo struct {
	ID        string
	Parent    string
	StartedAt int64
}

// FlowInfo is what expressions see as flow.
type FlowInfo struct {
	ID      string
	Version int
}

// Expr computes a value from a scope: a compiled expression or template. It is pure, safe for concurrent use, bounded
// by a budget, and never panics.
type Expr func(Scope) (Value, *Failure)
