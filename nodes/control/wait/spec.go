// Package wait is the node type wait: it goes on later.
package wait

import (
	_ "embed"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/control/timing"
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
		Schema: schema, Chinese: chinese, Examples: examples, DocEN: docEN, DocZH: docZH,
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
