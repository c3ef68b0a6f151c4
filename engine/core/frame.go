package core

import "slices"

// outer is the frame around a frame, nil for the flow's own graph.
func (f *frame) outer() *frame {
	if f.owner == nil {
		return nil
	}
	return f.owner.frame
}

// newFrame is a frame with all its activations pending. Frames are used again: the bodies of a long foreach cost no
// garbage.
func (m *stepper) newFrame(owner *activation, graph, index int, input Value, item bool) *frame {
	spare := m.s.spare[graph]
	var f *frame
	if n := len(spare); n > 0 {
		f, m.s.spare[graph] = spare[n-1], spare[:n-1]
	} else {
		f = m.freshFrame(graph)
	}
	f.graph, f.owner, f.index, f.input, f.item = graph, owner, index, input, item
	f.open, f.failure, f.closed = len(f.acts), nil, false
	for local, i := range m.p.Graphs[graph].Nodes {
		a := &f.acts[local]
		*a = activation{frame: f, node: &m.p.Nodes[i], from: a.from[:0], owns: a.owns[:0]}
	}
	return f
}

// freshFrame is a frame that was never used. One array serves the taken edges of all its activations.
func (m *stepper) freshFrame(graph int) *frame {
	nodes := m.p.Graphs[graph].Nodes
	edges := 0
	for _, i := range nodes {
		edges += len(m.p.Nodes[i].In)
	}
	f, taken := &frame{acts: make([]activation, len(nodes))}, make([]int, edges)
	for local, i := range nodes {
		n := len(m.p.Nodes[i].In)
		f.acts[local].from, taken = taken[:0:n], taken[n:]
	}
	return f
}

// enter starts the nodes of a frame that no edge leads to.
func (m *stepper) enter(f *frame) {
	for i := range f.acts {
		if a := &f.acts[i]; len(a.node.In) == 0 {
			m.ready(a)
		}
	}
	if f.open == 0 {
		m.endFrame(f)
	}
}

// endFrame notes that a frame is done, or failed. It is dealt with by drain, so that no machine is advanced within its
// own turn.
func (m *stepper) endFrame(f *frame) {
	if !f.closed && !slices.Contains(m.s.ended, f) {
		m.s.ended = append(m.s.ended, f)
	}
}

// frameEnded gives a finished graph's output, or its failure, to the container or to the run.
func (m *stepper) frameEnded(f *frame) {
	// A frame may have been stopped, and even be in use again, since it was noted.
	if f.closed || f.open > 0 && f.failure == nil {
		return
	}
	var out Value
	failure := f.failure
	if failure == nil {
		out, failure = m.outputOf(f)
	}
	a := f.owner
	if a == nil {
		end := &End{Status: Succeeded, Output: out}
		if failure != nil {
			end = &End{Status: Failed, Failure: failure}
		}
		m.unwind(end)
		return
	}
	c := Cause{Kind: BodyDone, N: f.index, Value: out}
	if failure != nil {
		c = Cause{Kind: BodyFail, N: f.index, Failure: failure}
	}
	m.stopFrame(f)
	m.move(a, CueWake, cueArg{cause: c, body: f})
	m.spareFrame(f)
}

// outputOf is what a finished graph gives: its output expression, or what its last nodes gave.
func (m *stepper) outputOf(f *frame) (Value, *Failure) {
	g := &m.p.Graphs[f.graph]
	if g.Output != nil {
		v, failure := g.Output(m.scopeOf(f, nil))
		if failure != nil && failure.Path == "" {
			at := *failure
			if at.Path = "output"; f.owner != nil {
				at.Node, at.Path = f.owner.node.ID, f.owner.path()+".output"
			}
			failure = &at
		}
		return v, failure
	}
	var last *activation
	var all Object
	for i := range f.acts {
		a := &f.acts[i]
		if a.phase != PhaseSucceeded || !a.node.last() {
			continue
		}
		if last != nil {
			if all == nil {
				all = Object{last.node.ID: last.output}
			}
			all[a.node.ID] = a.output
		}
		last = a
	}
	switch {
	case all != nil:
		return all, nil
	case last != nil:
		return last.output, nil
	}
	return nil, nil
}

// last reports whether no edge leaves the node, but for error edges.
func (n *Node) last() bool {
	for _, edges := range n.Out {
		if len(edges) > 0 {
			return false
		}
	}
	return true
}

// stopFrame cancels what still runs in a frame and takes it from its owner. Its outputs stay readable.
func (m *stepper) stopFrame(f *frame) {
	f.closed = true
	if m.s.stopped() {
		m.unstop(f)
	}
	if a := f.owner; a != nil {
		if i := slices.Index(a.bodies, f); i >= 0 {
			a.bodies = slices.Delete(a.bodies, i, i+1)
		}
	}
	for i := range f.acts {
		if a := &f.acts[i]; !a.phase.Settled() && a.phase != PhasePending {
			m.move(a, CueCancel, cueArg{quiet: true})
		}
	}
}

// closeFrame stops a frame that is of no use any more.
func (m *stepper) closeFrame(f *frame) {
	m.stopFrame(f)
	m.spareFrame(f)
}

// spareFrame keeps a frame to be used again, unless something may still look at it: an aborted task, or the queue.
func (m *stepper) spareFrame(f *frame) {
	if f.shared || f.failure != nil || m.queued(f) {
		return
	}
	m.s.spare[f.graph] = append(m.s.spare[f.graph], f)
}

// queued reports whether the queue, or the list of resolved edges, still holds one of the frame's activations.
func (m *stepper) queued(f *frame) bool {
	for i := range f.acts {
		if p := f.acts[i].phase; p == PhaseCancelled || p == PhasePending {
			return true
		}
	}
	return false
}

// open starts a body of a container.
func (m *stepper) open(a *activation, index int, input Value, item bool) {
	f := m.newFrame(a, a.node.Body, index, input, item)
	a.bodies = append(a.bodies, f)
	m.enter(f)
}

func (m *stepper) emit(a *activation, r Result) { m.complete(a, r) }

func (m *stepper) setTimer(a *activation, why purpose, n int, at int64) {
	m.ask(&pending{act: a, purpose: why, n: n, Command: Command{Kind: SetTimer, ID: m.nextID(), Node: a.node.ID, At: at}})
}

func (m *stepper) subscribe(a *activation, n int, event, key string) {
	m.ask(&pending{act: a, n: n, Command: Command{Kind: Subscribe, ID: m.nextID(), Node: a.node.ID, Event: event, Key: key}})
}

func (m *stepper) startChild(a *activation, flow string, input Value, detach bool) ID {
	id, at := m.childOf(a, flow, input)
	c := Command{Kind: StartChild, ID: id, Node: a.node.ID, At: at, Flow: flow, Input: input, Detach: detach}
	if d := m.s.debug; d != nil {
		c.Breakpoints, c.Into = m.handedDown(), d.mode == StepInto && d.from == a
	}
	m.ask(&pending{act: a, Command: c})
	return c.ID
}

func (m *stepper) acquire(a *activation, key string) {
	m.ask(&pending{act: a, Command: Command{Kind: AcquireLock, ID: m.nextID(), Node: a.node.ID, Key: key}})
}

func (m *stepper) respond(a *activation, r Response) {
	if m.s.responded {
		return
	}
	m.s.responded = true
	m.command(Command{Kind: Respond, Node: a.node.ID, Response: &r})
}
