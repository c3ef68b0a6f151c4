package embedded

import (
	"bytes"
	"fmt"
	"strconv"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// recover takes up every run that has not ended. Runs that were at work are folded and asked what they still wait for;
// runs that only waited stay on disk, and their timers, subscriptions, locks and children are known from their rows. It
// returns the runs that are owed a turn.
func (e *Engine) recover() ([]*run, error) {
	var rows []storage.LiveRow
	if err := e.o.Store.Live(func(l storage.LiveRow) bool {
		rows = append(rows, storage.LiveRow{Run: l.Run, Live: storage.Live{Busy: l.Busy, WakeAt: l.WakeAt, Data: bytes.Clone(l.Live.Data)}})
		return true
	}); err != nil {
		return nil, fmt.Errorf("recovery: %w", err)
	}
	var owed []*run
	var wanted []waiting
	for _, l := range rows {
		var asks []core.Pending
		if l.Busy {
			r := &run{id: l.Run}
			e.runs[l.Run] = r
			if r.parked = e.load(r); r.parked != nil {
				continue
			}
			owed = append(owed, r)
			asks = r.state.Pending()
		} else {
			if !l.WakeAt.IsZero() {
				e.timers.add(l.Run, 0, l.WakeAt.UnixNano())
			}
			var err error
			if asks, err = waitsFrom(l.Live.Data); err != nil {
				return nil, fmt.Errorf("recovery: run %s: %w", l.Run, err)
			}
		}
		for i := range asks {
			if asks[i].Granted {
				e.locks.hold(claim{place: place{l.Run, asks[i].ID}, gate: asks[i].Gate}, asks[i].Key)
			}
		}
		wanted = append(wanted, waiting{l.Run, e.runs[l.Run], asks})
	}
	// Only now, when every lock that is held is known, may anything be asked for again.
	for _, w := range wanted {
		e.askAgain(w)
	}
	return owed, nil
}

// waiting is a live run with what it waits for; run is nil unless it is in memory.
type waiting struct {
	id   storage.RunID
	run  *run
	asks []core.Pending
}

// askAgain carries out what a run waits for, once more.
func (e *Engine) askAgain(w waiting) {
	r := w.run
	if r == nil {
		r = &run{id: w.id}
	}
	for i := range w.asks {
		p := &w.asks[i]
		switch {
		case p.Kind == core.SetTimer || p.Granted || p.Held:
		case p.Kind == core.RunTask && p.Aborted:
			// It was told to stop before the crash; whether it had taken effect nobody knows.
			e.deliver(w.id, delivery{event: core.Event{
				Kind: core.TaskDone, At: time.Now().UnixNano(), ID: p.ID, Attempt: p.Attempt, Failure: aborted(p.Task.Write),
			}})
		case p.Kind == core.RunTask && p.Task.Write && p.Task.PauseUnknown:
			e.deliver(w.id, delivery{event: core.Event{Kind: core.TaskLost, At: time.Now().UnixNano(), ID: p.ID, Attempt: p.Attempt}})
		case p.Kind == core.RunTask:
			// A worker may have been at it before the crash: should this one fail, that one's write may still stand.
			e.tasks.start(r, &p.Command, p.Task.Write)
		default:
			e.carryOut(r, &p.Command)
		}
	}
}

// liveRow is what recovery has to know of a run. That of a busy run is read from its journal, because it changes with
// every event.
func liveRow(s *core.State) *storage.Live {
	if !s.Idle() {
		return &storage.Live{Busy: true}
	}
	var l storage.Live
	var waits core.List
	for _, p := range s.Pending() {
		switch p.Kind {
		case core.SetTimer:
			if at := time.Unix(0, p.At).UTC(); l.WakeAt.IsZero() || at.Before(l.WakeAt) {
				l.WakeAt = at
			}
		case core.Subscribe:
			waits = append(waits, core.Object{"kind": string(p.Kind), "id": int(p.ID), "event": p.Event, "key": p.Key})
		case core.AcquireLock:
			o := core.Object{"kind": string(p.Kind), "id": int(p.ID), "key": p.Key, "granted": p.Granted}
			if p.Gate != nil {
				o["limit"], o["policy"] = p.Gate.Limit, string(p.Gate.Policy)
			}
			waits = append(waits, o)
		case core.StartChild:
			// The child may have to be started again, with its input: that is in the journal.
			return &storage.Live{Busy: true}
		}
	}
	if waits != nil {
		// Objects of text, numbers and flags always encode.
		l.Data, _ = value.Encode(waits)
	}
	return &l
}

func sameLive(a, b *storage.Live) bool {
	return a.Busy == b.Busy && a.WakeAt.Equal(b.WakeAt) && bytes.Equal(a.Data, b.Data)
}

// waitsFrom reads back what liveRow wrote.
func waitsFrom(data []byte) ([]core.Pending, error) {
	if len(data) == 0 {
		return nil, nil
	}
	v, err := value.Decode(data)
	if err != nil {
		return nil, err
	}
	list, _ := v.(core.List)
	var asks []core.Pending
	for _, v := range list {
		o, _ := v.(core.Object)
		var p core.Pending
		kind, _ := o["kind"].(string)
		id, _ := o["id"].(int)
		p.Kind, p.ID = core.CommandKind(kind), core.ID(id)
		p.Event, _ = o["event"].(string)
		p.Key, _ = o["key"].(string)
		p.Granted, _ = o["granted"].(bool)
		if limit, ok := o["limit"].(int); ok {
			policy, _ := o["policy"].(string)
			p.Gate = &core.Gate{Key: p.Key, Limit: limit, Policy: core.GatePolicy(policy)}
		}
		asks = append(asks, p)
	}
	return asks, nil
}

// summary is the row's data: what lists show beside the indexed fields. Outputs are not kept: the journal gives them.
func summary(p *core.Plan, s *core.State) []byte {
	b := append(make([]byte, 0, 192), `{"plan":`...)
	b = value.AppendString(b, p.Hash)
	b = strconv.AppendInt(append(b, `,"version":`...), int64(p.Flow.Version), 10)
	b = strconv.AppendInt(append(b, `,"steps":`...), int64(s.Steps()), 10)
	if stops := s.Stops(); stops != nil {
		b = value.AppendString(append(b, `,"pausedAt":`...), stops[0].Path)
	}
	start := s.Start()
	if start.Parent != "" {
		b = value.AppendString(append(b, `,"parent":`...), start.Parent)
	}
	if t, ok := start.Trigger["type"].(string); ok {
		b = value.AppendString(append(b, `,"trigger":`...), t)
	}
	if end := s.End(); end != nil && end.Failure != nil {
		f := end.Failure
		b = value.AppendString(append(b, `,"error":{"code":`...), f.Code)
		b = value.AppendString(append(b, `,"message":`...), f.Message)
		b = value.AppendString(append(b, `,"node":`...), f.Node)
		b = append(value.AppendString(append(b, `,"path":`...), f.Path), '}')
	}
	return append(b, '}')
}
