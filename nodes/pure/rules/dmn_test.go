package rules_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes/nodetest"
	"sluice/nodes/pure/rules"
)

// The decision tables of the DMN compatibility kit, each as one rules node.
//
// ANY becomes first, for its rows must agree anyway; PRIORITY becomes priority, with the rank of the row's first output
// as the row's; RULE ORDER and COLLECT become collect, and what an aggregation makes of the results is computed here, as
// it would be by an expression behind the node.

// unnamed is the name of an output that the model gives none.
const unnamed = "value"

// feel are the output cells that compute something, in our words.
var feel = map[string]string{
	"a": "{{ input.a }}",
	"b": "{{ input.b }}",
	"c": "{{ input.c }}",
	`Person.Name + " is a dad of " + string(decimal(Person.Children,0)) + " children."`:    "{{ input.Person.Name }} is a dad of {{ round(input.Person.Children, 0) }} children.",
	`Person.Name + " is a mother of " + string(decimal(Person.Children,0)) + " children."`: "{{ input.Person.Name }} is a mother of {{ round(input.Person.Children, 0) }} children.",
	"(Principal*Rate/12)/(1-(1+Rate/12)**-Term)+Fees":                                      "{{ (input.Principal*input.Rate/12)/(1-(1+input.Rate/12)**-input.Term)+input.Fees }}",
}

// constants are the literals that a context gives to the table within it.
var constants = map[string]core.Object{
	"Boxed Context": {"Rate": 0.0375, "Fees": 100},
}

func TestDMNTables(t *testing.T) {
	t.Parallel()
	ran, left := 0, 0
	for _, file := range nodetest.SharedFiles(t, "testdata/dmn-tables") {
		doc := nodetest.Shared(t, file).(core.Object)
		tables := decisionTables(doc["model"].(core.Object))
		for _, c := range list(doc["cases"]) {
			c := c.(core.Object)
			input := c["input"].(core.Object)
			for _, e := range list(c["expected"]) {
				e := e.(core.Object)
				name := e["decision"].(string)
				table, ok := tables[name]
				if !ok {
					left++
					continue
				}
				ran++
				t.Run(fmt.Sprintf("%s/%s/%s", file, c["id"], name), func(t *testing.T) {
					t.Parallel()
					output := run(t, dmnConfig(table), merged(input, constants[name]))
					requireNear(t, e["value"], dmnAnswer(table, output))
				})
			}
		}
	}
	t.Logf("%d decisions compared; %d left out, which are list expressions without a table", ran, left)
	require.Equal(t, 31, ran)
}

// decisionTables finds the table of each decision: its own, or the one of the function or context it stands for.
func decisionTables(model core.Object) map[string]core.Object {
	inner := map[string]core.Object{}
	for _, b := range list(model["bkms"]) {
		b := b.(core.Object)
		inner[b["name"].(string)] = tableWithin(b)
	}
	tables := map[string]core.Object{}
	for _, d := range list(model["decisions"]) {
		d := d.(core.Object)
		table := tableWithin(d)
		if called, ok := d["invoke"].(string); ok {
			table = inner[called]
		}
		if table != nil {
			tables[d["name"].(string)] = table
		}
	}
	return tables
}

func tableWithin(v core.Object) core.Object {
	if table, ok := v["decisionTable"].(core.Object); ok {
		return table
	}
	for _, entry := range list(v["context"]) {
		if table := tableWithin(entry.(core.Object)); table != nil {
			return table
		}
	}
	return nil
}

func dmnConfig(table core.Object) core.Object {
	var inputs, outputs, rows core.List
	for _, in := range list(table["inputs"]) {
		expr := in.(core.Object)["expression"].(string)
		inputs = append(inputs, core.Object{"name": expr, "expr": "input." + expr})
	}
	for _, out := range list(table["outputs"]) {
		outputs = append(outputs, outputName(out.(core.Object)))
	}
	first := list(table["outputs"])[0].(core.Object)
	for _, r := range list(table["rules"]) {
		r := r.(core.Object)
		row := core.Object{"in": core.List{}, "out": core.List{}}
		for _, cell := range list(r["in"]) {
			row["in"] = append(row["in"].(core.List), strings.TrimPrefix(cell.(string), "-"))
		}
		for _, cell := range list(r["out"]) {
			row["out"] = append(row["out"].(core.List), outputCell(cell.(string)))
		}
		if ranks, ok := first["priority"].(string); ok && table["hitPolicy"] == "PRIORITY" {
			cell := list(r["out"])[0].(string)
			row["priority"] = -slices.Index(strings.Split(ranks, ", "), cell)
		}
		rows = append(rows, row)
	}
	hit := map[core.Value]rules.Hit{
		"ANY": rules.First, "FIRST": rules.First, "UNIQUE": rules.Unique, "PRIORITY": rules.Priority,
		"RULE ORDER": rules.Collect, "COLLECT": rules.Collect,
	}[table["hitPolicy"]]
	return core.Object{"hit": string(hit), "table": core.Object{"inputs": inputs, "outputs": outputs, "rows": rows}}
}

func outputName(output core.Object) string {
	if name, ok := output["name"].(string); ok {
		return name
	}
	return unnamed
}

func outputCell(cell string) core.Value {
	if v, err := value.DecodeString(cell); err == nil {
		return v
	}
	return feel[cell]
}

// dmnAnswer is the answer of the decision: a value where its only output has no name, else an object, and a list of
// these, or an aggregate of it, where several rows count.
func dmnAnswer(table, output core.Object) core.Value {
	plain := func(then core.Value) core.Value {
		if v, ok := then.(core.Object)[unnamed]; ok {
			return v
		}
		return then
	}
	if hit := table["hitPolicy"]; hit != "COLLECT" && hit != "RULE ORDER" {
		return plain(output["result"])
	}
	var all core.List
	for _, then := range list(output["results"]) {
		all = append(all, plain(then))
	}
	switch table["aggregation"] {
	case "MIN":
		return slices.MinFunc(all, func(a, b core.Value) int { c, _ := value.Compare(a, b); return c })
	case "SUM":
		var sum value.Decimal
		for _, v := range all {
			d, _ := value.ToDecimal(v)
			sum, _ = sum.Add(d)
		}
		return sum
	default:
		return all
	}
}

// requireNear compares numbers that were computed in binary to 12 digits, as the kit does.
func requireNear(t *testing.T, want, got core.Value) {
	t.Helper()
	if w, ok := want.(float64); ok {
		g, err := value.ToDecimal(got)
		require.NoError(t, err)
		require.InEpsilon(t, w, g.Float(), 1e-12)
		return
	}
	nodetest.RequireSame(t, want, got)
}

func run(t *testing.T, config core.Object, input core.Value) core.Object {
	t.Helper()
	spec := rules.Spec()
	result, f := nodetest.Compile(t, &spec, config).Eval(&nodetest.Scope{InputValue: input})
	require.Nil(t, f)
	return result.Value.(core.Object)
}

func list(v core.Value) core.List {
	l, _ := v.(core.List)
	return l
}

func merged(a, b core.Object) core.Object {
	all := core.Object{}
	for _, o := range []core.Object{a, b} {
		maps.Copy(all, o)
	}
	return all
}
