package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/flows/diag"
)

// testIn runs sluice test in a language; durations are left out, and the folder is called DIR.
func testIn(lang language, dir string, args ...string) outcome {
	var out, errs bytes.Buffer
	status := sluice(&console{in: strings.NewReader(""), out: &out, err: &errs, lang: lang}, append([]string{"test"}, args...))
	took := regexp.MustCompile(`([(（])[0-9.]+(µs|ms|s)`)
	text := strings.ReplaceAll(took.ReplaceAllString(out.String(), "${1}TIME"), dir, "DIR")
	return outcome{status, text, strings.ReplaceAll(errs.String(), dir, "DIR")}
}

func lay(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	}
	return dir
}

// TestEveryFlowPassesItsTests runs the tests of all flows of the project.
func TestEveryFlowPassesItsTests(t *testing.T) {
	t.Parallel()
	for _, place := range []string{"flows", "examples"} {
		got := testIn(diag.English, "DIR", place)
		if !strings.Contains(got.err, "no tests") {
			require.Equal(t, 0, got.status, "%s%s", got.out, got.err)
		}
	}
	require.Contains(t, testIn(diag.English, "DIR", "flows").out, "status-arbitration: ")
}

const asking = `{"sluice": 1, "id": "asking", "nodes": [
	{"id": "ask", "type": "http.request", "config": {"connection": "c", "method": "GET", "path": "/{{ trigger.body }}"}},
	{"id": "more", "type": "subflow", "config": {"flow": "double", "input": {"n": "{{ nodes.ask.body }}"}}}],
	"edges": [{"from": "ask", "to": "more"}]}`

const askingTests = `[
	{"name": {"en": "Twice as much", "zh": "翻倍"}, "trigger": {"body": "a"}, "effects": {"ask": [{"output": {"body": 4}}]}, "expect": {"output": {"n": 8, "id": null}}},
	{"name": {"en": "Wrong", "zh": "错误"}, "trigger": {"body": "a"}, "effects": {"ask": [{"output": {"body": 4}}]},
	 "expect": {"output": {"n": 9, "id": null}, "path": ["ask"], "tasks": {"ask": [{"connection": "c", "method": "GET", "path": "/b"}]}}}]`

func TestFlowTestsPrintALineATestAndWhatDiffers(t *testing.T) {
	t.Parallel()
	dir := lay(t, map[string]string{
		"asking/flow.json": asking, "asking/tests/a.json": askingTests, "double/flow.json": double, "double/tests/odd.json": `{"name": 1}`,
		"broken/flow.json": `{"sluice": 1, "id": "broken", "nodes": [{"id": "a", "type": "brunch"}]}`, "broken/tests/a.json": askingTests,
		"syntax/flow.json": `{"sluice": 1,`, "syntax/tests/a.json": `{}`, "syntax2/flow.json": double, "syntax2/tests/a.json": `{"name": }`,
		"several/a.json": asking, "several/b.json": double, "several/tests/x.json": askingTests,
		"other/tests/none.json": `{}`, "node_modules/x/flow.json": asking, "node_modules/x/tests/a.json": `{}`,
	})
	got := testIn(diag.English, dir, dir)
	require.Equal(t, 1, got.status)
	require.Equal(t, `ok    asking: Twice as much (TIME)
FAIL  asking: Wrong (TIME)
DIR/asking/tests/a.json:/1/expect/output/n: test.value: Expected 9, got 8.
DIR/asking/tests/a.json:/1/expect/path: test.order: From number 2 on, other nodes ran: expected []; ran [more].
DIR/asking/tests/a.json:/1/expect/tasks/ask/0/path: test.value: Expected "/b", got "/a".
FAIL  DIR/broken/flow.json
DIR/broken/flow.json:/nodes/0/type: flow.node.type_unknown: There is no node type brunch. Did you mean branch?
FAIL  double: odd.json[0] (TIME)
DIR/double/tests/odd.json:: flow.key.missing: The key expect is missing.
DIR/double/tests/odd.json:/name: flow.type: Expected string, found number.
FAIL  DIR/several/tests/x.json
there are several flows beside this test: DIR/several/a.json, DIR/several/b.json; name the one to test, or give each a folder
FAIL  DIR/syntax/flow.json
DIR/syntax/flow.json:: json.syntax: This is not JSON: expected a key, found end of input.
FAIL  DIR/syntax2/tests/a.json
DIR/syntax2/tests/a.json:: json.syntax: This is not JSON: expected a value, found '}'.
1 passed, 6 failed
`, got.out)
	got = testIn(diag.Chinese, dir, filepath.Join(dir, "asking"))
	require.Equal(t, 1, got.status)
	require.Equal(t, `通过  asking：翻倍（TIME）
失败  asking：错误（TIME）
DIR/asking/tests/a.json:/1/expect/output/n: test.value: 应为 9，实际为 8。
DIR/asking/tests/a.json:/1/expect/path: test.order: 从第 2 个起，执行的节点不同：应为 []；实际为 [more]。
DIR/asking/tests/a.json:/1/expect/tasks/ask/0/path: test.value: 应为 "/b"，实际为 "/a"。
通过 1 个，失败 1 个
`, got.out)
}

func TestFlowTestsAreChosenByFileFolderAndName(t *testing.T) {
	t.Parallel()
	dir := lay(t, map[string]string{
		"asking/flow.json": asking, "asking/tests/a.json": askingTests, "asking/tests/b.json": strings.Replace(askingTests, "Twice", "Thrice", 1),
		"double/flow.json": double, "single/single.json": double, "single/tests/a.json": `{"name": "one", "trigger": {"body": {"n": 1}}, "expect": {"output": {"n": 2, "id": null}}}`,
		"loose.json": `{"name": "x", "expect": {}}`,
	})
	in := func(parts ...string) string { return filepath.Join(append([]string{dir}, parts...)...) }
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{in("asking", "flow.json"), "--run", "as much"}, 0, "2 passed, 0 failed"},
		{[]string{in("asking", "tests", "b.json"), "--run", "asking: T"}, 0, "1 passed, 0 failed"},
		{[]string{in("asking", "tests"), in("asking"), in("asking", "flow.json")}, 1, "2 passed, 2 failed"},
		{[]string{in("single")}, 0, "double: one"},
		{[]string{in("single", "single.json")}, 0, "1 passed"},
		{[]string{in("loose.json")}, 1, "no flow beside"},
		{[]string{in("single"), "--run", "nothing"}, 1, "no tests"},
		{[]string{in("nowhere")}, 1, "no such file"},
		{[]string{"--run", "("}, 2, "--run"},
	} {
		got := testIn(diag.English, dir, c.args...)
		require.Equal(t, c.status, got.status, "%v: %s%s", c.args, got.out, got.err)
		require.Contains(t, got.out+got.err, c.says, "%v", c.args)
	}
}
