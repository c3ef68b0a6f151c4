package cron_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/server/cron"
)

func TestStyles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ expr, style, next string }{
		{"0 0 9 ? * 2", "", "2026-01-05T09:00:00+08:00"},   // quartz: Monday
		{"0 0 9 ? * 2 *", "", "2026-01-05T09:00:00+08:00"}, // quartz with years
		{"0 9 * * 2", "", "2026-01-06T09:00:00+08:00"},     // unix: Tuesday
		{"0 9 ? * 2", "unix", "2026-01-06T09:00:00+08:00"}, // where ? is *
		{" \t0  9 * * 2\n", "", "2026-01-06T09:00:00+08:00"},
		{"@weekly", "", "2026-01-04T00:00:00+08:00"},
		{"0 0 12 ? * 6#3", "", "2026-01-16T12:00:00+08:00"},
		{"0 0 12 ? * 6L", "", "2026-01-30T12:00:00+08:00"},
		{"0 0 12 15W 2 ?", "", "2026-02-16T12:00:00+08:00"},
		{"0 0 12 1W 2 ?", "", "2026-02-02T12:00:00+08:00"},
		{"0 0 12 L-2 2 ?", "", "2026-02-26T12:00:00+08:00"},
		{"0 0 12 lw 2 ?", "", "2026-02-27T12:00:00+08:00"},
		{"0 0 9 ? nov-Feb fri-mon 2030", "", "2030-01-04T09:00:00+08:00"},
	} {
		require.Equal(t, []string{c.next}, following(parse(t, c.expr, c.style, "Asia/Shanghai"), instant(t, "2026-01-01T12:00:00+08:00"), 1), c.expr)
	}
}

// A W that moved to a later day is there for whoever asks after the day it names, too. Quartz forgets it.
func TestAnswersDoNotDependOnTheWay(t *testing.T) {
	t.Parallel()
	s := parse(t, "0 15 10 15W * ?", "", "UTC") // 15 February 2026 is a Sunday
	for _, from := range []string{"2026-02-01T00:00:00Z", "2026-02-15T23:00:00Z", "2026-02-16T00:00:00Z", "2026-02-16T10:14:59.9Z"} {
		require.Equal(t, []string{"2026-02-16T10:15:00Z"}, following(s, instant(t, from), 1), from)
	}
}

func TestNever(t *testing.T) {
	t.Parallel()
	for _, expr := range []string{"0 0 31 2 *", "*/5 * 31 4,6 *", "0 0 0 31 2 ?", "0 0 0 0W * ?", "0 0 0 29 2 ? 2100", "* * * * * ? 2025"} {
		for _, zone := range []string{"UTC", "Europe/Berlin"} {
			s := parse(t, expr, "", zone)
			require.Equal(t, []string{"never"}, following(s, instant(t, "2026-01-01T00:00:00Z"), 1), expr)
			_, ok := s.Latest(instant(t, "2026-01-01T00:00:00Z"), instant(t, "2199-01-01T00:00:00Z"))
			require.False(t, ok)
		}
	}
	var zero cron.Schedule
	require.Equal(t, []string{"never"}, following(zero, time.Time{}, 1))
	require.Empty(t, zero.Describe(cron.English))
}

func TestYearsEnd(t *testing.T) {
	t.Parallel()
	s := parse(t, "0 0 1 1 *", "", "UTC")
	require.Equal(t, []string{"2199-01-01T00:00:00Z", "never"}, following(s, instant(t, "2198-06-01T00:00:00Z"), 2))
	require.Equal(t, []string{"1970-01-01T00:00:00Z"}, following(s, time.Time{}, 1))
	require.Equal(t, []string{"never"}, following(s, time.Unix(1<<40, 0), 1))
}

// The zone's own stretches of time end before they should on such a day.
func TestLastDayOfALeapYear(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"America/Nuuk", "Europe/Berlin", "Australia/Lord_Howe"} {
		s := parse(t, "0 */6 * * *", "", zone)
		location, err := time.LoadLocation(zone)
		require.NoError(t, err)
		day := time.Date(2040, 12, 30, 18, 0, 0, 0, location)
		for i, at := range s.Between(day, day.AddDate(0, 0, 3), 12) {
			require.Equal(t, day.Add(time.Duration(i+1)*6*time.Hour), at)
		}
		require.Equal(t, "never", following(parse(t, "0 0 0 1 1 ? 2109", "", zone), day, 2)[1])
	}
}

