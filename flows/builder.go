package flows

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/expr"
	"sluice/nodes"
)

// builder hands one config to its node type, compiled. It implements nodes.Builder.
type builder struct {
	c      *compiler
	config core.Object
	hints  hints
	place  place
	// read are the places that the type asked to have compiled.
	read map[string]bool
}

// builder checks a config against its type's schema. Findings on the config do not keep its expressions from being
// checked too; the builder is nil only where the type's own schema is broken.
func (c *compiler) builder(spec *nodes.Spec, config core.Object, at place) *builder {
	s := c.schemaOf(spec)
	if s == nil {
		c.add("flow.node.type_broken", at.pointer, map[string]string{"type": spec.Name()})
		return nil
	}
	if config == nil {
		config = core.Object{}
	}
	return c.configBuilder(s, config, at)
}

// configBuilder checks a config and makes its builder. A stored definition passed its checks when it was published: they
// are not held against it again, since schemas may have become stricter.
func (c *compiler) configBuilder(s *schema, config core.Object, at place) *builder {
	b := &builder{c: c, config: config, hints: hintsOf(s.root, config), place: at, read: map[string]bool{}}
	if c.pins == nil {
		c.checkConfig(s, b.config, b.hints, at.pointer)
	}
	return b
}

func (c *compiler) schemaOf(spec *nodes.Spec) *schema {
	if s, known := c.schemas[spec]; known {
		return s
	}
	c.schemas[spec] = parseSchema(spec.Schema)
	return c.schemas[spec]
}

// checkConfig reports what is wrong with a config by its schema and the hints in it.
func (c *compiler) checkConfig(s *schema, config core.Object, hints hints, base string) {
	computed := func(pointer string, v core.Value) bool {
		text, ok := v.(string)
		h := hints.at[pointer]
		// A template in a literal has a finding of its own.
		return ok && (h.literal || !h.text() && !h.expression) && strings.Contains(text, "{{")
	}
	for _, f := range s.describe(config, computed) {
		// A key that does not belong is marked itself, not its value.
		if f.code == "config.unknown" {
			c.addKey(f.code, base+f.pointer, f.params)
		} else {
			c.add(f.code, base+f.pointer, f.params)
		}
	}
	for _, pointer := range slices.Sorted(maps.Keys(hints.at)) {
		h := hints.at[pointer]
		v, _ := find(config, pointer)
		text, ok := v.(string)
		switch {
		case !ok:
		case h.literal && !h.schema && strings.Contains(text, "{{"):
			c.add("config.literal", base+pointer, nil)
		case h.connection != nil && !strings.Contains(text, "{{"):
			c.checkConnection(base+pointer, text, h.connection)
		}
	}
}

// checkConnection warns of a connection that does not exist or is of another type than wanted.
func (c *compiler) checkConnection(pointer, id string, wanted core.Value) {
	if c.options.Connections == nil {
		return
	}
	connectionType, ok := c.options.Connections(id)
	if !ok {
		c.add("flow.connection.unknown", pointer, map[string]string{"id": id})
		return
	}
	want, _ := wanted.(string)
	for t := range strings.SplitSeq(want, ", ") {
		if t == "" || t == connectionType {
			return
		}
	}
	c.add("flow.connection.type", pointer, map[string]string{"id": id, "type": connectionType, "want": want})
}

// Decode implements nodes.Builder.
func (b *builder) Decode(dst any) { decode(b.config, dst) }

// Has implements nodes.Builder.
func (b *builder) Has(pointer string) bool {
	_, ok := find(b.config, pointer)
	return ok
}

// Expr implements nodes.Builder.
func (b *builder) Expr(pointer string) core.Expr {
	v, ok := find(b.config, pointer)
	if !ok {
		return nil
	}
	b.read[pointer] = true
	text, ok := v.(string)
	if !ok {
		return constant(v)
	}
	at := b.at(pointer)
	return b.c.expression(at.pointer, text, at)
}

// Value implements nodes.Builder.
func (b *builder) Value(pointer string) core.Expr {
	v, ok := find(b.config, pointer)
	if !ok {
		return nil
	}
	b.read[pointer] = true
	return b.resolve(pointer, v)
}

