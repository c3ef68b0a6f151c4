package enginetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"sluice/engine/core"
)

// expr compiles an expression: a term, or two terms with ==, >= or + between them. A term is JSON, in which a text that
// starts with $ is a term itself; fail(CODE); or one of trigger, input, item, index, error, vars, nodes.ID, tables,
// run.id, now and seed, with the names of members behind dots.
func (b *builder) expr(text string) (core.Expr, error) {
	for _, op := range []string{"==", ">=", "+"} {
		l, r, found := strings.Cut(text, op)
		if !found {
			continue
		}
		left, err := b.term(l)
		if err != nil {
			return nil, err
		}
		right, err := b.term(r)
		if err != nil {
			return nil, err
		}
		return func(s core.Scope) (core.Value, *core.Failure) {
			x, f := left(s)
			if f != nil {
				return nil, f
			}
			y, f := right(s)
			if f != nil {
				return nil, f
			}
			return operate(op, x, y), nil
		}, nil
	}
	return b.term(text)
}

func operate(op string, x, y core.Value) core.Value {
	if op == "==" {
		return reflect.DeepEqual(x, y)
	}
	n, _ := x.(int)
	m, _ := y.(int)
	if op == ">=" {
		return n >= m
	}
	return n + m
}

func (b *builder) term(text string) (core.Expr, error) {
	if code, ok := strings.CutPrefix(text, "fail("); ok {
		f := &core.Failure{Code: strings.TrimSuffix(code, ")"), Message: "as the plan says"}
		return func(core.Scope) (core.Value, *core.Failure) { return nil, f }, nil
	}
	if v, err := ParseValue(text); err == nil {
		return b.literal(v)
	}
	name, members, _ := strings.Cut(text, ".")
	var read func(core.Scope) core.Value
	switch name {
	case "nodes":
		id, rest, _ := strings.Cut(members, ".")
		index, ok := b.ids[id]
		if !ok {
			return nil, fmt.Errorf("%s names no node", text)
		}
		members = rest
		read = func(s core.Scope) core.Value { return s.Node(index) }
	case "tables":
		table, rest, _ := strings.Cut(members, ".")
		members = rest
		read = func(s core.Scope) core.Value { v, _ := s.Table(table); return v }
	default:
		if read = roots[name]; read == nil {
			return nil, fmt.Errorf("%q is no expression", text)
		}
	}
	return func(s core.Scope) (core.Value, *core.Failure) { return member(read(s), members), nil }, nil
}

var roots = map[string]func(core.Scope) core.Value{
	"trigger": func(s core.Scope) core.Value { return s.Trigger() },
	"input":   func(s core.Scope) core.Value { return s.Input() },
	"item":    func(s core.Scope) core.Value { return s.Item() },
	"index":   func(s core.Scope) core.Value { return s.Index() },
	"vars":    func(s core.Scope) core.Value { return s.Vars() },
	"now":     func(s core.Scope) core.Value { return int(s.Now()) },
	"seed":    func(s core.Scope) core.Value { return strconv.FormatUint(s.Seed(), 16) },
	"run": func(s core.Scope) core.Value {
		r := s.Run()
		return core.Object{"id": r.ID, "parent": r.Parent, "startedAt": int(r.StartedAt)}
	},
	"error": func(s core.Scope) core.Value {
		if f := s.Failure(); f != nil {
			return f.Object()
		}
		return nil
	},
}

func member(v core.Value, names string) core.Value {
	for names != "" {
		var name string
		name, names, _ = strings.Cut(names, ".")
		o, _ := v.(core.Object)
		v = o[name]
	}
	return v
}

// literal is a JSON value in which texts that start with $ are terms.
func (b *builder) literal(v core.Value) (core.Expr, error) {
	switch v := v.(type) {
	case string:
		if term, ok := strings.CutPrefix(v, "$"); ok {
			return b.expr(term)
		}
	case core.List:
		parts := make([]core.Expr, len(v))
		for i := range v {
			var err error
			if parts[i], err = b.literal(v[i]); err != nil {
				return nil, err
			}
		}
		return func(s core.Scope) (core.Value, *core.Failure) {
			list := make(core.List, len(parts))
			for i := range parts {
				var f *core.Failure
				if list[i], f = parts[i](s); f != nil {
					return nil, f
				}
			}
			return list, nil
		}, nil
	case core.Object:
		parts := make(map[string]core.Expr, len(v))
		for k := range v {
			var err error
			if parts[k], err = b.literal(v[k]); err != nil {
				return nil, err
			}
		}
		return func(s core.Scope) (core.Value, *core.Failure) {
			all := make(core.Object, len(parts))
			for k, part := range parts {
				var f *core.Failure
				if all[k], f = part(s); f != nil {
					return nil, f
				}
			}
			return all, nil
		}, nil
	}
	return func(core.Scope) (core.Value, *core.Failure) { return v, nil }, nil
}

// ParseValue decodes JSON as the core's values: whole numbers are ints.
func ParseValue(text string) (core.Value, error) {
	d := json.NewDecoder(bytes.NewReader([]byte(text)))
	d.UseNumber()
	var v core.Value
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if d.More() {
		return nil, fmt.Errorf("%q is more than one value", text)
	}
	return plain(v), nil
}

func plain(v core.Value) core.Value {
	switch v := v.(type) {
	case json.Number:
		if n, err := strconv.Atoi(v.String()); err == nil {
			return n
		}
		f, _ := v.Float64()
		return f
	case core.List:
		for i := range v {
			v[i] = plain(v[i])
		}
	case core.Object:
		for k := range v {
			v[k] = plain(v[k])
		}
	}
	return v
}

func object(text string) (core.Object, error) {
	v, err := ParseValue(text)
	if err != nil {
		return nil, err
	}
	o, ok := v.(core.Object)
	if !ok {
		return nil, fmt.Errorf("%s is not an object", text)
	}
	return o, nil
}
