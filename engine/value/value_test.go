package value_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/value"
)

func dec(t *testing.T, text string) value.Decimal {
	t.Helper()
	d, err := value.ParseDecimal(text)
	require.NoError(t, err)
	return d
}

func TestDecodeNumbers(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text string
		want any
	}{
		{"0", 0}, {"-0", 0}, {"-0.0", 0}, {"0e999999999", 0}, {"7", 7}, {"7.0", 7}, {"7e0", 7}, {"1e3", 1000}, {"-12.50e1", -125},
		{"6920000000000012345", 6920000000000012345},
		{"9223372036854775807", math.MaxInt64}, {"-9223372036854775808", math.MinInt64},
		{"9223372036854775808", dec(t, "9223372036854775808")},
		{"9223372036854775807.0", math.MaxInt64},
		{"1e20", dec(t, "1e20")}, {"1e21", 1e21}, {"1e300", 1e300},
		{"0.1", 0.1}, {"19.90", 19.9}, {"0.30000000000000004", 0.30000000000000004}, {"1e-7", 1e-7}, {"5e-324", 5e-324},
		{"0.1000000000000000055511151231257827", dec(t, "0.1000000000000000055511151231257827")},
		{"12345678901234567.89", dec(t, "12345678901234567.89")},
		{"1e400", dec(t, "1e400")},
	}
	for _, c := range cases {
		got, err := value.Decode([]byte(c.text))
		require.NoError(t, err, c.text)
		require.IsType(t, c.want, got, c.text)
		require.True(t, value.Equal(c.want, got), "%s gave %v", c.text, got)
		text, err := value.Encode(got)
		require.NoError(t, err)
		back, err := value.Decode(text)
		require.NoError(t, err)
		require.IsType(t, got, back, c.text)
		require.True(t, value.Equal(got, back), c.text)
	}
}

func TestNumbersBeyondTheBound(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"1e999999999", "1e-999999999", "1e1001", strings.Repeat("9", 1001), "0." + strings.Repeat("1", 1001)} {
		_, err := value.Decode([]byte(text))
		require.ErrorContains(t, err, "1000 digits")
		_, err = value.ParseDecimal(text)
		require.ErrorIs(t, err, value.ErrDigits)
	}
	d := dec(t, "1e600")
	_, err := d.Mul(d)
	require.ErrorIs(t, err, value.ErrDigits)
}

func TestDecodeErrors(t *testing.T) {
	t.Parallel()
	cases := []struct{ text, want string }{
		{"", "line 1, column 1: expected a value, found end of input"},
		{"{\n \"订单\": tru }", "line 2, column 8: expected true"},
		{`{"a":1,"b":2,"a":3}`, `line 1, column 19: the object that ends here has the key "a" twice`},
		{"[1] 2", `line 1, column 5: unexpected '2' after the value`},
		{"\"a\xffb\"", "line 1, column 3: invalid UTF-8"},
		{"\"a\nb\"", "line 1, column 3: control character in a string: write it as an escape"},
		{`"\x"`, "line 1, column 2: unknown escape in a string"},
		{"01", "line 1, column 2: bad number: found '1' where a digit must stand"},
		{"-", "line 1, column 2: bad number: found end of input where a digit must stand"},
		{strings.Repeat("[", 513), "line 1, column 513: nested deeper than 512 levels"},
	}
	for _, c := range cases {
		_, err := value.Decode([]byte(c.text))
		require.EqualError(t, err, c.want)
	}
	_, err := value.Decode([]byte(strings.Repeat("[", 512) + strings.Repeat("]", 512)))
	require.NoError(t, err)
}

func TestDecodeAfterAnErrorStartsClean(t *testing.T) {
	t.Parallel()
	for range 100 {
		_, err := value.Decode([]byte(`[1,2,{"a":[3,`))
		require.Error(t, err)
		v, err := value.Decode([]byte(`[{"b":[4]}]`))
		require.NoError(t, err)
		require.Equal(t, []any{map[string]any{"b": []any{4}}}, v)
	}
}

