package value

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
)

// Normalize turns what a node produced into plain JSON kinds, exactly as Decode(Encode(v)) would; other Go types are
// taken as encoding/json writes them, except that durations are written as Go writes them. The result may share parts
// of v, which the caller must not change afterwards.
func Normalize(v any) (any, error) { return normalize(v, 0) }

func normalize(v any, depth int) (any, error) {
	switch v := v.(type) {
	case nil, bool, int:
		return v, nil
	case string:
		return strings.ToValidUTF8(v, "\uFFFD"), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v cannot be written as JSON", v)
		}
		return fromFloat(v), nil
	case Decimal:
		return fromDecimal(v), nil
	case []any:
		return normalizeList(v, depth+1)
	case map[string]any:
		return normalizeObject(v, depth+1)
	case json.Number:
		return ParseNumber(string(v))
	case time.Time, time.Duration, []byte:
		return roundTrip(v)
	}
	return normalizeReflect(reflect.ValueOf(v), depth)
}

// roundTrip is for the kinds that Append writes as strings.
func roundTrip(v any) (any, error) {
	data, err := Encode(v)
	if err != nil {
		return nil, err
	}
	return Decode(data)
}

func normalizeList(list []any, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, errTooDeep
	}
	out := make([]any, len(list))
	var err error
	for i, v := range list {
		if out[i], err = normalize(v, depth); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func normalizeObject(object map[string]any, depth int) (any, error) {
	if depth > MaxDepth {
		return nil, errTooDeep
	}
	out := make(map[string]any, len(object))
	for k, v := range object {
		n, err := normalize(v, depth)
		if err != nil {
			return nil, err
		}
		if strings.ToValidUTF8(k, "") != k {
			return nil, fmt.Errorf("the key %q is not valid UTF-8", k)
		}
		out[k] = n
	}
	return out, nil
}

func normalizeReflect(v reflect.Value, depth int) (any, error) {
	if _, ok := reflect.TypeAssert[json.Marshaler](v); ok {
		return marshalled(v.Interface())
	}
	switch v.Kind() {
	case reflect.Bool:
		return v.Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return int(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return ParseNumber(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32:
		return ParseNumber(strconv.FormatFloat(v.Float(), 'f', -1, 32))
	case reflect.Float64:
		return normalize(v.Float(), depth)
	case reflect.String:
		return normalize(v.String(), depth)
	case reflect.Pointer:
		if v.IsNil() {
			return nil, nil
		}
		if depth > MaxDepth {
			return nil, errTooDeep
		}
		return normalize(v.Elem().Interface(), depth+1)
	case reflect.Slice, reflect.Array:
		if v.Kind() == reflect.Slice && v.IsNil() {
			return nil, nil
		}
		list := make([]any, v.Len())
		for i := range list {
			list[i] = v.Index(i).Interface()
		}
		return normalizeList(list, depth+1)
	case reflect.Map:
		if v.IsNil() {
			return nil, nil
		}
		if v.Type().Key().Kind() == reflect.String {
			object := make(map[string]any, v.Len())
			for _, k := range v.MapKeys() {
				object[k.String()] = v.MapIndex(k).Interface()
			}
			return normalizeObject(object, depth+1)
		}
	}
	return marshalled(v.Interface())
}

func marshalled(v any) (any, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	return Decode(data)
}
