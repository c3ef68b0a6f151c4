package hooks_test

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/storage"
	"sluice/storage/bolt"
)

func hexOf(b []byte) string { return hex.EncodeToString(b) }

// onceFlows are a webhook for each way to answer; each works once a run.
func onceFlows() []string {
	const key = `, "idempotency": {"key": "trigger.headers['x-id']"}`
	const work = `{"id": "do", "type": "work"}`
	return []string{
		flow("ack", "ack", key, `"nodes": [`+work+`]`),
		flow("ack-body", "ack-body", key+`, "ackBody": "ok {{ trigger.at }} {{ trigger.body.nth }}"`, `"nodes": [`+work+`]`),
		flow("result", "result", key+`, "respond": "result"`, `"nodes": [`+work+`], "output": ["{{ nodes.do.n }}", "{{ run.id }}"]`),
		flow("pure", "pure", key+`, "respond": "result"`, echo),
		flow("fails", "fails", key+`, "respond": "result"`,
			`"nodes": [`+work+`, {"id": "x", "type": "end", "config": {"status": "failed", "code": "shop.closed", "message": "{{ run.id }}"}}], "edges": [{"from": "do", "to": "x"}]`),
		flow("says", "says", key+`, "respond": "result"`,
			`"nodes": [`+work+`, {"id": "say", "type": "respond", "config": {"status": 201, "headers": {"x-run": "{{ run.id }}"}, "body": "{{ run.id }}"}}, `+waits+`],
			 "edges": [{"from": "do", "to": "say"}, {"from": "say", "to": "long"}]`),
	}
}

// TestEqualDeliveries sends 32 equal deliveries at once, and one more after a restart.
func TestEqualDeliveries(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	c := &counter{}
	start := func() *world {
		s, err := bolt.Open(dir, bolt.Options{})
		require.NoError(t, err)
		w := open(t, setup{store: s, work: c.run})
		w.publish(t, onceFlows()...)
		return w
	}
	w := start()
	first := map[string]reply{}
	for _, path := range []string{"ack", "ack-body", "result", "pure", "fails", "says"} {
		replies := make([]reply, 32)
		var wg sync.WaitGroup
		for i := range replies {
			wg.Go(func() {
				r, err := w.try("POST", path, fmt.Sprintf(`{"nth": %d}`, i), "Content-Type", jsonType, "X-Id", "the same")
				if err != nil {
					r.body = err.Error()
				}
				replies[i] = r
			})
		}
		wg.Wait()
		first[path] = replies[0]
		require.NotContains(t, []int{0, 400, 503}, first[path].status, "%s: %s", path, first[path].body)
		for _, r := range replies {
			require.Equal(t, first[path].status, r.status, "%s: %s", path, r.body)
			require.Equal(t, first[path].header.Get("X-Run"), r.header.Get("X-Run"))
			require.Equal(t, first[path].body, r.body, path)
		}
	}
	require.Equal(t, 500, first["fails"].status)
	require.Equal(t, 201, first["says"].status)
	require.Equal(t, 6, w.runs(t))
	require.Equal(t, 202, w.send(t, "POST", "ack", "", "X-Id", "another").status)
	require.Equal(t, 7, w.runs(t))
	for range 2 {
		require.Equal(t, 202, w.send(t, "POST", "ack", "", "X-Id", "").status, "an empty key is none")
		require.Equal(t, 202, w.send(t, "POST", "ack", "").status)
	}
	require.Equal(t, 11, w.runs(t))
	waitForWork(t, w, c, 10)
	w.close(t)

	w = start()
	defer w.close(t)
	for path, want := range first {
		r := w.send(t, "POST", path, `{"nth": -1}`, "Content-Type", jsonType, "X-Id", "the same")
		require.Equal(t, want.status, r.status, "%s: %s", path, r.body)
		require.Equal(t, want.body, r.body)
	}
	require.Equal(t, 11, w.runs(t))
	require.EqualValues(t, 10, c.done.Load(), "no work was done twice")
}

// waitForWork waits until so much work is done and the runs that did it are over or wait.
func waitForWork(t *testing.T, w *world, c *counter, n int32) {
	t.Helper()
	require.Eventually(t, func() bool {
		busy := false
		err := w.store.Live(func(r storage.LiveRow) bool {
			busy = busy || r.Busy
			return true
		})
		return err == nil && !busy && c.done.Load() == n
	}, 10*time.Second, time.Millisecond)
}

