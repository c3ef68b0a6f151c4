package diag

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/stretchr/testify/require"
)

func TestEveryCodeSpeaksBothLanguages(t *testing.T) {
	t.Parallel()
	code := regexp.MustCompile(`^[a-z]+(\.[a-z][a-z0-9_]*){0,2}$`)
	seen := map[string]bool{}
	for _, e := range Catalogue() {
		require.Regexp(t, code, e.Code)
		require.False(t, seen[e.Code], "%s stands twice", e.Code)
		seen[e.Code] = true
		require.Contains(t, []Severity{Error, Warning, ""}, e.Severity, e.Code)

		en, zh := names(e.EN.Message), names(e.ZH.Message)
		slices.Sort(en)
		slices.Sort(zh)
		require.Equal(t, en, zh, "%s: parameters", e.Code)
		if e.Severity == "" {
			require.Empty(t, en, "%s: what happened in a run is told by the failure's own message", e.Code)
		}
		for _, text := range []string{e.EN.Message, e.EN.Help} {
			require.Regexp(t, `[.?\]]$`, text, e.Code)
			require.False(t, strings.ContainsFunc(text, isHan), "%s: English", e.Code)
		}
		for _, text := range []string{e.ZH.Message, e.ZH.Help} {
			require.Regexp(t, `[。？\]]$`, text, e.Code)
			require.True(t, strings.ContainsFunc(text, isHan), "%s: Chinese", e.Code)
		}
	}
}

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

func TestEveryFindingIsMadeByACase(t *testing.T) {
	t.Parallel()
	// A limit that needs a huge document, and what only a broken program gives, stand in flows' own tests.
	elsewhere := []string{
		"json.too_large", "flow.limit.findings", "flow.limit.nodes", "flow.limit.edges", "flow.limit.depth", "flow.unstorable",
		"flow.node.type_broken",
		// Whether a webhook can be taken is told by the server's tests.
		"flow.webhook.path_used", "flow.webhook.secret_missing", "flow.webhook.verify_ignored",
		// What is wrong with breakpoints is told by the server's tests.
		"breakpoint.node", "breakpoint.on", "breakpoint.flow",
		// What a broker cannot do is told by server/queue's tests.
		"flow.queue.no_identity", "flow.queue.wildcard", "flow.queue.dead_letter",
	}
	paths, err := filepath.Glob("../testdata/*/*.txtar")
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	ofTests, err := filepath.Glob("../flowtest/testdata/*.txtar")
	require.NoError(t, err)
	paths = append(paths, ofTests...)
	var all strings.Builder
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		_, found, _ := strings.Cut(string(text), "-- want.diag --\n")
		all.WriteString(found)
	}
	for _, e := range Catalogue() {
		if e.Severity != "" && !slices.Contains(elsewhere, e.Code) {
			made := strings.Contains(all.String(), string(e.Severity)+" "+e.Code+" ")
			require.True(t, made, "no case in flows/testdata or flows/flowtest/testdata gives the finding %s", e.Code)
		}
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	params := map[string]string{"key": "titel", "nearest": "title"}
	require.Equal(t, "There is no key titel here. Did you mean title?", Render("flow.key.unknown", English, params))
	require.Equal(t, "这里没有“titel”这个键。是不是想写“title”？", Render("flow.key.unknown", Chinese, params))
	require.Equal(t, "There is no key titel here.", Render("flow.key.unknown", English, map[string]string{"key": "titel"}))
	require.Equal(t, "There is no key a{nearest}[b] here.", Render("flow.key.unknown", English, map[string]string{"key": "a{nearest}[b]"}))
	require.Equal(t, "nobody.knows", Render("nobody.knows", English, nil))
	require.Equal(t, Error, New("nobody.knows", "", nil).Severity)
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ want, nearest string }{
		{"fetsh", "fetch"}, {"feth", "fetch"}, {"fecth", "fetch"}, {"Fetch", "fetch"}, {"fetch", ""}, {"xyz", ""}, {"", ""},
		{"http.requst", "http.request"}, {"订单明系", "订单明细"}, {"sav", "save"},
	} {
		require.Equal(t, c.nearest, Nearest(c.want, []string{"save", "fetch", "http.request", "订单明细"}), c.want)
	}
	require.Equal(t, "ab", Nearest("aa", []string{"ac", "ab"}), "of equals the first by name")
}

func TestSort(t *testing.T) {
	t.Parallel()
	span := [2]int{3, 4}
	ds := []Diagnostic{{Code: "b", Line: 2}, {Code: "c", Line: 1, Span: &span}, {Code: "a", Line: 1, Column: 9}, {Code: "d", Line: 1}}
	Sort(ds)
	var codes string
	for _, d := range ds {
		codes += d.Code
	}
	require.Equal(t, "dcab", codes)
}
