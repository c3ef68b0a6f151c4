// Package house holds the project to its own rules where no linter does: boundaries that every package is within, files
// that stay short, documents whose links lead somewhere.
//
// It knows the repository as files only and imports no other package of it.
package house

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Row is one row of the table of boundaries: the packages it is about and what they may import. It is a rule of depguard
// in the linter's configuration, of which Boundaries reads the part that this project uses.
type Row struct {
	Name string `yaml:"-"`
	// Mode is strict (what is not allowed is refused) or lax (what is not denied is allowed).
	Mode string `yaml:"list-mode"`
	// Files are globs; a ! takes files out, $test stands for test files.
	Files []string `yaml:"files"`
	// Allow lists import paths: with what is below them, or themselves only when a $ follows. $gostd is the standard library.
	Allow []string `yaml:"allow"`
	// Deny takes back what Allow gives.
	Deny []Denial `yaml:"deny"`

	in, out []*regexp.Regexp
}

// Denial is an import that is refused, and why.
type Denial struct {
	Package string `yaml:"pkg"`
	Reason  string `yaml:"desc"`
}

// Boundaries reads the strict rows of the linter's configuration in the folder root, sorted by name.
func Boundaries(root string) ([]Row, error) {
	data, err := os.ReadFile(filepath.Join(root, ".golangci.yml"))
	if err != nil {
		return nil, err
	}
	var config struct {
		Linters struct {
			Settings struct {
				Depguard struct {
					Rules map[string]Row
				}
			}
		}
	}
	if err := yaml.Unmarshal(data, &config); err != nil {
		return nil, fmt.Errorf("house: .golangci.yml: %w", err)
	}
	var rows []Row
	for name, row := range config.Linters.Settings.Depguard.Rules {
		if row.Mode == "strict" {
			row.Name = name
			for _, glob := range row.Files {
				if out, ok := strings.CutPrefix(glob, "!"); ok {
					row.out = append(row.out, pattern(out))
				} else {
					row.in = append(row.in, pattern(glob))
				}
			}
			rows = append(rows, row)
		}
	}
	slices.SortFunc(rows, func(a, b Row) int { return strings.Compare(a.Name, b.Name) })
	return rows, nil
}

// Owns reports whether the row is about a file, given by its path from the root, with slashes.
func (r Row) Owns(file string) bool {
	fits := func(p *regexp.Regexp) bool { return p.MatchString(file) }
	return slices.ContainsFunc(r.in, fits) && !slices.ContainsFunc(r.out, fits)
}

// pattern translates the globs that the configuration uses: * within a folder, ** across folders, {a,b}, $test.
func pattern(glob string) *regexp.Regexp {
	if glob == "$test" {
		return regexp.MustCompile(`_test\.go$`)
	}
	text := regexp.QuoteMeta(strings.TrimPrefix(glob, "${base-path}/"))
	text = strings.NewReplacer(`\*\*`, `.*`, `\*`, `[^/]*`, `\{`, `(`, `\}`, `)`, `,`, `|`).Replace(text)
	return regexp.MustCompile("^" + text + "$")
}

// Refuses says why a package of the row may not import path; empty when it may. Of an allowed and a denied path that
// both fit, the longer one counts, and a denied one when they are equally long.
func (r Row) Refuses(path string) string {
	allowed := 0
	for _, entry := range r.Allow {
		allowed = max(allowed, fit(entry, path))
	}
	for _, d := range r.Deny {
		if n := fit(d.Package, path); n > 0 && n >= allowed {
			return d.Reason
		}
	}
	if allowed == 0 {
		return "it is not in the list"
	}
	return ""
}

// fit is how much of path an entry matches: 0 when it does not.
func fit(entry, path string) int {
	if entry == "$gostd" {
		if IsStandard(path) {
			return 1
		}
		return 0
	}
	if exact, ok := strings.CutSuffix(entry, "$"); ok {
		if path == exact {
			return len(entry)
		}
		return 0
	}
	if path == entry || strings.HasPrefix(path, entry+"/") {
		return len(entry)
	}
	return 0
}

// IsStandard reports whether an import path is of the standard library: others begin with a host name, ours with the
// module's.
func IsStandard(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return !strings.Contains(first, ".") && first != "sluice"
}

// Packages are the folders that the row is about, for people to read: as globs, without those that it leaves out.
func (r Row) Packages() []string {
	var folders []string
	for _, glob := range r.Files {
		if strings.HasPrefix(glob, "!") {
			continue
		}
		folder := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(glob, "${base-path}/"), "*.go"), "/")
		if deep, ok := strings.CutSuffix(folder, "/*"); ok {
			folder = deep + "/…"
		}
		if folder == "" {
			folder = "."
		}
		folders = append(folders, "`"+strings.Replace(folder, "**/*", "…/*", 1)+"`")
	}
	return folders
}
