package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// root is the repository's, as seen from this folder.
const root = "../.."

// notOurs are folders that hold what was built, fetched or recorded.
var notOurs = []string{".git", "bin", "data", "demo-data", "dist", "node_modules"}

// files lists the repository's files with one of the endings, by slashed path from the root.
func files(t *testing.T, endings ...string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if slices.Contains(notOurs, entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if slices.Contains(endings, filepath.Ext(path)) {
			relative, err := filepath.Rel(root, path)
			if err != nil {
				return err
			}
			found = append(found, filepath.ToSlash(relative))
		}
		return nil
	})
	require.NoError(t, err)
	return found
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	require.NoError(t, err)
	return string(data)
}

// source is a parsed Go file.
type source struct {
	name string
	*ast.File
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

// folder is the file's folder from the root; "." is the root itself.
func (s source) folder() string { return filepath.ToSlash(filepath.Dir(s.name)) }

// sources are all Go files of the repository, test data aside.
func sources(t *testing.T) (*token.FileSet, []source) {
	t.Helper()
	set := token.NewFileSet()
	var parsed []source
	for _, name := range files(t, ".go") {
		if strings.Contains(name, "testdata/") {
			continue
		}
		file, err := parser.ParseFile(set, name, read(t, name), parser.ParseComments)
		require.NoError(t, err)
		parsed = append(parsed, source{name, file})
	}
	require.NotEmpty(t, parsed)
	return set, parsed
}
