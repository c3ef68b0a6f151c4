package expr

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/expr-lang/expr/ast"

	"sluice/engine/core"
)

// identifier compiles a bare name: a local, a let variable or a root.
func (c *compiler) identifier(n *ast.IdentifierNode) unit {
	at := location(n)
	for _, l := range slices.Backward(c.lets) {
		if l.name == n.Value {
			slot := l.slot
			return unit{run: func(st *state) any { return st.slots[slot] }, typ: l.typ, at: at}
		}
	}
	root, ok := rootNamed(n.Value)
	if !ok {
		c.unknownName(n.Value, at)
		return broken(at)
	}
	if !c.available(root, n.Value, at) {
		return broken(at)
	}
	switch root {
	case RootNodes:
		c.problem(CodeNodeDynamic, at, `name one node, as in nodes.save or nodes["get-detail"]: all nodes together are not a value`)
		return broken(at)
	case RootTables:
		c.problem(CodeType, at, "name one table, as in tables.status: all tables together are not a value")
		return broken(at)
	}
	run, typ := c.root(root)
	return unit{run: run, typ: typ, at: at, stored: root&(RootTrigger|RootInput|RootVars|RootItem|RootIndex) != 0}
}

// available notes that a root is read, and reports one that is not there at this place.
func (c *compiler) available(root Roots, name string, at span) bool {
	if c.env.Roots&root != 0 {
		c.reads.roots |= root
		return true
	}
	message := name + " is not known at this place"
	switch {
	case root&RootsOfItem != 0:
		message = name + " is known only within a foreach, or a map with each"
	case len(c.env.Roots.Names()) > 0:
		message += fmt.Sprintf(": only %v are", c.env.Roots.Names())
	}
	c.problem(CodeNameUnavailable, at, message, "name", name)
	return false
}

func (c *compiler) unknownName(name string, at span) {
	if _, ok := functions[name]; ok {
		c.problem(CodeType, at, name+" is a function: call it, as in "+name+"(...)")
		return
	}
	candidates := c.env.Roots.Names()
	for _, l := range c.lets {
		candidates = append(candidates, l.name)
	}
	slices.Sort(candidates)
	near := nearest(name, candidates)
	c.problem(CodeNameUnknown, at, "there is no name "+strconv.Quote(name)+didYouMean(near), "name", name, "nearest", near)
}

func (c *compiler) root(root Roots) (code, *Type) {
	switch root {
	case RootTrigger:
		return func(st *state) any { return st.scope.Trigger() }, c.env.Trigger
	case RootInput:
		return func(st *state) any { return st.scope.Input() }, c.env.Input.maybeNull()
	case RootVars:
		return func(st *state) any { return st.scope.Vars() }, known(kObject)
	case RootItem:
		return func(st *state) any { return st.scope.Item() }, c.env.Item.maybeNull()
	case RootIndex:
		return func(st *state) any {
			if i := st.scope.Index(); i >= 0 {
				return i
			}
			return nil
		}, known(kNumber | kNull)
	case RootError:
		return func(st *state) any {
			if f := st.scope.Failure(); f != nil {
				return f.Object()
			}
			return nil
		}, known(kObject | kNull)
	case RootRun:
		return func(st *state) any {
			run := core.Object{}
			for name, field := range runFields {
				run[name] = field.get(st)
			}
			return run
		}, fieldsType(runFields)
	}
	return func(st *state) any {
		flow := core.Object{}
		for name, field := range flowFields {
			flow[name] = field.get(st)
		}
		return flow
	}, fieldsType(flowFields)
}

// scopeField is a field of run or flow, read without building the object.
type scopeField struct {
	kinds kinds
	get   code
}

var runFields = map[string]scopeField{
	"id": {kString, func(st *state) any { return st.scope.Run().ID }},
	"parent": {kString | kNull, func(st *state) any {
		if parent := st.scope.Run().Parent; parent != "" {
			return parent
		}
		return nil
	}},
	"startedAt": {kTime, func(st *state) any { return time.Unix(0, st.scope.Run().StartedAt).In(st.zone) }},
	"elapsedMs": {kNumber, func(st *state) any { return int((st.scope.Now() - st.scope.Run().StartedAt) / int64(time.Millisecond)) }},
}

var flowFields = map[string]scopeField{
	"id":      {kString, func(st *state) any { return st.scope.Flow().ID }},
	"version": {kNumber, func(st *state) any { return st.scope.Flow().Version }},
}

func fieldsType(fields map[string]scopeField) *Type {
	t := &Type{kinds: kObject, fields: map[string]*Type{}, closed: true}
	for name, f := range fields {
		t.fields[name] = known(f.kinds)
	}
	return t
}

