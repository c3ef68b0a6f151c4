package engine

import (
	"errors"
	"fmt"
	"time"

	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/storage"
)

// Plans finds a plan by its hash.
type Plans func(hash string) (*core.Plan, error)

// Replayed is a run as its journal tells it.
type Replayed struct {
	Plan  *core.Plan
	State *core.State
	// Bytes is the length of its events, Retries how often it was retried.
	Bytes, Retries int
}

// Replay folds the journal of a run. With a visitor, it is called after each event; what it is given is valid during the
// call. A journal that does not fold with its plan gives a core.Corruption.
func Replay(j storage.Journal, plans Plans, run storage.RunID, visit func(*core.Recorded, *core.Decision)) (*Replayed, error) {
	return ReplayTo(j, plans, run, 0, visit)
}

// ReplayTo folds no more than the first events of a journal; 0 folds all.
func ReplayTo(j storage.Journal, plans Plans, run storage.RunID, upTo uint64, visit func(*core.Recorded, *core.Decision)) (*Replayed, error) {
	r := replay{plans: plans, visit: visit, decision: core.Decision{Tracing: visit != nil}}
	r.State = &core.State{}
	err := j.Events(run, 1, func(seq uint64, event []byte) bool {
		r.Bytes += len(event)
		r.err = r.fold(event)
		return r.err == nil && (upTo == 0 || seq < upTo)
	})
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return nil, fmt.Errorf("%w: %s", ErrNotFound, run)
	case err != nil:
		return nil, err
	case r.err != nil:
		return nil, fmt.Errorf("run %s: %w", run, r.err)
	}
	return &r.Replayed, nil
}

type replay struct {
	Replayed
	plans    Plans
	visit    func(*core.Recorded, *core.Decision)
	decision core.Decision
	err      error
}

func (r *replay) fold(event []byte) error {
	rec, err := codec.Decode(event)
	if err != nil {
		return err
	}
	switch {
	case rec.Start != nil:
		// A run that was retried goes on with the plan that its retry names.
		if r.Plan, err = r.plans(rec.Start.Plan); err != nil {
			return err
		}
	case r.Plan == nil:
		return &core.Corruption{Seq: 1, Reason: "the journal does not begin with RunStarted"}
	}
	if rec.Kind == core.Retried {
		r.Retries++
	}
	if err := core.Fold(r.Plan, r.State, rec, &r.decision); err != nil {
		return err
	}
	if r.visit != nil {
		r.visit(rec, &r.decision)
	}
	return nil
}

// EventAt is one event of a journal, by its number from 1.
func EventAt(j storage.Journal, run storage.RunID, seq uint64) (core.Event, error) {
	var rec *core.Recorded
	var bad error
	err := j.Events(run, seq, func(_ uint64, event []byte) bool {
		rec, bad = codec.Decode(event)
		return false
	})
	if err = errors.Join(err, bad); err != nil {
		return core.Event{}, err
	}
	if rec == nil {
		return core.Event{}, fmt.Errorf("%w: event %d of run %s", ErrNotFound, seq, run)
	}
	return rec.Event, nil
}

// Steps are the activations of a run in the order they began, with inputs and outputs derived by folding its journal.
func Steps(j storage.Journal, plans Plans, run storage.RunID) ([]Step, error) {
	return StepsAt(j, plans, run, 0)
}

// StepsAt are the activations as they stood after the first events of the journal; 0 takes all.
func StepsAt(j storage.Journal, plans Plans, run storage.RunID, upTo uint64) ([]Step, error) {
	var list stepList
	_, err := ReplayTo(j, plans, run, upTo, func(r *core.Recorded, d *core.Decision) {
		if r.Kind == core.Retried {
			list = stepList{}
		}
		list.add(d.Trace)
	})
	return list.steps, err
}

// stepList merges trace entries by path: the last entry of an activation says how it stands.
type stepList struct {
	steps []Step
	at    map[string]int
}

func (l *stepList) add(trace []core.Entry) {
	if l.at == nil {
		l.at = map[string]int{}
	}
	for _, e := range trace {
		i, ok := l.at[e.Path]
		if !ok {
			i = len(l.steps)
			l.at[e.Path] = i
			l.steps = append(l.steps, Step{StartedAt: time.Unix(0, e.At).UTC()})
		}
		s := &l.steps[i]
		s.Entry = e
		if e.Phase.Settled() {
			s.EndedAt = time.Unix(0, e.At).UTC()
		}
	}
}
