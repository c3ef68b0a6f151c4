package broker

import (
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"sluice/engine/core"
)

// rabbit publishes with publisher confirms and consumes durable queues. Publishing and each Consume have connections of
// their own, so that a broker that holds publishers up does not hold up acknowledgements.
type rabbit struct {
	config Config

	mu     lock
	out    *outbox
	closed bool
}

// outbox is the connection that publishes.
type outbox struct {
	conn    *amqp.Connection
	channel *amqp.Channel
	// turn bounds the messages that wait for their confirmation, so that returns never fill up their channel.
	turn    *hands
	returns chan amqp.Return

	mu       sync.Mutex
	returned map[string]string
}

const (
	outboxSize = 512
	heartbeat  = 10 * time.Second
)

func (r *rabbit) dial(ctx context.Context) (*amqp.Connection, *core.Failure) {
	c := &r.config
	address := *c.URL
	var settled atomic.Bool
	defer settled.Store(true)
	dial := dialer(c.Dial).impatient(ctx, &settled)
	config := amqp.Config{
		Heartbeat: heartbeat, Properties: amqp.Table{"connection_name": "sluice"}, Locale: "en_US",
		SASL:            []amqp.Authentication{&amqp.PlainAuth{Username: c.User, Password: c.Password.Reveal()}},
		TLSClientConfig: c.TLS,
		Dial: func(network, address string) (net.Conn, error) {
			conn, err := dial(ctx, network, address)
			if err == nil {
				// The handshake's time; the client takes the deadline away after it.
				err = conn.SetDeadline(time.Now().Add(connectWithin))
			}
			return conn, err
		},
	}
	if c.TLS != nil {
		address.Scheme = "amqps"
	}
	conn, err := amqp.DialConfig(address.String(), config)
	switch {
	case errors.Is(err, amqp.ErrCredentials), errors.Is(err, amqp.ErrSASL), errors.Is(err, amqp.ErrVhost):
		return nil, refused("queue.auth", "the broker refuses the user or the virtual host: %s", err)
	case err != nil:
		return nil, unreached(ctx, err)
	}
	return conn, nil
}

func (r *rabbit) connected(ctx context.Context) (*outbox, *core.Failure) {
	if !r.mu.take(ctx) {
		return nil, unreached(ctx, ctx.Err())
	}
	defer r.mu.give()
	if r.closed {
		return nil, failed("queue.unavailable", "the connection was closed")
	}
	if r.out != nil && !r.out.channel.IsClosed() {
		return r.out, nil
	}
	if r.out != nil {
		_ = r.out.conn.Close()
		r.out = nil
	}
	conn, f := r.dial(ctx)
	if f != nil {
		return nil, f
	}
	channel, err := conn.Channel()
	if err == nil {
		err = channel.Confirm(false)
	}
	if err != nil {
		_ = conn.Close()
		return nil, unreached(ctx, err)
	}
	r.out = &outbox{conn: conn, channel: channel, turn: newHands(context.WithoutCancel(ctx), outboxSize), returned: map[string]string{}}
	r.out.returns = channel.NotifyReturn(make(chan amqp.Return, outboxSize))
	return r.out, nil
}

// publish sends to a queue, or with a key to an exchange. A message that no queue takes comes back.
func (r *rabbit) publish(ctx context.Context, m *Message) (core.Object, *core.Failure) {
	o, f := r.connected(ctx)
	if f != nil {
		return nil, f
	}
	if !o.turn.take(ctx) {
		return nil, unreached(ctx, ctx.Err())
	}
	defer o.turn.give(1)
	exchange, key := "", m.Topic
	if m.Key != "" {
		exchange, key = m.Topic, m.Key
	}
	return o.send(ctx, exchange, key, m)
}

func (o *outbox) send(ctx context.Context, exchange, key string, m *Message) (core.Object, *core.Failure) {
	p := amqp.Publishing{
		DeliveryMode: amqp.Persistent, ContentType: m.Headers[contentType], MessageId: m.ID, Body: m.Body, Headers: amqp.Table{}, Timestamp: time.Now(),
	}
	for name, text := range m.Headers {
		if name != contentType {
			p.Headers[name] = text
		}
	}
	confirmation, err := o.channel.PublishWithDeferredConfirmWithContext(ctx, exchange, key, true, false, p)
	if err != nil {
		return nil, unconfirmed(ctx, err)
	}
	waiting, done := context.WithTimeout(ctx, confirmWithin)
	defer done()
	acked, err := confirmation.WaitContext(waiting)
	switch {
	case err != nil:
		return nil, unconfirmed(waiting, err)
	case !acked && o.channel.IsClosed():
		return nil, unconfirmed(ctx, amqp.ErrClosed)
	case !acked:
		return nil, failed("queue.rejected", "the broker did not take the message; the queue may be full")
	}
	if why, back := o.cameBack(m.ID); back {
		return nil, refused("queue.topic", "no queue takes a message for %s: %s", strings.Trim(exchange+" "+key, " "), why)
	}
	return core.Object{"exchange": exchange, "routingKey": key, "confirmed": true}, nil
}

const contentType = "content-type"

// cameBack reports whether the message of this id was returned. The broker returns a message before it confirms it.
func (o *outbox) cameBack(id string) (why string, back bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for {
		select {
		case r, open := <-o.returns:
			if open {
				o.returned[r.MessageId] = r.ReplyText
				continue
			}
		default:
		}
		why, back = o.returned[id]
		delete(o.returned, id)
		return why, back
	}
}

