// Package triggers declares the trigger types: for each the schema of its config, with titles in English and Chinese.
//
// It must not know what a server does to make a trigger fire, nor flow documents.
package triggers

import _ "embed"

// Spec declares a trigger type. Schema and Chinese are as in nodes.Spec, with two more hints: x-duration (the text is a
// duration), x-zone (the name of a time zone) and x-flow (the id of a flow).
type Spec struct {
	Type            string
	Schema, Chinese []byte
	// Doc is more to say about the type than its schema does, in Markdown, by language; empty for most.
	Doc, DocZH string
}

// The trigger types.
const (
	Webhook = "webhook"
	Cron    = "cron"
	Queue   = "queue"
	Event   = "event"
	Call    = "call"
)

var (
	//go:embed webhook.json
	webhook []byte
	//go:embed webhook.zh.json
	webhookZH []byte
	//go:embed webhook.md
	webhookDoc string
	//go:embed webhook.zh.md
	webhookDocZH string
	//go:embed cron.json
	cron []byte
	//go:embed cron.zh.json
	cronZH []byte
	//go:embed queue.json
	queue []byte
	//go:embed queue.zh.json
	queueZH []byte
	//go:embed event.json
	event []byte
	//go:embed event.zh.json
	eventZH []byte
	//go:embed call.json
	call []byte
	//go:embed call.zh.json
	callZH []byte
)

// All lists the trigger types.
func All() []Spec {
	return []Spec{
		{Type: Webhook, Schema: webhook, Chinese: webhookZH, Doc: webhookDoc, DocZH: webhookDocZH},
		{Type: Cron, Schema: cron, Chinese: cronZH}, {Type: Queue, Schema: queue, Chinese: queueZH},
		{Type: Event, Schema: event, Chinese: eventZH}, {Type: Call, Schema: call, Chinese: callZH},
	}
}
