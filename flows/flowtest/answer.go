package flowtest

import (
	"slices"
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
)

// outcomeFor is the next outcome for a path, of one of the kinds that fit. Without one the test cannot go on, unless the
// outcome is no longer wanted: then there is none.
func (p *play) outcomeFor(path string, what core.Value, wanted bool, kinds ...outcomeKind) *outcome {
	o, number, pointer := p.script.next(path)
	switch {
	case o == nil && wanted:
		p.stopped = true
		p.add("test.outcome.missing", pointer, map[string]string{
			"path": path, "number": strconv.Itoa(number), "asked": excerpt([]rune(jsonText(p.plain(what))), 0, shownAsked),
		})
	case o != nil && !slices.Contains(kinds, o.kind):
		p.stopped = true
		p.add("test.outcome.kind", o.pointer, map[string]string{"path": path, "want": string(kinds[0]) + "/" + string(kinds[1])})
		return nil
	}
	return o
}

// answerTask gives a task its outcome. One that was aborted before it got any is answered as a driver does that had not
// begun with it.
func (p *play) answerTask(r *run, c core.Command) {
	o := p.outcomeFor(r.prefix+c.Path, c.Args, !r.dropped[c.ID], gaveOutput, gaveError)
	if p.stopped {
		return
	}
	done := core.Event{Kind: core.TaskDone, ID: c.ID, Attempt: c.Attempt}
	if o == nil {
		done.Failure = &core.Failure{Code: "task.aborted", Message: "the task was stopped because its result was no longer wanted", Permanent: true}
	} else {
		done.Value, done.Failure = o.value, o.failure
	}
	p.send(r, done)
}

// askChild takes the outcome of a subflow from the test or, where the test has none for it, runs the other flow.
func (p *play) askChild(r *run, path string, c core.Command) {
	what := core.Object{"flow": c.Flow, "input": c.Input}
	if c.Detach {
		what["mode"] = "detach"
	}
	p.note(path, what)
	p.ready = append(p.ready, func() {
		if p.script.find(path) < 0 && !r.dropped[c.ID] {
			if flow := p.children(c.Flow); flow != nil {
				p.startChild(r, path, flow, c)
				return
			}
		}
		if o := p.outcomeFor(path, what, !r.dropped[c.ID], gaveOutput, gaveError); o != nil {
			p.send(r, core.Event{Kind: core.ChildDone, ID: c.ID, Value: o.value, Failure: o.failure})
		}
	})
}

func (p *play) startChild(r *run, path string, flow *flows.Flow, c core.Command) {
	child := &run{prefix: path + intoChild}
	if !c.Detach {
		child.parent, child.join = r, c.ID
	}
	r.children[c.ID] = child
	if c.Detach {
		p.deliver(r, core.Event{Kind: core.ChildDone, ID: c.ID, Value: core.Object{"run": runID(len(p.runs) + 1)}})
	}
	p.start(child, flow, core.Object{"type": "call", "at": p.clock(), "body": c.Input})
}

// subscription is what one await waits for, in the order of its events.
type subscription struct {
	path string
	node string
	asks []core.Command
}

// subscribe adds to what an await waits for. The first event of it asks the test for an outcome.
func (p *play) subscribe(r *run, s *subscription, c core.Command) *subscription {
	if s == nil {
		s = &subscription{path: r.began[c.Node], node: c.Node}
		p.ready = append(p.ready, func() { p.signal(r, s) })
	}
	s.asks = append(s.asks, c)
	return s
}

// signal sends the event that the test has for an await, if it has one and not a timeout.
func (p *play) signal(r *run, s *subscription) {
	var events core.List
	wanted := false
	for _, c := range s.asks {
		events = append(events, core.Object{"event": c.Event, "key": c.Key})
		wanted = wanted || !r.dropped[c.ID]
	}
	what := core.Object{"events": events}
	p.note(s.path, what)
	o := p.outcomeFor(s.path, what, wanted, cameEvent, cameNone)
	if o == nil || o.kind == cameNone {
		return
	}
	ports := portsOf(r.doc, s.node)
	at := s.choose(ports, o.event)
	if at < 0 {
		p.stopped = true
		names, nearest := s.names(ports), ""
		if !slices.Contains(names, o.event) {
			nearest = diag.Nearest(o.event, names)
		}
		p.add("test.outcome.event", o.pointer+"/event", map[string]string{
			"path": s.path, "event": o.event, "events": strings.Join(names, ", "), "nearest": nearest,
		})
		return
	}
	p.send(r, core.Event{Kind: core.SignalReceived, ID: s.asks[at].ID, Value: o.value})
}

// choose finds the event that opens a port, or that has a name alone; -1 where none does.
func (s *subscription) choose(ports []string, name string) int {
	if at := slices.Index(ports, name); at >= 0 && at < len(s.asks) {
		return at
	}
	found := -1
	for i, c := range s.asks {
		if c.Event != name {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}

// names are all that an event may be called.
func (s *subscription) names(ports []string) []string {
	names := slices.Clone(ports)
	for _, c := range s.asks {
		names = append(names, c.Event)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// portsOf are the ports of an await's events, in the order of its events.
func portsOf(doc *flows.Document, id string) []string {
	var ports []string
	if n := nodeOf(&doc.Graph, id); n != nil {
		events, _ := n.Config["events"].(core.List)
		for _, e := range events {
			event, _ := e.(core.Object)
			port, _ := event["port"].(string)
			ports = append(ports, port)
		}
	}
	return ports
}

func nodeOf(g *flows.Graph, id string) *flows.Node {
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if n.ID == id {
			return n
		}
		if n.Body != nil {
			if inner := nodeOf(n.Body, id); inner != nil {
				return inner
			}
		}
	}
	return nil
}

// jsonText is a plain value as JSON.
func jsonText(v core.Value) string {
	text, err := value.Encode(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
