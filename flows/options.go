package flows

import (
	"strconv"

	"sluice/engine/core"
	"sluice/nodes"
)

// checkNode looks at what a node's options, edges and type say together.
func (c *compiler) checkNode(n *node) {
	c.node = n.ID
	c.checkReach(n)
	c.checkJoin(n)
	if n.Compensate != nil {
		c.checkCompensate(n)
	}
	if n.broken {
		return
	}
	effect := n.spec.Effect
	if effect == nodes.Pure && n.Retry != nil {
		c.unused(n, "retry", "flow.retry.unused")
	}
	if effect == nodes.Pure && n.Timeout != 0 {
		c.unused(n, "timeout", "flow.timeout.unused")
	}
	if effect != nodes.Write && n.OnUnknown != "" {
		c.unused(n, "onUnknown", "flow.on_unknown.unused")
	}
	if n.OnError == OnErrorContinue && hasErrorEdge(n) {
		c.unused(n, "onError", "flow.on_error.unused")
	}
}

func (c *compiler) unused(n *node, option, code string) {
	c.add(code, n.Pointer+"/"+option, map[string]string{"type": n.Type})
}

func hasErrorEdge(n *node) bool {
	for _, e := range n.out {
		if e.port == core.ErrorPort {
			return true
		}
	}
	return false
}

// checkReach reports a node that only follows a loop, and one that looks forgotten. The loop itself, and edges from ports
// that do not exist, have findings of their own.
func (c *compiler) checkReach(n *node) {
	g := n.graph
	if len(n.in) == 0 {
		if len(n.out) == 0 && len(g.nodes) > 1 && len(g.edges) > 0 && !c.refersToEdges(g, n) {
			c.add("flow.node.isolated", n.Pointer, map[string]string{"node": n.ID})
		}
		return
	}
	if !c.reachable[n] && !n.after()[n.local] {
		c.add("flow.node.unreachable", n.Pointer, map[string]string{"node": n.ID})
	}
}

// refersToEdges reports whether some edge names the node although it could not be linked: the edge's own finding says
// what is wrong then.
func (c *compiler) refersToEdges(g *graph, n *node) bool {
	for i := range g.Edges {
		if g.Edges[i].From == n.ID || g.Edges[i].To == n.ID {
			return true
		}
	}
	return false
}

// reach marks the nodes that can start: first nodes, and those behind them.
func (c *compiler) reach(g *graph) {
	var queue []*node
	for _, n := range g.nodes {
		if len(n.in) == 0 {
			c.reachable[n] = true
			queue = append(queue, n)
		}
	}
	for len(queue) > 0 {
		n := queue[0]
		queue = queue[1:]
		for _, e := range n.out {
			if !c.reachable[e.to] {
				c.reachable[e.to] = true
				queue = append(queue, e.to)
			}
		}
	}
}

func (c *compiler) checkJoin(n *node) {
	if n.Join.Count > len(n.in) && n.Join.Count > 0 {
		c.add("flow.join.count", n.Pointer+"/join/count", map[string]string{
			"count": strconv.Itoa(n.Join.Count), "edges": strconv.Itoa(len(n.in)),
		})
	}
	if n.CancelRest && !n.Join.Any && n.Join.Count == 0 {
		c.add("flow.cancel_rest.unused", n.Pointer+"/cancelRest", nil)
	}
}

func (c *compiler) checkCompensate(n *node) {
	if n.Compensate.Type == "" {
		return
	}
	pointer := n.Pointer + "/compensate/type"
	spec := c.typeOf(n.Compensate.Type, pointer)
	if spec == nil {
		return
	}
	if spec.Run == nil {
		c.add("flow.compensate.type", pointer, map[string]string{"type": n.Compensate.Type})
		return
	}
	n.undo = spec
}