// TestADuplicateOfARunThatGoesOn: the first answered 202 because its run took long; a later one has the answer that the
// run gave meanwhile, before its end.
func TestADuplicateOfARunThatGoesOn(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	w := open(t, setup{work: func(context.Context, nodes.Call) (core.Value, *core.Failure) {
		<-release
		return nil, nil
	}})
	defer w.close(t)
	w.publish(t, flow("f", "f", `, "respond": "result", "idempotency": {"key": "'k'"}`,
		`"nodes": [{"id": "do", "type": "work"}, {"id": "say", "type": "respond", "config": {"body": "done"}}, `+waits+`],
		 "edges": [{"from": "do", "to": "say"}, {"from": "say", "to": "long"}], "settings": {"respondTimeout": "100ms"}`))
	first := w.send(t, "POST", "f", "")
	require.Equal(t, 202, first.status)
	second := w.send(t, "POST", "f", "")
	require.Equal(t, 202, second.status)
	require.Equal(t, first.run(t), second.run(t))

	w.publish(t, flow("f", "f", `, "respond": "result", "idempotency": {"key": "'k'"}`,
		`"nodes": [{"id": "new", "type": "work"}], "settings": {"respondTimeout": "10s"}`))
	got := make(chan reply, 1)
	go func() {
		r, _ := w.try("POST", "f", "")
		got <- r
	}()
	close(release)
	third := <-got
	require.Equal(t, 200, third.status, third.body)
	require.Equal(t, "done", third.body)
	require.Equal(t, 1, w.runs(t))
}

var errCrash = errors.New("the process died here")

// TestACrashLosesNothing lets the process die at its first, second, third … crash point, of the engine and of the
// storage, while a delivery is taken. What was acknowledged is done after a restart; what was not is sent again, as
// senders do. Either way there is one run and its work is done, under one key.
func TestACrashLosesNothing(t *testing.T) {
	t.Parallel()
	for n := int32(1); ; n++ {
		if !crashAt(t, n) {
			require.Greater(t, n, int32(8))
			return
		}
	}
}

func crashAt(t *testing.T, n int32) (died bool) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	var mu sync.Mutex
	keys := map[string]bool{}
	work := func(_ context.Context, c nodes.Call) (core.Value, *core.Failure) {
		mu.Lock()
		defer mu.Unlock()
		keys[c.Key] = true
		return nil, nil
	}
	var count atomic.Int32
	var armed atomic.Bool
	dead := make(chan struct{})
	die := func(string) bool {
		if !armed.Load() {
			return false
		}
		at := count.Add(1)
		if at == n {
			close(dead)
		}
		return at >= n
	}
	s, err := bolt.Open(dir, bolt.Options{Hook: func(point string) error {
		if die(point) {
			return errCrash
		}
		return nil
	}})
	require.NoError(t, err)
	w := open(t, setup{store: s, work: work, crash: die})
	document := flow("f", "f", `, "idempotency": {"key": "trigger.headers['x-id']"}`, `"nodes": [{"id": "do", "type": "work"}]`)
	w.publish(t, document)
	armed.Store(true)
	got := make(chan reply, 1)
	go func() {
		r, _ := w.try("POST", "f", `{"id": 6917223378889540123}`, "Content-Type", jsonType, "X-Id", "one")
		got <- r
	}()
	var acknowledged storage.RunID
	select {
	case r := <-got:
		if r.status == 202 {
			acknowledged = r.run(t)
			// The run goes on to its end, or to the point where the process dies.
			ended := make(chan struct{})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				defer close(ended)
				_, _ = w.engine.Wait(ctx, acknowledged)
			}()
			select {
			case <-ended:
			case <-dead:
			}
			cancel()
			<-ended
		}
	case <-dead:
	}
	closing, stop := context.WithCancel(t.Context())
	stop()
	_ = w.engine.Close(closing)
	_ = s.Close()

	s, err = bolt.Open(dir, bolt.Options{})
	require.NoError(t, err)
	w = open(t, setup{store: s, work: work})
	defer w.close(t)
	w.publish(t, document)
	if acknowledged != "" {
		_, err := s.Row(acknowledged)
		require.NoError(t, err, "an acknowledged run is gone (crash point %d)", n)
	}
	again := w.send(t, "POST", "f", `{"id": 6917223378889540123}`, "Content-Type", jsonType, "X-Id", "one")
	require.Equal(t, 202, again.status, again.body)
	if acknowledged != "" {
		require.Equal(t, acknowledged, again.run(t))
	}
	end, err := w.engine.Wait(t.Context(), again.run(t))
	require.NoError(t, err)
	require.Equal(t, core.Succeeded, end.Status)
	require.Equal(t, 1, w.runs(t), "crash point %d", n)
	require.Len(t, keys, 1, "crash point %d", n)
	select {
	case <-dead:
		return true
	default:
		return false
	}
}
