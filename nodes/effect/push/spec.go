// Package push is the node type push: it sends a message to a group or a webhook.
package push

import (
	"context"
	"embed"

	"sluice/connect"
	"sluice/connect/robot"
	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/effect/args"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a push node is told. Exactly one of Text, Markdown and Card is given.
type Config struct {
	Connection string      `json:"connection"`
	Text       string      `json:"text"`
	Markdown   string      `json:"markdown"`
	Card       core.Object `json:"card"`
	Title      string      `json:"title"`
	Mentions   []string    `json:"mentions"`
}

// Spec declares the type; its messages go through these connections.
func Spec(connections *connect.Set) nodes.Spec {
	return nodes.Spec{
		Type: "push", Major: 1, Behaviour: 1,
		Effect: nodes.Write, Category: nodes.Message, Icon: "megaphone",
		Page: nodes.PageIn(page),
		Run: func(ctx context.Context, call nodes.Call) (core.Value, *core.Failure) {
			return run(ctx, connections, call)
		},
	}
}

func run(ctx context.Context, connections *connect.Set, call nodes.Call) (core.Value, *core.Failure) {
	var config Config
	if f := args.Decode(call.Args, &config); f != nil {
		return nil, f
	}
	to, f := connections.Messenger(config.Connection)
	if f != nil {
		return nil, f
	}
	return to.Send(ctx, robot.Message{
		Text: config.Text, Markdown: config.Markdown, Card: config.Card, Title: config.Title, Mentions: config.Mentions, Key: call.Key,
	})
}
