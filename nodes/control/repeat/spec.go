// Package repeat is the node type repeat: it runs its body again and again until a condition holds.
package repeat

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a repeat node is told: Delays, or Max with Delay.
type Config struct {
	Until  string   `json:"until"`
	Delays []string `json:"delays"`
	Delay  string   `json:"delay"`
	Max    int      `json:"max"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "repeat", Major: 1, Behaviour: 1,
		Effect: nodes.Container, Category: nodes.Flow, Icon: "repeat",
		Page:    nodes.PageIn(page),
		Ports:   func(core.Object) []string { return []string{"out", "exhausted"} },
		Machine: compile,
	}
}

func compile(b nodes.Builder) func() core.Machine {
	config := Config{Delay: "0s"}
	b.Decode(&config)
	s := &settings{until: b.Expr("/until"), pause: config.schedule(b)}
	return func() core.Machine { return &machine{settings: s} }
}
