package rules_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/nodetest"
	"sluice/nodes/pure/rules"
)

func table(rows ...core.Value) core.Object {
	return core.Object{
		"inputs":  core.List{core.Object{"expr": "input.a"}, core.Object{"expr": "input.b"}},
		"outputs": core.List{"x"},
		"rows":    rows,
	}
}

func TestCells(t *testing.T) {
	t.Parallel()
	output := run(t, core.Object{"hit": "collect", "table": table(
		core.Object{"id": "nothing said", "in": core.List{nil, ""}, "out": core.List{1}},
		core.Object{"id": "plain values", "in": core.List{7, true}, "out": core.List{2}},
		core.Object{"id": "other kind", "in": core.List{7, 1}, "out": core.List{3}},
		core.Object{"id": "null is a blank", "in": core.List{"7", " "}, "out": core.List{nil}},
	)}, core.Object{"a": 7, "b": true})
	require.Equal(t, core.List{"nothing said", "plain values", "null is a blank"}, output["matched"])
	nodetest.RequireSame(t, core.Object{"x": 2}, output["result"])
}

func TestPriority(t *testing.T) {
	t.Parallel()
	rule := func(id string, priority int) core.Object {
		return core.Object{"id": id, "when": "true", "then": core.Object{"by": id}, "priority": priority}
	}
	output := run(t, core.Object{"hit": "priority", "rules": core.List{
		rule("low", -1), rule("upper", 5), rule("lower", 5), rule("none", 0),
	}}, nil)
	require.Equal(t, core.List{"upper", "lower", "none", "low"}, output["matched"])
	require.Equal(t, core.Object{"by": "upper"}, output["result"])
}

// TestFirstStops: a rule below the one that holds cannot fail the node.
func TestFirstStops(t *testing.T) {
	t.Parallel()
	output := run(t, core.Object{"rules": core.List{
		core.Object{"when": "input.total > 1", "then": core.Object{"level": "some"}},
		core.Object{"when": "input.total", "then": core.Object{"level": "broken"}},
	}}, core.Object{"total": 2})
	require.Equal(t, core.List{"1"}, output["matched"])
}

func TestFindings(t *testing.T) {
	t.Parallel()
	rule := core.Object{"when": "true", "then": core.Object{}}
	for _, c := range []struct {
		name    string
		config  core.Object
		code    string
		pointer string
	}{
		{"neither", core.Object{}, "config.one_of", ""},
		{"both", core.Object{"rules": core.List{rule}, "table": table()}, "config.exclusive", ""},
		{"an id twice", core.Object{"rules": core.List{
			core.Object{"id": "a", "when": "true", "then": core.Object{}}, core.Object{"id": "a", "when": "true", "then": core.Object{}},
		}}, "config.duplicate", "/rules/1/id"},
		{"an id that is another's number", core.Object{"rules": core.List{core.Object{"id": "2", "when": "true", "then": core.Object{}}, rule}},
			"config.duplicate", "/rules/1/id"},
		{"a cell too few", core.Object{"table": table(core.Object{"in": core.List{""}, "out": core.List{1}})}, "config.length", "/table/rows/0/in"},
		{"a value too many", core.Object{"table": table(core.Object{"in": core.List{"", ""}, "out": core.List{1, 2}})}, "config.length", "/table/rows/0/out"},
		{"a cell that is none", core.Object{"table": table(core.Object{"in": core.List{"PAID", ""}, "out": core.List{1}})}, "expr.cell", "/table/rows/0/in/0"},
	} {
		spec := rules.Spec()
		found := nodetest.Findings(t, &spec, c.config)
		require.Len(t, found, 1, c.name)
		require.Equal(t, c.code, found[0].Code, c.name)
		require.Equal(t, "/nodes/0/config"+c.pointer, found[0].Pointer, c.name)
	}
}
