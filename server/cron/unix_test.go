package cron_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	robfig "github.com/robfig/cron/v3"
	"github.com/stretchr/testify/require"

	"sluice/server/cron"
)

func robfigParse(t testing.TB, expr string) robfig.Schedule {
	t.Helper()
	s, err := robfig.ParseStandard(expr)
	require.NoError(t, err, expr)
	return s
}

// The unix style means what its parser's own schedule means, wherever clocks do not change.
func TestUnixIsRobfigs(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{
		"*/5 * * * *", "5/10 0-6 * * *", "0 9 * * MON-FRI", "0 9 * * 1", "0 12 1 * MON", "0 12 */2 * MON", "0 12 ? * MON", "? ? ? ? ?",
		"0 0 29 2 *", "0 0 31 2 *", "*/90 * * * *", "1,2,, 3 * * *", "0 0 1 jan,JUL ?", "59 23 31 DEC 5/2", "@yearly", "@annually", "@monthly",
		"@weekly", "@daily", "@midnight", "@hourly", "@every 1h30m", "@every 500ms", "@every 1500ms", "@every 0s", "@every -5s",
	} {
		theirs := robfigParse(t, expr)
		ours := parse(t, expr, cron.Unix, "Asia/Shanghai")
		at := instant(t, "2026-01-01T00:00:00.25+08:00").In(time.FixedZone("", 8*3600))
		for range 50 {
			want := theirs.Next(at)
			got, ok := ours.Next(at)
			if want.IsZero() { // none within five years
				require.True(t, !ok || got.Year() > at.Year()+5, expr)
				break
			}
			require.True(t, ok, expr)
			require.True(t, want.Equal(got), "%s after %s: %s, not %s", expr, at, want, got)
			at = want
		}
	}
}

// The two parsers agree on all that is put together from these pieces, but for the slips named in the package's comment.
func TestUnixRefusesWhatRobfigRefuses(t *testing.T) {
	t.Parallel()
	pieces := []string{"*", "?", "0", "1", "6", "7", "12", "59", "60", "mon", "Jan", "-", "/", ",", "L", "x"}
	for _, a := range pieces {
		for _, b := range pieces {
			for _, c := range pieces {
				for place := range 5 {
					fields := slices.Repeat([]string{"*"}, 5)
					fields[place] = a + b + c
					expr := strings.Join(fields, " ")
					_, theirs := robfig.ParseStandard(expr)
					_, ours := cron.Parse(expr, cron.Unix, "")
					if slip(fields[place]) {
						require.Error(t, ours, expr)
						continue
					}
					require.Equal(t, theirs == nil, ours == nil, "%s: %v, robfig/cron says %v", expr, ours, theirs)
				}
			}
		}
	}
}

func slip(field string) bool {
	return strings.Trim(field, ",") == "" || strings.Contains(field, "*-") || strings.Contains(field, "?-")
}
