package expr

import (
	"math"
	"sort"
	"strconv"
	"strings"
	"time"

	"sluice/engine/value"
)

func numberFunctions() []*function {
	number := one("number", kNumber)
	numbers := []param{{name: "values", kinds: kAny, variadic: true}}
	return []*function{
		{name: "abs", params: one("number", kNumber|kDuration), result: kNumber | kDuration, call: absolute,
			en: "A number without its sign.", zh: "绝对值。"},
		{name: "ceil", params: number, result: kNumber, call: rounding(math.Ceil, value.Decimal.Ceil),
			en: "The least whole number not below.", zh: "向上取整。"},
		{name: "floor", params: number, result: kNumber, call: rounding(math.Floor, value.Decimal.Floor),
			en: "The greatest whole number not above.", zh: "向下取整。"},
		{name: "round", params: []param{number[0], {name: "places", kinds: kNumber, optional: true}}, result: kNumber, call: round,
			en: "The number rounded half up (away from zero) to so many places, exactly.", zh: "四舍五入到指定小数位，结果精确。"},
		{name: "decimal", params: one("value", kNumber|kString), result: kNumber, call: func(st *state, at *site, args []any) any {
			return st.decimal(at, plain(args[0]))
		}, en: "An exact decimal number, for money: + - * / and comparisons with it are exact.", zh: "精确的十进制数（用于金额），与它的四则运算和比较都是精确的。"},
		{name: "int", params: one("value", kNumber|kString), result: kNumber, call: toInt,
			en: "A whole number of a text, or of a number without its fraction.", zh: "转为整数，小数部分舍去。"},
		{name: "float", params: one("value", kNumber|kString), result: kNumber, call: toFloating,
			en: "A floating-point number.", zh: "转为浮点数。"},
		{name: "max", params: numbers, result: kAny, call: extreme("max", 1), en: "The greatest of the values and of the items of lists.", zh: "最大值，参数可以是列表。"},
		{name: "min", params: numbers, result: kAny, call: extreme("min", -1), en: "The least of the values and of the items of lists.", zh: "最小值，参数可以是列表。"},
		{name: "mean", params: numbers, result: kNumber, call: mean, en: "The mean of the numbers and of the items of lists; 0 of none.", zh: "平均值，参数可以是列表；没有数字时为 0。"},
		{name: "median", params: numbers, result: kNumber, call: median, en: "The median of the numbers and of the items of lists; 0 of none.", zh: "中位数，参数可以是列表；没有数字时为 0。"},
	}
}

func absolute(st *state, at *site, args []any) any {
	var zero any = 0
	if kindOf(args[0]) == kDuration {
		zero = time.Duration(0)
	}
	if c, _ := value.Compare(args[0], zero); c < 0 {
		return negate(st, at, args[0])
	}
	return args[0]
}

func rounding(ofFloat func(float64) float64, ofDecimal func(value.Decimal) value.Decimal) native {
	return func(st *state, at *site, args []any) any {
		switch v := args[0].(type) {
		case float64:
			return ofFloat(v)
		case value.Decimal:
			st.spend(decimalSteps, at)
			return ofDecimal(v)
		}
		return args[0]
	}
}

func round(st *state, at *site, args []any) any {
	places := 0
	if v := argument(args, 1); v != nil {
		places = st.whole(at, v)
	}
	switch v := args[0].(type) {
	case int:
		if places >= 0 {
			return v
		}
	case float64:
		return st.decimal(at, v).Round(places).Float()
	}
	d := st.decimal(at, args[0]).Round(places)
	if n, ok := d.Int(); ok && kindOf(args[0]) == kNumber {
		if _, wasInt := args[0].(int); wasInt {
			return n
		}
	}
	return d
}

func toInt(st *state, at *site, args []any) any {
	switch v := plain(args[0]).(type) {
	case int:
		return v
	case float64:
		if math.Abs(v) < exactFloat {
			return int(v)
		}
	case string:
		st.walk(len(v), at)
		if n, err := strconv.Atoi(v); err == nil {
			return n
		}
		d, err := value.ParseDecimal(v)
		if err != nil || strings.ContainsAny(v, ".eE") {
			st.fail(CodeValue, at, "int: %s is not a whole number", value.Excerpt(v))
		}
		return d
	}
	d := st.decimal(at, args[0]).Truncate()
	if n, ok := d.Int(); ok {
		return n
	}
	return d
}

