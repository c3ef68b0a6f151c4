// Package flows is the flow document: parsed strictly, checked with all findings at once, and compiled to a plan for
// the core.
//
// It must not know drivers, disks, servers or any one node type: types come with a registry, connections and tables as
// plain answers in [Options]. Nothing in it opens, dials or fetches anything, so checking a flow provisions nothing.
package flows
