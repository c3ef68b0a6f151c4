package flowtest

import (
	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/diag"
)

// Seen is what came of a test's run.
type Seen struct {
	End *core.End
	// Path are the ids of the nodes that succeeded or failed, in the order in which they ended.
	Path []string
	// Tasks are what was asked, by path, try by try.
	Tasks    map[string]core.List
	Response core.Object
	// Stops is how often the run, or one that it started, was stopped.
	Stops int
}

// Watch runs the test on a flow and tells what is to be seen, whatever the test expects. Findings say why it could not run
// to its end; then there is nothing to be seen.
func (t *Test) Watch(flow *flows.Flow, children func(id string) *flows.Flow) (*Seen, []diag.Diagnostic, error) {
	return t.watch(flow, newPlay(t, children))
}

// StepThrough is Watch by somebody who steps into everything: each activation, of the runs of subflows too, is stopped before
// and let go. What is to be seen is the same.
func (t *Test) StepThrough(flow *flows.Flow, children func(id string) *flows.Flow) (*Seen, []diag.Diagnostic, error) {
	p := newPlay(t, children)
	p.stepping = true
	return t.watch(flow, p)
}

func (t *Test) watch(flow *flows.Flow, p *play) (*Seen, []diag.Diagnostic, error) {
	if len(t.findings) > 0 {
		return nil, t.findings, nil
	}
	p.watching = true
	p.checkPaths(flow)
	if len(p.findings.list) == 0 && p.begin(flow) {
		p.untilQuiet()
	}
	if p.err != nil || len(p.findings.list) > 0 {
		return nil, p.findings.list, p.err
	}
	seen := &Seen{End: p.runs[0].end, Path: p.ran, Tasks: map[string]core.List{}, Response: responseObject(p.response), Stops: p.stops}
	seen.End.Output = p.plain(seen.End.Output)
	for _, a := range p.asked {
		seen.Tasks[a.path] = append(seen.Tasks[a.path], a.what)
	}
	return seen, nil, p.err
}

// Expect is what a test expects that is to see the same: the key expect of its file.
func (s *Seen) Expect() core.Object {
	path, tasks := core.List{}, core.Object{}
	for _, id := range s.Path {
		path = append(path, id)
	}
	for at, asked := range s.Tasks {
		tasks[at] = asked
	}
	o := core.Object{"status": string(s.End.Status), "path": path, "tasks": tasks}
	if s.End.Status == core.Succeeded {
		o["output"] = s.End.Output
	}
	if f := s.End.Failure; f != nil {
		o["error"] = core.Object{"code": f.Code, "node": f.Node, "path": f.Path}
	}
	if s.Response != nil {
		o["response"] = s.Response
	}
	return o
}
