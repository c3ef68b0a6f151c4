// Package timing reads what a config says about time: durations and moments, as literals that are checked when a flow
// is compiled, or as templates that are resolved in a run.
//
// It reads no clock: now is the time of the event being folded.
package timing

import (
	"fmt"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

// Longest is the longest a node can be told to wait. It keeps sums with the present within the range of nanoseconds.
const Longest = 100 * 365 * 24 * time.Hour

// Local is the layout of a moment without a zone; it is read in the flow's time zone.
const Local = time.DateTime

// Parse reads a duration that stands in a config as it is and reports one that cannot be meant. The pointer is the
// text's place in the config.
func Parse(b nodes.Builder, pointer, text string) time.Duration {
	d, err := nodes.ParseDuration(text)
	switch {
	case err != nil:
		b.Problem(pointer, "flow.duration.invalid", map[string]string{"value": text})
	case d < 0 || d > Longest:
		b.Problem(pointer, "flow.duration.range", map[string]string{"value": text, "min": "0s", "max": "36500d"})
	}
	return d
}

// Duration is the duration at the pointer, whose text as written is given too. What a template gives may be negative,
// as when it is the time left until a moment that is past: then it counts as 0.
func Duration(b nodes.Builder, pointer, text string) func(core.Scope) (time.Duration, *core.Failure) {
	if literal(text) {
		d := Parse(b, pointer, text)
		return func(core.Scope) (time.Duration, *core.Failure) { return d, nil }
	}
	e := b.Value(pointer)
	return func(s core.Scope) (time.Duration, *core.Failure) {
		v, f := e(s)
		if f != nil {
			return 0, f
		}
		d, f := nodes.Duration(v)
		if f != nil {
			return 0, f
		}
		if d > Longest {
			return 0, &core.Failure{
				Code: "config.duration", Permanent: true,
				Message: fmt.Sprintf("%s is longer than a hundred years", d),
			}
		}
		return max(d, 0), nil
	}
}

// Moment is the moment at the pointer in nanoseconds of Unix time: a time, or its text as RFC 3339 or as Local. One that
// is past gives the present.
func Moment(b nodes.Builder, pointer, text string) func(core.Scope) (int64, *core.Failure) {
	zone := b.Zone()
	if literal(text) {
		if _, ok := parseMoment(text, zone); !ok {
			b.Problem(pointer, "config.pattern", map[string]string{"value": text, "pattern": Local + " / " + time.RFC3339})
		}
	}
	e := b.Value(pointer)
	return func(s core.Scope) (int64, *core.Failure) {
		v, f := e(s)
		if f != nil {
			return 0, f
		}
		at, ok := v.(time.Time)
		if given, isText := v.(string); isText {
			at, ok = parseMoment(given, zone)
		}
		if !ok {
			return 0, failure("%s is not a time: give one as 2006-01-02T15:04:05+08:00, as 2006-01-02 15:04:05, or with parseTime() or unix()", shown(v))
		}
		now := time.Unix(0, s.Now())
		if at.After(now.Add(Longest)) {
			return 0, failure("%s is more than a hundred years ahead", at.Format(time.RFC3339))
		}
		if at.Before(now) {
			return s.Now(), nil
		}
		return at.UnixNano(), nil
	}
}

func parseMoment(text string, zone *time.Location) (time.Time, bool) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, true
	}
	at, err := time.ParseInLocation(Local, text, zone)
	return at, err == nil
}

// literal reports whether a text of a config holds no template.
func literal(text string) bool { return !strings.Contains(text, "{{") }

// shown is a value in a message.
func shown(v core.Value) string {
	if text, ok := v.(string); ok {
		return value.Excerpt(text)
	}
	return "a " + value.Kind(v)
}

func failure(format string, args ...any) *core.Failure {
	return &core.Failure{Code: "config.time", Permanent: true, Message: fmt.Sprintf(format, args...)}
}
