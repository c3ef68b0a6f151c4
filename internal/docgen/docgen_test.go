package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

const root = "../.."

// TestUpToDate: what is committed is what the code says.
func TestUpToDate(t *testing.T) {
	t.Parallel()
	out, err := generate(root)
	require.NoError(t, err)
	stale, err := out.stale(root)
	require.NoError(t, err)
	require.Empty(t, stale, "run make generate and commit the result")
}

// TestDeterministic: two runs write the same.
func TestDeterministic(t *testing.T) {
	t.Parallel()
	first, err := generate(root)
	require.NoError(t, err)
	second, err := generate(root)
	require.NoError(t, err)
	require.Equal(t, first, second)
}

// TestStale: what is missing, other than it should be, or of no use any more is found, and put right.
func TestStale(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write("docs/reference/same.md", "same")
	write("docs/reference/changed.md", "old")
	write("docs/reference/nodes/gone.md", "gone")
	out := output{"docs/reference/same.md": "same", "docs/reference/changed.md": "new", "docs/reference/nodes/new.md": "new"}
	stale, err := out.stale(dir)
	require.NoError(t, err)
	require.Equal(t, []string{"docs/reference/changed.md", "docs/reference/nodes/gone.md", "docs/reference/nodes/new.md"}, stale)

	require.NoError(t, out.write(dir, stale))
	stale, err = out.stale(dir)
	require.NoError(t, err)
	require.Empty(t, stale)
}

// TestConfigTable shows what a table makes of a schema.
func TestConfigTable(t *testing.T) {
	t.Parallel()
	schema := []byte(`{
		"oneOf": [{"required": ["z"]}, {"required": ["a"]}],
		"dependentRequired": {"z": ["a"]},
		"required": ["a"],
		"properties": {
			"z": {"title": "Zed", "description": "A | b.", "type": "string", "x-literal": true, "default": "x"},
			"a": {"title": "All", "type": "array", "minItems": 1, "items": {"type": "object", "required": ["when"], "properties": {
				"when": {"title": "When", "type": "string", "x-expression": true, "examples": ["a || b"]}
			}}}
		}
	}`)
	texts, err := textsOf(schema, nil, "en")
	require.NoError(t, err)
	require.Equal(t, "| key | value | if left out | meaning |\n|---|---|---|---|\n"+
		"| `z` | string | `\"x\"` | **Zed.** A \\| b. |\n"+
		"| `a` | list (object) | **required** | All At least one item. |\n"+
		"| `a[].when` | expression | **required** | When Such as `a \\|\\| b`. |\n"+
		"\n- Exactly one of `z`, `a`.\n- `z` needs `a`.\n", configTable(texts, "en"))
}
