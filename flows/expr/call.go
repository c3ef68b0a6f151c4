package expr

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/expr-lang/expr/ast"
)

// native computes a function's result. Arguments have the kinds of their parameters; optional ones that were left out
// at the end are absent. It must not keep args.
type native func(st *state, at *site, args []any) any

// param is a parameter of a function.
type param struct {
	name     string
	kinds    kinds
	optional bool
	// variadic: the last parameter stands for any number of arguments.
	variadic bool
	// predicate: an expression evaluated for each item, with # as the item.
	predicate bool
}

// function is one of the language's functions. Those without call take a predicate and are compiled by loop.
type function struct {
	name   string
	params []param
	result kinds
	en, zh string
	call   native
	// varies: the result depends on more than the arguments.
	varies bool
}

func (f *function) bounds() (least, most int) {
	for _, p := range f.params {
		switch {
		case p.variadic:
			return least, -1
		case !p.optional:
			least++
		}
		most++
	}
	return least, most
}

func (f *function) param(i int) param { return f.params[min(i, len(f.params)-1)] }

// call compiles name(args...), also where args stand before it with |.
func (c *compiler) call(name string, at span, args []ast.Node) unit {
	f, ok := functions[name]
	if !ok {
		for _, arg := range args {
			c.node(arg)
		}
		near := nearest(name, slices.Sorted(maps.Keys(functions)))
		c.problem(CodeFunctionUnknown, at, "there is no function "+strconv.Quote(name)+didYouMean(near), "name", name, "nearest", near)
		return broken(at)
	}
	if f.call == nil {
		return c.loop(f, at, args)
	}
	units := make([]unit, len(args))
	for i, arg := range args {
		units[i] = c.node(arg)
		at = at.join(units[i].at)
	}
	at = c.balanced(at)
	if !c.fits(f, units, at) {
		return broken(at)
	}
	u := unit{at: at, typ: known(f.result), run: c.invoke(f, units, c.site(at))}
	if f.varies {
		return u
	}
	return c.fold(u, units...)
}

// fits checks the arguments of a call as far as they are known.
func (c *compiler) fits(f *function, args []unit, at span) bool {
	least, most := f.bounds()
	if len(args) < least || most >= 0 && len(args) > most {
		want := strconv.Itoa(least)
		switch {
		case most < 0:
			want = "at least " + want
		case most != least:
			want += " to " + strconv.Itoa(most)
		}
		c.problem(CodeType, at, fmt.Sprintf("%s takes %s arguments, not %d", f.name, want, len(args)))
		return false
	}
	for i, arg := range args {
		p := f.param(i)
		allowed := p.kinds
		if p.optional {
			allowed |= kNull
		}
		c.need(arg, allowed, f.name+": "+p.name)
	}
	return true
}

func (c *compiler) invoke(f *function, args []unit, where *site) code {
	switch {
	case f.name == "get" && args[1].constant:
		if path, ok := args[1].val.(string); ok {
			return c.getFixed(args[0].run, path, args[1].at, where)
		}
	case f.name == "uuid":
		place := salt(c.env.Place, c.text)
		return func(st *state) any {
			st.spend(1, where)
			return st.uuid(place)
		}
	case f.name == "lookup" && args[0].constant:
		if name, ok := args[0].val.(string); ok {
			c.reads.tables[name] = true
		}
	}
	runs := make([]code, len(args))
	for i, a := range args {
		runs[i] = a.run
	}
	call := f.call
	return func(st *state) any {
		base := len(st.args)
		for i, run := range runs {
			v := run(st)
			st.check(where, f, i, v)
			st.args = append(st.args, v)
		}
		st.spend(1, where)
		out := call(st, where, st.args[base:len(st.args):len(st.args)])
		clear(st.args[base:])
		st.args = st.args[:base]
		return out
	}
}

// check holds an argument to its parameter when it is there.
func (st *state) check(at *site, f *function, i int, v any) {
	p := f.param(i)
	k := kindOf(v)
	if p.kinds&k != 0 || p.optional && k == kNull {
		return
	}
	hint := ""
	if k == kNull {
		hint = "; ?? gives a value in place of null"
	}
	st.fail(CodeType, at, "%s: %s must be %s, not %s%s", f.name, p.name, p.kinds, describe(v), hint)
}

// callNode compiles a call of a name, or of a method of a time or duration.
func (c *compiler) callNode(n *ast.CallNode) unit {
	switch callee := n.Callee.(type) {
	case *ast.IdentifierNode:
		return c.call(callee.Value, location(callee), n.Arguments)
	case *ast.MemberNode:
		if name, ok := callee.Property.(*ast.StringNode); ok {
			return c.method(callee.Node, name, n.Arguments)
		}
	}
	at := c.node(n.Callee).at
	c.problem(CodeType, at, "only functions can be called")
	return broken(at)
}

