// Package subflow is the node type subflow: it starts a run of another flow.
package subflow

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a subflow node is told.
type Config struct {
	Flow  string     `json:"flow"`
	Input core.Value `json:"input"`
	Mode  string     `json:"mode"`
}

// Whether to wait for the other run.
const (
	modeWait   = "wait"
	modeDetach = "detach"
)

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "subflow", Major: 1, Behaviour: 1,
		Effect: nodes.Control, Category: nodes.Flow, Icon: "workflow",
		Page:    nodes.PageIn(page),
		Machine: compile,
	}
}

func compile(b nodes.Builder) func() core.Machine {
	config := Config{Mode: modeWait}
	b.Decode(&config)
	s := &settings{flow: b.Flow("/flow"), detach: config.Mode == modeDetach}
	if b.Has("/input") {
		s.input = b.Value("/input")
	}
	return func() core.Machine { return &machine{s} }
}
