package core

import (
	"cmp"
	"slices"
)

// State is a run as it stands after the events folded so far. It is plain data, changed in place by Step; after an error
// it must be thrown away. It is not safe for concurrent use.
//
// What a run has asked for and not yet got (Pending) is the outbox: after a crash the driver asks again for what stands
// there, and there is no second list to disagree with it.
type State struct {
	phase     RunPhase
	start     Start
	startedAt int64
	begunAt   int64
	now       int64
	seq       uint64
	lastID    ID
	// steps counts activations that had their turn; it also numbers them.
	steps int
	vars  Object

	root *frame
	// queue holds activations in the order they became ready; head is its first.
	queue []*activation
	head  int
	// hits are resolved edges not yet worked on, from number hit on; ended are frames that are done or failed.
	hits  []hit
	hit   int
	ended []*frame
	// spare are frames to be used again, by graph: the bodies of a long foreach cost no garbage.
	spare [][]*frame

	pending map[ID]*pending
	// deadline is the timer of the run's timeout, 0 when there is none.
	deadline  ID
	orphans   int
	yielded   bool
	responded bool

	end    *End
	undo   []*undo
	undone []Value
	// compensated: a compensation was asked for.
	compensated bool

	// debug is nil for a run that nobody looks into.
	debug *debug
	// regain counts locks that were held before and are asked for again: until then nothing moves.
	regain int

	step stepper
}

// frame is one graph at work: the flow's own, or one body of a container's activation.
type frame struct {
	graph int
	// owner is the container's activation; nil for the flow's own graph.
	owner *activation
	index int
	// item says that input is an item of a foreach.
	item  bool
	input Value
	acts  []activation
	// open counts activations that are not settled.
	open int
	// failure ends the frame early.
	failure *Failure
	closed  bool
	// shared frames are still in the scope of an aborted task, whose compensation may need it, and are not used again.
	shared bool
}

// activation is one node at work in one frame.
type activation struct {
	frame *frame
	node  *Node
	phase Phase
	// resolved counts incoming edges; from are the taken ones in the order they came.
	resolved int
	from     []int
	// number is the activation's ordinal in the run, 0 before its first turn.
	number  int
	attempt int
	// tries counts those before a person asked for it again: the retry policy begins anew. anew: what is asked may be other
	// than what was asked then.
	tries int
	anew  bool
	// asked is the task's id: it is kept over the tries, so that they share one idempotency key.
	asked ID
	args  Value
	// doubt says that a try of the task may have taken effect although none was confirmed.
	doubt bool
	port  int
	also  []int

	output  Value
	failure *Failure
	// inherited is the failure of the error path that led here.
	inherited *Failure

	machine Machine
	bodies  []*frame
	// owns are the ids of what the activation has pending.
	owns []ID
}

// hit is an edge that was resolved in a frame.
type hit struct {
	frame *frame
	edge  int
	taken bool
}

// purpose says what a pending timer is for.
type purpose uint8

const (
	purposeMachine purpose = iota
	purposeRetry
	purposeTimeout
	purposeRun
	purposeUndo
)

// pending is one thing the run has asked for.
type pending struct {
	Command
	act     *activation
	purpose purpose
	// n is the machine's number for a timer or a subscription.
	n int
	// granted is of a lock that is held; regain of one that was, before the run was taken up again.
	granted, regain bool
	// orphan tasks were aborted; only the unwinding of the run waits for them.
	orphan bool
	undo   *undo
}

// Pending is one thing the run waits for, as the driver has to ask for it again after a crash.
type Pending struct {
	Command
	// Granted locks are held by the run already.
	Granted bool
	// Aborted tasks are awaited but no longer wanted.
	Aborted bool
	// Held tasks wait for a person, not for a worker.
	Held bool
}

// Pending lists what the run waits for, in the order it was asked for.
func (s *State) Pending() []Pending {
	list := make([]Pending, 0, len(s.pending)+1)
	for _, p := range s.pending {
		list = append(list, Pending{
			Command: p.Command, Granted: p.granted, Aborted: p.orphan, Held: p.act != nil && p.act.phase == PhaseHeld,
		})
	}
	slices.SortFunc(list, func(a, b Pending) int { return cmp.Compare(a.ID, b.ID) })
	if s.yielded {
		list = append(list, Pending{Command: Command{Kind: Yield}})
	}
	return list
}

// Phase of the run.
func (s *State) Phase() RunPhase { return s.phase }

// Queued reports whether the run waits at its gate.
func (s *State) Queued() bool { return s.phase == RunActive && s.root == nil }

// Seq is the number of events folded.
func (s *State) Seq() uint64 { return s.seq }

// Now is the time of the last event, in nanoseconds of Unix time.
func (s *State) Now() int64 { return s.now }

// StartedAt is when the run started as its expressions see it, in nanoseconds of Unix time: of a run that took over a past,
// when that began.
func (s *State) StartedAt() int64 { return s.startedAt }

// BegunAt is the time of the event that the run began with, in nanoseconds of Unix time.
func (s *State) BegunAt() int64 { return s.begunAt }

// Start is what the run began with.
func (s *State) Start() *Start { return &s.start }

// End is how the run ended, nil before it did.
func (s *State) End() *End {
	if s.phase != RunFinished {
		return nil
	}
	return s.end
}

// Steps counts the activations that had their turn.
func (s *State) Steps() int { return s.steps }

// Idle reports whether the run does nothing but wait: no task is with a worker and no turn is owed.
func (s *State) Idle() bool {
	if s.yielded {
		return false
	}
	for _, p := range s.pending {
		if p.Kind == RunTask && (p.act == nil || p.act.phase != PhaseHeld) {
			return false
		}
	}
	return true
}
