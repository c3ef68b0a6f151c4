package controltest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Began is when every run starts.
var Began = time.Date(2026, 11, 10, 9, 0, 0, 0, Shanghai)

// Run is a run at work, in the place of a driver.
type Run struct {
	t       testing.TB
	plan    *core.Plan
	state   *core.State
	now     time.Time
	journal []core.Recorded
	heard   []string
}

// Start begins a run with a body of its trigger.
func Start(t testing.TB, g Graph, body core.Value) *Run {
	t.Helper()
	r := &Run{t: t, plan: Plan(t, g), state: &core.State{}, now: Began}
	r.send(core.Event{Kind: core.RunStarted, Start: &core.Start{
		Run: "run-1", Plan: r.plan.Hash, Seed: 7, Revision: core.Revision, Trigger: core.Object{"body": body},
	}})
	t.Cleanup(r.foldAgain)
	return r
}

// foldAgain holds the journal against a second fold.
func (r *Run) foldAgain() {
	var s core.State
	var d core.Decision
	for i := range r.journal {
		require.NoError(r.t, core.Fold(r.plan, &s, &r.journal[i], &d))
	}
}

// send folds an event, and goes on where the run yields. It reports whether the event changed anything.
func (r *Run) send(e core.Event) bool {
	r.t.Helper()
	var d core.Decision
	e.At = r.now.UnixNano()
	require.NoError(r.t, core.Step(r.plan, r.state, &e, &d))
	if !d.Applied {
		return false
	}
	r.journal = append(r.journal, core.Recorded{Event: e, Heads: core.Heads(d.Commands)})
	for i := range d.Commands {
		if d.Commands[i].Kind == core.Yield {
			r.send(core.Event{Kind: core.Continued})
			continue
		}
		r.heard = append(r.heard, r.line(&d.Commands[i]))
	}
	return true
}

// line is a command as tests read it: kind, node, and what it is about. Times are as far from the present as they are.
func (r *Run) line(c *core.Command) string {
	parts := []string{string(c.Kind), c.Node}
	switch c.Kind {
	case core.RunTask:
		parts = []string{string(c.Kind), c.Path, r.text(c.Args)}
	case core.SetTimer:
		parts = append(parts, time.Unix(0, c.At).Sub(r.now).String())
	case core.Subscribe:
		parts = append(parts, c.Event, c.Key)
	case core.StartChild:
		parts = append(parts, c.Flow, r.text(c.Input))
		if c.Detach {
			parts = append(parts, "detached")
		}
	case core.AcquireLock, core.ReleaseLock:
		parts = append(parts, c.Key)
	case core.Respond:
		parts = append(parts, fmt.Sprint(c.Response.Status), r.text(c.Response.Headers), r.text(c.Response.Body))
	case core.Finish:
		parts = []string{string(c.Kind), string(c.End.Status)}
		if f := c.End.Failure; f != nil {
			return strings.Join(append(parts, f.Code, f.Path), " ")
		}
		parts = append(parts, r.text(c.End.Output))
	}
	return strings.Join(parts, " ")
}

func (r *Run) text(v core.Value) string {
	if o, ok := v.(core.Object); ok && o == nil {
		return "-"
	}
	data, err := value.Encode(v)
	require.NoError(r.t, err)
	return string(data)
}

// Heard requires the commands since the last call.
func (r *Run) Heard(want ...string) {
	r.t.Helper()
	got := r.heard
	r.heard = nil
	require.Equal(r.t, want, got)
}

// Ended requires that the run is over with this status, and returns how.
func (r *Run) Ended(status core.Status) *core.End {
	r.t.Helper()
	end := r.state.End()
	require.NotNil(r.t, end, "the run is not over; it waits for %v", r.state.Pending())
	require.Equal(r.t, status, end.Status, "%v", end.Failure)
	return end
}

// Output requires that the run succeeded with this output, given as JSON.
func (r *Run) Output(want string) {
	r.t.Helper()
	require.Equal(r.t, want, r.text(r.Ended(core.Succeeded).Output))
}

// Fails requires that the run failed with this code, and returns the failure.
func (r *Run) Fails(code string) *core.Failure {
	r.t.Helper()
	f := r.Ended(core.Failed).Failure
	require.Equal(r.t, code, f.Code, f.Message)
	return f
}

// Since is how long ago the run began.
func (r *Run) Since() time.Duration { return r.now.Sub(Began) }

// Tasks are the paths of the tasks that are with workers.
func (r *Run) Tasks() []string {
	var paths []string
	for _, p := range r.state.Pending() {
		if p.Kind == core.RunTask && !p.Aborted {
			paths = append(paths, p.Path)
		}
	}
	return paths
}

// pending is what the run waits for, by a test of its command; the first if there are several.
func (r *Run) pending(what string, is func(core.Pending) bool) core.Pending {
	r.t.Helper()
	list := r.state.Pending()
	i := slices.IndexFunc(list, is)
	require.GreaterOrEqual(r.t, i, 0, "the run does not wait for %s", what)
	return list[i]
}

func (r *Run) task(path string) core.Pending {
	r.t.Helper()
	return r.pending("task "+path, func(p core.Pending) bool { return p.Kind == core.RunTask && p.Path == path })
}

// Done answers a task.
func (r *Run) Done(path string, v core.Value) {
	r.t.Helper()
	p := r.task(path)
	r.send(core.Event{Kind: core.TaskDone, ID: p.ID, Attempt: p.Attempt, Value: v})
}

// Fail answers a task with a failure.
func (r *Run) Fail(path, code string) {
	r.t.Helper()
	p := r.task(path)
	r.send(core.Event{Kind: core.TaskDone, ID: p.ID, Attempt: p.Attempt, Failure: &core.Failure{Code: code, Message: code}})
}

// Fire lets time pass until the next timer is due.
func (r *Run) Fire() {
	r.t.Helper()
	next := r.pending("a timer", func(p core.Pending) bool { return p.Kind == core.SetTimer })
	for _, p := range r.state.Pending() {
		if p.Kind == core.SetTimer && p.At < next.At {
			next = p
		}
	}
	if at := time.Unix(0, next.At); at.After(r.now) {
		r.now = at
	}
	r.send(core.Event{Kind: core.TimerFired, ID: next.ID})
}

// Signal sends a signal to every subscription that it matches, as they stood before, and reports whether it changed
// anything.
func (r *Run) Signal(event, key string, data core.Value) bool {
	r.t.Helper()
	changed := false
	for _, p := range r.state.Pending() {
		if p.Kind == core.Subscribe && p.Event == event && p.Key == key {
			changed = r.send(core.Event{Kind: core.SignalReceived, ID: p.ID, Value: data}) || changed
		}
	}
	return changed
}

// Child answers the child that was started first.
func (r *Run) Child(v core.Value, f *core.Failure) {
	r.t.Helper()
	p := r.pending("a child", func(p core.Pending) bool { return p.Kind == core.StartChild })
	r.send(core.Event{Kind: core.ChildDone, ID: p.ID, Value: v, Failure: f})
}

// Grant gives the run the lock it asked for first.
func (r *Run) Grant() {
	r.t.Helper()
	p := r.pending("a lock", func(p core.Pending) bool { return p.Kind == core.AcquireLock && !p.Granted })
	r.send(core.Event{Kind: core.LockGranted, ID: p.ID})
}

// Cancel cancels the run.
func (r *Run) Cancel() {
	r.t.Helper()
	r.send(core.Event{Kind: core.CancelRequested, Reason: "a test"})
}
