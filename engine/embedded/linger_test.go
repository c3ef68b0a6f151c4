package embedded_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/storage"
)

// counting counts how often a journal is read from its beginning.
type counting struct {
	storage.Store
	reads atomic.Int64
}

func (c *counting) Events(run storage.RunID, from uint64, yield func(uint64, []byte) bool) error {
	c.reads.Add(1)
	return c.Store.Events(run, from, yield)
}

// TestALongRunIsNotFoldedForEachThingItWaitsFor: a run that starts hundreds of children, one after the other, is read
// back a few times at most, although it does nothing but wait in between.
func TestALongRunIsNotFoldedForEachThingItWaitsFor(t *testing.T) {
	t.Parallel()
	const children = 400
	left := func(turn *core.Turn, done *int) {
		if *done++; *done > children {
			turn.Emit(0, *done-1)
			return
		}
		turn.StartChild("child", *done, false)
	}
	p := line("p", core.Node{ID: "many", Type: "many", Machine: func() core.Machine {
		done := 0
		return machine(func(turn *core.Turn, _ core.Cause) { left(turn, &done) })
	}})
	s := &counting{Store: boltStore(t)}
	e := open(t, s, &world{}, p, line("child", pure("x", func(s core.Scope) core.Value { return s.Input() })))
	require.Equal(t, children, end(t, e, start(t, e, "p", nil)).Output)
	require.Less(t, s.reads.Load(), int64(200), "%d children", children)
}

var _ storage.Store = (*counting)(nil)
