package core

import "time"

// Plan is a compiled flow: immutable, shared by all runs that pin its hash, safe for concurrent use. Nodes, edges and
// graphs refer to each other by index.
type Plan struct {
	Flow FlowInfo
	// Hash pins everything a fold of this plan reads: the document, the behaviours of its node types and its tables.
	Hash string
	// Nodes of all graphs. A node stands behind all nodes it can be reached from.
	Nodes []Node
	Edges []Edge
	// Graphs[0] is the flow's own graph, the others are the bodies of its containers.
	Graphs []Graph
	// Vars are the run variables at the start.
	Vars   Object
	Tables Object
	// Condition compiles the condition of a breakpoint on one of the plan's nodes; it gives nil where that is wrong, and the
	// breakpoint then always stops. A plan without one has no conditions.
	Condition func(Breakpoint) Expr
	// Keys are the business keys a run is found by. The core does not read them: drivers do, with a TriggerScope.
	Keys []Key
	// Concurrency bounds how many runs of the flow are at work; nil does not. Drivers make a run's gate of it.
	Concurrency *Concurrency
	// Timeout ends the run; 0 is none.
	Timeout time.Duration
	// Relaxed answers callers before the disk has what the answer tells; FullLog keeps the outputs of pure nodes in the
	// journal too. Both are the driver's matter.
	Relaxed, FullLog bool
	// MaxSteps bounds the activations of one run, against loops nobody meant; 0 is DefaultMaxSteps.
	MaxSteps int
	// Fuel bounds the activations of one Step; 0 is DefaultFuel.
	Fuel int
}

// Key is one business key: a name and what gives its value.
type Key struct {
	Name string
	Expr Expr
}

// Concurrency is settings.concurrency: at most Limit runs with the same key at a time. Without Key all runs of the flow
// have the same.
type Concurrency struct {
	Key    Expr
	Limit  int
	Policy GatePolicy
}

// GateOf is the gate of a run that this trigger starts; nil where the flow bounds nothing. text spells a key: numbers
// with all their digits. A key that cannot be computed counts as none: it must not stop a trigger that was accepted.
func (p *Plan) GateOf(trigger Object, at int64, text func(Value) string) *Gate {
	c := p.Concurrency
	if c == nil {
		return nil
	}
	g := &Gate{Key: p.Flow.ID, Limit: c.Limit, Policy: c.Policy}
	if c.Key != nil {
		if v, f := c.Key(TriggerScope{Plan: p, Of: trigger, At: at}); f == nil && v != nil {
			g.Key += "/" + text(v)
		}
	}
	return g
}

// Limits of a plan that names none.
const (
	DefaultMaxSteps = 10_000_000
	DefaultFuel     = 4_096
)

// Graph is the flow's own graph or the body of a container.
type Graph struct {
	// Nodes by index into Plan.Nodes, in document order.
	Nodes []int
	// Owner is the container's node index, -1 for the flow's own graph.
	Owner int
	// Output is evaluated when the graph is done. Without one the output is that of the last nodes: of the one that
	// was not skipped, or an object by node id where there are several.
	Output Expr
}

// Edge leads from a port of one node to another node of the same graph.
type Edge struct {
	From, To int
	// Port indexes the ports of From; ErrorPort is its error port.
	Port int
}

// ErrorPort is the port index of a node's error edges.
const ErrorPort = -1

// Node is one node of a plan. Exactly one of Eval, Task and Machine says what it does.
type Node struct {
	ID   string
	Type string
	// Graph is the graph the node stands in, Local its place there.
	Graph, Local int
	// Ports names the ports that Result.Port and Turn.Emit refer to.
	Ports []string
	// In, Out and OnError index Plan.Edges; Out is by port.
	In      []int
	Out     [][]int
	OnError []int
	// Need is how many taken edges start the node; 0 means all edges must be resolved and at least one taken.
	Need       int
	CancelRest bool
	// Upstream are the nodes of the same graph from which this one can be reached, for CancelRest.
	Upstream []int

	Eval    Eval
	Task    *Task
	Machine func() Machine
	// Body is the graph of a container, 0 for other nodes.
	Body int

	// Timeout bounds one attempt of a task, and the whole of a control node; 0 is none.
	Timeout    time.Duration
	Retry      *Retry
	Compensate *Task
	// Continue is onError "continue": a failure that retries did not cure gives the output nil on the first port.
	Continue bool
}

// Task says what a worker is to do.
type Task struct {
	Type string
	Args Expr
	// Write tasks reach the outside: they wait until all that led to them is durable.
	Write bool
	// PauseUnknown holds the run for a person when a crash swallowed the outcome of a write, instead of doing it again
	// with the same idempotency key.
	PauseUnknown bool
}

// Retry is a retry policy.
type Retry struct {
	// Max counts the tries after the first.
	Max   int
	Delay time.Duration
	// Backoff multiplies the delay from try to try; 0 and 1 keep it.
	Backoff  float64
	MaxDelay time.Duration
	// Jitter spreads each delay by up to this share of it, 0 to 1.
	Jitter float64
	// When decides with the failure in scope; nil retries all failures that are not permanent.
	When Expr
}

// Eval is what a pure node does: a function of its scope.
type Eval func(Scope) (Result, *Failure)

// Result is what a pure node gives.
type Result struct {
	Value Value
	// Port is taken; Also are further ports taken with it.
	Port int
	Also []int
	// Vars are set as run variables, in the order of their names.
	Vars Object
	// End ends the whole run.
	End *End
}

// End is how a run ends.
type End struct {
	Status Status
	Output Value
	// Failure says why, unless Status is Succeeded.
	Failure *Failure
}

// Status of a run, as the contract names it.
type Status string

// The statuses. The core itself speaks of the last three; the driver knows when a run is queued, running, waiting or
// paused.
const (
	Queued    Status = "queued"
	Running   Status = "running"
	Waiting   Status = "waiting"
	Paused    Status = "paused"
	Succeeded Status = "succeeded"
	Failed    Status = "failed"
	Cancelled Status = "cancelled"
)

// Ended reports whether a run with this status is over.
func (s Status) Ended() bool { return s == Succeeded || s == Failed || s == Cancelled }
