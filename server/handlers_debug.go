package server

import (
	"context"
	"maps"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

func (s *Server) getScope(q *request) error {
	p := q.query()
	path, at := p.text("path"), p.number("at")
	if err := p.done(); err != nil {
		return err
	}
	o, err := s.runs.scopeAt(storage.RunID(q.Params("id")), path, at)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, o)
}

func (s *Server) getState(q *request) error {
	p := q.query()
	at := p.number("at")
	if err := p.done(); err != nil {
		return err
	}
	o, err := s.runs.stateAt(storage.RunID(q.Params("id")), at)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, o)
}

// breakpointsBody reads a body that is a list of breakpoints.
func (q *request) breakpointsBody() ([]core.Breakpoint, error) {
	v, err := q.value()
	if err != nil {
		return nil, err
	}
	list, ok := v.(core.List)
	if !ok {
		f := &fields{}
		f.wrongType("", "array", v)
		return nil, f.done()
	}
	all, found := readBreakpoints("", list)
	if len(found) > 0 {
		return nil, &Refusal{Code: "api.body", Findings: found}
	}
	return all, nil
}

func (s *Server) getBreakpoints(q *request) error {
	if _, err := s.catalogue.find(q.Params("id"), 0, false); err != nil {
		return err
	}
	return q.list(breakpointList(s.o.Breakpoints.Of(q.Params("id"))), "")
}

// putBreakpoints sets the breakpoints of a flow: its runs begin with them from now on.
func (s *Server) putBreakpoints(q *request) error {
	list, err := q.breakpointsBody()
	if err != nil {
		return err
	}
	id := q.Params("id")
	flow, err := s.catalogue.runnable(id, true)
	if err != nil {
		return err
	}
	if list, err = s.runs.accepted(flow, list); err != nil {
		return err
	}
	if err := s.o.Breakpoints.put(id, list); err != nil {
		return err
	}
	return q.list(breakpointList(list), "")
}

func (s *Server) deleteBreakpoints(q *request) error {
	if _, err := s.catalogue.find(q.Params("id"), 0, false); err != nil {
		return err
	}
	if err := s.o.Breakpoints.put(q.Params("id"), nil); err != nil {
		return err
	}
	return q.SendStatus(fiber.StatusNoContent)
}

func (s *Server) getRunBreakpoints(q *request) error {
	run, err := engine.Replay(s.o.Store, s.o.Library.Plan, storage.RunID(q.Params("id")), nil)
	if err != nil {
		return err
	}
	return q.list(breakpointList(run.State.Breakpoints()), "")
}

func (s *Server) putRunBreakpoints(q *request) error {
	list, err := q.breakpointsBody()
	if err != nil {
		return err
	}
	return s.setRunBreakpoints(q, list)
}

func (s *Server) deleteRunBreakpoints(q *request) error { return s.setRunBreakpoints(q, nil) }

func (s *Server) setRunBreakpoints(q *request, list []core.Breakpoint) error {
	id := storage.RunID(q.Params("id"))
	run, err := engine.Replay(s.o.Store, s.o.Library.Plan, id, nil)
	if err != nil {
		return err
	}
	flow, err := s.o.Library.Flow(run.Plan.Hash)
	if err != nil {
		return err
	}
	if list, err = s.runs.accepted(flow, list); err != nil {
		return err
	}
	return s.doTo(q, id, 0, func(ctx context.Context) error {
		return s.o.Debugger.SetBreakpoints(ctx, id, list, q.who.Name)
	})
}

// doTo does something to a run, waits for it to rest where the caller wants that, and answers with the run.
func (s *Server) doTo(q *request, id storage.RunID, wait time.Duration, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), durableWithin)
	defer cancel()
	if err := do(ctx); err != nil {
		return err
	}
	return s.sendRested(q, fiber.StatusOK, id, wait)
}

func (s *Server) sendRested(q *request, status int, id storage.RunID, wait time.Duration) error {
	if wait > 0 {
		ctx, cancel := context.WithTimeout(s.waits, wait)
		defer cancel()
		if err := s.runs.rest(ctx, id); err != nil {
			return err
		}
	}
	run, err := s.runs.view(id)
	if err != nil {
		return err
	}
	return q.send(status, run)
}

func (s *Server) pauseRun(q *request) error {
	id := storage.RunID(q.Params("id"))
	return s.doTo(q, id, 0, func(ctx context.Context) error { return s.o.Debugger.Pause(ctx, id, q.who.Name) })
}

