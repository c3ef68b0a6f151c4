package flows_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/nodes"
)

// compiled compiles a document that has no errors.
func compiled(tb testing.TB, text string, o flows.Options) *flows.Flow {
	tb.Helper()
	doc, found := flows.Parse([]byte(text))
	require.NotNil(tb, doc, lines(found))
	if o.Registry == nil {
		o.Registry = registry(tb)
	}
	flow, found := flows.Compile(doc, o)
	require.NotNil(tb, flow, lines(found))
	return flow
}

const plain = `{"sluice": 1, "id": "a", "nodes": [{"id": "n", "type": "set", "config": {"vars": {"x": 1}}}]%s}`

func TestHashHoldsWhatARunReads(t *testing.T) {
	t.Parallel()
	tables := map[string]core.Value{"status": core.Object{"a": 1}, "other": core.Object{}}
	more := map[string]core.Value{"status": core.Object{"a": 2}, "other": core.Object{"x": 1}}
	reads := strings.Replace(plain, `"x": 1`, `"x": "{{ tables.status.a }}"`, 1)
	computed := strings.Replace(plain, `"x": 1`, `"x": "{{ tables[input.name] }}"`, 1)
	version := strings.Replace(plain, `"x": 1`, `"x": "{{ flow.version }}"`, 1)
	hash := func(template, rest string, o flows.Options) string {
		return compiled(t, fmt.Sprintf(template, rest), o).Plan.Hash
	}
	base := hash(plain, "", flows.Options{})
	for _, same := range []string{
		`, "layout": {"n": [1, 2]}`, `, "title": "A"`, `, "description": {"zh": "甲"}`, "   ",
	} {
		require.Equal(t, base, hash(plain, same, flows.Options{}), same)
	}
	require.Equal(t, base, hash(plain, "", flows.Options{Tables: tables, Version: 9}), "what is not read does not count")
	for _, other := range []string{`, "vars": {"x": 1}`, `, "output": 1`, `, "timezone": "Asia/Shanghai"`, `, "settings": {"maxSteps": 5}`} {
		require.NotEqual(t, base, hash(plain, other, flows.Options{}), other)
	}
	require.NotEqual(t, hash(reads, "", flows.Options{Tables: tables}), hash(reads, "", flows.Options{Tables: more}))
	require.NotEqual(t, hash(version, "", flows.Options{Version: 1}), hash(version, "", flows.Options{Version: 2}))

	flow := compiled(t, fmt.Sprintf(reads, ""), flows.Options{Tables: tables})
	require.Equal(t, core.Object{"status": core.Object{"a": 1}}, flow.Plan.Tables, "only what is read is kept")
	flow = compiled(t, fmt.Sprintf(computed, ""), flows.Options{Tables: tables})
	require.Len(t, flow.Plan.Tables, 2, "a computed name may be any")
}

func TestHashHoldsBehaviours(t *testing.T) {
	t.Parallel()
	specs := tasks()
	text := `{"sluice": 1, "id": "a", "nodes": [{"id": "n", "type": "db.exec", "config": {"connection": "c", "sql": "x"}}]}`
	r1, err := nodes.New(specs)
	require.NoError(t, err)
	first := compiled(t, text, flows.Options{Registry: r1})
	specs[2].Behaviour++
	r2, err := nodes.New(specs)
	require.NoError(t, err)
	second := compiled(t, text, flows.Options{Registry: r2})
	require.NotEqual(t, first.Plan.Hash, second.Plan.Hash)
	require.Equal(t, "db.exec@2", second.Plan.Nodes[0].Task.Type, "the newest major is pinned")

	_, err = flows.Load(first.Definition, r2)
	require.ErrorContains(t, err, "db.exec@2 has behaviour 2, not 1")
	r3, err := nodes.New(specs[:2])
	require.NoError(t, err)
	_, err = flows.Load(first.Definition, r3)
	require.ErrorContains(t, err, "no node type db.exec@2")
}

func TestLoadGivesThePlanAgain(t *testing.T) {
	t.Parallel()
	for _, path := range cases(t, "ok") {
		ar := readCase(t, path)
		flow, _ := find(t, ar)
		loaded, err := flows.Load(flow.Definition, registry(t))
		require.NoError(t, err, path)
		require.Equal(t, describe(flow.Plan), describe(loaded.Plan), path)
		require.Equal(t, flow.Plan.Hash, loaded.Plan.Hash, path)
		require.Equal(t, flow.Plan.Flow, loaded.Plan.Flow, path)
		require.Equal(t, flow.Definition, loaded.Definition, path)
	}
	flow := compiled(t, fmt.Sprintf(plain, ""), flows.Options{})
	flow.Definition.Content = append(flow.Definition.Content, ' ')
	_, err := flows.Load(flow.Definition, registry(t))
	require.ErrorContains(t, err, "has been changed")
}

