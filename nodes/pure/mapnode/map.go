package mapnode

import (
	"fmt"
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

// mapping is a map node, compiled; source and each are nil where they were left out.
type mapping struct {
	source, each core.Expr
	fields       []field
	keep         []string
}

type field struct {
	// to is the name as written, path the same cut at its dots.
	to       string
	path     []string
	from     nodes.Path
	value    core.Expr
	convert  converter
	fallback core.Expr
	required bool
}

func eval(b nodes.Builder) core.Eval {
	var config Config
	b.Decode(&config)
	m := mapping{fields: make([]field, len(config.Fields)), keep: config.Keep}
	if b.Has("/source") {
		m.source = b.Expr("/source")
	}
	if b.Has("/each") {
		m.each = b.Expr("/each")
	}
	taken := names{}
	for _, name := range config.Keep {
		taken.claim([]string{name})
	}
	for i, c := range config.Fields {
		pointer := "/fields/" + strconv.Itoa(i)
		m.fields[i] = compile(b, pointer, c)
		if !taken.claim(m.fields[i].path) {
			b.Problem(pointer+"/to", "config.duplicate", map[string]string{"value": c.To})
		}
	}
	return m.eval
}

func compile(b nodes.Builder, pointer string, c Field) field {
	f := field{to: c.To, path: split(c.To), required: c.Required, convert: converterOf(c.Type, b.Zone())}
	if b.Has(pointer + "/from") {
		f.from = b.Path(pointer + "/from")
	} else {
		f.value = b.Value(pointer + "/value")
	}
	if b.Has(pointer + "/default") {
		f.fallback = b.Value(pointer + "/default")
	}
	return f
}

// split cuts a name at its dots; a backslash takes the next character as it is.
func split(to string) []string {
	if !strings.ContainsAny(to, `.\`) {
		return []string{to}
	}
	var path []string
	var name strings.Builder
	escaped := false
	for _, r := range to {
		switch {
		case !escaped && r == '\\':
			escaped = true
			continue
		case !escaped && r == '.':
			path = append(path, name.String())
			name.Reset()
		default:
			name.WriteRune(r)
		}
		escaped = false
	}
	return append(path, name.String())
}

// names is a tree of the names that are written already; one with a value in it is nil.
type names map[string]names

// claim notes a path; it is not free if it, a part of it or something in it has a value already.
func (n names) claim(path []string) bool {
	for i, name := range path {
		inner, taken := n[name]
		last := i == len(path)-1
		switch {
		case taken && (last || inner == nil):
			return false
		case last:
			n[name] = nil
		case !taken:
			inner = names{}
			n[name] = inner
		}
		n = inner
	}
	return true
}

func (m *mapping) eval(s core.Scope) (core.Result, *core.Failure) {
	if m.each != nil {
		return m.list(s)
	}
	source := s.Input()
	if m.source != nil {
		var f *core.Failure
		if source, f = m.source(s); f != nil {
			return core.Result{}, f
		}
	}
	object, f := m.object(s, source, noIndex)
	if f != nil {
		return core.Result{}, f
	}
	return core.Result{Value: object}, nil
}

// itemScope is a node's scope with an item of its own list as item and index.
type itemScope struct {
	core.Scope
	item  core.Value
	index int
}

func (s *itemScope) Item() core.Value { return s.item }

func (s *itemScope) Index() int { return s.index }

func (m *mapping) list(s core.Scope) (core.Result, *core.Failure) {
	v, f := m.each(s)
	if f != nil {
		return core.Result{}, f
	}
	items, ok := v.(core.List)
	if !ok && v != nil {
		return core.Result{}, &core.Failure{
			Code:      "expr.type",
			Message:   fmt.Sprintf("/each must give a list and gave a %s", value.Kind(v)),
			Details:   core.Object{"pointer": "/each", "kind": value.Kind(v)},
			Permanent: true,
		}
	}
	mapped := make(core.List, len(items))
	scope := itemScope{Scope: s}
	for i, item := range items {
		scope.item, scope.index = item, i
		if mapped[i], f = m.object(&scope, item, i); f != nil {
			return core.Result{}, f
		}
	}
	return core.Result{Value: mapped}, nil
}

// noIndex stands for the index where there is no list.
const noIndex = -1

func (m *mapping) object(s core.Scope, source core.Value, index int) (core.Object, *core.Failure) {
	out := make(core.Object, len(m.keep)+len(m.fields))
	if kept, ok := source.(core.Object); ok {
		for _, name := range m.keep {
			if v, ok := kept[name]; ok {
				out[name] = v
			}
		}
	}
	for i := range m.fields {
		field := &m.fields[i]
		v, f := field.eval(s, source, index)
		if f != nil {
			return nil, f
		}
		put(out, field.path, v)
	}
	return out, nil
}

// put writes only into objects that put itself made: claim keeps paths from leading through values.
func put(out core.Object, path []string, v core.Value) {
	for _, name := range path[:len(path)-1] {
		inner, ok := out[name].(core.Object)
		if !ok {
			inner = core.Object{}
			out[name] = inner
		}
		out = inner
	}
	out[path[len(path)-1]] = v
}

func (d *field) eval(s core.Scope, source core.Value, index int) (core.Value, *core.Failure) {
	v, f := d.read(s, source)
	if f != nil {
		return nil, f
	}
	if v == nil {
		if d.required {
			return nil, d.failure("map.required", index, "there is nothing for "+d.to)
		}
		return nil, nil
	}
	if d.convert == nil {
		return v, nil
	}
	converted, problem := d.convert(v)
	if problem != "" {
		return nil, d.failure("map.type", index, d.to+": "+problem)
	}
	return converted, nil
}

// read takes null for absent: the platforms that send one send the other the next day.
func (d *field) read(s core.Scope, source core.Value) (core.Value, *core.Failure) {
	var v core.Value
	var f *core.Failure
	if d.from != nil {
		v, _, f = d.from(source)
	} else {
		v, f = d.value(s)
	}
	if f == nil && v == nil && d.fallback != nil {
		return d.fallback(s)
	}
	return v, f
}

func (d *field) failure(code string, index int, message string) *core.Failure {
	details := core.Object{"field": d.to}
	if index != noIndex {
		details["index"] = index
		message = "item " + strconv.Itoa(index) + ": " + message
	}
	return &core.Failure{Code: code, Message: message, Details: details, Permanent: true}
}
