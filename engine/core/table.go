package core

// Phase is how far an activation (one node at work in one graph) has come.
type Phase uint8

// The phases. An activation is settled in the last four.
const (
	PhasePending   Phase = iota // an edge that decides about it is unresolved
	PhaseReady                  // in the queue
	PhaseRunning                // its task is with a worker
	PhaseDelayed                // waits for its next try
	PhaseWaiting                // a control node waits for a timer, a signal, a child, a lock or a body
	PhaseHeld                   // a crash swallowed the outcome of its write; a person has to say
	PhasePaused                 // the run is stopped there: before its first try, or at a failure nobody was told of yet
	PhaseSucceeded              //
	PhaseFailed                 //
	PhaseSkipped                // all its edges were skipped
	PhaseCancelled              // stopped before it ended
	phases
)

var phaseNames = [phases]string{
	"pending", "ready", "running", "delayed", "waiting", "held", "paused", "succeeded", "failed", "skipped", "cancelled",
}

// String is the phase's name.
func (p Phase) String() string { return phaseNames[p] }

// Settled reports whether the activation is over.
func (p Phase) Settled() bool { return p >= PhaseSucceeded }

// Cue is what happens to an activation.
type Cue uint8

// The cues.
const (
	CueArrive Cue = iota // an incoming edge was resolved
	CueTurn              // it is first in the queue
	CueDone              // its task was done
	CueFault             // its task failed
	CueLost              // its task's outcome is unknown
	CueDue               // the delay before its next try is over
	CueWake              // something its machine waits for came
	CueExpire            // its timeout came
	CueCancel            // it is no longer wanted
	CueGo                // a person lets it go on
	CueSkip              // a person gives its output instead
	CueAgain             // a person wants it tried once more
	cues
)

var cueNames = [cues]string{"arrive", "turn", "done", "fault", "lost", "due", "wake", "expire", "cancel", "go", "skip", "again"}

// String is the cue's name.
func (c Cue) String() string { return cueNames[c] }

// Row is one row of the transition table of activations: in From, On leads to one of To.
type Row struct {
	From Phase
	On   Cue
	To   []Phase
	Why  string
	do   action
}

// action names what a row does; stepper.act carries it out.
type action uint8

const (
	doNothing action = iota // the pair is not listed
	doIgnore
	doArrive
	doExecute
	doDone
	doFaulted
	doHold
	doAbort
	doAgain
	doWake
	doExpire
	doDrop
	doGo
	doSkip
)

// cueArg is what came with a cue.
type cueArg struct {
	value   Value
	failure *Failure
	// port is of CueSkip.
	port int
	// taken and edge are of CueArrive.
	taken bool
	edge  int
	// cause and body are of CueWake; body is the frame that ended.
	cause Cause
	body  *frame
	// quiet is of CueCancel: the whole graph goes, so that no edge is resolved any more.
	quiet bool
}

