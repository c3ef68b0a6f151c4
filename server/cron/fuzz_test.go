package cron_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/server/cron"
)

// FuzzSchedule holds: nothing panics; Next rises; what it gives is on the wall clock what the expression says in a zone
// without changes, but for the day of a change; Between and Latest agree with it; robfig/cron reads what unix accepts.
func FuzzSchedule(f *testing.F) {
	zones := []string{"", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Amman", "Pacific/Apia", "America/Nuuk"}
	for i, expr := range []string{
		"*/5 * * * *", "0 9 * * 1-5", "TZ=", "CRON_TZ= * * * * *", "@every 1h", "@every", "@daily", "1,TZ= * * * *", "*-5 * * * *", ", * * * *",
		"0 0 12 L-3W * ?", "0 30 2 ? * 1#2 2026/3", "0 0 2 ? * 6L", "55-3 56-2 6 ? * FRI", "0 0 0 31 2 ?", "0 0 0 0W * ?", "0 0/0 */0 1-5/0 * ?",
		"0 0 * * ？ *", "* * 1W,LW,5 NOV-FEB ? 1970-2199", "99999999999999999999 * * * *", "* * * * * ? 2199", "* 0 0 1 * ? 2109", "@{",
	} {
		f.Add(expr, "", uint8(i), int64(1_700_000_000+i*1_000_003))
		f.Add(expr, cron.Quartz, uint8(i+1), int64(1_774_700_000+i*1009))
		f.Add(expr, cron.Unix, uint8(i+2), int64(i)*1_000_000_007-3_000_000_000)
	}
	f.Fuzz(func(t *testing.T, expr, style string, zone uint8, unix int64) {
		name := zones[int(zone)%len(zones)]
		s, err := cron.Parse(expr, style, name)
		if err != nil {
			var refused *cron.Error
			require.ErrorAs(t, err, &refused)
			require.NotEqual(t, cron.ReasonUnreadable, refused.Reason, "what robfig/cron refuses is told better: %s", expr)
			if !strings.ContainsAny(expr+style, "{}") {
				require.NotContains(t, refused.In(cron.Chinese)+refused.Error(), "{")
			}
			return
		}
		if style == cron.Unix {
			robfigParse(t, strings.Join(strings.Fields(expr), " "))
		}
		plain := parse(t, expr, style, "")
		for _, language := range []string{cron.English, cron.Chinese} {
			require.NotEmpty(t, s.Describe(language))
			require.NotContains(t, s.Describe(language), "{")
		}
		from := time.Unix(unix%10_000_000_000, unix&0xffff)
		var found []time.Time
		for at := from; len(found) < 5; {
			next, ok := s.Next(at)
			if !ok {
				break
			}
			require.True(t, next.After(at), "%s after %s: %s", expr, at, next)
			require.Zero(t, next.Nanosecond())
			requireSlot(t, plain, expr, next)
			found = append(found, next)
			at = next
		}
		if len(found) == 0 {
			_, ok := s.Latest(from, from.AddDate(10, 0, 0))
			require.False(t, ok)
			return
		}
		to := found[len(found)-1]
		require.Equal(t, found, s.Between(from, to, len(found)+1))
		latest, ok := s.Latest(from, to)
		require.True(t, ok)
		require.Equal(t, to, latest)
	})
}

func requireSlot(t *testing.T, plain cron.Schedule, expr string, at time.Time) {
	_, offset := at.Zone()
	_, earlier := at.Add(-25 * time.Hour).Zone()
	if strings.HasPrefix(strings.TrimSpace(expr), "@every") || offset != earlier {
		return
	}
	wall := time.Unix(at.Unix()+int64(offset), 0).UTC()
	slot, ok := plain.Next(wall.Add(-1))
	require.True(t, ok && slot.Equal(wall), "%s: %s is no slot", expr, at)
}

func BenchmarkNext(b *testing.B) {
	for _, c := range []struct{ expr, zone string }{
		{"*/5 * * * *", "Asia/Shanghai"}, {"0 0 9 ? * MON-FRI", "Europe/Berlin"}, {"0 15 10 ? * 6#3", "America/New_York"},
		{"0 0 12 LW * ?", "Australia/Lord_Howe"}, {"0 0 0 29 2 ?", "Asia/Shanghai"}, {"0 0 0 31 2 ?", "Europe/Berlin"},
	} {
		s, err := cron.Parse(c.expr, "", c.zone)
		if err != nil {
			b.Fatal(c.expr, err)
		}
		begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		b.Run(c.expr, func(b *testing.B) {
			at := begin
			for b.Loop() {
				next, ok := s.Next(at)
				if at = next; !ok || next.Year() > 2100 {
					at = begin
				}
			}
		})
	}
}
