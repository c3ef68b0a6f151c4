package engine

import (
	"context"
	"maps"

	"sluice/engine/core"
	"sluice/storage"
)

// Debugger stops runs, changes them and lets them go on. What it does to a run is an event of the run, with the name of who
// did it. Methods return when that is durable; what a run's state does not allow is refused with a *core.Failure that has a
// code. All are safe for concurrent use.
type Debugger interface {
	// SetBreakpoints replaces the breakpoints of a run that has not ended.
	SetBreakpoints(ctx context.Context, run storage.RunID, list []core.Breakpoint, by string) error
	// Pause stops a run before anything else of it starts. A run that is stopped already stays so.
	Pause(ctx context.Context, run storage.RunID, by string) error
	// Resume lets a stopped run go on.
	Resume(ctx context.Context, run storage.RunID, r core.Resume, by string) error
	// Judge says what became of a write whose outcome nobody knew.
	Judge(ctx context.Context, run storage.RunID, j Judgement, by string) error
	// Retry lets a failed run go on from what failed.
	Retry(ctx context.Context, run storage.RunID, r RetryRequest) error
	// Fork starts a new run that goes on before an activation of another one.
	Fork(ctx context.Context, r ForkRequest) (storage.RunID, error)
	// Rest returns when the run has ended or stands still until a person does something.
	Rest(ctx context.Context, run storage.RunID) error
}

// Judgement is what a person says of a write whose outcome nobody knew: it was done, with this output; it was not, and is to
// be done (Again); or it failed.
type Judgement struct {
	Path    string
	Output  core.Value
	Again   bool
	Failure *core.Failure
}

// Patch changes a run before it goes on.
type Patch struct {
	// Vars are merged into the run variables; Outputs replace those of activations that ended, by path.
	Vars, Outputs core.Object
}

func (p Patch) empty() bool { return len(p.Vars) == 0 && len(p.Outputs) == 0 }

// with is the patch followed by another one.
func (p Patch) with(next Patch) Patch {
	return Patch{Vars: merged(p.Vars, next.Vars), Outputs: merged(p.Outputs, next.Outputs)}
}

func merged(a, b core.Object) core.Object {
	if len(a) == 0 {
		return b
	}
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// resume is the patch on the way to mode.
func (p Patch) resume(again bool) core.Resume {
	return core.Resume{Mode: core.Continue, Vars: p.Vars, Outputs: p.Outputs, Again: again}
}

// RetryRequest is how a failed run goes on.
type RetryRequest struct {
	// Plan is the hash of the plan it goes on with; empty is its own.
	Plan  string
	Patch Patch
	// Stay leaves it stopped where it failed.
	Stay bool
	// Child is the run of a subflow that goes on, too, in place of a new one; a driver that can do that fills it in.
	Child *core.Asked
	By    string
}

// ForkRequest is a new run that goes on before an activation of another one.
type ForkRequest struct {
	From storage.RunID
	// At is the path of the activation.
	At string
	// Plan is the hash of the plan it goes on with; empty is that of the other run.
	Plan string
	// Trigger replaces what started the other run; nil keeps that.
	Trigger     core.Object
	Patch       Patch
	Breakpoints []core.Breakpoint
	// Stay leaves it stopped there.
	Stay bool
	By   string
}
