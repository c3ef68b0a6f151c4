package flows

import (
	"slices"
	"strings"

	"sluice/engine/core"
	"sluice/flows/diag"
	"sluice/flows/expr"
	"sluice/nodes"
)

// Options are what a document is compiled with. They are only read.
type Options struct {
	Registry *nodes.Registry
	// Tables are the shared tables; a plan keeps those that the flow reads.
	Tables map[string]core.Value
	// Connections finds the type of a connection; nil where connections are not known, and then none is missed.
	Connections func(id string) (connectionType string, ok bool)
	// Flows reports whether a flow is published; nil where flows are not known.
	Flows func(id string) bool
	// Schedule checks a cron trigger's expression; style and zone are empty where the trigger names none. An error with
	// a method In(language string) string says it in Chinese too. Nil leaves schedules unchecked.
	Schedule func(cron, style, zone string) error
	// Version is what expressions see as flow.version.
	Version int
}

// Flow is a compiled document.
type Flow struct {
	Document *Document
	Plan     *core.Plan
	// Definition is what storage keeps under Plan.Hash.
	Definition Definition
	// Input checks trigger.body; nil where the document has no input schema.
	Input    nodes.Check
	Triggers []Entrance

	conditions conditions
}

// Compile checks a document and compiles it: all findings at once, in the order of the document, those of Parse among
// them. The flow is nil where one of them is an error. The same document and options always give the same findings and
// the same plan hash.
func Compile(doc *Document, o Options) (*Flow, []diag.Diagnostic) { return compile(doc, o, nil) }

// compile is Compile with the node types that a definition has pinned, by type as its document names it.
func compile(doc *Document, o Options, pins map[string]*nodes.Spec) (*Flow, []diag.Diagnostic) {
	c := &compiler{
		findings: doc.findings.clone(), doc: doc, options: o, pins: pins,
		byID: map[string]*node{}, reachable: map[*node]bool{}, schemas: map[*nodes.Spec]*schema{}, typesUsed: map[string]*nodes.Spec{},
		tablesRead: map[string]bool{},
	}
	if tooLarge(c.list) {
		return nil, c.sorted()
	}
	c.structure()
	c.number()
	flow := &Flow{Document: doc, Plan: c.plan(), conditions: conditions{c}}
	flow.Plan.Condition = flow.conditions.condition
	c.door(flow)
	c.tables(flow.Plan)
	if c.errors > 0 {
		return nil, c.sorted()
	}
	if err := c.define(flow); err != nil {
		c.add("flow.unstorable", "", map[string]string{"problem": err.Error()})
		return nil, c.sorted()
	}
	return flow, c.sorted()
}

// tooLarge reports whether a document is beyond its limits, so that only that is said.
func tooLarge(ds []diag.Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return strings.HasPrefix(d.Code, "flow.limit.") })
}

// compiler is one document being compiled.
type compiler struct {
	findings
	doc     *Document
	options Options
	// pins are the node types of a stored definition, by type as its document names it; nil for a new one.
	pins map[string]*nodes.Spec

	graphs    []*graph
	byID      map[string]*node
	reachable map[*node]bool
	// nodes are in the order of the plan.
	nodes []*node

	schemas    map[*nodes.Spec]*schema
	typesUsed  map[string]*nodes.Spec
	tablesRead map[string]bool
	// allTables and version say that expressions read tables by a computed name, and flow.version.
	allTables, version bool
	triggerType        *expr.Type
	bodyType           *expr.Type
}

// structure checks the graphs: types, edges, order, options.
func (c *compiler) structure() {
	c.collect(&c.doc.Graph, nil)
	c.resolve()
	for _, g := range c.graphs {
		c.connect(g)
	}
	for _, g := range c.graphs {
		c.reach(g)
		c.sort(g)
		for _, n := range g.nodes {
			c.checkNode(n)
		}
	}
	c.node = ""
}

// number gives nodes and edges their places in the plan: graph by graph, nodes in the order they can run.
func (c *compiler) number() {
	edges := 0
	for _, g := range c.graphs {
		for _, n := range g.order {
			n.index = len(c.nodes)
			c.nodes = append(c.nodes, n)
		}
		for _, e := range g.edges {
			e.index = edges
			edges++
		}
	}
}

