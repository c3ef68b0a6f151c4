package expr

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"strings"

	"github.com/expr-lang/expr/ast"
)

func (c *compiler) binary(n *ast.BinaryNode) unit {
	l, r := c.node(n.Left), c.node(n.Right)
	at := l.at.join(r.at)
	if at == (span{}) {
		at = location(n)
	}
	at = c.balanced(at)
	u := unit{at: at, typ: known(kBool)}
	where, left, right := c.site(at), l.run, r.run
	switch n.Operator {
	case "==":
		c.equatable(l, r, at)
		u.run = equality(where, l, r, true)
	case "!=":
		c.equatable(l, r, at)
		u.run = equality(where, l, r, false)
	case "&&", "and":
		c.need(l, kBool|kNull, n.Operator)
		c.need(r, kBool|kNull, n.Operator)
		u.run = func(st *state) any { return st.truth(where, left(st)) && st.truth(where, right(st)) }
	case "||", "or":
		c.need(l, kBool|kNull, n.Operator)
		c.need(r, kBool|kNull, n.Operator)
		u.run = func(st *state) any { return st.truth(where, left(st)) || st.truth(where, right(st)) }
	case "<", "<=", ">", ">=":
		c.comparable(l, r, n.Operator)
		u.run = comparison(where, left, right, n.Operator)
	case "+", "-", "*", "/", "%", "**", "^":
		return c.fold(c.arithmetic(n.Operator, l, r, at), l, r)
	case "??":
		u.typ = known(l.typ.mask()&^kNull | r.typ.mask())
		u.run = func(st *state) any {
			if v := left(st); v != nil {
				return v
			}
			return right(st)
		}
	case "..":
		c.need(l, kNumber, "..")
		c.need(r, kNumber, "..")
		u.typ = &Type{kinds: kList, items: known(kNumber)}
		u.run = func(st *state) any {
			from := left(st)
			return st.makeRange(where, from, right(st))
		}
	case "in":
		c.need(r, kList|kObject|kNull, "in")
		u.run = membership(where, l, r)
	case "matches":
		c.need(l, kString|kBytes|kNull, n.Operator)
		c.need(r, kString|kNull, n.Operator)
		u.run = c.matches(where, l, r)
	case "contains", "startsWith", "endsWith":
		c.need(l, kString|kNull, n.Operator)
		c.need(r, kString|kNull, n.Operator)
		u.run = search(where, left, right, n.Operator)
	default:
		c.problem(CodeSyntax, location(n), "unknown operator "+n.Operator)
		return broken(at)
	}
	return c.fold(u, l, r)
}

// equatable reports a comparison whose answer is always the same; nil may be asked for everywhere.
func (c *compiler) equatable(l, r unit, at span) {
	a, b := l.typ.mask(), r.typ.mask()
	if a&b == 0 && a != kNull && b != kNull {
		c.problem(CodeType, at, fmt.Sprintf("%s and %s are never equal", a, b))
	}
}

// equality is quick where one side is a constant string.
func equality(where *site, l, r unit, want bool) code {
	left, right := l.run, r.run
	if text, ok := r.val.(string); ok && r.constant {
		return func(st *state) any {
			v := left(st)
			if s, ok := v.(string); ok {
				return (s == text) == want
			}
			return st.equal(where, v, text) == want
		}
	}
	if r.constant && r.val == nil {
		return func(st *state) any { return (left(st) == nil) == want }
	}
	return func(st *state) any {
		a := left(st)
		return st.equal(where, a, right(st)) == want
	}
}

// orders is the kinds that < and its like are defined for, each with its own kind.
const orders = kNumber | kString | kTime | kDuration

func (c *compiler) comparable(l, r unit, operator string) {
	a, b := l.typ.mask()&orders, r.typ.mask()&orders
	if a&b == 0 {
		c.problem(CodeType, l.at.join(r.at), fmt.Sprintf("%s cannot compare %s with %s", operator, l.typ.mask(), r.typ.mask()))
	}
}

func comparison(where *site, left, right code, operator string) code {
	order := func(st *state) int {
		a, b := left(st), right(st)
		if x, ok := a.(int); ok {
			if y, ok := b.(int); ok {
				switch {
				case x < y:
					return -1
				case x > y:
					return 1
				}
				return 0
			}
		}
		return st.compare(where, a, b)
	}
	switch operator {
	case "<":
		return func(st *state) any { return order(st) < 0 }
	case "<=":
		return func(st *state) any { return order(st) <= 0 }
	case ">":
		return func(st *state) any { return order(st) > 0 }
	}
	return func(st *state) any { return order(st) >= 0 }
}

