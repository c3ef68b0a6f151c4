package nodetest

import (
	"time"

	"sluice/engine/core"
)

// Scope is a core.Scope that a test fills in. The zero value is the scope of a run that started with nothing at the
// beginning of Unix time.
type Scope struct {
	TriggerValue core.Value
	InputValue   core.Value
	// Outputs are the nodes' outputs by index of the plan.
	Outputs   map[int]core.Value
	VarValues core.Object
	ItemValue core.Value
	ItemIndex int
	Failed    *core.Failure
	Time      time.Time
	Tables    core.Object
}

// Trigger implements core.Scope.
func (s *Scope) Trigger() core.Value { return s.TriggerValue }

// Input implements core.Scope.
func (s *Scope) Input() core.Value { return s.InputValue }

// Node implements core.Scope.
func (s *Scope) Node(index int) core.Value { return s.Outputs[index] }

// Vars implements core.Scope.
func (s *Scope) Vars() core.Object { return s.VarValues }

// Item implements core.Scope.
func (s *Scope) Item() core.Value { return s.ItemValue }

// Index implements core.Scope.
func (s *Scope) Index() int { return s.ItemIndex }

// Failure implements core.Scope.
func (s *Scope) Failure() *core.Failure { return s.Failed }

// Now implements core.Scope.
func (s *Scope) Now() int64 { return s.Time.UnixNano() }

// Run implements core.Scope.
func (s *Scope) Run() core.RunInfo { return core.RunInfo{ID: "run-1", StartedAt: s.Time.UnixNano()} }

// Flow implements core.Scope.
func (s *Scope) Flow() core.FlowInfo { return core.FlowInfo{ID: "example", Version: 1} }

// Table implements core.Scope.
func (s *Scope) Table(name string) (core.Value, bool) {
	t, ok := s.Tables[name]
	return t, ok
}

// Seed implements core.Scope.
func (s *Scope) Seed() uint64 { return 1 }
