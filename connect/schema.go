package connect

import (
	"strings"

	"sluice/connect/limit"
	"sluice/engine/core"
)

// Schema is the JSON Schema (2020-12) of a definition of this type. Every object in it is closed. Beside its English title
// each field has the Chinese one as x-zh and its place among the others as x-order; a variant names the secrets that only
// it needs as x-secrets.
func (t *Type) Schema() core.Object {
	secrets := append([]Field(nil), t.Secrets...)
	for _, field := range t.Config {
		for _, variant := range field.Variants {
			for _, f := range variant.Secrets {
				// Which variant needs it is said by the check, not by the schema.
				f.Required = false
				if find(secrets, f.Name) == nil {
					secrets = append(secrets, f)
				}
			}
		}
	}
	properties := core.Object{
		"id":     core.Object{"type": "string", "pattern": idPattern},
		"type":   core.Object{"const": t.Name},
		"config": objectSchema(t.Config, fieldSchema),
		"limits": objectSchema(Limits(), fieldSchema),
	}
	if len(secrets) > 0 {
		properties["secrets"] = objectSchema(secrets, secretSchema)
	}
	return core.Object{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"title":                t.Title.EN,
		"description":          t.Doc.EN,
		"type":                 "object",
		"properties":           properties,
		"required":             core.List{"id", "type"},
		"additionalProperties": false,
	}
}

func objectSchema(fields []Field, of func(Field) core.Object) core.Object {
	properties, required := core.Object{}, core.List{}
	for i, field := range fields {
		schema := of(field)
		schema["title"], schema["x-zh"], schema["x-order"] = field.Title.EN, field.Title.ZH, i
		properties[field.Name] = schema
		if field.Required {
			required = append(required, field.Name)
		}
	}
	return core.Object{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

func fieldSchema(f Field) core.Object {
	switch f.Kind {
	case URL:
		return core.Object{"type": "string", "format": "uri", "pattern": "^https?://"}
	case Address, DatabaseURL:
		return core.Object{"type": "string", "format": "uri", "pattern": "^(" + strings.Join(f.Choices, "|") + ")://"}
	case TextList:
		return core.Object{"type": "array", "minItems": 1, "items": core.Object{"type": "string", "minLength": 1}}
	case Duration:
		return core.Object{"type": "string", "x-kind": "duration"}
	case Date:
		return core.Object{"type": "string", "format": "date"}
	case LongText:
		return core.Object{"type": "string", "x-kind": "longText"}
	case Rate:
		return core.Object{"type": "string", "pattern": limit.RatePattern, "x-kind": "rate"}
	case Count:
		return core.Object{"type": "integer", "minimum": 1, "maximum": MaxCount}
	case Port:
		return core.Object{"type": "integer", "minimum": 1, "maximum": maxPort}
	case Flag:
		return core.Object{"type": "boolean"}
	case Choice:
		choices := core.List{}
		for _, choice := range f.Choices {
			choices = append(choices, choice)
		}
		return core.Object{"enum": choices}
	case TextMap:
		return core.Object{"type": "object", "additionalProperties": core.Object{"type": "string"}}
	case Group:
		return objectSchema(f.Fields, fieldSchema)
	case Variants:
		shapes := core.List{}
		for _, variant := range f.Variants {
			shape := objectSchema(variant.Fields, fieldSchema)
			shape["title"], shape["x-zh"] = variant.Title.EN, variant.Title.ZH
			needs := core.List{}
			for _, secret := range variant.Secrets {
				needs = append(needs, secret.Name)
			}
			shape["x-secrets"] = needs
			shape["properties"].(core.Object)["type"] = core.Object{"const": variant.Name}
			shape["required"] = append(shape["required"].(core.List), "type")
			shapes = append(shapes, shape)
		}
		return core.Object{"oneOf": shapes}
	default:
		return core.Object{"type": "string"}
	}
}

func secretSchema(f Field) core.Object {
	return core.Object{
		"writeOnly": true,
		"oneOf": core.List{
			core.Object{"type": "string", "minLength": 1},
			core.Object{
				"type": "object", "properties": core.Object{"env": core.Object{"type": "string", "minLength": 1}},
				"required": core.List{"env"}, "additionalProperties": false,
			},
		},
	}
}

func find(fields []Field, name string) *Field {
	for i := range fields {
		if fields[i].Name == name {
			return &fields[i]
		}
	}
	return nil
}
