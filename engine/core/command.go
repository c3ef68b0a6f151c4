package core

import "time"

// CommandKind names what the driver is to do, in the imperative. Kinds stand in journals: they are never renamed.
type CommandKind string

// The kinds of commands. Those that Outward reports on must not be carried out before the event that caused them is
// durable.
const (
	RunTask      CommandKind = "RunTask"      // hand a task to a worker; answer with TaskDone, always
	AbortTask    CommandKind = "AbortTask"    // stop working on a task; TaskDone is still expected
	SetTimer     CommandKind = "SetTimer"     // answer with TimerFired at At
	DropTimer    CommandKind = "DropTimer"    // the timer is no longer waited for
	Subscribe    CommandKind = "Subscribe"    // answer with SignalReceived when Event comes with Key
	Unsubscribe  CommandKind = "Unsubscribe"  //
	StartChild   CommandKind = "StartChild"   // start a run of Flow; answer with ChildDone when it ends, with Detach once it is durable
	CancelChild  CommandKind = "CancelChild"  // a detached child goes on
	AcquireLock  CommandKind = "AcquireLock"  // answer with LockGranted when Key is held by nobody else
	ReleaseLock  CommandKind = "ReleaseLock"  //
	Respond      CommandKind = "Respond"      // answer the caller that waits for this run
	Finish       CommandKind = "Finish"       // the run is over
	Yield        CommandKind = "Yield"        // let others have a turn, then send Continued
	HoldForHuman CommandKind = "HoldForHuman" // a task's outcome is unknown: answer with Judged when a person says what became of it
)

// Command is one thing the driver is to do. Which fields are set depends on the kind.
type Command struct {
	Kind CommandKind
	ID   ID
	// Node is the id of the node that caused the command, empty for the run itself.
	Node string
	// Path is the activation's, as steps show it (RunTask and HoldForHuman).
	Path    string
	Attempt int
	// Task and Args are of RunTask; Args are resolved.
	Task    *Task
	Args    Value
	Timeout time.Duration
	// At is of SetTimer; of StartChild and CancelChild it is when the child was asked for.
	At int64
	// Event and Key are of Subscribe; Key is of AcquireLock and ReleaseLock. Gate is of the AcquireLock that lets a queued
	// run begin.
	Event, Key string
	Gate       *Gate
	// Flow, Input and Detach are of StartChild.
	Flow   string
	Input  Value
	Detach bool
	// Breakpoints and Into are what the child of a run that is looked into begins with.
	Breakpoints []Breakpoint
	Into        bool
	// Response is of Respond, End of Finish.
	Response *Response
	End      *End
}

// Response is what a respond node says to the caller.
type Response struct {
	Status  int
	Headers Object
	Body    Value
}

// Outward reports whether the outside world notices the command, so that it has to wait until the event that caused it
// is durable. Reads and timers need not wait: after a crash they are simply done again. AbortTask waits so that it cannot
// overtake the task it is about.
func (c *Command) Outward() bool {
	switch c.Kind {
	case RunTask:
		return c.Task.Write
	case AbortTask, StartChild, CancelChild, ReleaseLock, Respond, Finish:
		return true
	default:
		return false
	}
}

// retraction is the command that takes back one that waits for an answer.
func (k CommandKind) retraction() CommandKind {
	switch k {
	case RunTask:
		return AbortTask
	case SetTimer:
		return DropTimer
	case Subscribe:
		return Unsubscribe
	case StartChild:
		return CancelChild
	default:
		return ReleaseLock
	}
}

// Head is what a journal keeps of a command, beside the event that caused it: enough to notice when folding the event
// again asks for something else.
type Head struct {
	Kind CommandKind
	ID   ID
	Node string
}

// Head is the command's head.
func (c *Command) Head() Head { return Head{c.Kind, c.ID, c.Node} }
