package embedded_test

import (
	"context"
	"path/filepath"
	"slices"
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

// desk is somebody who looks into runs. Between any two of their steps the process dies, if kills is set.
type desk struct {
	*embedded.Engine
	t     *testing.T
	dir   string
	w     *world
	plans []*core.Plan
	kills bool
	store storage.Store
	dead  *atomic.Bool
}

func atDesk(t *testing.T, kills bool, w *world, plans ...*core.Plan) *desk {
	t.Helper()
	d := &desk{t: t, dir: filepath.Join(t.TempDir(), "data"), w: w, plans: plans, kills: kills}
	d.open()
	t.Cleanup(func() { d.close() })
	return d
}

func (d *desk) open() {
	s, err := bolt.Open(d.dir, bolt.Options{})
	require.NoError(d.t, err)
	o := options(d.t, s, d.w, d.plans...)
	d.dead = &atomic.Bool{}
	o.Crash = func(string) bool { return d.dead.Load() }
	d.store = s
	d.Engine, err = embedded.Open(o)
	require.NoError(d.t, err)
}

func (d *desk) close() {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = d.Close(ctx)
	_ = d.store.Close()
}

// step is one step of theirs, after which the run rests.
func (d *desk) step(run storage.RunID, do func() error) storage.Row {
	d.t.Helper()
	require.NoError(d.t, do())
	if d.kills {
		d.dead.Store(true)
		d.close()
		d.open()
	}
	return d.rest(run)
}

func (d *desk) rest(run storage.RunID) storage.Row {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(d.t.Context(), 20*time.Second)
	defer cancel()
	require.NoError(d.t, d.Rest(ctx, run))
	row, err := d.store.Row(run)
	require.NoError(d.t, err)
	return row
}

func (d *desk) resume(run storage.RunID, r core.Resume) storage.Row {
	d.t.Helper()
	return d.step(run, func() error { return d.Resume(d.t.Context(), run, r, "ann") })
}

func (d *desk) state(run storage.RunID) *core.State {
	d.t.Helper()
	was, err := engine.Replay(d.store, d.plan, run, nil)
	require.NoError(d.t, err)
	return was.State
}

func (d *desk) plan(hash string) (*core.Plan, error) {
	for _, p := range d.plans {
		if p.Hash == hash {
			return p, nil
		}
	}
	return nil, engine.ErrNotFound
}

func (d *desk) start(r engine.StartRequest) storage.RunID {
	d.t.Helper()
	r.Trigger = core.Object{"type": "call", "body": "in"}
	id, err := d.Start(d.t.Context(), r)
	require.NoError(d.t, err)
	d.rest(id)
	return id
}

// bothWays runs a test with a process that lives, and with one that dies between any two steps.
func bothWays(t *testing.T, test func(t *testing.T, kills bool)) {
	t.Parallel()
	t.Run("alive", func(t *testing.T) { t.Parallel(); test(t, false) })
	t.Run("killed between any two steps", func(t *testing.T) { t.Parallel(); test(t, true) })
}

func newBooks() (*books, *world) {
	b := &books{answers: map[string]core.Value{}}
	return b, &world{do: b.write}
}

func TestSteppingGivesWhatRunningGives(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBooks()
		d := atDesk(t, kills, w, crashPlans()...)
		id := d.start(engine.StartRequest{Plan: "p", Breakpoints: []core.Breakpoint{{Node: "first", On: core.StopBefore}}})
		steps := 0
		for row := d.rest(id); row.EndedAt.IsZero(); steps++ {
			require.Equal(t, "paused", row.Status)
			require.Less(t, steps, 20)
			row = d.resume(id, core.Resume{Mode: core.StepInto})
			if child := d.child(id); child != "" {
				// Stepping into a subflow stops its run, too.
				d.resume(child, core.Resume{Mode: core.Continue})
				row = d.rest(id)
			}
		}
		require.Equal(t, 6, steps)
		require.Equal(t, &core.End{Status: core.Succeeded, Output: "in>first>inner>child-write>last"}, d.state(id).End())
		require.Equal(t, []string{"first", "inner", "child-write", "last"}, b.entries)
	})
}

// child is a run that a run has started and that stands still.
func (d *desk) child(parent storage.RunID) storage.RunID {
	rows, err := d.store.Runs(storage.Listing{Status: "paused", Limit: 10})
	require.NoError(d.t, err)
	for _, r := range rows {
		if r.Run != parent {
			return r.Run
		}
	}
	return ""
}

