package sqldb

import (
	"encoding/base64"
	"fmt"
	"math"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
)

// arguments are the values of a statement's placeholders: from an object by name, or from a list by position.
func (s *statement) arguments(args core.Value, bind func(core.Value) (any, error)) ([]any, error) {
	if s.names == nil {
		return s.positional(args, bind)
	}
	object, ok := args.(core.Object)
	if !ok && args != nil {
		return nil, refused("db.args", "the statement has named arguments, so args must be an object")
	}
	out := make([]any, len(s.names))
	var missing []string
	for i, name := range s.names {
		v, ok := object[name]
		if !ok {
			missing = append(missing, ":"+name)
			continue
		}
		bound, err := s.boundAt(i, v, bind)
		if err != nil {
			return nil, refused("db.args", "the argument :%s: %s", name, err)
		}
		out[i] = bound
	}
	if missing != nil {
		return nil, refused("db.args", "args has no value for %s; a null must be written as one", strings.Join(missing, ", "))
	}
	return out, nil
}

func (s *statement) positional(args core.Value, bind func(core.Value) (any, error)) ([]any, error) {
	var list core.List
	switch args := args.(type) {
	case nil:
	case core.List:
		list = args
	case core.Object:
		if s.marks > 0 {
			return nil, refused("db.args", "the statement has ? arguments, so args must be a list")
		}
	default:
		return nil, refused("db.args", "args must be an object or a list, not %s", value.Kind(args))
	}
	if len(list) != s.marks {
		return nil, refused("db.args", "the statement has %d ? and args has %d values", s.marks, len(list))
	}
	out := make([]any, len(list))
	for i, v := range list {
		bound, err := s.boundAt(i, v, bind)
		if err != nil {
			return nil, refused("db.args", "argument %d: %s", i+1, err)
		}
		out[i] = bound
	}
	return out, nil
}

// bind is a JSON value as most databases take it: whole numbers and floats as such, decimals as text in all their digits
// (a numeric column turns it into a number), lists and objects as JSON text.
func bind(v core.Value) (any, error) {
	switch v := v.(type) {
	case nil, string, bool, float64, []byte:
		return v, nil
	case int:
		return int64(v), nil
	case value.Decimal:
		return v.String(), nil
	case core.List, core.Object, time.Time, time.Duration:
		text, err := value.Encode(v)
		if err != nil {
			return nil, err
		}
		return strings.Trim(string(text), `"`), nil
	default:
		return nil, fmt.Errorf("a %s cannot be stored", value.Kind(v))
	}
}

// result is a value of SQLite's as JSON: NULL as null, bytes as standard base64, texts and whole numbers exactly. A
// column declared BOOLEAN turns 0 and 1 into false and true; times come as they are stored.
func sqliteResult(v any, declared string) (core.Value, error) {
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case string:
		return strings.ToValidUTF8(v, "\uFFFD"), nil
	case int64:
		if (v == 0 || v == 1) && (declared == "BOOLEAN" || declared == "BOOL") {
			return v == 1, nil
		}
		return int(v), nil
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			return nil, refused("db.bad_value", "the result holds a number that JSON cannot write")
		}
		return value.Normalize(v)
	case []byte:
		return base64.StdEncoding.EncodeToString(v), nil
	default:
		return nil, refused("db.bad_value", "the driver returned a %T, which has no JSON form", v)
	}
}
