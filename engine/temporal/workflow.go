// Package temporal is the driver for clusters: one workflow type and one activity type, which interpret the same plans
// with the same core on a Temporal cluster. The workflow's history is the journal.
//
// It is the only importer of go.temporal.io. It must not know a node type, storage or a flow document. It is a first cut:
// locks are refused, and a long run does not yet continue as new.
package temporal

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	sdk "go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

// Names that a worker registers and a client starts.
const (
	WorkflowName = "sluice.run"
	ActivityName = "sluice.task"
	// SignalName carries a Signal.
	SignalName = "sluice.signal"
	// CancelName carries the reason.
	CancelName = "sluice.cancel"
)

// Driver interprets plans. It is safe for concurrent use.
type Driver struct {
	Plans    engine.Plans
	Registry *nodes.Registry
	// Published finds the plan hash that a subflow starts with.
	Published func(flow string) (hash string, err error)
}

// Input starts a run. Values are JSON, so that no number loses a digit on its way through a data converter.
type Input struct {
	Plan    string
	Trigger []byte
	Seed    uint64
	Parent  string
	Join    core.ID
	Depth   int
}

// Output is how a run ended, with the journal that the embedded driver would have kept.
type Output struct {
	Status  core.Status
	Output  []byte
	Failure []byte
	Journal [][]byte
}

// Signal is an event for an await.
type Signal struct {
	Event, Key string
	Data       []byte
}

// taskLimit bounds a task whose node has no timeout: Temporal wants a bound.
const taskLimit = 24 * time.Hour

// Workflow is the one workflow type.
func (d *Driver) Workflow(ctx workflow.Context, in Input) (*Output, error) {
	plan, err := d.Plans(in.Plan)
	if err != nil {
		return nil, sdk.NewNonRetryableApplicationError(err.Error(), "engine.plan", err)
	}
	trigger, err := value.Decode(in.Trigger)
	if err != nil {
		return nil, sdk.NewNonRetryableApplicationError(err.Error(), "engine.trigger", err)
	}
	object, _ := trigger.(core.Object)
	info := workflow.GetInfo(ctx)
	r := &run{
		d: d, ctx: ctx, plan: plan, id: info.WorkflowExecution.ID,
		inbox:   workflow.NewBufferedChannel(ctx, 1<<16),
		cancels: map[core.ID]workflow.CancelFunc{},
		subs:    map[core.ID]subscription{},
	}
	r.receive()
	return r.fold(&core.Start{
		Run: r.id, Parent: in.Parent, Join: in.Join, Depth: in.Depth, Plan: in.Plan, Trigger: object, Seed: in.Seed, Revision: core.Revision,
	})
}

// run is one workflow execution.
type run struct {
	d     *Driver
	ctx   workflow.Context
	plan  *core.Plan
	id    string
	state core.State
	// inbox carries core.Event; the workflow's coroutine is the only reader.
	inbox   workflow.Channel
	cancels map[core.ID]workflow.CancelFunc
	subs    map[core.ID]subscription
	out     Output
}

type subscription struct{ event, key string }

// fold steps events until the run is over.
func (r *run) fold(start *core.Start) (*Output, error) {
	event := core.Event{Kind: core.RunStarted, Start: start}
	var decision core.Decision
	for {
		event.At = workflow.Now(r.ctx).UnixNano()
		if err := core.Step(r.plan, &r.state, &event, &decision); err != nil {
			return nil, sdk.NewNonRetryableApplicationError(err.Error(), "engine.replay_mismatch", err)
		}
		if decision.Applied {
			line, err := codec.Append(nil, &event, decision.Commands, nil)
			if err != nil {
				return nil, sdk.NewNonRetryableApplicationError(err.Error(), "engine.codec", err)
			}
			r.out.Journal = append(r.out.Journal, line)
			for i := range decision.Commands {
				if err := r.carryOut(decision.Commands[i]); err != nil {
					return nil, err
				}
			}
		}
		if end := r.state.End(); end != nil {
			return r.finish(end)
		}
		event = core.Event{}
		r.inbox.Receive(r.ctx, &event)
	}
}

func (r *run) finish(end *core.End) (*Output, error) {
	// In order: what a workflow does must be the same every time it is replayed.
	for _, id := range slices.Sorted(maps.Keys(r.cancels)) {
		r.cancels[id]()
	}
	r.out.Status = end.Status
	var err error
	if r.out.Output, err = value.Encode(end.Output); err != nil {
		return nil, err
	}
	if end.Failure != nil {
		if r.out.Failure, err = value.Encode(end.Failure.Object()); err != nil {
			return nil, err
		}
	}
	return &r.out, nil
}