func TestDocumentIsKeptToTheByte(t *testing.T) {
	t.Parallel()
	text := fmt.Sprintf(plain, ` , "vars": {"id": 12345678901234567890, "money": 1.10}`)
	doc, found := flows.Parse([]byte(text))
	require.Empty(t, found)
	require.Equal(t, text, string(doc.Source()))
	require.Equal(t, "12345678901234567890", fmt.Sprint(doc.Vars["id"]))
}

func TestEntrances(t *testing.T) {
	t.Parallel()
	flow := compiled(t, `{"sluice": 1, "id": "a",
		"input": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}},
		"keys": {"order": "string(trigger.body.id)"},
		"triggers": [
			{"id": "hook", "type": "webhook", "config": {"path": "/orders/:shop/", "methods": ["POST"], "ackBody": "ok {{ trigger.body.id }}",
				"idempotency": {"key": "trigger.headers['x-id']", "ttl": "2d"}}},
			{"id": "night", "type": "cron", "config": {"cron": "0 0 2 * * ?", "jitter": "30s"}},
			{"id": "call", "type": "call"}],
		"nodes": [{"id": "n", "type": "set", "config": {"vars": {"x": 1}}}],
		"settings": {"concurrency": {"limit": 1, "key": "trigger.body.id % 2"}}}`, flows.Options{})
	require.Len(t, flow.Triggers, 3)
	hook := flow.Triggers[0]
	require.Equal(t, "orders/:shop", hook.Path)
	require.Equal(t, []string{"POST"}, hook.Methods)
	require.Equal(t, 48*time.Hour, hook.KeepKeys)
	require.Equal(t, 30*time.Second, flow.Triggers[1].Jitter)
	require.Nil(t, flow.Triggers[2].Idempotency)

	scope := core.TriggerScope{Plan: flow.Plan, Of: core.Object{"body": core.Object{"id": 7}, "headers": core.Object{"x-id": "k"}}}
	for want, e := range map[core.Value]core.Expr{"k": hook.Idempotency, "ok 7": hook.AckBody, "7": flow.Plan.Keys[0].Expr, 1: flow.Plan.Concurrency.Key} {
		got, f := e(scope)
		require.Nil(t, f)
		require.Equal(t, want, got)
	}
	require.Nil(t, flow.Input(core.Object{"id": 7}))
	f := flow.Input(core.Object{"id": "7"})
	require.Equal(t, "json.schema", f.Code)
	require.Equal(t, "/id: Expected integer, found string.", f.Message)
	require.Equal(t, core.List{core.Object{"pointer": "/id", "code": "config.type", "message": "Expected integer, found string."}}, f.Details)
}

func TestTaskArguments(t *testing.T) {
	t.Parallel()
	flow := compiled(t, `{"sluice": 1, "id": "a", "nodes": [{"id": "n", "type": "db.exec", "config": {
		"connection": "c", "sql": "UPDATE t SET a = :a", "each": "trigger.body.rows", "args": {"a": "{{ trigger.body.n }}", "b": ["x{{ trigger.body.n }}", 1.5, null]}}}]}`, flows.Options{})
	args, f := flow.Plan.Nodes[0].Task.Args(core.TriggerScope{Plan: flow.Plan, Of: core.Object{"body": core.Object{"n": 3, "rows": core.List{1}}}})
	require.Nil(t, f)
	require.Equal(t, core.Object{
		"connection": "c", "sql": "UPDATE t SET a = :a", "each": core.List{1},
		"args": core.Object{"a": 3, "b": core.List{"x3", 1.5, nil}},
	}, args)
}

