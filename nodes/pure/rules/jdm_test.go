package rules_test

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/nodetest"
)

// The decision graphs of another rule engine that consist of tables in a row, each table as one rules node. What lies
// between two nodes (passing the input through, running over a list, dotted output names) is done here, as map and foreach
// would do it in a flow.

// tablesOnly are the graphs, by how many tables they have. The others decide by expressions and switches too, or, as
// insurance-coverage-calculator does, count on a row being passed over when its outputs cannot be computed.
var tablesOnly = map[string]int{
	"decision-table-discounts.json":        1,
	"decision-table-shipping.json":         1,
	"empty-column-with-space.json":         1,
	"table-loop.json":                      1,
	"government-assistance.json":           2,
	"clinical-lab-result-interpreter.json": 4,
}

func TestJDMTables(t *testing.T) {
	t.Parallel()
	ran, left := 0, 0
	for graph, cases := range jdmCases(t) {
		if tablesOnly[graph] == 0 {
			left += len(cases)
			continue
		}
		tables := inOrder(nodetest.Shared(t, "testdata/gorules-jdm/"+graph).(core.Object))
		require.Len(t, tables, tablesOnly[graph])
		for i, c := range cases {
			ran++
			t.Run(fmt.Sprintf("%s/%d", graph, i), func(t *testing.T) {
				t.Parallel()
				data := c["input"]
				for _, table := range tables {
					data = step(t, table, data)
				}
				nodetest.RequireSame(t, c["output"], data)
			})
		}
	}
	t.Logf("%d cases compared; %d left out, whose graphs are more than tables", ran, left)
	require.Equal(t, 77, ran)
}

// jdmCases are the tests that stand in the graphs, and the further ones beside them.
func jdmCases(t *testing.T) map[string][]core.Object {
	cases := map[string][]core.Object{}
	for _, file := range nodetest.SharedFiles(t, "testdata/gorules-jdm") {
		graph := strings.TrimPrefix(file, "testdata/gorules-jdm/")
		if graph == "variants.json" {
			for _, v := range list(nodetest.Shared(t, file)) {
				v := v.(core.Object)
				cases[v["graph"].(string)] = append(cases[v["graph"].(string)], v)
			}
			continue
		}
		for _, c := range list(nodetest.Shared(t, file).(core.Object)["tests"]) {
			cases[graph] = append(cases[graph], c.(core.Object))
		}
	}
	return cases
}

// inOrder follows the one way through a graph and lists its tables.
func inOrder(graph core.Object) []core.Object {
	next := map[core.Value]core.Value{}
	for _, e := range list(graph["edges"]) {
		e := e.(core.Object)
		next[e["sourceId"]] = e["targetId"]
	}
	byID := map[core.Value]core.Object{}
	var at core.Value
	for _, n := range list(graph["nodes"]) {
		n := n.(core.Object)
		byID[n["id"]] = n
		if n["type"] == "inputNode" {
			at = n["id"]
		}
	}
	var tables []core.Object
	for ; at != nil; at = next[at] {
		if n := byID[at]; n["type"] == "decisionTableNode" {
			tables = append(tables, n["content"].(core.Object))
		}
	}
	return tables
}

// step runs one table over what came along.
func step(t *testing.T, table core.Object, data core.Value) core.Value {
	t.Helper()
	decide := func(input core.Value) core.Value {
		output := run(t, jdmConfig(table), input)
		if table["hitPolicy"] == "collect" {
			var all core.List
			for _, then := range list(output["results"]) {
				all = append(all, nested(then.(core.Object)))
			}
			return append(core.List{}, all...)
		}
		then, _ := output["result"].(core.Object)
		if table["passThrough"] == true {
			return overlaid(input.(core.Object), nested(then))
		}
		return nested(then)
	}
	if table["executionMode"] != "loop" {
		return decide(data)
	}
	var all core.List
	for _, item := range list(data.(core.Object)[table["inputField"].(string)]) {
		all = append(all, decide(item))
	}
	looped := core.Object{table["outputPath"].(string): all}
	if table["passThrough"] == true {
		return overlaid(data.(core.Object), looped)
	}
	return looped
}

