package value

import (
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

var errTooDeep = errors.New("value is nested deeper than " + strconv.Itoa(MaxDepth) + " levels")

// Encode is Append to nothing.
func Encode(v any) ([]byte, error) { return Append(make([]byte, 0, 256), v) }

// Append appends the compact canonical JSON of v: keys in byte order, no HTML escapes, exact numbers, a time as RFC
// 3339 with as many digits of its second as it needs, a duration as Go writes it, bytes as standard base64. Invalid
// UTF-8 becomes U+FFFD in a string and is an error in a key. NaN, infinities, kinds that the package does not list and
// nesting deeper than MaxDepth are errors; dst is then returned as it was.
func Append(dst []byte, v any) ([]byte, error) {
	out, err := appendValue(dst, v, 0)
	if err != nil {
		return dst, err
	}
	return out, nil
}

func appendValue(dst []byte, v any, depth int) ([]byte, error) {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...), nil
	case bool:
		return strconv.AppendBool(dst, v), nil
	case string:
		return AppendString(dst, v), nil
	case int:
		return strconv.AppendInt(dst, int64(v), 10), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v cannot be written as JSON", v)
		}
		return AppendFloat(dst, v), nil
	case Decimal:
		return append(dst, v.String()...), nil
	case []any:
		return appendList(dst, v, depth+1)
	case map[string]any:
		return appendObject(dst, v, depth+1)
	case time.Time:
		dst = append(dst, '"')
		return append(v.AppendFormat(dst, time.RFC3339Nano), '"'), nil
	case time.Duration:
		return AppendString(dst, v.String()), nil
	case []byte:
		dst = append(dst, '"')
		return append(base64.StdEncoding.AppendEncode(dst, v), '"'), nil
	}
	return nil, fmt.Errorf("a %T cannot be written as JSON", v)
}

func appendList(dst []byte, list []any, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return nil, errTooDeep
	}
	dst = append(dst, '[')
	var err error
	for i, v := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		if dst, err = appendValue(dst, v, depth); err != nil {
			return nil, err
		}
	}
	return append(dst, ']'), nil
}

func appendObject(dst []byte, object map[string]any, depth int) ([]byte, error) {
	if depth > MaxDepth {
		return nil, errTooDeep
	}
	var few [16]string
	keys := few[:0]
	for k := range object {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	dst = append(dst, '{')
	var err error
	for i, k := range keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !utf8.ValidString(k) {
			return nil, fmt.Errorf("the key %q is not valid UTF-8", k)
		}
		dst = append(AppendString(dst, k), ':')
		if dst, err = appendValue(dst, object[k], depth); err != nil {
			return nil, err
		}
	}
	return append(dst, '}'), nil
}

const hexDigits = "0123456789abcdef"

// AppendString appends s as a JSON string.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, s[start:i]...), "\uFFFD"...)
				start = i + 1
			}
			i += n
			continue
		}
		dst = append(append(dst, s[start:i]...), '\\')
		switch c {
		case '"', '\\':
			dst = append(dst, c)
		case '\b':
			dst = append(dst, 'b')
		case '\f':
			dst = append(dst, 'f')
		case '\n':
			dst = append(dst, 'n')
		case '\r':
			dst = append(dst, 'r')
		case '\t':
			dst = append(dst, 't')
		default:
			dst = append(dst, 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
		i++
		start = i
	}
	return append(append(dst, s[start:]...), '"')
}