func toFloating(st *state, at *site, args []any) any {
	s, ok := plain(args[0]).(string)
	if !ok {
		return st.finite(at, toFloat(args[0]))
	}
	st.walk(len(s), at)
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		st.fail(CodeValue, at, "float: %s is not a number", value.Excerpt(s))
	}
	return st.finite(at, f)
}

// leaves calls visit for every argument and every item of lists among them, however deep.
func (st *state) leaves(at *site, args []any, depth int, visit func(any)) {
	st.spend(len(args), at)
	if depth > value.MaxDepth {
		st.fail(CodeValue, at, "lists are nested deeper than %d levels", value.MaxDepth)
	}
	for _, v := range args {
		if list, ok := v.([]any); ok {
			st.leaves(at, list, depth+1, visit)
			continue
		}
		visit(v)
	}
}

// extreme is max or min: the first argument than which none is greater (sign 1) or less (sign -1).
func extreme(name string, sign int) native {
	return func(st *state, at *site, args []any) any {
		var best any
		st.leaves(at, args, 0, func(v any) {
			switch {
			case kindOf(v)&orders == 0:
				st.fail(CodeType, at, "%s is not defined for %s", name, describe(v))
			case best == nil || sign*st.compare(at, v, best) > 0:
				best = v
			}
		})
		return best
	}
}

// total adds numbers: exactly where one of them is exact only as a decimal, else as float64.
func (st *state) total(at *site, name string, args []any) (sum any, n int) {
	sum = 0
	st.leaves(at, args, 0, func(v any) {
		if kindOf(v) != kNumber {
			st.fail(CodeType, at, "%s needs numbers, not %s", name, describe(v))
		}
		sum = add(st, at, sum, v)
		n++
	})
	return sum, n
}

func mean(st *state, at *site, args []any) any {
	sum, n := st.total(at, "mean", args)
	if n == 0 {
		return 0
	}
	return divide(st, at, sum, n)
}

func median(st *state, at *site, args []any) any {
	var all []any
	st.leaves(at, args, 0, func(v any) {
		if kindOf(v) != kNumber {
			st.fail(CodeType, at, "median needs numbers, not %s", describe(v))
		}
		st.alloc(2*slotBytes, at)
		all = append(all, v)
	})
	if len(all) == 0 {
		return 0
	}
	sort.SliceStable(all, func(i, j int) bool {
		st.spend(1, at)
		return st.compare(at, all[i], all[j]) < 0
	})
	middle := len(all) / 2
	if len(all)%2 == 1 {
		return all[middle]
	}
	return divide(st, at, add(st, at, all[middle-1], all[middle]), 2)
}

func bitFunctions() []*function {
	pair := []param{{name: "a", kinds: kNumber}, {name: "b", kinds: kNumber}}
	bit := func(name string, apply func(a, b int) int, en, zh string) *function {
		return &function{name: name, params: pair, result: kNumber, en: en, zh: zh, call: func(st *state, at *site, args []any) any {
			a, b := st.integer(at, name, args[0]), st.integer(at, name, args[1])
			if strings.HasSuffix(name, "hr") || strings.HasSuffix(name, "hl") {
				if b < 0 {
					st.fail(CodeValue, at, "%s: the shift must not be negative", name)
				}
			}
			return apply(a, b)
		}}
	}
	return []*function{
		bit("bitand", func(a, b int) int { return a & b }, "Bitwise and.", "按位与。"),
		bit("bitor", func(a, b int) int { return a | b }, "Bitwise or.", "按位或。"),
		bit("bitxor", func(a, b int) int { return a ^ b }, "Bitwise exclusive or.", "按位异或。"),
		bit("bitnand", func(a, b int) int { return a &^ b }, "Bitwise and of a with the complement of b.", "a 与 b 的补码按位与。"),
		bit("bitshl", func(a, b int) int { return a << b }, "Shift left.", "左移。"),
		bit("bitshr", func(a, b int) int { return a >> b }, "Shift right, keeping the sign.", "算术右移。"),
		bit("bitushr", func(a, b int) int { return int(uint(a) >> b) }, "Shift right, filling with zeros.", "逻辑右移。"),
		{name: "bitnot", params: pair[:1], result: kNumber, en: "Bitwise complement.", zh: "按位取反。",
			call: func(st *state, at *site, args []any) any { return ^st.integer(at, "bitnot", args[0]) }},
	}
}

// integer is an argument that must be a whole number of 64 bits.
func (st *state) integer(at *site, name string, v any) int {
	if n, ok := v.(int); ok {
		return n
	}
	n, ok := st.decimal(at, v).Int()
	if !ok {
		st.fail(CodeValue, at, "%s needs whole numbers of 64 bits", name)
	}
	return n
}
