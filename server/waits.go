package server

import (
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/storage"
)

// waits tells what a run waits for: work under way included.
func (r *runs) waits(id storage.RunID) (core.List, error) {
	if _, err := r.row(id); err != nil {
		return nil, err
	}
	over, err := engine.Replay(r.store, r.library.Plan, id, nil)
	if err != nil {
		return nil, err
	}
	list := core.List{}
	for _, p := range over.State.Pending() {
		if o := waitFor(&p); o != nil {
			list = append(list, r.masked(o))
		}
	}
	return list, nil
}

// waitFor is one thing that a run waits for; nil for what is its own affair.
func waitFor(p *core.Pending) core.Object {
	o := core.Object{"kind": nil, "node": p.Node, "path": nil, "until": nil, "event": nil, "key": nil, "flow": nil, "attempt": nil}
	switch p.Kind {
	case core.RunTask, core.HoldForHuman:
		o["kind"], o["path"], o["attempt"] = "task", p.Path, p.Attempt
		if p.Held || p.Kind == core.HoldForHuman {
			o["kind"] = "person"
		}
	case core.SetTimer:
		o["kind"], o["until"] = "timer", time.Unix(0, p.At).UTC()
	case core.Subscribe:
		o["kind"], o["event"], o["key"] = "signal", p.Event, p.Key
	case core.StartChild:
		o["kind"], o["flow"] = "run", p.Flow
	case core.AcquireLock:
		if p.Granted {
			return nil
		}
		o["kind"], o["key"] = "lock", p.Key
		if p.Gate != nil {
			o["kind"] = "turn"
		}
	default:
		return nil
	}
	return o
}

func (s *Server) listWaits(q *request) error {
	items, err := s.runs.waits(storage.RunID(q.Params("id")))
	if err != nil {
		return err
	}
	return q.list(items, "")
}
