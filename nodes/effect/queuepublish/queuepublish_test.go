package queuepublish_test

import (
	"context"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"

	"sluice/connect"
	"sluice/connect/broker"
	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/effect/queuepublish"
	"sluice/nodes/nodetest"
)

// open is a cluster of one broker with the topic orders, and the connection bus to it.
func open(t *testing.T) (*kfake.Cluster, *connect.Set) {
	t.Helper()
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	set := effecttest.Connections(t)
	effecttest.Define(t, set, `{"id": "bus", "type": "kafka", "config": {"brokers": [%q]}}`, cluster.ListenAddrs()[0])
	return cluster, set
}

func TestExamples(t *testing.T) {
	t.Parallel()
	effecttest.Examples(t, func(t *testing.T) nodes.Spec {
		_, set := open(t)
		return queuepublish.Spec(set)
	})
}

func TestConfigIsAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	effecttest.Config(t, queuepublish.Spec(nil), queuepublish.Config{})
}

// received are the next n messages of the topic orders.
func received(t *testing.T, set *connect.Set, n int) []*broker.Delivery {
	t.Helper()
	client, f := set.Broker("bus")
	require.Nil(t, f)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var list []*broker.Delivery
	f = client.Consume(ctx, broker.Subscription{Topic: "orders", Group: "test", Hands: 1}, func() {}, func(_ context.Context, d *broker.Delivery) bool {
		if list = append(list, d); len(list) == n {
			cancel()
		}
		return true
	})
	require.Nil(t, f)
	require.Len(t, list, n)
	return list
}

func TestWhatConsumersGet(t *testing.T) {
	t.Parallel()
	_, set := open(t)
	spec := queuepublish.Spec(set)
	scope := &nodetest.Scope{TriggerValue: core.Object{"body": core.Object{"id": 6917000000000000001}}}
	for _, body := range []string{`{"id": "{{ trigger.body.id }}"}`, `"订单 {{ trigger.body.id }}"`} {
		_, f := effecttest.Run(t.Context(), t, spec, fmt.Sprintf(`{"connection": "bus", "topic": "orders", "key": "{{ trigger.body.id }}", "body": %s}`, body), scope)
		require.Nil(t, f)
	}
	got := received(t, set, 2)
	require.Equal(t, `{"id":6917000000000000001}`, string(got[0].Body))
	require.Equal(t, "application/json", got[0].Headers["content-type"])
	require.Equal(t, "6917000000000000001", got[0].Key)
	require.Equal(t, effecttest.Key, got[0].ID, "the task's key is the message's identity")
	require.Equal(t, "订单 6917000000000000001", string(got[1].Body))
	require.Equal(t, "text/plain; charset=utf-8", got[1].Headers["content-type"])
}

// A broker that takes the message and does not say so may have it.
func TestALostConfirmationIsUnknown(t *testing.T) {
	t.Parallel()
	cluster, set := open(t)
	asked := make(chan struct{}, 1)
	cluster.ControlKey(int16(kmsg.Produce), func(kmsg.Request) (kmsg.Response, error, bool) {
		select {
		case asked <- struct{}{}:
		default:
		}
		cluster.KeepControl()
		return nil, context.DeadlineExceeded, true
	})
	spec := queuepublish.Spec(set)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		<-asked
		cancel()
	}()
	_, f := effecttest.Run(ctx, t, spec, `{"connection": "bus", "topic": "orders", "body": 1}`, nil)
	require.NotNil(t, f)
	require.Equal(t, "queue.cancelled", f.Code)
	require.True(t, f.Unknown)
}

func TestTheConnectionsLimitsHold(t *testing.T) {
	t.Parallel()
	cluster, set := open(t)
	effecttest.Define(t, set, `{"id": "bus", "type": "kafka", "config": {"brokers": [%q]}, "limits": {"rate": "1/h"}}`, cluster.ListenAddrs()[0])
	spec := queuepublish.Spec(set)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	_, f := effecttest.Run(ctx, t, spec, `{"connection": "bus", "topic": "orders", "body": 1}`, nil)
	require.Nil(t, f)
	_, f = effecttest.Run(ctx, t, spec, `{"connection": "bus", "topic": "orders", "body": 2}`, nil)
	require.NotNil(t, f)
	require.Equal(t, "connection.rate", f.Code)
	require.Len(t, received(t, set, 1), 1)
}

func TestABrokerThatIsNotThere(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	for _, c := range []struct{ kind, scheme string }{{"rabbitmq", "amqp"}, {"nats", "nats"}, {"redis", "redis"}, {"mqtt", "mqtt"}} {
		set := effecttest.Connections(t)
		effecttest.Define(t, set, `{"id": "bus", "type": %q, "config": {"url": "%s://%s", "user": "shop"}, "secrets": {"password": "correct-horse"}}`, c.kind, c.scheme, l.Addr())
		_, f := effecttest.Run(t.Context(), t, queuepublish.Spec(set), `{"connection": "bus", "topic": "orders", "body": 1}`, nil)
		require.NotNil(t, f, c.kind)
		require.Equal(t, "queue.unavailable", f.Code, c.kind)
		require.False(t, f.Unknown, "%s: nothing was sent", c.kind)
		require.False(t, f.Permanent, c.kind)
		require.NotContains(t, f.Error(), "correct-horse", c.kind)
	}
}
