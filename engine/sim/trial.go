package sim

import (
	"fmt"
	"strings"

	"sluice/engine/core"
	"sluice/engine/enginetest"
)

// trial is one plan in one world.
type trial struct {
	c Chooser
	// orderly cases end alike in whatever order answers come.
	orderly bool
	text    string
	plan    *core.Plan
	// gate makes the run wait until it is let in.
	gate *core.Gate

	state    *core.State
	decision core.Decision
	journal  []core.Recorded
	// dumps are the dumps of the state after each event of the journal.
	dumps []string
	// lines tell the case as a transcript.
	lines []string
	ledger

	driver
	world
	met *Met
}

// Violation is a promise that was not kept.
type Violation struct {
	Reason string
	// Transcript is the case as engine/core/testdata/steps has them.
	Transcript string
}

// Error implements error.
func (v *Violation) Error() string { return v.Reason + "\n\n" + v.Transcript }

// Play plays a case of a number of acts, after which the world answers everything in order until the run is over. The
// error is a Violation.
func Play(c Chooser, acts int, met *Met) error {
	orderly := chance(c, 4)
	k, err := newTrial(c, write(c, orderly), orderly, met)
	if err != nil {
		return err
	}
	if err := k.play(acts); err != nil {
		return err
	}
	met.cases++
	met.ends[k.state.End().Status]++
	if !orderly {
		return nil
	}
	other, err := newTrial(calm{}, k.text, true, met)
	if err != nil {
		return err
	}
	if err := other.play(0); err != nil {
		return err
	}
	got, want := k.state.End(), other.state.End()
	if got.Status != want.Status || enginetest.JSON(got.Output) != enginetest.JSON(want.Output) {
		return k.violated("ended %s %s, but in order %s %s", got.Status, enginetest.JSON(got.Output), want.Status, enginetest.JSON(want.Output))
	}
	return nil
}

func newTrial(c Chooser, text string, orderly bool, met *Met) (*trial, error) {
	plan, err := enginetest.Plan(text)
	if err != nil {
		return nil, &Violation{"the plan cannot be read: " + err.Error(), text}
	}
	k := &trial{c: c, orderly: orderly, text: text, plan: plan, met: met}
	if chance(c, 5) {
		k.gate = &core.Gate{Key: "gate", Limit: 1, Policy: core.GateQueue}
	}
	k.world = world{took: map[core.ID]bool{}, asked: map[core.ID]string{}, children: map[core.ID]core.Event{}}
	k.reset()
	return k, nil
}

// reset forgets what a crash does not spare, short of the journal.
func (k *trial) reset() {
	k.state = &core.State{}
	k.decision = core.Decision{Tracing: true, Moved: k.met.moved}
	k.ledger = newLedger(k.plan)
	k.driver = newDriver(k.durable)
}

func (k *trial) play(acts int) error {
	if err := k.begin(); err != nil {
		return err
	}
	for range acts {
		if err := k.act(); err != nil {
			return err
		}
	}
	if err := k.settle(); err != nil {
		return err
	}
	return k.audit()
}

func (k *trial) begin() error {
	start := &core.Start{
		Run: "run", Plan: k.plan.Hash, Gate: k.gate, Seed: 1, Revision: core.Revision, Trigger: core.Object{"body": "in"},
	}
	if chance(k.c, 4) {
		start.Into, start.Breakpoints = chance(k.c, 2), k.breakpoints()
	}
	return k.deliver(core.Event{Kind: core.RunStarted, At: 1, Start: start})
}

func line(e *core.Event) string { return "> " + enginetest.EventLine(e) }

// deliver folds an event, and holds the core to what it promises of one event.
func (k *trial) deliver(e core.Event) error {
	before, was := k.state.Phase(), k.state.Dump()
	settled := k.ledger.settled[keyOf(&e)]
	k.lines = append(k.lines, line(&e))
	if err := core.Step(k.plan, k.state, &e, &k.decision); err != nil {
		return k.violated("%v", err)
	}
	k.met.ran(before, e.Kind, k.state.Phase())
	if !k.decision.Applied {
		if now := k.state.Dump(); now != was {
			return k.violated("an event that was not applied changed the state from\n%s\nto\n%s", was, now)
		}
		return nil
	}
	if settled {
		return k.violated("%s %d was settled and is applied again", e.Kind, e.ID)
	}
	k.met.events[e.Kind]++
	k.journal = append(k.journal, core.Recorded{Event: e, Heads: core.Heads(k.decision.Commands)})
	k.dumps = append(k.dumps, k.state.Dump())
	if err := k.ledger.enter(&e, k.state, &k.decision); err != nil {
		return k.violated("%v", err)
	}
	for i := range k.decision.Commands {
		k.met.commands[k.decision.Commands[i].Kind]++
		if err := k.ask(k.decision.Commands[i]); err != nil {
			return err
		}
	}
	return nil
}

// refold folds the journal anew: every prefix has to dump as it did.
func (k *trial) refold() error {
	d := core.Decision{Tracing: true}
	s := &core.State{}
	books := newLedger(k.plan)
	for i := range k.journal {
		if err := core.Fold(k.plan, s, &k.journal[i], &d); err != nil {
			return k.violated("folded again: %v", err)
		}
		if dump := s.Dump(); dump != k.dumps[i] {
			return k.violated("event %d folds to\n%s\nnot to\n%s", i+1, dump, k.dumps[i])
		}
		if err := books.enter(&k.journal[i].Event, s, &d); err != nil {
			return k.violated("folded again: %v", err)
		}
	}
	k.state, k.ledger = s, books
	return nil
}

// audit is held when the run is over.
func (k *trial) audit() error {
	if err := k.refold(); err != nil {
		return err
	}
	if n := len(k.state.Pending()); n > 0 {
		return k.violated("%d things are pending after the end", n)
	}
	if k.ends != 1 {
		return k.violated("the run finished %d times", k.ends)
	}
	if err := k.ledger.balance(k.state.End(), k.took); err != nil {
		return k.violated("%v", err)
	}
	return nil
}

func (k *trial) violated(format string, args ...any) error {
	return &Violation{
		Reason:     fmt.Sprintf(format, args...),
		Transcript: "== found by simulation\n" + k.text + strings.Join(k.lines, "\n") + "\n",
	}
}
