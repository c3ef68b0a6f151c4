package expr

import (
	"strconv"
	"unicode/utf8"
)

// field reads a named field; of null it is null.
func (st *state) field(at *site, v any, name string) any {
	switch v := v.(type) {
	case map[string]any:
		return v[name]
	case nil:
		return nil
	}
	st.fail(CodeType, at, "cannot read the field %s of a %s", strconv.Quote(name), describe(v))
	return nil
}

// member reads v[key]: a field of an object, an item of a list (from the end when negative), a character of a string.
// What is not there is null.
func (st *state) member(at *site, v, key any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case map[string]any:
		return v[st.key(at, key)]
	case []any:
		if kindOf(key) == kString {
			st.fail(CodeType, at, "a list has no field %s: read an item first, as in [0], or use map", strconv.Quote(st.text(at, key)))
		}
		i := st.whole(at, key)
		if i < 0 {
			i += len(v)
		}
		if i < 0 || i >= len(v) {
			return nil
		}
		return v[i]
	case string:
		i := st.whole(at, key)
		chars := st.characters(at, v)
		if i < 0 {
			i += chars
		}
		if i < 0 || i >= chars {
			return nil
		}
		return substring(v, chars, i, i+1)
	case digest:
		return st.member(at, string(v), key)
	}
	st.fail(CodeType, at, "cannot read a member of a %s", describe(v))
	return nil
}

// key is v as the key of an object: keys are strings, other scalars are written as text.
func (st *state) key(at *site, v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	if kindOf(v)&(kList|kObject) != 0 {
		st.fail(CodeType, at, "a %s cannot be a key", describe(v))
	}
	return st.text(at, v)
}

func (st *state) characters(at *site, s string) int {
	st.walk(len(s), at)
	return utf8.RuneCountInString(s)
}

// substring is the characters [from, to) of s, which has chars of them.
func substring(s string, chars, from, to int) string {
	if chars == len(s) {
		return s[from:to]
	}
	start, end, n := len(s), len(s), 0
	for i := range s {
		if n == from {
			start = i
		}
		if n == to {
			end = i
			break
		}
		n++
	}
	return s[start:end]
}

// slice is v[from:to] with expr's rules: negative positions count from the end, and what lies outside is cut off.
func (st *state) slice(at *site, v, from, to any) any {
	if v == nil {
		return nil
	}
	length := 0
	switch v := plain(v).(type) {
	case []any:
		length = len(v)
	case string:
		length = st.characters(at, v)
	default:
		st.fail(CodeType, at, "cannot slice a %s", describe(v))
	}
	a, b := 0, length
	if from != nil {
		a = st.whole(at, from)
	}
	if to != nil {
		b = st.whole(at, to)
	}
	if a < 0 {
		a = max(0, a+length)
	}
	if b < 0 {
		b = max(0, b+length)
	}
	b = min(b, length)
	a = min(a, b)
	if list, ok := v.([]any); ok {
		return list[a:b:b]
	}
	return substring(plain(v).(string), length, a, b)
}

// in says whether a list has an equal item, or an object a key.
func (st *state) in(at *site, needle, v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case []any:
		st.spend(len(v)/8, at)
		for _, item := range v {
			if st.equal(at, item, needle) {
				return true
			}
		}
		return false
	case map[string]any:
		if needle == nil {
			return false
		}
		_, ok := v[st.key(at, needle)]
		return ok
	}
	st.fail(CodeType, at, "in needs a list or an object, not a %s; contains searches text", describe(v))
	return false
}

// truth is v as a condition: null is false, anything else that is no boolean a failure.
func (st *state) truth(at *site, v any) bool {
	switch v := v.(type) {
	case bool:
		return v
	case nil:
		return false
	}
	st.fail(CodeType, at, "a condition must be true or false, not a %s", describe(v))
	return false
}

// list is v where a list must stand.
func (st *state) list(at *site, name string, v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	hint := ""
	if v == nil {
		hint = "; ?? [] gives an empty one in place of null"
	}
	st.fail(CodeType, at, "%s needs a list, not %s%s", name, describe(v), hint)
	return nil
}

// makeRange is the list of whole numbers from a to b.
func (st *state) makeRange(at *site, a, b any) any {
	from, to := st.whole(at, a), st.whole(at, b)
	if to < from {
		return []any{}
	}
	n := to - from + 1
	if n <= 0 || n > maxMemory/slotBytes {
		st.alloc(maxMemory+1, at)
	}
	st.alloc(listBytes+n*(slotBytes+8), at)
	st.spend(n/8, at)
	list := make([]any, n)
	for i := range list {
		list[i] = from + i
	}
	return list
}
