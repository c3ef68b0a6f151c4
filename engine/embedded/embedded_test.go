package embedded_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
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
	"sluice/storage/mem"
)

// line is a plan of nodes in a row.
func line(hash string, list ...core.Node) *core.Plan {
	p := &core.Plan{Hash: hash, Flow: core.FlowInfo{ID: hash, Version: 1}, Graphs: []core.Graph{{Owner: -1}}}
	for i, n := range list {
		n.Local = i
		if n.Ports == nil {
			n.Ports = []string{"out"}
		}
		n.Out = make([][]int, len(n.Ports))
		if i > 0 {
			p.Edges = append(p.Edges, core.Edge{From: i - 1, To: i})
			n.In = []int{i - 1}
		}
		if i < len(list)-1 {
			n.Out[0] = []int{i}
		}
		p.Nodes = append(p.Nodes, n)
		p.Graphs[0].Nodes = append(p.Graphs[0].Nodes, i)
	}
	return p
}

func task(id, kind string, write bool) core.Node {
	return core.Node{ID: id, Type: kind, Task: &core.Task{
		Type: kind, Write: write, Args: func(s core.Scope) (core.Value, *core.Failure) { return s.Input(), nil },
	}}
}

func pure(id string, f func(core.Scope) core.Value) core.Node {
	return core.Node{ID: id, Type: "pure", Eval: func(s core.Scope) (core.Result, *core.Failure) { return core.Result{Value: f(s)}, nil }}
}

// machine is a control node made of a function.
type machine func(*core.Turn, core.Cause)

func (m machine) Advance(t *core.Turn, c core.Cause) { m(t, c) }

func control(id string, advance func(*core.Turn, core.Cause)) core.Node {
	return core.Node{ID: id, Type: "control", Machine: func() core.Machine { return machine(advance) }}
}

func waitNode(id string, d time.Duration) core.Node {
	return control(id, func(t *core.Turn, c core.Cause) {
		if c.Kind == core.Entered {
			t.SetTimer(0, t.After(d))
			return
		}
		t.Emit(0, t.Scope().Input())
	})
}

func awaitNode(id, event, key string) core.Node {
	return control(id, func(t *core.Turn, c core.Cause) {
		if c.Kind == core.Entered {
			t.Subscribe(0, event, key)
			return
		}
		t.Emit(0, c.Value)
	})
}

// world is what the tests' tasks do and saw.
type world struct {
	mu    sync.Mutex
	calls []nodes.Call
	do    func(context.Context, nodes.Call) (core.Value, *core.Failure)
}

func (w *world) run(ctx context.Context, c nodes.Call) (core.Value, *core.Failure) {
	w.mu.Lock()
	w.calls = append(w.calls, c)
	do := w.do
	w.mu.Unlock()
	if do == nil {
		return c.Args, nil
	}
	return do(ctx, c)
}

func (w *world) keys() map[string]int {
	w.mu.Lock()
	defer w.mu.Unlock()
	m := map[string]int{}
	for _, c := range w.calls {
		m[c.Key]++
	}
	return m
}

func open(t *testing.T, s storage.Store, w *world, plans ...*core.Plan) *embedded.Engine {
	t.Helper()
	e, err := embedded.Open(options(t, s, w, plans...))
	require.NoError(t, err)
	t.Cleanup(func() { _ = e.Close(context.Background()) })
	return e
}

func options(t *testing.T, s storage.Store, w *world, plans ...*core.Plan) embedded.Options {
	t.Helper()
	registry, err := nodes.New([]nodes.Spec{{Type: "do", Major: 1, Effect: nodes.Write, Run: w.run}})
	require.NoError(t, err)
	return embedded.Options{
		Store: s, Registry: registry,
		Plans: func(hash string) (*core.Plan, error) {
			for _, p := range plans {
				if p.Hash == hash {
					return p, nil
				}
			}
			return nil, fmt.Errorf("no plan %s", hash)
		},
		Published: func(flow string) (string, error) { return flow, nil },
	}
}

func start(t *testing.T, e *embedded.Engine, plan string, body core.Value) storage.RunID {
	t.Helper()
	id, err := e.Start(t.Context(), engine.StartRequest{Plan: plan, Trigger: core.Object{"type": "call", "body": body}})
	require.NoError(t, err)
	return id
}

