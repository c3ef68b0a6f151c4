package embedded_test

import (
	"context"
	"path/filepath"
	"strings"
	"sync"
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

func gated(t *testing.T, e *embedded.Engine, g *core.Gate) storage.RunID {
	t.Helper()
	id, err := e.Start(t.Context(), engine.StartRequest{Plan: "p", Trigger: core.Object{}, Gate: g})
	require.NoError(t, err)
	return id
}

func TestAGateQueuesSkipsAndReplaces(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan string, 10), make(chan struct{})
	w := &world{do: func(ctx context.Context, c nodes.Call) (core.Value, *core.Failure) {
		entered <- c.Run.ID
		select {
		case <-leave:
		case <-ctx.Done():
			return nil, &core.Failure{Code: "cut"}
		}
		return "done", nil
	}}
	s := boltStore(t)
	e := open(t, s, w, line("p", task("work", "do", true)))
	queue := &core.Gate{Key: "p/1", Limit: 1, Policy: core.GateQueue}
	first := gated(t, e, queue)
	require.Equal(t, string(first), <-entered)
	second := gated(t, e, queue)
	row, err := s.Row(second)
	require.NoError(t, err)
	require.Equal(t, "queued", row.Status)
	other := gated(t, e, &core.Gate{Key: "p/2", Limit: 1, Policy: core.GateQueue})
	require.Equal(t, string(other), <-entered, "another key has room")

	skipped := end(t, e, gated(t, e, &core.Gate{Key: "p/1", Limit: 1, Policy: core.GateSkip}))
	require.Equal(t, core.Cancelled, skipped.Status)
	require.True(t, strings.HasPrefix(skipped.Failure.Message, "skipped"), skipped.Failure.Message)

	newest := gated(t, e, &core.Gate{Key: "p/1", Limit: 1, Policy: core.GateReplace})
	require.Equal(t, core.Cancelled, end(t, e, first).Status)
	require.Equal(t, core.Cancelled, end(t, e, second).Status)
	require.Equal(t, string(newest), <-entered)
	close(leave)
	require.Equal(t, core.Succeeded, end(t, e, newest).Status)
	require.Equal(t, core.Succeeded, end(t, e, other).Status)
}

// TestAGateHoldsOverARestart: a run that had passed the gate still fills it, those that queued begin in their order.
func TestAGateHoldsOverARestart(t *testing.T) {
	t.Parallel()
	s := boltStore(t)
	var mu sync.Mutex
	inside, most := 0, 0
	stuck := make(chan struct{})
	var once sync.Once
	w := &world{do: func(ctx context.Context, _ nodes.Call) (core.Value, *core.Failure) {
		once.Do(func() { close(stuck) })
		<-ctx.Done()
		return nil, &core.Failure{Code: "cut"}
	}}
	p := line("p", task("work", "do", true))
	e := open(t, s, w, p)
	g := &core.Gate{Key: "p", Limit: 2, Policy: core.GateQueue}
	var ids []storage.RunID
	for range 8 {
		ids = append(ids, gated(t, e, g))
	}
	<-stuck
	cut, cancel := context.WithCancel(t.Context())
	cancel()
	_ = e.Close(cut)
	w.do = func(context.Context, nodes.Call) (core.Value, *core.Failure) {
		mu.Lock()
		inside++
		most = max(most, inside)
		mu.Unlock()
		mu.Lock()
		inside--
		mu.Unlock()
		return "done", nil
	}
	e = open(t, s, w, p)
	for _, id := range ids {
		require.Equal(t, "done", end(t, e, id).Output)
	}
	require.LessOrEqual(t, most, 2)
}

func TestACallGetsTheFirstAnswer(t *testing.T) {
	t.Parallel()
	answer := control("answer", func(t *core.Turn, _ core.Cause) {
		t.Respond(core.Response{Status: 201, Body: t.Scope().Input()})
		t.Emit(0, nil)
	})
	p := line("p", answer, awaitNode("later", "go", "1"))
	silent := line("silent", pure("x", func(core.Scope) core.Value { return 7 }))
	e := open(t, boltStore(t), &world{}, p, silent)
	id, got, err := e.Call(t.Context(), engine.StartRequest{Plan: "p", Trigger: core.Object{"body": "hello"}})
	require.NoError(t, err)
	require.Equal(t, &core.Response{Status: 201, Body: "hello"}, got.Response)
	_, err = e.Signal(t.Context(), "go", "1", "ended")
	require.NoError(t, err)
	require.Equal(t, "ended", end(t, e, id).Output)

	_, got, err = e.Call(t.Context(), engine.StartRequest{Plan: "silent", Trigger: core.Object{}})
	require.NoError(t, err)
	require.Equal(t, 7, got.End.Output)
}

