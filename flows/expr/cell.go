package expr

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"sluice/engine/core"
)

// CodeCell says that the text is no cell of a rules table. Params: problem.
const CodeCell = "expr.cell"

// It is the name of the tested value in cells that are expressions.
const It = "it"

// Cell is the test that stands in a cell of a rules table:
//
//	               empty: anything
//	"a", "b"       a literal or several: equals one of them
//	>= 100         > >= < <= != and an operand
//	[1..10)        an interval; a round bracket leaves the bound out
//	not(...)       the opposite of any of these
//	it % 2 == 0    anything else is an expression that gives true or false; null is false
//
// Operands are usually literals; expressions that do not ask for it are as good. Null equals null only, is in no interval
// and neither more nor less than anything. A Cell is immutable and safe for concurrent use.
type Cell struct {
	// program is nil where anything passes.
	program *Program
	text    string
}

// CompileCell compiles a cell.
func CompileCell(text string, env *Env) (*Cell, []Problem) {
	local := *env
	local.Locals = append(slices.Clone(env.Locals), It)
	c := cellCompiler{env: &local}
	test := c.test(text, 0)
	if len(c.problems) > 0 {
		return nil, ordered(c.problems)
	}
	if test == "" {
		return &Cell{text: text}, nil
	}
	p, problems := Compile(test, &local)
	if len(problems) > 0 {
		// The parts are sound, so it is how they come together: that concerns the cell as a whole.
		for i := range problems {
			problems[i].From, problems[i].To = 0, utf8.RuneCountInString(text)
		}
		return nil, problems
	}
	return &Cell{program: p, text: text}, nil
}

// Holds tests a value; the scope serves expressions.
func (c *Cell) Holds(scope core.Scope, it core.Value) (bool, *core.Failure) {
	if c.program == nil {
		return true, nil
	}
	v, f := c.program.EvalWith(scope, it)
	if f != nil {
		return false, f
	}
	switch v := v.(type) {
	case nil:
		return false, nil
	case bool:
		return v, nil
	default:
		return false, &core.Failure{
			Code: CodeType, Permanent: true,
			Message: fmt.Sprintf("the cell %s must give true or false, not %s; compare it with something", c.text, kindOf(v)),
		}
	}
}

// Roots is what the cell reads.
func (c *Cell) Roots() Roots {
	if c.program == nil {
		return 0
	}
	return c.program.Roots()
}

// Tables are the names of the tables that the cell reads by a fixed name, sorted.
func (c *Cell) Tables() []string {
	if c.program == nil {
		return nil
	}
	return c.program.Tables()
}

// cellCompiler rewrites a cell to one expression over it.
type cellCompiler struct {
	env      *Env
	problems []Problem
}

// test is the expression for a cell that begins at a character offset; "" where anything passes.
func (c *cellCompiler) test(text string, offset int) string {
	offset += utf8.RuneCountInString(text) - utf8.RuneCountInString(strings.TrimLeft(text, blanks))
	text = strings.Trim(text, blanks)
	if text == "" {
		return ""
	}
	for _, operator := range []string{">=", "<=", "!=", ">", "<"} {
		if operand, ok := strings.CutPrefix(text, operator); ok {
			return c.comparison(operator, operand, offset+len(operator))
		}
	}
	if inner, ok := strings.CutPrefix(text, "not"); ok {
		inner = strings.TrimLeft(inner, blanks)
		if body, ok := enclosed(inner); ok {
			return c.opposite(body, offset+utf8.RuneCountInString(text)-utf8.RuneCountInString(inner)+1)
		}
	}
	if low, high, ok := interval(text); ok {
		return c.interval(text, low, high, offset)
	}
	return c.oneOf(text, offset)
}

const blanks = " \t\r\n"

