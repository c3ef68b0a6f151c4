// Package branch is the node type branch: one condition, two ways on.
package branch

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/pure/condition"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a branch node is told.
type Config struct {
	When string `json:"when"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "branch", Major: 1, Behaviour: 1,
		Effect: nodes.Pure, Category: nodes.Logic, Icon: "split",
		Page:  nodes.PageIn(page),
		Ports: func(core.Object) []string { return []string{"true", "false"} },
		Eval:  eval,
	}
}

const (
	portTrue  = 0
	portFalse = 1
)

func eval(b nodes.Builder) core.Eval {
	b.Decode(&Config{})
	when := b.Expr("/when")
	return func(s core.Scope) (core.Result, *core.Failure) {
		holds, f := condition.Holds(when, s, "/when")
		if f != nil {
			return core.Result{}, f
		}
		port := portFalse
		if holds {
			port = portTrue
		}
		return core.Result{Value: s.Input(), Port: port}, nil
	}
}
