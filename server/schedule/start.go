package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/triggers"
	"sluice/server/schedule/guard"
	"sluice/storage"
)

// startDue starts a trigger's slots that are due, in their order, until one cannot be started now.
func (s *Scheduler) startDue(t *timetable, now time.Time) {
	for _, slot := range t.open {
		if slot.State != Due {
			continue
		}
		if err := s.startSlot(t, slot, now); err != nil {
			if s.ctx.Err() == nil {
				s.o.Log.Warn("a slot cannot be started yet", "trigger", t.Ref, "slot", slot.At, "error", err)
			}
			return
		}
		t.changed(slot)
	}
}

// startSlot starts the run of a slot and notes it; on an error the slot is still due.
func (s *Scheduler) startSlot(t *timetable, slot *Slot, now time.Time) error {
	if now.Sub(slot.WrittenAt) >= KeysHeld {
		slot.State, slot.Reason = Missed, "nobody can tell any more whether it was started"
		return nil
	}
	if t.overlap == overlapCancel {
		if err := s.cancelBefore(t, slot); err != nil {
			return err
		}
	}
	trigger := t.trigger(slot, now)
	run, err := s.start(t.flow, trigger, storage.Once{Scope: scope(t.Ref), Key: slot.id(), TTL: KeysHeld}, now)
	var refused *refusal
	switch {
	case errors.As(err, &refused):
		slot.State, slot.Reason = Refused, refused.Error()
		s.o.Log.Error("a slot is refused", "trigger", t.Ref, "slot", slot.At, "error", err)
		return nil
	case err != nil:
		return err
	}
	slot.Run, slot.State = run, Fired
	if slot.Late {
		slot.State = CaughtUp
	}
	return nil
}

// scope is that of the idempotency keys of a trigger's runs.
func scope(r Ref) string { return "schedule/" + r.String() }

// cancelBefore cancels the runs of the slots before.
func (s *Scheduler) cancelBefore(t *timetable, slot *Slot) error {
	for _, other := range t.open {
		if other == slot || !other.State.begun() || other.Status != "" {
			continue
		}
		ctx, done := context.WithTimeout(s.ctx, startWithin)
		err := s.o.Starter.Cancel(ctx, other.Run, "the next run of trigger "+t.Trigger+" takes its place")
		done()
		if err != nil && !errors.Is(err, engine.ErrEnded) && !errors.Is(err, engine.ErrNotFound) {
			return fmt.Errorf("cancel run %s: %w", other.Run, err)
		}
		slot.Behind = other.Run
	}
	return nil
}

// trigger is what expressions of the run see.
func (t *timetable) trigger(slot *Slot, now time.Time) core.Object {
	zone := t.zone()
	return core.Object{
		"id": t.Trigger, "type": triggers.Cron, "at": now.In(zone).Format(time.RFC3339Nano),
		"scheduledAt": moment(slot.At, zone), "previousAt": moment(slot.Previous, zone), "lastSuccessAt": moment(t.LastSuccess, zone),
	}
}

// zone is where the schedule is meant; Parse has read it.
func (t *timetable) zone() *time.Location {
	zone, err := time.LoadLocation(t.Zone)
	if err != nil {
		return time.UTC
	}
	return zone
}

func moment(t time.Time, zone *time.Location) core.Value {
	if t.IsZero() {
		return nil
	}
	return t.In(zone).Format(time.RFC3339Nano)
}

// refusal is why a run will never be started.
type refusal struct{ error }

func (r *refusal) Unwrap() error { return r.error }

// start starts a run once. A key that is taken gives the run that has it.
func (s *Scheduler) start(f *flows.Flow, trigger core.Object, once storage.Once, now time.Time) (storage.RunID, error) {
	request := engine.StartRequest{Plan: f.Plan.Hash, Trigger: trigger, Once: &once}
	if s.o.Gate != nil {
		var err error
		if request.Gate, err = s.o.Gate(f, trigger, now); err != nil {
			return "", &refusal{err}
		}
	}
	ctx, done := context.WithTimeout(s.ctx, startWithin)
	defer done()
	run, err := s.o.Starter.Start(ctx, request)
	var taken *engine.DuplicateError
	var loop *guard.Incident
	switch {
	case errors.As(err, &taken):
		return taken.Run, nil
	case errors.As(err, &loop), errors.Is(err, engine.ErrTooLarge):
		return "", &refusal{err}
	}
	return run, err
}
