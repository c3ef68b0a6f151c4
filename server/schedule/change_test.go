package schedule_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server/schedule"
	"sluice/storage"
)

func TestTheWallClockMayJump(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		f := scheduled(t, `{"cron": "*/10 * * * *", "catchUp": "last"}`)
		w.open(f)
		defer func() { w.scheduler.Close() }()
		pass(11 * time.Minute)
		w.clock.Add(int64(-5 * time.Minute)) // 00:06 again
		pass(5 * time.Minute)
		require.Len(t, w.starts(), 1, "a slot that comes again is not fired again")
		w.clock.Add(int64(30 * time.Second))
		pass(8*time.Minute + 30*time.Second) // 00:20
		require.Equal(t, []string{"2000-01-01T00:10:00Z", "2000-01-01T00:20:00Z"}, w.times())
		w.clock.Add(int64(3*time.Hour + 5*time.Minute)) // the lid was closed: 03:25
		pass(2 * time.Second)
		require.Equal(t, "00:10:00 fired; 00:20:00 fired; 03:10:00 missed 17 since 00:30:00; 03:20:00 caught_up", strings.Join(w.slots("f", "t1"), "; "))
		w.clock.Add(int64(40 * 24 * time.Hour)) // a clock that was wrong by 40 days, for a minute
		pass(time.Minute)
		w.clock.Add(int64(-40 * 24 * time.Hour))
		pass(10 * time.Minute)
		times := w.times()
		require.Equal(t, "2000-01-01T03:30:00Z", times[len(times)-1])
	})
}

func TestRebindChangesSchedulesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		tens := scheduled(t, `{"cron": "*/10 * * * *", "overlap": "queue"}`)
		s := w.open(tens)
		defer s.Close()
		pass(25 * time.Minute) // one at work, one queued
		require.NoError(t, s.Rebind(onlyFlows(scheduled(t, `{"cron": "*/10 * * * *", "overlap": "queue", "catchUp": "all"}`))))
		require.Equal(t, []string{"00:10:00 fired", "00:20:00 queued"}, w.slots("f", "t1"), "the same times: it goes on")
		require.NoError(t, s.Rebind(onlyFlows(scheduled(t, `{"cron": "*/7 * * * *"}`))))
		require.Equal(t, []string{"00:10:00 fired", "00:20:00 dropped"}, w.slots("f", "t1"))
		next, err := s.Next("f", "t1", 2)
		require.NoError(t, err)
		require.Equal(t, "00:28:00 00:35:00", next[0].Format(time.TimeOnly)+" "+next[1].Format(time.TimeOnly))
		w.finish(w.starts()[0].run, core.Succeeded)
		pass(4 * time.Minute)
		require.Len(t, w.starts(), 2)
		require.Equal(t, "2000-01-01T00:20:00Z", w.starts()[1].trigger["previousAt"])
		require.Equal(t, "2000-01-01T00:10:00Z", w.starts()[1].trigger["lastSuccessAt"])

		require.NoError(t, s.Rebind(nil))
		pass(time.Hour)
		require.Len(t, w.starts(), 2, "an unpublished flow stops")
		_, err = s.Fire("f", "t1")
		require.ErrorIs(t, err, schedule.ErrNotFound)
		list, err := s.List()
		require.NoError(t, err)
		require.Empty(t, list)
		require.Len(t, w.slots("f", "t1"), 3, "its history stays")
		require.NoError(t, s.Rebind(onlyFlows(scheduled(t, `{"cron": "*/7 * * * *", "catchUp": "all"}`))))
		pass(8 * time.Minute)
		require.Len(t, w.starts(), 3, "published again, it begins anew and misses nothing")

		require.NoError(t, s.Rebind(nil))
		w.clock.Add(int64(31 * 24 * time.Hour))
		require.NoError(t, s.Rebind(nil))
		_, err = s.History("f", "t1", 1)
		require.ErrorIs(t, err, storage.ErrNotFound)
	})
}

func TestJitterDelaysEachSlotByAShareThatNeverChanges(t *testing.T) {
	t.Parallel()
	run := func(t *testing.T) (at []string) {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t)
			w.open(scheduled(t, `{"cron": "*/10 * * * *", "jitter": "5m"}`))
			defer func() { w.scheduler.Close() }()
			pass(2 * time.Hour)
			different := map[string]bool{}
			for _, s := range w.starts() {
				planned, err := time.Parse(time.RFC3339, s.trigger["scheduledAt"].(string))
				require.NoError(t, err)
				really, err := time.Parse(time.RFC3339Nano, s.trigger["at"].(string))
				require.NoError(t, err)
				late := really.Sub(planned)
				require.True(t, late >= 0 && late < 5*time.Minute, late)
				different[late.String()] = true
				at = append(at, s.trigger["at"].(string))
			}
			require.GreaterOrEqual(t, len(at), 11)
			require.GreaterOrEqual(t, len(different), 11)
		})
		return at
	}
	first := run(t)
	require.Equal(t, first, run(t))
}

