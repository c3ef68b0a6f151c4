package cron_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// minute is what a wall clock shows; wall is the same in seconds.
type minute struct {
	wall                              int64
	month, day, weekday, hour, minute int
}

func minuteOf(wall int64) minute {
	t := time.Unix(wall, 0).UTC()
	return minute{wall, int(t.Month()), t.Day(), int(t.Weekday()), t.Hour(), t.Minute()}
}

// clockCases are schedules with their meaning in Go. The oracle below knows nothing else of them.
var clockCases = []struct {
	expr    string
	repeats bool
	slot    func(m minute) bool
}{
	{"30 2 * * *", false, func(m minute) bool { return m.hour == 2 && m.minute == 30 }},
	{"0,30 1,2 * * *", false, func(m minute) bool { return (m.hour == 1 || m.hour == 2) && m.minute%30 == 0 }},
	{"15 0 * * *", false, func(m minute) bool { return m.hour == 0 && m.minute == 15 }},
	{"0 2 * * 0", false, func(m minute) bool { return m.weekday == 0 && m.hour == 2 && m.minute == 0 }},
	{"30 23 * * 6", false, func(m minute) bool { return m.weekday == 6 && m.hour == 23 && m.minute == 30 }},
	{"45 1 1 * SUN", false, func(m minute) bool { return (m.weekday == 0 || m.day == 1) && m.hour == 1 && m.minute == 45 }},
	{"@daily", false, func(m minute) bool { return m.hour == 0 && m.minute == 0 }},
	{"0 30 2 * * ?", false, func(m minute) bool { return m.hour == 2 && m.minute == 30 }},
	{"0 59 1 ? * 1#2", false, func(m minute) bool {
		return m.weekday == 0 && m.day > 7 && m.day <= 14 && m.hour == 1 && m.minute == 59
	}},
	{"0 0 3 ? 3,10 1L", false, func(m minute) bool {
		return (m.month == 3 || m.month == 10) && m.weekday == 0 && m.day > 24 && m.hour == 3 && m.minute == 0
	}},

	{"@hourly", true, func(m minute) bool { return m.minute == 0 }},
	{"*/20 * * * *", true, func(m minute) bool { return m.minute%20 == 0 }},
	{"15 * * * *", true, func(m minute) bool { return m.minute == 15 }},
	{"0 */2 * * *", true, func(m minute) bool { return m.hour%2 == 0 && m.minute == 0 }},
	{"*/10 2 * * *", true, func(m minute) bool { return m.hour == 2 && m.minute%10 == 0 }},
	{"30 1-3 * * *", true, func(m minute) bool { return m.hour >= 1 && m.hour <= 3 && m.minute == 30 }},
	{"0 0/15 0-5 ? * SUN", true, func(m minute) bool { return m.weekday == 0 && m.hour <= 5 && m.minute%15 == 0 }},
	{"0 45 2/6 1-7 * ?", true, func(m minute) bool { return m.day <= 7 && m.hour%6 == 2 && m.minute == 45 }},
	{"0 0 22-2 * * ?", true, func(m minute) bool { return (m.hour >= 22 || m.hour <= 2) && m.minute == 0 }},
}

// clockOracle walks each minute of a year and keeps the rule of the package's comment in the plainest way there is.
func clockOracle(walls []minute, begin int64, repeats bool, slot func(m minute) bool) []int64 {
	var fired []int64
	passed := walls[0].wall - 60 // the latest time the clocks have shown
	for i, m := range walls {
		at, wall := begin+int64(i)*60, m.wall
		fires := slot(m) && (repeats || wall > passed)
		if jump := wall - walls[max(i-1, 0)].wall - 60; jump > 0 && jump < 24*3600 {
			for ahead := int64(0); ahead < jump; ahead += 60 {
				switch skipped := slot(minuteOf(wall - jump + ahead)); {
				case skipped && repeats:
					fired = append(fired, at+ahead)
				case skipped:
					fires = true
				}
			}
		}
		if fires {
			fired = append(fired, at)
		}
		passed = max(passed, wall)
	}
	slices.Sort(fired)
	return slices.Compact(fired)
}

