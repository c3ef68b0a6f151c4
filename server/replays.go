package server

import (
	"errors"
	"fmt"

	"github.com/gofiber/fiber/v2"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/storage"
)

// mostReplayed bounds how many runs one call replays, shownDifferences how many differences one call tells, shownBytes how
// large a value may be that it tells.
const (
	mostReplayed     = 1_000
	shownDifferences = 200
	shownBytes       = 64 << 10
)

// against reads which flow runs are replayed against: a version, the draft, or a document in the body.
func (s *Server) against(f *fields, id string) (*flows.Flow, error) {
	version, draft, document := f.integer("version"), f.flag("draft"), f.object("flow")
	if err := f.done(); err != nil {
		return nil, err
	}
	if document == nil {
		return s.catalogue.another(id, version, draft)
	}
	source, err := value.Encode(document)
	if err != nil {
		return nil, err
	}
	flow, found := s.catalogue.alone(source, 0)
	if flow == nil {
		return nil, &Refusal{Code: "flow.refused", Findings: found}
	}
	return flow, nil
}

func (s *Server) replayRun(q *request) error {
	f, err := q.fields(true)
	if err != nil {
		return err
	}
	id := storage.RunID(q.Params("id"))
	row, err := s.runs.row(id)
	if err != nil {
		return err
	}
	flow, err := s.against(f, row.Flow)
	if err != nil {
		return err
	}
	o, _, err := s.runs.replay(id, flow, shownDifferences)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, o)
}

// replay folds a run with another flow, doing nothing, and tells what would be otherwise: at most so many differences.
func (r *runs) replay(id storage.RunID, flow *flows.Flow, shown int) (o core.Object, same bool, err error) {
	h, err := engine.Read(r.store, r.library.Plan, id)
	if err != nil {
		return nil, false, err
	}
	c, err := h.Compare(flow.Plan, flow.Plan.GateOf(h.Start.Trigger, h.Began, spelled))
	if err != nil {
		return nil, false, err
	}
	same = len(c.Differences) == 0 && len(c.Missing) == 0
	list := core.List{}
	for _, d := range c.Differences[:min(len(c.Differences), shown)] {
		list = append(list, core.Object{"path": d.Path, "node": d.Node, "kind": string(d.Kind), "before": short(d.Before), "after": short(d.After)})
	}
	missing := core.List{}
	for _, path := range c.Missing {
		missing = append(missing, path)
	}
	return r.masked(core.Object{
		"run": string(id), "same": same, "before": endObject(c.Before), "after": endObject(c.After), "differences": list,
		"count": len(c.Differences), "missing": missing,
	}), same, nil
}

// short is a value, or how large it is where that is too much to show beside others.
func short(v core.Value) core.Value {
	if size := value.Size(v); size > shownBytes {
		return fmt.Sprintf("(%d bytes)", size)
	}
	return v
}

// endObject is how a run ended; nil for one that has not.
func endObject(e *core.End) core.Value {
	if e == nil {
		return nil
	}
	o := core.Object{"status": string(e.Status), "output": short(e.Output), "error": nil}
	if e.Failure != nil {
		o["error"] = e.Failure.Object()
	}
	return o
}

func (s *Server) replayFlow(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	last := f.integer("last")
	id := q.Params("id")
	flow, err := s.against(f, id)
	if err != nil {
		return err
	}
	report, _, err := s.runs.replayLast(id, flow, last)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, report)
}

// replayLast replays the last runs of a flow, those that have ended, against another version of it.
func (r *runs) replayLast(id string, flow *flows.Flow, last int) (report core.Object, same bool, err error) {
	if last == 0 {
		last = 100
	}
	if last < 0 || last > mostReplayed {
		return nil, false, refuse("replay.too_many")
	}
	rows, err := r.store.Runs(storage.Listing{Flow: id, Limit: last})
	if err != nil {
		return nil, false, err
	}
	different, failed, equal, live, left := core.List{}, core.List{}, 0, 0, shownDifferences
	for i := range rows {
		if rows[i].EndedAt.IsZero() {
			live++
			continue
		}
		o, alike, err := r.replay(rows[i].Run, flow, left)
		switch {
		case err != nil:
			failed = append(failed, core.Object{"run": string(rows[i].Run), "problem": whyNot(err)})
		case alike:
			equal++
		default:
			different = append(different, o)
			told, _ := o["differences"].(core.List)
			left -= len(told)
		}
	}
	return core.Object{
		"flow": id, "version": flow.Plan.Flow.Version, "runs": len(rows) - live, "same": equal, "different": different, "failed": failed,
	}, len(different) == 0 && len(failed) == 0, nil
}

// whyNot says why a run cannot be replayed, without what only the log may say.
func whyNot(err error) string {
	if lost, ok := errors.AsType[*core.Corruption](err); ok {
		return lost.Error()
	}
	r, _ := refusalOf(err)
	return r.Code
}

// rehearsed refuses a publication with which the last runs would have gone otherwise.
func (s *Server) rehearsed(id string, source []byte, last int) error {
	if last == 0 {
		return nil
	}
	flow, found, err := s.catalogue.compileAs(id, source)
	if err != nil {
		return err
	}
	if flow == nil {
		return &Refusal{Code: "flow.refused", Findings: found}
	}
	report, same, err := s.runs.replayLast(id, flow, last)
	if err != nil || same {
		return err
	}
	return &Refusal{Code: "publish.replay_differs", Details: report}
}
