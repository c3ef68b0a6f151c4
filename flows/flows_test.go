package flows_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/tools/txtar"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/nodes"
	"sluice/nodes/all"
)

var update = flag.Bool("update", false, "write what the tests found into testdata")

// registry is the real pure and control types, with tasks that are declared here: what they do is of no matter.
func registry(tb testing.TB) *nodes.Registry {
	tb.Helper()
	var specs []nodes.Spec
	for _, s := range all.Specs(all.Deps{}) {
		if s.Run == nil {
			specs = append(specs, s)
		}
	}
	r, err := nodes.New(append(specs, tasks()...))
	require.NoError(tb, err)
	return r
}

func tasks() []nodes.Spec {
	run := func(context.Context, nodes.Call) (core.Value, *core.Failure) { return nil, nil }
	http := `{"type": "object", "title": "HTTP request", "required": ["method"], "additionalProperties": false,
		"oneOf": [{"required": ["url"]}, {"required": ["path"]}],
		"properties": {
			"connection": {"type": "string", "x-literal": true, "x-connection": ["http"]},
			"method": {"enum": ["GET", "POST"], "x-literal": true},
			"url": {"type": "string"}, "path": {"type": "string"},
			"query": {"type": "object"}, "headers": {"type": "object", "additionalProperties": {"type": "string"}},
			"body": {}, "maxBytes": {"type": "integer", "minimum": 1}}}`
	exec := `{"type": "object", "title": "Change rows", "required": ["connection", "sql"], "additionalProperties": false,
		"properties": {
			"connection": {"type": "string", "x-literal": true, "x-connection": ["sqlite", "postgres"]},
			"sql": {"type": "string", "x-literal": true}, "args": {"type": "object"},
			"each": {"type": "string", "x-expression": true}}}`
	odd := `{"type": "object", "title": "Odd rules", "additionalProperties": false, "not": {"required": ["alone", "even"]},
		"properties": {
			"form": {"oneOf": [{"type": "object", "required": ["a", "b"]}, {"type": "object", "required": ["c", "d"]}]},
			"kind": {"oneOf": [{"properties": {"is": {"const": "x"}, "n": {"type": "integer"}}}, {"properties": {"is": {"const": "y"}, "n": {"type": "string"}}}]},
			"alone": {}, "even": {"type": "integer", "multipleOf": 2}, "never": false,
			"has": {"type": "array", "contains": {"const": 1}}, "name": {"type": "string", "maxLength": 3}, "below": {"exclusiveMaximum": 5}}}`
	return []nodes.Spec{
		{Type: "http.request", Major: 1, Behaviour: 1, Effect: nodes.Write, Page: nodes.Page{Schema: []byte(http)}, Run: run,
			EffectOf: func(config core.Object) nodes.Effect {
				if config["method"] == "GET" {
					return nodes.Read
				}
				return nodes.Write
			}},
		{Type: "db.exec", Major: 1, Behaviour: 1, Effect: nodes.Write, Page: nodes.Page{Schema: []byte(exec)}, Run: run},
		{Type: "db.exec", Major: 2, Behaviour: 1, Effect: nodes.Write, Page: nodes.Page{Schema: []byte(exec)}, Run: run},
		{Type: "odd", Major: 1, Behaviour: 1, Effect: nodes.Read, Page: nodes.Page{Schema: []byte(odd)}, Run: run},
	}
}

// options are those of a case: its file options.json, else nothing is known.
func options(tb testing.TB, ar *txtar.Archive) flows.Options {
	tb.Helper()
	o := flows.Options{Registry: registry(tb), Version: 7, Schedule: func(cron, _, _ string) error {
		if strings.Count(cron, " ") < 4 {
			return errors.New("too few fields")
		}
		return nil
	}}
	text := file(ar, "options.json")
	if text == nil {
		return o
	}
	var known struct {
		Connections map[string]string
		Flows       []string
	}
	require.NoError(tb, json.Unmarshal(text, &known))
	v, err := value.Decode(text)
	require.NoError(tb, err)
	if tables, ok := v.(core.Object)["tables"].(core.Object); ok {
		o.Tables = tables
	}
	if known.Connections != nil {
		o.Connections = func(id string) (string, bool) { t, ok := known.Connections[id]; return t, ok }
	}
	if known.Flows != nil {
		o.Flows = func(id string) bool { return slices.Contains(known.Flows, id) }
	}
	return o
}

