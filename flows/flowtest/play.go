package flowtest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
)

// Bounds of a test, against flows that never end.
const (
	maxEvents = 50_000
	maxRuns   = 1_000
)

// play is a test at work, in the place of a driver: the run of the test's flow, and those that it starts.
type play struct {
	findings
	test     *Test
	children func(id string) *flows.Flow
	script   *script

	now    int64
	events int
	runs   []*run
	// ready are answers in the order in which they were asked for; timers come due only when there are none.
	ready  []func()
	timers []timer
	// stopped: going on makes no sense, for something could not be answered.
	stopped bool
	err     error
	// watching: what is seen is not compared. stepping: every activation of every run is stopped before, and let go.
	watching, stepping bool
	// stops counts how often a run was stopped.
	stops int

	// What is seen of the run.
	ran      []string
	asked    []asked
	response *core.Response
}

// asked is what was asked at a path.
type asked struct {
	path string
	what core.Value
}

// run is one run of a play: the first is that of the test's flow.
type run struct {
	plan  core.Plan
	state core.State
	doc   *flows.Document
	// prefix stands before the paths of a child.
	prefix string
	// parent waits for this run's end under the id join; nil where nobody waits.
	parent *run
	join   core.ID
	end    *core.End
	// began are the paths of the control nodes that began to wait last, by node id.
	began map[string]string
	// dropped is what was asked for and is no longer wanted.
	dropped  map[core.ID]bool
	children map[core.ID]*run
}

type timer struct {
	at  int64
	run *run
	id  core.ID
}

func newPlay(t *Test, children func(id string) *flows.Flow) *play {
	return &play{
		findings: findings{tree: t.tree}, test: t, children: children, script: newScript(t), now: t.now.UnixNano(),
	}
}

// checkPaths reports paths of the test that the flow does not have.
func (p *play) checkPaths(flow *flows.Flow) {
	places := placesOf(flow.Plan)
	for _, e := range p.test.effects {
		unknownPlace(&p.findings, places, e.path, e.pointer)
	}
	for _, x := range p.test.expect.tasks {
		unknownPlace(&p.findings, places, x.path, p.test.pointer+"/expect/tasks/"+value.EscapePointer(x.path))
	}
}

// begin starts the run, unless the flow does not take the input.
func (p *play) begin(flow *flows.Flow) bool {
	trigger := core.Object{"type": "call", "at": p.clock(), "body": nil}
	maps.Copy(trigger, p.test.trigger)
	if _, ok := trigger["id"]; !ok {
		trigger["id"] = trigger["type"]
	}
	if flow.Input != nil {
		if f := flow.Input(trigger["body"]); f != nil {
			p.add("test.input", p.test.pointer+"/trigger/body", map[string]string{"problem": strings.TrimSuffix(f.Message, ".")})
			return false
		}
	}
	p.start(&run{}, flow, trigger)
	return true
}

func (p *play) clock() string { return time.Unix(0, p.now).UTC().Format(time.RFC3339Nano) }

// start begins a run. Ids and seeds are numbers, so that the same test always gives the same.
func (p *play) start(r *run, flow *flows.Flow, trigger core.Object) {
	r.plan, r.doc = *flow.Plan, flow.Document
	// One turn a step: what a turn asks for then belongs to the one node that had it.
	r.plan.Fuel = 1
	r.began, r.dropped, r.children = map[string]string{}, map[core.ID]bool{}, map[core.ID]*run{}
	p.runs = append(p.runs, r)
	s := core.Start{Run: runID(len(p.runs)), Plan: r.plan.Hash, Trigger: trigger, Seed: uint64(len(p.runs)), Revision: core.Revision, Into: p.stepping}
	if r.parent != nil {
		s.Parent, s.Join = r.parent.state.Start().Run, r.join
	}
	p.send(r, core.Event{Kind: core.RunStarted, Start: &s})
}

func runID(number int) string { return "test-" + strconv.Itoa(number) }

// untilQuiet goes on until nothing can happen any more, then looks at what came of it.
func (p *play) untilQuiet() {
	for !p.stopped {
		if len(p.ready) > 0 {
			next := p.ready[0]
			p.ready = p.ready[1:]
			next()
			continue
		}
		if len(p.timers) == 0 {
			break
		}
		t := p.timers[0]
		p.timers = p.timers[1:]
		p.now = max(p.now, t.at)
		p.send(t.run, core.Event{Kind: core.TimerFired, ID: t.id})
	}
	if p.stopped {
		return
	}
	for _, r := range p.runs {
		if r.end == nil {
			p.add("test.stuck", p.test.pointer, map[string]string{"what": r.waitsFor()})
			return
		}
	}
	p.script.unused(&p.findings)
	if !p.watching {
		p.compare()
	}
}

