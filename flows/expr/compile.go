package expr

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"sluice/engine/value"
)

// unit is a compiled part of an expression.
type unit struct {
	run code
	typ *Type
	at  span
	// static parts depend on nothing but themselves; constant ones are computed already, to val.
	static, constant bool
	val              any
	// stored parts give a value of the scope, which is plain JSON and within bounds already.
	stored bool
}

// compiler turns one expression into code, and goes on after a problem so that all are found.
type compiler struct {
	*source
	env      *Env
	problems []Problem
	reads    *reads
	// slots names the locals and let variables in scope, inner last; width is the most slots ever in use.
	lets  []let
	width int
	loops []loop
}

type let struct {
	name string
	slot int
	typ  *Type
}

// loop is a predicate being compiled: what # and #acc are there.
type loop struct {
	item *Type
	acc  bool
}

// reads is what a program looks at.
type reads struct {
	roots  Roots
	nodes  map[int]bool
	tables map[string]bool
	// slots is the most slots that any expression of the program needs.
	slots int
}

func newReads() *reads { return &reads{nodes: map[int]bool{}, tables: map[string]bool{}} }

// compileSource compiles one expression; with problems the unit is not to be run.
func compileSource(src *source, env *Env, r *reads) (unit, []Problem) {
	root, problem := src.parse()
	if problem != nil {
		return unit{}, []Problem{*problem}
	}
	c := &compiler{source: src, env: env, reads: r}
	for _, name := range env.Locals {
		c.declare(name, nil)
	}
	u := c.node(root)
	r.slots = max(r.slots, c.width)
	if len(c.problems) == 0 && u.static && !u.constant {
		// What is known to fail is a problem now, not when the flow runs.
		if v, f := evaluate(u.run, c.zoneState()); f != nil {
			c.add(newProblem(f.Code, c.at(src.whole()), f.Message))
		} else if keepable(v) {
			u = constantUnit(v, u.at)
		}
	}
	return u, c.problems
}

func (c *compiler) zoneState() *state { return newState(nil, c.env.zone(), c.width) }

// maxConstant is how many bytes a value that is computed at compile time may keep in memory.
const maxConstant = 64 << 10

func keepable(v any) bool { return value.Size(v) <= maxConstant }

func (c *compiler) add(p Problem) {
	same := func(q Problem) bool { return q.Code == p.Code && q.From == p.From && q.To == p.To }
	if !slices.ContainsFunc(c.problems, same) {
		c.problems = append(c.problems, p)
	}
}

func (c *compiler) problem(code string, at span, message string, pairs ...string) {
	c.add(newProblem(code, c.at(at), message, pairs...))
}

// need reports a value that cannot be of these kinds.
func (c *compiler) need(u unit, want kinds, what string) {
	if u.typ.mask()&want == 0 {
		c.problem(CodeType, u.at, fmt.Sprintf("%s needs %s, not %s", what, want&^kNull, u.typ.mask()))
	}
}

// broken stands for a part with a problem.
func broken(at span) unit { return unit{run: func(*state) any { return nil }, at: at} }

func constantUnit(v any, at span) unit {
	return unit{run: func(*state) any { return v }, typ: known(kindOf(v)), at: at, static: true, constant: true, val: v}
}

// fold computes a part whose parts are all constants, where that works within a part of the budget; whether a failure
// matters is known only when the part is reached.
func (c *compiler) fold(u unit, parts ...unit) unit {
	u.static, u.constant = true, false
	ready := true
	for _, p := range parts {
		u.static = u.static && p.static
		ready = ready && p.constant
	}
	if !ready {
		return u
	}
	st := c.zoneState()
	st.steps, st.memory = maxSteps/100, maxConstant
	if v, f := evaluate(u.run, st); f == nil && keepable(v) {
		return constantUnit(v, u.at)
	}
	return u
}

func location(n ast.Node) span {
	l := n.Location()
	return span{l.From, l.To}
}

