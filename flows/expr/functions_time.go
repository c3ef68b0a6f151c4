package expr

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"sluice/engine/value"
)

const day = 24 * time.Hour

func timeFunctions() []*function {
	zone := param{name: "zone", kinds: kString | kZone, optional: true}
	layout := param{name: "layout", kinds: kString, optional: true}
	moment := param{name: "time", kinds: kTime | kString | kNumber}
	return []*function{
		{name: "now", result: kTime, varies: true, call: func(st *state, _ *site, _ []any) any { return st.now() },
			en: "The time of the event being handled, in the flow's zone: the same when the run is replayed.", zh: "当前事件的时间（流程时区），重放时不变。"},
		{name: "ago", params: one("duration", kString|kDuration), result: kTime, varies: true,
			call: func(st *state, at *site, args []any) any { return st.now().Add(-st.durationOf(at, args[0])) },
			en:   `The time so long before now, as in ago("48h") or ago("2d").`, zh: "距现在一段时间之前，如 ago(\"48h\")、ago(\"2d\")。"},
		{name: "parseTime", params: []param{moment, layout, zone}, result: kTime, call: parseTime,
			en: "The time that a text means; without a zone in it, in the given one or the flow's.", zh: "解析时间文本；文本不带时区时按指定时区或流程时区。"},
		{name: "date", params: []param{moment, layout, zone}, result: kTime, call: parseTime,
			en: "The same as parseTime.", zh: "同 parseTime。"},
		{name: "formatTime", params: []param{moment, layout, zone}, result: kString, call: formatTime,
			en: "A time as text, RFC 3339 unless a layout (Go's, or a name such as DateTime) is given, in the given zone or the flow's.",
			zh: "把时间写成文本，默认 RFC 3339；可指定格式（Go 布局或 DateTime 等名称）与时区。"},
		{name: "unix", params: one("number", kNumber|kString), result: kTime, call: func(st *state, at *site, args []any) any { return st.unix(at, plain(args[0])) },
			en: "The time of a Unix timestamp: seconds, or milliseconds from 12 digits on.", zh: "Unix 时间戳（秒；12 位及以上按毫秒）对应的时间。"},
		{name: "duration", params: one("text", kString|kDuration), result: kDuration,
			call: func(st *state, at *site, args []any) any { return st.durationOf(at, args[0]) },
			en:   `A duration such as "1.5h" or "2d".`, zh: "时长，如 \"1.5h\"、\"2d\"。"},
		{name: "timezone", params: one("name", kString), result: kZone,
			call: func(st *state, at *site, args []any) any { return st.zoneOf(at, args[0]) },
			en:   "A time zone by name, for the method In of times.", zh: "按名称取时区，用于时间的 In 方法。"},
	}
}

func (st *state) now() time.Time { return time.Unix(0, st.scope.Now()).In(st.zone) }

func (st *state) durationOf(at *site, v any) time.Duration {
	if d, ok := v.(time.Duration); ok {
		return d
	}
	d, ok := parseDuration(str(v))
	if !ok {
		st.fail(CodeValue, at, `%s is not a duration such as "90s", "1.5h" or "2d"`, value.Excerpt(str(v)))
	}
	return d
}

// parseDuration reads Go's durations, and d for 24 hours in front.
func parseDuration(text string) (time.Duration, bool) {
	days, rest, found := strings.Cut(text, "d")
	if !found {
		d, err := time.ParseDuration(text)
		return d, err == nil
	}
	n, err := strconv.ParseFloat(days, 64)
	if err != nil || n*float64(day) >= 1<<63 || n*float64(day) <= -1<<63 {
		return 0, false
	}
	total := time.Duration(n * float64(day))
	if rest == "" {
		return total, true
	}
	more, err := time.ParseDuration(rest)
	if err != nil || more < 0 {
		return 0, false
	}
	if n < 0 {
		more = -more
	}
	sum := total + more
	return sum, (sum >= total) == (more >= 0)
}

// zones remembers time zones that were loaded: a cache of what never changes.
var zones sync.Map

// zoneOf is a time zone by value, by name or by offset (+08:00); null is the flow's.
func (st *state) zoneOf(at *site, v any) *time.Location {
	switch v := plain(v).(type) {
	case nil:
		return st.zone
	case *time.Location:
		return v
	case string:
		if zone, ok := loadZone(v); ok {
			return zone
		}
		st.fail(CodeValue, at, "there is no time zone %s", value.Excerpt(v))
	}
	return st.zone
}