func end(t *testing.T, e *embedded.Engine, id storage.RunID) *core.End {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	got, err := e.Wait(ctx, id)
	require.NoError(t, err)
	return got
}

func boltStore(t *testing.T) storage.Store {
	t.Helper()
	s, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestARunOfPureNodesAndTasks(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]storage.Store{"mem": mem.New(), "bolt": boltStore(t)} {
		t.Run(name, func(t *testing.T) {
			w := &world{}
			p := line("p",
				pure("double", func(s core.Scope) core.Value { return s.Input().(int) * 2 }),
				task("save", "do", true),
				pure("add", func(s core.Scope) core.Value { return s.Input().(int) + 1 }))
			e := open(t, s, w, p)
			id := start(t, e, "p", 20)
			require.Equal(t, &core.End{Status: core.Succeeded, Output: 41}, end(t, e, id))
			require.Equal(t, 40, w.calls[0].Args)
			require.Equal(t, map[string]int{string(id) + "-1": 1}, w.keys())

			row, err := s.Row(id)
			require.NoError(t, err)
			require.Equal(t, "succeeded", row.Status)
			steps, err := engine.Steps(s, func(string) (*core.Plan, error) { return p, nil }, id)
			require.NoError(t, err)
			require.Len(t, steps, 3)
			require.Equal(t, "save", steps[1].Path)
			require.Equal(t, core.PhaseSucceeded, steps[1].Phase)
			require.Equal(t, 40, steps[1].Output)
		})
	}
}

func TestWaitingRunsGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	s := boltStore(t)
	w := &world{}
	p := line("p", awaitNode("paid", "payment", "42"), task("ship", "do", true))
	e := open(t, s, w, p)
	id := start(t, e, "p", "order")
	require.NoError(t, e.Close(t.Context()))

	e = open(t, s, w, p)
	n, err := e.Signal(t.Context(), "payment", "41", nil)
	require.NoError(t, err)
	require.Zero(t, n)
	n, err = e.Signal(t.Context(), "payment", "42", "paid in full")
	require.NoError(t, err)
	require.Equal(t, 1, n)
	require.Equal(t, "paid in full", end(t, e, id).Output)
	n, err = e.Signal(t.Context(), "payment", "42", "again")
	require.NoError(t, err)
	require.Zero(t, n)
}

func TestATimerComesDueAfterARestart(t *testing.T) {
	t.Parallel()
	s := boltStore(t)
	p := line("p", waitNode("pause", 300*time.Millisecond), pure("out", func(s core.Scope) core.Value { return s.Input() }))
	e := open(t, s, &world{}, p)
	began := time.Now()
	id := start(t, e, "p", "x")
	require.NoError(t, e.Close(t.Context()))
	e = open(t, s, &world{}, p)
	require.Equal(t, "x", end(t, e, id).Output)
	require.GreaterOrEqual(t, time.Since(began), 300*time.Millisecond)
}

func TestATaskCutOffByAStopIsDoneAgainWithItsKey(t *testing.T) {
	t.Parallel()
	s := boltStore(t)
	entered := make(chan struct{})
	w := &world{do: func(ctx context.Context, _ nodes.Call) (core.Value, *core.Failure) {
		close(entered)
		<-ctx.Done()
		return nil, &core.Failure{Code: "cut", Unknown: true}
	}}
	p := line("p", task("save", "do", true))
	e := open(t, s, w, p)
	id := start(t, e, "p", 1)
	<-entered
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, e.Close(stopped), context.Canceled)
	w.do = nil
	e = open(t, s, w, p)
	require.Equal(t, 1, end(t, e, id).Output)
	require.Equal(t, map[string]int{string(id) + "-1": 2}, w.keys())
}

func TestCancelStopsTasksAndIsDurable(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	w := &world{do: func(ctx context.Context, _ nodes.Call) (core.Value, *core.Failure) {
		close(entered)
		<-ctx.Done()
		return nil, &core.Failure{Code: "http.timeout"}
	}}
	e := open(t, mem.New(), w, line("p", task("save", "do", true)))
	id := start(t, e, "p", 1)
	<-entered
	require.NoError(t, e.Cancel(t.Context(), id, "by hand"))
	got := end(t, e, id)
	require.Equal(t, core.Cancelled, got.Status)
	require.Equal(t, "by hand", got.Failure.Message)
	require.ErrorIs(t, e.Cancel(t.Context(), id, "again"), engine.ErrEnded)
}

