package flows_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/nodes"
)

func editorSchema(t *testing.T, lang diag.Language) (*jsonschema.Schema, core.Value) {
	t.Helper()
	text, err := flows.Schema(registry(t), lang)
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	require.NoError(t, c.AddResource("flow:///flow.schema.json", bytes.NewReader(text)))
	s, err := c.Compile("flow:///flow.schema.json")
	require.NoError(t, err)
	root, err := value.Decode(text)
	require.NoError(t, err)
	return s, root
}

func TestEditorSchemaAcceptsGoodFlows(t *testing.T) {
	t.Parallel()
	s, _ := editorSchema(t, diag.English)
	for _, path := range cases(t, "ok") {
		doc, err := jsonValue(file(readCase(t, path), "flow.json"))
		require.NoError(t, err)
		require.NoError(t, s.Validate(doc), path)
	}
}

func TestEditorSchemaRefusesBadShapes(t *testing.T) {
	t.Parallel()
	s, _ := editorSchema(t, diag.English)
	// What is wrong with these is more than their shape.
	beyond := []string{"json_comma", "json_deep", "json_duplicate", "cycle", "edges", "options", "expressions", "budget"}
	for _, path := range cases(t, "bad") {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		if slices.Contains(beyond, name) {
			continue
		}
		doc, err := jsonValue(file(readCase(t, path), "flow.json"))
		require.NoError(t, err)
		require.Error(t, s.Validate(doc), path)
	}
}

// jsonValue decodes a document as the validator wants it.
func jsonValue(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	return v, err
}

func TestEditorSchemaHasEveryTextInBothLanguages(t *testing.T) {
	t.Parallel()
	_, english := editorSchema(t, diag.English)
	_, chinese := editorSchema(t, diag.Chinese)
	found := map[string]string{}
	texts(chinese, "", func(pointer, text string) { found[pointer] = text })
	texts(english, "", func(pointer, text string) {
		// The tasks of this test have no Chinese texts.
		declaredHere := slices.ContainsFunc(tasks(), func(s nodes.Spec) bool {
			return strings.HasPrefix(pointer, "/$defs/config."+s.Name()+"/")
		})
		if !declaredHere && text != "Webhook" {
			require.NotEqual(t, text, found[pointer], pointer)
		}
	})
}

// texts visits the titles and descriptions of a schema.
func texts(v core.Value, pointer string, visit func(pointer, text string)) {
	switch v := v.(type) {
	case core.Object:
		for key, field := range v {
			at := pointer + "/" + value.EscapePointer(key)
			text, isText := field.(string)
			if isText && (key == "title" || key == "description") {
				visit(at, text)
			} else if key != "examples" && key != "default" {
				texts(field, at, visit)
			}
		}
	case core.List:
		for i, item := range v {
			texts(item, pointer+"/"+strconv.Itoa(i), visit)
		}
	}
}
