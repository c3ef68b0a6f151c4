package core

// EventKind names what happened, in the past tense. Kinds are spelled out in journals: they are never renamed.
type EventKind string

// The kinds of events.
const (
	RunStarted      EventKind = "RunStarted"
	TaskDone        EventKind = "TaskDone"        // a task was done, with its outcome
	TaskLost        EventKind = "TaskLost"        // a crash swallowed the outcome of a write that asked to be held for a person
	TimerFired      EventKind = "TimerFired"      // a timer came due
	SignalReceived  EventKind = "SignalReceived"  // a signal matched a subscription
	ChildDone       EventKind = "ChildDone"       // a child run ended
	LockGranted     EventKind = "LockGranted"     // a lock that was asked for is held now
	CancelRequested EventKind = "CancelRequested" // somebody asked to cancel the run
	Continued       EventKind = "Continued"       // the driver gave a run that had yielded its next turn
	BreakpointsSet  EventKind = "BreakpointsSet"  // somebody replaced the run's breakpoints
	PauseRequested  EventKind = "PauseRequested"  // somebody asked to pause the run
	Resumed         EventKind = "Resumed"         // somebody let a stopped run go on
	Judged          EventKind = "Judged"          // somebody said what became of a write whose outcome was unknown
	Retried         EventKind = "Retried"         // somebody let a failed run go on from where it failed
)

// Event is one thing that happened to a run. Which fields are set depends on the kind.
type Event struct {
	Kind EventKind
	// At is the driver's time in nanoseconds of Unix time. Step makes it monotone within the run.
	At int64
	// Start is of RunStarted and Retried.
	Start *Start
	// ID is of the task, timer, subscription, child or lock that the event answers.
	ID ID
	// Attempt is of TaskDone and Judged, and of TaskLost where the driver knows it: an answer to an attempt that was given up changes
	// nothing.
	Attempt int
	// Value or Failure is the outcome (TaskDone, ChildDone) or the data (SignalReceived). With a Failure,
	// CancelRequested fails the run instead: the driver has a reason of its own.
	Value   Value
	Failure *Failure
	// Reason is of CancelRequested.
	Reason string
	// Again is of Judged: it was not done, and is to be done.
	Again bool
	// Breakpoints are of BreakpointsSet, Resume of Resumed.
	Breakpoints []Breakpoint
	Resume      *Resume
	// By names the person behind an event that people cause.
	By string
}

// Start is what a run begins with. All that a fold reads and that is not in the plan stands here.
type Start struct {
	Run    string
	Parent string
	// Join is what the parent waits for with: its ChildDone has this id. 0 when nothing waits.
	Join ID
	// Depth counts the runs above this one, parent by parent.
	Depth int
	// Plan is the hash of the plan.
	Plan string
	// Trigger is what expressions see as trigger.
	Trigger Object
	// Gate bounds how many runs are at work; nil lets the run begin at once.
	Gate *Gate
	Seed uint64
	// Revision numbers the meaning of the core itself, see Revisions.
	Revision int
	// Breakpoints are in force from the start; Into stops before the first activation.
	Breakpoints []Breakpoint
	Into        bool
	// Pins are outputs by node id: such a node is not executed.
	Pins Object
	// Past is what the run takes over; nil for a run of its own.
	Past *Past
}

// Gate makes a run wait, queued, until fewer than Limit others that name the same key are at work.
type Gate struct {
	Key   string
	Limit int
	// Policy says what happens when there is no room.
	Policy GatePolicy
}

// GatePolicy is settings.concurrency.policy.
type GatePolicy string

// The policies of a gate without room.
const (
	GateQueue   GatePolicy = "queue"   // wait, in the order of arrival
	GateSkip    GatePolicy = "skip"    // end the new run as cancelled
	GateReplace GatePolicy = "replace" // cancel the runs at work, then begin
)

// ID numbers what a run has asked for: tasks, timers, subscriptions, children and locks share one counter, so that an
// id is used once in a run. 0 is none.
type ID uint64
