package connect

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

// tags are the JSON names of a struct's fields.
func tags(t reflect.Type) []string {
	var names []string
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// declared are the names of fields, of all variants together where they have some.
func declared(f Field) []string {
	names := map[string]bool{}
	fields := f.Fields
	for _, variant := range f.Variants {
		names["type"] = true
		fields = append(fields, variant.Fields...)
	}
	for _, field := range fields {
		names[field.Name] = true
	}
	out := make([]string, 0, len(names))
	for name := range names {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func TestStructsMirrorTheirFields(t *testing.T) {
	t.Parallel()
	structs := map[string]reflect.Type{
		"http": reflect.TypeFor[httpConfig](), "sqlite": reflect.TypeFor[sqliteConfig](), "postgres": reflect.TypeFor[serverConfig](),
		"mysql": reflect.TypeFor[serverConfig](), "webhook": reflect.TypeFor[webhookConfig](),
		"wecom": reflect.TypeFor[robotConfig](), "dingtalk": reflect.TypeFor[dingtalkConfig](), "feishu": reflect.TypeFor[robotConfig](),
		"slack": reflect.TypeFor[slackConfig](), "email": reflect.TypeFor[emailConfig](),
		"kafka": reflect.TypeFor[kafkaConfig](), "rabbitmq": reflect.TypeFor[brokerConfig](), "nats": reflect.TypeFor[brokerConfig](),
		"redis": reflect.TypeFor[brokerConfig](), "mqtt": reflect.TypeFor[brokerConfig](),
	}
	for _, kind := range Types() {
		s, ok := structs[kind.Name]
		require.True(t, ok, kind.Name)
		require.Equal(t, tags(s), declared(Field{Fields: kind.Config}), kind.Name)
		for field := range s.Fields() {
			if inner := field.Type; inner.Kind() == reflect.Struct {
				field := find(kind.Config, field.Tag.Get("json"))
				require.Equal(t, tags(inner), declared(*field), field.Name)
			}
		}
	}
}

func TestSchemasAreClosed(t *testing.T) {
	t.Parallel()
	var check func(path string, v core.Value)
	check = func(path string, v core.Value) {
		switch v := v.(type) {
		case core.List:
			for _, item := range v {
				check(path, item)
			}
		case core.Object:
			if v["type"] == "object" {
				require.Contains(t, v, "additionalProperties", path)
			}
			for name, item := range v {
				check(path+"/"+name, item)
			}
		}
	}
	for _, kind := range Types() {
		schema := kind.Schema()
		check(kind.Name, schema)
		config := schema["properties"].(core.Object)["config"].(core.Object)
		require.Equal(t, false, config["additionalProperties"])
		require.Len(t, config["properties"], len(kind.Config))
	}
}

func TestFormsHaveBothLanguagesAndTheSecretsOfEachVariant(t *testing.T) {
	t.Parallel()
	for _, kind := range Types() {
		var walk func(v core.Value, where string)
		walk = func(v core.Value, where string) {
			if shapes, ok := v.(core.List); ok {
				for _, shape := range shapes {
					walk(shape, where)
				}
			}
			o, ok := v.(core.Object)
			if !ok {
				return
			}
			if _, ok := o["oneOf"].(core.List); ok && o["writeOnly"] == nil {
				for _, shape := range o["oneOf"].(core.List) {
					require.Contains(t, shape, "x-secrets", where)
				}
			}
			if title, ok := o["title"].(string); ok && where != "" {
				require.NotEmpty(t, title, where)
				require.NotEmpty(t, o["x-zh"], where)
			}
			for key, child := range o {
				walk(child, where+"/"+key)
			}
		}
		properties, ok := kind.Schema()["properties"].(core.Object)
		require.True(t, ok)
		walk(properties["config"], kind.Name)
		walk(properties["secrets"], kind.Name)
	}
}
