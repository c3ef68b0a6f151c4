// Package all is the one list of node types.
//
// It only lists: a type is declared in its own folder, and whoever needs another set makes a slice of their own.
package all

import (
	"sluice/nodes"
	"sluice/nodes/pure/branch"
	"sluice/nodes/pure/end"
	"sluice/nodes/pure/jsonparse"
	"sluice/nodes/pure/mapnode"
	"sluice/nodes/pure/rules"
	"sluice/nodes/pure/set"
	"sluice/nodes/pure/switchnode"
)

// Specs are all node types, in the order of the palette.
func Specs() []nodes.Spec {
	return []nodes.Spec{
		// Pure.
		branch.Spec(),
		switchnode.Spec(),
		rules.Spec(),
		mapnode.Spec(),
		jsonparse.Spec(),
		set.Spec(),
		end.Spec(),
	}
}
