package nodetest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Shared reads a JSON file of what lies beside the project and not in it: test data of other projects, the bodies of the
// benchmarks. Where it is absent the test is skipped.
func Shared(t testing.TB, name string) core.Value {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(shared(t), name))
	require.NoError(t, err)
	v, err := value.Decode(data)
	require.NoError(t, err, name)
	return v
}

// SharedFiles are the names of the JSON files in a folder of it, sorted.
func SharedFiles(t testing.TB, folder string) []string {
	t.Helper()
	root := shared(t)
	names, err := filepath.Glob(filepath.Join(root, folder, "*.json"))
	require.NoError(t, err)
	for i, path := range names {
		names[i], err = filepath.Rel(root, path)
		require.NoError(t, err)
	}
	return names
}

func shared(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, dir, parent, "the test runs within the project")
		dir = parent
	}
	found := filepath.Join(dir, "..", "shared")
	if _, err := os.Stat(filepath.Join(found, "testdata")); err != nil {
		t.Skipf("SKIPPED, NOTHING WAS COMPARED: there is no test data in %s", found)
	}
	return found
}
