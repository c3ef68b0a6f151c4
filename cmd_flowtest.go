package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/flowtest"
)

var (
	helpTest = text{
		"run the tests of flows below FILE or DIR (this folder, unless named): a line a test; exit 1 where one fails or there is none",
		"运行 FILE 或 DIR（默认当前目录）下各流程的测试：每个测试一行；有测试失败或没有测试时退出码为 1",
	}
	textTestPassed   = text{"ok    %s: %s (%s)", "通过  %s：%s（%s）"}
	textTestFailed   = text{"FAIL  %s: %s (%s)", "失败  %s：%s（%s）"}
	textTestBroken   = text{"FAIL  %s", "失败  %s"}
	textTestFlowless = text{"there is no flow beside this test", "测试旁边没有流程文件"}
	textTestWhich    = text{"there are several flows beside this test: %s; name the one to test, or give each a folder", "测试旁边有多个流程文件：%s；请指定要测试的流程，或者每个流程单独放一个目录"}
	textTestCount    = text{"%d passed, %d failed", "通过 %d 个，失败 %d 个"}
	textTestNone     = text{"there are no tests here: they lie in the folder tests beside a flow", "没有找到测试：测试放在流程文件旁边的 tests 目录里"}
)

// A folder of a flow has the document and, in a folder beside it, its tests.
const (
	flowFile    = "flow.json"
	testsFolder = "tests"
)

// cmdTest runs the tests of flows.
func cmdTest(_ context.Context, c *console, args []string) error {
	flags := flag.NewFlagSet("test", flag.ContinueOnError)
	run := flags.String("run", "", "")
	places, err := parse(flags, args)
	if err != nil {
		return err
	}
	only, err := regexp.Compile(*run)
	if err != nil {
		return wrongUsage("--run: %v", err)
	}
	if len(places) == 0 {
		places = []string{"."}
	}
	suites, err := findSuites(places)
	if err != nil {
		return err
	}
	w := &workspace{kinds: map[string]string{}}
	if w.registry, err = registry(connect.NewSet(connect.Options{}), nil); err != nil {
		return err
	}
	t := &tester{c: c, w: w, only: only}
	for _, s := range suites {
		if err := t.suite(s); err != nil {
			return err
		}
	}
	if t.passed+t.failed == 0 {
		c.say(textTestNone)
		return exitCode(1)
	}
	t.print(textTestCount, t.passed, t.failed)
	if t.failed > 0 {
		return exitCode(1)
	}
	return nil
}

// suite is a flow with files of its tests. Without a flow, candidates are those that stand where it was looked for.
type suite struct {
	flow       string
	candidates []string
	tests      []string
}

// findSuites finds flows and their tests, in the order of places and then of names; a test is named once.
func findSuites(places []string) ([]suite, error) {
	var found []suite
	seen := map[string]bool{}
	add := func(s suite) {
		s.tests = slices.DeleteFunc(s.tests, func(file string) bool {
			was := seen[file]
			seen[file] = true
			return was
		})
		if len(s.tests) > 0 {
			found = append(found, s)
		}
	}
	for _, place := range places {
		info, err := os.Stat(place)
		switch {
		case err != nil:
			return nil, err
		case !info.IsDir():
			s, err := suiteOf(filepath.Clean(place))
			if err != nil {
				return nil, err
			}
			add(s)
		default:
			if err := walkSuites(place, add); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// suiteOf is a flow with all its tests, or one file of tests with its flow.
func suiteOf(file string) (suite, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return suite{}, err
	}
	if isFlow(file, source) {
		tests, err := filepath.Glob(filepath.Join(filepath.Dir(file), testsFolder, "*.json"))
		return suite{flow: file, tests: tests}, err
	}
	folder, err := filepath.Abs(filepath.Dir(file))
	if err != nil {
		return suite{}, err
	}
	beside := filepath.Dir(file)
	if filepath.Base(folder) == testsFolder {
		beside = filepath.Join(beside, "..")
	}
	s := suite{tests: []string{file}}
	s.flow, s.candidates = flowIn(beside)
	return s, nil
}

// walkSuites adds every folder of tests that lies beside a flow.
func walkSuites(root string, add func(suite)) error {
	absolute, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	return filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.IsDir() {
			return err
		}
		name := entry.Name()
		switch {
		case path == root:
			// It may be called . or ..
			name = filepath.Base(absolute)
		case strings.HasPrefix(name, ".") || name == "node_modules":
			return fs.SkipDir
		}
		if name != testsFolder {
			return nil
		}
		var s suite
		if s.flow, s.candidates = flowIn(filepath.Join(path, "..")); s.flow == "" && len(s.candidates) == 0 {
			return nil
		}
		s.tests, err = filepath.Glob(filepath.Join(path, "*.json"))
		add(s)
		return err
	})
}