func (s *Server) resumeRun(q *request) error {
	f, err := q.fields(true)
	if err != nil {
		return err
	}
	r := core.Resume{Mode: core.Mode(f.text("mode")), To: f.text("to"), Again: f.flag("again")}
	if r.Mode == "" {
		r.Mode = core.Continue
	}
	patch := f.patch()
	r.Vars, r.Outputs = patch.Vars, patch.Outputs
	if skip := f.object("skip"); skip != nil {
		in := &fields{of: skip}
		output, _ := in.get("output")
		r.Skip = &core.Skip{Output: output, Port: in.text("port")}
		f.take("skip", in)
	}
	wait := f.duration("wait", longestWait)
	if err := f.done(); err != nil {
		return err
	}
	id := storage.RunID(q.Params("id"))
	return s.doTo(q, id, wait, func(ctx context.Context) error { return s.o.Debugger.Resume(ctx, id, r, q.who.Name) })
}

// patch reads what is to be changed.
func (f *fields) patch() engine.Patch {
	in := &fields{of: f.object("patch")}
	p := engine.Patch{Vars: in.object("vars"), Outputs: in.object("outputs")}
	f.take("patch", in)
	return p
}

// take takes over what is wrong with a member.
func (f *fields) take(key string, in *fields) {
	for _, d := range in.rest() {
		d.Pointer = "/" + value.EscapePointer(key) + d.Pointer
		f.findings = append(f.findings, d)
	}
}

func (s *Server) judgeRun(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	j := engine.Judgement{Path: f.need("path")}
	verdict, message := f.need("verdict"), f.text("message")
	j.Output, _ = f.get("output")
	wait := f.duration("wait", longestWait)
	if err := f.done(); err != nil {
		return err
	}
	switch verdict {
	case "done":
	case "again":
		j.Again = true
	case "failed":
		j.Failure = &core.Failure{Code: "task.judged_failed", Message: "somebody said that it was not done: " + message, Permanent: true}
	default:
		return refuse("judge.verdict", "verdict", verdict)
	}
	id := storage.RunID(q.Params("id"))
	return s.doTo(q, id, wait, func(ctx context.Context) error { return s.o.Debugger.Judge(ctx, id, j, q.who.Name) })
}

func (s *Server) retryRun(q *request) error {
	f, err := q.fields(true)
	if err != nil {
		return err
	}
	latest := f.flag("latest")
	r := engine.RetryRequest{Stay: f.flag("stop"), Patch: f.patch(), By: q.who.Name}
	wait := f.duration("wait", longestWait)
	if err := f.done(); err != nil {
		return err
	}
	id := storage.RunID(q.Params("id"))
	return s.doTo(q, id, wait, func(ctx context.Context) error { return s.runs.retry(ctx, id, r, latest) })
}

// retry lets a failed run go on; with latest by the version of its flow that is live.
func (r *runs) retry(ctx context.Context, id storage.RunID, request engine.RetryRequest, latest bool) error {
	row, err := r.row(id)
	if err != nil {
		return err
	}
	if latest {
		flow, err := r.catalogue.runnable(row.Flow, false)
		if err != nil {
			return err
		}
		request.Plan = flow.Plan.Hash
	}
	return r.debugger.Retry(ctx, id, request)
}

func (s *Server) forkRun(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	from := storage.RunID(q.Params("id"))
	r := engine.ForkRequest{From: from, At: f.need("at"), Stay: f.flag("stop"), Patch: f.patch(), By: q.who.Name}
	input, changed := f.get("input")
	version, draft := f.integer("version"), f.flag("draft")
	points, wait := f.breakpoints("breakpoints"), f.duration("wait", longestWait)
	if err := f.done(); err != nil {
		return err
	}
	row, err := s.runs.row(from)
	if err != nil {
		return err
	}
	was, err := engine.Read(s.o.Store, s.o.Library.Plan, from)
	if err != nil {
		return err
	}
	flow, err := s.o.Library.Flow(was.Plan.Hash)
	if draft || version > 0 {
		flow, err = s.catalogue.another(row.Flow, version, draft)
	}
	if err != nil {
		return err
	}
	r.Plan = flow.Plan.Hash
	if changed {
		if flow.Input != nil {
			if bad := flow.Input(input); bad != nil {
				return notAsInput(bad)
			}
		}
		r.Trigger = withBody(was.Start.Trigger, input)
	}
	if r.Breakpoints, err = s.runs.accepted(flow, points); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), durableWithin)
	defer cancel()
	id, err := s.o.Debugger.Fork(ctx, r)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, base+"/runs/"+string(id))
	return s.sendRested(q, fiber.StatusCreated, id, wait)
}

// withBody is a trigger with another body.
func withBody(trigger core.Object, body core.Value) core.Object {
	o := maps.Clone(trigger)
	o["body"] = body
	return o
}
