// Package broker speaks to message brokers: it publishes a message and returns when the broker has it safely, and it
// hands messages to a handler and acknowledges each when the handler says so, never before. Kafka, RabbitMQ, NATS
// JetStream, Redis streams and MQTT are one file each.
//
// It must not know connections as documents, flows, nodes or the engine. It keeps no message: what a handler did not
// finish is the broker's to deliver again.
package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/url"
	"sync"
	"time"

	"sluice/connect/limit"
	"sluice/connect/secret"
	"sluice/engine/core"
)

// Kind is a protocol, named as its connection type.
type Kind string

// The kinds of brokers.
const (
	Kafka    Kind = "kafka"
	RabbitMQ Kind = "rabbitmq"
	NATS     Kind = "nats"
	Redis    Kind = "redis"
	MQTT     Kind = "mqtt"
)

// Config is where a broker is and who calls.
type Config struct {
	Kind Kind
	// URL is the address without a user; nil for Kafka, which has Brokers, each host:port.
	URL      *url.URL
	Brokers  []string
	User     string
	Password secret.Text
	// Mechanism is how Kafka knows the user: scram-sha-512 where it is empty, scram-sha-256 or plain.
	Mechanism string
	// TLS is nil where nothing is encrypted.
	TLS  *tls.Config
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Mask *secret.Mask
}

// Message is what is published.
type Message struct {
	// Topic is a Kafka topic, a RabbitMQ queue (with a Key: an exchange), a NATS subject, a Redis stream or an MQTT topic.
	Topic string
	// Key is a Kafka record's key or a RabbitMQ routing key, and comes along with a message of NATS and Redis.
	Key string
	// ID is the same for every try to publish this message and no other; consumers find it as [IDHeader].
	ID      string
	Headers map[string]string
	Body    []byte
	// retain has an MQTT broker keep the message for later subscribers; others ignore it.
	retain bool
}

// IDHeader is the name under which a message's ID travels where the protocol has no place for it.
const IDHeader = "Idempotency-Key"

// Delivery is a message as it came. It must not be changed.
type Delivery struct {
	Topic, Key string
	Headers    map[string]string
	Body       []byte
	// ID tells the message from all others of its topic and is the same whenever it is delivered again: the sender's, else
	// the broker's own. It is empty where there is neither, in RabbitMQ and MQTT.
	ID string
	// Redelivered says that the message may have been delivered before. Only deliveries without an ID need it.
	Redelivered bool
}

// Subscription is what is consumed.
type Subscription struct {
	Topic string
	// Group names the consumer group, durable consumer or session that remembers what was acknowledged. RabbitMQ has none.
	Group string
	// Reader is who reads in the group; Redis tells the readers of a group apart by it.
	Reader string
	// Hands is how many messages may be in hand, that is delivered and not acknowledged, at the same time.
	Hands int
}

// Handler does what a message asks for. True acknowledges it; false leaves it to be delivered again, at the latest in the
// next Consume. Handlers run at the same time, as many as the subscription has hands. Their context ends with Consume's.
type Handler func(ctx context.Context, d *Delivery) bool

// ErrNoLag is returned for brokers that do not tell how many messages wait.
var ErrNoLag = errors.New("broker: the protocol does not tell how many messages wait")

// driver speaks one protocol. Its failures are masked by the Client.
type driver interface {
	publish(ctx context.Context, m *Message) (core.Object, *core.Failure)
	// consume returns when its context ends or it cannot go on, with all handlers done and no connection left open. The
	// failure is nil where the context ended it.
	consume(ctx context.Context, s Subscription, ready func(), handle Handler) *core.Failure
	lag(ctx context.Context, s Subscription) (int64, *core.Failure)
	// deadTopic is where messages of a topic are set aside unless somebody says otherwise.
	deadTopic(topic string) string
	// bury is publish to a topic that may have to be made.
	bury(ctx context.Context, m *Message) *core.Failure
	ping(ctx context.Context) *core.Failure
	close() error
}

// Client is one broker. It is safe for concurrent use and connects when first needed.
type Client struct {
	kind   Kind
	driver driver
	mask   *secret.Mask
	guard  *limit.Guard
	// ended is over when the client is closed.
	ended context.Context
	end   context.CancelFunc
	// close is the driver's, once.
	close func() error
}