func jdmConfig(table core.Object) core.Object {
	var inputs, outputs, rows core.List
	for _, in := range list(table["inputs"]) {
		field, _ := in.(core.Object)["field"].(string)
		if field == "" {
			field = "nil"
		}
		inputs = append(inputs, core.Object{"name": in.(core.Object)["name"], "expr": zen(field)})
	}
	for _, out := range list(table["outputs"]) {
		outputs = append(outputs, out.(core.Object)["field"])
	}
	for _, r := range list(table["rules"]) {
		r := r.(core.Object)
		var in, out core.List
		for _, column := range list(table["inputs"]) {
			cell, _ := r[column.(core.Object)["id"].(string)].(string)
			in = append(in, jdmCell(cell))
		}
		for _, column := range list(table["outputs"]) {
			cell, _ := r[column.(core.Object)["id"].(string)].(string)
			if cell = strings.TrimSpace(cell); cell == "" {
				out = append(out, nil)
			} else {
				out = append(out, "{{ "+zen(cell)+" }}")
			}
		}
		rows = append(rows, core.Object{"id": r["_id"], "in": in, "out": out, "note": text(r["_description"])})
	}
	return core.Object{"hit": table["hitPolicy"], "table": core.Object{"inputs": inputs, "outputs": outputs, "rows": rows}}
}

func text(v core.Value) string {
	s, _ := v.(string)
	return s
}

// comparison is a comparison within a cell that joins several; in our cells such a one is an expression.
var comparison = regexp.MustCompile(`(^|and |or )([<>]=?)`)

func jdmCell(cell string) string {
	cell = strings.TrimSpace(cell)
	if strings.Contains(cell, " and ") && comparison.MatchString(cell) {
		cell = comparison.ReplaceAllString(cell, "${1}it ${2}")
	}
	return zen(cell)
}

var (
	token        = regexp.MustCompile(`'[^']*'|"[^"]*"|[#.]?[A-Za-z_$][A-Za-z0-9_]*\(?`)
	containsItem = regexp.MustCompile(`contains\(\$, ([^)]*)\)`)
	dateLiteral  = regexp.MustCompile(`date\(("[^"]*")\)`)
	digitGroups  = regexp.MustCompile(`(\d)_(\d)`)
)

// zen says an expression of the other engine in our words. Dates are compared as the ISO texts they come as.
func zen(expr string) string {
	expr = containsItem.ReplaceAllString(expr, "$1 in $$")
	expr = dateLiteral.ReplaceAllString(expr, "$1")
	expr = digitGroups.ReplaceAllString(expr, "$1$2")
	expr = strings.NewReplacer("date(order.createdAt)", "order.createdAt", "date(customer.joinDate)", "customer.joinDate").Replace(expr)
	return token.ReplaceAllStringFunc(expr, func(word string) string {
		switch {
		case word == "$":
			return "it"
		case word == "some(":
			return "any("
		case strings.ContainsAny(word[:1], `'".#`), strings.HasSuffix(word, "("):
			return word
		case slices.Contains([]string{"true", "false", "nil", "it", "in", "and", "or"}, word):
			return word
		}
		return "input." + word
	})
}

// nested makes objects within objects of dotted names.
func nested(then core.Object) core.Object {
	out := core.Object{}
	for name, v := range then {
		inner := out
		path := strings.Split(name, ".")
		for _, part := range path[:len(path)-1] {
			if _, ok := inner[part]; !ok {
				inner[part] = core.Object{}
			}
			inner = inner[part].(core.Object)
		}
		inner[path[len(path)-1]] = v
	}
	return out
}

// overlaid is a with the values of b over it, at every depth.
func overlaid(a, b core.Object) core.Object {
	out := maps.Clone(a)
	for name, v := range b {
		under, both := out[name].(core.Object)
		if over, ok := v.(core.Object); ok && both {
			out[name] = overlaid(under, over)
		} else {
			out[name] = v
		}
	}
	return out
}
