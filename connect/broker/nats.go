package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"sluice/engine/core"
)

// natsStreams publishes to and consumes from JetStream: the stream that takes the subject, a durable consumer a group.
type natsStreams struct {
	config Config

	mu     lock
	conn   *nats.Conn
	closed bool
}

const (
	// ackWait is how long JetStream waits for an acknowledgement; messages in hand ask for more time well before.
	ackWait  = 10 * time.Second
	moreTime = 3 * time.Second
	// pullFor is how long one request for messages holds; the broker gives a sign of life twice as often.
	pullFor    = 10 * time.Second
	natsReason = "no stream of JetStream takes the subject %s; make one (nats stream add), or correct the topic"
)

// natsDial lets the client dial as the connection may.
type natsDial dialer

// Dial implements nats.CustomDialer.
func (d natsDial) Dial(network, address string) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), connectWithin)
	defer cancel()
	return d(ctx, network, address)
}

func (n *natsStreams) connected(ctx context.Context) (jetstream.JetStream, *core.Failure) {
	if !n.mu.take(ctx) {
		return nil, unreached(ctx, ctx.Err())
	}
	defer n.mu.give()
	if n.closed {
		return nil, failed("queue.unavailable", "the connection was closed")
	}
	if n.conn == nil || n.conn.IsClosed() {
		var settled atomic.Bool
		conn, err := nats.Connect(n.config.URL.String(), n.options(dialer(n.config.Dial).impatient(ctx, &settled))...)
		settled.Store(true)
		switch {
		case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired):
			return nil, refused("queue.auth", "the broker refuses the user: %s", err)
		case err != nil:
			return nil, unreached(ctx, err)
		}
		n.conn = conn
	}
	js, err := jetstream.New(n.conn)
	if err != nil {
		return nil, unreached(ctx, err)
	}
	return js, nil
}

func (n *natsStreams) options(dial dialer) []nats.Option {
	c := &n.config
	options := []nats.Option{
		nats.Name("sluice"), nats.MaxReconnects(-1), nats.ReconnectWait(time.Second), nats.Timeout(connectWithin), nats.SkipHostLookup(),
		nats.SetCustomDialer(natsDial(dial)), nats.ReconnectBufSize(-1), nats.ErrorHandler(ignore), nats.PingInterval(heartbeat), nats.MaxPingsOutstanding(2),
	}
	if c.TLS != nil {
		options = append(options, nats.Secure(c.TLS))
	}
	switch password := c.Password.Reveal(); {
	case c.User != "":
		options = append(options, nats.UserInfo(c.User, password))
	case password != "":
		options = append(options, nats.Token(password))
	}
	return options
}

// ignore is told of what goes wrong beside any call, and which the client would print; the next call says so itself.
func ignore(*nats.Conn, *nats.Subscription, error) {}

func (n *natsStreams) publish(ctx context.Context, m *Message) (core.Object, *core.Failure) {
	js, f := n.connected(ctx)
	if f != nil {
		return nil, f
	}
	message := &nats.Msg{Subject: m.Topic, Data: m.Body, Header: nats.Header{}}
	for name, text := range m.Headers {
		message.Header.Set(name, text)
	}
	if m.Key != "" {
		message.Header.Set(keyHeader, m.Key)
	}
	if m.ID != "" {
		message.Header.Set(jetstream.MsgIDHeader, m.ID)
	}
	waiting, done := context.WithTimeout(ctx, confirmWithin)
	defer done()
	ack, err := js.PublishMsg(waiting, message)
	var refusal *jetstream.APIError
	switch {
	case err == nil:
		return core.Object{"stream": ack.Stream, "seq": int(ack.Sequence), "duplicate": ack.Duplicate}, nil
	case errors.Is(err, jetstream.ErrNoStreamResponse), errors.Is(err, nats.ErrNoResponders):
		return nil, refused("queue.topic", natsReason, m.Topic)
	case errors.Is(err, nats.ErrMaxPayload):
		return nil, refused("queue.too_large", "the message is larger than the broker takes")
	case errors.Is(err, nats.ErrBadSubject), errors.Is(err, nats.ErrInvalidMsg):
		return nil, refused("queue.topic", "%q is not a subject that can be published to", m.Topic)
	case errors.Is(err, nats.ErrReconnectBufExceeded), errors.Is(err, nats.ErrConnectionClosed):
		return nil, unreached(ctx, err)
	case errors.As(err, &refusal):
		return nil, failed("queue.rejected", "the broker did not take the message: %s", refusal)
	}
	return nil, unconfirmed(waiting, err)
}

