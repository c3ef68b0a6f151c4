// Package controltest runs control nodes in a real core: a test writes a small flow in Go, sends it what a driver would,
// and reads the commands it gives. Every run is folded a second time at the test's end and must give the same commands.
//
// It is imported by tests only, and knows no single type, no documents and no syntax of expressions.
package controltest

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
)

// Graph is a flow, or the body of a container. No node stands before one that leads to it.
type Graph struct {
	Nodes  []Node
	Edges  []Edge
	Output Expr
}

// Edge leads from a port, the first one unless named, to a node.
type Edge struct{ From, Port, To string }

// Node is one node: a control type with its config, or with Eval a pure node, or with neither a writing task that is
// asked to do its input.
type Node struct {
	ID      string
	Spec    *nodes.Spec
	Config  core.Object
	Eval    Expr
	Body    *Graph
	Timeout time.Duration
	Retry   *core.Retry
}

// Expr stands in a config where a document has an expression or a template.
type Expr func(Scope) (core.Value, *core.Failure)

// Scope is a core.Scope that knows nodes by id.
type Scope struct {
	core.Scope
	index map[string]int
}

// Out is the output of a node, nil if there is none yet.
func (s Scope) Out(id string) core.Value {
	return s.Node(s.index[id])
}

// Field is a field of an object, nil where there is none.
func Field(v core.Value, name string) core.Value {
	o, _ := v.(core.Object)
	return o[name]
}

// Of is the expression of a scope's value.
func Of(get func(Scope) core.Value) Expr {
	return func(s Scope) (core.Value, *core.Failure) { return get(s), nil }
}

// Item is the expression item, Input is input, Body is trigger.body.
var (
	Item  = Of(func(s Scope) core.Value { return s.Item() })
	Input = Of(func(s Scope) core.Value { return s.Input() })
	Body  = Of(func(s Scope) core.Value { return Field(s.Trigger(), "body") })
)

// Const is the expression that always gives v.
func Const(v core.Value) Expr {
	return Of(func(Scope) core.Value { return v })
}

// Plan compiles a flow. A finding on a config fails the test.
func Plan(t testing.TB, g Graph) *core.Plan {
	t.Helper()
	c := &compiler{t: t, plan: &core.Plan{Hash: "plan"}, index: map[string]int{}}
	c.graph(g, -1)
	return c.plan
}

type compiler struct {
	t     testing.TB
	plan  *core.Plan
	index map[string]int
}

func (c *compiler) expr(e Expr) core.Expr {
	if e == nil {
		return nil
	}
	return func(s core.Scope) (core.Value, *core.Failure) { return e(Scope{s, c.index}) }
}

// graph adds a graph and, behind its nodes, the bodies of its containers. It returns the graph's index.
func (c *compiler) graph(g Graph, owner int) int {
	p := c.plan
	number := len(p.Graphs)
	p.Graphs = append(p.Graphs, core.Graph{Owner: owner, Output: c.expr(g.Output)})
	first := len(p.Nodes)
	for i, n := range g.Nodes {
		c.index[n.ID] = first + i
		p.Graphs[number].Nodes = append(p.Graphs[number].Nodes, first+i)
		p.Nodes = append(p.Nodes, c.node(n, number, i))
	}
	for _, e := range g.Edges {
		c.edge(e)
	}
	for i, n := range g.Nodes {
		if n.Body != nil {
			p.Nodes[first+i].Body = c.graph(*n.Body, first+i)
		}
	}
	return number
}

func (c *compiler) node(n Node, graph, local int) core.Node {
	out := core.Node{ID: n.ID, Type: "test", Graph: graph, Local: local, Ports: []string{"out"}, Timeout: n.Timeout, Retry: n.Retry}
	switch {
	case n.Spec != nil:
		out.Type = n.Spec.Type
		out.Ports = n.Spec.PortsOf(plain(n.Config).(core.Object))
		b := &builder{config: n.Config, compiler: c}
		out.Machine = n.Spec.Machine(b)
		require.Empty(c.t, b.findings, "the config of node %s", n.ID)
	case n.Eval != nil:
		eval := c.expr(n.Eval)
		out.Eval = func(s core.Scope) (core.Result, *core.Failure) {
			v, f := eval(s)
			return core.Result{Value: v}, f
		}
	default:
		out.Task = &core.Task{Type: "test", Write: true, Args: c.expr(Input)}
	}
	out.Out = make([][]int, len(out.Ports))
	return out
}

func (c *compiler) edge(e Edge) {
	p := c.plan
	number := len(p.Edges)
	from, to := &p.Nodes[c.index[e.From]], &p.Nodes[c.index[e.To]]
	port := 0
	switch e.Port {
	case "":
	case "error":
		port = core.ErrorPort
	default:
		port = slices.Index(from.Ports, e.Port)
		require.GreaterOrEqual(c.t, port, 0, "port %s of node %s", e.Port, e.From)
	}
	p.Edges = append(p.Edges, core.Edge{From: c.index[e.From], To: c.index[e.To], Port: port})
	to.In = append(to.In, number)
	if port == core.ErrorPort {
		from.OnError = append(from.OnError, number)
		return
	}
	from.Out[port] = append(from.Out[port], number)
}
