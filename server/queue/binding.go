package queue

import (
	"strings"

	"sluice/connect/broker"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/diag"
)

// source is what is read, as far as the broker is concerned.
type source struct {
	connection string
	broker.Subscription
}

// binding is one published queue trigger.
type binding struct {
	flow     *flows.Flow
	entrance *flows.Entrance
	// name is the flow's id and the trigger's; with the scope of idempotency keys it stays the same over versions.
	name string
	source
	maxAttempts int
	// deadLetter is empty for the broker's default.
	deadLetter string
}

// What a trigger that does not say otherwise has; the schema tells the same.
const (
	defaultHands    = 64
	defaultAttempts = 3
)

func newBinding(flow *flows.Flow, e *flows.Entrance) *binding {
	b := &binding{flow: flow, entrance: e, name: flow.Document.ID + "/" + e.ID, maxAttempts: count(e.Config, "maxAttempts", defaultAttempts)}
	b.connection, _ = e.Config["connection"].(string)
	b.Topic, _ = e.Config["topic"].(string)
	b.Reader = b.name
	b.Hands = count(e.Config, "concurrency", defaultHands)
	b.deadLetter, _ = e.Config["deadLetter"].(string)
	if b.Group, _ = e.Config["group"].(string); b.Group == "" {
		b.Group = flow.Document.ID + "-" + e.ID
	}
	return b
}

func count(config core.Object, key string, otherwise int) int {
	if n, ok := config[key].(int); ok && n > 0 {
		return n
	}
	return otherwise
}

func (c *Consumers) check(b *binding, pointer string) []diag.Diagnostic {
	client, f := c.o.Connections.Broker(b.connection)
	if f != nil {
		// The compiler has warned of a connection that is not there or of another type.
		return nil
	}
	var found []diag.Diagnostic
	if b.deadLetter != "" && b.deadLetter == b.Topic {
		found = append(found, diag.New("flow.queue.dead_letter", pointer+"/deadLetter", map[string]string{"topic": b.Topic}))
	}
	kind := client.Kind()
	switch kind {
	case broker.RabbitMQ, broker.MQTT:
		if b.entrance.Idempotency == nil {
			found = append(found, diag.New("flow.queue.no_identity", pointer, map[string]string{"broker": spoken[kind]}))
		}
	case broker.Kafka, broker.Redis:
		if strings.ContainsAny(b.Topic, "*>#") {
			found = append(found, diag.New("flow.queue.wildcard", pointer+"/topic", map[string]string{"broker": spoken[kind], "topic": b.Topic}))
		}
	}
	return found
}

// spoken are the names of brokers as people write them.
var spoken = map[broker.Kind]string{broker.Kafka: "Kafka", broker.RabbitMQ: "RabbitMQ", broker.Redis: "Redis", broker.MQTT: "MQTT"}
