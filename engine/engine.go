// Package engine is what a server or a command line sees of a workflow engine: start runs, signal, cancel, wait for and
// look at them. Packages embedded and temporal are two drivers of it, for one machine and for a cluster; core decides what
// a run does, in both.
//
// It knows the core's terms and the journal. It must not know flow documents, HTTP or a node type.
package engine

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/engine/core"
	"sluice/storage"
)

// Errors of an Engine, beside those of the context.
var (
	// ErrClosed: the engine is shutting down, or has.
	ErrClosed = errors.New("engine: shutting down")
	// ErrUnavailable: the journal cannot be written at the moment (a full disk, say). Nothing new is taken on; what was
	// acknowledged goes on when the journal can be written again.
	ErrUnavailable = errors.New("engine: the journal cannot be written")
	// ErrNotFound: there is no such run.
	ErrNotFound = errors.New("engine: no such run")
	// ErrTooLarge: the trigger is larger than a run may be started with.
	ErrTooLarge = errors.New("engine: the trigger is too large")
	// ErrEnded: the run is over.
	ErrEnded = errors.New("engine: the run is over")
)

// DuplicateError says that the idempotency key of a start is taken by an earlier run.
type DuplicateError struct{ Run storage.RunID }

// Error implements error.
func (e *DuplicateError) Error() string {
	return "engine: run " + string(e.Run) + " has this idempotency key"
}

// MaxDepth is how deep runs may start runs: a flow that calls itself without end is stopped there.
const MaxDepth = 32

// TooDeep is the failure of a subflow that would be deeper than MaxDepth.
func TooDeep(flow string) *core.Failure {
	return &core.Failure{
		Code: "subflow.depth", Permanent: true,
		Message: fmt.Sprintf("flow %s is not started: it would be run number %d in a chain of runs that start each other", flow, MaxDepth+1),
	}
}

// Engine runs flows. All methods are safe for concurrent use.
type Engine interface {
	// Start starts a run and returns when it is durable. A DuplicateError names the run that has the idempotency key.
	Start(ctx context.Context, r StartRequest) (storage.RunID, error)
	// Call starts a run and returns with its answer: what a respond node said or how the run ended, whichever came first.
	// Either is durable; where nothing else makes the run wait there is one wait for the disk. When the context ends
	// first, the run is named and goes on.
	Call(ctx context.Context, r StartRequest) (storage.RunID, Answer, error)
	// Wait returns when the run has ended and its end is durable. It fails with the context.
	Wait(ctx context.Context, run storage.RunID) (*core.End, error)
	// Signal wakes what awaits the event with this key and returns how many runs took it, durably.
	Signal(ctx context.Context, event, key string, data core.Value) (int, error)
	// Cancel asks a run to stop, to compensate and to end as cancelled. It returns when the request is durable.
	Cancel(ctx context.Context, run storage.RunID, reason string) error
	// Close takes nothing new on, lets tasks under way finish until the context ends, and stops. What was not finished
	// goes on at the next start.
	Close(ctx context.Context) error
}

// StartRequest is what a run begins with.
type StartRequest struct {
	// Plan is the hash of the flow's plan.
	Plan string
	// Trigger is what expressions see as trigger. Its id is filled in.
	Trigger core.Object
	// Gate bounds how many runs with its key are at work; nil takes the flow's own concurrency.
	Gate *core.Gate
	// Once starts at most one run for a key; nil starts one in any case.
	Once *storage.Once
	// Breakpoints are in force from the start, beside those of the flow; Into stops before the first activation. Pins are outputs by node id: such a node is not
	// executed.
	Breakpoints []core.Breakpoint
	Into        bool
	Pins        core.Object
}

// Answer is what a run says to its caller: one of the two is set.
type Answer struct {
	Response *core.Response
	End      *core.End
}

// Step is one activation of a run, as people see it.
type Step struct {
	core.Entry
	StartedAt time.Time
	// EndedAt is zero while the activation is under way.
	EndedAt time.Time
}

// Duration is how long the activation took; 0 while it is under way.
func (s *Step) Duration() time.Duration {
	if s.EndedAt.IsZero() {
		return 0
	}
	return s.EndedAt.Sub(s.StartedAt)
}
