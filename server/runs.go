package server

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"time"

	"sluice/connect"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/triggers"
	"sluice/internal/library"
	"sluice/storage"
)

// runs starts runs and tells how they go. Secrets of connections are masked in all that it tells.
type runs struct {
	store    *Observed
	engine   engine.Engine
	debugger engine.Debugger
	// breakpoints are those of flows.
	breakpoints *Breakpoints
	library     *library.Library
	catalogue   *catalogue
	set         *connect.Set
	now         func() time.Time
	log         *slog.Logger
}

// order is a wish for a new run.
type order struct {
	flow  string
	draft bool
	input core.Value
	// breakpoints and pins are of this run alone.
	breakpoints []core.Breakpoint
	pins        core.Object
	// wait is how long the caller waits for the end.
	wait time.Duration
}

// start starts a run. It returns when the run is durable and, with wait, has ended or the wait or the context is over.
func (r *runs) start(ctx context.Context, o order) (storage.RunID, error) {
	flow, err := r.catalogue.runnable(o.flow, o.draft)
	if err != nil {
		return "", err
	}
	now := r.now().UTC()
	trigger := core.Object{"id": triggers.Call, "type": triggers.Call, "at": now.Format(time.RFC3339Nano), "body": o.input}
	if flow.Input != nil {
		if f := flow.Input(o.input); f != nil {
			return "", notAsInput(f)
		}
	}
	request := engine.StartRequest{
		Plan: flow.Plan.Hash, Trigger: trigger, Gate: flow.Plan.GateOf(trigger, now.UnixNano(), spelled), Pins: o.pins,
	}
	if request.Breakpoints, err = r.accepted(flow, o.breakpoints); err != nil {
		return "", err
	}
	if o.wait == 0 {
		return r.engine.Start(context.WithoutCancel(ctx), request)
	}
	ctx, cancel := context.WithTimeout(ctx, o.wait)
	defer cancel()
	if len(request.Breakpoints) > 0 || len(r.breakpoints.Of(o.flow)) > 0 {
		return r.startAndRest(ctx, request)
	}
	id, answer, err := r.engine.Call(ctx, request)
	if err == nil && answer.End == nil {
		// It answered early; the caller of the API waits for the end.
		_, err = r.engine.Wait(ctx, id)
	}
	if err != nil && ctx.Err() != nil && id != "" {
		return id, r.durable(id)
	}
	return id, err
}

// durableWithin is how long a start may take to reach the disk before its caller is told that it did not.
const durableWithin = 30 * time.Second

// durable waits until a run that was started stands in the storage.
func (r *runs) durable(id storage.RunID) error {
	wake, stop := r.store.watch(id)
	defer stop()
	over := time.NewTimer(durableWithin)
	defer over.Stop()
	for {
		_, err := r.store.Row(id)
		if !errors.Is(err, storage.ErrNotFound) {
			return err
		}
		select {
		case <-wake:
		case <-over.C:
			return engine.ErrUnavailable
		}
	}
}

// notAsInput tells where an input is not as the flow's schema says.
func notAsInput(f *core.Failure) *Refusal {
	list, _ := f.Details.(core.List)
	details := make(core.List, 0, len(list))
	for _, v := range list {
		if o, ok := v.(core.Object); ok {
			details = append(details, core.Object{"code": o["code"], "path": o["pointer"], "message": o["message"]})
		}
	}
	return &Refusal{Code: "run.input", Details: details}
}

