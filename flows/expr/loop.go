package expr

import (
	"slices"
	"sort"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// nodesPerStep is how many parts of a predicate are evaluated in a step.
const nodesPerStep = 16

// predicate is the compiled body of a loop.
type predicate struct {
	run   code
	cost  int
	where *site
}

// each evaluates the predicate for an item. The caller restores st.item and st.index.
func (p *predicate) each(st *state, i int, item any) any {
	st.spend(p.cost, p.where)
	st.item, st.index = item, i
	return p.run(st)
}

func (p *predicate) holds(st *state, i int, item any) bool {
	return st.truth(p.where, p.each(st, i, item))
}

// loop compiles a function with a predicate.
func (c *compiler) loop(f *function, at span, args []ast.Node) unit {
	units := make([]unit, len(args))
	var body *predicate
	for i, arg := range args {
		p, ok := arg.(*ast.PredicateNode)
		if !ok {
			units[i] = c.node(arg)
			at = at.join(units[i].at)
			continue
		}
		c.loops = append(c.loops, loop{item: units[0].typ.itemType(), acc: f.name == "reduce"})
		units[i] = c.node(p.Node)
		c.loops = c.loops[:len(c.loops)-1]
		at = at.join(units[i].at)
		size := measurer{seen: map[ast.Node]extent{}}.measure(p.Node).size
		body = &predicate{run: units[i].run, cost: 1 + size/nodesPerStep, where: c.site(units[i].at)}
	}
	at = c.balanced(at)
	if !c.fits(f, units, at) {
		return broken(at)
	}
	where, name, source := c.site(at), f.name, units[0].run
	steps := c.loopBody(f.name, where, body, units)
	return unit{at: at, typ: known(f.result), run: func(st *state) any {
		list := st.list(where, name, source(st))
		st.spend(1, where)
		item, index, acc := st.item, st.index, st.acc
		out := steps(st, list)
		st.item, st.index, st.acc = item, index, acc
		return out
	}}
}

func (t *Type) itemType() *Type {
	if t == nil {
		return nil
	}
	return t.items
}

func (c *compiler) loopBody(name string, where *site, p *predicate, args []unit) func(*state, []any) any {
	switch name {
	case "all", "none", "any", "one", "count":
		return quantifier(name, where, p)
	case "find", "findIndex", "findLast", "findLastIndex":
		return finder(name, p)
	case "filter":
		return func(st *state, list []any) any {
			out := []any{}
			for i, item := range list {
				if p.holds(st, i, item) {
					st.alloc(2*slotBytes, where)
					out = append(out, item)
				}
			}
			return out
		}
	case "map":
		return func(st *state, list []any) any {
			st.alloc(listBytes+len(list)*slotBytes, where)
			out := make([]any, len(list))
			for i, item := range list {
				out[i] = p.each(st, i, item)
			}
			return out
		}
	case "sum":
		return func(st *state, list []any) any {
			var total any = 0
			for i, item := range list {
				if p != nil {
					item = p.each(st, i, item)
				} else {
					st.spend(1, where)
				}
				total = add(st, where, item, total)
			}
			return total
		}
	case "groupBy":
		return grouper(where, p)
	case "sortBy":
		order := code(func(*state) any { return "asc" })
		if len(args) == 3 {
			order = args[2].run
		}
		return sorter(where, p, order)
	}
	var start code
	if len(args) == 3 {
		start = args[2].run
	}
	return reducer(where, p, start)
}

func quantifier(name string, where *site, p *predicate) func(*state, []any) any {
	holds := func(st *state, i int, item any) bool {
		if p == nil {
			st.spend(1, where)
			return st.truth(where, item)
		}
		return p.holds(st, i, item)
	}
	return func(st *state, list []any) any {
		n := 0
		for i, item := range list {
			if !holds(st, i, item) {
				if name == "all" {
					return false
				}
				continue
			}
			n++
			switch name {
			case "any":
				return true
			case "none":
				return false
			}
		}
		switch name {
		case "count":
			return n
		case "one":
			return n == 1
		}
		return name != "any"
	}
}

func finder(name string, p *predicate) func(*state, []any) any {
	last, wantIndex := strings.HasPrefix(name, "findLast"), strings.HasSuffix(name, "Index")
	return func(st *state, list []any) any {
		for n := range list {
			i := n
			if last {
				i = len(list) - 1 - n
			}
			if p.holds(st, i, list[i]) {
				if wantIndex {
					return i
				}
				return list[i]
			}
		}
		return nil
	}
}

func grouper(where *site, p *predicate) func(*state, []any) any {
	return func(st *state, list []any) any {
		groups := map[string][]any{}
		for i, item := range list {
			key := st.key(where, p.each(st, i, item))
			if _, ok := groups[key]; !ok {
				st.alloc(entryBytes+listBytes+len(key), where)
			}
			st.alloc(2*slotBytes, where)
			groups[key] = append(groups[key], item)
		}
		out := make(map[string]any, len(groups))
		for key, group := range groups {
			out[key] = group
		}
		return out
	}
}

func sorter(where *site, p *predicate, order code) func(*state, []any) any {
	return func(st *state, list []any) any {
		descending := st.descending(where, order(st))
		st.alloc(listBytes+4*len(list)*slotBytes, where)
		keys := make([]any, len(list))
		for i, item := range list {
			keys[i] = p.each(st, i, item)
		}
		return st.sorted(where, list, keys, descending)
	}
}

// descending reads the order argument of sorts.
func (st *state) descending(at *site, order any) bool {
	switch plain(order) {
	case "asc", nil:
		return false
	case "desc":
		return true
	}
	st.fail(CodeValue, at, `the order must be "asc" or "desc"`)
	return false
}

// sorted orders the items of list by their keys; equal ones keep their order.
func (st *state) sorted(at *site, list, keys []any, descending bool) []any {
	places := make([]int, len(list))
	for i := range places {
		places[i] = i
	}
	sort.SliceStable(places, func(i, j int) bool {
		st.spend(1, at)
		order := st.compare(at, keys[places[i]], keys[places[j]])
		if descending {
			return order > 0
		}
		return order < 0
	})
	out := make([]any, len(list))
	for i, place := range places {
		out[i] = list[place]
	}
	return out
}

func reducer(where *site, p *predicate, start code) func(*state, []any) any {
	return func(st *state, list []any) any {
		first := 0
		switch {
		case start != nil:
			st.acc = start(st)
		case len(list) == 0:
			st.fail(CodeValue, where, "reduce of an empty list needs a third argument to start from")
		default:
			st.acc, first = list[0], 1
		}
		for i, item := range slices.All(list) {
			if i >= first {
				// A nested reduce in the predicate restores acc before its own value is stored.
				st.acc = p.each(st, i, item)
			}
		}
		return st.acc
	}
}
