package schedule

import (
	"time"

	"sluice/storage"
)

// State is what became of a slot.
type State string

// The states of a slot.
const (
	// Due: it is written down and its run is to be started. After a crash the run may have been, which its key tells.
	Due State = "due"
	// Queued: it waits for the run before it to end.
	Queued State = "queued"
	// Fired and CaughtUp: its run was started, in time or later.
	Fired    State = "fired"
	CaughtUp State = "caught_up"
	// Skipped: the run before was still going on, or the queue was full.
	Skipped State = "skipped"
	// Missed: no process was there at the time, or it slept, and catchUp does not make up for it. One Slot may stand for
	// many missed ones.
	Missed State = "missed"
	// Cancelled: a later slot took its place before it began.
	Cancelled State = "cancelled"
	// Dropped: the schedule was changed or the flow unpublished before it began.
	Dropped State = "dropped"
	// Refused: its run cannot be started, as Reason says.
	Refused State = "refused"
)

// begun reports whether the slot has a run.
func (s State) begun() bool { return s == Fired || s == CaughtUp }

// Slot is one time of a schedule, or one start by hand, and what became of it.
type Slot struct {
	// At is the time of the schedule; of a start by hand, when that was asked for.
	At    time.Time `json:"at"`
	State State     `json:"state"`
	// Hand: somebody started it by hand. Late: it is to be, or was, caught up.
	Hand bool `json:"hand,omitempty"`
	Late bool `json:"late,omitempty"`
	// Previous is the slot of the schedule before it; zero for the first.
	Previous time.Time `json:"previous,omitzero"`
	// Since and Count say how many slots this one stands for, from Since to At: of Missed only. From 10,000 on, Count is
	// a lower bound.
	Since time.Time `json:"since,omitzero"`
	Count int       `json:"count,omitempty"`
	// WrittenAt is when the slot was decided about.
	WrittenAt time.Time `json:"writtenAt"`
	// Run was started for it; Status is how that run ended, empty until somebody looked.
	Run    storage.RunID `json:"run,omitempty"`
	Status string        `json:"status,omitempty"`
	// Behind is the run that was in the way.
	Behind storage.RunID `json:"behind,omitempty"`
	Reason string        `json:"reason,omitempty"`
}

// settled reports whether nothing will change about the slot any more.
func (s *Slot) settled() bool {
	return s.State != Due && s.State != Queued && (!s.State.begun() || s.Status != "")
}

// atWork reports whether the slot's run goes on, or is about to begin.
func (s *Slot) atWork() bool { return s.State == Due || s.State.begun() && s.Status == "" }

// slotTime sorts as text. A start by hand has parts of a second.
const slotTime = "2006-01-02T15:04:05.000000000Z"

// id names the slot within its trigger: in storage, and as the idempotency key of its run.
func (s *Slot) id() string { return s.At.UTC().Format(slotTime) }
