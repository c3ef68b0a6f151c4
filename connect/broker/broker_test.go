package broker_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/connect/broker"
	"sluice/connect/broker/brokertest"
	"sluice/connect/egress"
	"sluice/connect/secret"
	"sluice/engine/core"
)

const patience = 20 * time.Second

// connect is a client of a broker that runs on this machine.
func connect(t *testing.T, kind broker.Kind, change ...func(*broker.Config)) *broker.Client {
	t.Helper()
	var policy *egress.Policy
	c := broker.Config{Kind: kind, Dial: policy.DialContext, Mask: &secret.Mask{}}
	if kind != broker.Kafka {
		c.URL = brokertest.Address(t, kind)
	}
	if kind == broker.RabbitMQ {
		c.User, c.Password = "guest", secret.New("guest")
	}
	for _, f := range change {
		f(&c)
	}
	c.Mask.Add(c.Password.Reveal())
	client, err := broker.Open(c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, client.Close()) })
	return client
}

func kafka(t *testing.T, options ...kfake.Opt) func(*broker.Config) {
	t.Helper()
	cluster, err := kfake.NewCluster(append(options, kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"))...)
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	return func(c *broker.Config) { c.Brokers = cluster.ListenAddrs() }
}

func unique() string { return "sluice-test-" + strconv.FormatInt(time.Now().UnixNano(), 36) }

// TestABrokerThatSaysNothingHoldsNobodyUp: it takes connections and never answers. Calls that must wait for the one that
// connects end with their own time, not one after the other.
func TestABrokerThatSaysNothingHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, l.Close()) })
	for kind, scheme := range map[broker.Kind]string{broker.Kafka: "", broker.RabbitMQ: "amqp", broker.NATS: "nats", broker.Redis: "redis", broker.MQTT: "mqtt"} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			var policy *egress.Policy
			client, err := broker.Open(broker.Config{
				Kind: kind, URL: &url.URL{Scheme: scheme, Host: l.Addr().String()}, Brokers: []string{l.Addr().String()}, Dial: policy.DialContext, Mask: &secret.Mask{},
			})
			require.NoError(t, err)
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			failures := make(chan *core.Failure, 20)
			for range cap(failures) {
				go func() {
					_, f := client.Publish(ctx, broker.Message{Topic: "orders", Body: []byte("{}")})
					failures <- f
				}()
			}
			// Below the ten seconds that connecting may take.
			late := time.NewTimer(8 * time.Second)
			defer late.Stop()
			for range cap(failures) {
				select {
				case f := <-failures:
					require.NotNil(t, f)
					require.Contains(t, []string{"queue.timeout", "queue.unconfirmed"}, f.Code, f.Message)
				case <-late.C:
					require.Fail(t, "somebody waits for the broker and not for its own time")
				}
			}
			require.NoError(t, client.Close())
		})
	}
}

func TestPing(t *testing.T) {
	t.Parallel()
	require.Nil(t, connect(t, broker.Kafka, kafka(t)).Ping(t.Context()))
	for _, kind := range []broker.Kind{broker.RabbitMQ, broker.NATS, broker.Redis, broker.MQTT} {
		require.Nil(t, connect(t, kind).Ping(t.Context()), kind)
	}
}

func TestAUserThatIsRefused(t *testing.T) {
	t.Parallel()
	wrong := func(c *broker.Config) { c.User, c.Password = "shop", secret.New("wrong-password-of-shop") }
	for kind, client := range map[broker.Kind]*broker.Client{
		broker.RabbitMQ: connect(t, broker.RabbitMQ, wrong),
		broker.Redis:    connect(t, broker.Redis, wrong),
	} {
		f := client.Ping(t.Context())
		require.NotNil(t, f, kind)
		require.Equal(t, "queue.auth", f.Code, "%s: %s", kind, f)
		require.True(t, f.Permanent, kind)
		require.NotContains(t, f.Error(), "wrong-password-of-shop", kind)
	}
}

func TestHowKafkaKnowsAUser(t *testing.T) {
	t.Parallel()
	for _, mechanism := range []string{"PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"} {
		client := connect(t, broker.Kafka, kafka(t, kfake.EnableSASL(), kfake.Superuser(mechanism, "shop", "right")), func(c *broker.Config) {
			c.User, c.Password, c.Mechanism = "shop", secret.New("right"), strings.ToLower(mechanism)
		})
		require.Nil(t, client.Ping(t.Context()), mechanism)
	}
}

