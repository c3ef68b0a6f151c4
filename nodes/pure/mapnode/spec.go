// Package mapnode is the node type map: it builds an object, or a list of them, out of another.
package mapnode

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

// Config is what a map node is told.
type Config struct {
	Source string   `json:"source"`
	Each   string   `json:"each"`
	Fields []Field  `json:"fields"`
	Keep   []string `json:"keep"`
}

// Field is one field of the object. Either From or Value says where it comes from.
type Field struct {
	To       string     `json:"to"`
	From     string     `json:"from"`
	Value    core.Value `json:"value"`
	Type     Type       `json:"type"`
	Default  core.Value `json:"default"`
	Required bool       `json:"required"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "map", Major: 1, Behaviour: 1,
		Effect: nodes.Pure, Category: nodes.Data, Icon: "arrow-right-left",
		Schema: schema, Chinese: chinese, Examples: examples, DocEN: docEN, DocZH: docZH,
		Eval: eval,
	}
}