func TestByHand(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.open(scheduled(t, `{"cron": "0 * * * *", "overlap": "skip"}`))
		defer s.Close()
		pass(time.Minute)
		slot, err := s.Fire("f", "t1")
		require.NoError(t, err)
		require.Equal(t, schedule.Fired, slot.State)
		require.True(t, slot.Hand)
		again, err := s.Fire("f", "t1")
		require.NoError(t, err)
		require.Equal(t, schedule.Skipped, again.State)
		require.Equal(t, slot.Run, again.Behind)
		w.finish(slot.Run, core.Succeeded)
		pass(59 * time.Minute)
		require.Len(t, w.starts(), 2, "the schedule goes on as ever")
		require.Nil(t, w.starts()[1].trigger["previousAt"])
		require.Equal(t, "2000-01-01T00:01:00.000000001Z", w.starts()[1].trigger["lastSuccessAt"])
	})
}

func TestADiskThatIsFullLosesNoSlotAndDoublesNone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		s := w.open(scheduled(t, `{"cron": "*/10 * * * * ?", "catchUp": "none"}`))
		defer s.Close()
		w.set(func() { w.down = true })
		pass(35 * time.Second)
		require.Empty(t, w.starts())
		_, err := s.Fire("f", "t1")
		require.ErrorIs(t, err, schedule.ErrStuck)
		w.set(func() { w.down = false })
		pass(10 * time.Second)
		require.Equal(t, expected(4), w.times())

		w.set(func() { w.dead = true })
		pass(20 * time.Minute)
		w.set(func() { w.dead = false })
		pass(5 * time.Second)
		require.Equal(t, "2000-01-01T00:00:50Z", w.times()[4], "it was decided about and waited")
		require.Contains(t, strings.Join(w.slots("f", "t1"), "; "), "missed", "the others were not")
		require.Len(t, unique(w.times()), len(w.times()))
	})
}

func TestDaylightSavingDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, zone, cron, from, want string }{
		{"no change", "Asia/Shanghai", "30 1,2,3 * * *", "2000-03-26T00:00:00+08:00", "01:30:00+08:00 02:30:00+08:00 03:30:00+08:00"},
		{"spring, once a day", "Europe/Berlin", "30 2 * * *", "2000-03-26T00:00:00+01:00", "03:00:00+02:00"},
		{"spring, every half hour", "Europe/Berlin", "*/30 0-4 * * *", "2000-03-26T00:15:00+01:00",
			"00:30:00+01:00 01:00:00+01:00 01:30:00+01:00 03:00:00+02:00 03:30:00+02:00 04:00:00+02:00 04:30:00+02:00"},
		{"autumn, once a day", "Europe/Berlin", "30 2 * * *", "2000-10-29T00:00:00+02:00", "02:30:00+02:00"},
		{"autumn, every half hour", "Europe/Berlin", "*/30 1-3 * * *", "2000-10-29T00:15:00+02:00",
			"01:00:00+02:00 01:30:00+02:00 02:00:00+02:00 02:30:00+02:00 02:00:00+01:00 02:30:00+01:00 03:00:00+01:00 03:30:00+01:00"},
		{"spring, once a day", "America/New_York", "30 2 * * *", "2000-04-02T00:00:00-05:00", "03:00:00-04:00"},
		{"autumn, once a day", "America/New_York", "30 1 * * *", "2000-10-29T00:00:00-04:00", "01:30:00-04:00"},
		{"autumn, hourly", "America/New_York", "0 0-2 * * *", "2000-10-29T00:15:00-04:00", "01:00:00-04:00 01:00:00-05:00 02:00:00-05:00"},
	} {
		for _, away := range []bool{false, true} {
			t.Run(c.zone+" "+c.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					from, err := time.Parse(time.RFC3339, c.from)
					require.NoError(t, err)
					w := newWorld(t)
					w.clock.Store(int64(time.Until(from)))
					f := flow(t, "f", c.zone, "cron", `{"cron": "`+c.cron+`", "catchUp": "all"}`)
					w.open(f)
					defer func() { w.scheduler.Close() }()
					if away {
						w.restart(6*time.Hour, f)
					} else {
						pass(6 * time.Hour)
					}
					var got []string
					for _, at := range w.times() {
						got = append(got, at[len("2000-01-01T"):])
					}
					require.Equal(t, c.want, strings.Join(got, " "))
				})
			})
		}
	}
}

func TestHistoryHasBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.open(scheduled(t, `{"cron": "* * * * * ?", "overlap": "skip"}`))
		defer func() { w.scheduler.Close() }()
		pass(2_500 * time.Second)
		lines := w.slots("f", "t1")
		require.Less(t, len(lines), 1_100)
		require.Equal(t, "00:00:01 fired", lines[0], "its run goes on: it stays")
	})
}

func unique(list []string) map[string]bool {
	set := map[string]bool{}
	for _, s := range list {
		set[s] = true
	}
	return set
}