func TestAnEncryptedBrokerNeedsTLS(t *testing.T) {
	t.Parallel()
	certificate, pool := brokertest.Certificate(t)
	secured := kafka(t, kfake.TLS(&tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12}))
	with := func(config *tls.Config) func(*broker.Config) { return func(c *broker.Config) { c.TLS = config } }
	require.Nil(t, connect(t, broker.Kafka, secured, with(&tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12})).Ping(t.Context()))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	require.NotNil(t, connect(t, broker.Kafka, secured, with(&tls.Config{MinVersion: tls.VersionTLS12})).Ping(ctx), "nobody has signed that certificate")
}

func TestTheEgressGuardHolds(t *testing.T) {
	t.Parallel()
	policy, err := egress.Parse(nil, []string{"127.0.0.1"})
	require.NoError(t, err)
	for _, kind := range []broker.Kind{broker.RabbitMQ, broker.NATS, broker.Redis, broker.MQTT} {
		f := connect(t, kind, func(c *broker.Config) { c.Dial = policy.DialContext }).Ping(t.Context())
		require.NotNil(t, f, kind)
		require.Equal(t, "http.blocked", f.Code, "%s: %s", kind, f)
	}
}

func TestATopicThatNobodyTakes(t *testing.T) {
	t.Parallel()
	for kind, client := range map[broker.Kind]*broker.Client{
		broker.Kafka: connect(t, broker.Kafka, kafka(t)), broker.RabbitMQ: connect(t, broker.RabbitMQ), broker.NATS: connect(t, broker.NATS),
	} {
		_, f := client.Publish(t.Context(), broker.Message{Topic: unique(), ID: "1", Body: []byte("x")})
		require.NotNil(t, f, kind)
		require.Equal(t, "queue.topic", f.Code, "%s: %s", kind, f)
		require.True(t, f.Permanent, kind)
		require.False(t, f.Unknown, kind)
	}
}

func TestWhatAProtocolHasNot(t *testing.T) {
	t.Parallel()
	client := connect(t, broker.MQTT)
	_, f := client.Publish(t.Context(), broker.Message{Topic: "orders", Key: "A1"})
	require.Equal(t, "queue.rejected", f.Code)
	_, f = client.Publish(t.Context(), broker.Message{Topic: "orders/#"})
	require.Equal(t, "queue.topic", f.Code)
	_, err := client.Lag(t.Context(), broker.Subscription{Topic: "orders"})
	require.ErrorIs(t, err, broker.ErrNoLag)
}

func TestRabbitRoutesByKey(t *testing.T) {
	t.Parallel()
	name := unique()
	conn, err := amqp.Dial("amqp://guest:guest@" + brokertest.Address(t, broker.RabbitMQ).Host)
	require.NoError(t, err)
	channel, err := conn.Channel()
	require.NoError(t, err)
	require.NoError(t, channel.ExchangeDeclare(name, "topic", false, true, false, false, nil))
	_, err = channel.QueueDeclare(name, false, true, false, false, nil)
	require.NoError(t, err)
	require.NoError(t, channel.QueueBind(name, "orders.*", name, false, nil))
	t.Cleanup(func() {
		_, err := channel.QueueDelete(name, false, false, false)
		require.NoError(t, err)
		require.NoError(t, conn.Close())
	})
	client := connect(t, broker.RabbitMQ)
	answer, f := client.Publish(t.Context(), broker.Message{Topic: name, Key: "orders.new", ID: "7", Body: []byte("x"), Headers: map[string]string{"content-type": "text/plain"}})
	require.Nil(t, f)
	require.Equal(t, core.Object{"exchange": name, "routingKey": "orders.new", "confirmed": true}, answer)
	_, f = client.Publish(t.Context(), broker.Message{Topic: name, Key: "parcels.new", ID: "8", Body: []byte("x")})
	require.NotNil(t, f)
	require.Equal(t, "queue.topic", f.Code)
	got, ok, err := channel.Get(name, true)
	require.NoError(t, err)
	require.True(t, ok)
	require.Equal(t, "7", got.MessageId)
	require.Equal(t, "text/plain", got.ContentType)
	require.Equal(t, amqp.Persistent, got.DeliveryMode)
}

