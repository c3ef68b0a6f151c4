package broker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/kmsg"
	"github.com/twmb/franz-go/pkg/sasl"
	"github.com/twmb/franz-go/pkg/sasl/plain"
	"github.com/twmb/franz-go/pkg/sasl/scram"

	"sluice/engine/core"
)

// kafka publishes with acknowledgements of all replicas and an idempotent producer, and consumes in a group. The offset
// of a partition is committed up to the first message that is not finished.
type kafka struct {
	config Config

	mu     sync.Mutex
	client *kgo.Client
	closed bool
}

const (
	// commitEvery is how often finished messages are acknowledged.
	commitEvery = 250 * time.Millisecond
	// gone is after how long without a word the others of a group take over; so long a server that was killed waits for
	// its own former place.
	gone = 10 * time.Second
	// lookForParts is how often new partitions are looked for.
	lookForParts = time.Minute
	// ahead is how many finished messages, per hand, may wait for an earlier one of their partition.
	ahead = 16
	// fetchBytes bounds what is fetched ahead of the hands.
	fetchBytes = 16 << 20
)

func (k *kafka) options(more ...kgo.Opt) []kgo.Opt {
	c := &k.config
	dial := c.Dial
	if c.TLS != nil {
		dial = encrypted(c.Dial, c.TLS)
	}
	options := append([]kgo.Opt{
		kgo.SeedBrokers(c.Brokers...), kgo.Dialer(dial), kgo.ClientID("sluice"), kgo.RecordDeliveryTimeout(confirmWithin),
	}, more...)
	if c.User != "" {
		options = append(options, kgo.SASL(mechanism(c)))
	}
	return options
}

func mechanism(c *Config) sasl.Mechanism {
	known := scram.Auth{User: c.User, Pass: c.Password.Reveal()}
	switch c.Mechanism {
	case "plain":
		return plain.Auth{User: known.User, Pass: known.Pass}.AsMechanism()
	case "scram-sha-256":
		return known.AsSha256Mechanism()
	default:
		return known.AsSha512Mechanism()
	}
}

// connected is the client that publishes and asks; consuming has clients of its own.
func (k *kafka) connected() (*kgo.Client, *core.Failure) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.closed {
		return nil, failed("queue.unavailable", "the connection was closed")
	}
	if k.client == nil {
		client, err := kgo.NewClient(k.options()...)
		if err != nil {
			return nil, refused("connection.config", "the connection cannot be used: %s", err)
		}
		k.client = client
	}
	return k.client, nil
}

func (k *kafka) publish(ctx context.Context, m *Message) (core.Object, *core.Failure) {
	client, f := k.connected()
	if f != nil {
		return nil, f
	}
	r := &kgo.Record{Topic: m.Topic, Value: m.Body}
	if m.Key != "" {
		r.Key = []byte(m.Key)
	}
	for name, text := range m.Headers {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: name, Value: []byte(text)})
	}
	if m.ID != "" {
		r.Headers = append(r.Headers, kgo.RecordHeader{Key: IDHeader, Value: []byte(m.ID)})
	}
	done := make(chan error, 1)
	client.Produce(ctx, r, func(_ *kgo.Record, err error) { done <- err })
	select {
	case err := <-done:
		if err != nil {
			return nil, kafkaFailure(ctx, err)
		}
	case <-ctx.Done():
		return nil, unconfirmed(ctx, ctx.Err())
	}
	return core.Object{"topic": r.Topic, "partition": int(r.Partition), "offset": int(r.Offset)}, nil
}

// kafkaFailure is why a record was not confirmed.
func kafkaFailure(ctx context.Context, err error) *core.Failure {
	switch {
	case errors.Is(err, kerr.UnknownTopicOrPartition), errors.Is(err, kerr.InvalidTopicException):
		return refused("queue.topic", "the broker has no such topic: %s", err)
	case errors.Is(err, kerr.MessageTooLarge), errors.Is(err, kerr.RecordListTooLarge):
		return refused("queue.too_large", "the message is larger than the broker takes: %s", err)
	case kafkaDenied(err):
		return refused("queue.auth", "the broker refuses the user: %s", err)
	}
	return unconfirmed(ctx, err)
}

func kafkaDenied(err error) bool {
	for _, denied := range []error{
		kerr.SaslAuthenticationFailed, kerr.TopicAuthorizationFailed, kerr.GroupAuthorizationFailed, kerr.ClusterAuthorizationFailed,
		kerr.UnsupportedSaslMechanism,
	} {
		if errors.Is(err, denied) {
			return true
		}
	}
	return false
}

// bury makes the topic where it is missing, with as many partitions and replicas as the broker thinks right.
func (k *kafka) bury(ctx context.Context, m *Message) *core.Failure {
	_, f := k.publish(ctx, m)
	if f == nil || f.Code != "queue.topic" {
		return f
	}
	request := kmsg.NewPtrCreateTopicsRequest()
	wanted := kmsg.NewCreateTopicsRequestTopic()
	wanted.Topic, wanted.NumPartitions, wanted.ReplicationFactor = m.Topic, -1, -1
	request.Topics = append(request.Topics, wanted)
	client, f := k.connected()
	if f != nil {
		return f
	}
	response, err := request.RequestWith(ctx, client)
	if err != nil {
		return kafkaReach(ctx, err)
	}
	for i := range response.Topics {
		if err := kerr.ErrorForCode(response.Topics[i].ErrorCode); err != nil && !errors.Is(err, kerr.TopicAlreadyExists) {
			return failed("queue.topic", "the topic %s is not there and cannot be made: %s", m.Topic, err)
		}
	}
	_, f = k.publish(ctx, m)
	return f
}

