package core_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPurity holds the package to its doc comment: the standard library only, and of that nothing that could make two
// folds of one journal differ.
func TestPurity(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{"cmp": true, "fmt": true, "maps": true, "math": true, "reflect": true, "slices": true, "strconv": true, "strings": true, "time": true}
	files := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(files, name, nil, 0)
		require.NoError(t, err)
		for _, imported := range file.Imports {
			path, err := strconv.Unquote(imported.Path.Value)
			require.NoError(t, err)
			require.True(t, allowed[path], "%s imports %s", name, path)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt:
				require.Fail(t, "the core starts nothing and waits for nothing", "%s", files.Position(n.Pos()))
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" {
					require.Contains(t, []string{"Duration", "Second", "Minute"}, n.Sel.Name, "%s: the core reads no clock", files.Position(n.Pos()))
				}
			}
			return true
		})
	}
}
