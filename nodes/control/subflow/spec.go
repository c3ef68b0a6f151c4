// Package subflow is the node type subflow: it starts a run of another flow.
package subflow

import (
	_ "embed"

	"sluice/engine/core"
	"sluice/nodes"
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
		Schema: schema, Chinese: chinese, Examples: examples, DocEN: docEN, DocZH: docZH,
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
