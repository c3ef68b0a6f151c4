package diag

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryCodeInTheSourceIsInTheCatalogue reads the Go source of the project for codes: the field Code of failures,
// arguments for parameters that are called code, and constants whose names begin with code.
func TestEveryCodeInTheSourceIsInTheCatalogue(t *testing.T) {
	t.Parallel()
	root := projectRoot(t)
	s := &sourceScan{files: token.NewFileSet(), takesCode: map[string]int{}}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := d.Name()
		switch {
		case err != nil:
			return err
		case d.IsDir() && notProduct(name):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(s.files, path, nil, parser.SkipObjectResolution)
		if err == nil { // a file that does not parse is the compiler's to report
			s.parsed = append(s.parsed, file)
		}
		return nil
	})
	require.NoError(t, err)
	s.scan()
	require.NotEmpty(t, s.found)
	var missing []string
	for _, c := range s.found {
		if _, known := Find(c.code); !known {
			missing = append(missing, s.files.Position(c.at).String()+": "+c.code)
		}
	}
	require.Empty(t, missing, "add these to codes_run.go or codes_effect.go")
}

// notProduct are folders of other things than the product: test kits make up their codes.
func notProduct(folder string) bool {
	return folder == "node_modules" || folder == "testdata" || folder == "examples" || folder == "sim" ||
		strings.HasSuffix(folder, "test") || strings.HasPrefix(folder, ".")
}

func projectRoot(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		require.NotEqual(t, dir, parent, "no go.mod above")
		dir = parent
	}
}

type sourceScan struct {
	files  *token.FileSet
	parsed []*ast.File
	// takesCode are functions by package and name, with the place of their parameter code.
	takesCode map[string]int
	found     []foundCode
}

type foundCode struct {
	code string
	at   token.Pos
}

func (s *sourceScan) scan() {
	for _, f := range s.parsed {
		for _, d := range f.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok {
				s.noteFunction(f.Name.Name, fn)
			}
		}
	}
	for _, f := range s.parsed {
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				s.failure(n)
			case *ast.CallExpr:
				s.call(f.Name.Name, n)
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if strings.HasPrefix(strings.ToLower(name.Name), "code") && i < len(n.Values) {
						s.literal(n.Values[i])
					}
				}
			}
			return true
		})
	}
}

func (s *sourceScan) noteFunction(pkg string, fn *ast.FuncDecl) {
	place := 0
	for _, field := range fn.Type.Params.List {
		for _, name := range field.Names {
			if kind, ok := field.Type.(*ast.Ident); name.Name == "code" && (!ok || kind.Name == "string") {
				s.takesCode[pkg+"."+fn.Name.Name] = place
			}
			place++
		}
	}
}

// failure looks at Failure{Code: "..."} and at other literals with a field of that name in lower case.
func (s *sourceScan) failure(lit *ast.CompositeLit) {
	if !strings.HasSuffix(typeName(lit.Type), "Failure") {
		return
	}
	for _, e := range lit.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok && typeName(kv.Key) == "Code" {
			s.literal(kv.Value)
		}
	}
}

func (s *sourceScan) call(pkg string, call *ast.CallExpr) {
	name := typeName(call.Fun)
	place, ok := s.takesCode[pkg+"."+name]
	if name == "Problem" {
		place, ok = 1, true
	}
	if ok && place < len(call.Args) {
		s.literal(call.Args[place])
	}
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	default:
		return ""
	}
}

// literal notes a dotted code; the beginning of one that is completed later is not one.
func (s *sourceScan) literal(e ast.Expr) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return
	}
	code, err := strconv.Unquote(lit.Value)
	if err == nil && code != "" && !strings.HasSuffix(code, ".") {
		s.found = append(s.found, foundCode{code, lit.Pos()})
	}
}
