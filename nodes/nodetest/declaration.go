package nodetest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/nodes"
)

var typeName = regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$`)

func checkDeclaration(t *testing.T, s *nodes.Spec) {
	require.Regexp(t, typeName, s.Type)
	require.Positive(t, s.Major)
	require.Positive(t, s.Behaviour)
	require.Contains(t, []nodes.Category{nodes.Data, nodes.Logic, nodes.Flow, nodes.Connect, nodes.Message}, s.Category)
	require.NotEmpty(t, s.Icon)

	executors := map[nodes.Effect]bool{
		nodes.Pure:      s.Eval != nil,
		nodes.Container: s.Machine != nil,
		nodes.Control:   s.Machine != nil,
		nodes.Read:      s.Run != nil,
		nodes.Write:     s.Run != nil,
	}
	require.True(t, executors[s.Effect], "a %s type has the executor of its effect", s.Effect)
	count := 0
	for _, set := range []bool{s.Eval != nil, s.Machine != nil, s.Run != nil} {
		if set {
			count++
		}
	}
	require.Equal(t, 1, count, "exactly one executor")
	require.False(t, s.EffectOf != nil && s.Run == nil, "only a task's effect depends on its config")
}

// keywords are the types whose name cannot be a package's.
var keywords = map[string]bool{"switch": true, "map": true}

// folder is where a type is declared, below the folder of the node types.
func folder(s *nodes.Spec) string {
	group := map[nodes.Effect]string{
		nodes.Pure: "pure", nodes.Container: "control", nodes.Control: "control", nodes.Read: "effect", nodes.Write: "effect",
	}[s.Effect]
	name := strings.ReplaceAll(s.Type, ".", "")
	if keywords[name] {
		name += "node"
	}
	return filepath.Join(group, name)
}

// checkFolders holds the list and the folders against each other: every type has its folder, and every folder that
// holds a schema has its type in the list.
func checkFolders(t *testing.T, specs []nodes.Spec, root string) {
	listed := map[string]bool{}
	for i := range specs {
		listed[folder(&specs[i])] = true
	}
	found := map[string]bool{}
	schemas, err := filepath.Glob(filepath.Join(root, "*", "*", "schema.json"))
	require.NoError(t, err)
	for _, path := range schemas {
		dir, err := filepath.Rel(root, filepath.Dir(path))
		require.NoError(t, err)
		found[dir] = true
		for _, file := range []string{"spec.go", "zh.json", "doc.md", "doc.zh.md", "examples.json"} {
			_, err := os.Stat(filepath.Join(root, dir, file))
			require.NoError(t, err, "every type's folder has the same files")
		}
	}
	require.Equal(t, listed, found, "the list of types and their folders")
}
