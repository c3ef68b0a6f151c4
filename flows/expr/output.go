package expr

import (
	"encoding/base64"
	"maps"
	"math"
	"strconv"
	"time"

	"sluice/engine/value"
)

// measure walks over a value and gives about how long its JSON is. It counts steps, and refuses what is larger than a
// result may be or nested deeper than JSON may be: with one message, since which bound is met first can depend on the
// order of a map.
func (st *state) measure(at *site, v any) int {
	n, ok := st.measureAt(v, 0)
	if !ok {
		st.fail(CodeBudget, at, "the value is larger than %d MB, or nested deeper than %d levels, or takes too many steps to walk over",
			maxOutput>>20, value.MaxDepth)
	}
	return n
}

func (st *state) measureAt(v any, depth int) (n int, ok bool) {
	switch v := v.(type) {
	case string:
		st.steps -= len(v) / bytesPerStep
		return len(v) + 2, len(v) <= maxOutput && st.steps >= 0
	case []byte:
		return len(v)*4/3 + 4, len(v) <= maxOutput/2
	case value.Decimal:
		return 3 * value.Size(v), true
	case []any:
		n = 2
		st.steps -= 1 + len(v)/8
		if depth >= value.MaxDepth || st.steps < 0 {
			return n, false
		}
		for _, item := range v {
			size, ok := st.measureAt(item, depth+1)
			if n += size + 1; !ok || n > maxOutput {
				return n, false
			}
		}
		return n, true
	case map[string]any:
		n = 2
		st.steps -= 1 + len(v)/4
		if depth >= value.MaxDepth || st.steps < 0 {
			return n, false
		}
		for k, item := range v {
			size, ok := st.measureAt(item, depth+1)
			if n += len(k) + size + 4; !ok || n > maxOutput {
				return n, false
			}
		}
		return n, true
	}
	return 16, true
}

// export is v with the kinds that exist inside expressions only written as the strings their JSON is, and held to the
// bound on results. Parts that are plain already are shared.
func (st *state) export(at *site, v any) any {
	switch v.(type) {
	case nil, bool, int, float64, value.Decimal:
		return v
	}
	st.measure(at, v)
	v, _ = written(v)
	return v
}

// written replaces the kinds that exist inside expressions only; changed says that there were some.
func written(v any) (out any, changed bool) {
	switch v := v.(type) {
	case digest:
		return string(v), true
	case time.Time:
		return v.Format(time.RFC3339Nano), true
	case time.Duration:
		return v.String(), true
	case []byte:
		return base64.StdEncoding.EncodeToString(v), true
	case *time.Location:
		return v.String(), true
	case []any:
		list := v
		for i, item := range v {
			w, itemChanged := written(item)
			if !itemChanged {
				continue
			}
			if !changed {
				list, changed = append([]any(nil), v...), true
			}
			list[i] = w
		}
		return list, changed
	case map[string]any:
		object := v
		for k, item := range v {
			w, itemChanged := written(item)
			if !itemChanged {
				continue
			}
			if !changed {
				object, changed = maps.Clone(v), true
			}
			object[k] = w
		}
		return object, changed
	}
	return v, false
}

// text is v as a template or string() writes it: null is nothing, objects and lists are JSON, numbers are exact, times
// are in the flow's zone.
func (st *state) text(at *site, v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case int:
		return strconv.Itoa(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			st.fail(CodeValue, at, "the number is not finite")
		}
		return string(value.AppendFloat(nil, v))
	case value.Decimal:
		st.spend(decimalSteps, at)
		return v.String()
	case digest:
		return string(v)
	case time.Time:
		return v.In(st.zone).Format(time.RFC3339Nano)
	case time.Duration:
		return v.String()
	case []byte:
		st.alloc(len(v), at)
		return string(v)
	case *time.Location:
		return v.String()
	}
	return st.json(at, v)
}

// json is the canonical JSON of v.
func (st *state) json(at *site, v any) string {
	size := st.measure(at, v)
	st.alloc(2*size, at)
	st.walk(2*size, at)
	v, _ = written(v)
	out, err := value.Append(make([]byte, 0, size), v)
	if err != nil {
		st.fail(CodeValue, at, "%v", err)
	}
	return string(out)
}
