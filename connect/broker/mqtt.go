package broker

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net"
	"net/url"
	"strings"

	mqtt "github.com/eclipse/paho.mqtt.golang"

	"sluice/engine/core"
)

// mqttBroker speaks MQTT 3.1.1 with QoS 1: it publishes over one clean session, and consumes over a persistent session a
// group. How many messages are in hand is for the broker to bound, which sends only so many before it has
// acknowledgements.
type mqttBroker struct {
	config Config

	mu     lock
	client mqtt.Client
	closed bool
}

const (
	qos = 1
	// maxInFlight is how many messages a broker can send without an acknowledgement: packets are numbered with 16 bits.
	maxInFlight = 1 << 16
)

func (b *mqttBroker) options(ctx context.Context, id string) *mqtt.ClientOptions {
	c := &b.config
	dial := c.Dial
	port := "1883"
	if c.TLS != nil {
		dial, port = encrypted(c.Dial, c.TLS), "8883"
	}
	address := hostPort(c.URL, port)
	o := mqtt.NewClientOptions().AddBroker("tcp://" + address).SetClientID(id).SetProtocolVersion(4).
		SetAutoReconnect(false).SetConnectRetry(false).SetConnectTimeout(connectWithin).SetKeepAlive(heartbeat).
		SetWriteTimeout(confirmWithin).SetOrderMatters(false).
		SetCustomOpenConnectionFn(func(*url.URL, mqtt.ClientOptions) (net.Conn, error) { return dial(ctx, "tcp", address) })
	if c.User != "" {
		o.SetUsername(c.User).SetPassword(c.Password.Reveal())
	}
	return o
}

// settled waits for what a token stands for.
func settled(ctx context.Context, t mqtt.Token) error {
	select {
	case <-t.Done():
		return t.Error()
	case <-ctx.Done():
		return ctx.Err()
	}
}

// mqttConnect connects a client; a nil failure means that it is.
func mqttConnect(ctx context.Context, client mqtt.Client) *core.Failure {
	err := settled(ctx, client.Connect())
	switch {
	case err == nil:
		return nil
	case strings.Contains(err.Error(), "bad user name or password"), strings.Contains(err.Error(), "not Authorized"),
		strings.Contains(err.Error(), "not authorized"), strings.Contains(err.Error(), "identifier rejected"):
		return refused("queue.auth", "the broker refuses the user: %s", err)
	}
	return unreached(ctx, err)
}

func (b *mqttBroker) connected(ctx context.Context) (mqtt.Client, *core.Failure) {
	if !b.mu.take(ctx) {
		return nil, unreached(ctx, ctx.Err())
	}
	defer b.mu.give()
	if b.closed {
		return nil, failed("queue.unavailable", "the connection was closed")
	}
	if b.client != nil && b.client.IsConnectionOpen() {
		return b.client, nil
	}
	client := mqtt.NewClient(b.options(context.WithoutCancel(ctx), "sluice-"+rand.Text()).SetCleanSession(true))
	if f := mqttConnect(ctx, client); f != nil {
		return nil, f
	}
	b.client = client
	return client, nil
}

func (b *mqttBroker) publish(ctx context.Context, m *Message) (core.Object, *core.Failure) {
	if m.Key != "" {
		return nil, refused("queue.rejected", "MQTT messages have no key; leave it out, or put it into the topic")
	}
	if m.Topic == "" || strings.ContainsAny(m.Topic, "+#\x00") {
		return nil, refused("queue.topic", "%q is not a topic that can be published to", m.Topic)
	}
	return b.send(ctx, m, false)
}

func (b *mqttBroker) send(ctx context.Context, m *Message, retain bool) (core.Object, *core.Failure) {
	client, f := b.connected(ctx)
	if f != nil {
		return nil, f
	}
	waiting, done := context.WithTimeout(ctx, confirmWithin)
	defer done()
	if err := settled(waiting, client.Publish(m.Topic, qos, retain, m.Body)); err != nil {
		if errors.Is(err, mqtt.ErrNotConnected) {
			return nil, unreached(ctx, err)
		}
		return nil, unconfirmed(waiting, err)
	}
	return core.Object{"topic": m.Topic, "confirmed": true}, nil
}

