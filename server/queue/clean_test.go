package queue_test

import (
	"context"
	"testing"

	mqtt "github.com/eclipse/paho.mqtt.golang"
	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"sluice/connect/broker"
	"sluice/connect/broker/brokertest"
)

// clean takes away what a test has made on a broker that others use, too.
func (w *world) clean(t testing.TB) {
	switch w.kind {
	case broker.RabbitMQ:
		conn, err := amqp.Dial("amqp://guest:guest@" + brokertest.Address(t, w.kind).Host)
		require.NoError(t, err)
		channel, err := conn.Channel()
		require.NoError(t, err)
		for _, name := range []string{w.topic, w.dead} {
			_, err := channel.QueueDelete(name, false, false, false)
			require.NoError(t, err)
		}
		require.NoError(t, conn.Close())
	case broker.Redis:
		client := redis.NewClient(&redis.Options{Addr: brokertest.Address(t, w.kind).Host})
		require.NoError(t, client.Del(context.Background(), w.topic, w.dead).Err())
		require.NoError(t, client.Close())
	case broker.MQTT:
		w.forgetSessions(t)
	}
}

// forgetSessions ends the persistent sessions of a test, and takes away the retained messages.
func (w *world) forgetSessions(t testing.TB) {
	at := "tcp://" + brokertest.Address(t, w.kind).Host
	for _, id := range []string{w.topic, w.topic + "-dead"} {
		client := mqtt.NewClient(mqtt.NewClientOptions().AddBroker(at).SetClientID(id).SetCleanSession(true))
		settle(t, client.Connect())
		for _, topic := range w.buried {
			settle(t, client.Publish(topic, 1, true, ""))
		}
		client.Disconnect(10)
	}
}

func settle(t testing.TB, token mqtt.Token) {
	t.Helper()
	token.Wait()
	require.NoError(t, token.Error())
}