func TestOneRunForAnIdempotencyKey(t *testing.T) {
	t.Parallel()
	for name, s := range map[string]storage.Store{"mem": mem.New(), "bolt": boltStore(t)} {
		t.Run(name, func(t *testing.T) {
			e := open(t, s, &world{}, line("p", pure("x", func(core.Scope) core.Value { return 1 })))
			const callers = 32
			var wg sync.WaitGroup
			ids := make([]storage.RunID, callers)
			firsts := make([]bool, callers)
			for i := range callers {
				wg.Go(func() {
					id, err := e.Start(context.Background(), engine.StartRequest{
						Plan: "p", Trigger: core.Object{}, Once: &storage.Once{Scope: "f/t", Key: "k", TTL: time.Hour},
					})
					var dup *engine.DuplicateError
					switch {
					case err == nil:
						ids[i], firsts[i] = id, true
					default:
						if !errorsAs(err, &dup) {
							t.Error(err)
							return
						}
						ids[i] = dup.Run
					}
				})
			}
			wg.Wait()
			won := 0
			for i := range ids {
				require.Equal(t, ids[0], ids[i])
				if firsts[i] {
					won++
				}
			}
			require.Equal(t, 1, won)
		})
	}
}

// Not even a read, which otherwise goes out before the start is on disk; nor one that comes after a lock or a timer.
func TestAStartWhoseKeyIsTakenAsksNobodyAnything(t *testing.T) {
	t.Parallel()
	read := task("ask", "do", false)
	gate := &core.Gate{Key: "p", Limit: 1, Policy: core.GateQueue}
	for name, c := range map[string]struct {
		plan *core.Plan
		gate *core.Gate
	}{
		"at once":       {line("p", pure("x", func(core.Scope) core.Value { return 1 }), read), nil},
		"after a lock":  {line("p", read), gate},
		"after a timer": {line("p", waitNode("w", time.Nanosecond), read), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := &world{}
			e := open(t, boltStore(t), w, c.plan)
			request := engine.StartRequest{
				Plan: "p", Trigger: core.Object{}, Gate: c.gate, Once: &storage.Once{Scope: "f/t", Key: "k", TTL: time.Hour},
			}
			id, err := e.Start(t.Context(), request)
			require.NoError(t, err)
			require.Equal(t, core.Succeeded, end(t, e, id).Status)
			for range 50 {
				_, err := e.Start(t.Context(), request)
				require.Equal(t, &engine.DuplicateError{Run: id}, err)
			}
			require.NoError(t, e.Close(t.Context()))
			require.Len(t, w.calls, 1)
		})
	}
}

func TestAStartWhoseKeyIsTakenReplacesNoRun(t *testing.T) {
	t.Parallel()
	proceed := make(chan struct{})
	w := &world{do: func(ctx context.Context, _ nodes.Call) (core.Value, *core.Failure) {
		select {
		case <-proceed:
			return "ok", nil
		case <-ctx.Done():
			return nil, &core.Failure{Code: "aborted", Message: "aborted"}
		}
	}}
	e := open(t, boltStore(t), w, line("p", task("save", "do", true)))
	request := engine.StartRequest{
		Plan: "p", Trigger: core.Object{}, Gate: &core.Gate{Key: "p", Limit: 1, Policy: core.GateReplace},
		Once: &storage.Once{Scope: "f/t", Key: "k", TTL: time.Hour},
	}
	id, err := e.Start(t.Context(), request)
	require.NoError(t, err)
	for range 20 {
		_, err = e.Start(t.Context(), request)
		require.Equal(t, &engine.DuplicateError{Run: id}, err)
	}
	close(proceed)
	require.Equal(t, core.Succeeded, end(t, e, id).Status)
}