// Table is the transition table of activations. A pair that is not listed cannot happen: meeting one means that the
// journal does not belong to this plan. Diagrams in the docs are drawn from it and a test exercises every row.
func Table() []Row {
	rows := []Row{
		{From: PhasePending, On: CueArrive, To: []Phase{PhasePending, PhaseReady, PhaseSkipped}, do: doArrive,
			Why: "starts when its join is satisfied; with all edges resolved and too few taken it is skipped, and its edges with it"},
		{From: PhasePending, On: CueCancel, To: []Phase{PhaseCancelled}, do: doDrop,
			Why: "its graph ended, or a join that it leads to went ahead with cancelRest"},
		{From: PhaseReady, On: CueTurn, To: []Phase{PhaseRunning, PhaseWaiting, PhaseDelayed, PhasePaused, PhaseSucceeded, PhaseFailed}, do: doExecute,
			Why: "a pure node is evaluated, a task handed out, a machine entered; a breakpoint stops the run before that, or at the failure"},
		{From: PhaseReady, On: CueCancel, To: []Phase{PhaseCancelled}, do: doDrop,
			Why: "no longer wanted before its turn came"},
		{From: PhaseRunning, On: CueDone, To: []Phase{PhaseSucceeded}, do: doDone,
			Why: "the task was done"},
		{From: PhaseRunning, On: CueFault, To: []Phase{PhaseDelayed, PhasePaused, PhaseFailed}, do: doFaulted,
			Why: "tried again while the retry policy allows, else the failure takes the error port, is continued over, or fails the graph"},
		{From: PhaseRunning, On: CueLost, To: []Phase{PhaseHeld}, do: doHold,
			Why: "a write whose outcome nobody knows waits for a person, as its onUnknown asks"},
		{From: PhaseRunning, On: CueCancel, To: []Phase{PhaseCancelled}, do: doAbort,
			Why: "the task is aborted; its outcome is still awaited, because a write may have taken effect"},
		{From: PhaseDelayed, On: CueDue, To: []Phase{PhaseReady}, do: doAgain,
			Why: "the next try, with the same arguments and idempotency key"},
		{From: PhaseDelayed, On: CueCancel, To: []Phase{PhaseCancelled}, do: doDrop,
			Why: "no longer wanted between two tries"},
		{From: PhaseWaiting, On: CueWake, To: []Phase{PhaseWaiting, PhaseDelayed, PhasePaused, PhaseSucceeded, PhaseFailed}, do: doWake,
			Why: "the machine is advanced"},
		{From: PhaseWaiting, On: CueExpire, To: []Phase{PhaseDelayed, PhasePaused, PhaseFailed}, do: doExpire,
			Why: "the node's timeout came first"},
		{From: PhaseWaiting, On: CueCancel, To: []Phase{PhaseCancelled}, do: doDrop,
			Why: "all that the machine waits for is dropped"},
		{From: PhaseHeld, On: CueDone, To: []Phase{PhaseSucceeded}, do: doDone,
			Why: "a person said that it was done, and with what output"},
		{From: PhaseHeld, On: CueFault, To: []Phase{PhaseDelayed, PhasePaused, PhaseFailed}, do: doFaulted,
			Why: "a person said that it was not done"},
		{From: PhaseHeld, On: CueCancel, To: []Phase{PhaseCancelled}, do: doDrop,
			Why: "no longer wanted; whether it was done stays unknown, so that its compensation is owed"},
		{From: PhaseHeld, On: CueAgain, To: []Phase{PhaseReady}, do: doAgain,
			Why: "a person wants it done once more, with the same arguments and idempotency key"},
		{From: PhasePaused, On: CueGo, To: []Phase{PhaseRunning, PhaseWaiting, PhaseDelayed, PhasePaused, PhaseSucceeded, PhaseFailed}, do: doGo,
			Why: "its first try begins, or its failure goes where it would have gone"},
		{From: PhasePaused, On: CueSkip, To: []Phase{PhaseSucceeded}, do: doSkip,
			Why: "it is not executed: a person gave its output"},
		{From: PhasePaused, On: CueAgain, To: []Phase{PhaseReady}, do: doAgain,
			Why: "it failed, and a person wants it tried once more, with what is in scope now"},
		{From: PhasePaused, On: CueCancel, To: []Phase{PhaseCancelled}, do: doDrop,
			Why: "no longer wanted while the run was stopped there"},
	}
	for _, from := range []Phase{PhaseReady, PhaseRunning, PhaseDelayed, PhaseWaiting, PhaseHeld, PhaseSucceeded, PhaseFailed, PhaseCancelled} {
		rows = append(rows, Row{From: from, On: CueArrive, To: []Phase{from}, do: doIgnore,
			Why: "an edge that comes after the join was decided changes nothing"})
	}
	return rows
}

// transitions indexes Table by phase and cue. It is filled once, when the package is loaded, and never changes.
var transitions = func() (t [phases][cues]transition) {
	for _, r := range Table() {
		var to uint16
		for _, p := range r.To {
			to |= 1 << p
		}
		t[r.From][r.On] = transition{do: r.do, to: to}
	}
	return t
}()

type transition struct {
	do action
	// to has a bit for each phase the row allows.
	to uint16
}

// RunPhase is how far a run has come.
type RunPhase uint8