func (b *mqttBroker) deadTopic(topic string) string {
	return "dead/" + strings.NewReplacer("+", "any", "#", "all", "$", "").Replace(topic)
}

// bury keeps a message as the retained one of a topic of its own, because a broker drops what nobody subscribes to.
// MQTT 3.1.1 has no headers: the reason is in the log only.
func (b *mqttBroker) bury(ctx context.Context, m *Message) *core.Failure {
	again := *m
	sum := sha256.Sum256(m.Body)
	again.Topic += "/" + hex.EncodeToString(sum[:8])
	_, f := b.send(ctx, &again, m.retain)
	return f
}

func (b *mqttBroker) ping(ctx context.Context) *core.Failure {
	client := mqtt.NewClient(b.options(ctx, "sluice-"+rand.Text()).SetCleanSession(true))
	f := mqttConnect(ctx, client)
	client.Disconnect(0)
	return f
}

func (b *mqttBroker) lag(context.Context, Subscription) (int64, *core.Failure) { return 0, nil }

func (b *mqttBroker) close() error {
	b.mu.take(context.Background())
	client := b.client
	b.client, b.closed = nil, true
	b.mu.give()
	if client != nil {
		client.Disconnect(quiesce)
	}
	return nil
}

// quiesce is how long, in milliseconds, a client may take to send what it has.
const quiesce = 250

// consume lets the client put messages down without waiting, for one that waits does not hear the broker's pings, and takes
// them up in their order.
func (b *mqttBroker) consume(ctx context.Context, s Subscription, ready func(), handle Handler) *core.Failure {
	lost := make(chan error, 1)
	came := make(chan mqtt.Message, maxInFlight)
	open, stop := context.WithCancel(ctx)
	o := b.options(ctx, s.Group).SetCleanSession(false).SetResumeSubs(false).SetAutoAckDisabled(true).SetOrderMatters(true).
		SetConnectionLostHandler(func(_ mqtt.Client, err error) { lost <- err })
	// One handler for all: what the session has kept comes before the subscription is confirmed.
	o.SetDefaultPublishHandler(func(_ mqtt.Client, m mqtt.Message) {
		select {
		case came <- m:
		case <-open.Done():
		}
	})
	client := mqtt.NewClient(o)
	h := newHands(ctx, s.Hands)
	defer func() {
		stop()
		h.rest()
		client.Disconnect(quiesce)
	}()
	if f := subscribe(ctx, client, s.Topic); f != nil {
		if ctx.Err() != nil {
			return nil
		}
		return f
	}
	ready()
	for h.take(ctx) {
		select {
		case <-ctx.Done():
			return nil
		case err := <-lost:
			return broken(ctx, err)
		case m := <-came:
			h.work(func() {
				if handle(h.working, mqttDelivery(m)) {
					m.Ack()
				}
			})
		}
	}
	return nil
}

func subscribe(ctx context.Context, client mqtt.Client, topic string) *core.Failure {
	if f := mqttConnect(ctx, client); f != nil {
		return f
	}
	ctx, done := context.WithTimeout(ctx, connectWithin)
	defer done()
	token := client.Subscribe(topic, qos, nil)
	if err := settled(ctx, token); err != nil {
		return unreached(ctx, err)
	}
	if answer, ok := token.(*mqtt.SubscribeToken); ok && answer.Result()[topic] > qos {
		return refused("queue.auth", "the broker refuses the subscription to %s", topic)
	}
	return nil
}

func mqttDelivery(m mqtt.Message) *Delivery {
	return &Delivery{
		Topic: m.Topic(), Body: m.Payload(), Headers: map[string]string{},
		// A retained message comes at every subscription.
		Redelivered: m.Duplicate() || m.Retained(),
	}
}
