// Command docgen writes what can be read off the code: the pages and schemas below docs/reference, and the table of
// boundaries in CONTRIBUTING.md. With -check it writes nothing and fails if something would change.
//
// It knows declarations only (node types, triggers, connections, codes, functions, the core's tables) and must not know
// how any of them is carried out.
package main

import (
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	check := flag.Bool("check", false, "write nothing; fail if something would change")
	flag.Parse()
	if err := run(*check); err != nil {
		fmt.Fprintln(os.Stderr, "docgen:", err)
		os.Exit(1)
	}
}

func run(check bool) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	out, err := generate(root)
	if err != nil {
		return err
	}
	stale, err := out.stale(root)
	if err != nil || len(stale) == 0 {
		return err
	}
	if check {
		return fmt.Errorf("not as the code says, run make generate and commit the result:\n  %s", strings.Join(stale, "\n  "))
	}
	return out.write(root, stale)
}

// findRoot is the nearest folder with a go.mod, from here upwards.
func findRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("there is no go.mod here or above")
		}
		dir = filepath.Dir(dir)
	}
}

// output is what is generated: content by slashed path from the root.
type output map[string]string

// reference is the folder that holds generated files only.
const reference = "docs/reference/"

// stale lists the files that are missing, other than they should be, or of no use any more, sorted.
func (o output) stale(root string) ([]string, error) {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(o)) {
		data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		if err != nil || string(data) != o[name] {
			found = append(found, name)
		}
	}
	err := filepath.WalkDir(filepath.Join(root, filepath.FromSlash(reference)), func(path string, entry fs.DirEntry, err error) error {
		if os.IsNotExist(err) {
			return nil
		}
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(root, path)
		if _, ok := o[filepath.ToSlash(name)]; err == nil && !ok {
			found = append(found, filepath.ToSlash(name))
		}
		return err
	})
	slices.Sort(found)
	return found, err
}

// write brings the stale files up to date; one that nothing generates is removed.
func (o output) write(root string, stale []string) error {
	for _, name := range stale {
		path := filepath.Join(root, filepath.FromSlash(name))
		content, ok := o[name]
		if !ok {
			if err := os.Remove(path); err != nil {
				return err
			}
			continue
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}
