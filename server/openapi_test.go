package server_test

import (
	"bytes"
	"encoding/json"
	"mime"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/require"

	"sluice/engine/value"
)

// document is openapi.json with its schemas compiled when first asked for.
type document struct {
	root map[string]any

	mu       sync.Mutex
	compiler *jsonschema.Compiler
	schemas  map[string]*jsonschema.Schema
}

const documentURL = "api:///openapi.json"

var openDocument = sync.OnceValues(func() (*document, error) {
	text, err := os.ReadFile("openapi.json")
	if err != nil {
		return nil, err
	}
	d := &document{compiler: jsonschema.NewCompiler(), schemas: map[string]*jsonschema.Schema{}}
	d.compiler.Draft = jsonschema.Draft2020
	d.compiler.AssertFormat = true
	if err := d.compiler.AddResource(documentURL, bytes.NewReader(text)); err != nil {
		return nil, err
	}
	return d, json.Unmarshal(text, &d.root)
})

func documented(t *testing.T) *document {
	t.Helper()
	d, err := openDocument()
	require.NoError(t, err)
	return d
}

// schema compiles the schema at a pointer into the document.
func (d *document) schema(t *testing.T, pointer string) *jsonschema.Schema {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	s := d.schemas[pointer]
	if s == nil {
		var err error
		s, err = d.compiler.Compile(documentURL + "#" + pointer)
		require.NoError(t, err, pointer)
		d.schemas[pointer] = s
	}
	return s
}

// at is the object at a pointer, with references followed, and the pointer that it has.
func (d *document) at(t *testing.T, pointer string) (map[string]any, string) {
	t.Helper()
	v := any(d.root)
	for _, key := range strings.Split(pointer, "/")[1:] {
		key = strings.NewReplacer("~1", "/", "~0", "~").Replace(key)
		o, ok := v.(map[string]any)
		require.True(t, ok, pointer)
		if v, ok = o[key]; !ok {
			return nil, pointer
		}
	}
	o, ok := v.(map[string]any)
	require.True(t, ok, pointer)
	if to, ok := o["$ref"].(string); ok {
		return d.at(t, strings.TrimPrefix(to, "#"))
	}
	return o, pointer
}

// template finds the documented path that a request's path is one of: literal parts win.
func (d *document) template(path string) string {
	best := ""
	parts := strings.Split(path, "/")
	for candidate := range d.root["paths"].(map[string]any) {
		segments := strings.Split(candidate, "/")
		if len(segments) != len(parts) {
			continue
		}
		same := true
		for i := range parts {
			same = same && (segments[i] == parts[i] || strings.HasPrefix(segments[i], "{"))
		}
		if same && (best == "" || strings.Count(candidate, "{") < strings.Count(best, "{")) {
			best = candidate
		}
	}
	return best
}

// requireDocumented holds an answer to what the document says of its call: status, media type and schema.
func requireDocumented(t *testing.T, method, path string, got *answer) {
	t.Helper()
	d := documented(t)
	template := d.template(path)
	if method == "HEAD" || strings.HasPrefix(path, "/hooks/") {
		return
	}
	operation, pointer := d.at(t, "/paths/"+value.EscapePointer(template)+"/"+strings.ToLower(method))
	if template == "" || operation == nil {
		require.Contains(t, []int{404, 405}, got.StatusCode, "%s %s is not documented: %s", method, path, got.text)
		return
	}
	response, at := d.at(t, pointer+"/responses/"+strconv.Itoa(got.StatusCode))
	require.NotNil(t, response, "%s %s: status %d is not documented: %s", method, template, got.StatusCode, got.text)
	content, _ := response["content"].(map[string]any)
	if content == nil {
		require.Empty(t, got.text, "%s %s", method, template)
		return
	}
	kind, _, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	require.NoError(t, err)
	require.Contains(t, content, kind, "%s %s", method, template)
	if !strings.HasSuffix(kind, "json") {
		return
	}
	decoder := json.NewDecoder(strings.NewReader(got.text))
	decoder.UseNumber()
	var v any
	require.NoError(t, decoder.Decode(&v), got.text)
	err = d.schema(t, at+"/content/"+value.EscapePointer(kind)+"/schema").Validate(v)
	require.NoError(t, err, "%s %s: %s", method, template, got.text)
}

func TestEveryRouteIsDocumentedAndEveryPathRouted(t *testing.T) {
	t.Parallel()
	a := serve(t)
	var routed, described []string
	for _, r := range a.server.App().GetRoutes(true) {
		if r.Method == fiber.MethodHead {
			continue
		}
		parts := strings.Split(r.Path, "/")
		for i, part := range parts {
			if strings.HasPrefix(part, ":") {
				parts[i] = "{" + part[1:] + "}"
			}
		}
		routed = append(routed, r.Method+" "+strings.Join(parts, "/"))
	}
	for path, operations := range documented(t).root["paths"].(map[string]any) {
		for method := range operations.(map[string]any) {
			described = append(described, strings.ToUpper(method)+" "+path)
		}
	}
	slices.Sort(routed)
	slices.Sort(described)
	require.Equal(t, described, routed)
}

// TestTheDocumentIsSound compiles every schema in it, looks up every reference, and holds examples to their schemas.
func TestTheDocumentIsSound(t *testing.T) {
	t.Parallel()
	d := documented(t)
	ids := map[string]bool{}
	var walk func(pointer string, v any)
	walk = func(pointer string, v any) {
		switch v := v.(type) {
		case []any:
			for i, item := range v {
				walk(pointer+"/"+strconv.Itoa(i), item)
			}
		case map[string]any:
			if to, ok := v["$ref"].(string); ok {
				found, _ := d.at(t, strings.TrimPrefix(to, "#"))
				require.NotNil(t, found, "%s leads to %s", pointer, to)
			}
			if id, ok := v["operationId"].(string); ok {
				require.False(t, ids[id], "two operations are called %s", id)
				ids[id] = true
			}
			if schema, ok := v["schema"].(map[string]any); ok && !strings.HasSuffix(pointer, "/properties") {
				s := d.schema(t, pointer+"/schema")
				for _, example := range examplesOf(v, schema) {
					require.NoError(t, s.Validate(example), pointer)
				}
			}
			for key, child := range v {
				walk(pointer+"/"+value.EscapePointer(key), child)
			}
		}
	}
	walk("", d.root)
	for name := range d.root["components"].(map[string]any)["schemas"].(map[string]any) {
		d.schema(t, "/components/schemas/"+name)
	}
}

func examplesOf(media, schema map[string]any) []any {
	list, _ := schema["examples"].([]any)
	named, _ := media["examples"].(map[string]any)
	for _, example := range named {
		list = append(list, example.(map[string]any)["value"])
	}
	return list
}

func TestOpenAPIIsServedToAll(t *testing.T) {
	t.Parallel()
	a := serve(t)
	text, err := os.ReadFile("openapi.json")
	require.NoError(t, err)
	got := a.call("GET", "/api/v1/openapi.json", nil, "Authorization", "").ok(200)
	require.Equal(t, string(text), got.text)
}
