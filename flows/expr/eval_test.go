package expr_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/expr"
)

func TestEval(t *testing.T) {
	t.Parallel()
	cases := []struct {
		src  string
		want any
	}{
		// Names.
		{`trigger.body.order_id`, 6920000000000012345},
		{`trigger.headers["x-request-id"]`, "q1"},
		{`input.a + 1`, 2},
		{`nodes.fetch.body.logistics_no`, "SF1"},
		{`nodes["get-detail"][1]`, 2},
		{`nodes.save.rowsAffected`, nil},
		{`nodes.save != nil ? 'shipped' : 'unchanged'`, "unchanged"},
		{`vars.staleAfter`, 180},
		{`item.n + index`, 11},
		{`error.code`, nil},
		{`run.id + flow.id + string(flow.version)`, "r1f3"},
		{`run.elapsedMs`, 2500},
		{`run.startedAt`, "2026-03-01T09:00:00+08:00"},
		{`run.parent`, nil},
		{`tables.status["3"]`, "SHIPPED"},
		{`tables[trigger.body.none ?? "status"].x`, "Y"},
		{`lookup("status", 3)`, "SHIPPED"},
		{`lookup("status", "none", "?")`, "?"},
		{`lookup("status", "none")`, nil},
		// What is absent is nil.
		{`trigger.body.no.such.field`, nil},
		{`trigger.body.items[99].sku`, nil},
		{`trigger.body.items[-1].sku`, "a"},
		{`trigger.body.none?.x?.y`, nil},
		{`trigger.body.no && true`, false},
		{`!trigger.body.no`, true},
		{`trigger.body.no ? 1 : 2`, 2},
		{`trigger.body.no contains "x"`, false},
		{`1 in trigger.body.no`, false},
		{`trigger.body.no[1:2]`, nil},
		{`trigger.body.no ?? "default"`, "default"},
		// Exact numbers.
		{`9223372036854775807 + 1`, dec(t, "9223372036854775808")},
		{`-9223372036854775807 - 2`, dec(t, "-9223372036854775809")},
		{`vars.big * 2`, dec(t, "18446744073709551614")},
		{`vars.big + 0.5`, dec(t, "9223372036854775807.5")},
		{`trigger.body.order_id == 6920000000000012346`, false},
		{`trigger.body.order_id + 0.0 == trigger.body.order_id`, true},
		{`decimal("0.1") + decimal("0.2") == decimal("0.3")`, true},
		{`decimal("0.1") + 0.2 == 0.3`, true},
		{`0.1 + 0.2 == 0.3`, false},
		{`decimal(19.99) * 3`, dec(t, "59.97")},
		{`decimal(1) / 3`, dec(t, "0.33333333333333333333333333333333")},
		{`decimal("2") ** 70`, dec(t, "1180591620717411303424")},
		{`sum(trigger.body.items, decimal(.price) * .qty)`, dec(t, "45.28")},
		{`round(2.345, 2)`, 2.35},
		{`round(decimal("2.345"), 2)`, dec(t, "2.35")},
		{`round(1.005, 2)`, 1.01},
		{`round(-2.5)`, -3},
		{`round(149, -2)`, 100},
		{`max(decimal("1.5"), 1, 1.4)`, 1.5},
		{`mean([decimal("0.1"), decimal("0.2")])`, dec(t, "0.15")},
		{`sort([3, decimal("2.5"), 1.5])`, []any{1.5, 2.5, 3}},
		{`1.0000000000000000000001 == 1`, false},
		{`7.5 % 2`, 1.5},
		{`string(6920000000000012345)`, "6920000000000012345"},
		{`int("12345678901234567890") + 1`, dec(t, "12345678901234567891")},
		{`int(3.99)`, 3},
		{`abs(-3)`, 3},
		{`[1, {"a": 2.0}] == [1.0, {"a": 2}]`, true},
		{`1e400 ?? 1`, nil},
		// Text by characters.
		{`len(trigger.body.text)`, 4},
		{`trigger.body.text[0:2]`, "订单"},
		{`trigger.body.text[-1]`, "成"},
		{`indexOf(trigger.body.text, "完")`, 2},
		{`string(nil)`, ""},
		{`string([1, "a", nil])`, `[1,"a",null]`},
		{`upper("abc") + lower("ABC")`, "ABCabc"},
		{`join([1, 2.5, nil, "x"], "-")`, "1-2.5--x"},
		// Order.
		{`keys(trigger.body.map)`, []any{"a", "m", "z"}},
		{`values(trigger.body.map)`, []any{2, 3, 1}},
		{`toPairs(trigger.body.map)[0]`, []any{"a", 2}},
		{`keys(groupBy(trigger.body.items, .sku))`, []any{"a", "b"}},
		{`groupBy([1, 2, 1], #)["1"]`, []any{1, 1}},
		{`groupBy([1, 2, 1], #)[1]`, []any{1, 1}},
		{`map(sortBy(trigger.body.items, .sku), .qty)`, []any{2, 3, 1}},
		{`uniq([1, 1.0, "1", nil, nil, [1], [1]])`, []any{1, "1", nil, []any{1}}},
		{`flatten([1, [2, [3]]])`, []any{1, 2, 3}},
		// JSON.
		{`toJSON({b: 1, a: [nil, 6920000000000012345]})`, `{"a":[null,6920000000000012345],"b":1}`},
		{`fromJSON('{"id": 6920000000000012345}').id`, 6920000000000012345},
		{`get(trigger.body, "items.#(sku==\"a\")#.qty")`, []any{2, 3}},
		{`get(trigger.body, "items.0.sku")`, "a"},
		{`get(trigger.body, "items.#")`, 3},
		{`get(trigger.body, "order_id|@this")`, 6920000000000012345},
		{`get(trigger.body.items, 1).sku`, "b"},
		{`get(nil, "a.b")`, nil},
		// Time.
		{`now()`, "2026-03-01T09:00:02.5+08:00"},
		{`ago("2d")`, "2026-02-27T09:00:02.5+08:00"},
		{`now() - ago("48h") == duration("2d")`, true},
		{`parseTime("2026-01-02 03:04:05")`, "2026-01-02T03:04:05+08:00"},
		{`parseTime("2026-01-02 03:04:05", nil, "America/New_York")`, "2026-01-02T03:04:05-05:00"},
		{`parseTime("2026-01-02T03:04:05Z")`, "2026-01-02T03:04:05Z"},
		{`parseTime("02.01.2026", "02.01.2006")`, "2026-01-02T00:00:00+08:00"},
		{`parseTime("20260102030405")`, "2026-01-02T03:04:05+08:00"},
		{`parseTime("1767322800")`, "2026-01-02T11:00:00+08:00"},
		{`date("2026-01-02").Year()`, 2026},
		{`date("2026-01-02", "2006-01-02", "UTC")`, "2026-01-02T00:00:00Z"},
		{`formatTime(now())`, "2026-03-01T09:00:02.5+08:00"},
		{`formatTime(unix(1767322800))`, "2026-01-02T11:00:00+08:00"},
		{`formatTime("2026-01-02T03:04:05Z", "2006-01-02 15:04:05")`, "2026-01-02 11:04:05"},
		{`formatTime(1767322800000, "DateTime", "UTC")`, "2026-01-02 03:00:00"},
		{`unix(1767322800) == unix(1767322800000)`, true},
		{`now().In(timezone("UTC")).Hour()`, 1},
		{`duration("90m").Hours()`, 1.5},
		{`(now() - run.startedAt).Seconds() > 2`, true},
		{`max(now(), ago("1h")) == now()`, true},
		// Hashes.
		{`md5("abc")`, "900150983cd24fb0d6963f7d28e17f72"},
		{`upper(md5("abc"))`, "900150983CD24FB0D6963F7D28E17F72"},
		{`md5("abc") == "900150983cd24fb0d6963f7d28e17f72"`, true},
		{`sha1("abc")`, "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{`hex(sha256("abc"))`, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{`base64(hmacSha256("key", "The quick brown fox jumps over the lazy dog"))`, "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="},
		{`hmacSha256("key", "The quick brown fox jumps over the lazy dog")`, "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"},
		{`unbase64(base64("订单"))`, "订单"},
		{`hex(unbase64("/w=="))`, "ff"},
		{`hex("abc")`, "616263"},
		{`urlencode("a b&订单*~")`, "a+b%26%E8%AE%A2%E5%8D%95%2A~"},
		{`len(uuid())`, 36},
		{`uuid() == uuid()`, false},
	}
	s, env := setup(t)
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			p, problems := expr.Compile(c.src, env)
			if c.src == `1e400 ?? 1` {
				require.NotEmpty(t, problems)
				return
			}
			require.Empty(t, problems)
			for range 2 {
				got, f := p.Eval(s)
				require.Nil(t, f)
				if !value.Equal(c.want, got) {
					require.Equal(t, c.want, got)
				}
			}
		})
	}
}

