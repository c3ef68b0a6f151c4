package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/flows/diag"
)

// outcome is what a command line gave.
type outcome struct {
	status   int
	out, err string
}

// sluiceIn runs a command line with an input, in English.
func sluiceIn(t *testing.T, input string, args ...string) outcome {
	t.Helper()
	var out, errs bytes.Buffer
	status := sluice(&console{
		in: strings.NewReader(input), out: &out, err: &errs, lang: diag.English,
		env: func(string) (string, bool) { return "", false }, interrupts: make(chan os.Signal),
	}, args)
	return outcome{status, out.String(), errs.String()}
}

func write(t *testing.T, name, content string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
	return file
}

const double = `{"sluice": 1, "id": "double", "input": {"type": "object", "required": ["n"]},
	"keys": {"order": "trigger.body.id"},
	"nodes": [{"id": "twice", "type": "map", "config": {"fields": [
		{"to": "n", "value": "{{ trigger.body.n * 2 }}"}, {"to": "id", "from": "id"}]}}]}`

func TestRunPrintsTheOutputAndOneLineAStep(t *testing.T) {
	t.Parallel()
	file := write(t, "double.json", double)
	input := `{"n": 21, "id": 6917529027641081857}`
	for name, got := range map[string]outcome{
		"inline": sluiceIn(t, "", "run", file, "--input", input),
		"file":   sluiceIn(t, "", "run", "--input", "@"+write(t, "in.json", input), file),
		"stdin":  sluiceIn(t, input, "run", file, "--input", "-"),
	} {
		require.Equal(t, 0, got.status, "%s: %s", name, got.err)
		require.Equal(t, "{\n  \"id\": 6917529027641081857,\n  \"n\": 42\n}\n", got.out, name)
		require.Contains(t, got.err, "twice")
		require.Contains(t, got.err, "succeeded")
	}
}

func TestRunsAreKeptListedAndShown(t *testing.T) {
	t.Parallel()
	file, dir := write(t, "double.json", double), filepath.Join(t.TempDir(), "data")
	require.Equal(t, 0, sluiceIn(t, "", "run", file, "--data", dir, "--input", `{"n": 1, "id": 6917529027641081857}`).status)
	listed := sluiceIn(t, "", "runs", "list", dir)
	require.Equal(t, 0, listed.status, listed.err)
	require.Contains(t, listed.out, "order=6917529027641081857")
	id, _, _ := strings.Cut(listed.out, " ")
	shown := sluiceIn(t, "", "runs", "show", dir, id)
	require.Equal(t, 0, shown.status, shown.err)
	var run struct {
		Status string
		Steps  []struct{ Path, Status string }
	}
	require.NoError(t, json.Unmarshal([]byte(shown.out), &run))
	require.Equal(t, "succeeded", run.Status)
	require.Equal(t, "twice", run.Steps[0].Path)
	require.Contains(t, shown.out, "6917529027641081857")
	require.Equal(t, 1, sluiceIn(t, "", "runs", "show", dir, "01m818ajn8313cytszmfytqvpt").status)
	require.Equal(t, 1, sluiceIn(t, "", "runs", "list", filepath.Join(dir, "nowhere")).status)
}

func TestAFailedRunExitsWithOneAndSaysWhy(t *testing.T) {
	t.Parallel()
	file := write(t, "fail.json", `{"sluice": 1, "id": "fail", "nodes": [
		{"id": "stop", "type": "end", "config": {"status": "failed", "code": "stock.empty", "message": "no stock"}}]}`)
	got := sluiceIn(t, "", "run", file)
	require.Equal(t, 1, got.status)
	require.Empty(t, got.out)
	require.Contains(t, got.err, "stock.empty: no stock")
}

func TestBadCommandLinesAndInputsSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	file := write(t, "double.json", double)
	for _, c := range []struct {
		args   []string
		status int
		says   string
	}{
		{[]string{"dance"}, 2, "no command"},
		{[]string{"run"}, 2, "FILE"},
		{[]string{"run", file, "--nonsense"}, 2, "nonsense"},
		{[]string{"run", filepath.Join(t.TempDir(), "none.json")}, 1, "no such file"},
		{[]string{"run", file, "--input", "{"}, 1, "not JSON"},
		{[]string{"run", file, "--input", `{"id": 1}`}, 1, "n is missing"},
		{[]string{"run", file, "--input", `{"n": 1}`, "--connections", write(t, "c.json", `{"connections": [{"id": "x", "type": "httq"}]}`)}, 1, "httq"},
		{[]string{"nodes", "show", "brunch"}, 1, "branch"},
		{[]string{"validate"}, 2, "file"},
		{[]string{"runs", "list"}, 2, "DIR"},
	} {
		got := sluiceIn(t, "", c.args...)
		require.Equal(t, c.status, got.status, "%v: %s", c.args, got.err)
		require.Contains(t, got.err, c.says, "%v", c.args)
	}
}

func TestValidatePrintsALineAFinding(t *testing.T) {
	t.Parallel()
	file := write(t, "bad.json", `{"sluice": 1, "id": "bad", "nodes": [
		{"id": "a", "type": "branhc", "config": {}},
		{"id": "b", "type": "branch", "config": {"when": "nodes.c.x > 1"}}],
		"edges": [{"from": "b", "port": "maybe", "to": "a"}]}`)
	got := sluiceIn(t, "", "validate", file)
	require.Equal(t, 1, got.status)
	lines := strings.Split(strings.TrimSpace(got.out), "\n")
	require.Len(t, lines, 3, got.out)
	for _, l := range lines {
		require.True(t, strings.HasPrefix(l, file+":/"), l)
	}
	require.Contains(t, got.out, "branch")
	require.Equal(t, 0, sluiceIn(t, "", "validate", write(t, "good.json", double)).status)
}

func TestNodesAreListedAndShown(t *testing.T) {
	t.Parallel()
	list := sluiceIn(t, "", "nodes", "list")
	require.Equal(t, 0, list.status)
	require.Contains(t, list.out, "foreach")
	show := sluiceIn(t, "", "nodes", "show", "branch")
	require.Equal(t, 0, show.status)
	require.Contains(t, show.out, "branch@1 (pure)")
}

func TestInterruptCancelsInOrder(t *testing.T) {
	t.Parallel()
	file := write(t, "wait.json", `{"sluice": 1, "id": "wait", "nodes": [{"id": "pause", "type": "wait", "config": {"for": "1h"}}]}`)
	interrupts := make(chan os.Signal, 1)
	var out, errs bytes.Buffer
	c := &console{in: strings.NewReader(""), out: &out, err: &errs, lang: diag.Chinese, env: os.LookupEnv, interrupts: interrupts}
	interrupts <- syscall.SIGINT
	require.Equal(t, 1, sluice(c, []string{"run", file}))
	require.Contains(t, errs.String(), "已取消")
}

func TestEveryMessageHasTheSameVerbsInBothLanguages(t *testing.T) {
	t.Parallel()
	for _, m := range []text{
		textStarted, textSucceeded, textEnded, textAt, textCompensated, textInterrupted, textStopped, textStoppedLost, textInput, textInputSchema,
		textNotValid, textNoFindings, textConnection, textNothingToDo, textResumed, textTooLarge, textInUse, textDiskFull, textHelp, textUnknownCommand, helpRun, helpRuns,
		helpValidate, helpNodes,
	} {
		require.NotEmpty(t, m.zh)
		require.Equal(t, strings.Count(m.en, "%"), strings.Count(m.zh, "%"), m.en)
	}
}
