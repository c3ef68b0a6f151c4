package expr

import (
	"maps"
	"slices"
	"unicode/utf8"

	"sluice/engine/value"
)

func listFunctions() []*function {
	list := param{name: "list", kinds: kList}
	object := one("object", kObject)
	return []*function{
		{name: "len", params: one("value", kList|kObject|kString|kBytes), result: kNumber, call: length,
			en: "How many items a list, fields an object or characters a text has.", zh: "列表项数、对象字段数或文本字符数。"},
		{name: "first", params: one("list", kAny), result: kAny, call: edge(0), en: "The first item, or nil.", zh: "第一项，没有则为 nil。"},
		{name: "last", params: one("list", kAny), result: kAny, call: edge(-1), en: "The last item, or nil.", zh: "最后一项，没有则为 nil。"},
		{name: "take", params: []param{list, {name: "n", kinds: kNumber}}, result: kList, call: take, en: "The first n items.", zh: "前 n 项。"},
		{name: "keys", params: object, result: kList, call: keys, en: "The keys of an object, sorted.", zh: "对象的键（有序）。"},
		{name: "values", params: object, result: kList, call: values, en: "The values of an object, by sorted keys.", zh: "对象的值（按键排序）。"},
		{name: "toPairs", params: object, result: kList, call: toPairs, en: "The [key, value] pairs of an object, by sorted keys.", zh: "对象的 [键, 值] 列表（按键排序）。"},
		{name: "fromPairs", params: []param{list}, result: kObject, call: fromPairs, en: "An object of [key, value] pairs.", zh: "由 [键, 值] 列表构造对象。"},
		{name: "reverse", params: []param{list}, result: kList, call: reverse, en: "The items in opposite order.", zh: "反转列表。"},
		{name: "uniq", params: []param{list}, result: kList, call: uniq, en: "The items without later equal ones.", zh: "去重，保留先出现的项。"},
		{name: "concat", params: []param{{name: "lists", kinds: kList}, {name: "lists", kinds: kList, variadic: true}}, result: kList, call: concat,
			en: "The items of all lists in one.", zh: "把多个列表连接成一个。"},
		{name: "flatten", params: []param{list}, result: kList, call: flatten, en: "The items of a list and of all lists in it.", zh: "展开嵌套列表。"},
		{name: "sort", params: []param{list, {name: "order", kinds: kString, optional: true}}, result: kList, call: sortList,
			en: `The items in order, "asc" or "desc".`, zh: "排序（asc 或 desc）。"},
		{name: "get", params: []param{{name: "value", kinds: kAny}, {name: "path", kinds: kString | kNumber}}, result: kAny, call: get,
			en: "What a gjson path finds in a value, or nil.", zh: "按 gjson 路径取值，没有则为 nil。"},
	}
}

func length(st *state, at *site, args []any) any {
	switch v := plain(args[0]).(type) {
	case []any:
		return len(v)
	case map[string]any:
		return len(v)
	case []byte:
		return len(v)
	case string:
		st.walk(len(v), at)
		return utf8.RuneCountInString(v)
	}
	return 0
}

func edge(index int) native {
	return func(st *state, at *site, args []any) any {
		if kindOf(args[0])&(kList|kString) == 0 {
			return nil
		}
		return st.member(at, args[0], index)
	}
}

func take(st *state, at *site, args []any) any {
	list, n := args[0].([]any), st.whole(at, args[1])
	if n < 0 {
		st.fail(CodeValue, at, "take: n must not be negative")
	}
	n = min(n, len(list))
	return list[:n:n]
}

// sortedKeys counts what it walks over.
func (st *state) sortedKeys(at *site, object map[string]any) []string {
	st.spend(1+len(object), at)
	st.alloc(listBytes+len(object)*4*slotBytes, at)
	return slices.Sorted(maps.Keys(object))
}

func keys(st *state, at *site, args []any) any {
	sorted := st.sortedKeys(at, args[0].(map[string]any))
	out := make([]any, len(sorted))
	for i, k := range sorted {
		out[i] = k
	}
	return out
}

func values(st *state, at *site, args []any) any {
	object := args[0].(map[string]any)
	sorted := st.sortedKeys(at, object)
	out := make([]any, len(sorted))
	for i, k := range sorted {
		out[i] = object[k]
	}
	return out
}

func toPairs(st *state, at *site, args []any) any {
	object := args[0].(map[string]any)
	sorted := st.sortedKeys(at, object)
	st.alloc(len(sorted)*(listBytes+2*slotBytes), at)
	out := make([]any, len(sorted))
	for i, k := range sorted {
		out[i] = []any{k, object[k]}
	}
	return out
}

func fromPairs(st *state, at *site, args []any) any {
	list := args[0].([]any)
	st.spend(1+len(list), at)
	st.alloc(listBytes+len(list)*entryBytes, at)
	out := make(map[string]any, len(list))
	for _, item := range list {
		pair, ok := item.([]any)
		if !ok || len(pair) != 2 {
			st.fail(CodeType, at, "fromPairs needs a list of [key, value] pairs")
		}
		out[st.key(at, pair[0])] = pair[1]
	}
	return out
}

func reverse(st *state, at *site, args []any) any {
	list := args[0].([]any)
	st.spend(len(list)/8, at)
	st.alloc(listBytes+len(list)*slotBytes, at)
	out := slices.Clone(list)
	slices.Reverse(out)
	return out
}

func uniq(st *state, at *site, args []any) any {
	list := args[0].([]any)
	seen := make(map[string]bool)
	out := []any{}
	for _, item := range list {
		st.spend(1, at)
		key := st.identity(at, item)
		if seen[key] {
			continue
		}
		st.alloc(entryBytes+len(key)+2*slotBytes, at)
		seen[key] = true
		out = append(out, item)
	}
	return out
}

// identity is a text that equal values have in common, and unequal ones do not.
func (st *state) identity(at *site, v any) string {
	switch v := plain(v).(type) {
	case string:
		st.walk(len(v), at)
		return "s" + v
	case int, float64, value.Decimal:
		return "n" + st.decimal(at, v).String()
	}
	return "j" + st.json(at, v)
}

func concat(st *state, at *site, args []any) any {
	n := 0
	for _, list := range args {
		n += len(list.([]any))
	}
	st.spend(n/8, at)
	st.alloc(listBytes+n*slotBytes, at)
	out := make([]any, 0, n)
	for _, list := range args {
		out = append(out, list.([]any)...)
	}
	return out
}

func flatten(st *state, at *site, args []any) any {
	out := []any{}
	st.leaves(at, args, 0, func(v any) {
		st.alloc(2*slotBytes, at)
		out = append(out, v)
	})
	return out
}

func sortList(st *state, at *site, args []any) any {
	list := args[0].([]any)
	descending := st.descending(at, argument(args, 1))
	st.alloc(listBytes+3*len(list)*slotBytes, at)
	return st.sorted(at, list, list, descending)
}

func get(st *state, at *site, args []any) any {
	if n, ok := args[1].(int); ok {
		if args[0] == nil {
			return nil
		}
		return st.member(at, args[0], n)
	}
	text := st.text(at, args[1])
	st.walk(len(text), at)
	path, err := newPath(text)
	if err != nil {
		st.fail(CodeValue, at, "get: %v", err)
	}
	v, _ := path.find(st, at, args[0])
	return v
}