func (c *compiler) method(receiver ast.Node, name *ast.StringNode, arguments []ast.Node) unit {
	base := c.node(receiver)
	at := base.at.join(location(name))
	args := []unit{base}
	for _, arg := range arguments {
		u := c.node(arg)
		args = append(args, u)
		at = at.join(u.at)
	}
	at = c.balanced(at)
	f, ok := methods[name.Value]
	if !ok {
		near := nearest(name.Value, slices.Sorted(maps.Keys(methods)))
		c.problem(CodeFunctionUnknown, location(name), "there is no method "+strconv.Quote(name.Value)+didYouMean(near),
			"name", name.Value, "nearest", near)
		return broken(at)
	}
	if !c.fits(f, args, at) {
		return broken(at)
	}
	return c.fold(unit{at: at, typ: known(f.result), run: c.invoke(f, args, c.site(at))}, args...)
}

// methods are Go's methods of times and durations that expressions may call; the receiver is the first argument.
var methods = byName(timeMethods(), durationMethods())

func byName(groups ...[]*function) map[string]*function {
	all := map[string]*function{}
	for _, group := range groups {
		for _, f := range group {
			all[f.name] = f
		}
	}
	return all
}

func timeMethods() []*function {
	number := func(name string, get func(time.Time) int) *function {
		return &function{name: name, params: []param{{name: "time", kinds: kTime}}, result: kNumber,
			call: func(_ *state, _ *site, args []any) any { return get(args[0].(time.Time)) }}
	}
	relation := func(name string, holds func(a, b time.Time) bool) *function {
		return &function{name: name, params: []param{{name: "time", kinds: kTime}, {name: "other", kinds: kTime}}, result: kBool,
			call: func(_ *state, _ *site, args []any) any { return holds(args[0].(time.Time), args[1].(time.Time)) }}
	}
	return []*function{
		number("Year", time.Time.Year), number("Month", func(t time.Time) int { return int(t.Month()) }), number("Day", time.Time.Day),
		number("Hour", time.Time.Hour), number("Minute", time.Time.Minute), number("Second", time.Time.Second),
		number("Nanosecond", time.Time.Nanosecond), number("YearDay", time.Time.YearDay),
		number("Weekday", func(t time.Time) int { return int(t.Weekday()) }),
		number("Unix", func(t time.Time) int { return int(t.Unix()) }), number("UnixMilli", func(t time.Time) int { return int(t.UnixMilli()) }),
		relation("Before", time.Time.Before), relation("After", time.Time.After), relation("Equal", time.Time.Equal),
		{name: "Add", params: []param{{name: "time", kinds: kTime}, {name: "duration", kinds: kDuration}}, result: kTime,
			call: func(_ *state, _ *site, args []any) any { return args[0].(time.Time).Add(args[1].(time.Duration)) }},
		{name: "Sub", params: []param{{name: "time", kinds: kTime}, {name: "other", kinds: kTime}}, result: kDuration,
			call: func(_ *state, _ *site, args []any) any { return args[0].(time.Time).Sub(args[1].(time.Time)) }},
		{name: "AddDate", params: []param{{name: "time", kinds: kTime}, {name: "years", kinds: kNumber}, {name: "months", kinds: kNumber},
			{name: "days", kinds: kNumber}}, result: kTime,
			call: func(st *state, at *site, args []any) any {
				return args[0].(time.Time).AddDate(st.whole(at, args[1]), st.whole(at, args[2]), st.whole(at, args[3]))
			}},
		{name: "Format", params: []param{{name: "time", kinds: kTime}, {name: "layout", kinds: kString}}, result: kString,
			call: func(st *state, at *site, args []any) any { return st.format(at, args[0].(time.Time), str(args[1])) }},
		{name: "In", params: []param{{name: "time", kinds: kTime}, {name: "zone", kinds: kZone | kString}}, result: kTime,
			call: func(st *state, at *site, args []any) any { return args[0].(time.Time).In(st.zoneOf(at, args[1])) }},
		{name: "UTC", params: []param{{name: "time", kinds: kTime}}, result: kTime,
			call: func(_ *state, _ *site, args []any) any { return args[0].(time.Time).UTC() }},
	}
}

func durationMethods() []*function {
	amount := func(name string, result kinds, get func(time.Duration) any) *function {
		return &function{name: name, params: []param{{name: "duration", kinds: kDuration}}, result: result,
			call: func(_ *state, _ *site, args []any) any { return get(args[0].(time.Duration)) }}
	}
	return []*function{
		amount("Hours", kNumber, func(d time.Duration) any { return d.Hours() }),
		amount("Minutes", kNumber, func(d time.Duration) any { return d.Minutes() }),
		amount("Seconds", kNumber, func(d time.Duration) any { return d.Seconds() }),
		amount("Milliseconds", kNumber, func(d time.Duration) any { return int(d.Milliseconds()) }),
		{name: "String", params: []param{{name: "value", kinds: kTime | kDuration}}, result: kString,
			call: func(st *state, at *site, args []any) any { return st.text(at, args[0]) }},
	}
}