func TestBetweenAndLatest(t *testing.T) {
	t.Parallel()
	from := instant(t, "2026-01-01T00:00:00Z")
	for _, c := range []struct {
		expr, to string
		limit    int
		slots    []string
		latest   string
	}{
		{"*/20 * * * *", "2026-01-01T01:00:00Z", 9, []string{"00:20:00", "00:40:00", "01:00:00"}, "01:00:00"}, // not from, but to
		{"*/20 * * * *", "2026-01-01T00:59:59.9Z", 9, []string{"00:20:00", "00:40:00"}, "00:40:00"},
		{"*/20 * * * *", "2026-01-01T01:00:00Z", 2, []string{"00:20:00", "00:40:00"}, "01:00:00"},
		{"*/20 * * * *", "2026-01-01T00:19:00Z", 9, nil, ""},
		{"*/20 * * * *", "2025-01-01T00:00:00Z", 9, nil, ""},
		{"* * * * * ?", "2026-01-01T23:59:59.5Z", 1, []string{"00:00:01"}, "23:59:59"},
		{"@every 25s", "2026-01-01T00:01:00Z", 9, []string{"00:00:25", "00:00:50"}, "00:00:50"},
		{"@every 25s", "2026-01-01T00:00:50Z", 9, []string{"00:00:25", "00:00:50"}, "00:00:50"},
		{"@every 25s", "2026-01-01T00:00:24Z", 9, nil, ""},
	} {
		s := parse(t, c.expr, "", "UTC")
		var slots []string
		for _, at := range s.Between(from, instant(t, c.to), c.limit) {
			slots = append(slots, at.Format(time.TimeOnly))
		}
		require.Equal(t, c.slots, slots, c.expr)
		latest, ok := s.Latest(from, instant(t, c.to))
		require.Equal(t, c.latest != "", ok, c.expr)
		if ok {
			require.Equal(t, c.latest, latest.Format(time.TimeOnly), c.expr)
		}
	}
	require.Equal(t, "Asia/Shanghai", parse(t, "@every 1h", "", "Asia/Shanghai").Between(from, from.Add(time.Hour), 1)[0].Location().String())
}

