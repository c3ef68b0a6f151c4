package server_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/connect/broker"
	"sluice/connect/broker/brokertest"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/server"
)

func TestBrokersCanBeTried(t *testing.T) {
	t.Parallel()
	a := serve(t)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	a.call("PUT", "/api/v1/connections/kafka", core.Object{"type": "kafka", "config": core.Object{"brokers": core.List{cluster.ListenAddrs()[0]}}}).ok(200)
	kinds := []broker.Kind{broker.RabbitMQ, broker.NATS, broker.Redis, broker.MQTT}
	for _, kind := range kinds {
		definition, err := value.DecodeString(brokertest.Definition(t, kind))
		require.NoError(t, err)
		definition.(core.Object)["id"] = string(kind)
		a.call("PUT", "/api/v1/connections/"+string(kind), definition).ok(200)
	}
	for _, kind := range append(kinds, broker.Kafka) {
		tried := a.call("POST", "/api/v1/connections/"+string(kind)+"/test", nil).ok(200)
		require.Equal(t, true, tried.at("ok"), "%s: %s", kind, tried.text)
	}
	require.Equal(t, "***", a.call("GET", "/api/v1/connections/rabbitmq", nil).ok(200).str("secrets", "password"))

	a.call("PUT", "/api/v1/connections/away", core.Object{"type": "nats", "config": core.Object{"url": "nats://127.0.0.1:1"}}).ok(200)
	away := a.call("POST", "/api/v1/connections/away/test", nil).ok(200)
	require.Equal(t, false, away.at("ok"))
	require.Contains(t, away.text, "queue.unavailable")
	for _, bad := range []string{
		`{"type": "nats", "config": {"url": "http://127.0.0.1:4222"}}`, `{"type": "nats", "config": {"url": "nats://user:pass@127.0.0.1"}}`,
		`{"type": "kafka", "config": {"brokers": []}}`, `{"type": "kafka", "config": {"brokers": [""]}}`, `{"type": "redis", "config": {}}`,
	} {
		require.Equal(t, 422, a.call("PUT", "/api/v1/connections/bad", bad).StatusCode, bad)
	}
}

func TestAQueueTriggerWithoutItsConnectionIsAWarning(t *testing.T) {
	t.Parallel()
	a := serve(t)
	saved := a.publish("taken", `{"sluice": 1, "id": "taken", "triggers": [{"id": "in", "type": "queue", "config": {"connection": "nowhere", "topic": "orders"}}],
		"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": true}}}]}`)
	require.Equal(t, "flow.connection.unknown", saved.str("diagnostics", 0, "code"))
	require.Equal(t, "warning", saved.str("diagnostics", 0, "severity"))
}

func TestQueueTriggersInTheMetrics(t *testing.T) {
	t.Parallel()
	a := serve(t, func(o *server.Options) {
		o.Queues = func() []server.Queue {
			return []server.Queue{
				{Flow: "b", Trigger: "in", Lag: -1}, {Flow: "a", Trigger: "in", Lag: 7, InHand: 2, Started: 40, SetAside: 1, Connected: true},
			}
		}
	})
	text := a.call("GET", "/metrics", nil).ok(200).text
	for _, line := range []string{
		`sluice_queue_lag_messages{flow="a",trigger="in"} 7`, `sluice_queue_in_hand_messages{flow="a",trigger="in"} 2`,
		`sluice_queue_started_total{flow="a",trigger="in"} 40`, `sluice_queue_set_aside_total{flow="a",trigger="in"} 1`,
		`sluice_queue_connected{flow="a",trigger="in"} 1`, `sluice_queue_connected{flow="b",trigger="in"} 0`,
	} {
		require.Contains(t, text, line+"\n")
	}
	require.Equal(t, 1, strings.Count(text, "sluice_queue_lag_messages{"), "where the broker does not tell there is no figure")
}

func TestTriggersAreListedWithHowTheirQueuesDo(t *testing.T) {
	t.Parallel()
	a := serve(t, func(o *server.Options) {
		o.Queues = func() []server.Queue {
			return []server.Queue{{Flow: "taken", Trigger: "in", Lag: 7, InHand: 2, Started: 40, Connected: true}, {Flow: "taken", Trigger: "silent", Lag: -1}}
		}
	})
	a.publish("taken", `{"sluice": 1, "id": "taken", "triggers": [
		{"id": "in", "type": "queue", "title": {"en": "Orders"}, "config": {"connection": "nowhere", "topic": "orders", "group": "shop"}},
		{"id": "silent", "type": "queue", "config": {"connection": "nowhere", "topic": "returns"}},
		{"id": "failed", "type": "event", "config": {"events": ["run.failed"], "flows": ["other"]}}],
		"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": true}}}]}`)
	a.call("PUT", "/api/v1/flows/draft", `{"sluice": 1, "id": "draft", "triggers": [{"id": "by", "type": "call"}], "nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": true}}}]}`).ok(200)

	all := a.call("GET", "/api/v1/triggers", nil).ok(200)
	require.Len(t, all.at("items"), 3, "none of a draft")
	require.Equal(t, "orders", all.str("items", 0, "config", "topic"))
	require.Equal(t, core.Object{"en": "Orders"}, all.at("items", 0, "title"))
	require.EqualValues(t, 7, all.at("items", 0, "queue", "lag"))
	require.Equal(t, true, all.at("items", 0, "queue", "connected"))
	require.Nil(t, all.at("items", 1, "queue", "lag"), "the broker does not tell")
	require.Equal(t, "failed", all.str("items", 2, "trigger"))
	require.Nil(t, all.at("items", 2, "queue"))

	require.Len(t, a.call("GET", "/api/v1/triggers?type=event", nil).ok(200).at("items"), 1)
	require.Empty(t, a.call("GET", "/api/v1/triggers?type=cron", nil).ok(200).at("items"))
	a.call("GET", "/api/v1/triggers?flow=x", nil).refused(400, "api.query")
}
