package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// cmdRuns lists the runs of a storage, shows one, or goes on with those that were cut off.
func cmdRuns(ctx context.Context, c *console, args []string) error {
	flags := flag.NewFlagSet("runs", flag.ContinueOnError)
	connections := flags.String("connections", "", "")
	reach := egressFlags(flags)
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) < 2 {
		return wrongUsage("list, show, resume or step, and the DIR that --data named")
	}
	policy, err := reach()
	if err != nil {
		return err
	}
	if _, err := os.Stat(rest[1]); err != nil {
		return err
	}
	w, err := openWorkspace(c, workspaceOptions{data: rest[1], connections: *connections, egress: policy})
	if err != nil {
		return err
	}
	defer func() { _ = w.close(ctx) }()
	switch {
	case rest[0] == "list" && len(rest) == 2:
		return listRuns(c, w)
	case rest[0] == "show" && len(rest) == 3:
		return showRun(c, w, storage.RunID(rest[2]))
	case rest[0] == "resume" && len(rest) == 2:
		return resumeRuns(ctx, c, w)
	case rest[0] == "step" && len(rest) == 3:
		return stepRun(ctx, c, w, rest[1], storage.RunID(rest[2]))
	}
	return wrongUsage("list DIR, show DIR RUN, resume DIR, or step DIR RUN")
}

// listLimit bounds a listing; what is older is found by the server.
const listLimit = 200

func listRuns(c *console, w *workspace) error {
	rows, err := w.store.Runs(storage.Listing{Limit: listLimit})
	if err != nil {
		return err
	}
	for _, r := range rows {
		took := "-"
		if !r.EndedAt.IsZero() {
			took = r.EndedAt.Sub(r.StartedAt).Round(time.Millisecond).String()
		}
		fmt.Fprintf(c.out, "%s  %s  %-24s %-10s %s", r.Run, r.StartedAt.Local().Format(time.DateTime), r.Flow, r.Status, took)
		for _, k := range r.Keys {
			fmt.Fprintf(c.out, "  %s=%s", k.Name, k.Value)
		}
		fmt.Fprintln(c.out)
	}
	return nil
}

// showRun prints a run with its steps as one JSON object. Secrets are masked.
func showRun(c *console, w *workspace, id storage.RunID) error {
	row, err := w.store.Row(id)
	if err != nil {
		return err
	}
	steps, err := engine.Steps(w.store, w.library.Plan, id)
	if err != nil {
		return err
	}
	over, err := engine.Replay(w.store, w.library.Plan, id, nil)
	if err != nil {
		return err
	}
	shown := core.Object{
		"id": string(id), "flow": row.Flow, "status": row.Status, "trigger": over.State.Start().Trigger,
		"startedAt": row.StartedAt.Format(time.RFC3339Nano),
	}
	if end := over.State.End(); end != nil {
		shown["endedAt"], shown["output"] = row.EndedAt.Format(time.RFC3339Nano), end.Output
		if end.Failure != nil {
			shown["error"] = end.Failure.Object()
		}
	}
	if stops := over.State.Stops(); stops != nil {
		shown["pausedAt"], shown["pausedOn"] = stops[0].Path, string(stops[0].On)
	}
	for _, p := range over.State.Pending() {
		if p.Held {
			shown["pausedAt"], shown["pausedOn"] = p.Path, string(core.StopUnknown)
		}
	}
	list := core.List{}
	for i := range steps {
		list = append(list, stepObject(&steps[i]))
	}
	shown["steps"] = list
	b, err := value.Encode(w.connections.Mask(shown))
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s\n", indent(b))
	return nil
}

func stepObject(s *engine.Step) core.Object {
	o := core.Object{
		"path": s.Path, "node": s.NodeID, "type": s.Type, "status": s.Phase.String(), "attempt": s.Attempt,
		"startedAt": s.StartedAt.Format(time.RFC3339Nano), "durationMs": int(s.Duration().Milliseconds()),
		"input": s.Input, "output": s.Output,
	}
	if s.Port != "" {
		o["port"] = s.Port
	}
	if s.Failure != nil {
		o["error"] = s.Failure.Object()
	}
	return o
}

// stepRun opens the debugger on a kept run: one that stands still, or one that failed, which is stopped where it did.
func stepRun(ctx context.Context, c *console, w *workspace, dir string, id storage.RunID) error {
	if err := w.start(newProgress(c).observe); err != nil {
		return err
	}
	row, err := w.store.Row(id)
	if err != nil {
		return err
	}
	if row.Status == string(core.Failed) {
		if err := w.engine.Retry(ctx, id, engine.RetryRequest{Stay: true, By: "terminal"}); err != nil {
			return err
		}
	}
	if err := stepThrough(ctx, c, w, id); err != nil {
		return left(c, err, dir, id)
	}
	end, err := waitFor(ctx, c, w, id, dir)
	if err == nil && end.Status != core.Succeeded {
		return exitCode(1)
	}
	return err
}

// resumeRuns goes on with every run that has not ended, and waits for those at work. What only waits for a timer far
// away or an event stays.
func resumeRuns(ctx context.Context, c *console, w *workspace) error {
	var live []storage.RunID
	if err := w.store.Live(func(l storage.LiveRow) bool {
		// One that stands still waits for somebody who steps through it.
		if l.Status != string(core.Paused) {
			live = append(live, l.Run)
		}
		return true
	}); err != nil {
		return err
	}
	if len(live) == 0 {
		c.say(textNothingToDo)
		return nil
	}
	c.say(textResumed, len(live))
	p := newProgress(c)
	if err := w.start(p.observe); err != nil {
		return err
	}
	failed := false
	for _, id := range live {
		end, err := waitFor(ctx, c, w, id, "")
		if err != nil {
			return err
		}
		failed = failed || end.Status != core.Succeeded
	}
	if failed {
		return exitCode(1)
	}
	return nil
}
