package expr_test

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	lang "github.com/expr-lang/expr"
	"github.com/stretchr/testify/require"

	"sluice/engine/value"
	"sluice/flows/expr"
)

// TestSameAsPlainExpr holds our evaluator to expr's own machine.
func TestSameAsPlainExpr(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/corpus.txt")
	require.NoError(t, err)
	vars := decode(t, `{"nums":[1,2,3,4,5],"name":"John","ok":true,
		"user":{"name":"Ann","age":31,"none":null,"tags":["a","b","c"],"address":{"city":"Rome"}},
		"users":[{"name":"Ann","age":31,"city":"Rome"},{"name":"Bob","age":25,"city":"Oslo"},{"name":"Cid","age":40,"city":"Rome"}]}`).(map[string]any)
	env := &expr.Env{Roots: expr.RootsOfNode, Locals: slices.Sorted(maps.Keys(vars)), Zone: time.UTC}
	locals := make([]any, len(env.Locals))
	for i, name := range env.Locals {
		locals[i] = vars[name]
	}
	n := 0
	for src := range strings.Lines(string(data)) {
		src = strings.TrimSpace(src)
		if src == "" || strings.HasPrefix(src, "#") {
			continue
		}
		n++
		program, err := lang.Compile(src)
		require.NoError(t, err, src)
		want, err := lang.Run(program, vars)
		require.NoError(t, err, src)
		p, problems := expr.Compile(src, env)
		require.Empty(t, problems, src)
		got, f := p.EvalWith(&scope{}, locals...)
		require.Nil(t, f, src)
		if !value.Equal(jsonKinds(t, want), got) {
			require.Equal(t, want, got, src)
		}
	}
	require.Greater(t, n, 150)
}

// jsonKinds brings what plain expr gives to the kinds that JSON has.
func jsonKinds(t *testing.T, v any) any {
	t.Helper()
	switch m := v.(type) {
	case map[any][]any:
		out := map[string]any{}
		for k, v := range m {
			out[k.(string)] = jsonKinds(t, v)
		}
		return out
	case map[any]any:
		out := map[string]any{}
		for k, v := range m {
			out[k.(string)] = jsonKinds(t, v)
		}
		return out
	}
	n, err := value.Normalize(v)
	require.NoError(t, err)
	return n
}

func BenchmarkExpressions(b *testing.B) {
	order := decode(b, `{"order_status":"DELIVERED","logistics_no":"SF1234567890","items":[{"price":19.99,"qty":2},{"price":5.5,"qty":1},{"price":0.1,"qty":3}]}`).(map[string]any)
	s := &scope{input: order}
	env := &expr.Env{Roots: expr.RootsOfNode}
	for name, src := range map[string][2]string{
		"condition": {`input.order_status == 'DELIVERED' && input.logistics_no != ''`, `order_status == 'DELIVERED' && logistics_no != ''`},
		"sum":       {`sum(input.items, .price * .qty)`, `sum(items, .price * .qty)`},
		"decimals":  {`sum(input.items, decimal(.price) * .qty)`, ""},
	} {
		b.Run(name+"/ours", func(b *testing.B) {
			p, problems := expr.Compile(src[0], env)
			require.Empty(b, problems)
			b.ReportAllocs()
			for b.Loop() {
				if _, f := p.Eval(s); f != nil {
					b.Fatal(f)
				}
			}
		})
		if src[1] == "" {
			continue
		}
		b.Run(name+"/plain-expr", func(b *testing.B) {
			p, err := lang.Compile(src[1], lang.Env(map[string]any{}), lang.AllowUndefinedVariables())
			require.NoError(b, err)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := lang.Run(p, order); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("template/ours", func(b *testing.B) {
		p, problems := expr.CompileValue(map[string]any{"no": "{{ input.logistics_no }}", "text": "order {{ input.order_status }}: {{ len(input.items) }} items", "x": []any{1, 2}}, env, "")
		require.Empty(b, problems)
		b.ReportAllocs()
		for b.Loop() {
			if _, f := p.Eval(s); f != nil {
				b.Fatal(f)
			}
		}
	})
	b.Run("compile/ours", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, problems := expr.Compile(`input.order_status == 'DELIVERED' && input.logistics_no != ''`, env); problems != nil {
				b.Fatal(problems)
			}
		}
	})
}