var arithmetics = map[string]struct {
	apply arithmetic
	// kinds that each side may be.
	kinds kinds
}{
	"+":  {add, kNumber | kString | kTime | kDuration},
	"-":  {subtract, kNumber | kTime | kDuration},
	"*":  {multiply, kNumber | kDuration},
	"/":  {divide, kNumber},
	"%":  {modulo, kNumber},
	"**": {power, kNumber},
	"^":  {power, kNumber},
}

func (c *compiler) arithmetic(operator string, l, r unit, at span) unit {
	op := arithmetics[operator]
	c.need(l, op.kinds, operator)
	c.need(r, op.kinds, operator)
	a, b := l.typ.mask()&op.kinds, r.typ.mask()&op.kinds
	if pairs := kString | kNumber; a != 0 && b != 0 && a&^pairs == 0 && b&^pairs == 0 && a&b == 0 {
		c.problem(CodeType, at, fmt.Sprintf("%s is not defined for %s and %s", operator, a, b))
	}
	typ := known(op.kinds)
	if a == b && (a == kNumber || a == kString) {
		typ = known(a)
	}
	where, left, right, apply := c.site(at), l.run, r.run, op.apply
	return unit{at: at, typ: typ, run: func(st *state) any {
		x := left(st)
		return apply(st, where, x, right(st))
	}}
}

// membership is a set lookup where the list is a constant of strings.
func membership(where *site, l, r unit) code {
	left, right := l.run, r.run
	if list, ok := r.val.([]any); ok && r.constant {
		set := make(map[string]bool, len(list))
		for _, item := range list {
			if s, ok := item.(string); ok {
				set[s] = true
			}
		}
		if len(list) > 0 && len(set) == len(list) {
			return func(st *state) any {
				s, ok := plain(left(st)).(string)
				return ok && set[s]
			}
		}
	}
	return func(st *state) any {
		needle := left(st)
		return st.in(where, needle, right(st))
	}
}

func search(where *site, left, right code, operator string) code {
	find := strings.Contains
	switch operator {
	case "startsWith":
		find = strings.HasPrefix
	case "endsWith":
		find = strings.HasSuffix
	}
	return func(st *state) any {
		a, b := plain(left(st)), plain(right(st))
		if a == nil || b == nil {
			return false
		}
		s, ok := a.(string)
		part, ok2 := b.(string)
		if !ok || !ok2 {
			st.fail(CodeType, where, "%s needs text on both sides, not %s and %s", operator, describe(a), describe(b))
		}
		st.walk(len(s)+len(part), where)
		return find(s, part)
	}
}

// Bounds on regular expressions. Go's run in time linear in the text and in the size of the program.
const (
	maxPattern        = 1_000
	maxPatternProgram = 10_000
)

// pattern is a compiled regular expression and how large its program is at most.
type pattern struct {
	*regexp.Regexp
	size int
}

// compilePattern refuses a pattern that would compile to a large program, before it is compiled.
func compilePattern(text string) (*pattern, error) {
	if len(text) > maxPattern {
		return nil, fmt.Errorf("the regular expression is longer than %d characters", maxPattern)
	}
	parsed, err := syntax.Parse(text, syntax.Perl)
	if err != nil {
		return nil, err
	}
	size := programSize(parsed)
	if size > maxPatternProgram {
		return nil, fmt.Errorf("the regular expression is too large: its repetitions multiply")
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, err
	}
	return &pattern{re, size}, nil
}

func programSize(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)/2
	for _, sub := range re.Sub {
		n = min(n+programSize(sub), maxPatternProgram+1)
	}
	if re.Op == syntax.OpRepeat {
		n = min(n*max(re.Min, re.Max, 1), maxPatternProgram+1)
	}
	return n
}

func (p *pattern) matches(st *state, where *site, v any) bool {
	var text string
	switch v := plain(v).(type) {
	case nil:
		return false
	case string:
		text = v
	case []byte:
		text = string(v)
	default:
		st.fail(CodeType, where, "matches needs text, not a %s", describe(v))
	}
	st.spend(1+len(text)*(p.size+8)/bytesPerStep, where)
	return p.MatchString(text)
}

func (c *compiler) matches(where *site, l, r unit) code {
	left, right := l.run, r.run
	if text, ok := r.val.(string); ok && r.constant {
		p, err := compilePattern(text)
		if err != nil {
			c.problem(CodeValue, r.at, err.Error())
			return left
		}
		return func(st *state) any { return p.matches(st, where, left(st)) }
	}
	return func(st *state) any {
		v := left(st)
		text := plain(right(st))
		if v == nil || text == nil {
			return false
		}
		s, ok := text.(string)
		if !ok {
			st.fail(CodeType, where, "matches needs a regular expression, not a %s", describe(text))
		}
		st.spend(len(s), where)
		p, err := compilePattern(s)
		if err != nil {
			st.fail(CodeValue, where, "%v", err)
		}
		st.spend(p.size/4, where)
		return p.matches(st, where, v)
	}
}
