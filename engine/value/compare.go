package value

import (
	"bytes"
	"cmp"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Equal compares by JSON value: numbers by what they denote, whatever their kinds; lists and objects member by member.
// Times are equal when they are the same instant.
func Equal(a, b any) bool {
	switch x := a.(type) {
	case nil:
		return b == nil
	case bool:
		y, ok := b.(bool)
		return ok && x == y
	case string:
		y, ok := b.(string)
		return ok && x == y
	case int, float64, Decimal:
		c, ok := compareNumbers(a, b)
		return ok && c == 0
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for i := range x {
			if !Equal(x[i], y[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		for k, v := range x {
			w, ok := y[k]
			if !ok || !Equal(v, w) {
				return false
			}
		}
		return true
	case time.Time:
		y, ok := b.(time.Time)
		return ok && x.Equal(y)
	case time.Duration:
		y, ok := b.(time.Duration)
		return ok && x == y
	case []byte:
		y, ok := b.([]byte)
		return ok && bytes.Equal(x, y)
	}
	return false
}

// Compare orders two numbers, strings (by bytes), times, durations or booleans (false first): -1, 0 or 1. Anything else, a NaN
// too, is not ok.
func Compare(a, b any) (c int, ok bool) {
	switch x := a.(type) {
	case int, float64, Decimal:
		return compareNumbers(a, b)
	case string:
		y, ok := b.(string)
		return strings.Compare(x, y), ok
	case time.Time:
		y, ok := b.(time.Time)
		return x.Compare(y), ok
	case time.Duration:
		y, ok := b.(time.Duration)
		return cmp.Compare(x, y), ok
	case bool:
		y, ok := b.(bool)
		if x == y {
			return 0, ok
		}
		if x {
			return 1, ok
		}
		return -1, ok
	}
	return 0, false
}

func compareNumbers(a, b any) (int, bool) {
	switch x := a.(type) {
	case int:
		switch y := b.(type) {
		case int:
			return cmp.Compare(x, y), true
		case float64:
			if c, ok := compareIntFloat(x, y); ok {
				return c, true
			}
		}
	case float64:
		switch y := b.(type) {
		case float64:
			return cmp.Compare(x, y), x == x && y == y
		case int:
			if c, ok := compareIntFloat(y, x); ok {
				return -c, true
			}
		}
	}
	if !isNumber(a) || !isNumber(b) {
		return 0, false
	}
	return compareExactly(a, b)
}

// compareIntFloat is not ok where only decimal arithmetic is exact.
func compareIntFloat(n int, f float64) (int, bool) {
	const exact = 1 << 53
	if n > -exact && n < exact && f == f {
		return cmp.Compare(float64(n), f), true
	}
	return 0, false
}

func compareExactly(a, b any) (int, bool) {
	for i, v := range []any{a, b} {
		f, ok := v.(float64)
		if !ok || !math.IsNaN(f) && !math.IsInf(f, 0) {
			continue
		}
		if f != f {
			return 0, false
		}
		if math.IsInf(f, 1) == (i == 0) {
			return 1, true
		}
		return -1, true
	}
	x, errX := ToDecimal(a)
	y, errY := ToDecimal(b)
	if errX != nil || errY != nil {
		return 0, false
	}
	return x.Compare(y), true
}

func isNumber(v any) bool {
	switch v.(type) {
	case int, float64, Decimal:
		return true
	}
	return false
}

// Kind names what v is, for messages.
func Kind(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case int, float64, Decimal:
		return "number"
	case []any:
		return "list"
	case map[string]any:
		return "object"
	case time.Time:
		return "time"
	case time.Duration:
		return "duration"
	case []byte:
		return "bytes"
	}
	return "unknown value"
}

// Excerpt quotes the beginning of a text, for messages.
func Excerpt(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return strconv.Quote(s)
	}
	return strconv.Quote(string([]rune(s)[:most])) + "..."
}

// Size is about how many bytes v takes in memory: the same on every machine, and cheap. What it counts for strings and
// lists is proportional to their lengths; it stops at the first level of what is nested deeper than MaxDepth.
func Size(v any) int { return size(v, 0) }

func size(v any, depth int) int {
	const word = 16
	if depth > MaxDepth {
		return word
	}
	switch v := v.(type) {
	case string:
		return word + len(v)
	case []byte:
		return word + len(v)
	case Decimal:
		return word + v.d.Coefficient().BitLen()/8
	case []any:
		n := word
		for _, item := range v {
			n += size(item, depth+1)
		}
		return n
	case map[string]any:
		n := word
		for k, item := range v {
			n += word + len(k) + size(item, depth+1)
		}
		return n
	}
	return word
}
