package cron_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/server/cron"
)

// suite reads a file of ../shared/testdata, seen from the project's folder.
func suite[T any](t *testing.T, name string) []T {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(t, dir, filepath.Dir(dir), "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	data, err := os.ReadFile(filepath.Join(dir, "..", "shared", "testdata", name))
	if os.IsNotExist(err) {
		t.Skip("NOT TESTED against " + name + ": ../shared/testdata is not there")
	}
	require.NoError(t, err)
	var cases []T
	require.NoError(t, json.Unmarshal(data, &cases))
	return cases
}

func parse(t testing.TB, expr, style, zone string) cron.Schedule {
	t.Helper()
	s, err := cron.Parse(expr, style, zone)
	require.NoError(t, err, expr)
	return s
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, text)
	require.NoError(t, err)
	return at
}

// following are the next n instants as RFC 3339; "never" ends them where there are no more.
func following(s cron.Schedule, from time.Time, n int) []string {
	var found []string
	for range n {
		at, ok := s.Next(from)
		if !ok {
			return append(found, "never")
		}
		found = append(found, at.Format(time.RFC3339))
		from = at
	}
	return found
}

type quartzCase struct {
	Expr  string
	Cases []struct {
		TZ, From string
		Next     []string
	}
}

// Away from clock changes every answer is Quartz's. At them Quartz loses the slots that the clocks jump over and those
// of the first passage of an hour that they pass twice, for an hour of * * * * * ? even; ours is the package's rule,
// which TestClockChanges checks. So where answers differ, the first that does must be at a clock change.
func TestQuartzValid(t *testing.T) {
	t.Parallel()
	same, atChange := 0, 0
	for _, c := range suite[quartzCase](t, "cron-quartz/valid.json") {
		for _, k := range c.Cases {
			s := parse(t, c.Expr, "", k.TZ)
			got := following(s, instant(t, k.From), len(k.Next))
			if slices.Equal(got, k.Next) {
				same++
				continue
			}
			for i := range got {
				if got[i] != k.Next[i] {
					require.True(t, changesNear(t, k.TZ, got[i]), "%s in %s after %s: %s, Quartz says %s", c.Expr, k.TZ, k.From, got[i], k.Next[i])
					break
				}
			}
			atChange++
		}
	}
	require.Equal(t, [2]int{2549, 111}, [2]int{same, atChange})
}

// changesNear reports whether a zone's clocks change within the hour before or after an instant.
func changesNear(t *testing.T, zone, at string) bool {
	location, err := time.LoadLocation(zone)
	require.NoError(t, err)
	_, before := instant(t, at).Add(-time.Hour).In(location).Zone()
	_, after := instant(t, at).Add(time.Hour).In(location).Zone()
	return before != after
}

func TestQuartzInvalid(t *testing.T) {
	t.Parallel()
	for _, c := range suite[struct{ Expr string }](t, "cron-quartz/invalid.json") {
		_, err := cron.Parse(c.Expr, cron.Quartz, "")
		var refused *cron.Error
		require.ErrorAs(t, err, &refused, c.Expr)
		require.NotEmpty(t, refused.Field, c.Expr)
	}
}
