// Package wait is the node type wait: it goes on later.
package wait

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/control/timing"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a wait node is told: one of the two.
type Config struct {
	For   string `json:"for"`
	Until string `json:"until"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "wait", Major: 1, Behaviour: 1,
		Effect: nodes.Control, Category: nodes.Flow, Icon: "timer",
		Page:    nodes.PageIn(page),
		Machine: compile,
	}
}

func compile(b nodes.Builder) func() core.Machine {
	var config Config
	b.Decode(&config)
	var at moment
	if b.Has("/until") {
		at = timing.Moment(b, "/until", config.Until)
	} else {
		d := timing.Duration(b, "/for", config.For)
		at = func(s core.Scope) (int64, *core.Failure) {
			pause, f := d(s)
			return s.Now() + int64(pause), f
		}
	}
	return func() core.Machine { return &machine{at} }
}
