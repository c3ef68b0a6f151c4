// Package stateset is the node type state.set: it keeps a value for the flow's later runs.
package stateset

import (
	"context"
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/effect/args"
	"sluice/nodes/effect/state"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a state.set node is told.
type Config struct {
	Key   core.Value `json:"key"`
	Value core.Value `json:"value"`
}

// Spec declares the type; it writes these values.
func Spec(values state.Values) nodes.Spec {
	return nodes.Spec{
		Type: "state.set", Major: 1, Behaviour: 1,
		Effect: nodes.Write, Category: nodes.Data, Icon: "archive",
		Page: nodes.PageIn(page),
		Run: func(_ context.Context, call nodes.Call) (core.Value, *core.Failure) {
			var config Config
			if f := args.Decode(call.Args, &config); f != nil {
				return nil, f
			}
			key, f := state.Key(config.Key)
			if f != nil {
				return nil, f
			}
			if f := state.Set(values, call.Flow.ID, key, config.Value); f != nil {
				return nil, f
			}
			return config.Value, nil
		},
	}
}