// spelled is a key as text: a string as it is, anything else as JSON, numbers with all their digits.
func spelled(v core.Value) string {
	if text, ok := v.(string); ok {
		return text
	}
	b, err := value.Encode(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// view is a run with exactly the fields of the contract.
func (r *runs) view(id storage.RunID) (core.Object, error) {
	row, err := r.row(id)
	if err != nil {
		return nil, err
	}
	o := summary(id, &row)
	o["trigger"], o["output"], o["pausedAt"], o["stop"], o["forkedFrom"] = nil, nil, nil, nil, nil
	o["events"], o["retries"], o["breakpoints"] = 0, 0, core.List{}
	over, err := engine.Replay(r.store, r.library.Plan, id, nil)
	if err != nil {
		var lost *core.Corruption
		if !errors.As(err, &lost) {
			return nil, err
		}
		// The run is shown all the same: somebody has to see that it stands still, and why.
		r.log.Error("a run cannot be folded", "run", id, "error", err)
		o["error"] = core.Object{"code": "engine.replay_mismatch", "message": lost.Error()}
		return r.masked(o), nil
	}
	s := over.State
	o["trigger"] = s.Start().Trigger
	if end := s.End(); end != nil {
		o["output"] = end.Output
		if end.Failure != nil {
			o["error"] = end.Failure.Object()
		}
	}
	r.looked(o, over)
	return r.masked(o), nil
}

func (r *runs) row(id storage.RunID) (storage.Row, error) {
	row, err := r.store.Row(id)
	if errors.Is(err, storage.ErrNotFound) {
		return row, refuse("run.not_found", "run", string(id))
	}
	return row, err
}

func (r *runs) masked(o core.Object) core.Object {
	masked, _ := r.set.Mask(o).(core.Object)
	return masked
}

// summary is what a list shows of a run, from its row alone.
func summary(id storage.RunID, row *storage.Row) core.Object {
	data := core.Object{}
	if v, err := value.Decode(row.Data); err == nil {
		data, _ = v.(core.Object)
	}
	o := core.Object{
		"id": string(id), "flow": row.Flow, "version": data["version"], "status": row.Status, "startedAt": row.StartedAt,
		"endedAt": nil, "durationMs": nil, "keys": keysOf(row), "parent": data["parent"], "error": data["error"],
		"trigger": core.Object{"type": data["trigger"]},
	}
	if !row.EndedAt.IsZero() {
		o["endedAt"], o["durationMs"] = row.EndedAt, int(row.EndedAt.Sub(row.StartedAt).Milliseconds())
	}
	return o
}

func keysOf(row *storage.Row) core.Object {
	keys := core.Object{}
	for _, k := range row.Keys {
		keys[k.Name] = k.Value
	}
	return keys
}

// list lists runs, newest first; next continues the list.
func (r *runs) list(l storage.Listing) (items core.List, next string, err error) {
	limit := l.Limit
	l.Limit++
	rows, err := r.store.Runs(l)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > limit {
		rows = rows[:limit]
		next = string(rows[limit-1].Run)
	}
	items = make(core.List, 0, len(rows))
	for i := range rows {
		items = append(items, r.masked(summary(rows[i].Run, &rows[i].Row)))
	}
	return items, next, nil
}

// stepsWanted selects activations of a run.
type stepsWanted struct {
	// from is the number, counted from 0, of the first.
	from  uint64
	limit int
	// path selects the activation there; empty selects all.
	path string
	// brief leaves inputs and outputs out.
	brief bool
	// at takes the steps as they stood after so many events; 0 is now.
	at uint64
}

// steps lists activations of a run in the order they began.
func (r *runs) steps(id storage.RunID, w stepsWanted) (items core.List, next string, err error) {
	if _, err := r.row(id); err != nil {
		return nil, "", err
	}
	all, err := engine.StepsAt(r.store, r.library.Plan, id, w.at)
	if err != nil {
		return nil, "", err
	}
	if w.path != "" {
		all = slices.DeleteFunc(all, func(s engine.Step) bool { return s.Path != w.path })
	}
	first := min(w.from, uint64(len(all)))
	last := min(first+uint64(w.limit), uint64(len(all)))
	items = make(core.List, 0, last-first)
	for i := range all[first:last] {
		step := all[first+uint64(i)]
		if w.brief {
			step.Input, step.Output = nil, nil
		}
		items = append(items, r.masked(stepObject(&step)))
	}
	if last < uint64(len(all)) {
		next = strconv.FormatUint(last, 10)
	}
	return items, next, nil
}

// stepObject is an activation with exactly the fields of the contract.
func stepObject(s *engine.Step) core.Object {
	o := core.Object{
		"path": s.Path, "node": s.NodeID, "type": s.Type, "status": stepStatus(s.Phase), "port": nil, "attempt": s.Attempt,
		"startedAt": s.StartedAt, "durationMs": int(s.Duration().Milliseconds()), "input": s.Input, "output": s.Output, "error": nil,
	}
	o["number"], o["forced"], o["by"] = s.Number, nil, nil
	if s.Port != "" {
		o["port"] = s.Port
	}
	if s.Forced != "" {
		o["forced"], o["by"] = string(s.Forced), s.By
	}
	if s.Failure != nil {
		o["error"] = s.Failure.Object()
	}
	return o
}

// journal lists the events of a run as they are stored, each with its number, after number after.
func (r *runs) journal(id storage.RunID, after uint64, limit int) (items core.List, next string, err error) {
	if _, err := r.row(id); err != nil {
		return nil, "", err
	}
	items = core.List{}
	var broken error
	err = r.store.Events(id, after+1, func(seq uint64, event []byte) bool {
		if len(items) == limit {
			next = strconv.FormatUint(seq-1, 10)
			return false
		}
		var v core.Value
		if v, broken = value.Decode(event); broken != nil {
			return false
		}
		o, _ := v.(core.Object)
		o["seq"] = int(seq)
		items = append(items, r.masked(o))
		return true
	})
	return items, next, errors.Join(err, broken)
}
