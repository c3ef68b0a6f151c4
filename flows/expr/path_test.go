package expr_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/value"
	"sluice/flows/expr"
)

// shared reads a file beside the project, and skips the test where it is absent.
func shared(tb testing.TB, name string) []byte {
	tb.Helper()
	dir, err := os.Getwd()
	require.NoError(tb, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		require.NotEqual(tb, filepath.Dir(dir), dir, "no go.mod above the test")
		dir = filepath.Dir(dir)
	}
	data, err := os.ReadFile(filepath.Join(dir, "..", "shared", name))
	if err != nil {
		tb.Skipf("SKIPPED, the shared data are not there: %v", err)
	}
	return data
}

func TestPathSuite(t *testing.T) {
	t.Parallel()
	suite := decode(t, string(shared(t, "testdata/gjson-paths/cases.json"))).(map[string]any)
	documents := suite["documents"].(map[string]any)
	for _, c := range suite["cases"].([]any) {
		c := c.(map[string]any)
		text := c["path"].(string)
		p, problems := expr.NewPath(text)
		require.Empty(t, problems, text)
		got, ok, f := p.Get(documents[c["document"].(string)])
		require.Nil(t, f, text)
		if exists, given := c["exists"]; given && exists == false {
			require.False(t, ok, text)
			continue
		}
		require.True(t, ok, text)
		require.True(t, value.Equal(c["result"], got), "%s gave %v", text, got)
	}
}

// A path through the value and the same path through gjson, made to take the long way by a modifier, agree.
func TestPathWalksAsGjsonDoes(t *testing.T) {
	t.Parallel()
	doc := decode(t, `{"a":{"b":[{"c":6920000000000012345},{"c":0.1},{"c":null}],"0":"zero","x-y":true,"名":"字"},"n":12345678901234567890,"l":[[1,2],[3]],"s":"text"}`)
	for _, text := range []string{"a", "a.b", "a.b.0.c", "a.b.1.c", "a.b.2.c", "a.b.3.c", "a.b.3", "a.0", "a.x-y", "a.名", "n", "l.1.0", "l.01.0", "l.x",
		"s.0", "s.x", "none", "none.x", "a.b.c", "a.b.2.c.d", "l.0"} {
		plain, problems := expr.NewPath(text)
		require.Empty(t, problems)
		long, problems := expr.NewPath("@this|" + text)
		require.Empty(t, problems)
		want, wantOK, f := long.Get(doc)
		require.Nil(t, f)
		got, ok, f := plain.Get(doc)
		require.Nil(t, f)
		require.Equal(t, wantOK, ok, text)
		require.True(t, value.Equal(want, got), text)
	}
}

func TestPathKeepsDigits(t *testing.T) {
	t.Parallel()
	doc := decode(t, `{"ids":[{"id":6920000000000012345,"m":0.10},{"id":12345678901234567890,"m":19.90}]}`)
	for text, want := range map[string]string{
		"ids.#.id": `[6920000000000012345,12345678901234567890]`, "ids.#(m>10).id": `12345678901234567890`, "ids.#": `2`,
		"{ids.0.id,ids.1.m}": `{"id":6920000000000012345,"m":19.9}`, "ids.@reverse.0.id": `12345678901234567890`,
	} {
		p, problems := expr.NewPath(text)
		require.Empty(t, problems)
		got, ok, f := p.Get(doc)
		require.Nil(t, f)
		require.True(t, ok)
		require.True(t, value.Equal(decode(t, want), got), "%s gave %v", text, got)
	}
}

func TestHostilePaths(t *testing.T) {
	t.Parallel()
	large := map[string]any{"list": numbers(100_000), "deep": nested(400)}
	for name, text := range map[string]string{
		"empty":     "",
		"long":      strings.Repeat("a.", 1_000),
		"multipath": strings.Repeat("[@this,@this,@this]|", 12) + "0",
		"nested":    strings.Repeat("[@this,", 40) + "a" + strings.Repeat("]", 40),
		"tostr":     strings.Repeat("@tostr|", 60) + "0",
		"pretty":    `@pretty:{"indent":"` + strings.Repeat(" ", 900) + `"}`,
		"dig":       "@dig:a|@dig:a|@dig:a",
		"queries":   "list." + strings.Repeat("#(>0)#|", 100) + "0",
	} {
		p, problems := expr.NewPath(text)
		if len(problems) > 0 {
			require.Equal(t, expr.CodePath, problems[0].Code, name)
			continue
		}
		_, _, f := p.Get(large)
		require.NotNil(t, f, name)
		require.Equal(t, expr.CodeBudget, f.Code, name)
	}
}

func FuzzCompile(f *testing.F) {
	data, err := os.ReadFile("testdata/corpus.txt")
	require.NoError(f, err)
	for line := range strings.Lines(string(data)) {
		f.Add(strings.TrimSpace(line))
	}
	f.Add(`{{ "{{" }} x {{ input.a[0:2] }}`)
	s, env := setup(f)
	env.Locals = []string{"nums", "name", "ok", "user", "users"}
	f.Fuzz(func(t *testing.T, src string) {
		for _, compile := range []func(string, *expr.Env) (*expr.Program, []expr.Problem){expr.Compile, expr.CompileTemplate} {
			p, problems := compile(src, env)
			for _, problem := range problems {
				require.LessOrEqual(t, problem.From, problem.To)
				require.LessOrEqual(t, problem.To, len([]rune(src))+1)
			}
			if p == nil {
				require.NotEmpty(t, problems)
				continue
			}
			v, failure := p.EvalWith(s, []any{1, 2.5, "x"}, "name", true, map[string]any{"name": "Ann", "n": nil})
			if failure != nil {
				require.NotEqual(t, expr.CodeInternal, failure.Code, failure.Message)
				continue
			}
			_, err := value.Encode(v)
			require.NoError(t, err)
		}
	})
}
