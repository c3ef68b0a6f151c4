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
		{Webhook, webhook, webhookZH}, {Cron, cron, cronZH}, {Queue, queue, queueZH}, {Event, event, eventZH}, {Call, call, callZH},
	}
}
