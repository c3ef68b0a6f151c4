package expr

import (
	"maps"
	"slices"
	"time"
)

// Roots is a set of the names that expressions start from.
type Roots uint16

// The roots; each is what design documents call by its lower-case name.
const (
	RootTrigger Roots = 1 << iota
	RootInput
	RootNodes
	RootVars
	RootItem
	RootIndex
	RootError
	RootRun
	RootFlow
	RootTables
)

// RootsOfNode are the roots at a node outside of a foreach.
const RootsOfNode = RootTrigger | RootInput | RootNodes | RootVars | RootError | RootRun | RootFlow | RootTables

// RootsOfItem are the roots that a foreach, or a map with each, adds for its items.
const RootsOfItem = RootItem | RootIndex

var rootNames = []struct {
	name string
	root Roots
}{
	{"error", RootError}, {"flow", RootFlow}, {"index", RootIndex}, {"input", RootInput}, {"item", RootItem}, {"nodes", RootNodes},
	{"run", RootRun}, {"tables", RootTables}, {"trigger", RootTrigger}, {"vars", RootVars},
}

func rootNamed(name string) (Roots, bool) {
	for _, r := range rootNames {
		if r.name == name {
			return r.root, true
		}
	}
	return 0, false
}

// Names lists the roots in r by name, sorted.
func (r Roots) Names() []string {
	var names []string
	for _, n := range rootNames {
		if r&n.root != 0 {
			names = append(names, n.name)
		}
	}
	return names
}

// Env is what is known about a place in a flow before a run. It is only read.
type Env struct {
	// Roots that expressions see at this place.
	Roots Roots
	// Nodes by id: all nodes of the flow, so that one that is not upstream can be told from one that does not exist.
	Nodes map[string]Node
	// Trigger, Input and Item are the types of what these roots hold; nil is any value.
	Trigger, Input, Item *Type
	// Locals are further names; their values are given to Program.EvalWith in this order.
	Locals []string
	// Zone is the flow's time zone; nil is UTC.
	Zone *time.Location
	// Place makes the results of uuid() differ from those of the same text elsewhere: a JSON Pointer, say.
	Place string
}

// Node is a node of the flow as seen from a place.
type Node struct {
	// Index is the node's index in the plan: the argument of Scope.Node.
	Index int
	// Upstream says that the node runs before this place.
	Upstream bool
	Output   *Type
}

func (e *Env) zone() *time.Location {
	if e.Zone == nil {
		return time.UTC
	}
	return e.Zone
}

// nodeIDs are the ids of upstream nodes, sorted.
func (e *Env) nodeIDs() []string {
	var ids []string
	for _, id := range slices.Sorted(maps.Keys(e.Nodes)) {
		if e.Nodes[id].Upstream {
			ids = append(ids, id)
		}
	}
	return ids
}
