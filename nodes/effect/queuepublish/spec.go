// Package queuepublish is the node type queue.publish: it sends a message to a broker and waits for its confirmation.
package queuepublish

import (
	"context"
	"embed"

	"sluice/connect"
	"sluice/connect/broker"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
	"sluice/nodes/effect/args"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a queue.publish node is told.
type Config struct {
	Connection string     `json:"connection"`
	Topic      string     `json:"topic"`
	Key        string     `json:"key"`
	Body       core.Value `json:"body"`
}

// Spec declares the type; its messages go through these connections.
func Spec(connections *connect.Set) nodes.Spec {
	return nodes.Spec{
		Type: "queue.publish", Major: 1, Behaviour: 1,
		Effect: nodes.Write, Category: nodes.Message, Icon: "send",
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
	to, f := connections.Broker(config.Connection)
	if f != nil {
		return nil, f
	}
	if config.Topic == "" {
		return nil, args.Invalid("/topic", "is empty")
	}
	m := broker.Message{Topic: config.Topic, Key: config.Key, ID: call.Key}
	if text, ok := config.Body.(string); ok {
		m.Body, m.Headers = []byte(text), map[string]string{"content-type": "text/plain; charset=utf-8"}
	} else {
		encoded, err := value.Encode(config.Body)
		if err != nil {
			return nil, args.Invalid("/body", "is not JSON: %s", err)
		}
		m.Body, m.Headers = encoded, map[string]string{"content-type": "application/json"}
	}
	return answer(to.Publish(ctx, m))
}

// answer keeps an absent object from being a value.
func answer(o core.Object, f *core.Failure) (core.Value, *core.Failure) {
	if f != nil {
		return nil, f
	}
	return o, nil
}
