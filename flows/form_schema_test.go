package flows_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/flows"
)

func TestFormSchemaKeepsTheOrderOfProperties(t *testing.T) {
	t.Parallel()
	schema, err := flows.FormSchema([]byte(`{"type": "object", "properties": {
	  "z": {"type": "array", "items": {"properties": {"b/c": {}, "a": {}}}},
	  "properties": {"const": {"properties": 1}}, "m": {}}}`))
	require.NoError(t, err)
	require.Equal(t, core.List{"z", "properties", "m"}, schema["x-order"])
	z := schema["properties"].(core.Object)["z"].(core.Object)
	require.Equal(t, core.List{"b/c", "a"}, z["items"].(core.Object)["x-order"])
	for _, bad := range []string{`[]`, `{`, `{"a": 1} x`} {
		_, err := flows.FormSchema([]byte(bad))
		require.Error(t, err, bad)
	}
}
