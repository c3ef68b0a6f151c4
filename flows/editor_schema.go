package flows

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/flows/triggers"
	"sluice/nodes"
)

var (
	//go:embed document.schema.json
	documentSchema []byte
	//go:embed document.schema.zh.json
	documentChinese []byte
)

// Schema is the JSON Schema (2020-12) of documents that use the registry's node types, for editors: titles and
// descriptions are in the given language. It checks shape only: what Compile finds beyond that (names, edges,
// expressions) no schema can say.
func Schema(registry *nodes.Registry, lang diag.Language) ([]byte, error) {
	root, err := translated(documentSchema, documentChinese, lang)
	if err != nil {
		return nil, fmt.Errorf("flows: the document's schema: %w", err)
	}
	s := editorSchema{defs: root["$defs"].(core.Object), lang: lang}
	if err := s.nodeTypes(registry.Specs()); err != nil {
		return nil, err
	}
	if err := s.triggerTypes(); err != nil {
		return nil, err
	}
	return value.Encode(root)
}

// editorSchema completes the document's schema with those of configs: which one holds follows from the type.
type editorSchema struct {
	defs core.Object
	lang diag.Language
}

func (s *editorSchema) nodeTypes(specs []*nodes.Spec) error {
	node := s.defs["node"].(core.Object)
	undo := node["properties"].(core.Object)["compensate"].(core.Object)
	var types, tasks core.List
	var configs, undoConfigs core.List
	for _, spec := range specs {
		def := "config." + spec.Name()
		if err := s.config(def, spec.Schema, spec.Chinese); err != nil {
			return fmt.Errorf("flows: the schema of %s: %w", spec.Name(), err)
		}
		names := core.List{spec.Name()}
		if isNewest(specs, spec) {
			names = core.List{spec.Type, spec.Name()}
		}
		types = append(types, names...)
		configs = append(configs, s.configRule(names, def), bodyRule(names, spec.Effect == nodes.Container))
		if spec.Run != nil {
			tasks = append(tasks, names...)
			undoConfigs = append(undoConfigs, s.configRule(names, def))
		}
	}
	ofType(node, types, configs)
	ofType(undo, tasks, undoConfigs)
	return nil
}

func isNewest(specs []*nodes.Spec, spec *nodes.Spec) bool {
	return !slices.ContainsFunc(specs, func(other *nodes.Spec) bool { return other.Type == spec.Type && other.Major > spec.Major })
}

func (s *editorSchema) triggerTypes() error {
	var types, configs core.List
	for _, spec := range triggers.All() {
		def := "trigger." + spec.Type
		if err := s.config(def, spec.Schema, spec.Chinese); err != nil {
			return fmt.Errorf("flows: the schema of trigger %s: %w", spec.Type, err)
		}
		types = append(types, spec.Type)
		configs = append(configs, s.configRule(core.List{spec.Type}, def))
	}
	ofType(s.defs["trigger"].(core.Object), types, configs)
	return nil
}

// ofType lists the types of a place and the rules for their configs. A list of no types allows none.
func ofType(place core.Object, types, configs core.List) {
	property := place["properties"].(core.Object)["type"].(core.Object)
	if len(types) == 0 {
		property["not"] = core.Object{}
		return
	}
	property["enum"] = types
	place["allOf"] = configs
}

// configRule holds the config of what is of one of these types to its schema. What is disabled may be unfinished.
func (s *editorSchema) configRule(names core.List, def string) core.Object {
	then := core.Object{"properties": core.Object{"config": core.Object{"$ref": reference(def)}}}
	if required, _ := s.defs[def].(core.Object)["required"].(core.List); len(required) > 0 {
		then["required"] = core.List{"config"}
	}
	return core.Object{"if": ifType(names, core.Object{"disabled": core.Object{"const": false}}), "then": then}
}

func bodyRule(names core.List, container bool) core.Object {
	then := core.Object{"properties": core.Object{"body": false}}
	if container {
		then = core.Object{"required": core.List{"body"}}
	}
	return core.Object{"if": ifType(names, core.Object{}), "then": then}
}

