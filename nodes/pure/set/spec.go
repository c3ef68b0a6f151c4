// Package set is the node type set: it gives run variables values.
package set

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a set node is told.
type Config struct {
	Vars core.Object `json:"vars"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "set", Major: 1, Behaviour: 1,
		Effect: nodes.Pure, Category: nodes.Data, Icon: "variable",
		Page: nodes.PageIn(page),
		Eval: eval,
	}
}

func eval(b nodes.Builder) core.Eval {
	b.Decode(&Config{})
	// The object is resolved as a whole, so that no value sees another one already set.
	values := b.Value("/vars")
	return func(s core.Scope) (core.Result, *core.Failure) {
		v, f := values(s)
		if f != nil {
			return core.Result{}, f
		}
		vars, _ := v.(core.Object)
		return core.Result{Value: s.Input(), Vars: vars}, nil
	}
}