func TestLocksAreHeldByOneRunAtATime(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	inside, most := 0, 0
	w := &world{do: func(context.Context, nodes.Call) (core.Value, *core.Failure) {
		mu.Lock()
		inside++
		most = max(most, inside)
		mu.Unlock()
		mu.Lock()
		inside--
		mu.Unlock()
		return "ok", nil
	}}
	locked := core.Node{ID: "locked", Type: "group", Body: 1, Ports: []string{"out"}, Machine: func() core.Machine {
		return machine(func(t *core.Turn, c core.Cause) {
			switch c.Kind {
			case core.Entered:
				t.Acquire("order-1")
			case core.Locked:
				t.Open(0, nil, false)
			case core.BodyDone:
				t.Emit(0, c.Value)
			}
		})
	}}
	p := line("p", locked)
	inner := task("work", "do", true)
	inner.Graph, inner.Ports, inner.Out = 1, []string{"out"}, [][]int{nil}
	p.Nodes = append(p.Nodes, inner)
	p.Graphs = append(p.Graphs, core.Graph{Owner: 0, Nodes: []int{1}})
	e := open(t, boltStore(t), w, p)
	var ids []storage.RunID
	for range 20 {
		ids = append(ids, start(t, e, "p", nil))
	}
	for _, id := range ids {
		require.Equal(t, "ok", end(t, e, id).Output)
	}
	require.Equal(t, 1, most)
}

func TestSubflowsReturnAndFailAndDetach(t *testing.T) {
	t.Parallel()
	call := func(detach bool) core.Node {
		return control("call", func(t *core.Turn, c core.Cause) {
			switch {
			case c.Kind == core.Entered:
				t.StartChild("child", t.Scope().Input(), detach)
			case c.Failure != nil:
				t.Fail(c.Failure)
			default:
				t.Emit(0, c.Value)
			}
		})
	}
	child := line("child", core.Node{ID: "c", Type: "pure", Eval: func(s core.Scope) (core.Result, *core.Failure) {
		if s.Input() == "bad" {
			return core.Result{}, &core.Failure{Code: "child.bad", Message: "no"}
		}
		return core.Result{Value: core.List{s.Input(), s.Run().Parent}}, nil
	}})
	s := boltStore(t)
	e := open(t, s, &world{}, line("wait", call(false)), line("detach", call(true)), child)
	id := start(t, e, "wait", "in")
	require.Equal(t, core.List{"in", string(id)}, end(t, e, id).Output)
	failed := end(t, e, start(t, e, "wait", "bad"))
	require.Equal(t, core.Failed, failed.Status)
	require.Equal(t, "child.bad", failed.Failure.Code)
	require.Equal(t, "c", failed.Failure.Node, "where a child's failure is shown is the subflow node's matter")
	detached := end(t, e, start(t, e, "detach", "x")).Output.(core.Object)
	require.Equal(t, core.Succeeded, end(t, e, storage.RunID(detached["run"].(string))).Status)
}

func TestAPanicInATaskIsItsFailure(t *testing.T) {
	t.Parallel()
	w := &world{do: func(context.Context, nodes.Call) (core.Value, *core.Failure) { panic("secret") }}
	e := open(t, mem.New(), w, line("p", task("save", "do", true)))
	got := end(t, e, start(t, e, "p", 1))
	require.Equal(t, "internal", got.Failure.Code)
	require.NotContains(t, got.Failure.Message, "secret")
}

func errorsAs(err error, target **engine.DuplicateError) bool {
	d := &engine.DuplicateError{}
	ok := errors.As(err, &d)
	if ok {
		*target = d
	}
	return ok
}

// TestAWriteCutOffByACrashIsCompensatedThoughItsRepeatFails: the worker before the crash may have done it.
func TestAWriteCutOffByACrashIsCompensatedThoughItsRepeatFails(t *testing.T) {
	t.Parallel()
	s := boltStore(t)
	entered := make(chan struct{})
	w := &world{do: func(ctx context.Context, _ nodes.Call) (core.Value, *core.Failure) {
		close(entered)
		<-ctx.Done()
		return nil, &core.Failure{Code: "cut"}
	}}
	pay := task("pay", "do", true)
	pay.Compensate = &core.Task{Type: "do", Write: true, Args: func(core.Scope) (core.Value, *core.Failure) { return "refund", nil }}
	p := line("p", pay)
	e := open(t, s, w, p)
	id := start(t, e, "p", "charge")
	<-entered
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	_ = e.Close(stopped)
	w.do = func(_ context.Context, c nodes.Call) (core.Value, *core.Failure) {
		if c.Args == "refund" {
			return "refunded", nil
		}
		return nil, &core.Failure{Code: "http.status", Status: 409, Permanent: true}
	}
	e = open(t, s, w, p)
	require.Equal(t, "http.status", end(t, e, id).Failure.Code)
	require.Equal(t, "refund", w.calls[len(w.calls)-1].Args)
}
