package schedule_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server/schedule"
)

// openWith starts a process that asks for conditions.
func (w *world) openWith(conditions *[]schedule.Condition, triggers string) *schedule.Scheduler {
	w.t.Helper()
	o := w.options()
	o.Conditions = func(time.Time) []schedule.Condition {
		w.mu.Lock()
		defer w.mu.Unlock()
		return *conditions
	}
	s, err := schedule.Open(o, onlyFlows(flow(w.t, "alert", "Asia/Shanghai", "event", triggers)))
	require.NoError(w.t, err)
	w.scheduler = s
	synctest.Wait()
	return s
}

func failingAt(connection, key string) schedule.Condition {
	return schedule.Condition{
		Event: "connection.failing", Connection: connection, Key: key, Held: schedule.KeysHeld,
		Data: func(moment func(time.Time) core.Value) core.Object {
			return core.Object{"id": connection, "since": moment(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC))}
		},
	}
}

func TestAConditionStartsWhatWaitsForItOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		now := []schedule.Condition{failingAt("erp", "1"), {Event: "connection.expiring", Connection: "erp", Key: "1"}}
		const triggers = `{"events": ["connection.failing"]}`
		w.openWith(&now, triggers)
		defer func() { w.scheduler.Close() }()
		require.Len(t, w.of("alert"), 1)
		require.Equal(t, core.Object{
			"id": "t1", "type": "event", "event": "connection.failing", "at": "2000-01-01T08:00:00+08:00",
			"connection": core.Object{"id": "erp", "since": "2000-01-01T08:00:00+08:00"},
		}, w.of("alert")[0].trigger)
		pass(time.Hour)
		require.Len(t, w.of("alert"), 1, "once for as long as it holds")

		w.scheduler.Close()
		w.openWith(&now, triggers)
		pass(time.Hour)
		require.Len(t, w.of("alert"), 1, "also over a restart")

		w.set(func() { now = nil })
		pass(2 * time.Minute)
		w.set(func() { now = []schedule.Condition{failingAt("erp", "2"), failingAt("wms", "2")} })
		pass(2 * time.Minute)
		require.Len(t, w.of("alert"), 3, "another time, and another connection")
	})
}

func TestConditionsOfSomeConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		now := []schedule.Condition{failingAt("erp", "1"), failingAt("wms", "1")}
		s := w.openWith(&now, `{"events": ["run.failed", "connection.failing"], "flows": ["order"], "connections": ["wms"]}`)
		defer s.Close()
		bad := w.begin("order")
		w.finish(bad, core.Failed)
		pass(time.Minute)
		var events []core.Value
		for _, run := range w.of("alert") {
			events = append(events, run.trigger["event"])
		}
		require.ElementsMatch(t, []core.Value{"connection.failing", "run.failed"}, events, "both kinds in one trigger")
	})
}

func TestAConditionIsTriedUntilItsRunStarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		now := []schedule.Condition{failingAt("erp", "1")}
		w.set(func() { w.down = true })
		s := w.openWith(&now, `{"events": ["connection.failing"]}`)
		defer s.Close()
		require.Empty(t, w.of("alert"))
		w.set(func() { w.down = false })
		pass(time.Minute)
		require.Len(t, w.of("alert"), 1)
		require.NoError(t, s.Rebind(nil))
		w.set(func() { now = []schedule.Condition{failingAt("erp", "2")} })
		pass(time.Hour)
		require.Len(t, w.of("alert"), 1)
	})
}
