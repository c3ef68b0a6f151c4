package mapnode

import (
	"fmt"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Type is what a field is converted to.
type Type string

// The types. Without one a value stays as it is.
const (
	Text    Type = "string"
	Integer Type = "integer"
	Number  Type = "number"
	Decimal Type = "decimal"
	Boolean Type = "boolean"
	Time    Type = "time"
)

// converter gives a value, never null, another kind without losing anything of it, or says why it cannot.
type converter func(core.Value) (converted core.Value, problem string)

// converterOf is nil where nothing is to be converted. Times without a zone are read in zone.
func converterOf(t Type, zone *time.Location) converter {
	switch t {
	case Text:
		return toText
	case Integer:
		return toInteger
	case Number:
		return toNumber
	case Decimal:
		return toDecimal
	case Boolean:
		return toBoolean
	case Time:
		return func(v core.Value) (core.Value, string) { return toTime(v, zone) }
	default:
		return nil
	}
}

func toText(v core.Value) (core.Value, string) {
	switch v := v.(type) {
	case string:
		return v, ""
	case bool, int, float64, value.Decimal:
		text, err := value.Encode(v)
		if err != nil {
			return nil, err.Error()
		}
		return string(text), ""
	default:
		return nil, fmt.Sprintf("a %s is not text: use toJSON, or take a part of it", value.Kind(v))
	}
}

func toInteger(v core.Value) (core.Value, string) {
	n, problem := toNumber(v)
	if problem != "" {
		return nil, problem
	}
	if d, err := value.ToDecimal(n); err != nil || !d.IsWhole() {
		return nil, fmt.Sprintf("%v is not a whole number", v)
	}
	return n, ""
}

// toNumber gives the kind that the number would have if it had come as JSON.
func toNumber(v core.Value) (core.Value, string) {
	d, problem := toDecimal(v)
	if problem != "" {
		return nil, problem
	}
	n, err := value.Normalize(d)
	if err != nil {
		return nil, err.Error()
	}
	return n, ""
}

func toDecimal(v core.Value) (core.Value, string) {
	d, err := value.ToDecimal(v)
	if err != nil {
		return nil, err.Error()
	}
	return d, ""
}

func toBoolean(v core.Value) (core.Value, string) {
	switch v := v.(type) {
	case bool:
		return v, ""
	case int:
		if v == 0 || v == 1 {
			return v == 1, ""
		}
	case string:
		switch strings.ToLower(strings.TrimSpace(v)) {
		case "true", "1":
			return true, ""
		case "false", "0":
			return false, ""
		}
	}
	return nil, fmt.Sprintf("%s is none of true, false, 1 and 0", excerpt(v))
}

// layouts are the spellings without a zone that the platforms of our users send.
var layouts = []string{
	"2006-01-02 15:04:05",
	"2006-01-02T15:04:05",
	"2006-01-02 15:04",
	"2006-01-02",
	"2006/01/02 15:04:05",
	"20060102150405",
	"20060102",
}

// firstMillisecond is the least number read as milliseconds: as such it is in 1973, as seconds in the year 5138.
const firstMillisecond = 100_000_000_000

// toTime gives RFC 3339 text, the way times are written in JSON.
func toTime(v core.Value, zone *time.Location) (core.Value, string) {
	switch v := v.(type) {
	case int:
		return unixTime(v, zone)
	case string:
		text := strings.TrimSpace(v)
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			return t.Format(time.RFC3339Nano), ""
		}
		for _, layout := range layouts {
			if t, err := time.ParseInLocation(layout, text, zone); err == nil {
				return t.Format(time.RFC3339Nano), ""
			}
		}
		if n, err := value.ParseNumber(text); err == nil {
			if n, ok := n.(int); ok {
				return unixTime(n, zone)
			}
		}
	}
	return nil, excerpt(v) + " is not a time: use parseTime with its layout"
}

func unixTime(n int, zone *time.Location) (core.Value, string) {
	const lastMillisecond = 1000 * firstMillisecond
	t := time.Unix(int64(n), 0)
	switch {
	case n < 0 || n >= lastMillisecond:
		return nil, fmt.Sprintf("%d is not a time in seconds or milliseconds of Unix time", n)
	case n >= firstMillisecond:
		t = time.UnixMilli(int64(n))
	}
	return t.In(zone).Format(time.RFC3339Nano), ""
}

func excerpt(v core.Value) string {
	if s, ok := v.(string); ok {
		return value.Excerpt(s)
	}
	return "a " + value.Kind(v)
}
