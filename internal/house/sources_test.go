package house_test

import (
	"go/ast"
	"go/token"
	"path"
	"regexp"
	"strings"
	"testing"
)

// maxLines is how long a Go file may be: what is longer does more than one thing.
const maxLines = 600

// TestFilesAreShort bounds the files that people write.
func TestFilesAreShort(t *testing.T) {
	t.Parallel()
	set, all := sources(t)
	for _, file := range all {
		if lines := set.Position(file.FileEnd).Line; lines > maxLines {
			t.Errorf("%s has %d lines: split it by what it does, at %d", file.name, lines, maxLines)
		}
	}
}

// vague are package names that say nothing about what is inside.
var vague = regexp.MustCompile(`^(util|utils|common|helper|helpers|types|misc|shared|lib)$`)

// TestPackagesAreDescribed wants a doc comment on every package, once, that begins as Go's documentation expects.
func TestPackagesAreDescribed(t *testing.T) {
	t.Parallel()
	_, all := sources(t)
	comments := map[string]int{}
	for _, file := range all {
		if file.isTest() {
			continue
		}
		folder := file.folder()
		name := file.Name.Name
		if vague.MatchString(name) {
			t.Errorf("%s: the package name %s says nothing", file.name, name)
		}
		comments[folder] += 0
		if file.Doc == nil {
			continue
		}
		comments[folder]++
		begin := "Package " + name + " "
		if name == "main" {
			begin = "Command "
		}
		if !strings.HasPrefix(file.Doc.Text(), begin) {
			t.Errorf("%s: the package's comment begins with %q", file.name, begin)
		}
	}
	for folder, n := range comments {
		if n != 1 {
			t.Errorf("the package in %s has %d doc comments; it needs one: what it is, and what it must not know", folder, n)
		}
	}
}

// TestNothingRunsOnImport: what a package needs is made where it is used, or given to it.
func TestNothingRunsOnImport(t *testing.T) {
	t.Parallel()
	set, all := sources(t)
	for _, file := range all {
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s: there are no init functions here", set.Position(f.Pos()))
			}
		}
	}
}

// TestGlobalsDoNotChange finds assignments to variables of a package within functions. Tables that are filled when a
// package is loaded are fine; whatever changes later belongs into a value that somebody owns.
func TestGlobalsDoNotChange(t *testing.T) {
	t.Parallel()
	set, all := sources(t)
	globals := map[string]map[string]*ast.ValueSpec{}
	for _, file := range all {
		key := file.folder() + " " + file.Name.Name
		if globals[key] == nil {
			globals[key] = map[string]*ast.ValueSpec{}
		}
		for _, decl := range file.Decls {
			vars, ok := decl.(*ast.GenDecl)
			if !ok || vars.Tok != token.VAR {
				continue
			}
			for _, spec := range vars.Specs {
				spec := spec.(*ast.ValueSpec)
				for _, name := range spec.Names {
					globals[key][name.Name] = spec
				}
			}
		}
	}
	for _, file := range all {
		own := globals[file.folder()+" "+file.Name.Name]
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				for _, target := range assigned(n) {
					if name := rootOf(target); name != nil && name.Name != "_" && isGlobal(name, own) {
						t.Errorf("%s: %s is a variable of the package and does not change", set.Position(n.Pos()), name.Name)
					}
				}
				return true
			})
		}
	}
}

// assigned are the expressions that a statement assigns to.
func assigned(n ast.Node) []ast.Expr {
	switch n := n.(type) {
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			return n.Lhs
		}
	case *ast.IncDecStmt:
		return []ast.Expr{n.X}
	case *ast.RangeStmt:
		if n.Tok == token.ASSIGN {
			return []ast.Expr{n.Key, n.Value}
		}
	}
	return nil
}

// rootOf is the variable that an expression to be assigned to starts from.
func rootOf(e ast.Expr) *ast.Ident {
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.IndexExpr:
			e = x.X
		case *ast.SelectorExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// isGlobal reports whether a name stands for a variable of the package: the parser has resolved it to the variable's
// declaration, or, when that is in another file, not at all.
func isGlobal(name *ast.Ident, globals map[string]*ast.ValueSpec) bool {
	spec, ok := globals[name.Name]
	return ok && (name.Obj == nil || name.Obj.Decl == spec)
}

// unwanted are things that no committed text holds.
var unwanted = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`(?m)(?:^|[\s"'` + "`" + `(=])/(?:work|root|home|tmp)/\w`), "a path of somebody's machine"},
	{regexp.MustCompile(`\b(?:TODO|FIXME|XXX)\b[:( ]`), "work that was left: do it, or write an issue"},
	{regexp.MustCompile(`(?m)^(?:<{7}|>{7}) `), "a conflict that was not resolved"},
}

// TestNothingUnwanted looks through all text that people write.
func TestNothingUnwanted(t *testing.T) {
	t.Parallel()
	for _, file := range files(t, "", ".go", ".md", ".yml", ".json", ".txt", ".txtar", ".ts", ".tsx", ".css", ".html", ".sh", ".sql") {
		if path.Base(file) == "sources_test.go" || strings.Contains(file, "testdata/fuzz/") {
			continue
		}
		text := read(t, file)
		if strings.Contains(text, "\x00") {
			continue // a program that was built here
		}
		for _, u := range unwanted {
			if at := u.pattern.FindStringIndex(text); at != nil {
				line := 1 + strings.Count(text[:at[0]], "\n")
				t.Errorf("%s:%d: %q: %s", file, line, strings.TrimSpace(text[at[0]:at[1]]), u.why)
			}
		}
	}
}
