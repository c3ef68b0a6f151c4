package foreach

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes/control/controltest"
)

const many = 100_000

// doubling is a foreach whose body is one pure node that allocates nothing of its own.
func doubling(concurrency int) controltest.Graph {
	return each(core.Object{"concurrency": concurrency}, &controltest.Graph{Nodes: []controltest.Node{{ID: "same", Eval: controltest.Item}}})
}

func manyItems() core.List {
	items := make(core.List, many)
	for i := range items {
		items[i] = "SO-000001"
	}
	return items
}

// TestManyItems is not parallel: it looks at the memory of the whole process.
func TestManyItems(t *testing.T) {
	for _, concurrency := range []int{1, 100} {
		plan, items := controltest.Plan(t, doubling(concurrency)), manyItems()
		var s core.State
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		finish(t, plan, &s, items)
		runtime.GC()
		runtime.ReadMemStats(&after)
		require.Len(t, s.End().Output, many)

		held := int64(after.HeapAlloc) - int64(before.HeapAlloc)
		perItem := float64(after.Mallocs-before.Mallocs) / many
		t.Logf("concurrency %d: %d bytes an item are held, %.2f allocations an item", concurrency, held/many, perItem)
		// The list of results is 16 bytes an item; bodies are used again and leave nothing behind.
		require.Less(t, held, int64(24*many), "what is held after %d items", many)
		require.Less(t, perItem, 1.0, "allocations an item")
		runtime.KeepAlive(&s)
	}
}

func finish(tb testing.TB, plan *core.Plan, s *core.State, items core.List) {
	var d core.Decision
	e := core.Event{Kind: core.RunStarted, At: 1, Start: &core.Start{
		Run: "run-1", Plan: plan.Hash, Revision: core.Revision, Trigger: core.Object{"body": items},
	}}
	for {
		if err := core.Step(plan, s, &e, &d); err != nil {
			tb.Fatal(err)
		}
		if s.End() != nil {
			return
		}
		e = core.Event{Kind: core.Continued, At: 1}
	}
}

func BenchmarkPureItems(b *testing.B) {
	plan, items := controltest.Plan(b, doubling(1)), manyItems()
	b.ReportAllocs()
	for b.Loop() {
		finish(b, plan, &core.State{}, items)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/many, "ns/item")
}
