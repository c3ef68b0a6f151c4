package controltest

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

// Shanghai is the time zone of all flows here.
var Shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// builder is a nodes.Builder over a config in which an Expr stands for every expression and template.
type builder struct {
	config core.Object
	// findings are what was reported, as pointer and code.
	findings []string
	*compiler
}

// Findings compiles one config and returns what was reported on it.
func Findings(compile func(nodes.Builder) func() core.Machine, config core.Object) []string {
	b := &builder{config: config, compiler: &compiler{}}
	compile(b)
	return b.findings
}

var _ nodes.Builder = (*builder)(nil)

// plain is a config with a template in place of every Expr.
func plain(v core.Value) core.Value {
	switch v := v.(type) {
	case Expr:
		return "{{ expr }}"
	case core.Object:
		out := core.Object{}
		for k, inner := range v {
			out[k] = plain(inner)
		}
		return out
	case core.List:
		out := core.List{}
		for _, inner := range v {
			out = append(out, plain(inner))
		}
		return out
	}
	return v
}

func (b *builder) at(pointer string) (v core.Value, ok bool) {
	v = b.config
	for _, key := range strings.Split(pointer, "/")[1:] {
		switch inside := v.(type) {
		case core.Object:
			if v, ok = inside[key]; !ok {
				return nil, false
			}
		case core.List:
			i, err := strconv.Atoi(key)
			if err != nil || i >= len(inside) {
				return nil, false
			}
			v = inside[i]
		default:
			return nil, false
		}
	}
	return v, true
}

// Decode implements nodes.Builder.
func (b *builder) Decode(dst any) {
	data, err := value.Encode(plain(b.config))
	if err == nil {
		err = json.Unmarshal(data, dst)
	}
	if err != nil {
		b.Problem("", "config.type: "+err.Error(), nil)
	}
}

// Has implements nodes.Builder.
func (b *builder) Has(pointer string) bool {
	_, ok := b.at(pointer)
	return ok
}

// Expr implements nodes.Builder.
func (b *builder) Expr(pointer string) core.Expr { return b.Value(pointer) }

// Value implements nodes.Builder.
func (b *builder) Value(pointer string) core.Expr {
	v, ok := b.at(pointer)
	if !ok {
		return nil
	}
	return func(s core.Scope) (core.Value, *core.Failure) { return resolve(v, Scope{s, b.index}) }
}

func resolve(v core.Value, s Scope) (core.Value, *core.Failure) {
	switch v := v.(type) {
	case Expr:
		return v(s)
	case core.Object:
		out := core.Object{}
		for k, inner := range v {
			got, f := resolve(inner, s)
			if f != nil {
				return nil, f
			}
			out[k] = got
		}
		return out, nil
	case core.List:
		out := core.List{}
		for _, inner := range v {
			got, f := resolve(inner, s)
			if f != nil {
				return nil, f
			}
			out = append(out, got)
		}
		return out, nil
	}
	return v, nil
}

// Schema implements nodes.Builder with the one keyword that tests need: required.
func (b *builder) Schema(pointer string) nodes.Check {
	v, _ := b.at(pointer)
	required, _ := Field(v, "required").(core.List)
	return func(v core.Value) *core.Failure {
		for _, name := range required {
			if Field(v, name.(string)) == nil {
				return &core.Failure{Code: "json.schema", Message: "it lacks " + name.(string)}
			}
		}
		return nil
	}
}

// Flow implements nodes.Builder.
func (b *builder) Flow(pointer string) string {
	v, _ := b.at(pointer)
	id, ok := v.(string)
	require.True(b.t, ok, "a flow's id")
	return id
}

// Zone implements nodes.Builder.
func (b *builder) Zone() *time.Location { return Shanghai }

// Path implements nodes.Builder; no control type has one.
func (b *builder) Path(string) nodes.Path { return nil }

// Cell implements nodes.Builder; no control type has one.
func (b *builder) Cell(string) nodes.Cell { return nil }

// Problem implements nodes.Builder.
func (b *builder) Problem(pointer, code string, _ map[string]string) {
	b.findings = append(b.findings, pointer+" "+code)
}