// waitsFor names what a run has asked for and not got.
func (r *run) waitsFor() string {
	var all []string
	for _, c := range r.state.Pending() {
		text := r.prefix + c.Node
		if c.Kind == core.Subscribe {
			text += fmt.Sprintf(" (%s %s)", c.Event, c.Key)
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// deliver puts an event behind all that is to be answered already.
func (p *play) deliver(r *run, e core.Event) {
	p.ready = append(p.ready, func() { p.send(r, e) })
}

// send folds an event into a run, and goes on where the run yields or is stopped.
func (p *play) send(r *run, e core.Event) {
	if p.events++; p.events > maxEvents || len(p.runs) > maxRuns {
		p.stopped = true
		p.add("test.endless", p.test.pointer, map[string]string{"events": strconv.Itoa(p.events - 1), "runs": strconv.Itoa(len(p.runs) - 1)})
		return
	}
	yielded := false
	for again := true; again; {
		e.At = p.now
		d := core.Decision{Tracing: true}
		if err := core.Step(&r.plan, &r.state, &e, &d); err != nil {
			p.fail(err)
			return
		}
		for i := range d.Trace {
			p.observe(r, &d.Trace[i])
		}
		again = false
		var signals *subscription
		for _, c := range d.Commands {
			switch c.Kind {
			case core.Yield:
				yielded = true
			case core.Subscribe:
				signals = p.subscribe(r, signals, c)
			default:
				p.carryOut(r, c)
			}
		}
		switch {
		case r.state.Stopped():
			p.stops++
			again, e = true, core.Event{Kind: core.Resumed, Resume: &core.Resume{Mode: core.StepInto}}
		case yielded:
			again, yielded, e = true, false, core.Event{Kind: core.Continued}
		}
	}
}

func (p *play) fail(err error) {
	p.stopped = true
	p.err = cmp.Or(p.err, err)
}

// observe notes which nodes ran, and where a node began to wait.
func (p *play) observe(r *run, e *core.Entry) {
	switch e.Phase {
	case core.PhaseWaiting:
		r.began[e.NodeID] = r.prefix + e.Path
	case core.PhaseSucceeded, core.PhaseFailed:
		// A compensation has no node.
		if r == p.runs[0] && e.Node >= 0 {
			p.ran = append(p.ran, e.NodeID)
		}
	}
}

// carryOut does what the core asked for.
func (p *play) carryOut(r *run, c core.Command) {
	switch c.Kind {
	case core.RunTask:
		p.ready = append(p.ready, func() { p.answerTask(r, c) })
		p.note(r.prefix+c.Path, c.Args)
	case core.SetTimer:
		i, _ := slices.BinarySearchFunc(p.timers, c.At, func(t timer, at int64) int {
			// Behind those of the same time.
			return cmp.Or(cmp.Compare(t.at, at), -1)
		})
		p.timers = slices.Insert(p.timers, i, timer{c.At, r, c.ID})
	case core.DropTimer:
		p.timers = slices.DeleteFunc(p.timers, func(t timer) bool { return t.run == r && t.id == c.ID })
	case core.StartChild:
		p.askChild(r, r.began[c.Node], c)
	case core.CancelChild:
		r.dropped[c.ID] = true
		if child := r.children[c.ID]; child != nil && !c.Detach {
			p.deliver(child, core.Event{Kind: core.CancelRequested, Reason: "the run that started it no longer wants it"})
		}
	case core.AbortTask, core.Unsubscribe:
		r.dropped[c.ID] = true
	case core.AcquireLock:
		p.deliver(r, core.Event{Kind: core.LockGranted, ID: c.ID})
	case core.Respond:
		if r == p.runs[0] {
			p.response = c.Response
		}
	case core.Finish:
		p.finish(r, c.End)
	}
}

func (p *play) finish(r *run, end *core.End) {
	r.end = end
	p.timers = slices.DeleteFunc(p.timers, func(t timer) bool { return t.run == r })
	if r.parent != nil {
		p.deliver(r.parent, core.Event{Kind: core.ChildDone, ID: r.join, Value: end.Output, Failure: end.Failure})
	}
}

// note keeps what was asked at a path.
func (p *play) note(path string, what core.Value) {
	p.asked = append(p.asked, asked{path, p.plain(what)})
}

// plain is a value as JSON has it.
func (p *play) plain(v core.Value) core.Value {
	plain, err := value.Normalize(v)
	if err != nil {
		p.fail(err)
	}
	return plain
}