// flowIn finds the flow in a folder: flow.json, or the only document there. Where there are several it gives all of them.
func flowIn(folder string) (string, []string) {
	files, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return "", nil
	}
	var all []string
	for _, file := range files {
		if source, err := os.ReadFile(file); err == nil && isFlow(file, source) {
			if filepath.Base(file) == flowFile {
				return file, nil
			}
			all = append(all, file)
		}
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return "", all
}

// isFlow reports whether a file is meant as a flow document, with or without errors.
func isFlow(file string, source []byte) bool {
	if filepath.Base(file) == flowFile {
		return true
	}
	tree, err := value.DecodeTree(source)
	if err != nil {
		return false
	}
	o, _ := tree.Value.(core.Object)
	_, ok := o["sluice"]
	return ok
}

// tester runs suites and prints what comes of them.
type tester struct {
	c              *console
	w              *workspace
	only           *regexp.Regexp
	passed, failed int
}

func (t *tester) print(line text, args ...any) { fmt.Fprintf(t.c.out, line.in(t.c.lang)+"\n", args...) }

// broken counts and names a file that could not be used.
func (t *tester) broken(file string) {
	t.failed++
	t.print(textTestBroken, file)
}

func (t *tester) suite(s suite) error {
	if s.flow == "" {
		t.broken(s.tests[0])
		if len(s.candidates) > 0 {
			t.print(textTestWhich, strings.Join(s.candidates, ", "))
		} else {
			t.print(textTestFlowless)
		}
		return nil
	}
	source, err := os.ReadFile(s.flow)
	if err != nil {
		return err
	}
	beside := neighbours(s.flow)
	flow, findings := t.w.check(s.flow, source, beside)
	if flow == nil {
		t.broken(s.flow)
		printFindings(t.c, t.c.out, s.flow, findings)
		return nil
	}
	children := t.children(flow, beside)
	for _, file := range s.tests {
		if err := t.file(flow, file, children); err != nil {
			return err
		}
	}
	return nil
}

// children compiles the flows beside one when a subflow asks for them. One with errors is not known.
func (t *tester) children(flow *flows.Flow, beside map[string]string) func(id string) *flows.Flow {
	compiled := map[string]*flows.Flow{flow.Document.ID: flow}
	return func(id string) *flows.Flow {
		if child, ok := compiled[id]; ok {
			return child
		}
		if source, err := os.ReadFile(beside[id]); err == nil {
			compiled[id], _ = t.w.check(beside[id], source, beside)
		}
		return compiled[id]
	}
}

func (t *tester) file(flow *flows.Flow, file string, children func(id string) *flows.Flow) error {
	source, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	tests, findings := flowtest.Parse(source)
	if len(findings) > 0 {
		t.broken(file)
		printFindings(t.c, t.c.out, file, findings)
		return nil
	}
	for i, test := range tests {
		name := test.Name.In(string(t.c.lang))
		if name == "" {
			name = fmt.Sprintf("%s[%d]", filepath.Base(file), i)
		}
		if !t.only.MatchString(flow.Document.ID + ": " + name) {
			continue
		}
		began := time.Now()
		findings, err := test.Run(flow, children)
		took := time.Since(began).Round(10 * time.Microsecond)
		if err != nil {
			return fmt.Errorf("%s: %s: %w", file, name, err)
		}
		if len(findings) == 0 {
			t.passed++
			t.print(textTestPassed, flow.Document.ID, name, took)
			continue
		}
		t.failed++
		t.print(textTestFailed, flow.Document.ID, name, took)
		printFindings(t.c, t.c.out, file, findings)
	}
	return nil
}