func TestAPausedRunIsNotInMemory(t *testing.T) {
	t.Parallel()
	_, w := newBooks()
	d := atDesk(t, false, w, line("p", task("a", "do", true)))
	id := d.start(engine.StartRequest{Plan: "p", Breakpoints: []core.Breakpoint{{Node: "a", On: core.StopBefore}}})
	require.Eventually(t, func() bool { return d.Stats().Loaded == 0 }, 5*time.Second, time.Millisecond)
	require.Equal(t, "paused", d.rest(id).Status)
	require.Empty(t, w.keys())
}

func TestAPausedRunIsChangedAndGoesOn(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBooks()
		d := atDesk(t, kills, w, line("p", task("a", "do", true), task("b", "do", true), task("c", "do", true)))
		id := d.start(engine.StartRequest{Plan: "p", Breakpoints: []core.Breakpoint{{Node: "a", On: core.StopAfter}}})
		require.ErrorContains(t, d.Resume(t.Context(), id, core.Resume{Mode: core.Continue, Outputs: core.Object{"c": 1}}, "ann"), "resume.not_ended")
		d.step(id, func() error {
			return d.SetBreakpoints(t.Context(), id, []core.Breakpoint{{Node: "b", On: core.StopBefore}}, "ann")
		})
		d.resume(id, core.Resume{Mode: core.Continue, Outputs: core.Object{"a": "A"}})
		d.resume(id, core.Resume{Mode: core.StepOver, Skip: &core.Skip{Output: "B"}})
		row := d.resume(id, core.Resume{Mode: core.Continue})
		require.Equal(t, "succeeded", row.Status)
		require.Equal(t, "B>c", d.state(id).End().Output)
		require.Equal(t, []string{"a", "c"}, b.entries)
		require.ErrorIs(t, d.Resume(t.Context(), id, core.Resume{Mode: core.Continue}, "ann"), engine.ErrEnded)
		require.ErrorIs(t, d.SetBreakpoints(t.Context(), id, nil, "ann"), engine.ErrEnded)
	})
}

// broken is a world in which a node fails until it is mended.
type broken struct {
	books
	node   string
	mended atomic.Bool
}

func (b *broken) write(ctx context.Context, c nodes.Call) (core.Value, *core.Failure) {
	if c.Node == b.node && !b.mended.Load() {
		return nil, &core.Failure{Code: "shop.closed", Permanent: true}
	}
	return b.books.write(ctx, c)
}

func newBroken(node string) (*broken, *world) {
	b := &broken{books: books{answers: map[string]core.Value{}}, node: node}
	return b, &world{do: b.write}
}

func TestAFailedRunIsRetriedInPlace(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBroken("inner")
		d := atDesk(t, kills, w, crashPlans()...)
		id := d.start(engine.StartRequest{Plan: "p"})
		require.Equal(t, "failed", d.rest(id).Status)
		require.Equal(t, "failed", d.step(id, func() error { return d.Retry(t.Context(), id, engine.RetryRequest{By: "ann"}) }).Status, "it is closed still")
		b.mended.Store(true)
		row := d.step(id, func() error { return d.Retry(t.Context(), id, engine.RetryRequest{By: "ann"}) })
		require.Equal(t, "succeeded", row.Status)
		require.Equal(t, "in>first>inner>child-write>last", d.state(id).End().Output)
		require.Equal(t, []string{"first", "inner", "child-write", "last"}, b.entries)
		keys := map[string]bool{}
		for _, c := range w.calls {
			if c.Node == "inner" {
				keys[c.Key] = true
			}
		}
		require.Len(t, keys, 1, "the same request keeps its idempotency key")
		require.ErrorContains(t, d.Retry(t.Context(), id, engine.RetryRequest{}), "retry.not_failed")
	})
}

func TestARetryGoesOnWithTheNewestVersion(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBroken("b")
		mended := line("p2", task("a", "do", true), pure("twice", func(s core.Scope) core.Value { return s.Input().(string) + "!" }), task("b2", "do", true))
		other := line("p3", task("x", "do", true))
		d := atDesk(t, kills, w, line("p", task("a", "do", true), task("b", "do", true)), mended, other)
		id := d.start(engine.StartRequest{Plan: "p"})
		require.Equal(t, "failed", d.rest(id).Status)
		require.ErrorContains(t, d.Retry(t.Context(), id, engine.RetryRequest{Plan: "p3"}), "retry.unfit", "what was done is not in that version")
		row := d.step(id, func() error { return d.Retry(t.Context(), id, engine.RetryRequest{Plan: "p2", By: "ann"}) })
		require.Equal(t, "succeeded", row.Status)
		require.Equal(t, "in>a!>b2", d.state(id).End().Output)
		require.Equal(t, []string{"a", "b2"}, b.entries)
		asker := map[string]string{}
		for _, c := range w.calls {
			if node, used := asker[c.Key]; used {
				// A process that died while it was asked asks the same again.
				require.Equal(t, node, c.Node, "%s is used for two requests", c.Key)
			}
			asker[c.Key] = c.Node
		}
	})
}