// keyHeader carries a message's key where the protocol has no place for it.
const keyHeader = "Key"

func (n *natsStreams) deadTopic(topic string) string {
	// In front, so that a stream and a consumer of all below a subject do not take it for one of theirs.
	return "dead." + strings.NewReplacer("*", "any", ">", "all").Replace(topic)
}

// bury makes a stream for a subject that none takes.
func (n *natsStreams) bury(ctx context.Context, m *Message) *core.Failure {
	// JetStream would take the original's ID, still in its memory, for a message that it has already.
	again := *m
	again.ID = ""
	if m.ID != "" {
		again.Headers[IDHeader] = m.ID
	}
	for name := range again.Headers {
		// Those are orders to the broker, which held for the original.
		if strings.HasPrefix(name, "Nats-") {
			delete(again.Headers, name)
		}
	}
	_, f := n.publish(ctx, &again)
	if f == nil || f.Code != "queue.topic" {
		return f
	}
	js, f := n.connected(ctx)
	if f != nil {
		return f
	}
	name := strings.NewReplacer(".", "_", " ", "_", "/", "_", `\`, "_").Replace(m.Topic)
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: name, Subjects: []string{m.Topic}, Storage: jetstream.FileStorage}); err != nil {
		return failed("queue.topic", "the stream %s for messages that are set aside cannot be made: %s", name, err)
	}
	_, f = n.publish(ctx, &again)
	return f
}

func (n *natsStreams) ping(ctx context.Context) *core.Failure {
	js, f := n.connected(ctx)
	if f != nil {
		return f
	}
	if _, err := js.AccountInfo(ctx); err != nil {
		if errors.Is(err, jetstream.ErrJetStreamNotEnabled) || errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount) {
			return refused("queue.rejected", "the server runs without JetStream; start it with -js")
		}
		return unreached(ctx, err)
	}
	return nil
}

func (n *natsStreams) close() error {
	n.mu.take(context.Background())
	defer n.mu.give()
	n.closed = true
	if n.conn != nil {
		// Acknowledgements that were given go out first.
		_ = n.conn.FlushTimeout(leaveWithin)
		n.conn.Close()
	}
	return nil
}

// durable is a name for a consumer: it may not hold what separates subjects.
func durable(group string) string {
	return strings.NewReplacer(".", "_", "*", "_", ">", "_", " ", "_", "/", "_", `\`, "_").Replace(group)
}

func (n *natsStreams) consumer(ctx context.Context, s Subscription) (jetstream.Consumer, *core.Failure) {
	js, f := n.connected(ctx)
	if f != nil {
		return nil, f
	}
	stream, err := js.StreamNameBySubject(ctx, s.Topic)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		return nil, failed("queue.topic", natsReason, s.Topic)
	}
	if err != nil {
		return nil, unreached(ctx, err)
	}
	consumer, err := js.CreateOrUpdateConsumer(ctx, stream, jetstream.ConsumerConfig{
		Durable: durable(s.Group), FilterSubject: s.Topic, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait,
		MaxAckPending: s.Hands, MaxDeliver: -1,
	})
	var refusal *jetstream.APIError
	switch {
	case errors.As(err, &refusal):
		return nil, failed("queue.rejected", "the broker does not let %s consume %s: %s", s.Group, s.Topic, refusal)
	case err != nil:
		return nil, unreached(ctx, err)
	}
	return consumer, nil
}

func (n *natsStreams) lag(ctx context.Context, s Subscription) (int64, *core.Failure) {
	consumer, f := n.consumer(ctx, s)
	if f != nil {
		return 0, f
	}
	info, err := consumer.Info(ctx)
	if err != nil {
		return 0, unreached(ctx, err)
	}
	return int64(info.NumPending) + int64(info.NumAckPending), nil
}

func (n *natsStreams) consume(ctx context.Context, s Subscription, ready func(), handle Handler) *core.Failure {
	consumer, f := n.consumer(ctx, s)
	if f != nil {
		if ctx.Err() != nil {
			return nil
		}
		return f
	}
	// The broker lets no more out than there are hands, so that what it sends is never kept waiting.
	messages, err := consumer.Messages(jetstream.PullMaxMessages(s.Hands), jetstream.PullExpiry(pullFor), jetstream.PullHeartbeat(pullFor/2),
		jetstream.WithMessagesErrOnMissingHeartbeat(true))
	if err != nil {
		return broken(ctx, err)
	}
	h, held := newHands(ctx, s.Hands), newHeld()
	defer h.rest()
	defer giveBack(messages)
	prolonging, done := context.WithCancel(context.WithoutCancel(ctx))
	defer done()
	go held.prolong(prolonging)
	ready()
	for h.take(ctx) {
		m, err := messages.Next(jetstream.NextContext(ctx))
		if err != nil {
			h.give(1)
			return broken(ctx, err)
		}
		h.work(func() {
			held.add(m)
			defer held.remove(m)
			if handle(h.working, natsDelivery(m)) {
				// One that is lost costs a delivery that starts nothing.
				_ = m.Ack()
			} else {
				_ = m.Nak()
			}
		})
	}
	return nil
}

// giveBack stops, and returns what was sent ahead and nobody has looked at: else it would come only after ackWait.
func giveBack(messages jetstream.MessagesContext) {
	messages.Drain()
	for {
		m, err := messages.Next(jetstream.NextMaxWait(leaveWithin))
		if err != nil {
			return
		}
		_ = m.Nak()
	}
}

func natsDelivery(m jetstream.Msg) *Delivery {
	d := &Delivery{Topic: m.Subject(), Body: m.Data(), Headers: map[string]string{}}
	for name, texts := range m.Headers() {
		d.Headers[name] = strings.ToValidUTF8(strings.Join(texts, ", "), "�")
	}
	d.Key = d.Headers[keyHeader]
	d.ID = d.Headers[jetstream.MsgIDHeader]
	if meta, err := m.Metadata(); err == nil && d.ID == "" {
		// A stream that was made anew counts from 1 again, at another time.
		d.ID = fmt.Sprintf("%s/%d@%d", meta.Stream, meta.Sequence.Stream, meta.Timestamp.UnixNano())
	}
	return d
}

// held are messages in hand, for which the broker is asked for more time.
type held struct {
	mu       sync.Mutex
	messages map[jetstream.Msg]bool
}

func newHeld() *held { return &held{messages: map[jetstream.Msg]bool{}} }

func (h *held) add(m jetstream.Msg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.messages[m] = true
}

func (h *held) remove(m jetstream.Msg) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.messages, m)
}

func (h *held) prolong(ctx context.Context) {
	tick := time.NewTicker(moreTime)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		h.mu.Lock()
		for m := range h.messages {
			_ = m.InProgress()
		}
		h.mu.Unlock()
	}
}

// hostPort is a URL's address with the port that its scheme has by default.
func hostPort(u *url.URL, port string) string {
	if p := u.Port(); p != "" {
		port = p
	}
	return net.JoinHostPort(u.Hostname(), port)
}