func (k *kafka) deadTopic(topic string) string { return topic + ".dead" }

func (k *kafka) ping(ctx context.Context) *core.Failure {
	client, f := k.connected()
	if f != nil {
		return f
	}
	return kafkaReach(ctx, client.Ping(ctx))
}

func kafkaReach(ctx context.Context, err error) *core.Failure {
	switch {
	case err == nil:
		return nil
	case kafkaDenied(err):
		return refused("queue.auth", "the broker refuses the user: %s", err)
	}
	return unreached(ctx, err)
}

func (k *kafka) close() error {
	k.mu.Lock()
	client := k.client
	k.client, k.closed = nil, true
	k.mu.Unlock()
	if client != nil {
		client.Close()
	}
	return nil
}

func (k *kafka) consume(ctx context.Context, s Subscription, ready func(), handle Handler) *core.Failure {
	l := &ledger{parts: map[int32]*part{}, room: newHands(ctx, ahead*s.Hands)}
	client, err := kgo.NewClient(k.options(
		kgo.ConsumerGroup(s.Group), kgo.ConsumeTopics(s.Topic), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.SessionTimeout(gone), kgo.HeartbeatInterval(gone/4), kgo.AutoCommitMarks(), kgo.AutoCommitInterval(commitEvery), kgo.FetchMaxBytes(fetchBytes), kgo.MaxConcurrentFetches(2), kgo.MetadataMaxAge(lookForParts),
		kgo.OnPartitionsRevoked(func(ctx context.Context, client *kgo.Client, parts map[string][]int32) {
			// What cannot be committed is delivered again, and known by its identity.
			_ = client.CommitMarkedOffsets(ctx)
			l.drop(parts[s.Topic])
		}),
		kgo.OnPartitionsLost(func(_ context.Context, _ *kgo.Client, parts map[string][]int32) { l.drop(parts[s.Topic]) }),
	)...)
	if err != nil {
		return refused("connection.config", "the connection cannot be used: %s", err)
	}
	h := newHands(ctx, s.Hands)
	defer l.room.rest()
	defer func() {
		h.rest()
		leaving, done := context.WithTimeout(context.WithoutCancel(ctx), leaveWithin)
		defer done()
		_ = client.CommitMarkedOffsets(leaving)
		_ = client.LeaveGroupContext(leaving)
		client.Close()
	}()
	if err := client.Ping(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return kafkaReach(ctx, err)
	}
	if _, f := partitions(ctx, client, s.Topic); f != nil && !over(ctx) {
		return f
	}
	ready()
	for {
		n := h.takeAll(ctx)
		if n == 0 {
			return nil
		}
		fetches := client.PollRecords(ctx, n)
		for _, e := range fetches.Errors() {
			if ctx.Err() == nil && !kerr.IsRetriable(e.Err) {
				h.give(n)
				return kafkaReach(ctx, e.Err)
			}
		}
		records := fetches.Records()
		h.give(n - len(records))
		for i, r := range records {
			p, known := l.take(ctx, r)
			if !known {
				h.give(len(records) - i)
				return nil
			}
			h.work(func() {
				if handle(h.working, delivered(r)) {
					l.finish(client, p, r)
				}
			})
		}
	}
}

// delivered is a record as a delivery. Its place and time identify it; a topic that was made anew has other times.
func delivered(r *kgo.Record) *Delivery {
	d := &Delivery{
		Topic: r.Topic, Key: strings.ToValidUTF8(string(r.Key), "�"), Body: r.Value, Headers: map[string]string{},
		ID: fmt.Sprintf("%s/%d/%d@%d", r.Topic, r.Partition, r.Offset, r.Timestamp.UnixMilli()),
	}
	for _, header := range r.Headers {
		if utf8.Valid(header.Value) {
			d.Headers[header.Key] = string(header.Value)
		}
	}
	if id := d.Headers[IDHeader]; id != "" {
		d.ID = id
	}
	return d
}

// ledger knows which records of each partition are in hand, so that none is passed over by a commit.
type ledger struct {
	room *hands

	mu    sync.Mutex
	parts map[int32]*part
}

// part is a partition for as long as it is assigned: records in the order of their offsets, the first not finished.
type part struct {
	dropped bool
	open    []entry
}

type entry struct {
	record *kgo.Record
	done   bool
}

// take notes a record; false when the context ended before there was room.
func (l *ledger) take(ctx context.Context, r *kgo.Record) (*part, bool) {
	if !l.room.take(ctx) {
		return nil, false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	p := l.parts[r.Partition]
	if p == nil {
		p = &part{}
		l.parts[r.Partition] = p
	}
	p.open = append(p.open, entry{record: r})
	return p, true
}

// finish marks for the next commit all records before the first that is not finished.
func (l *ledger) finish(client *kgo.Client, p *part, r *kgo.Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.dropped {
		return
	}
	for i := range p.open {
		if p.open[i].record == r {
			p.open[i].done = true
			break
		}
	}
	n := 0
	for n < len(p.open) && p.open[n].done {
		n++
	}
	if n > 0 {
		client.MarkCommitRecords(p.open[n-1].record)
		p.open = append(p.open[:0:0], p.open[n:]...)
		l.room.give(n)
	}
}

// drop forgets partitions that are assigned to another member now.
func (l *ledger) drop(parts []int32) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, id := range parts {
		if p := l.parts[id]; p != nil {
			p.dropped = true
			l.room.give(len(p.open))
			delete(l.parts, id)
		}
	}
}