func TestARetryStopsWhereItFailedAndIsChangedThere(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBroken("b")
		d := atDesk(t, kills, w, line("p", task("a", "do", true), task("b", "do", true)))
		id := d.start(engine.StartRequest{Plan: "p"})
		row := d.step(id, func() error { return d.Retry(t.Context(), id, engine.RetryRequest{Stay: true, By: "ann"}) })
		require.Equal(t, "paused", row.Status)
		stop := d.state(id).Stops()[0]
		require.Equal(t, "b", stop.Path)
		require.Equal(t, "shop.closed", stop.Failure.Code)
		b.mended.Store(true)
		row = d.resume(id, core.Resume{Mode: core.Continue, Again: true, Outputs: core.Object{"a": "other"}})
		require.Equal(t, "succeeded", row.Status)
		require.Equal(t, "other>b", d.state(id).End().Output)
		require.Equal(t, []string{"a", "b"}, b.entries)
	})
}

func TestAForkTakesOverWhatLiesBeforeIt(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBooks()
		d := atDesk(t, kills, w, crashPlans()...)
		id := d.start(engine.StartRequest{Plan: "p"})
		require.Equal(t, "succeeded", d.rest(id).Status)
		fork := func(r engine.ForkRequest) storage.RunID {
			r.From, r.By = id, "ann"
			var forked storage.RunID
			require.NoError(t, func() (err error) { forked, err = d.Fork(t.Context(), r); return err }())
			d.rest(forked)
			return forked
		}
		again := fork(engine.ForkRequest{At: "locked[0].inner", Patch: engine.Patch{Outputs: core.Object{"first": "f"}}})
		require.NotEqual(t, id, again)
		require.Equal(t, "in>first>inner>child-write>last", d.state(again).End().Output, "the input of the body was taken before the patch")
		require.Equal(t, []string{"first", "inner", "child-write", "last", "inner", "child-write", "last"}, b.entries)
		last := fork(engine.ForkRequest{At: "last", Stay: true})
		require.Equal(t, "paused", d.rest(last).Status)
		row := d.resume(last, core.Resume{Mode: core.Continue, Outputs: core.Object{"call": "c"}})
		require.Equal(t, "succeeded", row.Status)
		require.Equal(t, "c>last", d.state(last).End().Output)
		_, err := d.Fork(t.Context(), engine.ForkRequest{From: id, At: "nowhere"})
		require.ErrorContains(t, err, "fork.not_reached")
	})
}

func TestAnUnknownOutcomeWaitsForAPerson(t *testing.T) {
	t.Parallel()
	for verdict, c := range map[string]struct {
		say    engine.Judgement
		status string
		wrote  int
	}{
		"done":   {engine.Judgement{Path: "a", Output: "by hand"}, "succeeded", 1},
		"again":  {engine.Judgement{Path: "a", Again: true}, "succeeded", 2},
		"failed": {engine.Judgement{Path: "a", Failure: &core.Failure{Code: "not.done", Permanent: true}}, "failed", 1},
	} {
		t.Run(verdict, func(t *testing.T) {
			t.Parallel()
			cut := make(chan struct{})
			w := &world{}
			var calls atomic.Int32
			w.do = func(ctx context.Context, c nodes.Call) (core.Value, *core.Failure) {
				if calls.Add(1) == 1 {
					close(cut)
					<-ctx.Done()
				}
				return c.Key, nil
			}
			node := task("a", "do", true)
			node.Task.PauseUnknown = true
			d := atDesk(t, true, w, line("p", node))
			id, err := d.Start(t.Context(), engine.StartRequest{Plan: "p", Trigger: core.Object{"body": "in"}})
			require.NoError(t, err)
			<-cut
			row := d.step(id, func() error { return nil })
			require.Equal(t, "paused", row.Status)
			require.ErrorContains(t, d.Judge(t.Context(), id, engine.Judgement{Path: "b"}, "ann"), "judge.not_held")
			d.kills = false
			row = d.step(id, func() error { return d.Judge(t.Context(), id, c.say, "ann") })
			require.Equal(t, c.status, row.Status)
			require.EqualValues(t, c.wrote, calls.Load())
			for key := range w.keys() {
				require.Equal(t, string(id)+"-1", key, "it is done again under its own key")
			}
		})
	}
}

