// Package group is the node type group: nodes that belong together, one run at a time if it has a lock.
package group

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a group node is told.
type Config struct {
	Lock string `json:"lock"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "group", Major: 1, Behaviour: 1,
		Effect: nodes.Container, Category: nodes.Flow, Icon: "group",
		Page:    nodes.PageIn(page),
		Machine: compile,
	}
}

func compile(b nodes.Builder) func() core.Machine {
	b.Decode(&Config{})
	var lock core.Expr
	if b.Has("/lock") {
		lock = b.Value("/lock")
	}
	return func() core.Machine { return &machine{lock: lock} }
}
