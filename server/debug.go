package server

import (
	"context"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/storage"
)

// startAndRest starts a run and waits until it has ended or stands still, as long as the context allows.
func (r *runs) startAndRest(ctx context.Context, request engine.StartRequest) (storage.RunID, error) {
	id, err := r.engine.Start(context.WithoutCancel(ctx), request)
	if err != nil {
		return id, err
	}
	return id, r.rest(ctx, id)
}

// rest waits until a run has ended or stands still; that the context is over is no error.
func (r *runs) rest(ctx context.Context, id storage.RunID) error {
	if err := r.debugger.Rest(ctx, id); err != nil && ctx.Err() == nil {
		return err
	}
	return nil
}

// looked adds what somebody who looks into a run wants to know.
func (r *runs) looked(o core.Object, run *engine.Replayed) {
	s := run.State
	o["events"], o["retries"], o["breakpoints"] = int(s.Seq()), run.Retries, breakpointList(s.Breakpoints())
	if past := s.Start().Past; past != nil && past.Run != s.Start().Run {
		o["forkedFrom"] = core.Object{"run": past.Run, "event": int(past.Seq)}
	}
	if stop := stopOf(s); stop != nil {
		o["pausedAt"], o["stop"] = stop["path"], stop
	}
}

// stopOf is where a run stands still; nil where it does not.
func stopOf(s *core.State) core.Object {
	if stops := s.Stops(); stops != nil {
		x := stops[0]
		o := core.Object{
			"path": x.Path, "node": x.Node, "on": string(x.On), "at": time.Unix(0, x.At).UTC(), "attempt": x.Attempt, "error": nil,
			"more": len(stops) - 1,
		}
		if x.Failure != nil {
			o["error"] = x.Failure.Object()
		}
		return o
	}
	if !s.Idle() {
		return nil
	}
	for _, p := range s.Pending() {
		if p.Held {
			return core.Object{
				"path": p.Path, "node": p.Node, "on": string(core.StopUnknown), "at": time.Unix(0, s.Now()).UTC(), "attempt": p.Attempt,
				"error": nil, "more": 0,
			}
		}
	}
	return nil
}

// stateAt is a run as it stood after so many of its events.
func (r *runs) stateAt(id storage.RunID, at uint64) (core.Object, error) {
	if _, err := r.row(id); err != nil {
		return nil, err
	}
	over, err := engine.ReplayTo(r.store, r.library.Plan, id, at, nil)
	if err != nil {
		return nil, err
	}
	s := over.State
	last, err := engine.EventAt(r.store, id, s.Seq())
	if err != nil {
		return nil, err
	}
	sight, _ := core.Look(over.Plan, s, "")
	o := core.Object{
		"seq": int(s.Seq()), "at": time.Unix(0, s.Now()).UTC(), "kind": string(last.Kind), "by": nil, "phase": s.Phase().String(),
		"steps": s.Steps(), "vars": nil, "stop": nil, "breakpoints": breakpointList(s.Breakpoints()),
	}
	if last.By != "" {
		o["by"] = last.By
	}
	if sight != nil {
		o["vars"] = sight.Vars
	}
	if stop := stopOf(s); stop != nil {
		o["stop"] = stop
	}
	return r.masked(o), nil
}

// scopeAt is what can be seen at an activation, or where the run is stopped; at counts events, 0 is now.
func (r *runs) scopeAt(id storage.RunID, path string, at uint64) (core.Object, error) {
	if _, err := r.row(id); err != nil {
		return nil, err
	}
	over, err := engine.ReplayTo(r.store, r.library.Plan, id, at, nil)
	if err != nil {
		return nil, err
	}
	s := over.State
	if stop := stopOf(s); path == "" && stop != nil {
		path, _ = stop["path"].(string)
	}
	sight, found := core.Look(over.Plan, s, path)
	if !found {
		return nil, refuse("step.not_found", "run", string(id), "path", path)
	}
	return r.masked(r.sight(sight, s)), nil
}

func (r *runs) sight(x *core.Sight, s *core.State) core.Object {
	o := core.Object{
		"seq": int(s.Seq()), "path": x.Path, "node": x.Node, "type": x.Type, "phase": nil, "attempt": x.Attempt, "trigger": x.Trigger,
		"input": x.Input, "nodes": x.Nodes, "vars": x.Vars, "item": x.Item, "index": nil, "error": nil, "output": x.Output, "ask": nil,
		"run": core.Object{
			"id": x.Run.ID, "parent": x.Run.Parent, "startedAt": time.Unix(0, x.Run.StartedAt).UTC(),
			"elapsedMs": int((s.Now() - x.Run.StartedAt) / int64(time.Millisecond)),
		},
		"flow": core.Object{"id": x.Flow.ID, "version": x.Flow.Version},
	}
	if x.Node != "" {
		o["phase"] = stepStatus(x.Phase)
	}
	if x.Index >= 0 {
		o["index"] = x.Index
	}
	if x.Failure != nil {
		o["error"] = x.Failure.Object()
	}
	if x.Task != nil {
		o["ask"] = r.ask(x)
	}
	return o
}

// ask is what a worker is, or is about to be, asked: the arguments, and the connection it goes to, without its secrets.
func (r *runs) ask(x *core.Sight) core.Object {
	o := core.Object{"type": x.Task.Type, "write": x.Task.Write, "args": x.Args, "connection": nil, "problem": nil}
	if x.Refusal != nil {
		o["problem"] = x.Refusal.Object()
	}
	args, _ := x.Args.(core.Object)
	if id, ok := args["connection"].(string); ok {
		if c, err := r.catalogue.vault.get(id); err == nil {
			o["connection"] = core.Object{"id": id, "type": c.Type, "config": c.Config}
		}
	}
	return o
}
