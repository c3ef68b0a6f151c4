package nodetest

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

// play folds a run of a plan to its end. Whatever the run waits for comes: locks at once, timers in the order of their
// times, and late a signal without data. Children fail, since no flow is published here. Tasks are not played.
func play(t testing.TB, p *core.Plan, trigger core.Object) *core.End {
	t.Helper()
	var (
		state   core.State
		d       core.Decision
		pending = []core.Event{{Kind: core.RunStarted, Start: &core.Start{Run: "run-1", Plan: p.Hash, Trigger: trigger, Revision: core.Revision}}}
	)
	for len(pending) > 0 {
		slices.SortStableFunc(pending, func(a, b core.Event) int { return cmp.Compare(a.At, b.At) })
		event := pending[0]
		pending = pending[1:]
		require.NoError(t, core.Step(p, &state, &event, &d))
		for i := range d.Commands {
			c := &d.Commands[i]
			if c.Kind == core.Finish {
				return c.End
			}
			pending = answer(t, pending, c, state.Now())
		}
	}
	require.Fail(t, "the run waits for what never comes")
	return nil
}

func answer(t testing.TB, pending []core.Event, c *core.Command, now int64) []core.Event {
	t.Helper()
	switch c.Kind {
	case core.Yield:
		return append(pending, core.Event{Kind: core.Continued, At: now})
	case core.SetTimer:
		return append(pending, core.Event{Kind: core.TimerFired, ID: c.ID, At: c.At})
	case core.AcquireLock:
		return append(pending, core.Event{Kind: core.LockGranted, ID: c.ID, At: now})
	case core.StartChild:
		return append(pending, core.Event{
			Kind: core.ChildDone, ID: c.ID, At: now,
			Failure: &core.Failure{Code: "subflow.start", Message: "no flow " + c.Flow + " is published"},
		})
	case core.Subscribe:
		const late = int64(1000 * time.Hour)
		return append(pending, core.Event{Kind: core.SignalReceived, ID: c.ID, At: now + late})
	case core.DropTimer, core.Unsubscribe, core.ReleaseLock, core.CancelChild:
		return slices.DeleteFunc(pending, func(e core.Event) bool { return e.ID == c.ID })
	case core.RunTask:
		require.Fail(t, "an example with an outcome runs no task", "node %s", c.Node)
	}
	return pending
}