// Open makes a client; it sends nothing.
func Open(c Config) (*Client, error) {
	client := &Client{kind: c.Kind, mask: c.Mask}
	client.ended, client.end = context.WithCancel(context.Background())
	switch c.Kind {
	case Kafka:
		client.driver = &kafka{config: c}
	case RabbitMQ:
		client.driver = &rabbit{config: c, mu: newLock()}
	case NATS:
		client.driver = &natsStreams{config: c, mu: newLock()}
	case Redis:
		client.driver = openRedis(c)
	case MQTT:
		client.driver = &mqttBroker{config: c, mu: newLock()}
	default:
		return nil, fmt.Errorf("broker: no driver for %q", c.Kind)
	}
	client.close = sync.OnceValue(client.driver.close)
	return client, nil
}

// Kind is the client's protocol.
func (c *Client) Kind() Kind { return c.kind }

// Limit has all later messages pass a guard before they are published. Consuming is bounded by its hands.
func (c *Client) Limit(g *limit.Guard) { c.guard = g }

// Close ends all connections. What Consume still has in hand is finished first by whoever called it.
func (c *Client) Close() error {
	c.end()
	return c.close()
}

// Publish returns when the broker has confirmed that it keeps the message, with its answer. A failure is Unknown where the
// message may have been taken nevertheless.
func (c *Client) Publish(ctx context.Context, m Message) (core.Object, *core.Failure) {
	answer, f := limit.Do(ctx, c.guard, func() (core.Object, *core.Failure) {
		if f := c.usable(); f != nil {
			return nil, f
		}
		return c.driver.publish(ctx, &m)
	})
	return answer, c.masked(f)
}

// Consume hands messages to the handler until the context ends, the client is closed or the connection is lost; only then
// the failure is not nil. It returns when all handlers have, so that a message is in one hand only. ready is called when
// messages may come.
func (c *Client) Consume(ctx context.Context, s Subscription, ready func(), handle Handler) *core.Failure {
	if f := c.usable(); f != nil {
		return f
	}
	both, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(c.ended, cancel)()
	f := c.driver.consume(both, s, ready, handle)
	if f == nil && ctx.Err() == nil {
		f = c.usable()
	}
	return c.masked(f)
}

// Lag is how many messages of the subscription wait at the broker; those in hand are among them, but for RabbitMQ. The
// error is ErrNoLag for MQTT.
func (c *Client) Lag(ctx context.Context, s Subscription) (int64, error) {
	if c.kind == MQTT {
		return 0, ErrNoLag
	}
	n, f := c.driver.lag(ctx, s)
	if f != nil {
		return 0, c.masked(f)
	}
	return n, nil
}

// SetAside publishes a message where those go that cannot be worked on, making the place where the broker lets it.
func (c *Client) SetAside(ctx context.Context, topic string, d *Delivery, reason map[string]string) *core.Failure {
	m := Message{Topic: topic, Key: d.Key, ID: d.ID, Body: d.Body, Headers: maps.Clone(d.Headers), retain: true}
	maps.Copy(m.Headers, reason)
	return c.masked(c.driver.bury(ctx, &m))
}

// DeadTopic is where messages of a topic are set aside unless somebody says otherwise.
func (c *Client) DeadTopic(topic string) string { return c.driver.deadTopic(topic) }

// Ping reports whether the broker answers and knows the user. No limit holds it up.
func (c *Client) Ping(ctx context.Context) *core.Failure { return c.masked(c.driver.ping(ctx)) }

func (c *Client) usable() *core.Failure {
	if c.ended.Err() != nil {
		return failed("queue.unavailable", "the connection was closed or replaced")
	}
	return nil
}

func (c *Client) masked(f *core.Failure) *core.Failure {
	if f == nil {
		return nil
	}
	return c.mask.Failure(f)
}

// How long it may take to reach a broker, to have it confirm, and to say goodbye.
const (
	connectWithin = 10 * time.Second
	confirmWithin = 30 * time.Second
	leaveWithin   = 3 * time.Second
)
