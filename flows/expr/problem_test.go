package expr_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/flows/expr"
)

func TestProblems(t *testing.T) {
	t.Parallel()
	schema := decode(t, `{"type":"object","additionalProperties":false,"properties":{
		"status":{"type":"integer"},"body":{},"rows":{"type":"array","items":{"type":"object","properties":{"id":{"type":"string"}},"additionalProperties":false}}}}`)
	cases := []struct {
		src  string
		want []string
	}{
		{``, []string{"expr.empty 0-0"}},
		{`  `, []string{"expr.empty 0-2"}},
		{`1 +`, []string{"expr.syntax 2-3"}},
		{`foo(`, []string{"expr.syntax 3-4"}},
		{`"a`, []string{"expr.syntax 1-2"}},
		{`1 $ 2`, []string{"expr.syntax 2-3"}},
		{`triger.body`, []string{"expr.name_unknown 0-6 trigger"}},
		{`订单.x && triger.y`, []string{"expr.name_unknown 0-2 ", "expr.name_unknown 8-14 trigger"}},
		{`nodes.fetsh.body`, []string{"expr.node_unknown 6-11 fetch"}},
		{`nodes.later`, []string{"expr.node_not_upstream 6-11"}},
		{`nodes[input.a]`, []string{"expr.node_dynamic 0-14"}},
		{`nodes`, []string{"expr.node_dynamic 0-5"}},
		{`len(nodes)`, []string{"expr.node_dynamic 4-9"}},
		{`tables`, []string{"expr.type 0-6"}},
		{`uper("a", triger)`, []string{"expr.function_unknown 0-4 upper", "expr.name_unknown 10-16 trigger"}},
		{`upper`, []string{"expr.type 0-5"}},
		{`now().Yeer()`, []string{"expr.function_unknown 6-10 Year"}},
		{`upper()`, []string{"expr.type 0-5"}},
		{`upper("a", "b")`, []string{"expr.type 0-15"}},
		{`upper(1)`, []string{"expr.type 6-7"}},
		{`1 + "a"`, []string{"expr.type 0-7"}},
		{`"a" > 3`, []string{"expr.type 0-7"}},
		{`!5 || 1 - "x" > 2`, []string{"expr.type 1-2", "expr.type 10-13"}},
		{`nodes.typed.status == "200"`, []string{"expr.type 0-27"}},
		{`nodes.typed.status != nil && now() != nil`, nil},
		{`1 ? 2 : 3`, []string{"expr.type 0-1"}},
		{`map([1], #)[0] + filter(3, #)`, []string{"expr.type 17-29", "expr.type 24-25"}},
		{`#`, []string{"expr.syntax 0-1"}},
		{`map([1], #acc)`, []string{"expr.name_unavailable 9-13"}},
		{`map([1], #foo)`, []string{"expr.name_unknown 9-13 "}},
		{`1/0`, []string{"expr.value 0-3"}},
		{`"a" matches "("`, []string{"expr.value 12-15"}},
		{`get(input, "")`, []string{"expr.path 11-13"}},
		{`$env`, []string{"expr.name_unknown 0-4 "}},
		{`typed.statsu + typed.rows[0].idd`, []string{"expr.name_unknown 0-5 ", "expr.name_unknown 15-20 "}},
		{`nodes.typed.statsu`, []string{"expr.field_unknown 12-18 status"}},
		{`nodes.typed.status + "x"`, []string{"expr.type 0-24"}},
		{`nodes.typed.rows[0].idd`, []string{"expr.field_unknown 20-23 id"}},
		{`map(nodes.typed.rows, .idd)`, []string{"expr.field_unknown 23-26 id"}},
		{`nodes.typed.body.anything > 3 && nodes.typed.status == 200`, nil},
		{`run.elapsed`, []string{"expr.field_unknown 4-11 elapsedMs"}},
		{`let x = 1; y + x`, []string{"expr.name_unknown 11-12 x"}},
		{`{"a": triger}.a`, []string{"expr.name_unknown 6-12 trigger"}},
	}
	_, env := setup(t)
	env.Nodes["typed"] = expr.Node{Index: 2, Upstream: true, Output: expr.TypeOf(schema)}
	for _, c := range cases {
		t.Run(c.src, func(t *testing.T) {
			t.Parallel()
			p, problems := expr.Compile(c.src, env)
			require.Equal(t, c.want, said(problems))
			require.Equal(t, len(c.want) == 0, p != nil)
		})
	}
}

// said writes problems in short: code, span, and the nearest name where there could be one.
func said(problems []expr.Problem) []string {
	var out []string
	for _, p := range problems {
		s := fmt.Sprintf("%s %d-%d", p.Code, p.From, p.To)
		if p.Pointer != "" {
			s = p.Pointer + ": " + s
		}
		if near, ok := p.Params["nearest"]; ok {
			s += " " + near
		}
		out = append(out, s)
	}
	return out
}

