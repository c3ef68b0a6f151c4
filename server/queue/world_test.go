package queue_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"
	"github.com/twmb/franz-go/pkg/kfake"

	"sluice/connect"
	"sluice/connect/broker"
	"sluice/connect/broker/brokertest"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/flows"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/server/queue"
	"sluice/storage"
	"sluice/storage/mem"
)

const (
	patience = 30 * time.Second
	tick     = 5 * time.Millisecond
)

// place is a broker with a topic of this test's own.
type place struct {
	kind       broker.Kind
	definition string
	// topic is where messages are published, filter what triggers read, dead where they are set aside.
	topic, filter, dead string
}

// places are all brokers, each with an empty topic. One that is not there fails the test, and skips it under -short.
func places(t testing.TB) []place {
	t.Helper()
	name := "sluice-test-" + strconv.FormatInt(time.Now().UnixNano(), 36)
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(3, name))
	require.NoError(t, err)
	t.Cleanup(cluster.Close)
	stream(t, brokertest.Address(t, broker.NATS).String(), name)
	of := func(kind broker.Kind, topic, filter, dead string) place {
		return place{kind, brokertest.Definition(t, kind), topic, filter, dead}
	}
	return []place{
		{broker.Kafka, fmt.Sprintf(`{"id": "bus", "type": "kafka", "config": {"brokers": [%q]}}`, cluster.ListenAddrs()[0]), name, name, name + ".dead"},
		of(broker.RabbitMQ, name, name, name+".dead"),
		of(broker.NATS, name+".orders", name+".>", "dead."+name+".all"),
		of(broker.Redis, name, name, name+".dead"),
		of(broker.MQTT, name+"/orders", name+"/#", "dead/"+name+"/all"),
	}
}

// stream makes a JetStream stream for the subjects of a test, and takes what was made away again.
func stream(t testing.TB, at, name string) {
	t.Helper()
	conn, err := nats.Connect(at)
	require.NoError(t, err)
	js, err := jetstream.New(conn)
	require.NoError(t, err)
	_, err = js.CreateStream(t.Context(), jetstream.StreamConfig{Name: name, Subjects: []string{name + ".>"}})
	require.NoError(t, err)
	t.Cleanup(func() {
		for _, made := range []string{name, "dead_" + name + "_all"} {
			if err := js.DeleteStream(context.Background(), made); err != nil && !errors.Is(err, jetstream.ErrStreamNotFound) {
				t.Error(err)
			}
		}
		conn.Close()
	})
}

// world is an engine in memory with queue triggers.
type world struct {
	place
	store    storage.Store
	set      *connect.Set
	registry *nodes.Registry
	library  *library.Library
	engine   *embedded.Engine
	starter  *gatedStarter
	queues   *queue.Consumers
	// buried are the topics of MQTT messages that were set aside.
	buried []string
}

// gatedStarter is an engine that can be made to refuse.
type gatedStarter struct {
	engine.Engine
	refuse func(r engine.StartRequest) error
}

func (g *gatedStarter) Start(ctx context.Context, r engine.StartRequest) (storage.RunID, error) {
	if g.refuse != nil {
		if err := g.refuse(r); err != nil {
			return "", err
		}
	}
	return g.Engine.Start(ctx, r)
}

func open(t testing.TB, p place, change ...func(*queue.Options)) *world {
	t.Helper()
	return openOn(t, p, mem.New(), change...)
}

func openOn(t testing.TB, p place, store storage.Store, change ...func(*queue.Options)) *world {
	t.Helper()
	w := &world{place: p, store: store, set: connect.NewSet(connect.Options{})}
	w.define(t, p.definition)
	var err error
	w.registry, err = nodes.New(all.Specs(all.Deps{Connections: w.set}))
	require.NoError(t, err)
	w.library = library.New(w.store, w.registry)
	w.engine, err = embedded.Open(embedded.Options{Store: w.store, Plans: w.library.Plan, Registry: w.registry})
	require.NoError(t, err)
	w.starter = &gatedStarter{Engine: w.engine}
	w.restart(change...)
	t.Cleanup(func() {
		ctx, done := context.WithTimeout(context.Background(), patience)
		defer done()
		w.queues.Drain(ctx)
		w.clean(t)
		require.NoError(t, w.engine.Close(ctx))
		require.NoError(t, w.set.Close())
		require.NoError(t, w.store.Close())
	})
	return w
}

