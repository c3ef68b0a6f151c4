// Package all is the one list of node types.
//
// It only lists: a type is declared in its own folder, and whoever needs another set makes a slice of their own.
package all

import (
	"slices"

	"sluice/nodes"
	"sluice/nodes/control/await"
	"sluice/nodes/control/foreach"
	"sluice/nodes/control/group"
	"sluice/nodes/control/repeat"
	"sluice/nodes/control/respond"
	"sluice/nodes/control/subflow"
	"sluice/nodes/control/wait"
	"sluice/nodes/pure/branch"
	"sluice/nodes/pure/end"
	"sluice/nodes/pure/jsonparse"
	"sluice/nodes/pure/mapnode"
	"sluice/nodes/pure/rules"
	"sluice/nodes/pure/set"
	"sluice/nodes/pure/switchnode"
)

// Specs are all node types, in the order of the palette.
func Specs() []nodes.Spec { return slices.Concat(pure(), control()) }

func pure() []nodes.Spec {
	return []nodes.Spec{
		branch.Spec(),
		switchnode.Spec(),
		rules.Spec(),
		mapnode.Spec(),
		jsonparse.Spec(),
		set.Spec(),
		end.Spec(),
	}
}

func control() []nodes.Spec {
	return []nodes.Spec{
		foreach.Spec(),
		repeat.Spec(),
		group.Spec(),
		subflow.Spec(),
		wait.Spec(),
		await.Spec(),
		respond.Spec(),
	}
}
