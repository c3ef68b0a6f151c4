package embedded_test

import (
	"context"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/storage"
)

// TestWaitingRunsCostLittleAndComeDueOnTime holds many waiting runs in one process. `make test-long` takes 100,000 of
// them, as the promise says.
func TestWaitingRunsCostLittleAndComeDueOnTime(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED in short mode: starts thousands of runs")
	}
	runs := 10_000
	if os.Getenv("SLUICE_TEST_LONG") != "" {
		runs = 100_000
	}
	var mu sync.Mutex
	var late []time.Duration
	over := make(chan struct{})
	var due time.Time
	until := control("until", func(t *core.Turn, c core.Cause) {
		if c.Kind == core.Entered {
			t.SetTimer(0, int64(t.Scope().Input().(int)))
			return
		}
		t.Emit(0, nil)
	})
	s := boltStore(t)
	o := options(t, s, &world{}, line("p", until))
	o.Observe = func(_ storage.RunID, trace []core.Entry) {
		for _, e := range trace {
			if e.Phase == core.PhaseSucceeded {
				mu.Lock()
				late = append(late, time.Since(due))
				if len(late) == runs {
					close(over)
				}
				mu.Unlock()
			}
		}
	}
	e, err := embedded.Open(o)
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close(t.Context())) }()
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)

	began := time.Now()
	due = began.Add(5*time.Second + time.Duration(runs)*200*time.Microsecond)
	var wg sync.WaitGroup
	for worker := range 256 {
		wg.Go(func() {
			for i := worker; i < runs; i += 256 {
				_, err := e.Start(context.Background(), engine.StartRequest{
					Plan: "p", Trigger: core.Object{"body": int(due.UnixNano())},
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	started := time.Since(began)
	require.True(t, time.Now().Before(due), "starting took longer than the runs wait")
	var held runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&held)
	heap := int(held.HeapAlloc - before.HeapAlloc)
	t.Logf("%d waiting runs, started in %s: heap %d bytes a run, %d MB in all; resident %d MB of private memory",
		runs, started.Round(time.Millisecond), heap/runs, heap>>20, private(t)>>20)
	require.Less(t, heap/runs, 1024)
	require.Less(t, private(t), 300<<20)

	<-over
	slices.Sort(late)
	t.Logf("came due: the first %s late, half by %s, the last %s; %.0f a second", late[0], late[runs/2], late[runs-1],
		float64(runs)/late[runs-1].Seconds())
	require.GreaterOrEqual(t, late[0], time.Duration(0), "a timer fired early")
	require.Less(t, late[0], 200*time.Millisecond)
}

// private is the memory that the process does not share with the files it has mapped.
func private(t *testing.T) int {
	t.Helper()
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Skip("SKIPPED: no /proc/self/status here")
	}
	for l := range strings.SplitSeq(string(b), "\n") {
		if rest, ok := strings.CutPrefix(l, "RssAnon:"); ok {
			n, err := strconv.Atoi(strings.Fields(rest)[0])
			require.NoError(t, err)
			return n << 10
		}
	}
	return 0
}