var refusals = []struct {
	expr, style, zone string
	code, field       string
	position          int
	en, zh            string
}{
	{" ", "", "", cron.ReasonEmpty, "", 0, "the expression is empty", "表达式为空"},
	{"0 9 * * *", "cron", "", cron.ReasonStyle, "", 0, "there is no style cron, only unix and quartz", ""},
	{"0 9 * * *", "", "Asia/Peking", cron.ReasonZone, "", 0, "Asia/Peking is not the IANA name of a time zone, such as Asia/Shanghai", ""},
	{"0 9 * * *", "", "Local", cron.ReasonZone, "", 0, "", ""}, // would depend on the machine
	{"TZ=", "", "", cron.ReasonZonePrefix, "", 0, "", ""},      // robfig/cron panics
	{" CRON_TZ=Asia/Shanghai 0 9 * * *", "", "", cron.ReasonZonePrefix, "", 1, "", "时区请单独设置，不要在表达式里写 CRON_TZ=Asia/Shanghai"},
	{"0 9 * *", "", "", cron.ReasonCount, "", 7, "style unix has 5 fields, and here are 4", ""},
	{"0 9 ? * 2", "", "", cron.ReasonCount, "", 9, "style quartz has 6-7 fields, and here are 5", "quartz 风格应有 6-7 段，这里有 5 段"},
	{"@daily", "quartz", "", cron.ReasonCount, "", 6, "", ""},
	{"@reboot", "", "", cron.ReasonDescriptor, "", 0, "", ""},
	{"@every soon", "", "", cron.ReasonEvery, "", 0, "@every soon is not @every with a duration such as 30s or 1h30m", ""},
	{"@every", "", "", cron.ReasonEvery, "", 0, "", ""},
	{"0 , * * *", "", "", cron.ReasonFieldEmpty, cron.Hours, 2, "character 3 (hours): the field selects nothing", ""},
	{"0 0 , * * ?", "", "", cron.ReasonFieldEmpty, cron.Hours, 4, "", ""},
	{"0 *-5 * * *", "", "", cron.ReasonCharacter, cron.Hours, 3, "", ""}, // robfig/cron reads *
	{"0 0 9 ？ * *", "", "", cron.ReasonCharacter, cron.DayOfMonth, 6, "character 7 (day of month): ？ cannot stand here", "第 7 个字符（日）：这里不能写“？”"},
	{"0 9 L * *", "", "", cron.ReasonQuartzOnly, cron.DayOfMonth, 4, "character 5 (day of month): L is known to style quartz only", ""},
	{"0 9 * * FRI#2", "", "", cron.ReasonQuartzOnly, cron.DayOfWeek, 11, "", ""},
	{"0 9 15w * *", "", "", cron.ReasonQuartzOnly, cron.DayOfMonth, 6, "", ""},
	{"0 9 * * MONDAY", "", "", cron.ReasonName, cron.DayOfWeek, 8, "", ""},
	{"0 0 9 ? * 2,MONDAY", "", "", cron.ReasonName, cron.DayOfWeek, 12, "character 13 (day of week): MONDAY is not a name here; names have three letters, such as JAN or MON", ""},
	{"0 9,25 * * *", "", "", cron.ReasonValue, cron.Hours, 4, "character 5 (hours): 25 is not between 0 and 23", "第 5 个字符（时）：25 不在 0 到 23 之间"},
	{"0 9 * * 7", "", "", cron.ReasonValue, cron.DayOfWeek, 8, "", ""},
	{"0 0 9 ? * 0", "", "", cron.ReasonValue, cron.DayOfWeek, 10, "", ""},
	{"0 0 9 1 1 ? 2200", "", "", cron.ReasonValue, cron.Year, 12, "", ""},
	{"0 0 9 1 1 ? 1969", "", "", cron.ReasonValue, cron.Year, 12, "", ""},
	{"0 9- * * *", "", "", cron.ReasonRangeOpen, cron.Hours, 4, "character 5 (hours): the range has no end", ""},
	{"0 0 9 ? * MON-", "", "", cron.ReasonRangeOpen, cron.DayOfWeek, 14, "", ""},
	{"0 22-2 * * *", "", "", cron.ReasonRangeFalls, cron.Hours, 2, "character 3 (hours): the range 22-2 runs backwards", ""},
	{"0 0 9 1 1 ? 2030-2026", "", "", cron.ReasonRangeFalls, cron.Year, 12, "", ""},
	{"0 0 9 ? * MON-6", "", "", cron.ReasonMixed, cron.DayOfWeek, 14, "", ""},
	{"0 0 9 ? * 2-FRI", "", "", cron.ReasonMixed, cron.DayOfWeek, 12, "", ""},
	{"*/ * * * *", "", "", cron.ReasonStepMissing, cron.Minutes, 2, "character 3 (minutes): a number must follow /", ""},
	{"*/0 * * * *", "", "", cron.ReasonStepZero, cron.Minutes, 2, "", ""},
	{"0 0/60 * * * ?", "", "", cron.ReasonStep, cron.Minutes, 4, "character 5 (minutes): the step 60 is above 59", ""},
	{"0 0 9 ? * MON-FRI/2", "", "", cron.ReasonStepNames, cron.DayOfWeek, 17, "", ""}, // Quartz reads MON-FRI
	{"0 0 9 ? JAN/3 *", "", "", cron.ReasonStepNames, cron.Month, 11, "", ""},
	{"0 ? 9 * * ?", "", "", cron.ReasonQuestion, cron.Minutes, 2, "", ""},
	{"0 0 9 ?,5 * MON", "", "", cron.ReasonQuestion, cron.DayOfMonth, 6, "", ""},
	{"0 0 9 * * *", "", "", cron.ReasonDaysBoth, cron.DayOfWeek, 10, "", "第 11 个字符（周）：“日”和“周”不能同时指定，其中一段要写 ?"},
	{"0 0 9 ? * ?", "", "", cron.ReasonDaysNone, cron.DayOfWeek, 10, "", ""},
	{"0 0 9 ? * 6#3,2", "", "", cron.ReasonAlone, cron.DayOfWeek, 10, "", ""}, // Quartz reads 2#3
	{"0 0 9 ? * 2,L", "", "", cron.ReasonAlone, cron.DayOfWeek, 12, "", ""},
	{"0 0 9 ? * 6#6", "", "", cron.ReasonNth, cron.DayOfWeek, 12, "", ""},
	{"0 0 9 L-31 * ?", "", "", cron.ReasonLastOffset, cron.DayOfMonth, 8, "", ""},
	{"0 0 9 L- * ?", "", "", cron.ReasonLastOffset, cron.DayOfMonth, 8, "", ""},
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range refusals {
		_, err := cron.Parse(c.expr, c.style, c.zone)
		var got *cron.Error
		require.ErrorAs(t, err, &got, c.expr)
		require.Equal(t, []string{c.code, c.field, strconv.Itoa(c.position)}, []string{got.Reason, got.Field, strconv.Itoa(got.Position)}, "%q: %v", c.expr, err)
		if c.en != "" {
			require.Equal(t, c.en, got.Error())
		}
		if c.zh != "" {
			require.Equal(t, c.zh, got.In(cron.Chinese))
		}
		require.NotContains(t, got.Error()+got.In(cron.Chinese), "{")
	}
}

// Each code is refused with at least once above. ReasonUnreadable is for what robfig/cron refuses and this package does
// not; the fuzz test looks for such a thing.
func TestEveryReasonIsRefusedWith(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{cron.ReasonUnreadable: true}
	for _, c := range refusals {
		seen[c.code] = true
	}
	file, err := parser.ParseFile(token.NewFileSet(), "errors.go", nil, 0)
	require.NoError(t, err)
	codes := 0
	ast.Inspect(file, func(n ast.Node) bool {
		if value, ok := n.(*ast.ValueSpec); ok && strings.HasPrefix(value.Names[0].Name, "Reason") {
			codes++
			code, err := strconv.Unquote(value.Values[0].(*ast.BasicLit).Value)
			require.NoError(t, err)
			require.True(t, seen[code], code)
		}
		return true
	})
	require.Len(t, seen, codes)
}
