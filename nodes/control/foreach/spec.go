// Package foreach is the node type foreach: it runs its body once for each item of a list.
package foreach

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a foreach node is told.
type Config struct {
	Items        string `json:"items"`
	Concurrency  int    `json:"concurrency"`
	OnItemError  string `json:"onItemError"`
	CompleteWhen string `json:"completeWhen"`
}

// What to do about an item whose body failed.
const (
	onItemFail    = "fail"
	onItemCollect = "collect"
)

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "foreach", Major: 1, Behaviour: 1,
		Effect: nodes.Container, Category: nodes.Flow, Icon: "list-ordered",
		Page:    nodes.PageIn(page),
		Machine: compile,
	}
}

func compile(b nodes.Builder) func() core.Machine {
	config := Config{Concurrency: 1, OnItemError: onItemFail}
	b.Decode(&config)
	s := &settings{items: b.Expr("/items"), concurrency: config.Concurrency, collect: config.OnItemError == onItemCollect}
	if b.Has("/completeWhen") {
		s.completeWhen = b.Expr("/completeWhen")
	}
	return func() core.Machine { return &machine{settings: s} }
}