// receive takes in signals and cancel requests for as long as the run lasts.
func (r *run) receive() {
	workflow.Go(r.ctx, func(ctx workflow.Context) {
		signals, cancels := workflow.GetSignalChannel(ctx, SignalName), workflow.GetSignalChannel(ctx, CancelName)
		for {
			s := workflow.NewSelector(ctx)
			s.AddReceive(signals, func(c workflow.ReceiveChannel, _ bool) {
				var sig Signal
				c.Receive(ctx, &sig)
				r.signal(ctx, sig)
			})
			s.AddReceive(cancels, func(c workflow.ReceiveChannel, _ bool) {
				var reason string
				c.Receive(ctx, &reason)
				r.inbox.Send(ctx, core.Event{Kind: core.CancelRequested, Reason: reason})
			})
			s.AddReceive(ctx.Done(), func(workflow.ReceiveChannel, bool) {
				r.inbox.Send(ctx, core.Event{Kind: core.CancelRequested, Reason: "the workflow was cancelled"})
			})
			s.Select(ctx)
			if ctx.Err() != nil {
				return
			}
		}
	})
}

// signal gives a signal to the first subscription that matches, in the order they were asked for.
func (r *run) signal(ctx workflow.Context, sig Signal) {
	data, err := value.Decode(sig.Data)
	if err != nil {
		workflow.GetLogger(ctx).Warn("a signal without JSON data is dropped", "event", sig.Event)
		return
	}
	var first core.ID
	for id, s := range r.subs {
		if s.event == sig.Event && s.key == sig.Key && (first == 0 || id < first) {
			first = id
		}
	}
	if first != 0 {
		delete(r.subs, first)
		r.inbox.Send(ctx, core.Event{Kind: core.SignalReceived, ID: first, Value: data})
	}
}

// carryOut does what the core asked for. All of it is durable with the workflow task that asks.
func (r *run) carryOut(c core.Command) error {
	switch c.Kind {
	case core.RunTask:
		r.task(c)
	case core.SetTimer:
		r.timer(c)
	case core.AbortTask, core.DropTimer:
		r.cancel(c.ID)
	case core.Subscribe:
		r.subs[c.ID] = subscription{c.Event, c.Key}
	case core.Unsubscribe:
		delete(r.subs, c.ID)
	case core.StartChild:
		r.child(c)
	case core.CancelChild:
		if !c.Detach {
			r.cancel(c.ID)
		}
	case core.Yield:
		// A timer ends the workflow task, so that a long queue does not run into the deadlock limit.
		workflow.Go(r.ctx, func(ctx workflow.Context) {
			_ = workflow.Sleep(ctx, time.Millisecond)
			r.inbox.Send(ctx, core.Event{Kind: core.Continued})
		})
	case core.AcquireLock:
		return sdk.NewNonRetryableApplicationError(
			"group.lock is not available on Temporal yet; run flows with locks on the embedded engine", "engine.unsupported", nil)
	case core.ReleaseLock, core.Respond, core.Finish, core.HoldForHuman:
	}
	return nil
}

func (r *run) cancel(id core.ID) {
	if cancel := r.cancels[id]; cancel != nil {
		cancel()
	}
}

// track makes a context that cancel(id) ends.
func (r *run) track(id core.ID) workflow.Context {
	ctx, cancel := workflow.WithCancel(r.ctx)
	r.cancels[id] = cancel
	return ctx
}

func (r *run) timer(c core.Command) {
	ctx := r.track(c.ID)
	wait := time.Duration(c.At - workflow.Now(ctx).UnixNano())
	workflow.Go(ctx, func(ctx workflow.Context) {
		if workflow.Sleep(ctx, max(wait, 0)) == nil {
			delete(r.cancels, c.ID)
			r.inbox.Send(r.ctx, core.Event{Kind: core.TimerFired, ID: c.ID})
		}
	})
}

// TaskInput is one try at a task.
type TaskInput struct {
	Type    string
	Args    []byte
	Key     string
	Attempt int
	Node    string
	Run     core.RunInfo
	Flow    core.FlowInfo
	Write   bool
}

// TaskOutput is its outcome: a failure is data here, too, because the core owns retries.
type TaskOutput struct {
	Value   []byte
	Failure []byte
}

