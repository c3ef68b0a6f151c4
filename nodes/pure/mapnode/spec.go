// Package mapnode is the node type map: it builds an object, or a list of them, out of another.
package mapnode

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

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
		Page: nodes.PageIn(page),
		Eval: eval,
	}
}
