package flows

import (
	"container/heap"
	"slices"
	"sort"
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/flows/diag"
	"sluice/nodes"
)

// graph is one Graph while it is compiled.
type graph struct {
	*Graph
	// index is the graph's in the plan, owner the node that has it as its body.
	index int
	owner *node
	nodes []*node
	byID  map[string]*node
	edges []*edge
	// order is the graph's nodes, each behind all nodes it can be reached from.
	order []*node
}

// node is one Node while it is compiled.
type node struct {
	*Node
	graph *graph
	// local is the node's place in its graph, index its place in the plan.
	local, index int
	// spec is nil where the type is not known.
	spec  *nodes.Spec
	ports []string
	// items says that the body runs once for each item of a list.
	items bool
	body  *graph
	in    []*edge
	out   []*edge
	// upstream is by local place; see (*node).after.
	upstream []bool
	// undo is the type of the node's compensation.
	undo *nodes.Spec
	// broken is a node with a finding that leaves nothing to compile.
	broken bool
}

// dormant reports whether the node is disabled, itself or by a container around it. Its config is not looked at, so that
// what is not finished can be switched off.
func (n *node) dormant() bool {
	return n.Disabled || n.graph.owner != nil && n.graph.owner.dormant()
}

// edge is one Edge whose two nodes exist.
type edge struct {
	*Edge
	from, to *node
	// port is an index into from.ports, core.ErrorPort, or unknownPort.
	port int
	// index is the edge's place in the plan.
	index int
}

const (
	errorPort   = "error"
	defaultPort = "out"
	unknownPort = -2
)

// collect lays out the graphs of the document, each before the bodies of its nodes.
func (c *compiler) collect(g *Graph, owner *node) *graph {
	gr := &graph{Graph: g, index: len(c.graphs), owner: owner, byID: make(map[string]*node, len(g.Nodes))}
	c.graphs = append(c.graphs, gr)
	for i := range g.Nodes {
		n := &node{Node: &g.Nodes[i], graph: gr, local: i}
		gr.nodes = append(gr.nodes, n)
		if n.ID != "" && c.byID[n.ID] == nil {
			gr.byID[n.ID] = n
			c.byID[n.ID] = n
		}
	}
	for _, n := range gr.nodes {
		if n.Body != nil {
			n.body = c.collect(n.Body, n)
		}
	}
	return gr
}

// resolve finds each node's type and ports.
func (c *compiler) resolve() {
	for _, g := range c.graphs {
		for _, n := range g.nodes {
			c.node = n.ID
			if n.Type == "" {
				n.broken = true
				continue
			}
			n.spec = c.typeOf(n.Type, n.Pointer+"/type")
			if n.spec == nil {
				n.broken = true
				continue
			}
			n.ports = n.spec.PortsOf(n.Config)
			if s := c.schemaOf(n.spec); s != nil {
				root, _ := s.root.(core.Object)
				n.items = root["x-items"] == true
			}
			c.checkBody(n)
		}
	}
	c.node = ""
}

// typeOf finds a node type or says what is wrong with its name.
func (c *compiler) typeOf(name, pointer string) *nodes.Spec {
	spec := c.pins[name]
	if spec == nil {
		spec = c.options.Registry.Find(name)
	}
	if spec != nil {
		c.typesUsed[name] = spec
		return spec
	}
	base, version, _ := strings.Cut(name, "@")
	if c.options.Registry.Find(base) == nil {
		c.add("flow.node.type_unknown", pointer, map[string]string{
			"type": name, "nearest": diag.Nearest(base, c.options.Registry.Types()),
		})
		return nil
	}
	var versions []string
	for _, s := range c.options.Registry.Specs() {
		if s.Type == base {
			versions = append(versions, strconv.Itoa(s.Major))
		}
	}
	c.add("flow.node.version_unknown", pointer, map[string]string{
		"type": base, "version": version, "versions": strings.Join(versions, ", "),
	})
	return nil
}

func (c *compiler) checkBody(n *node) {
	isContainer := n.spec.Effect == nodes.Container
	switch {
	case isContainer && n.Body == nil:
		// A body of a wrong type was reported when the document was read.
		if c.tree != nil {
			if _, _, written := c.tree.At(n.Pointer + "/body"); written {
				return
			}
		}
		c.add("flow.node.body_missing", n.Pointer, map[string]string{"type": n.Type})
	case !isContainer && n.Body != nil:
		c.addKey("flow.node.body_unexpected", n.Pointer+"/body", map[string]string{"type": n.Type})
	}
}

// connect checks each edge and links it to its nodes.
func (c *compiler) connect(g *graph) {
	seen := make(map[Edge]*Edge, len(g.Edges))
	for i := range g.Edges {
		e := &g.Edges[i]
		from, to := c.endpoint(g, e.From, e.Pointer+"/from"), c.endpoint(g, e.To, e.Pointer+"/to")
		if from == nil || to == nil {
			continue
		}
		if from == to {
			c.add("flow.edge.self", e.Pointer, map[string]string{"node": e.From})
			continue
		}
		link := &edge{Edge: e, from: from, to: to}
		link.port = c.portOf(from, e)
		key := Edge{From: e.From, To: e.To, Port: e.Port}
		if link.port >= 0 {
			key.Port = from.ports[link.port]
		}
		if first := seen[key]; first != nil {
			if d := c.add("flow.edge.duplicate", e.Pointer, nil); d != nil {
				d.Related = []string{first.Pointer}
			}
			continue
		}
		seen[key] = e
		g.edges = append(g.edges, link)
		from.out = append(from.out, link)
		to.in = append(to.in, link)
	}
}