func TestKeysSeeOnlyTheTrigger(t *testing.T) {
	t.Parallel()
	env := &expr.Env{Roots: expr.RootTrigger}
	_, problems := expr.Compile(`trigger.body.id + vars.x + nodes.a + string(item)`, env)
	require.Equal(t, []string{"expr.name_unavailable 18-22", "expr.name_unavailable 27-32", "expr.name_unavailable 44-48"}, said(problems))
	require.Equal(t, "vars is not known at this place: only [trigger] are", problems[0].Message)
	require.Equal(t, "item is known only within a foreach, or a map with each", problems[2].Message)
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	cases := []struct {
		src  string
		want any
	}{
		{`plain`, "plain"},
		{``, ""},
		{`{{ trigger.body.items }}`, decode(t, `[{"sku":"a","qty":2,"price":19.99},{"sku":"b","qty":1,"price":5},{"sku":"a","qty":3,"price":0.1}]`)},
		{`{{trigger.body.order_id}}`, 6920000000000012345},
		{` {{trigger.body.order_id}}`, " 6920000000000012345"},
		{`订单{{ trigger.body.order_id }}完成|{{ trigger.body.none }}|{{ trigger.body.amount }}|{{ trigger.body.empty }}`, "订单6920000000000012345完成||19.9|{}"},
		{`{{ "}}" }}`, "}}"},
		{`{{ '{{' }} and {{ "it's }}" }}`, "{{ and it's }}"},
		{`{{ "a\"}}" }}!`, `a"}}!`},
		{"{{ `}}` }}!", "}}!"},
		{`{{ {"a": {"b": 1}} }}`, decode(t, `{"a":{"b":1}}`)},
		{`{{ {"a": {"b": 1}}.a.b }}x`, "1x"},
		{`{{ map([1,2], {# * 2}) }}`, []any{2, 4}},
		{`{{ 1 /* }} */ + 1 }}`, 2},
		{`{{ run.startedAt }}!`, "2026-03-01T09:00:00+08:00!"},
		{`a }} b`, "a }} b"},
		{`{{ [1, nil, "x"] }}.`, `[1,null,"x"].`},
		{`{{ md5("abc") }}`, "900150983cd24fb0d6963f7d28e17f72"},
	}
	s, env := setup(t)
	for _, c := range cases {
		p, problems := expr.CompileTemplate(c.src, env)
		require.Empty(t, problems, c.src)
		got, f := p.Eval(s)
		require.Nil(t, f)
		require.Equal(t, c.want, got, c.src)
	}
	bad := map[string][]string{
		`订单{{ triger.id }} {{ nodes.fetsh }}`: {"expr.name_unknown 5-11 trigger", "expr.node_unknown 27-32 fetch"},
		`x {{ a`:                 {"expr.template 2-6"},
		`x {{ "a }} y`:           {"expr.syntax 7-8"},
		`{{ }}`:                  {"expr.empty 2-3"},
		`{{ 1 + }}`:              {"expr.syntax 6-7"},
		`{{ (1 }}`:               {"expr.syntax 5-6"},
		`{{ 1 }} {{ 1 / 0 }} ok`: {"expr.value 11-16"},
	}
	for src, want := range bad {
		_, problems := expr.CompileTemplate(src, env)
		require.Equal(t, want, said(problems), src)
	}
}

func TestCompileValue(t *testing.T) {
	t.Parallel()
	s, env := setup(t)
	v := decode(t, `{"id":"{{ trigger.body.order_id }}","list":[1,"x{{ input.a }}",{"k/~":"{{ nodes.save }}"}],"plain":{"a":[true,null,1.5]},"text":"t"}`)
	p, problems := expr.CompileValue(v, env, "/config")
	require.Empty(t, problems)
	got, f := p.Eval(s)
	require.Nil(t, f)
	require.Equal(t, decode(t, `{"id":6920000000000012345,"list":[1,"x1",{"k/~":null}],"plain":{"a":[true,null,1.5]},"text":"t"}`), got)
	again, _ := p.Eval(s)
	again.(map[string]any)["id"] = "changed"
	third, _ := p.Eval(s)
	require.Equal(t, got, third, "results are built anew")

	_, problems = expr.CompileValue(decode(t, `{"b":["ok","{{ x }}"],"a/b":"{{ 1 + }} {{ y }}"}`), env, "/nodes/0/config")
	require.Equal(t, []string{
		"/nodes/0/config/a~1b: expr.syntax 6-7", "/nodes/0/config/a~1b: expr.name_unknown 13-14 ", "/nodes/0/config/b/1: expr.name_unknown 3-4 ",
	}, said(problems))

	p, problems = expr.CompileValue(decode(t, `{"a":[1,"{{ 1 + 1 }}"]}`), env, "")
	require.Empty(t, problems)
	constant, ok := p.Constant()
	require.True(t, ok)
	require.Equal(t, decode(t, `{"a":[1,2]}`), constant)
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, s := range expr.Signatures() {
		require.NotEmpty(t, s.EN, s.Name)
		require.NotEmpty(t, s.ZH, s.Name)
		names[s.Name] = true
	}
	for _, contract := range []string{"get", "now", "ago", "parseTime", "formatTime", "unix", "decimal", "round", "md5", "sha1", "sha256",
		"hmacSha256", "base64", "unbase64", "hex", "urlencode", "toJSON", "fromJSON", "uuid", "lookup"} {
		require.True(t, names[contract], contract)
	}
}
