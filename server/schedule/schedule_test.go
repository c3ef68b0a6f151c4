package schedule_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/flows"
	"sluice/server/schedule"
)

func TestSlotsAreFiredAtTheirTimeAndKnowTheOnesBefore(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.open(flow(t, "f", "Asia/Shanghai", "cron", `{"cron": "*/10 * * * *"}`))
		defer func() { w.scheduler.Close() }()
		pass(9*time.Minute + 59*time.Second)
		require.Empty(t, w.starts())
		pass(time.Second)
		first := w.starts()[0]
		require.Equal(t, core.Object{
			"id": "t1", "type": "cron", "at": "2000-01-01T08:10:00+08:00", "scheduledAt": "2000-01-01T08:10:00+08:00",
			"previousAt": nil, "lastSuccessAt": nil,
		}, first.trigger)
		w.finish(first.run, core.Succeeded)
		pass(10 * time.Minute)
		second := w.starts()[1]
		require.Equal(t, "2000-01-01T08:10:00+08:00", second.trigger["previousAt"])
		require.Equal(t, "2000-01-01T08:10:00+08:00", second.trigger["lastSuccessAt"])
		w.finish(second.run, core.Failed)
		// The end of this one is durable, and nobody could be told.
		w.restart(time.Minute, flow(t, "f", "Asia/Shanghai", "cron", `{"cron": "*/10 * * * *"}`))
		pass(9 * time.Minute)
		third := w.starts()[2]
		require.Equal(t, "2000-01-01T08:20:00+08:00", third.trigger["previousAt"])
		require.Equal(t, "2000-01-01T08:10:00+08:00", third.trigger["lastSuccessAt"])
		w.end(third.run, core.Succeeded)
		w.restart(time.Minute, flow(t, "f", "Asia/Shanghai", "cron", `{"cron": "*/10 * * * *"}`))
		pass(9 * time.Minute)
		require.Equal(t, "2000-01-01T08:30:00+08:00", w.starts()[3].trigger["lastSuccessAt"])

		list, err := w.scheduler.List()
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, schedule.Ref{Flow: "f", Trigger: "t1"}, list[0].Ref)
		require.Equal(t, "Asia/Shanghai", list[0].Zone)
		require.NotEmpty(t, list[0].Description["en"])
		require.NotEmpty(t, list[0].Description["zh"])
		require.Equal(t, "08:50", list[0].Next[0].Format("15:04"))
		require.Len(t, list[0].Slots, 4)
		require.Equal(t, schedule.Fired, list[0].Slots[0].State)
		require.Equal(t, "failed", list[0].Slots[2].Status)
		_, err = s.Next("f", "t9", 1)
		require.ErrorIs(t, err, schedule.ErrNotFound)
	})
}

// TestCatchUpAndOverlapTogether stops the process for half an hour, three slots long, while the run of a slot goes on.
func TestCatchUpAndOverlapTogether(t *testing.T) {
	t.Parallel()
	const before, missed = "00:10:00 fired", "00:40:00 missed 3 since 00:20:00"
	for _, c := range []struct {
		catchUp, overlap string
		busy             bool
		want             string // after the restart, and the slot at 00:50
		runs             int
	}{
		{"none", "allow", true, missed + "; 00:50:00 fired", 2},
		{"none", "skip", true, missed + "; 00:50:00 skipped", 1},
		{"none", "queue", true, missed + "; 00:50:00 queued", 1},
		{"none", "cancel", true, missed + "; 00:50:00 fired", 2},
		{"last", "allow", true, "00:30:00 missed 2 since 00:20:00; 00:40:00 caught_up; 00:50:00 fired", 3},
		{"last", "skip", true, "00:30:00 missed 2 since 00:20:00; 00:40:00 skipped; 00:50:00 skipped", 1},
		{"last", "queue", true, "00:30:00 missed 2 since 00:20:00; 00:40:00 queued; 00:50:00 queued", 1},
		{"last", "cancel", true, "00:30:00 missed 2 since 00:20:00; 00:40:00 caught_up; 00:50:00 fired", 3},
		{"all", "allow", true, "00:20:00 caught_up; 00:30:00 caught_up; 00:40:00 caught_up; 00:50:00 fired", 5},
		{"all", "skip", true, "00:20:00 skipped; 00:30:00 skipped; 00:40:00 skipped; 00:50:00 skipped", 1},
		{"all", "queue", true, "00:20:00 queued; 00:30:00 queued; 00:40:00 queued; 00:50:00 queued", 1},
		{"all", "cancel", true, "00:20:00 cancelled; 00:30:00 cancelled; 00:40:00 caught_up; 00:50:00 fired", 3},
		{"none", "skip", false, missed + "; 00:50:00 fired", 2},
		{"last", "skip", false, "00:30:00 missed 2 since 00:20:00; 00:40:00 caught_up; 00:50:00 skipped", 2},
		{"all", "skip", false, "00:20:00 caught_up; 00:30:00 skipped; 00:40:00 skipped; 00:50:00 skipped", 2},
		{"all", "queue", false, "00:20:00 caught_up; 00:30:00 queued; 00:40:00 queued; 00:50:00 queued", 2},
		{"all", "cancel", false, "00:20:00 cancelled; 00:30:00 cancelled; 00:40:00 caught_up; 00:50:00 fired", 3},
		{"all", "allow", false, "00:20:00 caught_up; 00:30:00 caught_up; 00:40:00 caught_up; 00:50:00 fired", 5},
	} {
		t.Run(fmt.Sprintf("%s %s busy=%v", c.catchUp, c.overlap, c.busy), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				f := scheduled(t, fmt.Sprintf(`{"cron": "*/10 * * * *", "catchUp": %q, "overlap": %q}`, c.catchUp, c.overlap))
				w.open(f)
				defer func() { w.scheduler.Close() }()
				pass(15 * time.Minute)
				if !c.busy {
					w.end(w.starts()[0].run, core.Succeeded)
				}
				w.restart(30*time.Minute, f)
				pass(6 * time.Minute)
				require.Equal(t, before+"; "+c.want, strings.Join(w.slots("f", "t1"), "; "))
				require.Len(t, w.starts(), c.runs)
			})
		})
	}
}

func TestAQueueIsServedInOrderAsRunsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := scheduled(t, `{"cron": "* * * * *", "overlap": "queue"}`)
		w.open(f)
		defer func() { w.scheduler.Close() }()
		pass(3*time.Minute + 30*time.Second)
		require.Len(t, w.starts(), 1)
		w.finish(w.starts()[0].run, core.Succeeded)
		require.Len(t, w.starts(), 2, "at once, and not at the next look")
		require.Equal(t, "2000-01-01T00:02:00Z", w.starts()[1].trigger["scheduledAt"])
		require.Equal(t, "2000-01-01T00:01:00Z", w.starts()[1].trigger["lastSuccessAt"])
		w.restart(time.Second, f)
		w.end(w.starts()[1].run, core.Failed) // nobody is told
		pass(2 * time.Second)
		require.Len(t, w.starts(), 3)
		require.Equal(t, "2000-01-01T00:03:00Z", w.starts()[2].trigger["scheduledAt"])

		pass(5 * time.Hour)
		lines := w.slots("f", "t1")
		require.Contains(t, lines[len(lines)-1], "skipped", "the queue has bounds")
		require.Len(t, w.starts(), 3)
	})
}

func TestCatchUpHasBoundsHoweverLongTheProcessWasAway(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cron, catchUp string
		away          time.Duration
		runs          int
		first         string
	}{
		{"* * * * *", "all", 24 * time.Hour, 100, "2000-01-01T22:22:00Z"},
		{"* * * * * ?", "all", 40 * 24 * time.Hour, 100, "2000-02-10T00:00:01Z"},
		{"@every 7s", "all", 40 * 24 * time.Hour, 100, ""},
		{"* * * ? * 2", "last", 40 * 24 * time.Hour, 1, "2000-02-07T23:59:59Z"},
		{"* * * * * ?", "none", 40 * 24 * time.Hour, 0, ""},
	} {
		t.Run(c.cron+" "+c.catchUp, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				f := scheduled(t, fmt.Sprintf(`{"cron": %q, "catchUp": %q}`, c.cron, c.catchUp))
				s := w.open(f)
				s.Close()
				<-time.After(c.away + 100*time.Second + 500*time.Millisecond)
				w.open(f)
				defer func() { w.scheduler.Close() }()
				require.Len(t, w.starts(), c.runs)
				if c.first != "" {
					require.Equal(t, c.first, w.times()[0])
				}
				lines := w.slots("f", "t1")
				require.Contains(t, lines[0], "missed")
				require.Len(t, lines, c.runs+1)
				for i := 1; i < c.runs; i++ {
					require.Equal(t, w.times()[i-1], w.starts()[i].trigger["previousAt"])
				}
			})
		})
	}
}

// TestACrashAtEveryStep dies wherever the scheduler touches the disk, is started again, and has each slot once.
func TestACrashAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, overlap := range []string{"allow", "skip", "queue", "cancel"} {
		t.Run(overlap, func(t *testing.T) {
			t.Parallel()
			for n := 0; ; n++ {
				crashed := false
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(t)
					f := scheduled(t, fmt.Sprintf(`{"cron": "*/10 * * * * ?", "catchUp": "all", "overlap": %q}`, overlap))
					g := flow(t, "g", "UTC", "cron", `{"cron": "*/10 * * * * ?", "catchUp": "all"}`)
					w.crashAt = n
					s, err := schedule.Open(w.options(), []*flows.Flow{f, g})
					if err != nil {
						crashed = true
						w.set(func() { w.dead, w.crashAt = false, -1 })
						w.open(f, g).Close()
						return
					}
					w.scheduler = s
					for range 5 {
						pass(10 * time.Second)
						w.endAll()
					}
					_, crashed = w.stepped()
					w.restart(5*time.Second, f, g)
					defer w.scheduler.Close()
					for range 7 {
						pass(5 * time.Second)
						w.endAll()
					}
					for range 9 { // for what is still queued
						pass(time.Second)
						w.endAll()
					}
					perFlow := map[string][]string{}
					for _, s := range w.starts() {
						at, _ := s.trigger["scheduledAt"].(string)
						perFlow[s.flow] = append(perFlow[s.flow], at)
					}
					require.Equal(t, tally(expected(9)), tally(perFlow["g"]), "crash at %d", n)
					if overlap == "allow" || overlap == "queue" {
						require.Equal(t, tally(expected(9)), tally(perFlow["f"]), "crash at %d", n)
					}
					lines := w.slots("f", "t1")
					require.Len(t, lines, 9, "crash at %d: %s", n, lines)
					for _, line := range lines {
						require.NotContains(t, line, "due")
						require.NotContains(t, line, "missed")
					}
				})
				if !crashed {
					require.Greater(t, n, 15)
					break
				}
			}
		})
	}
}

// expected are the times of a schedule that fires every ten seconds.
func expected(n int) []string {
	var list []string
	for i := 1; i <= n; i++ {
		list = append(list, time.Date(2000, 1, 1, 0, 0, 10*i, 0, time.UTC).Format(time.RFC3339))
	}
	return list
}
