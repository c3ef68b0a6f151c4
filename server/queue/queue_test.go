package queue_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"sluice/connect/broker"
	"sluice/connect/broker/brokertest"
	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/server/queue"
	"sluice/storage"
)

// each runs a test with every broker.
func each(t *testing.T, test func(t *testing.T, p place)) {
	t.Parallel()
	for _, p := range places(t) {
		t.Run(string(p.kind), func(t *testing.T) { test(t, p) })
	}
}

// numbered publishes the messages {"n": from} to {"n": to-1}.
func (w *world) numbered(t *testing.T, from, to int) {
	t.Helper()
	for n := from; n < to; n++ {
		w.send(t, broker.Message{ID: fmt.Sprintf("%s-%d", w.topic, n), Body: fmt.Appendf(nil, `{"n": %d}`, n)})
	}
}

// requireNumbered wants exactly one run for each message up to n.
func (w *world) requireNumbered(t *testing.T, n int) {
	t.Helper()
	seen := map[string]int{}
	for _, row := range w.runs(t) {
		require.Len(t, row.Keys, 1)
		seen[row.Keys[0].Value]++
	}
	for i := range n {
		require.Equal(t, 1, seen[strconv.Itoa(i)], "runs of message %d", i)
	}
	require.Len(t, seen, n)
}

func (w *world) trigger(t *testing.T, run storage.RunID) core.Object {
	t.Helper()
	var trigger core.Object
	require.NoError(t, w.store.Events(run, 1, func(_ uint64, event []byte) bool {
		first, err := codec.Decode(event)
		require.NoError(t, err)
		trigger = first.Start.Trigger
		return false
	}))
	return trigger
}

func TestEachMessageStartsOneRun(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		w.publish(t, "", "")
		w.numbered(t, 0, 50)
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 50 && s.InHand == 0 })
		w.requireNumbered(t, 50)
		trigger := w.trigger(t, w.runs(t)[0].Run)
		require.Equal(t, "in", trigger["id"])
		require.Equal(t, "queue", trigger["type"])
		require.Equal(t, w.topic, trigger["topic"])
		require.NotEmpty(t, trigger["at"])
		require.IsType(t, core.Object{}, trigger["headers"])
		require.IsType(t, 0, trigger["body"].(core.Object)["n"])
		if p.kind != broker.MQTT {
			lag := int64(-1)
			require.True(t, waitFor(t, func() bool {
				n, err := w.client(t).Lag(t.Context(), broker.Subscription{Topic: w.filter, Group: w.topic, Hands: 64})
				require.NoError(t, err)
				lag = n
				return lag == 0
			}), "everything is acknowledged: %d", lag)
		}
	})
}

func TestWhatAMessageCarries(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		w.publish(t, "", "")
		m := broker.Message{Body: []byte("订单 A1 已发货"), Headers: map[string]string{"shop": "douyin"}}
		if p.kind == broker.Kafka || p.kind == broker.NATS || p.kind == broker.Redis {
			m.Key = "A1"
		}
		w.send(t, m)
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 1 })
		trigger := w.trigger(t, w.runs(t)[0].Run)
		require.Equal(t, "订单 A1 已发货", trigger["body"], "what is not JSON is a text")
		if p.kind != broker.MQTT {
			require.Equal(t, "douyin", trigger["headers"].(core.Object)["shop"])
		}
		if m.Key != "" {
			require.Equal(t, "A1", trigger["key"])
		}
	})
}

// Runs are made durable and nobody hears of it: the messages come again, to the next process, and start nothing.
func TestAMessageThatIsDeliveredAgainStartsNothing(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		var lost atomic.Int64
		w.starter.refuse = func(r engine.StartRequest) error {
			if _, err := w.engine.Start(context.Background(), r); err != nil {
				return err
			}
			lost.Add(1)
			return engine.ErrUnavailable
		}
		first := make(chan struct{})
		w.restart(func(o *queue.Options) { o.Pause, o.Longest = patience, patience })
		flow := w.publish(t, `, "concurrency": 10`, "")
		w.numbered(t, 0, 20)
		go func() {
			defer close(first)
			waitFor(t, func() bool { return lost.Load() == 10 })
		}()
		<-first
		w.queues.Drain(t.Context())
		require.Len(t, w.runs(t), 10, "no more than there are hands")
		w.starter.refuse = nil
		w.restart()
		w.queues.Rebind([]*flows.Flow{flow})
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 10 && s.Duplicates == 10 })
		w.requireNumbered(t, 20)
	})
}