func (c *cellCompiler) comparison(operator, operand string, offset int) string {
	if pieces := splitTop(operand, ","); len(pieces) > 1 {
		c.refuse(offset, operand, "only literals can be listed with commas: write an interval such as [1..10), or it >= 1 && it < 10")
		return ""
	}
	c.operand(operand, offset)
	if operator == "!=" {
		return "it != (" + operand + ")"
	}
	return "it != nil && it " + operator + " (" + operand + ")"
}

func (c *cellCompiler) opposite(body string, offset int) string {
	test := c.test(body, offset)
	if test == "" {
		if len(c.problems) == 0 {
			c.refuse(offset, body, "nothing stands in not()")
		}
		return ""
	}
	return "!(" + test + ")"
}

func (c *cellCompiler) interval(text, low, high string, offset int) string {
	c.operand(low, offset+1)
	c.operand(high, offset+1+utf8.RuneCountInString(low)+len(".."))
	above, below := ">=", "<="
	if text[0] != '[' {
		above = ">"
	}
	if text[len(text)-1] != ']' {
		below = "<"
	}
	return "it != nil && it " + above + " (" + low + ") && it " + below + " (" + high + ")"
}

// oneOf is a literal, several with commas between, or an expression.
func (c *cellCompiler) oneOf(text string, offset int) string {
	pieces := splitTop(text, ",")
	var tests []string
	for _, piece := range pieces {
		literal := c.operand(piece, offset)
		switch {
		case literal:
			tests = append(tests, "it == ("+piece+")")
		case len(pieces) == 1:
			return piece
		default:
			c.refuse(offset, piece, "only literals can be listed with commas; join conditions with || instead")
		}
		offset += utf8.RuneCountInString(piece) + 1
	}
	return strings.Join(tests, " || ")
}

// operand compiles a part for its problems, and reports whether it is a literal.
func (c *cellCompiler) operand(text string, offset int) bool {
	p, problems := Compile(text, c.env)
	for _, found := range problems {
		found.From += offset
		found.To += offset
		if found.Code == CodeNameUnknown && found.Params["name"] == strings.TrimSpace(text) {
			c.refuse(offset, text, "a text stands in quotes: \""+strings.TrimSpace(text)+"\"")
			continue
		}
		c.problems = append(c.problems, found)
	}
	if p == nil {
		return true
	}
	_, literal := p.Constant()
	return literal
}

func (c *cellCompiler) refuse(offset int, text, problem string) {
	c.problems = append(c.problems, newProblem(CodeCell, span{offset, offset + utf8.RuneCountInString(text)}, problem))
}

// enclosed is what stands in round brackets where they enclose all of s.
func enclosed(s string) (string, bool) {
	if len(s) < 2 || s[0] != '(' || s[len(s)-1] != ')' {
		return "", false
	}
	inner := s[1 : len(s)-1]
	depth := 0
	for i := 0; i < len(inner); i++ {
		switch inner[i] {
		case '"', '\'', '`':
			n := stringEnd(inner[i:], inner[i])
			if n < 0 {
				return "", false
			}
			i += n
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return "", false
			}
		}
	}
	return inner, true
}

// interval cuts an interval into its bounds.
func interval(s string) (low, high string, ok bool) {
	if len(s) < len("(..)") || !strings.ContainsRune("[(", rune(s[0])) || !strings.ContainsRune("])", rune(s[len(s)-1])) {
		return "", "", false
	}
	bounds := splitTop(s[1:len(s)-1], "..")
	if len(bounds) != 2 {
		return "", "", false
	}
	return bounds[0], bounds[1], true
}

// splitTop cuts s at each separator that stands in no string and no brackets.
func splitTop(s, separator string) []string {
	var pieces []string
	depth, from := 0, 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\'' || c == '`':
			n := stringEnd(s[i:], c)
			if n < 0 {
				return append(pieces, s[from:])
			}
			i += n
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case depth == 0 && strings.HasPrefix(s[i:], separator):
			pieces = append(pieces, s[from:i])
			i += len(separator) - 1
			from = i + 1
		}
	}
	return append(pieces, s[from:])
}