func TestClockChanges(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		zone string
		year int
	}{
		{"Asia/Shanghai", 2026},
		{"Asia/Shanghai", 1987}, // the last century's summer time
		{"Europe/Berlin", 2026},
		{"America/New_York", 2024},
		{"Australia/Lord_Howe", 2024}, // by half an hour
		{"America/Nuuk", 2025},        // from Saturday 23:00 to Sunday 00:00
		{"Antarctica/Troll", 2024},    // by two hours
		{"Pacific/Apia", 2011},        // without 30 December
	} {
		t.Run(c.zone, func(t *testing.T) {
			t.Parallel()
			location, err := time.LoadLocation(c.zone)
			require.NoError(t, err)
			// A day more, as a zone's year is not UTC's; the walk is over the same stretch.
			begin, end := time.Date(c.year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(c.year+1, 1, 2, 0, 0, 0, 0, time.UTC)
			walls := make([]minute, 0, 367*24*60)
			for at := begin; at.Before(end); at = at.Add(time.Minute) {
				_, offset := at.In(location).Zone()
				walls = append(walls, minuteOf(at.Unix()+int64(offset)))
			}
			for _, k := range clockCases {
				var got []int64
				for _, at := range parse(t, k.expr, "", c.zone).Between(begin.Add(-1), end.Add(-1), len(walls)) {
					got = append(got, at.Unix())
				}
				require.Equal(t, clockOracle(walls, begin.Unix(), k.repeats, k.slot), got, k.expr)
			}
		})
	}
}

// The rule in examples, for readers.
func TestClockChangeExamples(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		about, expr, zone, from string
		next                    []string
	}{
		{
			"a slot that is jumped over runs right after the jump", "30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"},
		},
		{
			"several run once, together with one that is there anyway", "0 0,20,40 2,3 * * ?", "Europe/Berlin", "2026-03-29T01:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-29T03:20:00+02:00"},
		},
		{
			"a slot that comes twice runs the first time", "30 2 * * *", "Europe/Berlin", "2026-10-25T00:00:00+02:00",
			[]string{"2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"},
		},
		{
			"asked between the two, the second does not run either", "30 2 * * *", "Europe/Berlin", "2026-10-25T02:45:00+02:00",
			[]string{"2026-10-26T02:30:00+01:00"},
		},
		{
			"every half hour stays every half hour over a jump", "*/30 * * * *", "America/New_York", "2024-03-10T01:15:00-05:00",
			[]string{"2024-03-10T01:30:00-05:00", "2024-03-10T03:00:00-04:00", "2024-03-10T03:30:00-04:00"},
		},
		{
			"and over an hour that comes twice", "0 0/30 * * * ?", "America/New_York", "2024-11-03T01:00:00-04:00",
			[]string{"2024-11-03T01:30:00-04:00", "2024-11-03T01:00:00-05:00", "2024-11-03T01:30:00-05:00", "2024-11-03T02:00:00-05:00"},
		},
		{
			"every two hours is two hours after the slot before, and then by the clock again", "0 */2 * * *", "Europe/Berlin", "2026-03-28T23:59:00+01:00",
			[]string{"2026-03-29T00:00:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T04:00:00+02:00"},
		},
		{
			"by half an hour: hourly", "@hourly", "Australia/Lord_Howe", "2023-10-01T00:30:00+10:30",
			[]string{"2023-10-01T01:00:00+10:30", "2023-10-01T02:30:00+11:00", "2023-10-01T03:00:00+11:00"},
		},
		{
			"by half an hour: daily", "45 1 * * *", "Australia/Lord_Howe", "2024-04-07T00:00:00+11:00",
			[]string{"2024-04-07T01:45:00+11:00", "2024-04-08T01:45:00+10:30"},
		},
		{
			"each second of a minute that is jumped over runs once", "* 30 2 * * ?", "Europe/Berlin", "2026-03-29T00:00:00+01:00",
			[]string{"2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00", "2026-03-30T02:30:01+02:00"},
		},
		{
			"@every knows no clocks", "@every 45m", "Europe/Berlin", "2026-03-29T01:30:00+01:00",
			[]string{"2026-03-29T03:15:00+02:00", "2026-03-29T04:00:00+02:00"},
		},
		{
			"Shanghai's clocks do not change", "30 2 * * *", "Asia/Shanghai", "2026-03-28T12:00:00+08:00",
			[]string{"2026-03-29T02:30:00+08:00", "2026-03-30T02:30:00+08:00"},
		},
		{
			"a date that a zone left out has no slots", "0 0 9 ? * FRI", "Pacific/Apia", "2011-12-24T00:00:00-10:00",
			[]string{"2012-01-06T09:00:00+14:00"},
		},
	} {
		require.Equal(t, c.next, following(parse(t, c.expr, "", c.zone), instant(t, c.from), len(c.next)), c.about)
	}
}