func loadZone(name string) (*time.Location, bool) {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), true
	}
	if t, err := time.Parse("-07:00", name); err == nil {
		_, offset := t.Zone()
		return time.FixedZone(name, offset), true
	}
	// The machine's own zone must not be seen, and a name is never a path.
	if name == "" || name == "Local" || len(name) > 64 || strings.ContainsAny(name, ".\\") || name[0] == '/' {
		return nil, false
	}
	zone, err := time.LoadLocation(name)
	if err != nil {
		return nil, false
	}
	zones.Store(name, zone)
	return zone, true
}

// layouts are names that stand for a layout.
var layouts = map[string]string{
	"RFC3339": time.RFC3339, "RFC3339Nano": time.RFC3339Nano, "DateTime": time.DateTime, "DateOnly": time.DateOnly, "TimeOnly": time.TimeOnly,
	"RFC1123": time.RFC1123, "RFC1123Z": time.RFC1123Z, "RFC822": time.RFC822, "RFC850": time.RFC850, "Kitchen": time.Kitchen,
	"Compact": "20060102150405",
}

// guesses are tried in order on a text that comes without a layout. A fraction of a second is read after any seconds.
var guesses = []string{
	time.RFC3339, time.DateTime, time.DateOnly, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02 15:04:05Z07:00",
	"2006-01-02 15:04:05 -0700", "2006-01-02T15:04:05-0700", "2006-01-02 15:04:05-0700",
	"2006/01/02 15:04:05", "2006/01/02 15:04", "2006/01/02", "20060102150405", "20060102", "15:04:05",
	time.RFC1123, time.RFC1123Z, time.RFC850, time.RFC822, time.RFC822Z, time.ANSIC,
}

func parseTime(st *state, at *site, args []any) any {
	zone := st.zoneOf(at, argument(args, 2))
	layout := str(argument(args, 1))
	if name, ok := layouts[layout]; ok {
		layout = name
	}
	return st.moment(at, args[0], layout, zone)
}

// moment is a time, a Unix timestamp or a text that means a time.
func (st *state) moment(at *site, v any, layout string, zone *time.Location) time.Time {
	if t, ok := v.(time.Time); ok {
		return t
	}
	text, ok := plain(v).(string)
	if !ok {
		return st.unix(at, v).In(zone)
	}
	st.walk(len(text), at)
	text = strings.TrimSpace(text)
	if layout != "" {
		t, err := time.ParseInLocation(layout, text, zone)
		if err != nil {
			st.fail(CodeValue, at, "%s is not a time of the layout %s", value.Excerpt(text), value.Excerpt(layout))
		}
		return t
	}
	if n := len(text); (n == 10 || n == 13) && strings.Trim(text, "0123456789") == "" {
		return st.unix(at, text).In(zone)
	}
	for _, layout := range guesses {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t
		}
	}
	st.fail(CodeValue, at, "%s is not a time of a common layout; give the layout, as in parseTime(s, \"02.01.2006\")", value.Excerpt(text))
	return time.Time{}
}

func formatTime(st *state, at *site, args []any) any {
	layout := str(argument(args, 1))
	t := st.moment(at, args[0], "", st.zone).In(st.zoneOf(at, argument(args, 2)))
	return st.format(at, t, layout)
}

func (st *state) format(at *site, t time.Time, layout string) string {
	if layout == "" {
		layout = time.RFC3339
		if t.Nanosecond() != 0 {
			layout = time.RFC3339Nano
		}
	} else if name, ok := layouts[layout]; ok {
		layout = name
	}
	st.alloc(4*len(layout), at)
	st.walk(4*len(layout), at)
	return t.Format(layout)
}

// millisecondsFrom is where a Unix timestamp is taken to count milliseconds: as seconds it would be in the year 5138.
const millisecondsFrom = 100_000_000_000

func (st *state) unix(at *site, v any) time.Time {
	d := st.decimal(at, v)
	if limit := value.DecimalFromInt(1_000_000_000_000_000); d.Abs().Compare(limit) >= 0 {
		st.fail(CodeValue, at, "%s is too large for a Unix timestamp in seconds or milliseconds", value.Excerpt(d.String()))
	}
	if d.Abs().Compare(value.DecimalFromInt(millisecondsFrom)) < 0 {
		d, _ = d.Mul(value.DecimalFromInt(1000))
	}
	micros, _ := d.Mul(value.DecimalFromInt(1000))
	n, _ := micros.Truncate().Int()
	return time.UnixMicro(int64(n)).In(st.zone)
}
