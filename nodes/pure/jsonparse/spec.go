// Package jsonparse is the node type json.parse: it reads JSON exactly, takes parts of it, and holds it to a schema.
package jsonparse

import (
	"embed"
	"errors"
	"maps"
	"slices"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a json.parse node is told.
type Config struct {
	Source string            `json:"source"`
	Paths  map[string]string `json:"paths"`
	Schema core.Value        `json:"schema"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "json.parse", Major: 1, Behaviour: 1,
		Effect: nodes.Pure, Category: nodes.Data, Icon: "braces",
		Page: nodes.PageIn(page),
		Eval: eval,
	}
}

// parse is a json.parse node, compiled; what was left out is nil.
type parse struct {
	source core.Expr
	check  nodes.Check
	parts  []part
}

type part struct {
	name string
	path nodes.Path
}

func eval(b nodes.Builder) core.Eval {
	var config Config
	b.Decode(&config)
	p := parse{source: b.Expr("/source")}
	if b.Has("/schema") {
		p.check = b.Schema("/schema")
	}
	if b.Has("/paths") {
		p.parts = []part{}
	}
	// In a fixed order, which decides what failure is reported of several.
	for _, name := range slices.Sorted(maps.Keys(config.Paths)) {
		p.parts = append(p.parts, part{name, b.Path("/paths/" + value.EscapePointer(name))})
	}
	return p.eval
}

func (p *parse) eval(s core.Scope) (core.Result, *core.Failure) {
	source, f := p.source(s)
	if f != nil {
		return core.Result{}, f
	}
	v, f := decode(source)
	if f != nil {
		return core.Result{}, f
	}
	if p.check != nil {
		if f := p.check(v); f != nil {
			return core.Result{}, &core.Failure{Code: "json.schema", Message: f.Message, Details: f.Details, Permanent: true}
		}
	}
	if p.parts == nil {
		return core.Result{Value: v}, nil
	}
	named := make(core.Object, len(p.parts))
	for _, part := range p.parts {
		if named[part.name], _, f = part.path(v); f != nil {
			return core.Result{}, f
		}
	}
	return core.Result{Value: named}, nil
}

// decode takes anything but text for a value that is parsed already.
func decode(source core.Value) (core.Value, *core.Failure) {
	text, ok := source.(string)
	if !ok {
		return source, nil
	}
	v, err := value.DecodeString(text)
	if err != nil {
		return nil, syntaxFailure(err)
	}
	return v, nil
}

func syntaxFailure(err error) *core.Failure {
	f := &core.Failure{Code: "json.syntax", Message: "the source is not JSON: " + err.Error(), Permanent: true}
	if syntax, ok := errors.AsType[*value.SyntaxError](err); ok {
		f.Details = core.Object{"offset": syntax.Offset, "line": syntax.Line, "column": syntax.Column}
	}
	return f
}