// A server that cannot take messages holds those in hand and takes no more.
func TestBackPressure(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		var full atomic.Bool
		full.Store(true)
		w.starter.refuse = func(engine.StartRequest) error {
			if full.Load() {
				return engine.ErrUnavailable
			}
			return nil
		}
		w.publish(t, `, "concurrency": 4, "maxAttempts": 1`, "")
		w.numbered(t, 0, 30)
		w.eventually(t, func(s queue.Stats) bool { return s.InHand == 4 && s.Retries > 8 })
		require.Empty(t, w.runs(t))
		full.Store(false)
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 30 })
		w.requireNumbered(t, 30)
		for _, s := range w.queues.Stats() {
			require.Zero(t, s.SetAside, "a server that cannot is no reason to set a message aside")
		}
	})
}

func TestMessagesThatCannotStartARunGoAside(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p, func(o *queue.Options) { o.Body = 1000 })
		w.publish(t, `, "maxAttempts": 3`, `, "input": {"type": "object", "required": ["n"]}`)
		w.send(t, broker.Message{Body: []byte(`{"m": 1}`)})
		w.send(t, broker.Message{Body: []byte{0xff, 0xfe}})
		w.send(t, broker.Message{Body: []byte(strings.Repeat("x", 1001))})
		w.numbered(t, 0, 10)
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 10 && s.SetAside == 3 && s.InHand == 0 })
		w.requireNumbered(t, 10)
		codes := map[string]string{}
		for _, d := range w.deadLetters(t, 3) {
			codes[d.Headers["x-sluice-code"]] = string(d.Body)
			if p.kind != broker.MQTT {
				require.Equal(t, "3", d.Headers["x-sluice-attempts"])
				require.Equal(t, "taken/in", d.Headers["x-sluice-trigger"])
				require.NotEmpty(t, d.Headers["x-sluice-reason"])
			}
		}
		if p.kind != broker.MQTT {
			require.Equal(t, map[string]string{
				"queue.input": `{"m": 1}`, "queue.body": "\xff\xfe", "queue.too_large": strings.Repeat("x", 1001),
			}, codes)
		}
	})
}

// Messages that are the same to the last byte are two where the broker gives them no identity.
func TestTwinsStartTwoRuns(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		w.publish(t, "", "")
		for range 3 {
			w.send(t, broker.Message{Body: []byte(`{"n": 7}`)})
		}
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 3 })
		require.Len(t, w.runs(t), 3)
	})
}

// With one hand runs start in the broker's order.
func TestOneAtATimeKeepsTheOrder(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		w.publish(t, `, "concurrency": 1`, "")
		m := broker.Message{}
		if p.kind == broker.Kafka {
			m.Key = "of one partition"
		}
		for n := range 200 {
			m.Body = fmt.Appendf(nil, `{"n": %d}`, n)
			w.send(t, m)
		}
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 200 })
		for i, row := range w.runs(t) {
			require.Equal(t, strconv.Itoa(199-i), row.Keys[0].Value, "newest first")
		}
	})
}

func TestKeysAreKeptForAWeek(t *testing.T) {
	t.Parallel()
	w := open(t, places(t)[0])
	for more, want := range map[string]time.Duration{"": 7 * 24 * time.Hour, `, "idempotency": {"ttl": "30d"}`: 30 * 24 * time.Hour} {
		flow := w.compile(t, w.document(more, ""))
		require.Equal(t, want, flow.Triggers[0].KeepKeys)
		require.Nil(t, flow.Triggers[0].Idempotency)
	}
}

// A sender that tries again says the same id, and starts one run.
func TestTheSendersIDIsTheIdentity(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		if p.kind == broker.MQTT {
			t.Skip("MQTT 3.1.1 has no place for an id")
		}
		w := open(t, p)
		w.publish(t, "", "")
		for _, id := range []string{"a", "a", "b"} {
			w.send(t, broker.Message{ID: w.topic + id, Body: []byte(`{"n": 1}`)})
		}
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 2 && s.InHand == 0 })
		require.Len(t, w.runs(t), 2)
	})
}

