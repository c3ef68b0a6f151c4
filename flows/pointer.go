package flows

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
)

// find is the value at a JSON Pointer.
func find(v core.Value, pointer string) (core.Value, bool) {
	for pointer != "" {
		rest, ok := strings.CutPrefix(pointer, "/")
		if !ok {
			return nil, false
		}
		segment := rest
		pointer = ""
		if i := strings.IndexByte(rest, '/'); i >= 0 {
			segment, pointer = rest[:i], rest[i:]
		}
		if v, ok = child(v, segment); !ok {
			return nil, false
		}
	}
	return v, true
}

func child(v core.Value, segment string) (core.Value, bool) {
	switch v := v.(type) {
	case core.Object:
		found, ok := v[unescapeSegment(segment)]
		return found, ok
	case core.List:
		i, err := strconv.Atoi(segment)
		if err != nil || i < 0 || i >= len(v) {
			return nil, false
		}
		return v[i], true
	default:
		return nil, false
	}
}

func unescapeSegment(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "~1", "/"), "~0", "~")
}

// lastSegment is the last key or index of a pointer.
func lastSegment(pointer string) string {
	return unescapeSegment(pointer[strings.LastIndexByte(pointer, '/')+1:])
}

// plainNumbers gives numbers the types that JSON Schema's library knows. What holds no decimal is returned as it is.
func plainNumbers(v core.Value) core.Value {
	if !hasDecimal(v) {
		return v
	}
	return withoutDecimals(v)
}

func withoutDecimals(v core.Value) core.Value {
	switch v := v.(type) {
	case value.Decimal:
		return json.Number(v.String())
	case core.List:
		list := make(core.List, len(v))
		for i, item := range v {
			list[i] = withoutDecimals(item)
		}
		return list
	case core.Object:
		object := make(core.Object, len(v))
		for key, field := range v {
			object[key] = withoutDecimals(field)
		}
		return object
	default:
		return v
	}
}

func hasDecimal(v core.Value) bool {
	switch v := v.(type) {
	case value.Decimal:
		return true
	case core.List:
		return slices.ContainsFunc(v, hasDecimal)
	case core.Object:
		for _, field := range v {
			if hasDecimal(field) {
				return true
			}
		}
	}
	return false
}

// anyText reports whether a text within v has a property.
func anyText(v core.Value, has func(string) bool) bool {
	switch v := v.(type) {
	case string:
		return has(v)
	case core.List:
		return slices.ContainsFunc(v, func(item core.Value) bool { return anyText(item, has) })
	case core.Object:
		for _, field := range v {
			if anyText(field, has) {
				return true
			}
		}
	}
	return false
}

func mentions(v core.Value, name string) bool {
	return anyText(v, func(text string) bool { return strings.Contains(text, name) })
}
