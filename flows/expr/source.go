package expr

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/parser/lexer"
)

// Bounds on the text of an expression. Size counts syntax nodes as often as they are evaluated: expr's parser shares
// some (a < b < c evaluates b twice).
const (
	maxSource = 20_000
	maxNodes  = 10_000
	maxNest   = 200
	// maxTree is how deep the syntax tree may be: long chains of an operator lean to one side.
	maxTree = 2_000
)

// span is a half-open range of characters.
type span struct{ from, to int }

func (s span) join(t span) span {
	if s == (span{}) {
		return t
	}
	if t == (span{}) {
		return s
	}
	return span{min(s.from, t.from), max(s.to, t.to)}
}

// source is the text of one expression, which begins at character offset of the string it stands in.
type source struct {
	text   string
	runes  []rune
	offset int
}

func newSource(text string, offset int) *source {
	return &source{text: text, runes: []rune(text), offset: offset}
}

// whole is the span without the blanks around it.
func (s *source) whole() span {
	lead := len(s.text) - len(strings.TrimLeft(s.text, " \t\r\n"))
	from := utf8.RuneCountInString(s.text[:lead])
	return span{from, from + utf8.RuneCountInString(strings.TrimSpace(s.text))}
}

// balanced widens a span to the brackets that close what it opens, and open what it closes: the parser's places are
// those of names and operators.
func (s *source) balanced(at span) span {
	depth, lowest := 0, 0
	for i := at.from; i < min(at.to, len(s.runes)); i++ {
		depth += bracket(s.runes[i])
		lowest = min(lowest, depth)
	}
	wide := at
	for missing := depth - lowest; missing > 0; wide.to++ {
		if wide.to >= len(s.runes) {
			return at
		}
		missing += bracket(s.runes[wide.to])
	}
	for missing := -lowest; missing > 0; {
		if wide.from--; wide.from < 0 {
			return at
		}
		missing -= bracket(s.runes[wide.from])
	}
	return wide
}

func bracket(r rune) int {
	switch r {
	case '(', '[', '{':
		return 1
	case ')', ']', '}':
		return -1
	}
	return 0
}

// maxSnippet is how many characters of an expression a message quotes.
const maxSnippet = 60

func (s *source) site(at span) *site {
	from, to := max(0, min(at.from, len(s.runes))), max(0, min(at.to, len(s.runes)))
	if from >= to {
		from, to = 0, len(s.runes)
	}
	text := s.runes[from:to]
	if len(text) > maxSnippet {
		return &site{text: string(text[:maxSnippet]) + "..."}
	}
	return &site{text: string(text)}
}

// at places a span of the expression in the string it stands in.
func (s *source) at(in span) span { return span{in.from + s.offset, in.to + s.offset} }

// parse reads the text with expr's parser, within the bounds.
func (s *source) parse() (ast.Node, *Problem) {
	if strings.TrimSpace(s.text) == "" {
		p := newProblem(CodeEmpty, s.at(span{0, len(s.runes)}), "the expression is empty")
		return nil, &p
	}
	if len(s.runes) > maxSource {
		return nil, s.tooLarge(fmt.Sprintf("the expression is longer than %d characters", maxSource))
	}
	if !utf8.ValidString(s.text) {
		p := newProblem(CodeSyntax, s.at(s.whole()), "the text is not valid UTF-8")
		return nil, &p
	}
	if nesting(s.text) > maxNest {
		return nil, s.tooLarge(fmt.Sprintf("brackets are nested deeper than %d levels", maxNest))
	}
	tree, err := parser.Parse(s.text)
	if err != nil {
		p := s.syntaxError(err)
		return nil, &p
	}
	m := measurer{seen: make(map[ast.Node]extent)}
	switch e := m.measure(tree.Node); {
	case e.size > maxNodes:
		return nil, s.tooLarge(fmt.Sprintf("the expression has more than %d parts", maxNodes))
	case e.depth > maxTree:
		return nil, s.tooLarge(fmt.Sprintf("the expression is nested deeper than %d levels", maxTree))
	}
	return tree.Node, nil
}

func (s *source) tooLarge(message string) *Problem {
	p := newProblem(CodeBudget, s.at(s.whole()), message)
	return &p
}

func (s *source) syntaxError(err error) Problem {
	message, at := err.Error(), s.whole()
	if e, ok := errors.AsType[*file.Error](err); ok {
		message, at = e.Message, span{e.From, max(e.To, e.From+1)}
		if at.from >= len(s.runes) {
			at = span{max(0, len(s.runes)-1), len(s.runes)}
		}
	}
	message = strings.ReplaceAll(message, "token EOF", "end of the expression")
	return newProblem(CodeSyntax, s.at(at), message)
}

// nesting is how deep brackets nest: expr's parser recurses into each before it counts a node.
func nesting(text string) int {
	tokens, err := lexer.Lex(file.NewSource(text))
	if err != nil {
		return 0
	}
	depth, deepest := 0, 0
	for _, t := range tokens {
		if t.Kind != lexer.Bracket {
			continue
		}
		if strings.Contains("([{", t.Value) {
			depth++
			deepest = max(deepest, depth)
		} else {
			depth--
		}
	}
	return deepest
}

// extent is what measurer finds of a node.
type extent struct{ size, depth int }

type measurer struct{ seen map[ast.Node]extent }

func (m measurer) measure(n ast.Node) extent {
	if isNone(n) {
		return extent{}
	}
	if e, ok := m.seen[n]; ok {
		return e
	}
	var e extent
	for _, c := range children(n) {
		child := m.measure(c)
		e.size = min(e.size+child.size, maxNodes+1)
		e.depth = max(e.depth, child.depth)
	}
	e.size++
	e.depth++
	m.seen[n] = e
	return e
}

func isNone(n ast.Node) bool {
	return n == nil || reflect.ValueOf(n).IsNil()
}

func children(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		return []ast.Node{n.Node, n.From, n.To}
	case *ast.CallNode:
		return append([]ast.Node{n.Callee}, n.Arguments...)
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.VariableDeclaratorNode:
		return []ast.Node{n.Value, n.Expr}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	}
	return nil
}