func dec(t *testing.T, text string) value.Decimal {
	t.Helper()
	d, err := value.ParseDecimal(text)
	require.NoError(t, err)
	return d
}

func TestErrorRoot(t *testing.T) {
	t.Parallel()
	s, env := setup(t)
	s.failure = &core.Failure{Code: "http.status", Status: 503, Body: core.Object{"x": 1}}
	p, problems := expr.Compile(`error.code == "http.status" && error.status >= 500 && error.body.x == 1 && error.attempt == 0`, env)
	require.Empty(t, problems)
	v, f := p.Eval(s)
	require.Nil(t, f)
	require.Equal(t, true, v)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	cases := []struct{ src, code, message string }{
		{`trigger.body.no < 3`, expr.CodeType, "cannot compare null and number; ?? gives a value in place of null, in trigger.body.no < 3"},
		{`trigger.body.status + trigger.body.amount`, expr.CodeType, "cannot add string and number, in trigger.body.status + trigger.body.amount"},
		{`trigger.body.status.x`, expr.CodeType, `cannot read the field "x" of a string, in trigger.body.status.x`},
		{`trigger.body.items.sku`, expr.CodeType, `cannot read the field "sku" of a list, in trigger.body.items.sku`},
		{`trigger.body.amount / (input.a - 1)`, expr.CodeValue, "division by zero"},
		{`input.a % 0`, expr.CodeValue, "division by zero"},
		{`upper(trigger.body.no)`, expr.CodeType, "upper: text must be string, not null; ?? gives a value in place of null, in upper(trigger.body.no"},
		{`map(trigger.body.no, #)`, expr.CodeType, "map needs a list, not null; ?? [] gives an empty one in place of null"},
		{`trigger.body.amount && true`, expr.CodeType, "a condition must be true or false, not a number"},
		{`parseTime(trigger.body.status)`, expr.CodeValue, "is not a time"},
		{`int(trigger.body.status)`, expr.CodeValue, "is not a whole number"},
		{`decimal(trigger.body.status)`, expr.CodeValue, "is not a decimal number"},
		{`fromJSON(trigger.body.status)`, expr.CodeValue, "not JSON"},
		{`lookup("nothing", 1)`, expr.CodeValue, "there is no table"},
		{`timezone(trigger.body.status)`, expr.CodeValue, "there is no time zone"},
		{`timezone(trigger.body.no ?? "Local")`, expr.CodeValue, "there is no time zone"},
		{`trigger.body.status matches trigger.body.no ?? "("`, expr.CodeValue, "missing closing )"},
		{`reduce(filter([1], # > input.a), #acc)`, expr.CodeValue, "reduce of an empty list"},
		{`sort([1, input.no])`, expr.CodeType, "cannot compare"},
		{`input.a in trigger.body.status`, expr.CodeType, "in needs a list or an object"},
		{`get(trigger.body, input.no ?? "")`, expr.CodeValue, "the path is empty"},
		{`10.0 ** (input.a * 400)`, expr.CodeValue, "not a finite number"},
	}
	s, env := setup(t)
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			p, problems := expr.Compile(c.src, env)
			require.Empty(t, problems)
			_, f := p.Eval(s)
			require.NotNil(t, f)
			require.Equal(t, c.code, f.Code)
			require.Contains(t, f.Message, c.message)
			require.True(t, f.Permanent)
		})
	}
}

