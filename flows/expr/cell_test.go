package expr

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

func TestCell(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cell string
		it   core.Value
		want bool
	}{
		{"", nil, true}, {"  ", 5, true},
		{`"a"`, "a", true}, {`"a"`, "b", false}, {`'a'`, "a", true}, {`"a"`, nil, false},
		{`"a", "b"`, "b", true}, {`"a, b"`, "a, b", true}, {`"a","b"`, "c", false}, {`1, 2`, 2, true}, {`1, 2`, "2", false},
		{"5", 5, true}, {"5", 5.0, true}, {"-5", -5, true}, {"1_000", 1000, true}, {"true", true, true}, {"true", false, false}, {"nil", nil, true},
		{"> 5", 6, true}, {"> 5", 5, false}, {">= 5", 5, true}, {"<5", 4.5, true}, {"<= -1", -1, true}, {"> 5", nil, false}, {`> "a"`, "b", true},
		{"!= 5", 6, true}, {"!= 5", 5, false}, {"!= 5", nil, true}, {"!= nil", nil, false},
		{"[1..10)", 1, true}, {"[1..10)", 10, false}, {"(1..10]", 1, false}, {"(1..10]", 10, true}, {"[0.5..1]", 0.5, true}, {"[1..10]", nil, false},
		{`[date("2024-01-01")..date("2024-02-01"))`, nil, false}, {"( 1 .. 3 )", 2, true},
		{`not("a")`, "b", true}, {`not("a", "b")`, "b", false}, {"not(> 5)", 5, true}, {"not([1..3])", 2, false}, {"not (1)", 2, true},
		{"it % 2 == 0", 4, true}, {"it % 2 == 0", 3, false}, {"(it > 1) && (it < 3)", 2, true}, {`it startsWith "SF"`, "SF123", true},
		{`it in ["a", "b"]`, "a", true}, {"not(it > 3)", 2, true}, {"it?.x", core.Object{}, false},
	} {
		cell, problems := CompileCell(c.cell, &Env{Roots: RootsOfNode})
		require.Empty(t, problems, c.cell)
		got, f := cell.Holds(nil, c.it)
		require.Nil(t, f, c.cell)
		require.Equal(t, c.want, got, "%s for %v", c.cell, c.it)
	}
}

func TestCellProblems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cell, code string
		from, to   int
	}{
		{"DELIVERED", CodeCell, 0, 9},
		{">= 30, < 50", CodeCell, 2, 11},
		{"it > 1, it < 3", CodeCell, 0, 6},
		{"not()", CodeCell, 4, 4},
		{"> ", CodeEmpty, 1, 1},
		{"[1..无]", CodeCell, 4, 5},
		{`"a", vars.`, CodeSyntax, 9, 10},
		{"> 5 and <= 10", CodeSyntax, 8, 10},
		{`> true`, CodeType, 0, 6},
	} {
		_, problems := CompileCell(c.cell, &Env{Roots: RootsOfNode})
		require.NotEmpty(t, problems, c.cell)
		p := problems[0]
		require.Equal(t, []any{c.code, c.from, c.to}, []any{p.Code, p.From, p.To}, "%s: %s", c.cell, p.Message)
	}
}

func TestCellThatGivesNoCondition(t *testing.T) {
	t.Parallel()
	cell, problems := CompileCell("it + 1", &Env{})
	require.Empty(t, problems)
	_, f := cell.Holds(nil, 1)
	require.NotNil(t, f)
	require.Equal(t, CodeType, f.Code)
}
