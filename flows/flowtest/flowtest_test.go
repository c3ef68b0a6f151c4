package flowtest_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/flowtest"
	"sluice/nodes"
	"sluice/nodes/all"
)

var update = flag.Bool("update", false, "write what the tests found into testdata")

func compile(t *testing.T, source []byte) *flows.Flow {
	t.Helper()
	registry, err := nodes.New(all.Specs(all.Deps{}))
	require.NoError(t, err)
	doc, found := flows.Parse(source)
	require.NotNil(t, doc, "%v", found)
	flow, found := flows.Compile(doc, flows.Options{Registry: registry, Version: 1})
	require.NotNil(t, flow, "%v", found)
	return flow
}

// TestCases runs the tests in testdata: each archive is a flow, the flows that its subflows run, tests, and what is
// found. A finding is shown in English with its place, then in Chinese.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			ar, err := txtar.ParseFile(path)
			require.NoError(t, err)
			var flow *flows.Flow
			children := map[string]*flows.Flow{}
			var source []byte
			for _, f := range ar.Files {
				switch {
				case f.Name == "tests.json":
					source = f.Data
				case strings.HasSuffix(f.Name, ".json"):
					compiled := compile(t, f.Data)
					children[compiled.Document.ID] = compiled
					if f.Name == "flow.json" {
						flow = compiled
					}
				}
			}
			got := results(t, source, flow, children)
			require.Equal(t, got, results(t, source, flow, children), "a test gives the same every time")
			expect(t, path, ar, got)
		})
	}
}

func results(t *testing.T, source []byte, flow *flows.Flow, children map[string]*flows.Flow) string {
	t.Helper()
	tests, found := flowtest.Parse(source)
	var b strings.Builder
	show(&b, found)
	for _, test := range tests {
		found, err := test.Run(flow, func(id string) *flows.Flow { return children[id] })
		require.NoError(t, err)
		if len(found) == 0 {
			fmt.Fprintf(&b, "passed: %s\n", test.Name.In("en"))
			continue
		}
		fmt.Fprintf(&b, "FAILED: %s\n", test.Name.In("en"))
		show(&b, found)
	}
	return b.String()
}

func show(b *strings.Builder, found []diag.Diagnostic) {
	for _, d := range found {
		fmt.Fprintf(b, "%s %s %q %d:%d: %s\n    %s\n", d.Severity, d.Code, d.Pointer, d.Line, d.Column, d.In(diag.English), d.In(diag.Chinese))
	}
}

// expect compares the file want.diag of an archive, or writes it with -update.
func expect(t *testing.T, path string, ar *txtar.Archive, got string) {
	t.Helper()
	i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == "want.diag" })
	if !*update {
		require.GreaterOrEqual(t, i, 0, "%s has no want.diag; go test ./flows/flowtest -update writes it", path)
		require.Equal(t, string(ar.Files[i].Data), got, "in %s; if it is right, go test ./flows/flowtest -update", path)
		return
	}
	if i < 0 {
		i = len(ar.Files)
		ar.Files = append(ar.Files, txtar.File{Name: "want.diag"})
	}
	ar.Files[i].Data = []byte(got)
	require.NoError(t, os.WriteFile(path, txtar.Format(ar), 0o644))
}

func TestAFileThatIsNoTestSaysWhere(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]string{
		"":                     "json.syntax",
		"[\n  {\"name\": }\n]": "json.syntax",
		"[]":                   "test.empty",
		"7":                    "flow.type",
		`{"name": "a", "name": "b", "expect": {}}`: "json.duplicate_key",
	} {
		tests, found := flowtest.Parse([]byte(source))
		require.Empty(t, tests, source)
		require.Len(t, found, 1, source)
		require.Equal(t, want, found[0].Code, source)
		require.Positive(t, found[0].Line, source)
	}
}

// TestTheTestsOfThePageAreTests holds the examples in the documentation to the form that it describes.
func TestTheTestsOfThePageAreTests(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"flow-tests.md", "flow-tests.zh.md"} {
		text, err := os.ReadFile(filepath.Join("../../docs", page))
		require.NoError(t, err)
		var sources []string
		for _, part := range strings.Split(string(text), "```json\n")[1:] {
			source, _, _ := strings.Cut(part, "```")
			sources = append(sources, source)
		}
		require.Len(t, sources, 2, page)
		tests, found := flowtest.Parse([]byte(sources[1]))
		require.Empty(t, found)
		for _, test := range tests {
			found, err := test.Run(compile(t, []byte(sources[0])), func(string) *flows.Flow { return nil })
			require.NoError(t, err)
			require.Empty(t, found, "%s: %s", page, test.Name.In("en"))
		}
	}
}

// TestTestsRunAtOnce holds a test and its flow to be safe for concurrent use.
func TestTestsRunAtOnce(t *testing.T) {
	t.Parallel()
	flow := compile(t, []byte(`{"sluice": 1, "id": "one", "nodes": [
		{"id": "each", "type": "foreach", "config": {"items": "trigger.body"}, "body": {"nodes": [
			{"id": "ask", "type": "http.request", "config": {"connection": "c", "method": "GET", "path": "/{{ item }}"}}]}}]}`))
	tests, found := flowtest.Parse([]byte(`{"name": "x", "trigger": {"body": [1, 2, 3]},
		"effects": {"each[*].ask": [{"output": 5}], "each[1].ask": [{"output": 6}]}, "expect": {"output": [5, 6, 5]}}`))
	require.Empty(t, found)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			found, err := tests[0].Run(flow, func(string) *flows.Flow { return nil })
			if err != nil || len(found) > 0 {
				t.Errorf("%v, %v", err, found)
			}
		})
	}
	all.Wait()
}