func TestTree(t *testing.T) {
	t.Parallel()
	tree, err := value.DecodeTree([]byte("{\n  \"名/字\": [1, {\"x~\": 2}],\n  \"a\": 1,\n  \"a\": 2, \"b\": {\"c\": 1, \"c\": 2}\n}"))
	require.NoError(t, err)
	at, key, ok := tree.At("/名~1字/1/x~0")
	require.True(t, ok)
	require.Equal(t, value.Position{Offset: 26, Line: 2, Column: 21}, at)
	require.Equal(t, value.Position{Offset: 20, Line: 2, Column: 15}, key)
	at, key, ok = tree.At("")
	require.True(t, ok)
	require.Equal(t, at, key)
	_, _, ok = tree.At("/nowhere")
	require.False(t, ok)
	require.Len(t, tree.Duplicates, 2)
	require.Equal(t, "/a", tree.Duplicates[0].Pointer)
	require.Equal(t, 3, tree.Duplicates[0].First.Line)
	require.Equal(t, 4, tree.Duplicates[0].Second.Line)
	require.Equal(t, "/b/c", tree.Duplicates[1].Pointer)
	require.Equal(t, 2, tree.Value.(map[string]any)["a"])
}

func TestEncode(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 60_000_000, time.FixedZone("", 8*3600))
	cases := []struct {
		v    any
		want string
	}{
		{map[string]any{"b": 1, "a": []any{nil, true, "<&>\u2028"}, "A": 0.5}, `{"A":0.5,"a":[null,true,"<&>` + "\u2028" + `"],"b":1}`},
		{"\x00\b\f\n\r\t\"\\\x7f\xff", "\"\\u0000\\b\\f\\n\\r\\t\\\"\\\\\x7f\uFFFD\""},
		{1e20, "100000000000000000000"}, {1e21, "1e+21"}, {1e-6, "0.000001"}, {1e-7, "1e-7"}, {math.Copysign(0, -1), "0"}, {7.0, "7"},
		{dec(t, "1.10"), "1.1"}, {dec(t, "-0.00"), "0"},
		{at, `"2026-01-02T03:04:05.06+08:00"`}, {90 * time.Second, `"1m30s"`}, {[]byte("hi?"), `"aGk/"`},
	}
	for _, c := range cases {
		got, err := value.Encode(c.v)
		require.NoError(t, err)
		require.Equal(t, c.want, string(got))
	}
	for _, bad := range []any{math.NaN(), math.Inf(1), int32(1), struct{}{}, map[string]any{"\xff": 1}} {
		got, err := value.Append([]byte("kept"), []any{bad})
		require.Error(t, err)
		require.Equal(t, "kept", string(got))
	}
	var deep any
	for range value.MaxDepth + 1 {
		deep = []any{deep}
	}
	_, err := value.Encode(deep)
	require.ErrorContains(t, err, "deeper")
	cycle := map[string]any{}
	cycle["self"] = cycle
	_, err = value.Normalize(cycle)
	require.ErrorContains(t, err, "deeper")
}

type color string

func TestNormalize(t *testing.T) {
	t.Parallel()
	seven := int16(7)
	cases := []struct{ v, want any }{
		{int8(-3), -3}, {uint64(math.MaxUint64), dec(t, "18446744073709551615")}, {float32(0.1), 0.1}, {7.0, 7}, {1e20, dec(t, "1e20")},
		{json.Number("6920000000000012345"), 6920000000000012345}, {dec(t, "2.50"), 2.5}, {dec(t, "3.00"), 3}, {color("red"), "red"},
		{&seven, 7}, {(*int)(nil), nil}, {[]string{"a"}, []any{"a"}}, {[]byte("hi"), "aGk="}, {[]string(nil), nil},
		{map[color]int64{"x": 1}, map[string]any{"x": 1}},
		{[]map[string]any{{"d": time.Second}}, []any{map[string]any{"d": "1s"}}},
		{struct {
			A int `json:"a"`
		}{5}, map[string]any{"a": 5}},
		{time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), "2026-01-02T00:00:00Z"},
		{"a\xff", "a\uFFFD"},
	}
	for _, c := range cases {
		got, err := value.Normalize(c.v)
		require.NoError(t, err)
		require.IsType(t, c.want, got)
		require.True(t, value.Equal(c.want, got), "%v", got)
	}
	_, err := value.Normalize([]any{math.NaN()})
	require.Error(t, err)
	_, err = value.Normalize(make(chan int))
	require.Error(t, err)
}

