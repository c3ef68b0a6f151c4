package schedule_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/server/schedule"
	"sluice/server/schedule/guard"
	"sluice/storage"
)

func onlyFlows(list ...*flows.Flow) []*flows.Flow { return list }

// onFailure is a flow that reacts to failures of others.
func onFailure(t testing.TB, id, others string) *flows.Flow {
	return flow(t, id, "Asia/Shanghai", "event", `{"events": ["run.failed"], "flows": `+others+`}`)
}

// begin starts a run from outside.
func (w *world) begin(flow string) storage.RunID {
	w.t.Helper()
	run, err := w.Start(w.t.Context(), engine.StartRequest{Plan: flow + "#", Trigger: core.Object{"type": "webhook"}})
	require.NoError(w.t, err)
	return run
}

// of are the runs of a flow so far.
func (w *world) of(flow string) []started {
	var list []started
	for _, s := range w.starts() {
		if s.flow == flow {
			list = append(list, s)
		}
	}
	return list
}

func TestAnEndStartsWhatWaitsForItOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		alert := onFailure(t, "alert", `["order", "refund"]`)
		before := w.begin("order")
		w.end(before, core.Failed)
		pass(time.Second)
		w.open(alert)
		defer func() { w.scheduler.Close() }()
		good, bad := w.begin("order"), w.begin("order")
		pass(time.Second)
		w.finish(good, core.Succeeded)
		w.finish(bad, core.Failed)
		w.scheduler.Ended(schedule.End{Run: bad, Flow: "order", Status: core.Failed})
		synctest.Wait()
		require.Len(t, w.of("alert"), 1)
		require.Equal(t, core.Object{
			"id": "t1", "type": "event", "event": "run.failed", "at": "2000-01-01T08:00:02+08:00",
			"run": core.Object{
				"id": string(bad), "flow": "order", "status": "failed", "error": core.Object{"code": "http.timeout"}, "keys": core.Object{},
				"startedAt": "2000-01-01T08:00:01+08:00", "endedAt": "2000-01-01T08:00:02+08:00",
			},
		}, w.of("alert")[0].trigger)
		w.restart(time.Minute, alert)
		require.Len(t, w.of("alert"), 1, "it is known over a restart what was started, and since when it counts")
	})
}

// TestAnEndIsFoundAgain: nobody could tell of these ends, as when the process dies right after they were durable.
func TestAnEndIsFoundAgain(t *testing.T) {
	t.Parallel()
	for _, up := range []time.Duration{time.Second, 90 * time.Minute, 5 * time.Hour} {
		t.Run(up.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				alert := onFailure(t, "alert", `["order"]`)
				old := w.begin("order")
				w.open(alert)
				defer func() { w.scheduler.Close() }()
				pass(up)
				young := w.begin("order")
				told := w.begin("order")
				w.finish(told, core.Failed)
				pass(time.Second)
				w.end(old, core.Failed)
				w.end(young, core.Failed)
				require.Len(t, w.of("alert"), 1)
				w.restart(24*time.Hour, alert)
				require.Len(t, w.of("alert"), 3)
				w.restart(24*time.Hour, alert)
				require.Len(t, w.of("alert"), 3)
				w.restart(30*24*time.Hour, alert)
				require.Len(t, w.of("alert"), 3, "also when the keys are forgotten")
			})
		})
	}
}

func TestAnEventRunIsTriedUntilItStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.open(onFailure(t, "alert", `["order"]`))
		defer s.Close()
		bad := w.begin("order")
		w.set(func() { w.down = true })
		w.finish(bad, core.Failed)
		pass(time.Minute)
		require.Empty(t, w.of("alert"))
		w.set(func() { w.down = false })
		pass(time.Second)
		require.Len(t, w.of("alert"), 1)
		require.NoError(t, s.Rebind(nil))
		other := w.begin("order")
		w.finish(other, core.Failed)
		require.Len(t, w.of("alert"), 1)
	})
}

func TestEventTriggersDoNotReactToWhatTheyCaused(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.open(onFailure(t, "self", `["self"]`), onFailure(t, "ping", `["pong"]`), onFailure(t, "pong", `["ping"]`))
		defer s.Close()
		for _, first := range []string{"self", "ping"} {
			run := w.begin(first)
			w.finish(run, core.Failed)
		}
		for range 20 {
			for _, r := range w.starts() {
				if row, err := w.store.Row(r.run); err == nil && row.EndedAt.IsZero() {
					w.finish(r.run, core.Failed)
				}
			}
			pass(time.Second)
		}
		require.Len(t, w.of("self"), 2, "its own failure starts it once")
		require.Len(t, w.of("ping"), 2)
		require.Len(t, w.of("pong"), 1)
	})
}

func TestACrashAtEveryStepOfAReaction(t *testing.T) {
	t.Parallel()
	for n := 0; ; n++ {
		crashed := false
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			alert := onFailure(t, "alert", `["order"]`)
			w.open(alert)
			defer func() { w.scheduler.Close() }()
			var runs []storage.RunID
			for range 3 {
				runs = append(runs, w.begin("order"))
			}
			w.set(func() { w.crashAt = w.steps + n })
			for _, run := range runs {
				w.finish(run, core.Failed)
			}
			pass(time.Second)
			_, crashed = w.stepped()
			w.restart(time.Second, alert)
			pass(time.Second)
			ended := map[string]bool{}
			for _, s := range w.of("alert") {
				ended[fmt.Sprint(s.trigger["run"].(core.Object)["id"])] = true
			}
			require.Len(t, w.of("alert"), 3, "crash at %d", n)
			require.Len(t, ended, 3)
		})
		if !crashed {
			require.GreaterOrEqual(t, n, 6)
			return
		}
	}
}

// engineOf makes an engine of a world.
type engineOf struct {
	engine.Engine
	w *world
}

func (e engineOf) Start(ctx context.Context, r engine.StartRequest) (storage.RunID, error) {
	return e.w.Start(ctx, r)
}

func TestALoopIsRefusedAndRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		plans := func(hash string) (*core.Plan, error) {
			return &core.Plan{Flow: core.FlowInfo{ID: hash}, Keys: []core.Key{{Name: "order_id", Expr: func(s core.Scope) (core.Value, *core.Failure) {
				o, _ := s.Trigger().(core.Object)
				return o["body"], nil
			}}}}, nil
		}
		g := &schedule.Guarded{
			Engine: engineOf{w: w}, Guard: guard.New(guard.Default(), schedule.PastOf(w.store)), Journal: w.store, Plans: plans, Meta: w,
			Log: slog.New(slog.DiscardHandler),
		}
		refused := 0
		for i := range 43 {
			_, err := g.Start(t.Context(), engine.StartRequest{
				Plan: []string{"to-shipped", "to-paid"}[i%2], Trigger: core.Object{"type": "webhook", "body": 6917000000000000001},
			})
			if err != nil {
				var incident *guard.Incident
				require.ErrorAs(t, err, &incident)
				refused++
			}
			<-time.After(17 * time.Minute)
		}
		require.Equal(t, 25, refused)
		list, err := g.Incidents()
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.ElementsMatch(t, []string{"to-shipped", "to-paid"}, list[0].Flows)
		require.Equal(t, guard.Key{Name: "order_id", Value: "6917000000000000001"}, list[0].Key)
		require.Equal(t, 25, list[0].Times)

		_, err = g.Start(t.Context(), engine.StartRequest{Plan: "to-paid", Trigger: core.Object{"type": "cron", "body": 6917000000000000001}})
		require.NoError(t, err, "a timetable keeps its pace")
	})
}
