// Package respond is the node type respond: it answers the caller that waits for the run.
package respond

import (
	"embed"
	"net/http"

	"sluice/engine/core"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a respond node is told.
type Config struct {
	Status  core.Value `json:"status"`
	Headers core.Value `json:"headers"`
	Body    core.Value `json:"body"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "respond", Major: 1, Behaviour: 1,
		Effect: nodes.Control, Category: nodes.Flow, Icon: "reply",
		Page:    nodes.PageIn(page),
		Machine: compile,
	}
}

func compile(b nodes.Builder) func() core.Machine {
	b.Decode(&Config{Status: http.StatusOK})
	m := &machine{}
	if b.Has("/status") {
		m.status = b.Value("/status")
	}
	if b.Has("/headers") {
		m.headers = b.Value("/headers")
	}
	if b.Has("/body") {
		m.body = b.Value("/body")
	}
	return func() core.Machine { return m }
}