func (c *compiler) node(n ast.Node) unit {
	switch n := n.(type) {
	case *ast.NilNode:
		return constantUnit(nil, location(n))
	case *ast.BoolNode:
		return constantUnit(n.Value, location(n))
	case *ast.IntegerNode:
		return constantUnit(n.Value, location(n))
	case *ast.FloatNode:
		return c.float(n)
	case *ast.StringNode:
		return constantUnit(n.Value, location(n))
	case *ast.BytesNode:
		return constantUnit(n.Value, location(n))
	case *ast.IdentifierNode:
		return c.identifier(n)
	case *ast.MemberNode:
		return c.memberNode(n)
	case *ast.ChainNode:
		// Every access is nil-safe, so that ?. is .
		return c.node(n.Node)
	case *ast.SliceNode:
		return c.sliceNode(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.ArrayNode:
		return c.array(n)
	case *ast.MapNode:
		return c.object(n)
	case *ast.VariableDeclaratorNode:
		return c.letNode(n)
	case *ast.SequenceNode:
		return c.sequence(n)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.BuiltinNode:
		return c.call(n.Name, location(n), n.Arguments)
	case *ast.CallNode:
		return c.callNode(n)
	}
	at := location(n)
	c.problem(CodeSyntax, at, fmt.Sprintf("%T is not supported", n))
	return broken(at)
}

// float keeps a literal exact that its float64 does not denote.
func (c *compiler) float(n *ast.FloatNode) unit {
	at := location(n)
	if at.to <= len(c.runes) {
		text := string(slices.DeleteFunc(slices.Clone(c.runes[at.from:at.to]), func(r rune) bool { return r == '_' }))
		if d, err := value.ParseDecimal(text); err == nil && !value.Equal(d, n.Value) {
			return constantUnit(d, at)
		}
	}
	return constantUnit(n.Value, at)
}

func (c *compiler) declare(name string, typ *Type) int {
	slot := len(c.lets)
	c.lets = append(c.lets, let{name: name, slot: slot, typ: typ})
	c.width = max(c.width, len(c.lets))
	return slot
}

func (c *compiler) letNode(n *ast.VariableDeclaratorNode) unit {
	v := c.node(n.Value)
	slot := c.declare(n.Name, v.typ)
	body := c.node(n.Expr)
	c.lets = c.lets[:len(c.lets)-1]
	init, run := v.run, body.run
	return unit{
		run: func(st *state) any {
			st.slots[slot] = init(st)
			return run(st)
		},
		typ: body.typ, at: v.at.join(body.at),
	}
}

func (c *compiler) sequence(n *ast.SequenceNode) unit {
	runs := make([]code, len(n.Nodes))
	var last unit
	var at span
	for i, item := range n.Nodes {
		last = c.node(item)
		at = at.join(last.at)
		runs[i] = last.run
	}
	return unit{
		run: func(st *state) any {
			var v any
			for _, run := range runs {
				v = run(st)
			}
			return v
		},
		typ: last.typ, at: at,
	}
}

func (c *compiler) pointer(n *ast.PointerNode) unit {
	at := location(n)
	if n.Name != "" {
		at.to += utf8.RuneCountInString(n.Name)
	}
	if len(c.loops) == 0 {
		c.problem(CodeNameUnavailable, at, "# is known within a predicate only", "name", "#")
		return broken(at)
	}
	inner := c.loops[len(c.loops)-1]
	switch n.Name {
	case "":
		return unit{run: func(st *state) any { return st.item }, typ: inner.item, at: at}
	case "index":
		return unit{run: func(st *state) any { return st.index }, typ: known(kNumber), at: at}
	case "acc":
		if inner.acc {
			return unit{run: func(st *state) any { return st.acc }, at: at}
		}
		c.problem(CodeNameUnavailable, at, "#acc is known within reduce only", "name", "#acc")
		return broken(at)
	}
	c.problem(CodeNameUnknown, at, "there is no #"+n.Name+": a predicate knows #, #index and, in reduce, #acc",
		"name", "#"+n.Name, "nearest", "")
	return broken(at)
}

func (c *compiler) array(n *ast.ArrayNode) unit {
	parts := make([]unit, len(n.Nodes))
	runs := make([]code, len(n.Nodes))
	at := location(n)
	for i, item := range n.Nodes {
		parts[i] = c.node(item)
		runs[i] = parts[i].run
		at = at.join(parts[i].at)
	}
	at = c.balanced(at)
	where := c.site(at)
	return c.fold(unit{
		run: func(st *state) any {
			st.alloc(listBytes+len(runs)*slotBytes, where)
			list := make([]any, len(runs))
			for i, run := range runs {
				list[i] = run(st)
			}
			return list
		},
		typ: known(kList), at: at,
	}, parts...)
}

func (c *compiler) object(n *ast.MapNode) unit {
	var parts []unit
	keys, vals := make([]code, len(n.Pairs)), make([]code, len(n.Pairs))
	names := make([]string, len(n.Pairs))
	typ := &Type{kinds: kObject, fields: map[string]*Type{}}
	at := location(n)
	for i, pair := range n.Pairs {
		p, ok := pair.(*ast.PairNode)
		if !ok {
			continue
		}
		k, v := c.node(p.Key), c.node(p.Value)
		parts = append(parts, k, v)
		at = at.join(v.at)
		vals[i] = v.run
		if name, ok := k.val.(string); ok && k.constant {
			names[i] = name
			if _, ok := typ.fields[name]; !ok {
				typ.fields[name] = v.typ
			}
			continue
		}
		keys[i] = k.run
	}
	at = c.balanced(at)
	where := c.site(at)
	return c.fold(unit{
		run: func(st *state) any {
			st.alloc(listBytes+len(vals)*entryBytes, where)
			object := make(map[string]any, len(vals))
			for i, run := range vals {
				k := names[i]
				if keys[i] != nil {
					k = st.key(where, keys[i](st))
				}
				// As in expr, the first of equal keys counts.
				if v := run(st); !has(object, k) {
					object[k] = v
				}
			}
			return object
		},
		typ: typ, at: at,
	}, parts...)
}

func has(object map[string]any, key string) bool {
	_, ok := object[key]
	return ok
}

func (c *compiler) conditional(n *ast.ConditionalNode) unit {
	cond := c.node(n.Cond)
	c.need(cond, kBool|kNull, "a condition")
	where := c.site(cond.at)
	yes := cond
	if n.Exp1 != n.Cond {
		yes = c.node(n.Exp1)
	}
	no := c.node(n.Exp2)
	test, then, otherwise := cond.run, yes.run, no.run
	u := unit{
		run: func(st *state) any {
			if st.truth(where, test(st)) {
				return then(st)
			}
			return otherwise(st)
		},
		typ: known(yes.typ.mask() | no.typ.mask()), at: cond.at.join(yes.at).join(no.at),
	}
	return c.fold(u, cond, yes, no)
}

func (c *compiler) unary(n *ast.UnaryNode) unit {
	inner := c.node(n.Node)
	at := location(n).join(inner.at)
	where, run := c.site(at), inner.run
	u := unit{at: at}
	switch n.Operator {
	case "!", "not":
		c.need(inner, kBool|kNull, "a condition")
		u.typ = known(kBool)
		u.run = func(st *state) any { return !st.truth(where, run(st)) }
	case "-":
		c.need(inner, kNumber|kDuration, "-")
		u.typ = known(inner.typ.mask() & (kNumber | kDuration))
		u.run = func(st *state) any { return negate(st, where, run(st)) }
	default:
		c.need(inner, kNumber|kDuration, "+")
		u.typ, u.run = inner.typ, run
	}
	return c.fold(u, inner)
}

// salt tells the uuids of one text at one place from those of others.
func salt(place, text string) uint64 {
	h := fnv.New64a()
	// Writing to a hash cannot fail.
	_, _ = h.Write([]byte(strconv.Quote(place) + text))
	return h.Sum64()
}
