// Package branch is the node type branch: one condition, two ways on.
package branch

import (
	_ "embed"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/pure/condition"
)

var (
	//go:embed schema.json
	schema []byte
	//go:embed zh.json
	chinese []byte
	//go:embed examples.json
	examples []byte
	//go:embed doc.md
	docEN string
	//go:embed doc.zh.md
	docZH string
)

// Config is what a branch node is told.
type Config struct {
	When string `json:"when"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "branch", Major: 1, Behaviour: 1,
		Effect: nodes.Pure, Category: nodes.Logic, Icon: "split",
		Schema: schema, Chinese: chinese, Examples: examples, DocEN: docEN, DocZH: docZH,
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
