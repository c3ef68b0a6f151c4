package broker

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"sluice/engine/core"
	"sluice/engine/value"
)

// redisStreams publishes to and consumes from Redis streams. An entry of ours has the fields body, key and
// Idempotency-Key, and one for each header; of an entry of others without a body, all fields together are the body.
type redisStreams struct {
	client *redis.Client
	// host is this machine's name, which begins that of its consumers.
	host string
}

const (
	bodyField = "body"
	keyField  = "key"
	// redisBlock is how long one read waits for entries.
	redisBlock = time.Second
	// abandoned is how long an entry of another consumer must have lain before it is taken over.
	abandoned = 5 * time.Minute
	claimEach = time.Minute
)

// quiet keeps the client from printing: whoever calls is told.
var quiet = sync.OnceFunc(logging.Disable)

func openRedis(c Config) *redisStreams {
	quiet()
	database, _ := strconv.Atoi(strings.Trim(c.URL.Path, "/"))
	host, err := os.Hostname()
	if err != nil {
		host = "server"
	}
	dial := c.Dial
	if c.TLS != nil {
		dial = encrypted(c.Dial, c.TLS)
	}
	return &redisStreams{host: host, client: redis.NewClient(&redis.Options{
		Addr: hostPort(c.URL, "6379"), Username: c.User, Password: c.Password.Reveal(), DB: database, Dialer: dial, ClientName: "sluice",
		ContextTimeoutEnabled: true, PoolSize: redisPool, DisableIdentity: true,
		// Whether a command may be sent again is for the caller to say.
		MaxRetries: -1, DialerRetries: 1,
	})}
}

// redisPool is how many connections there are at most.
const redisPool = 64

func (r *redisStreams) publish(ctx context.Context, m *Message) (core.Object, *core.Failure) {
	fields := make([]any, 0, 2*len(m.Headers)+6)
	for name, text := range m.Headers {
		if name != bodyField && name != keyField {
			fields = append(fields, name, text)
		}
	}
	fields = append(fields, bodyField, m.Body)
	if m.Key != "" {
		fields = append(fields, keyField, m.Key)
	}
	if m.ID != "" && m.Headers[IDHeader] == "" {
		fields = append(fields, IDHeader, m.ID)
	}
	id, err := r.client.XAdd(ctx, &redis.XAddArgs{Stream: m.Topic, Values: fields}).Result()
	if err != nil {
		return nil, redisFailure(ctx, err, true)
	}
	return core.Object{"stream": m.Topic, "id": id}, nil
}

// redisFailure names what came of a command; sent says that it may have taken effect.
func redisFailure(ctx context.Context, err error, sent bool) *core.Failure {
	if answer, ok := errors.AsType[redis.Error](err); ok {
		text := answer.Error()
		switch word, _, _ := strings.Cut(text, " "); word {
		case "NOAUTH", "WRONGPASS", "NOPERM":
			return refused("queue.auth", "the broker refuses the user: %s", text)
		case "WRONGTYPE":
			return refused("queue.topic", "the key is not a stream: %s", text)
		case "LOADING", "BUSY", "OOM", "READONLY", "MISCONF", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN":
			return failed("queue.unavailable", "the broker does not take messages at the moment: %s", text)
		}
		return failed("queue.rejected", "the broker refuses the command: %s", text)
	}
	if unsent(err) || !sent {
		return unreached(ctx, err)
	}
	return unconfirmed(ctx, err)
}

// unsent reports whether an error arose before anything was sent.
func unsent(err error) bool {
	return errors.Is(err, redis.ErrClosed) || errors.Is(err, redis.ErrPoolTimeout) || dialling(err)
}

func (r *redisStreams) bury(ctx context.Context, m *Message) *core.Failure {
	_, f := r.publish(ctx, m)
	return f
}

func (r *redisStreams) deadTopic(topic string) string { return topic + ".dead" }

func (r *redisStreams) ping(ctx context.Context) *core.Failure {
	if err := r.client.Ping(ctx).Err(); err != nil {
		return redisFailure(ctx, err, false)
	}
	return nil
}

func (r *redisStreams) close() error { return r.client.Close() }

func (r *redisStreams) lag(ctx context.Context, s Subscription) (int64, *core.Failure) {
	groups, err := r.client.XInfoGroups(ctx, s.Topic).Result()
	if err != nil {
		return 0, redisFailure(ctx, err, false)
	}
	for i := range groups {
		if groups[i].Name == s.Group {
			return max(0, groups[i].Lag) + groups[i].Pending, nil
		}
	}
	return 0, failed("queue.topic", "the stream %s has no group %s yet", s.Topic, s.Group)
}

