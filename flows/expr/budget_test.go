package expr_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/flows/expr"
)

// bound is far above what the budget allows on a slow machine, and far below what an unbounded evaluation takes.
const (
	maxTime = 10 * time.Second
	maxHeap = 400 << 20
)

func TestNothingPassesTheBudget(t *testing.T) {
	s, env := setup(t)
	big := strings.Repeat("a", 1<<20)
	s.input = map[string]any{"n": 1_000_000_000, "k": 2000, "m": 1_000_000, "big": big, "deep": nested(400), "one": 1, "list": numbers(20_000)}
	cases := map[string]string{
		"range":            `1..input.n`,
		"constant range":   `1..1000000000`,
		"wide range":       `-9223372036854775807..9223372036854775807`,
		"nested maps":      `map(1..input.k, map(1..input.k, #))`,
		"nested counts":    `count(1..input.k, count(1..input.k, # > 3) > 3)`,
		"nested reduce":    `reduce(1..input.k, #acc + reduce(1..input.k, #acc + #, 0), 0)`,
		"doubling string":  `reduce(1..60, #acc + #acc, "x")`,
		"doubling list":    `reduce(1..60, concat(#acc, #acc), [1])`,
		"tree":             `reduce(1..60, [#acc, #acc], 1)`,
		"tree as text":     `toJSON(reduce(1..60, ({"a": #acc, "b": #acc}), 1))`,
		"tree in template": `"" + string(reduce(1..60, [#acc, #acc], 1))`,
		"trees compared":   `reduce(1..60, [#acc, #acc], 1) == reduce(1..60, [#acc, #acc], 1)`,
		"tree flattened":   `flatten(reduce(1..60, [#acc, #acc], 1))`,
		"deep list":        `reduce(1..input.m, [#acc], 1)`,
		"deep compared":    `let d = reduce(1..100000, [#acc], 1); d == d`,
		"repeat":           `repeat(input.big, input.m)`,
		"repeat overflow":  `repeat(input.big, 9223372036854775807)`,
		"replace":          `replace(input.big, "", input.big)`,
		"replace one":      `replace(input.big, "a", input.big)`,
		"join":             `join(map(1..100, input.big), input.big)`,
		"split":            `map(1..100, split(input.big, ""))`,
		"shared output":    `map(1..1000, input.big)`,
		"contains":         `count(1..100000, input.big contains "b")`,
		"equal":            `count(1..100000, input.list == map(input.list, #))`,
		"in":               `count(1..100000, -1 in input.list)`,
		"upper":            `map(1..1000, upper(input.big))`,
		"hash":             `count(1..100000, sha256(input.big) == "")`,
		"json":             `count(1..100000, len(toJSON(input.list)) > 0)`,
		"fromJSON":         `count(1..100000, fromJSON("[" + repeat("1,", 100000) + "1]") == nil)`,
		"gjson":            `count(1..100000, get(input.list, "#(==1)") == 1)`,
		"gjson multipath":  `get(input, "[@this,@this,@this,@this]|[@this,@this,@this,@this]|[@this,@this,@this,@this]|[@this,@this,@this]")`,
		"gjson tostr":      `get(input, "@tostr|@tostr|@tostr|@tostr|@tostr|@tostr|@tostr|@tostr|@tostr|@tostr")`,
		"gjson dig":        `count(1..1000, get(input, "@dig:a") == nil)`,
		"regexp":           `count(1..10000, input.big matches "(a|aa)+(a|b|c|d){100}$")`,
		"dynamic regexp":   `count(1..100000, input.big[:10] matches ("a{" + string(#) + "}"))`,
		"sort":             `map(1..1000, sort(input.list, "desc"))`,
		"sortBy":           `count(1..1000, len(sortBy(input.list, -#)) > 0)`,
		"uniq":             `count(1..1000, len(uniq(input.list)) > 0)`,
		"decimals":         `reduce(1..input.m, #acc * #acc, decimal("1.0000001"))`,
		"decimal division": `count(1..input.m, decimal("1" + repeat("7", 900)) / decimal("3" + repeat("1", 300)) > 0)`,
		"power":            `decimal("1.5") ** 4000`,
		"uuid":             `count(1..input.m, uuid() == "")`,
		"time":             `count(1..input.m, formatTime(now(), "2006-01-02") == "")`,
		"big body":         `count(1..200000, ` + strings.Repeat("# + ", 2000) + `1 > 0)`,
		"slices":           `count(1..1000000, input.big[5:500000] == "")`,
		"keys":             `count(1..input.m, len(keys({"a": 1, "b": 2, "c": 3})) == 3)`,
	}
	for name, src := range cases {
		t.Run(name, func(t *testing.T) {
			before := heap()
			start := time.Now()
			p, problems := expr.Compile(src, env)
			if len(problems) > 0 {
				require.Contains(t, []string{expr.CodeBudget, expr.CodeValue, expr.CodePath}, problems[0].Code, "%v", problems)
				require.Less(t, time.Since(start), maxTime)
				return
			}
			_, f := p.Eval(s)
			require.NotNil(t, f)
			require.Contains(t, []string{expr.CodeBudget, expr.CodeValue}, f.Code, f.Message)
			require.Less(t, time.Since(start), maxTime)
			require.Less(t, heap()-before, uint64(maxHeap))
		})
	}
}

// heap is how much was allocated in all.
func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func nested(depth int) any {
	var v any = 1
	for range depth {
		v = map[string]any{"a": v}
	}
	return v
}

func numbers(n int) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = i
	}
	return list
}

func TestHostileText(t *testing.T) {
	t.Parallel()
	_, env := setup(t)
	cases := map[string]string{
		"brackets":       strings.Repeat("(", 100_000) + "1" + strings.Repeat(")", 100_000),
		"brackets short": strings.Repeat("(", 9_000) + "1" + strings.Repeat(")", 9_000),
		"lists":          strings.Repeat("[", 9_000),
		"minus":          strings.Repeat("-", 19_000) + "1",
		"nots":           strings.Repeat("not ", 4_900) + "true",
		"ternaries":      strings.Repeat("true?1:", 2_800) + "1",
		"sum":            strings.Repeat("1+", 9_900) + "1",
		"elvis":          strings.Repeat("(", 150) + "input" + strings.Repeat(" ?: 1)", 150),
		"comparisons":    strings.Repeat("(1 < ", 150) + "1" + strings.Repeat(" < 3)", 150),
		"regexp":         `"a" matches "((((a{100}){100}){100}){100})"`,
		"long regexp":    `"a" matches "` + strings.Repeat("a", 5000) + `"`,
		"closers":        strings.Repeat(")", 9_000),
		"long":           strings.Repeat(" ", 30_000) + "1",
	}
	for name, src := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			_, problems := expr.Compile(src, env)
			require.NotEmpty(t, problems)
			require.Less(t, time.Since(start), maxTime)
		})
	}
}

func TestTheBudgetIsEnoughForLargeWork(t *testing.T) {
	t.Parallel()
	s, env := setup(t)
	s.input = map[string]any{"list": numbers(20_000)}
	for _, src := range []string{
		`sum(map(filter(input.list, # % 2 == 0), # * 2))`,
		`len(uniq(input.list))`,
		`len(sortBy(input.list, -#))`,
		`len(groupBy(input.list, # % 100))`,
		`len(map(input.list, {{"id": #, "text": "order " + string(#), "even": # % 2 == 0}}))`,
		`sum(input.list, decimal(#) * decimal("1.1"))`,
	} {
		p, problems := expr.Compile(src, env)
		require.Empty(t, problems)
		_, f := p.Eval(s)
		require.Nil(t, f, src)
	}
}
