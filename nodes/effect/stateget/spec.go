// Package stateget is the node type state.get: it reads a value that the flow has kept.
package stateget

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

// Config is what a state.get node is told.
type Config struct {
	Key core.Value `json:"key"`
}

// Spec declares the type; it reads these values.
func Spec(values state.Values) nodes.Spec {
	return nodes.Spec{
		Type: "state.get", Major: 1, Behaviour: 1,
		Effect: nodes.Read, Category: nodes.Data, Icon: "archive-restore",
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
			return state.Get(values, call.Flow.ID, key)
		},
	}
}
