package core

import (
	"fmt"
	"slices"
)

// Recorded is an event as a journal keeps it, with the heads of the commands it caused.
type Recorded struct {
	Event
	Heads []Head
}

// Fold steps a recorded event again and holds the commands it causes against the recorded heads. A difference means
// that the plan or this code means something else than when the event was recorded; it is a Corruption, never a guess.
func Fold(p *Plan, s *State, r *Recorded, d *Decision) error {
	if err := Step(p, s, &r.Event, d); err != nil {
		return err
	}
	if !d.Applied {
		return &Corruption{s.seq + 1, fmt.Sprintf("%s %d changes nothing", r.Kind, r.ID)}
	}
	same := func(c Command, h Head) bool { return c.Head() == h }
	if !slices.EqualFunc(d.Commands, r.Heads, same) {
		return &Corruption{s.seq, fmt.Sprintf("recorded commands %v, folded again %v", r.Heads, Heads(d.Commands))}
	}
	return nil
}

// Heads are the heads of commands.
func Heads(commands []Command) []Head {
	heads := make([]Head, len(commands))
	for i := range commands {
		heads[i] = commands[i].Head()
	}
	return heads
}

// String is the head as transcripts show it.
func (h Head) String() string {
	s := string(h.Kind)
	if h.ID != 0 {
		s += fmt.Sprintf(" %d", h.ID)
	}
	if h.Node != "" {
		s += " " + h.Node
	}
	return s
}
