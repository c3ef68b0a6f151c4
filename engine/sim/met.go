package sim

import (
	"fmt"
	"slices"

	"sluice/engine/core"
)

// Met counts what a batch of cases met.
type Met struct {
	cases    int
	ends     map[core.Status]int
	events   map[core.EventKind]int
	commands map[core.CommandKind]int
	moves    map[step]int
	runs     map[runStep]int
}

type step struct {
	from core.Phase
	on   core.Cue
}

type runStep struct {
	from core.RunPhase
	on   core.EventKind
	to   core.RunPhase
}

var commandKinds = []core.CommandKind{
	core.RunTask, core.AbortTask, core.SetTimer, core.DropTimer, core.Subscribe, core.Unsubscribe, core.StartChild, core.CancelChild,
	core.AcquireLock, core.ReleaseLock, core.Respond, core.Finish, core.Yield, core.HoldForHuman,
}

// NewMet is an empty count.
func NewMet() *Met {
	return &Met{
		ends: map[core.Status]int{}, events: map[core.EventKind]int{}, commands: map[core.CommandKind]int{}, moves: map[step]int{},
		runs: map[runStep]int{},
	}
}

func (m *Met) moved(from core.Phase, on core.Cue, _ core.Phase) { m.moves[step{from, on}]++ }

func (m *Met) ran(from core.RunPhase, on core.EventKind, to core.RunPhase) {
	m.runs[runStep{from, on, to}]++
}

// Add adds another count.
func (m *Met) Add(o *Met) {
	m.cases += o.cases
	add(m.ends, o.ends)
	add(m.events, o.events)
	add(m.commands, o.commands)
	add(m.moves, o.moves)
	add(m.runs, o.runs)
}

func add[K comparable](to, from map[K]int) {
	for k, n := range from {
		to[k] += n
	}
}

// Never lists what the core can do and no case met: kinds of events and commands, and rows of its tables.
func (m *Met) Never() []string {
	var never []string
	for _, r := range core.Table() {
		if m.moves[step{r.From, r.On}] == 0 {
			never = append(never, fmt.Sprintf("a %s node, by %s: %s", r.From, r.On, r.Why))
		}
	}
	for _, r := range core.RunTable() {
		if r.On == core.Retried {
			// What a retry takes over is found out by package engine, which tests it.
			continue
		}
		if !slices.ContainsFunc(r.To, func(to core.RunPhase) bool { return m.runs[runStep{r.From, r.On, to}] > 0 }) {
			never = append(never, fmt.Sprintf("a %s run, by %s: %s", r.From, r.On, r.Why))
		}
	}
	for _, r := range core.RunTable() {
		if r.On == core.Retried {
			continue
		}
		if what := "the event " + string(r.On); m.events[r.On] == 0 && !slices.Contains(never, what) {
			never = append(never, what)
		}
	}
	for _, k := range commandKinds {
		if m.commands[k] == 0 {
			never = append(never, "the command "+string(k))
		}
	}
	return never
}