func ifType(names core.List, properties core.Object) core.Object {
	properties["type"] = core.Object{"enum": names}
	return core.Object{"required": core.List{"type"}, "properties": properties}
}

func reference(def string) string { return "#/$defs/" + value.EscapePointer(def) }

func (s *editorSchema) config(def string, text, chinese []byte) error {
	if len(text) == 0 {
		text = []byte(`{"type": "object", "additionalProperties": false}`)
	}
	root, err := translated(text, chinese, s.lang)
	if err != nil {
		return err
	}
	delete(root, "$schema")
	s.defs[def] = forEditor(root, reference(def), true)
	return nil
}

// translated decodes a schema with its texts in a language.
func translated(text, chinese []byte, lang diag.Language) (core.Object, error) {
	root, err := FormSchema(text)
	if err != nil {
		return nil, err
	}
	if lang != diag.Chinese || len(chinese) == 0 {
		return root, nil
	}
	texts, err := value.Decode(chinese)
	if err != nil {
		return nil, err
	}
	object, _ := texts.(core.Object)
	for pointer, t := range object {
		if pointer == "" {
			pointer = "/title"
		}
		cut := strings.LastIndexByte(pointer, '/')
		if place, ok := find(root, pointer[:cut]); ok {
			if schema, ok := place.(core.Object); ok {
				schema[pointer[cut+1:]] = t
			}
		}
	}
	return root, nil
}

// forEditor adapts the schema of a config to a document: references are moved to where the schema stands now, and a
// template is allowed wherever one would be computed.
func forEditor(schema core.Object, home string, top bool) core.Object {
	out := make(core.Object, len(schema))
	for keyword, v := range schema {
		out[keyword] = forEditorKeyword(keyword, v, home)
	}
	if ref, ok := out["$ref"].(string); ok && strings.HasPrefix(ref, "#") {
		out["$ref"] = home + ref[1:]
	}
	if top || !constrained(schema) || takenAsItStands(schema) {
		return out
	}
	wrapped := core.Object{"anyOf": core.List{out, core.Object{"$ref": "#/$defs/template"}}}
	for _, text := range []string{"title", "description", "default", "examples"} {
		if v, ok := out[text]; ok {
			wrapped[text] = v
			delete(out, text)
		}
	}
	return wrapped
}

func forEditorKeyword(keyword string, v core.Value, home string) core.Value {
	inner := func(v core.Value, top bool) core.Value {
		if schema, ok := v.(core.Object); ok {
			return forEditor(schema, home, top)
		}
		return v
	}
	switch keyword {
	case "properties", "patternProperties", "$defs":
		object, _ := v.(core.Object)
		out := make(core.Object, len(object))
		for name, schema := range object {
			out[name] = inner(schema, false)
		}
		return out
	case "items", "additionalProperties":
		return inner(v, false)
	case "prefixItems":
		list, _ := v.(core.List)
		out := make(core.List, len(list))
		for i, schema := range list {
			out[i] = inner(schema, false)
		}
		return out
	case "allOf", "anyOf", "oneOf":
		// Branches speak of the same place, where a template is allowed already.
		list, _ := v.(core.List)
		out := make(core.List, len(list))
		for i, schema := range list {
			out[i] = inner(schema, true)
		}
		return out
	case "if", "then", "else", "not":
		return inner(v, true)
	default:
		return v
	}
}

// constrained reports whether a schema refuses anything.
func constrained(schema core.Object) bool {
	for keyword := range schema {
		switch keyword {
		case "title", "description", "default", "examples":
		case "type":
			if schema["type"] != "string" {
				return true
			}
		default:
			if !strings.HasPrefix(keyword, "x-") {
				return true
			}
		}
	}
	return false
}

func takenAsItStands(schema core.Object) bool {
	for _, hint := range []string{"x-expression", "x-literal", "x-path", "x-cell", "x-schema"} {
		if schema[hint] == true {
			return true
		}
	}
	return false
}