// TestACallOutlastsAWait: a caller gets the answer of a run that waited meanwhile, and one that leaves does not keep the
// run in memory.
func TestACallOutlastsAWait(t *testing.T) {
	t.Parallel()
	p := line("p", waitNode("pause", 150*time.Millisecond), pure("x", func(core.Scope) core.Value { return "late" }))
	e := open(t, boltStore(t), &world{}, p)
	_, got, err := e.Call(t.Context(), engine.StartRequest{Plan: "p", Trigger: core.Object{}})
	require.NoError(t, err)
	require.Equal(t, "late", got.End.Output)

	gone, leave := context.WithCancel(t.Context())
	leave()
	id, _, err := e.Call(gone, engine.StartRequest{Plan: "p", Trigger: core.Object{}})
	require.ErrorIs(t, err, context.Canceled)
	require.Equal(t, "late", end(t, e, id).Output)
}

func TestStatsSayHowTheEngineIsDoing(t *testing.T) {
	t.Parallel()
	e := open(t, boltStore(t), &world{}, line("p", waitNode("pause", time.Hour)))
	start(t, e, "p", nil)
	require.Eventually(t, func() bool { return e.Stats().Loaded == 0 }, 5*time.Second, time.Millisecond, "a waiting run is not in memory")
	s := e.Stats()
	require.Equal(t, embedded.Stats{TaskLimit: 256, Timers: 1}, s)
}

// TestARelaxedFlowAnswersBeforeTheDisk: while the journal cannot be written, its callers are still answered; with an
// idempotency key they are not, because a second run cannot be ruled out.
func TestARelaxedFlowAnswersBeforeTheDisk(t *testing.T) {
	t.Parallel()
	hold := make(chan struct{})
	s, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{Hook: func(point string) error {
		if point == "commit:before" {
			<-hold
		}
		return nil
	}})
	require.NoError(t, err)
	defer func() { require.NoError(t, s.Close()) }()
	p := line("p", pure("x", func(core.Scope) core.Value { return 7 }))
	p.Relaxed = true
	e := open(t, s, &world{}, p)
	id, got, err := e.Call(t.Context(), engine.StartRequest{Plan: "p", Trigger: core.Object{}})
	require.NoError(t, err)
	require.Equal(t, 7, got.End.Output)
	_, err = e.Start(t.Context(), engine.StartRequest{Plan: "p", Trigger: core.Object{}})
	require.NoError(t, err)
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err = e.Start(short, engine.StartRequest{Plan: "p", Trigger: core.Object{}, Once: &storage.Once{Scope: "s", Key: "k", TTL: time.Hour}})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	close(hold)
	require.Equal(t, 7, end(t, e, id).Output)
}

// TestAFullLogKeepsWhatPureNodesGave and still folds.
func TestAFullLogKeepsWhatPureNodesGave(t *testing.T) {
	t.Parallel()
	s := boltStore(t)
	p := line("p", pure("x", func(core.Scope) core.Value { return "kept" }), waitNode("pause", time.Millisecond), pure("y", func(core.Scope) core.Value { return 2 }))
	p.FullLog = true
	e := open(t, s, &world{}, p)
	id := start(t, e, "p", nil)
	require.Equal(t, 2, end(t, e, id).Output)
	var journal strings.Builder
	require.NoError(t, s.Events(id, 1, func(_ uint64, event []byte) bool {
		journal.Write(event)
		return true
	}))
	require.Contains(t, journal.String(), `"outputs":[{"output":"kept","path":"x","port":"out","status":"succeeded"}]`)
	_, err := engine.Replay(s, func(string) (*core.Plan, error) { return p, nil }, id, nil)
	require.NoError(t, err)
}

func TestAFlowThatCallsItselfIsStopped(t *testing.T) {
	t.Parallel()
	p := line("self", control("again", func(t *core.Turn, c core.Cause) {
		switch {
		case c.Kind == core.Entered:
			t.StartChild("self", nil, false)
		case c.Failure != nil:
			t.Fail(c.Failure)
		default:
			t.Emit(0, nil)
		}
	}))
	s := boltStore(t)
	e := open(t, s, &world{}, p)
	require.Equal(t, "subflow.depth", end(t, e, start(t, e, "self", nil)).Failure.Code)
	rows, err := s.Runs(storage.Listing{Limit: 100})
	require.NoError(t, err)
	require.Len(t, rows, engine.MaxDepth+1)
}