func TestAComparisonDoesNothing(t *testing.T) {
	t.Parallel()
	b, w := newBooks()
	shout := func(s core.Scope) core.Value { return s.Input().(string) + "!" }
	d := atDesk(t, false, w,
		line("p", task("a", "do", true), task("b", "do", true)),
		line("same", task("a", "do", true), task("b", "do", true)),
		line("other", task("a", "do", true), pure("shout", shout), task("b", "do", true), task("c", "do", true)))
	id := d.start(engine.StartRequest{Plan: "p"})
	h, err := engine.Read(d.store, d.plan, id)
	require.NoError(t, err)
	same, err := h.Compare(d.plans[1], nil)
	require.NoError(t, err)
	require.Empty(t, same.Differences)
	other, err := h.Compare(d.plans[2], nil)
	require.NoError(t, err)
	kinds := map[string][]engine.DifferenceKind{}
	for _, x := range other.Differences {
		kinds[x.Path] = append(kinds[x.Path], x.Kind)
	}
	require.Equal(t, map[string][]engine.DifferenceKind{
		"b": {engine.DifferentTask}, "shout": {engine.DifferentPath}, "c": {engine.DifferentPath, engine.DifferentTask}, "": {engine.DifferentEnd},
	}, kinds)
	require.Equal(t, []string{"c"}, other.Missing)
	require.Equal(t, []string{"a", "b"}, b.entries)
}

// TestAForkTakesOverWhatCameLater: a task that was under way at the place of the fork is not done twice.
func TestAForkTakesOverWhatCameLater(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBooks()
		p := line("p", task("a", "do", true), task("c", "do", true))
		side := task("b", "do", true)
		side.Local, side.Ports, side.Out = 2, []string{"out"}, [][]int{nil}
		p.Nodes, p.Graphs[0].Nodes = append(p.Nodes, side), append(p.Graphs[0].Nodes, 2)
		d := atDesk(t, kills, w, p)
		release := make(chan struct{})
		w.do = func(ctx context.Context, c nodes.Call) (core.Value, *core.Failure) {
			if c.Node == "b" {
				<-release
			}
			return b.write(ctx, c)
		}
		id, err := d.Start(t.Context(), engine.StartRequest{Plan: "p", Trigger: core.Object{"type": "call", "body": "in"}})
		require.NoError(t, err)
		require.Eventually(t, func() bool { return b.has("c") }, 10*time.Second, time.Millisecond)
		close(release)
		require.Equal(t, "succeeded", d.rest(id).Status)
		forked, err := d.Fork(t.Context(), engine.ForkRequest{From: id, At: "c", By: "ann"})
		require.NoError(t, err)
		require.Equal(t, "succeeded", d.step(forked, func() error { return nil }).Status)
		require.Equal(t, core.Object{"b": "in>b", "c": "in>a>c"}, d.state(forked).End().Output)
		require.Equal(t, []string{"a", "c", "b", "c"}, b.entries)
	})
}

// has reports whether a node has written.
func (b *books) has(node string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Contains(b.entries, node)
}

// TestARunThatTookTooLongIsRetriedWithItsWholeTime: what it waited for is waited for again.
func TestARunThatTookTooLongIsRetriedWithItsWholeTime(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBooks()
		p := line("p", task("a", "do", true), awaitNode("paid", "payment", t.Name()), task("c", "do", true))
		p.Timeout = 4 * time.Second
		d := atDesk(t, kills, w, p)
		id := d.start(engine.StartRequest{Plan: "p"})
		require.Equal(t, "failed", d.rest(id).Status)
		require.Equal(t, "run.timeout", d.state(id).End().Failure.Code)
		require.NoError(t, d.Retry(t.Context(), id, engine.RetryRequest{By: "ann"}))
		n, err := d.Signal(t.Context(), "payment", t.Name(), "in")
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, "succeeded", d.rest(id).Status)
		require.Equal(t, []string{"a", "c"}, b.entries)
	})
}

// TestARetryWaitsForItsTurn: a gate and a lock that the run had are taken again before anything of it moves.
func TestARetryWaitsForItsTurn(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBroken("inner")
		d := atDesk(t, kills, w, crashPlans()...)
		gate := &core.Gate{Key: "one at a time", Limit: 1, Policy: core.GateQueue}
		failed := d.start(engine.StartRequest{Plan: "p", Gate: gate})
		require.Equal(t, "failed", d.rest(failed).Status)
		b.mended.Store(true)
		other := d.start(engine.StartRequest{Plan: "p", Gate: gate, Breakpoints: []core.Breakpoint{{Node: "inner", On: core.StopBefore}}})
		require.Equal(t, "paused", d.rest(other).Status, "it holds the lock and stands still")
		require.NoError(t, d.Retry(t.Context(), failed, engine.RetryRequest{By: "ann"}))
		require.False(t, b.has("inner"))
		require.Equal(t, "succeeded", d.resume(other, core.Resume{Mode: core.Continue}).Status)
		require.Equal(t, "succeeded", d.rest(failed).Status)
		require.Equal(t, []string{"first", "first", "inner", "child-write", "last", "inner", "child-write", "last"}, b.entries)
	})
}