// reading is one Consume: where it is in the entries that were delivered before, and what is in hand.
type reading struct {
	*redisStreams
	Subscription
	// consumer is the name within the group: its entries that were not acknowledged are taken up at the next start.
	consumer string
	hands    *hands
	handle   Handler
	// before is the last of the consumer's own earlier entries that were read; empty when all were.
	before string
	claims time.Time

	mu     sync.Mutex
	inHand map[string]bool
}

func (r *redisStreams) consume(ctx context.Context, s Subscription, ready func(), handle Handler) *core.Failure {
	err := r.client.XGroupCreateMkStream(ctx, s.Topic, s.Group, "0").Err()
	if err != nil && !strings.HasPrefix(err.Error(), "BUSYGROUP") {
		if ctx.Err() != nil {
			return nil
		}
		return redisFailure(ctx, err, false)
	}
	c := &reading{
		redisStreams: r, Subscription: s, consumer: "sluice-" + r.host + "-" + s.Reader, hands: newHands(ctx, s.Hands), handle: handle, before: "0", claims: time.Now(), inHand: map[string]bool{},
	}
	defer c.hands.rest()
	ready()
	for {
		n := c.hands.takeAll(ctx)
		if n == 0 {
			return nil
		}
		entries, err := c.read(ctx, n)
		if err != nil && !errors.Is(err, redis.Nil) {
			c.hands.give(n)
			if ctx.Err() != nil {
				return nil
			}
			return redisFailure(ctx, err, false)
		}
		c.hands.give(n - len(entries))
		for i := range entries {
			c.work(ctx, &entries[i])
		}
	}
}

// read gives entries for at most n hands: those that were delivered before and not acknowledged first.
func (c *reading) read(ctx context.Context, n int) ([]redis.XMessage, error) {
	if c.before == "" && time.Since(c.claims) > claimEach {
		c.claims = time.Now()
		entries, _, err := c.client.XAutoClaim(ctx, &redis.XAutoClaimArgs{
			Stream: c.Topic, Group: c.Group, Consumer: c.consumer, MinIdle: abandoned, Start: "0", Count: int64(n),
		}).Result()
		if entries = c.notInHand(entries); err != nil || len(entries) > 0 {
			return entries, err
		}
	}
	after, block := ">", redisBlock
	if c.before != "" {
		after, block = c.before, -1
	}
	streams, err := c.client.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: c.Group, Consumer: c.consumer, Streams: []string{c.Topic, after}, Count: int64(n), Block: block,
	}).Result()
	if err != nil || len(streams) == 0 {
		return nil, err
	}
	entries := streams[0].Messages
	if c.before != "" {
		c.before = ""
		if len(entries) > 0 {
			c.before = entries[len(entries)-1].ID
		}
	}
	return entries, nil
}

func (c *reading) notInHand(entries []redis.XMessage) []redis.XMessage {
	c.mu.Lock()
	defer c.mu.Unlock()
	var rest []redis.XMessage
	for i := range entries {
		if !c.inHand[entries[i].ID] {
			rest = append(rest, entries[i])
		}
	}
	return rest
}

func (c *reading) work(ctx context.Context, entry *redis.XMessage) {
	c.mu.Lock()
	c.inHand[entry.ID] = true
	c.mu.Unlock()
	c.hands.work(func() {
		// An entry without fields was deleted from the stream since it was delivered first.
		if len(entry.Values) == 0 || c.handle(c.hands.working, redisDelivery(c.Topic, entry)) {
			acknowledging, done := context.WithTimeout(context.WithoutCancel(ctx), leaveWithin)
			// One that is lost costs a delivery that starts nothing.
			_ = c.client.XAck(acknowledging, c.Topic, c.Group, entry.ID).Err()
			done()
		}
		c.mu.Lock()
		delete(c.inHand, entry.ID)
		c.mu.Unlock()
	})
}

func redisDelivery(stream string, entry *redis.XMessage) *Delivery {
	d := &Delivery{Topic: stream, ID: stream + "/" + entry.ID, Headers: map[string]string{}}
	all := core.Object{}
	for name, v := range entry.Values {
		text, _ := v.(string)
		all[name] = text
		if name != bodyField && name != keyField && utf8.ValidString(text) {
			d.Headers[name] = text
		}
	}
	if body, ok := all[bodyField].(string); ok {
		d.Body = []byte(body)
		d.Key, _ = all[keyField].(string)
	} else if encoded, err := value.Encode(all); err == nil {
		d.Body, d.Headers = encoded, map[string]string{}
	}
	if id := d.Headers[IDHeader]; id != "" {
		d.ID = id
	}
	return d
}