// restart replaces the consumers, as a new process would.
func (w *world) restart(change ...func(*queue.Options)) {
	o := queue.Options{Starter: w.starter, Connections: w.set, Pause: tick, Longest: 20 * tick}
	for _, c := range change {
		c(&o)
	}
	w.queues = queue.New(o)
}

func (w *world) define(t testing.TB, definition string) {
	t.Helper()
	d, findings := connect.ParseDefinition([]byte(definition), nil)
	require.Empty(t, findings)
	require.NoError(t, w.set.Put(d))
}

func (w *world) client(t testing.TB) *broker.Client {
	t.Helper()
	client, f := w.set.Broker("bus")
	require.Nil(t, f)
	return client
}

// document is a flow with a queue trigger; more is what follows in the trigger's config, rest in the document.
func (w *world) document(more, rest string) string {
	return fmt.Sprintf(`{"sluice": 1, "id": "taken", "triggers": [{"id": "in", "type": "queue", "config": {"connection": "bus", "topic": %q, "group": %q%s}}],
		"keys": {"n": "trigger.body?.n"}, "output": "{{ trigger }}", "nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": true}}}]%s}`, w.filter, w.topic, more, rest)
}

func (w *world) compile(t testing.TB, document string) *flows.Flow {
	t.Helper()
	doc, findings := flows.Parse([]byte(document))
	require.NotNil(t, doc, findings)
	flow, findings := flows.Compile(doc, flows.Options{Registry: w.registry, Version: 1})
	require.NotNil(t, flow, findings)
	require.NoError(t, w.library.Keep(flow))
	return flow
}

// publish makes a flow live and waits until it is listened for.
func (w *world) publish(t testing.TB, more, rest string) *flows.Flow {
	t.Helper()
	flow := w.compile(t, w.document(more, rest))
	w.queues.Rebind([]*flows.Flow{flow})
	w.eventually(t, func(s queue.Stats) bool { return s.Connected })
	return flow
}

// eventually waits until the figures of the trigger are as wanted.
func (w *world) eventually(t testing.TB, wanted func(queue.Stats) bool) {
	t.Helper()
	var last queue.Stats
	if !waitFor(t, func() bool {
		for _, last = range w.queues.Stats() {
			if wanted(last) {
				return true
			}
		}
		return false
	}) {
		require.Fail(t, "the figures are not as wanted", "%+v", last)
	}
}

func waitFor(t testing.TB, wanted func() bool) bool {
	t.Helper()
	ok := make(chan bool, 1)
	go func() {
		look := time.NewTicker(tick)
		defer look.Stop()
		for over := time.After(patience); ; {
			if wanted() {
				ok <- true
				return
			}
			select {
			case <-look.C:
			case <-over:
				ok <- false
				return
			}
		}
	}()
	return <-ok
}

func (w *world) send(t testing.TB, m broker.Message) core.Object {
	t.Helper()
	if m.Topic == "" {
		m.Topic = w.topic
	}
	answer, f := w.client(t).Publish(t.Context(), m)
	require.Nil(t, f, "%v", f)
	return answer
}

// runs are the runs in the storage.
func (w *world) runs(t testing.TB) []storage.RunRow {
	t.Helper()
	rows, err := w.store.Runs(storage.Listing{Limit: 100_000})
	require.NoError(t, err)
	return rows
}

// dead are the messages that were set aside, n of them.
func (w *world) deadLetters(t testing.TB, n int) []*broker.Delivery {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	found := make(chan *broker.Delivery, n)
	topic := w.dead
	if w.kind == broker.MQTT {
		topic += "/+"
	}
	finished := make(chan *core.Failure, 1)
	client := w.client(t)
	go func() {
		finished <- client.Consume(ctx, broker.Subscription{Topic: topic, Group: w.topic + "-dead", Hands: 4}, func() {}, func(_ context.Context, d *broker.Delivery) bool {
			found <- d
			return true
		})
	}()
	var list []*broker.Delivery
	for range n {
		select {
		case d := <-found:
			list = append(list, d)
			w.buried = append(w.buried, d.Topic)
		case f := <-finished:
			require.Fail(t, "reading the dead letters ended", "%v", f)
		}
	}
	cancel()
	require.Nil(t, <-finished)
	return list
}
