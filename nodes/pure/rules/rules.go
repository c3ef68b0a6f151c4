package rules

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/pure/condition"
)

// ruleset is a rules node, compiled. Rules stand in the order in which they are tried.
type ruleset struct {
	hit Hit
	// inputs are the columns of a table; each is evaluated once.
	inputs    []core.Expr
	rules     []rule
	otherwise core.Expr
}

type rule struct {
	id       string
	priority int
	when     test
	then     core.Expr
}

// test says whether a rule holds; inputs are the values of a table's columns.
type test func(s core.Scope, inputs []core.Value) (bool, *core.Failure)

func eval(b nodes.Builder) core.Eval {
	config := Config{Hit: First}
	b.Decode(&config)
	r := ruleset{hit: config.Hit}
	if config.Table != nil {
		r.inputs, r.rules = compileTable(b, config.Table)
	} else {
		r.rules = compileRules(b, config.Rules)
	}
	if b.Has("/default") {
		r.otherwise = b.Value("/default")
	}
	if r.hit == Priority {
		slices.SortStableFunc(r.rules, func(a, b rule) int { return cmp.Compare(b.priority, a.priority) })
	}
	return r.eval
}

func compileRules(b nodes.Builder, list []Rule) []rule {
	ids := ids{}
	rules := make([]rule, len(list))
	for i, c := range list {
		pointer := "/rules/" + strconv.Itoa(i)
		when, at := b.Expr(pointer+"/when"), pointer+"/when"
		rules[i] = rule{
			id:       ids.take(b, pointer, c.ID, i),
			priority: c.Priority,
			when:     func(s core.Scope, _ []core.Value) (bool, *core.Failure) { return condition.Holds(when, s, at) },
			then:     b.Value(pointer + "/then"),
		}
	}
	return rules
}

func compileTable(b nodes.Builder, t *Table) ([]core.Expr, []rule) {
	inputs := make([]core.Expr, len(t.Inputs))
	for i := range t.Inputs {
		inputs[i] = b.Expr("/table/inputs/" + strconv.Itoa(i) + "/expr")
	}
	ids := ids{}
	rules := make([]rule, len(t.Rows))
	for i, row := range t.Rows {
		pointer := "/table/rows/" + strconv.Itoa(i)
		checkWidth(b, pointer+"/in", len(row.In), len(t.Inputs))
		checkWidth(b, pointer+"/out", len(row.Out), len(t.Outputs))
		rules[i] = rule{
			id:       ids.take(b, pointer, row.ID, i),
			priority: row.Priority,
			when:     compileRow(b, pointer+"/in", row.In),
			then:     named(b.Value(pointer+"/out"), t.Outputs),
		}
	}
	return inputs, rules
}

func checkWidth(b nodes.Builder, pointer string, have, want int) {
	if have != want {
		b.Problem(pointer, "config.length", map[string]string{"count": strconv.Itoa(have), "bound": strconv.Itoa(want)})
	}
}

// ids are the rules' ids so far. A rule without one goes by its number, from 1.
type ids map[string]bool

func (taken ids) take(b nodes.Builder, pointer, id string, index int) string {
	if id == "" {
		id = strconv.Itoa(index + 1)
	}
	if taken[id] {
		b.Problem(pointer+"/id", "config.duplicate", map[string]string{"value": id})
	}
	taken[id] = true
	return id
}

// compileRow joins the cells; a null is an empty one.
func compileRow(b nodes.Builder, pointer string, cells core.List) test {
	type column struct {
		index int
		cell  nodes.Cell
	}
	var columns []column
	for i, c := range cells {
		if c != nil && c != "" {
			columns = append(columns, column{i, b.Cell(pointer + "/" + strconv.Itoa(i))})
		}
	}
	return func(s core.Scope, inputs []core.Value) (bool, *core.Failure) {
		for _, c := range columns {
			if holds, f := c.cell(s, inputs[c.index]); f != nil || !holds {
				return false, f
			}
		}
		return true, nil
	}
}

// named gives the values of a row their columns' names; a null is an empty cell, which says nothing.
func named(values core.Expr, names []string) core.Expr {
	return func(s core.Scope) (core.Value, *core.Failure) {
		v, f := values(s)
		if f != nil {
			return nil, f
		}
		list, _ := v.(core.List)
		then := make(core.Object, len(names))
		for i, v := range list {
			if v != nil {
				then[names[i]] = v
			}
		}
		return then, nil
	}
}

func (r *ruleset) eval(s core.Scope) (core.Result, *core.Failure) {
	hits, f := r.match(s)
	if f != nil {
		return core.Result{}, f
	}
	matched := make(core.List, len(hits))
	results := make(core.List, len(hits))
	for i, hit := range hits {
		matched[i] = hit.id
		if results[i], f = hit.then(s); f != nil {
			return core.Result{}, f
		}
	}
	result, f := r.result(s, results)
	if f != nil {
		return core.Result{}, f
	}
	return core.Result{Value: core.Object{"result": result, "matched": matched, "results": results}}, nil
}

// match is the rules that hold, in the order they are tried; first tries none after the one that holds.
func (r *ruleset) match(s core.Scope) ([]*rule, *core.Failure) {
	inputs := make([]core.Value, len(r.inputs))
	for i, expr := range r.inputs {
		var f *core.Failure
		if inputs[i], f = expr(s); f != nil {
			return nil, f
		}
	}
	var hits []*rule
	for i := range r.rules {
		holds, f := r.rules[i].when(s, inputs)
		if f != nil {
			return nil, f
		}
		if !holds {
			continue
		}
		hits = append(hits, &r.rules[i])
		if r.hit == First {
			return hits, nil
		}
	}
	if r.hit == Unique && len(hits) > 1 {
		return nil, notUnique(hits)
	}
	return hits, nil
}

func notUnique(hits []*rule) *core.Failure {
	matched := make(core.List, len(hits))
	names := make([]string, len(hits))
	for i, hit := range hits {
		matched[i], names[i] = hit.id, hit.id
	}
	return &core.Failure{
		Code:      "rules.not_unique",
		Message:   fmt.Sprintf("%d rules hold where at most one may: %s", len(hits), strings.Join(names, ", ")),
		Details:   core.Object{"matched": matched},
		Permanent: true,
	}
}

func (r *ruleset) result(s core.Scope, results core.List) (core.Value, *core.Failure) {
	switch {
	case len(results) > 0 && r.hit == Collect:
		return merge(results), nil
	case len(results) > 0:
		return results[0], nil
	case r.otherwise != nil:
		return r.otherwise(s)
	default:
		return nil, nil
	}
}

// merge lays objects over each other: of two values for one name the later one stays.
func merge(results core.List) core.Object {
	merged := core.Object{}
	for _, v := range results {
		then, _ := v.(core.Object)
		maps.Copy(merged, then)
	}
	return merged
}