func TestLimits(t *testing.T) {
	t.Parallel()
	node := `{"id": "n%d", "type": "set", "config": {"vars": {"x": 1}}}`
	many := func(n int, item string) string {
		var b strings.Builder
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			if strings.Contains(item, "%") {
				fmt.Fprintf(&b, item, i)
			} else {
				b.WriteString(item)
			}
		}
		return b.String()
	}
	deep := node[:len(node)-1] + `}`
	for range flows.MaxDepth + 1 {
		deep = `{"id": "g", "type": "group", "config": {}, "body": {"nodes": [` + deep + `]}}`
	}
	for name, c := range map[string]struct {
		text  string
		codes []string
	}{
		"bytes":       {`{"sluice": 1, "id": "` + strings.Repeat("a", 10<<20) + `"}`, []string{"json.too_large"}},
		"nodes":       {`{"sluice": 1, "id": "a", "nodes": [` + many(20_000, node) + `]}`, []string{"flow.limit.nodes"}},
		"empty nodes": {`{"sluice": 1, "id": "a", "nodes": [` + many(100_000, `{}`) + `]}`, []string{"flow.limit.nodes"}},
		"edges":       {`{"sluice": 1, "id": "a", "nodes": [` + fmt.Sprintf(node, 1) + `], "edges": [` + many(20_001, `{"from": "n1", "to": "n2"}`) + `]}`, []string{"flow.limit.edges"}},
		"findings":    {`{"sluice": 1, "id": "a", "nodes": [` + many(1_000, `{}`) + `]}`, []string{"flow.key.missing", "flow.limit.findings"}},
		"brackets":    {strings.Repeat("[", 10_000), []string{"json.syntax"}},
		"bodies":      {fmt.Sprintf(`{"sluice": 1, "id": "a", "nodes": [`+deep+`]}`, 1), []string{"flow.limit.depth"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, found := flows.Parse([]byte(c.text))
			if doc != nil {
				var flow *flows.Flow
				flow, found = flows.Compile(doc, flows.Options{Registry: registry(t)})
				require.Nil(t, flow)
			}
			require.LessOrEqual(t, len(found), 2*flows.MaxFindings+1)
			codes := map[string]bool{}
			for _, d := range found {
				codes[d.Code] = true
			}
			for _, code := range c.codes {
				require.Contains(t, codes, code)
			}
		})
	}
}

// chain is a flow of n nodes in a row that read each other, with a config of some size.
func chain(n int) string {
	var b bytes.Buffer
	b.WriteString(`{"sluice": 1, "id": "a", "nodes": [`)
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		before := "trigger.body"
		if i > 0 {
			before = fmt.Sprintf("nodes.n%d.body", i-1)
		}
		fmt.Fprintf(&b, `{"id": "n%d", "type": "http.request", "timeout": "2s", "retry": {"max": 3, "when": "error.status >= 500"},
			"config": {"method": "POST", "url": "http://host/{{ %[2]s.id }}", "headers": {"a": "x{{ %[2]s.a }}"},
				"body": {"order": "{{ %[2]s.order }}", "qty": "{{ %[2]s.qty + 1 }}", "list": [1, 2, "{{ %[2]s.x ?? 'none' }}"]}}}`, i, before)
	}
	b.WriteString(`], "edges": [`)
	for i := range n - 1 {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"from": "n%d", "to": "n%d"}`, i, i+1)
	}
	b.WriteString(`]}`)
	return b.String()
}

func BenchmarkCompile500(b *testing.B) {
	text := []byte(chain(500))
	o := flows.Options{Registry: registry(b)}
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		doc, _ := flows.Parse(text)
		if flow, found := flows.Compile(doc, o); flow == nil {
			b.Fatal(lines(found))
		}
	}
}

func FuzzCompile(f *testing.F) {
	for _, folder := range []string{"ok", "bad"} {
		for _, path := range cases(f, folder) {
			f.Add(file(readCase(f, path), "flow.json"))
		}
	}
	o := flows.Options{Registry: registry(f), Tables: map[string]core.Value{}}
	f.Fuzz(func(t *testing.T, text []byte) {
		doc, found := flows.Parse(text)
		if doc == nil {
			require.True(t, diag.HasError(found))
			return
		}
		flow, all := flows.Compile(doc, o)
		require.Equal(t, flow == nil, diag.HasError(all), lines(all))
		for _, d := range all {
			_, known := diag.Find(d.Code)
			require.True(t, known, d.Code)
		}
		if flow == nil {
			return
		}
		again, err := flows.Load(flow.Definition, o.Registry)
		require.NoError(t, err)
		require.Equal(t, flow.Plan.Hash, again.Plan.Hash)
	})
}

func BenchmarkCompileTable(b *testing.B) {
	var rows []string
	for i := range 2000 {
		rows = append(rows, fmt.Sprintf(`{"in": ["> %d", "\"a\", \"b\"", "[1..%d)", ""], "out": [%d, "{{ input.x }}"]}`, i, i+2, i))
	}
	text := []byte(`{"sluice": 1, "id": "a", "nodes": [{"id": "r", "type": "rules", "config": {"table": {
		"inputs": [{"expr": "input.a"}, {"expr": "input.b"}, {"expr": "input.c"}, {"expr": "input.d"}],
		"outputs": ["x", "y"], "rows": [` + strings.Join(rows, ",") + `]}}}]}`)
	o := flows.Options{Registry: registry(b)}
	for b.Loop() {
		doc, _ := flows.Parse(text)
		if flow, found := flows.Compile(doc, o); flow == nil {
			b.Fatal(lines(found))
		}
	}
}
