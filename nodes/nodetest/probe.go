package nodetest

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

// checkConfig ties a type's Config struct to its schema: the same names at every level, and the same defaults. The
// types of tasks decode their config when they run and are not seen here.
func checkConfig(t *testing.T, s *nodes.Spec) {
	p := &probe{t: t}
	switch {
	case s.Eval != nil:
		s.Eval(p)
	case s.Machine != nil:
		s.Machine(p)
	default:
		return
	}
	require.True(t, p.config.IsValid(), "the config is decoded")
	compare(t, object(t, s.Schema), p.config, "")
}

// compare goes down a schema and a value of the struct that stands for it, as it is before anything is decoded into it.
func compare(t *testing.T, schema core.Object, v reflect.Value, pointer string) {
	t.Helper()
	if preset, ok := schema["default"]; ok {
		data, err := json.Marshal(v.Interface())
		require.NoError(t, err)
		got, err := value.Decode(data)
		require.NoError(t, err)
		require.True(t, value.Equal(preset, got), "%s: the default is %v in the schema and %v in the code", pointer, preset, got)
	}
	typ := v.Type()
	if typ.Kind() == reflect.Pointer {
		typ = typ.Elem()
		v = reflect.New(typ).Elem()
	}
	properties, named := schema["properties"].(core.Object)
	switch {
	case typ.Kind() == reflect.Struct:
		require.True(t, named, "%s is a struct and the schema names no properties", pointer)
		fields := map[string]reflect.Value{}
		for i := range typ.NumField() {
			name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			fields[name] = v.Field(i)
			require.Contains(t, properties, name, "%s: a field without a property", pointer)
		}
		for name, inner := range properties {
			require.Contains(t, fields, name, "%s: a property without a field", pointer)
			compare(t, inner.(core.Object), fields[name], pointer+"/"+name)
		}
	case named:
		require.Equal(t, reflect.Interface, typ.Kind(), "%s: properties without a struct", pointer)
	case typ.Kind() == reflect.Slice:
		if items, ok := schema["items"].(core.Object); ok {
			compare(t, items, reflect.New(typ.Elem()).Elem(), pointer+"/items")
		}
	}
}

// probe is a Builder that only looks at what the config is decoded into.
type probe struct {
	t      *testing.T
	config reflect.Value
}

var _ nodes.Builder = (*probe)(nil)

func (p *probe) Decode(dst any) {
	require.False(p.t, p.config.IsValid(), "the config is decoded once")
	p.config = reflect.New(reflect.TypeOf(dst).Elem()).Elem()
	p.config.Set(reflect.ValueOf(dst).Elem())
}

func (p *probe) Has(string) bool                           { return false }
func (p *probe) Expr(string) core.Expr                     { return nil }
func (p *probe) Value(string) core.Expr                    { return nil }
func (p *probe) Path(string) nodes.Path                    { return nil }
func (p *probe) Cell(string) nodes.Cell                    { return nil }
func (p *probe) Schema(string) nodes.Check                 { return nil }
func (p *probe) Flow(string) string                        { return "" }
func (p *probe) Zone() *time.Location                      { return time.UTC }
func (p *probe) Problem(string, string, map[string]string) {}
