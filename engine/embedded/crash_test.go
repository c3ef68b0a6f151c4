package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/nodes"
	"sluice/storage"
	"sluice/storage/bolt"
)

// books is an outside world that does a write once for each idempotency key, and remembers the answer.
type books struct {
	mu      sync.Mutex
	answers map[string]core.Value
	entries []string
}

func (b *books) write(_ context.Context, c nodes.Call) (core.Value, *core.Failure) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if v, ok := b.answers[c.Key]; ok {
		return v, nil
	}
	b.entries = append(b.entries, c.Node)
	b.answers[c.Key] = fmt.Sprintf("%v>%s", c.Args, c.Node)
	return b.answers[c.Key], nil
}

// crashPlans are a run that meets every kind of command: writes, a timer, a lock, a child with a write of its own.
func crashPlans() []*core.Plan {
	child := line("child", task("child-write", "do", true))
	group := core.Node{ID: "locked", Type: "group", Body: 1, Machine: func() core.Machine {
		return machine(func(t *core.Turn, c core.Cause) {
			switch c.Kind {
			case core.Entered:
				t.Acquire("shelf")
			case core.Locked:
				t.Open(0, t.Scope().Input(), false)
			case core.BodyDone:
				t.Emit(0, c.Value)
			case core.BodyFail:
				t.Fail(c.Failure)
			}
		})
	}}
	call := control("call", func(t *core.Turn, c core.Cause) {
		switch {
		case c.Kind == core.Entered:
			t.StartChild("child", t.Scope().Input(), false)
		case c.Failure != nil:
			t.Fail(c.Failure)
		default:
			t.Emit(0, c.Value)
		}
	})
	p := line("p", task("first", "do", true), waitNode("pause", time.Millisecond), group, call, task("last", "do", true))
	inner := task("inner", "do", true)
	inner.Graph, inner.Ports, inner.Out = 1, []string{"out"}, [][]int{nil}
	p.Nodes = append(p.Nodes, inner)
	p.Graphs = append(p.Graphs, core.Graph{Owner: 2, Nodes: []int{5}})
	return []*core.Plan{p, child}
}

var errCrash = errors.New("the process died here")

// TestACrashAnywhereChangesNothing lets the process die at its first, second, third … crash point, of the driver and of
// the storage, until there is none left. Each time the run must end as it would have, and the books must show each write
// once.
func TestACrashAnywhereChangesNothing(t *testing.T) {
	t.Parallel()
	points := map[string]bool{}
	for n := 1; ; n++ {
		reached := crashOnce(t, n, points)
		if !reached {
			t.Logf("died at %d points of %d kinds: %v", n-1, len(points), points)
			require.Greater(t, n, 20)
			return
		}
	}
}

func crashOnce(t *testing.T, n int, points map[string]bool) (reached bool) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	b := &books{answers: map[string]core.Value{}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var count atomic.Int32
	var mu sync.Mutex
	die := func(point string) bool {
		if int(count.Add(1)) != n {
			return int(count.Load()) > n
		}
		mu.Lock()
		points[point] = true
		mu.Unlock()
		cancel()
		return true
	}
	var live atomic.Bool
	s, err := bolt.Open(dir, bolt.Options{Hook: func(point string) error {
		if live.Load() && die(point) {
			return errCrash
		}
		return nil
	}})
	require.NoError(t, err)
	live.Store(true)
	w := &world{do: b.write}
	o := options(t, s, w, crashPlans()...)
	o.Crash = die
	e, err := embedded.Open(o)
	require.NoError(t, err)
	id, err := e.Start(ctx, engine.StartRequest{Plan: "p", Trigger: core.Object{"body": "in"}})
	acknowledged := err == nil
	if acknowledged {
		_, err = e.Wait(ctx, id)
	}
	died := ctx.Err() != nil
	require.True(t, died || err == nil, "%v", err)
	closing, stop := context.WithCancel(t.Context())
	stop()
	_ = e.Close(closing)
	_ = s.Close()

	s, err = bolt.Open(dir, bolt.Options{})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	e, err = embedded.Open(options(t, s, w, crashPlans()...))
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close(t.Context())) }()
	if _, err := s.Row(id); errors.Is(err, storage.ErrNotFound) {
		require.False(t, acknowledged, "an acknowledged run is gone (crash point %d)", n)
		id = start(t, e, "p", "in")
	}
	require.Equal(t, &core.End{Status: core.Succeeded, Output: "in>first>inner>child-write>last"}, end(t, e, id), "crash point %d", n)
	require.Equal(t, []string{"first", "inner", "child-write", "last"}, b.entries, "crash point %d", n)
	return died
}