func file(ar *txtar.Archive, name string) []byte {
	for _, f := range ar.Files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

// expect compares a file of the archive, or writes it with -update.
func expect(t *testing.T, path string, ar *txtar.Archive, name, got string) {
	t.Helper()
	if !*update {
		require.Equal(t, string(file(ar, name)), got, "%s in %s; if it is right, go test ./flows -update", name, path)
		return
	}
	i := slices.IndexFunc(ar.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		ar.Files = append(ar.Files, txtar.File{Name: name})
		i = len(ar.Files) - 1
	}
	ar.Files[i].Data = []byte(got)
	require.NoError(t, os.WriteFile(path, txtar.Format(ar), 0o644))
}

// lines writes findings one a line: SEVERITY CODE POINTER LINE:COLUMN [from to] MESSAGE.
func lines(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s %s %q %d:%d", d.Severity, d.Code, d.Pointer, d.Line, d.Column)
		if d.Span != nil {
			fmt.Fprintf(&b, " [%d %d]", d.Span[0], d.Span[1])
		}
		fmt.Fprintf(&b, ": %s", d.Message)
		if len(d.Related) > 0 {
			fmt.Fprintf(&b, " (see %s)", strings.Join(d.Related, ", "))
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func cases(tb testing.TB, folder string) []string {
	tb.Helper()
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txtar"))
	require.NoError(tb, err)
	require.NotEmpty(tb, paths)
	return paths
}

func readCase(tb testing.TB, path string) *txtar.Archive {
	tb.Helper()
	ar, err := txtar.ParseFile(path)
	require.NoError(tb, err)
	require.NotNil(tb, file(ar, "flow.json"), path)
	return ar
}

// find parses and compiles a case.
func find(tb testing.TB, ar *txtar.Archive) (*flows.Flow, []diag.Diagnostic) {
	tb.Helper()
	doc, found := flows.Parse(file(ar, "flow.json"))
	if doc == nil {
		return nil, found
	}
	return flows.Compile(doc, options(tb, ar))
}

func TestGoodFlows(t *testing.T) {
	t.Parallel()
	for _, path := range cases(t, "ok") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			ar := readCase(t, path)
			flow, found := find(t, ar)
			require.NotNil(t, flow, lines(found))
			expect(t, path, ar, "want.diag", lines(found))
			expect(t, path, ar, "want.plan", describe(flow.Plan))
		})
	}
}

func TestBadFlows(t *testing.T) {
	t.Parallel()
	for _, path := range cases(t, "bad") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			ar := readCase(t, path)
			flow, found := find(t, ar)
			require.Nil(t, flow)
			require.True(t, diag.HasError(found))
			expect(t, path, ar, "want.diag", lines(found))
		})
	}
}

// describe writes a plan as text.
func describe(p *core.Plan) string {
	var b bytes.Buffer
	for i, g := range p.Graphs {
		owner := "the flow"
		if g.Owner >= 0 {
			owner = "body of " + p.Nodes[g.Owner].ID
		}
		fmt.Fprintf(&b, "graph %d: %s\n", i, owner)
		for j := range p.Nodes {
			if p.Nodes[j].Graph == i {
				describeNode(&b, p, &p.Nodes[j])
			}
		}
	}
	return b.String()
}

func describeNode(b *bytes.Buffer, p *core.Plan, n *core.Node) {
	kind := "eval"
	switch {
	case n.Machine != nil:
		kind = "machine"
	case n.Task != nil && n.Task.Write:
		kind = "write task"
	case n.Task != nil:
		kind = "task"
	}
	fmt.Fprintf(b, "  %s: %s, %s", n.ID, n.Type, kind)
	for port, edges := range n.Out {
		for _, e := range edges {
			fmt.Fprintf(b, ", %s → %s", n.Ports[port], p.Nodes[p.Edges[e].To].ID)
		}
	}
	for _, e := range n.OnError {
		fmt.Fprintf(b, ", error → %s", p.Nodes[p.Edges[e].To].ID)
	}
	if n.Need > 0 {
		fmt.Fprintf(b, ", needs %d", n.Need)
	}
	if n.Retry != nil {
		fmt.Fprintf(b, ", retries %d after %s", n.Retry.Max, n.Retry.Delay)
	}
	if n.Timeout > 0 {
		fmt.Fprintf(b, ", within %s", n.Timeout)
	}
	if n.Compensate != nil {
		fmt.Fprintf(b, ", undone by %s", n.Compensate.Type)
	}
	b.WriteByte('\n')
}