func (c *compiler) plan() *core.Plan {
	p := &core.Plan{
		Flow: core.FlowInfo{ID: c.doc.ID, Version: c.options.Version}, Vars: c.doc.Vars, Timeout: c.doc.Settings.Timeout,
		MaxSteps: c.doc.Settings.MaxSteps, Tables: core.Object{},
		Relaxed: c.doc.Settings.Durability == DurabilityRelaxed, FullLog: c.doc.Settings.Log == LogFull,
	}
	trigger, body := triggerTypes(c.doc.Input)
	c.triggerType, c.bodyType = trigger, body
	for _, g := range c.graphs {
		p.Graphs = append(p.Graphs, c.planGraph(g))
		for _, e := range g.edges {
			p.Edges = append(p.Edges, core.Edge{From: e.from.index, To: e.to.index, Port: e.port})
		}
	}
	for _, n := range c.nodes {
		c.node = n.ID
		p.Nodes = append(p.Nodes, c.planNode(n))
	}
	c.node = ""
	return p
}

func (c *compiler) planGraph(g *graph) core.Graph {
	out := core.Graph{Owner: -1}
	if g.owner != nil {
		out.Owner = g.owner.index
		c.node = g.owner.ID
	}
	for _, n := range g.nodes {
		out.Nodes = append(out.Nodes, n.index)
	}
	if g.HasOutput {
		out.Output = c.value(g.Pointer+"/output", g.Output, c.endOf(g, g.Pointer+"/output"))
	}
	c.node = ""
	return out
}

func (c *compiler) planNode(n *node) core.Node {
	out := core.Node{
		ID: n.ID, Type: n.Type, Graph: n.graph.index, Local: n.local, Ports: n.ports, Need: n.Join.Count,
		CancelRest: n.CancelRest, Timeout: n.Timeout, Continue: n.OnError == OnErrorContinue, Out: make([][]int, len(n.ports)),
	}
	for _, e := range n.in {
		out.In = append(out.In, e.index)
	}
	for _, e := range n.out {
		switch {
		case e.port == core.ErrorPort:
			out.OnError = append(out.OnError, e.index)
		case e.port >= 0:
			out.Out[e.port] = append(out.Out[e.port], e.index)
		}
	}
	if n.Join.Any {
		out.Need = 1
	}
	if n.CancelRest {
		for local, before := range n.after() {
			if before {
				out.Upstream = append(out.Upstream, n.graph.nodes[local].index)
			}
		}
		slices.Sort(out.Upstream)
	}
	if n.dormant() {
		out.Eval, out.Timeout = passThrough, 0
		if len(out.Ports) == 0 {
			out.Ports, out.Out = []string{defaultPort}, make([][]int, 1)
		}
		return out
	}
	c.behaviour(n, &out)
	return out
}

// passThrough is what a disabled node does.
func passThrough(s core.Scope) (core.Result, *core.Failure) {
	return core.Result{Value: s.Input()}, nil
}

// behaviour compiles what a node does: exactly one of Eval, Task and Machine.
func (c *compiler) behaviour(n *node, out *core.Node) {
	if n.body != nil {
		out.Body = n.body.index
	}
	retry := c.retry(n)
	if n.undo != nil {
		place := c.at(n, n.Pointer+"/compensate/config")
		place.self = true
		out.Compensate = c.task(n.undo, n.Compensate.Config, place, false)
	}
	if n.broken {
		return
	}
	spec := n.spec
	if spec.Effect == nodes.Pure {
		// What is computed again gives the same again: neither is of use, as the findings say.
		out.Timeout = 0
	} else {
		out.Retry = retry
	}
	place := c.at(n, n.Pointer+"/config")
	if spec.Run != nil {
		out.Task = c.task(spec, n.Config, place, n.OnUnknown == OnUnknownPause)
		return
	}
	b := c.builder(spec, n.Config, place)
	if b == nil {
		return
	}
	if spec.Eval != nil {
		out.Eval = spec.Eval(b)
	} else {
		out.Machine = spec.Machine(b)
	}
	b.refuseUnread()
}

// task compiles a whole config to the arguments of a task.
func (c *compiler) task(spec *nodes.Spec, config core.Object, at place, pauseUnknown bool) *core.Task {
	b := c.builder(spec, config, at)
	if b == nil {
		return nil
	}
	effect := spec.Effect
	if spec.EffectOf != nil {
		effect = spec.EffectOf(config)
	}
	return &core.Task{Type: spec.Name(), Args: b.Value(""), Write: effect == nodes.Write, PauseUnknown: pauseUnknown}
}

func (c *compiler) retry(n *node) *core.Retry {
	if n.Retry == nil {
		return nil
	}
	r := &core.Retry{
		Max: n.Retry.Max, Delay: n.Retry.Delay, MaxDelay: n.Retry.MaxDelay, Backoff: n.Retry.Backoff, Jitter: n.Retry.Jitter,
	}
	if n.Retry.When != "" {
		pointer := n.Pointer + "/retry/when"
		r.When = c.expression(pointer, n.Retry.When, c.at(n, pointer))
	}
	return r
}
