package server

import (
	"maps"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/flowtest"
	"sluice/storage"
)

func (s *Server) recordTest(q *request) error {
	f, err := q.fields(true)
	if err != nil {
		return err
	}
	name := f.text("name")
	if err := f.done(); err != nil {
		return err
	}
	test, err := s.runs.record(storage.RunID(q.Params("id")), name, q.lang)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, test)
}

// record makes a flow test of a run: its trigger, the outcomes it had, and what is to be seen. It is played before it is
// given: a test that does not show what the run did is refused. Secrets and personal data are replaced by others of the same
// shape, everywhere alike, and what the test expects is what it shows then.
func (r *runs) record(id storage.RunID, name string, lang diag.Language) (core.Object, error) {
	row, err := r.row(id)
	if err != nil {
		return nil, err
	}
	h, err := engine.Read(r.store, r.library.Plan, id)
	if err != nil {
		return nil, err
	}
	flow, err := r.library.Flow(h.Plan.Hash)
	if err != nil {
		return nil, err
	}
	if h.End == nil || h.Looked() {
		return nil, refuse("test.not_reproduced", "run", string(id))
	}
	if name == "" {
		name = row.Flow + " " + string(id)
	}
	test := core.Object{"name": name, "trigger": h.Start.Trigger, "now": time.Unix(0, h.Began).UTC().Format(time.RFC3339Nano), "effects": effectsOf(h)}
	seen, err := r.watch(flow, test, lang)
	if err != nil {
		return nil, err
	}
	if seen.End.Status != h.End.Status || !slices.Equal(slices.Sorted(slices.Values(seen.Path)), h.Ended()) {
		return nil, refuse("test.not_reproduced", "run", string(id), "status", string(seen.End.Status))
	}
	masked, _ := r.set.Mask(impersonal(test)).(core.Object)
	if seen, err = r.watch(flow, masked, lang); err != nil {
		return nil, err
	}
	masked["expect"] = seen.Expect()
	return masked, nil
}

// watch plays a test.
func (r *runs) watch(flow *flows.Flow, test core.Object, lang diag.Language) (*flowtest.Seen, error) {
	whole := core.Object{"expect": core.Object{}}
	maps.Copy(whole, test)
	text, err := value.Encode(whole)
	if err != nil {
		return nil, err
	}
	tests, found := flowtest.Parse(text)
	if len(tests) != 1 || len(found) > 0 {
		return nil, &Refusal{Code: "test.not_reproduced", Details: findings(found, lang)}
	}
	seen, found, err := tests[0].Watch(flow, func(id string) *flows.Flow { return nil })
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		return nil, &Refusal{Code: "test.not_reproduced", Details: findings(found, lang)}
	}
	return seen, nil
}

// effectsOf are the outcomes that a run had, as tests write them.
func effectsOf(h *engine.History) core.Object {
	effects := core.Object{}
	for _, o := range h.Outcomes() {
		var outcome core.Object
		switch {
		case o.Kind == core.SignalReceived:
			outcome = core.Object{"event": o.Event, "data": o.Value}
		case o.Kind == core.TimerFired:
			if h.TypeAt(o.Path) != "await" {
				continue
			}
			outcome = core.Object{"timeout": true}
		case o.Failure != nil:
			outcome = core.Object{"error": failureEffect(o.Failure)}
		default:
			outcome = core.Object{"output": o.Value}
		}
		list, _ := effects[o.Path].(core.List)
		effects[o.Path] = append(list, outcome)
	}
	return effects
}

// failureEffect is a failure as tests write it.
func failureEffect(f *core.Failure) core.Object {
	o := core.Object{"code": f.Code, "message": f.Message}
	if f.Status != 0 {
		o["status"] = f.Status
	}
	if f.Body != nil {
		o["body"] = f.Body
	}
	if f.Details != nil {
		o["details"] = f.Details
	}
	if f.Permanent {
		o["permanent"] = true
	}
	if f.Unknown {
		o["unknown"] = true
	}
	return o
}
