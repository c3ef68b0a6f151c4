package queue_test

import (
	"context"
	"net/url"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"sluice/connect/broker"
)

// clean takes away what a test has made on a broker that others use, too.
func (w *world) clean(t *testing.T) {
	switch w.kind {
	case broker.RabbitMQ:
		conn, err := amqp.Dial("amqp://guest:guest@" + host(t, address(w.kind, "amqp://127.0.0.1:5672")))
		require.NoError(t, err)
		channel, err := conn.Channel()
		require.NoError(t, err)
		for _, name := range []string{w.topic, w.dead} {
			_, err := channel.QueueDelete(name, false, false, false)
			require.NoError(t, err)
		}
		require.NoError(t, conn.Close())
	case broker.Redis:
		client := redis.NewClient(&redis.Options{Addr: host(t, address(w.kind, "redis://127.0.0.1:6379"))})
		require.NoError(t, client.Del(context.Background(), w.topic, w.dead).Err())
		require.NoError(t, client.Close())
	case broker.MQTT:
		w.forgetSessions(t)
	}
}

// forgetSessions ends the persistent sessions of a test, and takes away the retained messages.
func (w *world) forgetSessions(t *testing.T) {
	at := "tcp://" + host(t, address(w.kind, "mqtt://127.0.0.1:1883"))
	for _, id := range []string{w.topic, w.topic + "-dead"} {
		client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(at).SetClientID(id).SetCleanSession(true))
		settle(t, client.Connect())
		for _, topic := range w.buried {
			settle(t, client.Publish(topic, 1, true, ""))
		}
		client.Disconnect(10)
	}
}

func settle(t *testing.T, token mqtt.Token) {
	t.Helper()
	token.Wait()
	require.NoError(t, token.Error())
}

func host(t *testing.T, at string) string {
	t.Helper()
	u, err := url.Parse(at)
	require.NoError(t, err)
	return u.Host
}
