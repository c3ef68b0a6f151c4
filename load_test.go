package main

import (
	"bytes"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestTwoThousandWebhooksASecond sends W1 by webhook at a steady 2,000 a second, each answered with its result from the
// disk, for a minute (for two seconds unless SLUICE_TEST_LONG is set): no error, memory that does not grow, and the
// latency is printed. Client and server share this machine.
func TestTwoThousandWebhooksASecond(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED in short mode: takes seconds and all processors")
	}
	const rate, clients = 2000, 64
	seconds := 2
	if os.Getenv("SLUICE_TEST_LONG") != "" {
		seconds = 60
	}
	body, err := os.ReadFile(filepath.Join("bench", "w1.json"))
	require.NoError(t, err)
	data := filepath.Join(t.TempDir(), "data")
	require.NoError(t, folder(data))
	s := serveIn(t, data)
	defer s.stop()
	document, err := os.ReadFile(filepath.Join("bench", "w1.flow.json"))
	require.NoError(t, err)
	hooked := bytes.Replace(document, []byte(`"nodes": [`),
		[]byte(`"triggers": [{"id": "hook", "type": "webhook", "config": {"path": "w1", "respond": "result"}}], "nodes": [`), 1)
	status, text := s.call(t, http.MethodPut, "/api/v1/flows/w1?publish=true", string(hooked))
	require.Equal(t, http.StatusOK, status, text)

	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	var next, failed atomic.Int64
	took := make([]time.Duration, rate*seconds)
	heaps := make(chan []uint64)
	stop := make(chan struct{})
	go func() { heaps <- sampleHeap(stop) }()
	begin := time.Now()
	var wg sync.WaitGroup
	for range clients {
		wg.Go(func() {
			for {
				i := next.Add(1) - 1
				if i >= int64(len(took)) {
					return
				}
				// Each request has its moment: one that is sent late counts its delay, too.
				due := begin.Add(time.Duration(i) * time.Second / rate)
				if wait := time.Until(due); wait > 0 {
					<-time.After(wait)
				}
				r, err := client.Post(s.url+"/hooks/w1", "application/json", bytes.NewReader(body))
				if err != nil {
					failed.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, r.Body)
				_ = r.Body.Close()
				if r.StatusCode != http.StatusOK {
					failed.Add(1)
				}
				took[i] = time.Since(due)
			}
		})
	}
	wg.Wait()
	elapsed := time.Since(begin)
	close(stop)
	heap := <-heaps
	slices.Sort(took)
	t.Logf("%d webhooks in %s (%.0f a second): p50 %s, p99 %s, longest %s; heap in use %d to %d MB", len(took), elapsed.Round(time.Millisecond),
		float64(len(took))/elapsed.Seconds(), took[len(took)/2], took[len(took)*99/100], took[len(took)-1],
		slices.Min(heap)>>20, slices.Max(heap)>>20)
	require.Zero(t, failed.Load())
	require.Less(t, slices.Max(heap), uint64(512<<20))
}

// sampleHeap looks at the heap ten times a second.
func sampleHeap(stop <-chan struct{}) []uint64 {
	var heap []uint64
	for {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		heap = append(heap, m.HeapInuse)
		select {
		case <-stop:
			return heap
		case <-time.After(100 * time.Millisecond):
		}
	}
}