// resolve compiles the value at a pointer: what is read in one way as one, else part by part.
func (b *builder) resolve(pointer string, v core.Value) core.Expr {
	h := b.hints.at[pointer]
	_, isText := v.(string)
	switch {
	case isText && h.expression:
		return b.Expr(pointer)
	case h.schema, isText && h.text():
		return constant(v)
	case !b.hints.mixed[pointer]:
		at := b.at(pointer)
		return b.c.value(at.pointer, v, at)
	}
	switch v := v.(type) {
	case core.Object:
		parts := make(map[string]core.Expr, len(v))
		for key, field := range v {
			parts[key] = b.resolve(pointer+"/"+value.EscapePointer(key), field)
		}
		return objectOf(parts)
	case core.List:
		parts := make([]core.Expr, len(v))
		for i, item := range v {
			parts[i] = b.resolve(pointer+"/"+strconv.Itoa(i), item)
		}
		return listOf(parts)
	default:
		return constant(v)
	}
}

// at is the place of a pointer into the config.
func (b *builder) at(pointer string) place {
	p := b.place
	p.pointer += pointer
	h := b.hints.at[pointer]
	if h.item {
		p.roots |= expr.RootsOfItem
	}
	if h.body && p.node != nil && p.node.body != nil {
		p.end = p.node.body
		p.roots |= itemRoots(p.end)
	}
	return p
}

// Path implements nodes.Builder.
func (b *builder) Path(pointer string) nodes.Path {
	text, ok := b.text(pointer)
	if !ok {
		return nil
	}
	return b.c.path(b.place.pointer+pointer, text)
}

// Cell implements nodes.Builder.
func (b *builder) Cell(pointer string) nodes.Cell {
	v, ok := find(b.config, pointer)
	if !ok {
		return nil
	}
	b.read[pointer] = true
	text, ok := v.(string)
	if !ok {
		return func(_ core.Scope, it core.Value) (bool, *core.Failure) { return value.Equal(it, v), nil }
	}
	at := b.at(pointer)
	return b.c.cell(at.pointer, text, at)
}

// Schema implements nodes.Builder.
func (b *builder) Schema(pointer string) nodes.Check {
	v, ok := find(b.config, pointer)
	if !ok {
		return nil
	}
	b.read[pointer] = true
	return b.c.check(b.place.pointer+pointer, v)
}

// Flow implements nodes.Builder.
func (b *builder) Flow(pointer string) string {
	id, ok := b.text(pointer)
	if ok && b.c.options.Flows != nil && id != b.c.doc.ID && !b.c.options.Flows(id) {
		b.c.add("flow.subflow.unknown", b.place.pointer+pointer, map[string]string{"flow": id})
	}
	return id
}

func (b *builder) text(pointer string) (string, bool) {
	v, _ := find(b.config, pointer)
	text, ok := v.(string)
	b.read[pointer] = true
	return text, ok
}

// Zone implements nodes.Builder.
func (b *builder) Zone() *time.Location { return b.c.doc.Zone }

// Problem implements nodes.Builder.
func (b *builder) Problem(pointer, code string, params map[string]string) {
	b.c.add(code, b.place.pointer+pointer, params)
}

// refuseUnread reports templates where the type takes the text as it stands: nobody would ever compute them.
func (b *builder) refuseUnread() { b.unread("", b.config) }

func (b *builder) unread(pointer string, v core.Value) {
	if b.read[pointer] || b.hints.at[pointer].literal {
		return
	}
	switch v := v.(type) {
	case string:
		if h := b.hints.at[pointer]; !h.text() && !h.expression && strings.Contains(v, "{{") {
			b.c.add("config.literal", b.place.pointer+pointer, nil)
		}
	case core.Object:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			b.unread(pointer+"/"+value.EscapePointer(key), v[key])
		}
	case core.List:
		for i, item := range v {
			b.unread(pointer+"/"+strconv.Itoa(i), item)
		}
	}
}

// constant is the expression for a value that is known.
func constant(v core.Value) core.Expr {
	return func(core.Scope) (core.Value, *core.Failure) { return v, nil }
}

func objectOf(parts map[string]core.Expr) core.Expr {
	keys := slices.Sorted(maps.Keys(parts))
	return func(s core.Scope) (core.Value, *core.Failure) {
		object := make(core.Object, len(keys))
		for _, key := range keys {
			v, f := parts[key](s)
			if f != nil {
				return nil, f
			}
			object[key] = v
		}
		return object, nil
	}
}

func listOf(parts []core.Expr) core.Expr {
	return func(s core.Scope) (core.Value, *core.Failure) {
		list := make(core.List, len(parts))
		for i, part := range parts {
			v, f := part(s)
			if f != nil {
				return nil, f
			}
			list[i] = v
		}
		return list, nil
	}
}