func (r *rabbit) deadTopic(topic string) string { return topic + ".dead" }

// bury makes the queue where it is missing. The broker's own dead-lettering moves messages without a confirmation, and
// drops those of a queue that has no policy for it; so a message is published there first, and then acknowledged here.
func (r *rabbit) bury(ctx context.Context, m *Message) *core.Failure {
	o, f := r.connected(ctx)
	if f != nil {
		return f
	}
	if f := declare(ctx, o.conn, m.Topic); f != nil {
		return f
	}
	again := *m
	again.Key = ""
	if m.Key != "" {
		again.Headers[keyHeader] = m.Key
	}
	_, f = r.publish(ctx, &again)
	return f
}

// declare makes a durable queue unless there is one of the name, of whatever kind.
func declare(ctx context.Context, conn *amqp.Connection, queue string) *core.Failure {
	_, f := inspect(ctx, conn, queue)
	if f == nil || f.Code != "queue.topic" {
		return f
	}
	channel, err := conn.Channel()
	if err != nil {
		return unreached(ctx, err)
	}
	defer func() { _ = channel.Close() }()
	if _, err := channel.QueueDeclare(queue, true, false, false, false, nil); err != nil {
		return failed("queue.topic", "the queue %s is not there and cannot be made: %s", queue, err)
	}
	return nil
}

// inspect counts the messages that wait in a queue. It has a channel of its own, which a refusal closes.
func inspect(ctx context.Context, conn *amqp.Connection, queue string) (int64, *core.Failure) {
	channel, err := conn.Channel()
	if err != nil {
		return 0, unreached(ctx, err)
	}
	defer func() { _ = channel.Close() }()
	found, err := channel.QueueDeclarePassive(queue, true, false, false, false, nil)
	refusal, _ := errors.AsType[*amqp.Error](err)
	switch {
	case err == nil:
		return int64(found.Messages), nil
	case refusal != nil && refusal.Code == amqp.NotFound:
		return 0, failed("queue.topic", "there is no queue %s", queue)
	case refusal != nil && refusal.Code == amqp.AccessRefused:
		return 0, refused("queue.auth", "the broker refuses the user: %s", refusal.Reason)
	}
	return 0, unreached(ctx, err)
}

func (r *rabbit) ping(ctx context.Context) *core.Failure {
	o, f := r.connected(ctx)
	if f != nil {
		return f
	}
	channel, err := o.conn.Channel()
	if err != nil {
		return unreached(ctx, err)
	}
	_ = channel.Close()
	return nil
}

func (r *rabbit) lag(ctx context.Context, s Subscription) (int64, *core.Failure) {
	o, f := r.connected(ctx)
	if f != nil {
		return 0, f
	}
	return inspect(ctx, o.conn, s.Topic)
}

func (r *rabbit) close() error {
	r.mu.take(context.Background())
	out := r.out
	r.out, r.closed = nil, true
	r.mu.give()
	if out == nil {
		return nil
	}
	if err := out.conn.CloseDeadline(time.Now().Add(leaveWithin)); err != nil && !errors.Is(err, amqp.ErrClosed) {
		return err
	}
	return nil
}

func (r *rabbit) consume(ctx context.Context, s Subscription, ready func(), handle Handler) *core.Failure {
	conn, f := r.dial(ctx)
	if f != nil {
		if ctx.Err() != nil {
			return nil
		}
		return f
	}
	defer func() { _ = conn.CloseDeadline(time.Now().Add(leaveWithin)) }()
	if f := declare(ctx, conn, s.Topic); f != nil {
		return f
	}
	channel, err := conn.Channel()
	if err == nil {
		err = channel.Qos(s.Hands, 0, false)
	}
	if err != nil {
		return broken(ctx, err)
	}
	lost := channel.NotifyClose(make(chan *amqp.Error, 1))
	deliveries, err := channel.ConsumeWithContext(context.WithoutCancel(ctx), s.Topic, "", false, false, false, false, nil)
	if err != nil {
		return broken(ctx, err)
	}
	h := newHands(ctx, s.Hands)
	defer h.rest()
	ready()
	for h.take(ctx) {
		select {
		case <-ctx.Done():
			return nil
		case d, open := <-deliveries:
			if !open {
				return rabbitLost(ctx, lost)
			}
			h.work(func() {
				if handle(h.working, rabbitDelivery(s.Topic, &d)) {
					// One that is lost costs a delivery that starts nothing.
					_ = d.Ack(false)
				}
			})
		}
	}
	return nil
}

func rabbitLost(ctx context.Context, lost <-chan *amqp.Error) *core.Failure {
	select {
	case why := <-lost:
		if why != nil {
			return broken(ctx, why)
		}
	default:
	}
	return broken(ctx, errors.New("the queue or the connection was closed"))
}

func rabbitDelivery(queue string, d *amqp.Delivery) *Delivery {
	to := &Delivery{Key: d.RoutingKey, Topic: queue, Body: d.Body, ID: d.MessageId, Redelivered: d.Redelivered, Headers: map[string]string{}}
	for name, v := range d.Headers {
		if text, ok := v.(string); ok {
			to.Headers[name] = strings.ToValidUTF8(text, "�")
		}
	}
	for name, text := range map[string]string{contentType: d.ContentType, "correlation-id": d.CorrelationId, "type": d.Type} {
		if text != "" {
			to.Headers[name] = text
		}
	}
	if !d.Timestamp.IsZero() {
		to.Headers["timestamp"] = d.Timestamp.UTC().Format(time.RFC3339)
	}
	return to
}