// memberNode compiles v.name, v["name"] and v[expr].
func (c *compiler) memberNode(n *ast.MemberNode) unit {
	if id, ok := n.Node.(*ast.IdentifierNode); ok && !c.isLocal(id.Value) {
		switch id.Value {
		case "nodes":
			return c.nodeOutput(id, n.Property)
		case "tables":
			return c.table(id, n.Property)
		case "run":
			if u, ok := c.scopeField(id, RootRun, runFields, n.Property); ok {
				return u
			}
		case "flow":
			if u, ok := c.scopeField(id, RootFlow, flowFields, n.Property); ok {
				return u
			}
		}
	}
	base, key := c.node(n.Node), c.node(n.Property)
	at := c.balanced(base.at.join(key.at))
	where, get := c.site(at), base.run
	if name, ok := key.val.(string); ok && key.constant {
		c.need(base, kObject|kNull, "."+name)
		u := unit{run: func(st *state) any {
			v := get(st)
			if m, ok := v.(map[string]any); ok {
				return m[name]
			}
			return st.field(where, v, name)
		}, typ: c.fieldType(base.typ, name, key.at), at: at, stored: base.stored}
		return c.fold(u, base)
	}
	c.need(base, kObject|kList|kString|kNull, "[...]")
	keyOf := key.run
	u := unit{run: func(st *state) any {
		v := get(st)
		return st.member(where, v, keyOf(st))
	}, at: at, stored: base.stored}
	if base.typ != nil && base.typ.items != nil && key.typ.mask() == kNumber {
		u.typ = base.typ.items.maybeNull()
	}
	return c.fold(u, base, key)
}

func (c *compiler) isLocal(name string) bool {
	return slices.ContainsFunc(c.lets, func(l let) bool { return l.name == name })
}

// fieldType is the type of a field, reporting one that a closed object does not have.
func (c *compiler) fieldType(t *Type, name string, at span) *Type {
	if t == nil || t.fields == nil {
		return nil
	}
	if f, ok := t.fields[name]; ok {
		return f.maybeNull()
	}
	if t.closed {
		near := nearest(name, slices.Sorted(maps.Keys(t.fields)))
		c.problem(CodeFieldUnknown, at, "there is no field "+strconv.Quote(name)+didYouMean(near), "name", name, "nearest", near)
	}
	return nil
}

func (c *compiler) scopeField(id *ast.IdentifierNode, root Roots, fields map[string]scopeField, property ast.Node) (unit, bool) {
	name, ok := property.(*ast.StringNode)
	if !ok || !c.available(root, id.Value, location(id)) {
		return unit{}, false
	}
	field, ok := fields[name.Value]
	if !ok {
		return unit{}, false
	}
	return unit{run: field.get, typ: known(field.kinds), at: location(id).join(location(name))}, true
}

// nodeOutput compiles nodes.id to a lookup by index.
func (c *compiler) nodeOutput(id *ast.IdentifierNode, property ast.Node) unit {
	at := c.balanced(location(id).join(location(property)))
	if !c.available(RootNodes, id.Value, location(id)) {
		return broken(at)
	}
	name, ok := property.(*ast.StringNode)
	if !ok {
		c.node(property)
		c.problem(CodeNodeDynamic, at, `the id of a node must be fixed, as in nodes.save or nodes["get-detail"]`)
		return broken(at)
	}
	node, ok := c.env.Nodes[name.Value]
	switch {
	case !ok:
		near := nearest(name.Value, c.env.nodeIDs())
		c.problem(CodeNodeUnknown, location(name), "there is no node "+strconv.Quote(name.Value)+didYouMean(near),
			"node", name.Value, "nearest", near)
		return broken(at)
	case !node.Upstream:
		c.problem(CodeNodeNotUpstream, location(name), "the node "+strconv.Quote(name.Value)+" does not run before this place",
			"node", name.Value)
		return broken(at)
	}
	index := node.Index
	c.reads.nodes[index] = true
	return unit{run: func(st *state) any { return st.scope.Node(index) }, typ: node.Output.maybeNull(), at: at, stored: true}
}

// table compiles tables.name; a name that is not fixed is looked up when it is known.
func (c *compiler) table(id *ast.IdentifierNode, property ast.Node) unit {
	key := c.node(property)
	at := c.balanced(location(id).join(key.at))
	if !c.available(RootTables, id.Value, location(id)) {
		return broken(at)
	}
	if name, ok := key.val.(string); ok && key.constant {
		c.reads.tables[name] = true
	}
	where, name := c.site(at), key.run
	return unit{run: func(st *state) any {
		v, _ := st.scope.Table(st.key(where, name(st)))
		return v
	}, at: at}
}

func (c *compiler) sliceNode(n *ast.SliceNode) unit {
	base := c.node(n.Node)
	c.need(base, kList|kString|kNull, "[:]")
	at := base.at
	parts := []unit{base}
	bound := func(n ast.Node) code {
		if isNone(n) {
			return func(*state) any { return nil }
		}
		u := c.node(n)
		c.need(u, kNumber, "a position")
		at = at.join(u.at)
		parts = append(parts, u)
		return u.run
	}
	get, from, to := base.run, bound(n.From), bound(n.To)
	at = c.balanced(at)
	where := c.site(at)
	return c.fold(unit{
		run: func(st *state) any {
			v := get(st)
			return st.slice(where, v, from(st), to(st))
		},
		typ: known(base.typ.mask() & (kList | kString | kNull)), at: at,
	}, parts...)
}
