package nodetest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
)

// checkDocs reads a type's reference page in both languages: it names every port, and in its table of failures the
// codes that the type has, each of which an example shows.
func checkDocs(t *testing.T, s *nodes.Spec, root string) {
	shown := exampleCodes(t, s)
	for _, code := range sourceCodes(t, filepath.Join(root, folder(s))) {
		require.Contains(t, shown, code, "a failure in the code has an example")
	}
	for _, page := range []struct{ text, ports, failures, example string }{
		{s.DocEN, "## Ports", "## Failures", "## Example"},
		{s.DocZH, "## 端口", "## 失败", "## 示例"},
	} {
		require.Contains(t, page.text, page.example)
		require.NotContains(t, page.text, "\n# ", "the page gets its heading from the schema's title")
		ports := section(t, page.text, page.ports)
		for _, port := range append(s.PortsOf(core.Object{}), "error") {
			require.Contains(t, ports, "`"+port+"`", "the section %s", page.ports)
		}
		require.Equal(t, shown, rows(section(t, page.text, page.failures)), "the section %s and the failures of the examples", page.failures)
	}
}

// section is the text below a heading, up to the next one.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	_, text, found := strings.Cut(page, heading+"\n")
	require.True(t, found, "there is no section %s", heading)
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

var codeRow = regexp.MustCompile("(?m)^\\| `([a-z0-9_.]+)` \\|")

// rows are the codes in the first column of a table, sorted.
func rows(text string) []string {
	codes := []string{}
	for _, m := range codeRow.FindAllStringSubmatch(text, -1) {
		codes = append(codes, m[1])
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

// exampleCodes are the codes that a type's examples fail with, sorted.
func exampleCodes(t *testing.T, s *nodes.Spec) []string {
	codes := []string{}
	for _, e := range Examples(t, s) {
		if e.Want.Error != nil {
			codes = append(codes, e.Want.Error.Code)
		}
	}
	slices.Sort(codes)
	return slices.Compact(codes)
}

var codeLiteral = regexp.MustCompile(`Code:\s+"([a-z0-9_.]+)"`)

// sourceCodes are the codes of the failures that a folder's code makes.
func sourceCodes(t *testing.T, dir string) []string {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	require.NoError(t, err)
	var codes []string
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range codeLiteral.FindAllStringSubmatch(string(source), -1) {
			codes = append(codes, m[1])
		}
	}
	return codes
}
