package nodetest

import (
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

// checkSchema holds a schema to its form: closed objects, known hints, and a title and description for everything an
// operator fills in, in both languages.
func checkSchema(t *testing.T, s *nodes.Spec) {
	root := object(t, s.Schema)
	require.Equal(t, "https://json-schema.org/draft/2020-12/schema", root["$schema"])
	require.Equal(t, false, root["additionalProperties"], "a config is closed")

	english := map[string]string{}
	walk(root, "", func(pointer string, schema core.Object) {
		if _, ok := schema["properties"]; ok || schema["type"] == "object" {
			require.Contains(t, schema, "additionalProperties", "%s says whether it is closed", pointer)
		}
		for keyword := range schema {
			if strings.HasPrefix(keyword, "x-") {
				require.Contains(t, hints, keyword, "%s: hints", pointer)
			}
		}
		for _, keyword := range []string{"title", "description"} {
			text, _ := schema[keyword].(string)
			require.NotEmpty(t, text, "%s has a %s", pointer, keyword)
			require.False(t, hasHan(text), "%s: the %s is English", pointer, keyword)
			english[textPointer(pointer, keyword)] = text
		}
	})

	chinese := object(t, s.Chinese)
	for pointer := range english {
		require.Contains(t, chinese, pointer, "the Chinese text")
	}
	for pointer, text := range chinese {
		require.Contains(t, english, pointer, "the Chinese text points nowhere")
		require.True(t, hasHan(text.(string)), "%s: the text is Chinese", pointer)
	}
}

// hints are the keywords that tell how a place in a config is read; x-kind (sql, duration, longText) and x-flow (the id of a
// flow) are for forms alone.
var hints = []string{
	"x-expression", "x-literal", "x-path", "x-cell", "x-schema", "x-connection", "x-item", "x-items", "x-body", "x-kind", "x-flow",
}

// textPointer is where a text is translated: the schema's own title, which is the type's, under "".
func textPointer(pointer, keyword string) string {
	if pointer == "" && keyword == "title" {
		return ""
	}
	return pointer + "/" + keyword
}

// walk visits a schema and all schemas of what may stand within its values.
func walk(schema core.Object, pointer string, visit func(pointer string, schema core.Object)) {
	visit(pointer, schema)
	properties, _ := schema["properties"].(core.Object)
	for name, v := range properties {
		if inner, ok := v.(core.Object); ok {
			walk(inner, pointer+"/properties/"+value.EscapePointer(name), visit)
		}
	}
	for _, keyword := range []string{"items", "additionalProperties"} {
		if inner, ok := schema[keyword].(core.Object); ok {
			walk(inner, pointer+"/"+keyword, visit)
		}
	}
	prefix, _ := schema["prefixItems"].(core.List)
	for i, v := range prefix {
		if inner, ok := v.(core.Object); ok {
			walk(inner, pointer+"/prefixItems/"+strconv.Itoa(i), visit)
		}
	}
}

func object(t *testing.T, data []byte) core.Object {
	t.Helper()
	v, err := value.Decode(data)
	require.NoError(t, err)
	o, ok := v.(core.Object)
	require.True(t, ok, "an object")
	return o
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