func TestEqualAndCompare(t *testing.T) {
	t.Parallel()
	equal := [][2]any{
		{1, 1.0}, {1, dec(t, "1.00")}, {0.1, dec(t, "0.1")}, {[]any{1, map[string]any{"a": 1.5}}, []any{1.0, map[string]any{"a": dec(t, "1.5")}}},
		{nil, nil}, {[]byte("a"), []byte("a")}, {math.Inf(1), math.Inf(1)},
		{time.Unix(1, 0), time.Unix(1, 0).UTC()},
	}
	for _, c := range equal {
		require.True(t, value.Equal(c[0], c[1]), "%v", c)
		require.True(t, value.Equal(c[1], c[0]), "%v", c)
	}
	unequal := [][2]any{
		{1, "1"}, {nil, 0}, {nil, false}, {0.1, dec(t, "0.10000000000000001")}, {math.NaN(), math.NaN()},
		{9007199254740993, 9007199254740992.0}, {map[string]any{"a": nil}, map[string]any{"b": nil}}, {[]any{1}, []any{1, 2}},
	}
	for _, c := range unequal {
		require.False(t, value.Equal(c[0], c[1]), "%v", c)
		require.False(t, value.Equal(c[1], c[0]), "%v", c)
	}
	ordered := [][2]any{
		{1, 1.5}, {0.1, dec(t, "0.2")}, {9007199254740992.0, 9007199254740993}, {"B", "a"}, {time.Second, time.Minute}, {false, true},
		{dec(t, "1e30"), 1e31}, {1, math.Inf(1)}, {math.Inf(-1), dec(t, "0.5")},
	}
	for _, c := range ordered {
		less, ok := value.Compare(c[0], c[1])
		require.True(t, ok, "%v", c)
		require.Equal(t, -1, less, "%v", c)
		more, _ := value.Compare(c[1], c[0])
		require.Equal(t, 1, more, "%v", c)
	}
	for _, c := range [][2]any{{1, "1"}, {nil, 1}, {nil, nil}, {[]any{}, []any{}}, {math.NaN(), 1}} {
		_, ok := value.Compare(c[0], c[1])
		require.False(t, ok, "%v", c)
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	sum, err := dec(t, "0.1").Add(dec(t, "0.2"))
	require.NoError(t, err)
	require.Equal(t, "0.3", sum.String())
	product, err := dec(t, "19.99").Mul(dec(t, "3"))
	require.NoError(t, err)
	require.Equal(t, "59.97", product.String())
	third, err := dec(t, "2").Div(dec(t, "3"))
	require.NoError(t, err)
	require.Equal(t, "0."+strings.Repeat("6", 31)+"7", third.String())
	_, err = dec(t, "1").Div(value.Decimal{})
	require.ErrorIs(t, err, value.ErrDivisionByZero)
	rest, err := dec(t, "-7.5").Mod(dec(t, "2"))
	require.NoError(t, err)
	require.Equal(t, "-1.5", rest.String())

	rounds := []struct {
		text   string
		places int
		want   string
	}{
		{"2.345", 2, "2.35"}, {"-2.345", 2, "-2.35"}, {"1.005", 2, "1.01"}, {"2.5", 0, "3"}, {"149", -2, "100"}, {"150", -2, "200"},
		{"1.5", 1000000000, "1.5"}, {"1.5", -1000000000, "0"},
	}
	for _, c := range rounds {
		require.Equal(t, c.want, dec(t, c.text).Round(c.places).String(), c.text)
	}
	for _, bad := range []string{"", "-", ".", "1e", "1e+-2", "+-1", "1_000", "0x10", "NaN", "1 2", "１"} {
		_, err := value.ParseDecimal(bad)
		require.Error(t, err, bad)
	}
	for text, want := range map[string]string{"+1.50": "1.5", ".5": "0.5", "5.": "5", "-.5": "-0.5", "007": "7", "12e-1": "1.2"} {
		require.Equal(t, want, dec(t, text).String())
	}
	data, err := json.Marshal(map[string]any{"n": dec(t, "12345678901234567890.12")})
	require.NoError(t, err)
	require.JSONEq(t, `{"n":12345678901234567890.12}`, string(data))
	require.Equal(t, `{"n":12345678901234567890.12}`, string(data))
	n, ok := dec(t, "42.0").Int()
	require.True(t, ok)
	require.Equal(t, 42, n)
	require.InDelta(t, 0.1, dec(t, "0.1").Float(), 0)
}

func TestSizeGrowsWithContent(t *testing.T) {
	t.Parallel()
	small := map[string]any{"a": "x"}
	large := map[string]any{"a": strings.Repeat("x", 1000), "b": []any{1, 2, 3}}
	require.Greater(t, value.Size(large), 1000+value.Size(small))
	require.Equal(t, "object", value.Kind(small))
}
