package embedded

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

// taskPool bounds the tasks at work. Those above the bound wait in line.
type taskPool struct {
	e      *Engine
	ctx    context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	line   []*task
	busy   int
	limit  int
	closed bool
	work   sync.WaitGroup
}

// task is one try at one task.
type task struct {
	run     *run
	command core.Command
	// again: the same try was handed out before a crash, and may have taken effect.
	again  bool
	info   core.RunInfo
	flow   core.FlowInfo
	ctx    context.Context
	cancel context.CancelFunc
}

// overdue is how long a task that does not heed its timeout is waited for before it is given up.
const overdue = 5 * time.Second

func (p *taskPool) init(e *Engine, limit int) {
	p.e, p.limit = e, limit
	p.ctx, p.cancel = context.WithCancel(context.Background())
}

// start puts a task in line. The command must be durable already if it writes.
func (p *taskPool) start(r *run, c *core.Command, again bool) {
	t := &task{run: r, command: *c, flow: r.plan.Flow, again: again}
	t.info = core.RunInfo{ID: string(r.id), Parent: r.state.Start().Parent, StartedAt: r.state.StartedAt()}
	t.ctx, t.cancel = context.WithCancel(p.ctx)
	r.mu.Lock()
	if r.tasks == nil {
		r.tasks = map[core.ID]*task{}
	}
	r.tasks[c.ID] = t
	r.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	if p.busy == p.limit {
		p.line = append(p.line, t)
		return
	}
	p.busy++
	p.work.Go(func() { p.worker(t) })
}

// worker does a task and then what waits in line.
func (p *taskPool) worker(t *task) {
	for t != nil {
		p.do(t)
		p.mu.Lock()
		t = nil
		if len(p.line) > 0 && !p.closed {
			t, p.line = p.line[0], p.line[1:]
		} else {
			p.busy--
		}
		p.mu.Unlock()
	}
}

// do tries a task and delivers its outcome, unless the engine was stopped meanwhile: then it is done again at the next
// start.
func (p *taskPool) do(t *task) {
	if p.e.crash("task:before") {
		return
	}
	c := &t.command
	var v core.Value
	var f *core.Failure
	if t.ctx.Err() != nil {
		f = aborted(false)
	} else {
		v, f = p.try(t)
	}
	t.cancel()
	if f != nil && t.again {
		unsure := *f
		unsure.Unknown = true
		f = &unsure
	}
	if p.ctx.Err() != nil || p.e.crash("task:after") {
		return
	}
	r := t.run
	r.mu.Lock()
	if r.tasks[c.ID] == t {
		delete(r.tasks, c.ID)
	}
	r.mu.Unlock()
	p.e.deliver(r.id, delivery{event: core.Event{
		Kind: core.TaskDone, At: time.Now().UnixNano(), ID: c.ID, Attempt: c.Attempt, Value: v, Failure: f,
	}})
}

// try runs the task within its timeout. A task that does not come back in time is given up; its goroutine ends whenever
// it does.
func (p *taskPool) try(t *task) (core.Value, *core.Failure) {
	c := &t.command
	if c.Timeout == 0 {
		return p.call(t.ctx, t)
	}
	ctx, cancel := context.WithTimeout(t.ctx, c.Timeout)
	defer cancel()
	type outcome struct {
		v core.Value
		f *core.Failure
	}
	done := make(chan outcome, 1)
	go func() {
		v, f := p.call(ctx, t)
		done <- outcome{v, f}
	}()
	patience := time.NewTimer(c.Timeout + overdue)
	defer patience.Stop()
	select {
	case o := <-done:
		return o.v, o.f
	case <-patience.C:
		return nil, &core.Failure{
			Code: "task.timeout", Message: fmt.Sprintf("the task did not end within %s, nor when it was told to", c.Timeout),
			Unknown: c.Task.Write,
		}
	}
}

// call runs the node type's function. A panic in it is a failure of the task, and its text is for the log alone.
func (p *taskPool) call(ctx context.Context, t *task) (v core.Value, f *core.Failure) {
	c := &t.command
	defer func() {
		if r := recover(); r != nil {
			p.e.o.Log.Error("a task panicked", "type", c.Task.Type, "run", t.info.ID, "node", c.Node, "panic", r, "stack", string(debug.Stack()))
			v, f = nil, &core.Failure{
				Code: "internal", Permanent: true, Unknown: c.Task.Write,
				Message: "the node type has a defect and stopped; the server's log says more",
			}
		}
	}()
	spec := p.e.o.Registry.Find(c.Task.Type)
	if spec == nil || spec.Run == nil {
		return nil, &core.Failure{
			Code: "task.type_unknown", Permanent: true,
			Message: fmt.Sprintf("this build has no node type %s", c.Task.Type),
		}
	}
	v, f = spec.Run(ctx, nodes.Call{
		Args: c.Args, Key: idempotencyKey(t.info.ID, c.ID), Attempt: c.Attempt,
		Run: t.info, Flow: t.flow, Node: c.Node, Now: time.Now,
	})
	switch {
	case f != nil && t.ctx.Err() != nil:
		return nil, aborted(f.Unknown)
	case f != nil:
		return nil, f
	}
	plain, err := value.Normalize(v)
	if err != nil {
		return nil, &core.Failure{
			Code: "task.output", Permanent: true, Unknown: c.Task.Write,
			Message: "the task's output is not a JSON value: " + err.Error(),
		}
	}
	if size := value.Size(plain); size > p.e.o.ValueBytes {
		return nil, &core.Failure{
			Code: "task.output_too_large", Permanent: true, Unknown: c.Task.Write,
			Message: fmt.Sprintf("the task gave about %d bytes, at most %d are kept; ask for less", size, p.e.o.ValueBytes),
		}
	}
	return plain, nil
}

// aborted is the outcome of a task that was told to stop.
func aborted(unknown bool) *core.Failure {
	return &core.Failure{Code: "task.aborted", Message: "the task was stopped because its result was no longer wanted", Permanent: true, Unknown: unknown}
}

// idempotencyKey is the same for every try of a task, over restarts too, and of no other task ever.
func idempotencyKey(run string, id core.ID) string { return fmt.Sprintf("%s-%d", run, id) }

// abort tells a task to stop; its outcome is delivered as always.
func (p *taskPool) abort(r *run, id core.ID) {
	r.mu.Lock()
	t := r.tasks[id]
	r.mu.Unlock()
	if t != nil {
		t.cancel()
	}
}

// abortAll tells all tasks of a run that is over to stop.
func (p *taskPool) abortAll(r *run) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range r.tasks {
		t.cancel()
	}
}

// drain starts nothing more and waits for what is at work, until the context ends; then that is cut off.
func (p *taskPool) drain(ctx context.Context) error {
	p.mu.Lock()
	p.closed, p.line = true, nil
	p.mu.Unlock()
	idle := make(chan struct{})
	go func() {
		p.work.Wait()
		close(idle)
	}()
	select {
	case <-idle:
		p.cancel()
		return nil
	case <-ctx.Done():
		p.cancel()
		<-idle
		return ctx.Err()
	}
}

// stop cuts everything off.
func (p *taskPool) stop() { p.cancel() }
