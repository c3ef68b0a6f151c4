package house_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/internal/house"
)

// TestBoundaries holds every package to its row: there is exactly one, and what is imported is allowed.
func TestBoundaries(t *testing.T) {
	t.Parallel()
	rows, err := house.Boundaries(root)
	require.NoError(t, err)
	set, all := sources(t)
	for _, file := range all {
		if file.isTest() {
			continue
		}
		row, ok := rowOf(t, rows, file.name)
		if !ok {
			continue
		}
		for _, imported := range file.Imports {
			path, err := strconv.Unquote(imported.Path.Value)
			require.NoError(t, err)
			if reason := row.Refuses(path); reason != "" {
				t.Errorf("%s: the row %s does not allow %s: %s", set.Position(imported.Pos()), row.Name, path, reason)
			}
		}
	}
}

// rowOf is the one row that a file is in.
func rowOf(t *testing.T, rows []house.Row, file string) (house.Row, bool) {
	t.Helper()
	var own []house.Row
	var names []string
	for _, row := range rows {
		if row.Owns(file) {
			own, names = append(own, row), append(names, row.Name)
		}
	}
	if len(own) != 1 {
		t.Errorf("%s is in the rows %q: it needs exactly one, in .golangci.yml under depguard", file, names)
		return house.Row{}, false
	}
	return own[0], true
}

// planted are imports that must be refused, one for each promise the boundaries make.
var planted = []struct{ file, path string }{
	{"engine/core/x.go", "net/http"},
	{"engine/core/x.go", "math/rand/v2"},
	{"engine/core/x.go", "sluice/engine/value"},
	{"engine/core/x.go", "github.com/shopspring/decimal"},
	{"engine/value/x.go", "sluice/engine/core"},
	{"engine/codec/x.go", "sluice/storage"},
	{"engine/x.go", "sluice/nodes"},
	{"engine/x.go", "sluice/engine/embedded"},
	{"engine/embedded/x.go", "sluice/flows"},
	{"engine/embedded/x.go", "sluice/nodes/all"},
	{"engine/embedded/x.go", "sluice/storage/bolt"},
	{"engine/embedded/x.go", "go.temporal.io/sdk/client"},
	{"engine/temporal/x.go", "sluice/nodes/pure/branch"},
	{"engine/temporal/x.go", "sluice/storage"},
	{"storage/x.go", "sluice/engine/core"},
	{"storage/bolt/x.go", "sluice/engine/codec"},
	{"storage/mem/x.go", "go.etcd.io/bbolt"},
	{"flows/x.go", "github.com/expr-lang/expr"},
	{"flows/x.go", "sluice/engine/embedded"},
	{"flows/x.go", "sluice/nodes/pure/branch"},
	{"flows/expr/x.go", "sluice/flows"},
	{"flows/diag/x.go", "sluice/engine/core"},
	{"flows/flowtest/x.go", "net/http"},
	{"flows/flowtest/x.go", "github.com/stretchr/testify/require"},
	{"nodes/x.go", "sluice/flows"},
	{"nodes/pure/branch/x.go", "net"},
	{"nodes/pure/branch/x.go", "os"},
	{"nodes/pure/branch/x.go", "sluice/nodes/pure/end"},
	{"nodes/pure/branch/x.go", "sluice/connect"},
	{"nodes/control/wait/x.go", "net/http"},
	{"nodes/control/wait/x.go", "database/sql"},
	{"nodes/effect/push/x.go", "github.com/tidwall/gjson"},
	{"nodes/effect/push/x.go", "sluice/engine/embedded"},
	{"connect/x.go", "sluice/nodes"},
	{"connect/x.go", "modernc.org/sqlite"},
	{"server/x.go", "sluice/engine/embedded"},
	{"server/triggers/x.go", "sluice/storage/bolt"},
	{"examples/shop/x.go", "sluice/engine/core"},
	{"examples/first/x.go", "github.com/stretchr/testify/require"},
	{"main.go", "github.com/expr-lang/expr"},
}

// TestRowsBite asks the rows about the planted imports.
func TestRowsBite(t *testing.T) {
	t.Parallel()
	rows, err := house.Boundaries(root)
	require.NoError(t, err)
	for _, p := range planted {
		row, ok := rowOf(t, rows, p.file)
		if ok && row.Refuses(p.path) == "" {
			t.Errorf("%s may import %s", p.file, p.path)
		}
	}
}

// TestLinterBites plants the imports in modules of their own and has the linter find every one, so that what it holds
// people to is what TestBoundaries reads in its configuration.
func TestLinterBites(t *testing.T) {
	t.Parallel()
	linters, err := filepath.Glob(filepath.Join(root, "bin", "golangci-lint-*", "golangci-lint"))
	require.NoError(t, err)
	if os.Getenv("SLUICE_TEST_LONG") == "" {
		t.Skip("it takes a while: make test-long runs it")
	}
	if linters == nil {
		t.Skip("THE LINTER IS NOT THERE: make lint builds it")
	}
	linter, err := filepath.Abs(linters[len(linters)-1])
	require.NoError(t, err)
	imports := map[string][]string{}
	for _, p := range planted {
		imports[p.file] = append(imports[p.file], p.path)
	}
	for file, paths := range imports {
		t.Run(file, func(t *testing.T) {
			command := exec.CommandContext(t.Context(), linter, "run", "--enable-only=depguard", "--output.text.print-issued-lines=false")
			command.Dir = plant(t, file, paths)
			command.Env = append(os.Environ(), "GOPROXY=off")
			out, err := command.CombinedOutput()
			require.Error(t, err, "the linter found nothing")
			for _, path := range paths {
				require.Contains(t, string(out), "import '"+path+"' is not allowed")
			}
		})
	}
}

// plant makes a module with one file that imports the paths, and empty packages in their places; the linter wants
// imports that can be resolved.
func plant(t *testing.T, file string, paths []string) string {
	t.Helper()
	module := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(module, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	write(".golangci.yml", read(t, ".golangci.yml"))
	mod, text := "module sluice\n\ngo 1.26\n", "package x\n\n"
	for _, path := range paths {
		text += "import _ " + strconv.Quote(path) + "\n"
		if ours, ok := strings.CutPrefix(path, "sluice/"); ok {
			write(ours+"/y.go", "package y\n")
		} else if !house.IsStandard(path) {
			write("stubs/"+path+"/y.go", "package y\n")
			write("stubs/"+path+"/go.mod", "module "+path+"\n\ngo 1.26\n")
			mod += "\nrequire " + path + " v0.0.0\n\nreplace " + path + " => ./stubs/" + path + "\n"
		}
	}
	write("go.mod", mod)
	write(file, text)
	return module
}
