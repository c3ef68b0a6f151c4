package expr

// functions is the language's functions by name.
var functions = byName(loopFunctions(), textFunctions(), codecFunctions(), numberFunctions(), bitFunctions(), listFunctions(), timeFunctions(), otherFunctions())

// str is an argument that was checked to be a string, or left out.
func str(v any) string {
	s, _ := plain(v).(string)
	return s
}

// argument is the i-th argument, or nil when it was left out.
func argument(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return nil
}

func one(name string, k kinds) []param { return []param{{name: name, kinds: k}} }

func loopFunctions() []*function {
	list := param{name: "list", kinds: kList}
	condition := param{name: "predicate", kinds: kBool | kNull, predicate: true}
	optional := condition
	optional.optional = true
	mapper := param{name: "predicate", kinds: kAny, predicate: true}
	return []*function{
		{name: "all", params: []param{list, condition}, result: kBool,
			en: "Whether the predicate holds for every item.", zh: "是否每一项都满足条件。"},
		{name: "none", params: []param{list, condition}, result: kBool,
			en: "Whether the predicate holds for no item.", zh: "是否没有任何一项满足条件。"},
		{name: "any", params: []param{list, condition}, result: kBool,
			en: "Whether the predicate holds for at least one item.", zh: "是否至少有一项满足条件。"},
		{name: "one", params: []param{list, condition}, result: kBool,
			en: "Whether the predicate holds for exactly one item.", zh: "是否恰好有一项满足条件。"},
		{name: "filter", params: []param{list, condition}, result: kList,
			en: "The items for which the predicate holds.", zh: "满足条件的各项。"},
		{name: "map", params: []param{list, mapper}, result: kList,
			en: "What the predicate gives for each item.", zh: "对每一项求值得到的列表。"},
		{name: "count", params: []param{list, optional}, result: kNumber,
			en: "How many items the predicate holds for; without one, how many are true.", zh: "满足条件的项数；不写条件时统计为 true 的项数。"},
		{name: "sum", params: []param{list, {name: "predicate", kinds: kAny, predicate: true, optional: true}}, result: kNumber | kDuration,
			en: "The sum of the items, or of what the predicate gives for each.", zh: "各项（或对各项求值结果）的总和。"},
		{name: "find", params: []param{list, condition}, result: kAny,
			en: "The first item for which the predicate holds, or nil.", zh: "第一个满足条件的项，没有则为 nil。"},
		{name: "findIndex", params: []param{list, condition}, result: kNumber | kNull,
			en: "The position of the first item for which the predicate holds, or nil.", zh: "第一个满足条件的项的位置，没有则为 nil。"},
		{name: "findLast", params: []param{list, condition}, result: kAny,
			en: "The last item for which the predicate holds, or nil.", zh: "最后一个满足条件的项，没有则为 nil。"},
		{name: "findLastIndex", params: []param{list, condition}, result: kNumber | kNull,
			en: "The position of the last item for which the predicate holds, or nil.", zh: "最后一个满足条件的项的位置，没有则为 nil。"},
		{name: "groupBy", params: []param{list, mapper}, result: kObject,
			en: "An object of lists: the items by what the predicate gives for them, as text.", zh: "按求值结果（作为文本）把各项分组成对象。"},
		{name: "sortBy", params: []param{list, mapper, {name: "order", kinds: kString, optional: true}}, result: kList,
			en: `The items by what the predicate gives for them, "asc" or "desc"; equal ones keep their order.`, zh: "按求值结果排序（asc 或 desc），相等的项保持原有顺序。"},
		{name: "reduce", params: []param{list, mapper, {name: "start", kinds: kAny, optional: true}}, result: kAny,
			en: "The predicate evaluated for each item in turn, #acc being what it gave for the one before.", zh: "依次对每一项求值，#acc 是上一项的结果。"},
	}
}
