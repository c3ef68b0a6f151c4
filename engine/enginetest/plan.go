// Package enginetest holds what tests of the engine share: plans written as a few lines of text, and events written as
// one line each. It must not know flow documents, node types or drivers: what is tested with it is the core, and the
// machines of its control nodes are small plain ones of its own.
package enginetest

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
)

// Plan builds a plan from text, of which each line is one of these; # starts a comment.
//
//	fuel 3 | maxSteps 9 | timeout 1h | vars {"n":0} | table codes {"a":1}    settings of the plan
//	output EXPR                                                              of the graph the line stands in
//	ID: KIND [OPTION] [OPTION=VALUE]... [{]                                  a node; { opens a container's body, } closes it
//	ID[.PORT] -> ID... [-> ID...]                                            edges; the port error is the error port
//
// Kinds of pure nodes: echo; const value=EXPR; choose on=EXPR ports=A,B (the expression gives a port, a list of ports, or
// true and false for the first and second); fail code=CODE; set name=NAME value=EXPR; end status=STATUS output=EXPR
// code=CODE. A task has the options args=EXPR (its input by default), write and pause. Control nodes: foreach
// items=EXPR concurrency=N collect enough=EXPR; repeat until=EXPR max=N delay=D; group lock=EXPR; subflow flow=F
// input=EXPR detach; wait for=D; await on=NAME:KEY,NAME:KEY limit=D; respond status=N body=EXPR.
//
// Options of all nodes: join=any, join=N, cancelRest, timeout=D, retry=N with delay=D, backoff=X, maxDelay=D, jitter=X
// and when=EXPR, onError=continue, compensate or compensate=EXPR (by default the node's own output), disabled.
//
// Values hold no spaces. Nodes stand behind those that lead to them. The hash of the plan is that of the text.
func Plan(text string) (*core.Plan, error) {
	h := fnv.New64a()
	h.Write([]byte(text))
	b := &builder{
		plan: &core.Plan{Flow: core.FlowInfo{ID: "test", Version: 1}, Hash: strconv.FormatUint(h.Sum64(), 16)},
		ids:  map[string]int{},
	}
	b.plan.Condition = func(p core.Breakpoint) core.Expr {
		when, err := b.expr(p.When)
		if err != nil {
			return nil
		}
		return when
	}
	b.openGraph(-1)
	for i, line := range strings.Split(text, "\n") {
		if err := b.line(line); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	if len(b.open) != 1 {
		return nil, fmt.Errorf("%d bodies are not closed", len(b.open)-1)
	}
	for _, compile := range b.later {
		if err := compile(); err != nil {
			return nil, err
		}
	}
	b.upstream()
	return b.plan, nil
}

// builder reads a plan's text, line by line.
type builder struct {
	plan *core.Plan
	ids  map[string]int
	// open are the graphs that the current line stands in, innermost last.
	open []int
	// later are expressions: they name nodes that may not have been read yet.
	later []func() error
}

func (b *builder) openGraph(owner int) {
	b.open = append(b.open, len(b.plan.Graphs))
	b.plan.Graphs = append(b.plan.Graphs, core.Graph{Owner: owner})
}

// graph is the innermost open graph.
func (b *builder) graph() int { return b.open[len(b.open)-1] }

func (b *builder) line(line string) error {
	line, _, _ = strings.Cut(line, "#")
	line = strings.TrimSpace(line)
	word, rest, _ := strings.Cut(line, " ")
	switch {
	case line == "":
		return nil
	case line == "}":
		if len(b.open) == 1 {
			return fmt.Errorf("} closes nothing")
		}
		b.open = b.open[:len(b.open)-1]
		return nil
	case strings.HasSuffix(word, ":"):
		return b.node(strings.TrimSuffix(word, ":"), strings.Fields(rest))
	case strings.Contains(line, "->"):
		return b.edges(strings.Split(line, "->"))
	}
	return b.setting(word, strings.TrimSpace(rest))
}

func (b *builder) setting(name, value string) (err error) {
	p := b.plan
	switch name {
	case "fuel":
		p.Fuel, err = strconv.Atoi(value)
	case "maxSteps":
		p.MaxSteps, err = strconv.Atoi(value)
	case "timeout":
		p.Timeout, err = time.ParseDuration(value)
	case "vars":
		p.Vars, err = object(value)
	case "table":
		table, content, _ := strings.Cut(value, " ")
		if p.Tables == nil {
			p.Tables = core.Object{}
		}
		p.Tables[table], err = object(content)
	case "output":
		graph := b.graph()
		b.later = append(b.later, func() (err error) {
			p.Graphs[graph].Output, err = b.expr(value)
			return err
		})
	default:
		err = fmt.Errorf("%q is no setting, node or edge", name)
	}
	return err
}

func (b *builder) edges(steps []string) error {
	from := ""
	for i, step := range steps {
		ids := strings.Fields(step)
		if len(ids) == 0 || i < len(steps)-1 && len(ids) > 1 {
			return fmt.Errorf("an edge leads from one node to others")
		}
		for _, to := range ids {
			if i == 0 {
				break
			}
			if err := b.edge(from, to); err != nil {
				return err
			}
		}
		from = ids[0]
	}
	return nil
}

func (b *builder) edge(from, to string) error {
	id, port, named := strings.Cut(from, ".")
	f, ok := b.ids[id]
	t, ok2 := b.ids[to]
	if !ok || !ok2 || f >= t || b.plan.Nodes[f].Graph != b.plan.Nodes[t].Graph {
		return fmt.Errorf("no edge can lead from %s to %s", from, to)
	}
	source := &b.plan.Nodes[f]
	at := 0
	if named {
		at = indexOf(source.Ports, port)
	}
	e := len(b.plan.Edges)
	switch {
	case port == "error":
		at = core.ErrorPort
		source.OnError = append(source.OnError, e)
	case at < 0:
		return fmt.Errorf("%s has no port %s", id, port)
	default:
		source.Out[at] = append(source.Out[at], e)
	}
	b.plan.Edges = append(b.plan.Edges, core.Edge{From: f, To: t, Port: at})
	b.plan.Nodes[t].In = append(b.plan.Nodes[t].In, e)
	return nil
}

// upstream fills in Node.Upstream, which edges that lead forward only make a matter of one pass.
func (b *builder) upstream() {
	for i := range b.plan.Nodes {
		n := &b.plan.Nodes[i]
		seen := map[int]bool{}
		for _, e := range n.In {
			from := b.plan.Edges[e].From
			seen[from] = true
			for _, u := range b.plan.Nodes[from].Upstream {
				seen[u] = true
			}
		}
		for u := range i {
			if seen[u] {
				n.Upstream = append(n.Upstream, u)
			}
		}
	}
}

func indexOf(list []string, s string) int {
	for i, v := range list {
		if v == s {
			return i
		}
	}
	return -1
}