func TestAMessageThatIsTooLarge(t *testing.T) {
	t.Parallel()
	large := []byte(strings.Repeat("x", 9<<20))
	for kind, client := range map[broker.Kind]*broker.Client{
		broker.Kafka: connect(t, broker.Kafka, kafka(t)), broker.NATS: connect(t, broker.NATS),
	} {
		_, f := client.Publish(t.Context(), broker.Message{Topic: "orders", Body: large})
		require.NotNil(t, f, kind)
		require.Equal(t, "queue.too_large", f.Code, "%s: %s", kind, f)
		require.True(t, f.Permanent, kind)
	}
}

// A handler that says no gets the message again, at the latest in the next Consume; one that is at work is waited for.
func TestWhatIsNotAcknowledgedComesAgain(t *testing.T) {
	t.Parallel()
	client := connect(t, broker.Kafka, kafka(t))
	for n := range 5 {
		_, f := client.Publish(t.Context(), broker.Message{Topic: "orders", Body: fmt.Append(nil, n)})
		require.Nil(t, f)
	}
	s := broker.Subscription{Topic: "orders", Group: "g", Hands: 1}
	consume := func(until int, verdict func(body string) bool) (got []string) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		require.Nil(t, client.Consume(ctx, s, func() {}, func(_ context.Context, d *broker.Delivery) bool {
			if got = append(got, string(d.Body)); len(got) >= until {
				cancel()
			}
			return verdict(string(d.Body))
		}))
		return got
	}
	require.Equal(t, []string{"0", "1", "2", "3", "4"}, consume(5, func(body string) bool { return body != "2" }))
	n, err := client.Lag(t.Context(), s)
	require.NoError(t, err)
	require.EqualValues(t, 3, n, "nothing behind the first that is not acknowledged is passed over")
	require.Equal(t, []string{"2", "3", "4"}, consume(3, func(string) bool { return true }))
	n, err = client.Lag(t.Context(), s)
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestAClosedClientSaysSo(t *testing.T) {
	t.Parallel()
	client := connect(t, broker.Redis)
	ended := make(chan *core.Failure, 1)
	listening := make(chan struct{})
	name := unique()
	go func() {
		ended <- client.Consume(t.Context(), broker.Subscription{Topic: name, Group: "g", Hands: 1}, func() { close(listening) },
			func(context.Context, *broker.Delivery) bool { return true })
	}()
	<-listening
	other := connect(t, broker.Redis)
	require.NoError(t, client.Close())
	f := <-ended
	require.NotNil(t, f)
	require.Equal(t, "queue.unavailable", f.Code)
	_, f = client.Publish(t.Context(), broker.Message{Topic: name})
	require.Equal(t, "queue.unavailable", f.Code)
	require.False(t, f.Unknown)
	_, f = other.Publish(t.Context(), broker.Message{Topic: name, Body: []byte("x")})
	require.Nil(t, f)
	server := redis.NewClient(&redis.Options{Addr: brokertest.Address(t, broker.Redis).Host})
	require.NoError(t, server.Del(t.Context(), name).Err())
	require.NoError(t, server.Close())
}

// TestKafkaCommitsNothingBeforeWhatIsNotFinished: an offset stands for all before it. A message that is done first does not
// acknowledge the one before it, which comes again.
func TestKafkaCommitsNothingBeforeWhatIsNotFinished(t *testing.T) {
	t.Parallel()
	client := connect(t, broker.Kafka, kafka(t))
	for _, text := range []string{"slow", "fast"} {
		_, f := client.Publish(t.Context(), broker.Message{Topic: "orders", Body: []byte(text)})
		require.Nil(t, f)
	}
	subscription := broker.Subscription{Topic: "orders", Group: "g", Reader: "r", Hands: 2}
	consume := func(handle func(text string, stop func()) bool) {
		ctx, stop := context.WithTimeout(t.Context(), patience)
		defer stop()
		require.Nil(t, client.Consume(ctx, subscription, func() {}, func(_ context.Context, d *broker.Delivery) bool {
			return handle(string(d.Body), stop)
		}))
		require.NotErrorIs(t, ctx.Err(), context.DeadlineExceeded)
	}
	done := make(chan struct{})
	consume(func(text string, stop func()) bool {
		if text == "fast" {
			close(done)
			return true
		}
		<-done
		stop()
		return false
	})
	// It ends when the slow one came again, else at its deadline.
	consume(func(text string, stop func()) bool {
		if text == "slow" {
			stop()
		}
		return true
	})
}
