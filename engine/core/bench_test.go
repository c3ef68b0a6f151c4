package core_test

import (
	"fmt"
	"strings"
	"testing"

	"sluice/engine/core"
	"sluice/engine/enginetest"
)

// BenchmarkCore says what a node costs: ns/node and allocs/node are of one activation.
func BenchmarkCore(b *testing.B) {
	var chain strings.Builder
	for i := range 20 {
		fmt.Fprintf(&chain, "n%d: echo\n", i)
	}
	for i := range 19 {
		fmt.Fprintf(&chain, "n%d -> n%d\n", i, i+1)
	}
	b.Run("chain of 20", func(b *testing.B) { benchmark(b, chain.String(), 20, nil) })
	items := make(core.List, 1000)
	for i := range items {
		items[i] = i
	}
	for _, concurrency := range []int{1, 10, 1000} {
		text := fmt.Sprintf("fuel 1000000\nf: foreach items=input concurrency=%d {\n  x: echo\n}\n", concurrency)
		b.Run(fmt.Sprintf("foreach of 1000, %d at a time", concurrency), func(b *testing.B) { benchmark(b, text, 1000, items) })
	}
}

func benchmark(b *testing.B, text string, nodes int, body core.Value) {
	plan, err := enginetest.Plan(text)
	if err != nil {
		b.Fatal(err)
	}
	e := core.Event{Kind: core.RunStarted, Start: &core.Start{Plan: plan.Hash, Revision: core.Revision, Trigger: core.Object{"body": body}}}
	var d core.Decision
	b.ReportAllocs()
	for b.Loop() {
		s := core.State{}
		if err := core.Step(plan, &s, &e, &d); err != nil || s.Phase() != core.RunFinished {
			b.Fatal(err, s.Phase())
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*nodes), "ns/node")
}