func (r *run) task(c core.Command) {
	limit := c.Timeout
	if limit == 0 {
		limit = taskLimit
	}
	ctx := workflow.WithActivityOptions(r.track(c.ID), workflow.ActivityOptions{
		StartToCloseTimeout: limit, WaitForCancellation: true, RetryPolicy: &sdk.RetryPolicy{MaximumAttempts: 1},
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		event := core.Event{Kind: core.TaskDone, ID: c.ID, Attempt: c.Attempt}
		args, err := value.Encode(c.Args)
		if err == nil {
			var out TaskOutput
			in := TaskInput{
				Type: c.Task.Type, Args: args, Key: fmt.Sprintf("%s-%d", r.id, c.ID), Attempt: c.Attempt, Node: c.Node, Write: c.Task.Write,
				Run: core.RunInfo{ID: r.id, Parent: r.state.Start().Parent, StartedAt: r.state.StartedAt()}, Flow: r.plan.Flow,
			}
			if err = workflow.ExecuteActivity(ctx, ActivityName, in).Get(ctx, &out); err == nil {
				event.Value, event.Failure, err = out.outcome()
			}
		}
		if err != nil {
			event.Failure = lost(err, c.Task.Write)
		}
		delete(r.cancels, c.ID)
		r.inbox.Send(r.ctx, event)
	})
}

// lost is the outcome of a task that Temporal itself ended.
func lost(err error, write bool) *core.Failure {
	switch {
	case sdk.IsTimeoutError(err):
		return &core.Failure{Code: "task.timeout", Message: "the task did not end in time", Unknown: write}
	case sdk.IsCanceledError(err):
		return &core.Failure{Code: "task.aborted", Message: "the task was stopped because its result was no longer wanted", Permanent: true, Unknown: write}
	default:
		return &core.Failure{Code: "internal", Message: "the task could not be run; the worker's log says more", Unknown: write}
	}
}

func (r *run) child(c core.Command) {
	ctx := workflow.WithChildOptions(r.track(c.ID), workflow.ChildWorkflowOptions{
		WorkflowID: fmt.Sprintf("%s-%d", r.id, c.ID),
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		event := core.Event{Kind: core.ChildDone, ID: c.ID}
		v, f, err := r.runChild(ctx, c)
		event.Value, event.Failure = v, f
		if err != nil {
			event.Failure = &core.Failure{Code: "subflow.start", Message: "flow " + c.Flow + " did not run: " + err.Error()}
		}
		delete(r.cancels, c.ID)
		r.inbox.Send(r.ctx, event)
	})
}

func (r *run) runChild(ctx workflow.Context, c core.Command) (core.Value, *core.Failure, error) {
	if r.state.Start().Depth >= engine.MaxDepth {
		return nil, engine.TooDeep(c.Flow), nil
	}
	if r.d.Published == nil {
		return nil, nil, fmt.Errorf("no flows are known here")
	}
	hash, err := r.d.Published(c.Flow)
	if err != nil {
		return nil, nil, err
	}
	trigger, err := value.Encode(core.Object{"type": "call", "body": c.Input})
	if err != nil {
		return nil, nil, err
	}
	in := Input{Plan: hash, Trigger: trigger, Seed: r.state.Start().Seed ^ uint64(c.ID), Parent: r.id, Join: c.ID, Depth: r.state.Start().Depth + 1}
	future := workflow.ExecuteChildWorkflow(ctx, WorkflowName, in)
	if c.Detach {
		var started workflow.Execution
		if err := future.GetChildWorkflowExecution().Get(ctx, &started); err != nil {
			return nil, nil, err
		}
		return core.Object{"run": started.ID}, nil, nil
	}
	var out Output
	if err := future.Get(ctx, &out); err != nil {
		return nil, nil, err
	}
	return TaskOutput{Value: out.Output, Failure: out.Failure}.outcome()
}

// outcome reads values back from JSON.
func (o TaskOutput) outcome() (core.Value, *core.Failure, error) {
	if len(o.Failure) > 0 {
		v, err := value.Decode(o.Failure)
		if err != nil {
			return nil, nil, err
		}
		return nil, codec.Failure(v), nil
	}
	v, err := value.Decode(o.Value)
	return v, nil, err
}

// Activity is the one activity type: a try at a task.
func (d *Driver) Activity(ctx context.Context, in TaskInput) (*TaskOutput, error) {
	spec := d.Registry.Find(in.Type)
	if spec == nil || spec.Run == nil {
		return failed(&core.Failure{Code: "task.type_unknown", Permanent: true, Message: "this build has no node type " + in.Type})
	}
	args, err := value.Decode(in.Args)
	if err != nil {
		return nil, err
	}
	v, f := spec.Run(ctx, nodes.Call{
		Args: args, Key: in.Key, Attempt: in.Attempt, Run: in.Run, Flow: in.Flow, Node: in.Node, Now: time.Now,
	})
	if f != nil {
		return failed(f)
	}
	plain, err := value.Normalize(v)
	if err != nil {
		return failed(&core.Failure{Code: "task.output", Permanent: true, Unknown: in.Write, Message: "the task's output is not a JSON value: " + err.Error()})
	}
	b, err := value.Encode(plain)
	return &TaskOutput{Value: b}, err
}

func failed(f *core.Failure) (*TaskOutput, error) {
	b, err := value.Encode(codec.FailureObject(f))
	return &TaskOutput{Failure: b}, err
}
