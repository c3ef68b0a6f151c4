package flows

import (
	"sluice/engine/core"
	"sluice/flows/expr"
)

// place is where in the document an expression stands, and so what it sees.
type place struct {
	// pointer is of what is compiled: a string, a value or a config.
	pointer string
	// node is the node whose input and upstream are in sight, nil at the end of a graph and at the door.
	node *node
	// self says that the node's own output is in sight too.
	self bool
	// end is the graph at whose end the expression stands: all its nodes are in sight.
	end *graph
	// roots are the names in sight; item and index come with the graphs around.
	roots expr.Roots
}

// at is a place at a node.
func (c *compiler) at(n *node, pointer string) place {
	return place{pointer: pointer, node: n, roots: expr.RootsOfNode | itemRoots(n.graph)}
}

// endOf is the place where a graph's output is computed.
func (c *compiler) endOf(g *graph, pointer string) place {
	return place{pointer: pointer, end: g, roots: expr.RootsOfNode | itemRoots(g)}
}

// atDoor is a place before the run starts.
func atDoor(pointer string) place { return place{pointer: pointer, roots: expr.RootTrigger} }

// itemRoots are item and index where a container around the graph runs its body once for each item.
func itemRoots(g *graph) expr.Roots {
	for ; g.owner != nil; g = g.owner.graph {
		if g.owner.items {
			return expr.RootsOfItem
		}
	}
	return 0
}

// env is what expressions at the place see. text is what will be compiled: where it does not speak of nodes they are not
// gathered.
func (c *compiler) env(p place, text core.Value) *expr.Env {
	env := &expr.Env{Roots: p.roots, Trigger: c.triggerType, Zone: c.doc.Zone, Place: p.pointer}
	if p.node != nil && len(p.node.in) == 0 && p.node.graph.owner == nil {
		env.Input = c.bodyType
	}
	if p.roots&expr.RootNodes != 0 && mentions(text, "nodes") {
		env.Nodes = c.inSight(p)
	}
	return env
}

// inSight lists all nodes of the flow, those that run before the place marked as upstream.
func (c *compiler) inSight(p place) map[string]expr.Node {
	all := make(map[string]expr.Node, len(c.byID))
	for id, n := range c.byID {
		all[id] = expr.Node{Index: n.index}
	}
	mark := func(n *node) {
		if n.ID != "" && c.byID[n.ID] == n {
			all[n.ID] = expr.Node{Index: n.index, Upstream: true}
		}
	}
	from := p.node
	if p.end != nil {
		for _, n := range p.end.nodes {
			mark(n)
		}
		from = p.end.owner
	} else if from != nil && p.self {
		mark(from)
	}
	for ; from != nil; from = from.graph.owner {
		for local, before := range from.after() {
			if before {
				mark(from.graph.nodes[local])
			}
		}
	}
	return all
}

// triggerTypes are the types of trigger and of its body, as the document's input schema tells.
func triggerTypes(input core.Value) (trigger, body *expr.Type) {
	schema, _ := input.(core.Object)
	if schema == nil {
		schema = core.Object{}
	}
	fields := core.Object{"body": schema}
	for _, name := range []string{
		"id", "type", "at", "method", "path", "params", "query", "headers", "raw",
		"scheduledAt", "previousAt", "lastSuccessAt", "topic", "key", "event", "run", "connection",
	} {
		fields[name] = core.Object{}
	}
	return expr.TypeOf(core.Object{"type": "object", "properties": fields, "additionalProperties": false}), expr.TypeOf(schema)
}