func TestUUID(t *testing.T) {
	t.Parallel()
	s, env := setup(t)
	v, problems := expr.CompileValue(decode(t, `{"a":"{{ uuid() }}","b":"{{ uuid() }}","c":"x{{ uuid() }}{{ uuid() }}"}`), env, "/config")
	require.Empty(t, problems)
	first, f := v.Eval(s)
	require.Nil(t, f)
	again, _ := v.Eval(s)
	require.Equal(t, first, again, "the same place of the same run has the same ids")
	o := first.(map[string]any)
	require.NotEqual(t, o["a"], o["b"])
	require.Regexp(t, `^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`, o["a"])
	s.seed++
	other, _ := v.Eval(s)
	require.NotEqual(t, o["a"], other.(map[string]any)["a"])
	env.Place = "/elsewhere"
	p, _ := expr.Compile(`uuid()`, env)
	q, _ := p.Eval(s)
	env.Place = "/here"
	p, _ = expr.Compile(`uuid()`, env)
	r, _ := p.Eval(s)
	require.NotEqual(t, q, r, "two places of one activation")
}

func TestLocals(t *testing.T) {
	t.Parallel()
	s, env := setup(t)
	env.Locals = []string{"it"}
	p, problems := expr.Compile(`let twice = it * 2; twice > 10 && it in [6, 7]`, env)
	require.Empty(t, problems)
	for it, want := range map[int]bool{6: true, 5: false, 8: false} {
		v, f := p.EvalWith(s, it)
		require.Nil(t, f)
		require.Equal(t, want, v)
	}
}

func TestProgramSaysWhatItReads(t *testing.T) {
	t.Parallel()
	_, env := setup(t)
	p, problems := expr.CompileTemplate(`{{ nodes["get-detail"] }}{{ nodes.fetch.x }} {{ lookup("status", vars.x) }}{{ tables.other.y }}`, env)
	require.Empty(t, problems)
	require.Equal(t, []int{0, 2}, p.Nodes())
	require.Equal(t, []string{"other", "status"}, p.Tables())
	require.Equal(t, expr.RootNodes|expr.RootVars|expr.RootTables, p.Roots())
	_, constant := p.Constant()
	require.False(t, constant)
	for src, want := range map[string]any{`1 + 2`: 3, `["a", upper("b")]`: []any{"a", "B"}, `duration("1h")`: "1h0m0s", `true ? 1 : 1/0`: 1} {
		p, problems := expr.Compile(src, env)
		require.Empty(t, problems)
		v, ok := p.Constant()
		require.True(t, ok, src)
		require.Equal(t, want, v)
	}
	for _, src := range []string{`now()`, `uuid()`, `lookup("status", 1)`} {
		p, _ := expr.Compile(src, env)
		_, ok := p.Constant()
		require.False(t, ok, src)
	}
}