// A message that cannot be set aside is not acknowledged, however long that takes.
func TestAMessageThatCannotBeSetAsideWaits(t *testing.T) {
	t.Parallel()
	w := open(t, find(t, broker.Redis))
	server := redis.NewClient(&redis.Options{Addr: brokertest.Address(t, broker.Redis).Host})
	t.Cleanup(func() { require.NoError(t, server.Close()) })
	require.NoError(t, server.Set(t.Context(), w.dead, "not a stream", 0).Err())
	w.publish(t, `, "maxAttempts": 1`, `, "input": {"type": "object"}`)
	w.send(t, broker.Message{Body: []byte("[]")})
	w.numbered(t, 0, 3)
	w.eventually(t, func(s queue.Stats) bool { return s.Started == 3 && s.Retries > 3 })
	for _, s := range w.queues.Stats() {
		require.Zero(t, s.SetAside)
		require.EqualValues(t, 1, s.InHand)
	}
	require.NoError(t, server.Del(t.Context(), w.dead).Err())
	w.eventually(t, func(s queue.Stats) bool { return s.SetAside == 1 && s.InHand == 0 })
	require.Equal(t, "[]", string(w.deadLetters(t, 1)[0].Body))
}

func find(t *testing.T, kind broker.Kind) place {
	t.Helper()
	for _, p := range places(t) {
		if p.kind == kind {
			return p
		}
	}
	require.Fail(t, "no such broker")
	return place{}
}

func TestTheTriggersOwnKey(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		w.publish(t, `, "idempotency": {"key": "trigger.body.event"}`, "")
		for i := range 4 {
			w.send(t, broker.Message{ID: fmt.Sprint(w.topic, i), Body: fmt.Appendf(nil, `{"event": "e%d", "n": %d}`, i%2, i)})
		}
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 2 && s.Duplicates == 2 })
		require.Len(t, w.runs(t), 2)
	})
}

func TestFlowsAndConnectionsChangeWhileMessagesCome(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		w.publish(t, "", "")
		w.numbered(t, 0, 5)
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 5 })

		// The same messages for a newer flow: nothing is interrupted.
		newer := w.compile(t, w.document(`, "maxAttempts": 9`, `, "settings": {"timeout": "1m"}`))
		w.queues.Rebind([]*flows.Flow{newer})
		w.numbered(t, 5, 10)
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 10 && s.Reconnects == 0 })
		plans := map[string]bool{}
		for _, row := range w.runs(t) {
			require.NoError(t, w.store.Events(row.Run, 1, func(_ uint64, event []byte) bool {
				first, err := codec.Decode(event)
				require.NoError(t, err)
				plans[first.Start.Plan] = true
				return false
			}))
		}
		require.Len(t, plans, 2)

		// A connection that is replaced closes, and is taken up again as it is now.
		w.define(t, strings.Replace(p.definition, `"config"`, `"limits": {"rate": "1000/s"}, "config"`, 1))
		w.eventually(t, func(s queue.Stats) bool { return s.Reconnects == 1 && s.Connected })
		w.numbered(t, 10, 15)
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 15 })

		// Messages wait while the flow is not published.
		w.queues.Rebind(nil)
		require.Empty(t, w.queues.Stats())
		w.queues.Drain(t.Context())
		w.numbered(t, 15, 20)
		require.Len(t, w.runs(t), 15)
		w.restart()
		w.queues.Rebind([]*flows.Flow{newer})
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 5 && s.Duplicates == 0 })
		w.requireNumbered(t, 20)
	})
}

func TestATriggerWithoutAConnectionWaitsForIt(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		require.NoError(t, w.set.Remove("bus"))
		flow := w.compile(t, w.document("", ""))
		w.queues.Rebind([]*flows.Flow{flow})
		w.eventually(t, func(s queue.Stats) bool { return s.Reconnects > 1 && !s.Connected })
		w.define(t, p.definition)
		w.eventually(t, func(s queue.Stats) bool { return s.Connected })
		w.numbered(t, 0, 1)
		w.eventually(t, func(s queue.Stats) bool { return s.Started == 1 })
	})
}

func TestFindings(t *testing.T) {
	each(t, func(t *testing.T, p place) {
		w := open(t, p)
		codes := func(document string) []string {
			var list []string
			for _, d := range w.queues.Check(w.compile(t, document), nil) {
				list = append(list, d.Code)
			}
			return list
		}
		w.filter = "orders.*"
		var want, wantKeyed []string
		switch p.kind {
		case broker.Kafka, broker.Redis:
			want, wantKeyed = []string{"flow.queue.wildcard"}, []string{"flow.queue.wildcard"}
		case broker.RabbitMQ, broker.MQTT:
			want = []string{"flow.queue.no_identity"}
		}
		require.Equal(t, want, codes(w.document("", "")))
		require.Equal(t, wantKeyed, codes(w.document(`, "idempotency": {"key": "trigger.body.id"}`, "")))
		w.filter = "orders"
		require.Equal(t, []string{"flow.queue.dead_letter"}, codes(w.document(`, "deadLetter": "orders", "idempotency": {"key": "trigger.body.id"}`, "")))
		w.queues.Rebind(nil)
	})
}