// The phases of a run.
const (
	RunNew       RunPhase = iota // nothing happened yet
	RunActive                    //
	RunUnwinding                 // it failed or was cancelled: aborted tasks are awaited, then compensations run
	RunFinished                  //
	runPhases
)

var runPhaseNames = [runPhases]string{"new", "active", "unwinding", "finished"}

// String is the phase's name.
func (p RunPhase) String() string { return runPhaseNames[p] }

// RunRow is one row of the transition table of runs.
type RunRow struct {
	From RunPhase
	On   EventKind
	To   []RunPhase
	Why  string
	do   reaction
}

// reaction names what a row of a run does; stepper.react carries it out.
type reaction uint8

const (
	onNothing reaction = iota // the pair is not listed
	onBegin
	onTaskDone
	onTaskLost
	onTimerFired
	onSignalReceived
	onChildDone
	onLockGranted
	onCancelRequested
	onContinued
	onBreakpointsSet
	onPauseRequested
	onResumed
	onJudged
	onRetried
	onLate
)

// RunTable is the transition table of runs: which event may come when.
func RunTable() []RunRow {
	goesOn := []RunPhase{RunActive, RunUnwinding, RunFinished}
	rows := []RunRow{
		{RunNew, RunStarted, goesOn, "the first nodes start", onBegin},
		{RunActive, TaskDone, goesOn, "the outcome settles the task's attempt", onTaskDone},
		{RunActive, TaskLost, []RunPhase{RunActive}, "the write is held for a person; of an aborted task, the outcome is unknown", onTaskLost},
		{RunActive, TimerFired, goesOn, "a retry, a timeout or a machine's timer is due", onTimerFired},
		{RunActive, SignalReceived, goesOn, "the machine that subscribed is advanced", onSignalReceived},
		{RunActive, ChildDone, goesOn, "the machine that started the child is advanced", onChildDone},
		{RunActive, LockGranted, goesOn, "the machine that asked for the lock is advanced", onLockGranted},
		{RunActive, CancelRequested, []RunPhase{RunUnwinding, RunFinished}, "everything under way is dropped, then the run unwinds", onCancelRequested},
		{RunActive, Continued, goesOn, "the queue is worked on with new fuel", onContinued},
		{RunActive, BreakpointsSet, []RunPhase{RunActive}, "the breakpoints are replaced", onBreakpointsSet},
		{RunActive, PauseRequested, []RunPhase{RunActive}, "nothing starts any more until a person lets the run go on", onPauseRequested},
		{RunActive, Resumed, goesOn, "what was changed by hand is in force, and the run goes on", onResumed},
		{RunActive, Judged, goesOn, "a person said what became of a held write", onJudged},
		{RunFinished, Retried, goesOn, "it takes over what it had done, and goes on from where it failed", onRetried},
		{RunUnwinding, TaskDone, []RunPhase{RunUnwinding, RunFinished}, "an aborted task's outcome, or a compensation's", onTaskDone},
		{RunUnwinding, TaskLost, []RunPhase{RunUnwinding, RunFinished}, "an aborted task's outcome is unknown", onTaskLost},
		{RunUnwinding, TimerFired, []RunPhase{RunUnwinding}, "a compensation is tried again", onTimerFired},
	}
	for _, on := range []EventKind{SignalReceived, ChildDone, LockGranted, CancelRequested, Continued, BreakpointsSet, PauseRequested, Resumed, Judged} {
		rows = append(rows, RunRow{RunUnwinding, on, []RunPhase{RunUnwinding}, "nothing waits for it any more", onLate})
	}
	for _, on := range []EventKind{TaskDone, TaskLost, TimerFired, SignalReceived, ChildDone, LockGranted, CancelRequested, Continued, BreakpointsSet, PauseRequested, Resumed, Judged} {
		rows = append(rows, RunRow{RunFinished, on, []RunPhase{RunFinished}, "the run is over", onLate})
	}
	return rows
}

// runTransitions indexes RunTable; it never changes after the package is loaded.
var runTransitions = func() (t [runPhases]map[EventKind]reaction) {
	for i := range t {
		t[i] = map[EventKind]reaction{}
	}
	for _, r := range RunTable() {
		t[r.From][r.On] = r.do
	}
	return t
}()
