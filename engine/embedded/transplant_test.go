package embedded_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/storage"
)

// forked is a fork that rests.
func (d *desk) forked(r engine.ForkRequest) storage.RunID {
	d.t.Helper()
	r.By = "ann"
	var id storage.RunID
	require.NoError(d.t, func() (err error) { id, err = d.Fork(d.t.Context(), r); return err }())
	d.rest(id)
	return id
}

// TestWhatPeopleChangedStaysChanged: a run that was stepped from its start, with an output given by hand and one changed, is
// retried and forked, and its forks are forked.
func TestWhatPeopleChangedStaysChanged(t *testing.T) {
	bothWays(t, func(t *testing.T, kills bool) {
		b, w := newBroken("c")
		d := atDesk(t, kills, w, line("p", task("a", "do", true), task("b", "do", true), task("c", "do", true), task("d", "do", true)))
		id := d.start(engine.StartRequest{Plan: "p", Into: true})
		d.resume(id, core.Resume{Mode: core.StepOver, Skip: &core.Skip{Output: "by hand"}})
		d.resume(id, core.Resume{Mode: core.StepOver})
		row := d.resume(id, core.Resume{Mode: core.Continue, Outputs: core.Object{"b": "changed"}})
		require.Equal(t, "failed", row.Status)
		b.mended.Store(true)
		row = d.step(id, func() error { return d.Retry(t.Context(), id, engine.RetryRequest{By: "ann"}) })
		require.Equal(t, "succeeded", row.Status)
		require.Equal(t, "changed>c>d", d.state(id).End().Output)
		require.Equal(t, []string{"b", "c", "d"}, b.entries, "what was given by hand is not done")

		atC := d.forked(engine.ForkRequest{From: id, At: "c", Stay: true})
		d.resume(atC, core.Resume{Mode: core.Continue})
		require.Equal(t, "changed>c>d", d.state(atC).End().Output, "a change that was made before it is taken over")
		atA := d.forked(engine.ForkRequest{From: atC, At: "a"})
		require.Equal(t, "in>a>b>c>d", d.state(atA).End().Output, "one that was made later is not")
		atD := d.forked(engine.ForkRequest{From: atC, At: "d", Stay: true, Patch: engine.Patch{Outputs: core.Object{"c": "C"}}})
		require.Equal(t, "paused", d.rest(atD).Status)
		d.resume(atD, core.Resume{Mode: core.Continue})
		require.Equal(t, "C>d", d.state(atD).End().Output, "a fork that stays stopped is changed all the same")
	})
}

// TestAVersionWithoutWhatWasChangedIsRefused: an output that was given by hand is not replaced by a write.
func TestAVersionWithoutWhatWasChangedIsRefused(t *testing.T) {
	t.Parallel()
	_, w := newBroken("b")
	d := atDesk(t, false, w,
		line("p", task("a", "do", true), task("b", "do", true)), line("p2", task("a2", "do", true), task("b", "do", true)))
	id := d.start(engine.StartRequest{Plan: "p", Breakpoints: []core.Breakpoint{{Node: "a", On: core.StopBefore}}})
	row := d.resume(id, core.Resume{Mode: core.Continue, Skip: &core.Skip{Output: "by hand"}})
	require.Equal(t, "failed", row.Status)
	require.ErrorContains(t, d.Retry(t.Context(), id, engine.RetryRequest{Plan: "p2"}), "retry.unfit")
}

// TestAChildThatWasUndoneIsBegunAnew: what it had written is gone, so that it has to be written again.
func TestAChildThatWasUndoneIsBegunAnew(t *testing.T) {
	t.Parallel()
	b, w := newBroken("late")
	early := task("early", "do", true)
	early.Compensate = &core.Task{Type: "do", Write: true, Args: early.Task.Args}
	child := line("child", early, task("late", "do", true))
	call := control("call", func(t *core.Turn, c core.Cause) {
		switch {
		case c.Kind == core.Entered:
			t.StartChild("child", t.Scope().Input(), false)
		case c.Failure != nil:
			t.Fail(&core.Failure{Code: c.Failure.Code})
		default:
			t.Emit(0, c.Value)
		}
	})
	d := atDesk(t, false, w, line("p", call), child)
	id := d.start(engine.StartRequest{Plan: "p"})
	require.Equal(t, "failed", d.rest(id).Status)
	b.mended.Store(true)
	row := d.step(id, func() error { return d.Retry(t.Context(), id, engine.RetryRequest{By: "ann"}) })
	require.Equal(t, "succeeded", row.Status)
	rows, err := d.store.Runs(storage.Listing{Limit: 10})
	require.NoError(t, err)
	require.Len(t, rows, 3, "the parent, the child that was undone, and a new one")
}
