// Package flowtest runs the tests of flows: a test says what starts a run, what comes of everything the run asks of the
// outside, and what is then to be seen. docs/flow-tests.md describes the form.
//
// A test runs in the core alone, folded event by event, with a clock of its own: no file, no network, no real time, the
// same on every machine. The package must not know where tests lie, how flows are compiled, a driver, or (but for the
// ports of an await) a node type.
package flowtest

import (
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
)

// Test is one test of a flow, as parsed. It is read-only and safe for concurrent use.
type Test struct {
	Name flows.Text
	// pointer is where the test stands in its file: "" where it is alone there.
	pointer string
	tree    *value.Tree
	// findings are those of Parse; a test that has one is not run.
	findings []diag.Diagnostic

	trigger core.Object
	now     time.Time
	effects []effect
	expect  expectation
}

// effect is what comes of one activation, or of one in each body: each[*].fetch.
type effect struct {
	path     string
	pointer  string
	outcomes []outcome
}

// outcome is what comes of being asked once.
type outcome struct {
	pointer string
	kind    outcomeKind
	// value is an output, or the data of an event.
	value   core.Value
	failure *core.Failure
	// event is the port that it opens, or its name.
	event string
}

// outcomeKind is the key that an outcome has.
type outcomeKind string

// The kinds of outcomes: of tasks and subflows the first two, of awaits the others.
const (
	gaveOutput outcomeKind = "output"
	gaveError  outcomeKind = "error"
	cameEvent  outcomeKind = "event"
	cameNone   outcomeKind = "timeout"
)

// expectation is what is to be seen. What it leaves out is not looked at; the status always is.
type expectation struct {
	status    core.Status
	output    core.Value
	hasOutput bool
	// path is nil where nothing is expected of it.
	path []string
	// tasks are what was asked, by path, each with its pointer.
	tasks []expectedTasks
	// failure and response are compared in the members that they name; nil where nothing is expected.
	failure, response core.Object
}

type expectedTasks struct {
	path  string
	asked core.List
}

// Run runs the test on a flow and says what is wrong, in the order of the test's file: nothing, where it passed. Flows
// finds the flows that subflows may run, by id; nil is returned for one that is not known. The error is for a flow that
// the core cannot fold, which is a fault in the program.
func (t *Test) Run(flow *flows.Flow, children func(id string) *flows.Flow) ([]diag.Diagnostic, error) {
	if len(t.findings) > 0 {
		return t.findings, nil
	}
	p := newPlay(t, children)
	p.checkPaths(flow)
	if len(p.findings.list) == 0 && p.begin(flow) {
		p.untilQuiet()
	}
	if p.err != nil {
		return nil, p.err
	}
	diag.Sort(p.findings.list)
	return p.findings.list, nil
}

// findings collects what is said about a test.
type findings struct {
	tree *value.Tree
	list []diag.Diagnostic
}

// add notes a finding; its line is that of the pointer, or of the nearest value around it.
func (f *findings) add(code, pointer string, params map[string]string) {
	d := diag.New(code, pointer, params)
	for at := pointer; ; {
		if v, _, ok := f.tree.At(at); ok {
			d.Line, d.Column = v.Line, v.Column
			break
		}
		cut := len(at) - 1
		for cut > 0 && at[cut] != '/' {
			cut--
		}
		at = at[:max(cut, 0)]
	}
	f.list = append(f.list, d)
}
