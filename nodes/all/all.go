// Package all is the one list of node types.
//
// It only lists: a type is declared in its own folder, and whoever needs another set makes a slice of their own.
package all

import (
	"slices"

	"sluice/connect"
	"sluice/nodes"
	"sluice/nodes/control/await"
	"sluice/nodes/control/foreach"
	"sluice/nodes/control/group"
	"sluice/nodes/control/repeat"
	"sluice/nodes/control/respond"
	"sluice/nodes/control/subflow"
	"sluice/nodes/control/wait"
	"sluice/nodes/effect/dbexec"
	"sluice/nodes/effect/dbquery"
	"sluice/nodes/effect/dbupsert"
	"sluice/nodes/effect/httprequest"
	"sluice/nodes/effect/push"
	"sluice/nodes/effect/queuepublish"
	"sluice/nodes/effect/state"
	"sluice/nodes/effect/stateget"
	"sluice/nodes/effect/stateset"
	"sluice/nodes/pure/branch"
	"sluice/nodes/pure/end"
	"sluice/nodes/pure/jsonparse"
	"sluice/nodes/pure/mapnode"
	"sluice/nodes/pure/rules"
	"sluice/nodes/pure/set"
	"sluice/nodes/pure/switchnode"
)

// Deps are what the node types that meet the outside work with. The zero Deps is enough to check flows and to write docs:
// a task that runs with it fails and says what is missing.
type Deps struct {
	Connections *connect.Set
	Values      state.Values
}

// Specs are all node types, in the order of the palette.
func Specs(d Deps) []nodes.Spec {
	if d.Connections == nil {
		d.Connections = connect.NewSet(connect.Options{})
	}
	return slices.Concat(pure(), control(), effect(d))
}

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

func effect(d Deps) []nodes.Spec {
	return []nodes.Spec{
		httprequest.Spec(d.Connections),
		dbquery.Spec(d.Connections),
		dbexec.Spec(d.Connections),
		dbupsert.Spec(d.Connections),
		push.Spec(d.Connections),
		queuepublish.Spec(d.Connections),
		stateget.Spec(d.Values),
		stateset.Spec(d.Values),
	}
}
