package queue_test

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect/broker"
	"sluice/flows"
	"sluice/server/queue"
	"sluice/storage/bolt"
)

// BenchmarkMessages is what one message costs from the broker until it is acknowledged, with a journal on disk.
func BenchmarkMessages(b *testing.B) {
	for _, p := range places(b) {
		b.Run(string(p.kind), func(b *testing.B) {
			store, err := bolt.Open(filepath.Join(b.TempDir(), "data"), bolt.Options{})
			require.NoError(b, err)
			w := openOn(b, p, store)
			flow := w.compile(b, w.document("", ""))
			w.queues.Rebind([]*flows.Flow{flow})
			w.eventually(b, func(s queue.Stats) bool { return s.Connected })
			w.queues.Drain(b.Context())
			w.fill(b, b.N)
			w.restart()
			b.ResetTimer()
			w.queues.Rebind([]*flows.Flow{flow})
			w.eventually(b, func(s queue.Stats) bool { return s.Started == int64(b.N) && s.InHand == 0 })
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "messages/s")
		})
	}
}

// fill publishes many messages at a time.
func (w *world) fill(t testing.TB, n int) {
	t.Helper()
	client := w.client(t)
	next := make(chan int)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for i := range next {
				if _, f := client.Publish(t.Context(), broker.Message{Topic: w.topic, Body: fmt.Appendf(nil, `{"n": %d}`, i)}); f != nil {
					t.Errorf("publish: %s", f)
				}
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	all.Wait()
	require.False(t, t.Failed())
}