func (c *compiler) endpoint(g *graph, id, pointer string) *node {
	if id == "" {
		return nil
	}
	if n := g.byID[id]; n != nil {
		return n
	}
	if c.byID[id] != nil {
		d := c.add("flow.edge.across", pointer, map[string]string{"node": id})
		if d != nil {
			d.Related = []string{c.byID[id].Pointer}
		}
		return nil
	}
	c.add("flow.edge.node_unknown", pointer, map[string]string{"node": id, "nearest": diag.Nearest(id, g.ids())})
	return nil
}

func (g *graph) ids() []string {
	ids := make([]string, 0, len(g.byID))
	for id := range g.byID {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// portOf finds the port an edge leaves: out where it names none.
func (c *compiler) portOf(from *node, e *Edge) int {
	if e.Port == errorPort {
		return core.ErrorPort
	}
	name := e.Port
	if name == "" {
		name = defaultPort
	}
	if i := slices.Index(from.ports, name); i >= 0 {
		return i
	}
	if from.broken {
		return unknownPort
	}
	all := append(slices.Clone(from.ports), errorPort)
	pointer := e.Pointer + "/port"
	if e.Port == "" {
		pointer = e.Pointer
	}
	c.add("flow.edge.port_unknown", pointer, map[string]string{
		"node": from.ID, "port": name, "ports": strings.Join(all, ", "), "nearest": diag.Nearest(name, all),
	})
	return unknownPort
}

// sort orders the nodes of a graph, each behind all it can be reached from and else as the document has them, and
// reports loops and what stands behind them.
func (c *compiler) sort(g *graph) {
	waiting := make([]int, len(g.nodes))
	ready := &localHeap{}
	for _, n := range g.nodes {
		waiting[n.local] = len(n.in)
		if len(n.in) == 0 {
			heap.Push(ready, n.local)
		}
	}
	placed := make([]bool, len(g.nodes))
	for ready.Len() > 0 {
		n := g.nodes[heap.Pop(ready).(int)]
		placed[n.local] = true
		g.order = append(g.order, n)
		for _, e := range n.out {
			if waiting[e.to.local]--; waiting[e.to.local] == 0 {
				heap.Push(ready, e.to.local)
			}
		}
	}
	if len(g.order) < len(g.nodes) {
		c.reportLoops(g, placed)
	}
}

// reportLoops reports one loop for each knot of nodes that wait for each other. Nodes that merely follow one are placed
// behind, in document order, so that the rest can still be checked.
func (c *compiler) reportLoops(g *graph, placed []bool) {
	reported := make([]bool, len(g.nodes))
	for _, n := range g.nodes {
		if placed[n.local] {
			continue
		}
		g.order = append(g.order, n)
		if reported[n.local] {
			continue
		}
		loop := loopThrough(n, placed)
		if loop == nil {
			continue
		}
		var ids, related []string
		for _, m := range loop {
			ids = append(ids, m.ID)
			related = append(related, m.Pointer)
		}
		c.node = n.ID
		if d := c.add("flow.graph.cycle", n.Pointer, map[string]string{"path": strings.Join(append(ids, n.ID), " → ")}); d != nil {
			d.Related = related
		}
		for _, m := range g.nodes {
			if !placed[m.local] && m.after()[n.local] && n.after()[m.local] {
				reported[m.local] = true
			}
		}
	}
	c.node = ""
}

// loopThrough is a shortest way from n back to n, nil where there is none.
func loopThrough(n *node, placed []bool) []*node {
	came := map[*node]*node{}
	queue := []*node{n}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, e := range at.out {
			if placed[e.to.local] {
				continue
			}
			if e.to == n {
				var back []*node
				for m := at; m != n; m = came[m] {
					back = append(back, m)
				}
				slices.Reverse(back)
				return append([]*node{n}, back...)
			}
			if _, seen := came[e.to]; !seen {
				came[e.to] = at
				queue = append(queue, e.to)
			}
		}
	}
	return nil
}

// after marks, by local place, the nodes of the same graph from which n can be reached.
func (n *node) after() []bool {
	if n.upstream != nil {
		return n.upstream
	}
	up := make([]bool, len(n.graph.nodes))
	queue := []*node{n}
	for len(queue) > 0 {
		at := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		for _, e := range at.in {
			if !up[e.from.local] {
				up[e.from.local] = true
				queue = append(queue, e.from)
			}
		}
	}
	n.upstream = up
	return up
}

// localHeap is a heap of local places, least first.
type localHeap struct{ sort.IntSlice }

// Push implements heap.Interface.
func (h *localHeap) Push(n any) { h.IntSlice = append(h.IntSlice, n.(int)) }

// Pop implements heap.Interface.
func (h *localHeap) Pop() any {
	last := h.Len() - 1
	n := h.IntSlice[last]
	h.IntSlice = h.IntSlice[:last]
	return n
}
