package guard_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/server/schedule/guard"
)

var (
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	order = guard.Key{Name: "order_id", Value: "6917000000000000001"}
)

// feed gives starts to a fresh guard until one is refused, and returns how many were let be.
func feed(g *guard.Guard, starts []guard.Start) (int, *guard.Incident) {
	for i, s := range starts {
		if incident := g.Check(order, s); incident != nil {
			return i, incident
		}
		g.Note(order, s)
	}
	return len(starts), nil
}

// flips are starts of two flows by turns.
func flips(n int, every, jitter time.Duration) []guard.Start {
	r := rand.New(rand.NewPCG(1, 2))
	var list []guard.Start
	for i := range n {
		s := guard.Start{Flow: []string{"to-shipped", "to-paid"}[i%2], At: noon.Add(time.Duration(i) * every)}
		if jitter > 0 {
			s.At = noon.Add(time.Duration(i)*every + time.Duration(r.Int64N(int64(jitter))))
		}
		list = append(list, s)
	}
	return list
}

func TestAStatusThatFlipsEvery17MinutesIsFoundLongBeforeItHasFlipped43Times(t *testing.T) {
	t.Parallel()
	n, incident := feed(guard.New(guard.Default(), nil), flips(43, 17*time.Minute, 3*time.Minute))
	require.NotNil(t, incident)
	require.Equal(t, guard.RuleSteady, incident.Rule)
	require.Less(t, n, 20)
	require.ElementsMatch(t, []string{"to-shipped", "to-paid"}, incident.Flows)
	require.Equal(t, order, incident.Key)
	require.Equal(t, 9, incident.Count)
	require.Contains(t, incident.Error(), "have followed each other 9 times")
}

func TestTightLoopsAreFoundWhateverTheirPace(t *testing.T) {
	t.Parallel()
	n, incident := feed(guard.New(guard.Default(), nil), flips(500, time.Second, 900*time.Millisecond))
	require.NotNil(t, incident)
	require.Equal(t, guard.RuleRounds, incident.Rule)
	require.LessOrEqual(t, n, 63)

	var alone []guard.Start
	for i := range 500 {
		alone = append(alone, guard.Start{Flow: "a", At: noon.Add(time.Duration(i) * time.Second)})
	}
	n, incident = feed(guard.New(guard.Default(), nil), alone)
	require.Equal(t, guard.RuleBurst, incident.Rule)
	require.Equal(t, 60, n)
	require.Equal(t, []string{"a"}, incident.Flows)
}

func TestBusyOrdersAreLeftAlone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for range 200 {
		// 20 callbacks at the times of people and platforms, each followed by a run of another flow; bursts among them.
		var starts []guard.Start
		at := noon
		for range 20 {
			at = at.Add(time.Duration(r.ExpFloat64() * float64(20*time.Minute)))
			starts = append(starts, guard.Start{Flow: "callback", At: at}, guard.Start{Flow: "sync", At: at.Add(2 * time.Second)})
		}
		_, incident := feed(guard.New(guard.Default(), nil), starts)
		require.Nil(t, incident)
	}
	// All of them within a minute, as after an outage of the platform.
	_, incident := feed(guard.New(guard.Default(), nil), flips(40, 1500*time.Millisecond, 0))
	require.Nil(t, incident)
}

func TestARetriedOrderWhoseFailuresAreReportedIsNoLoop(t *testing.T) {
	t.Parallel()
	var starts []guard.Start
	for i := range 60 {
		at := noon.Add(time.Duration(i) * 10 * time.Minute)
		starts = append(starts, guard.Start{Flow: "push", At: at}, guard.Start{Flow: "alert", At: at.Add(time.Second), Cause: "push"})
	}
	_, incident := feed(guard.New(guard.Default(), nil), starts)
	require.Nil(t, incident)
}

func TestARefusedLoopStaysRefusedWhileItTriesAndNotLonger(t *testing.T) {
	t.Parallel()
	g := guard.New(guard.Default(), nil)
	all := flips(60, 17*time.Minute, 0)
	n, incident := feed(g, all)
	require.NotNil(t, incident)
	g.Note(order, all[n+1]) // the other flow comes once more, and is one round behind
	for _, s := range all[n+2 : n+20] {
		require.NotNil(t, g.Check(order, s), s.At)
	}
	last := all[n+19]
	require.Nil(t, g.Check(order, guard.Start{Flow: last.Flow, At: last.At.Add(12 * time.Hour)}), "the loop was broken meanwhile")
	require.Nil(t, g.Check(guard.Key{Name: "order_id", Value: "2"}, last), "another order")
	g.Forget(order)
	require.Nil(t, g.Check(order, guard.Start{Flow: last.Flow, At: last.At.Add(time.Minute)}))
}

func TestARestartForgetsNoLoop(t *testing.T) {
	t.Parallel()
	all := flips(43, 17*time.Minute, 0)
	asked := 0
	g := guard.New(guard.Default(), func(key guard.Key, from time.Time) []guard.Start {
		asked++
		require.Equal(t, order, key)
		return all[:15]
	})
	n, incident := feed(g, all[14:])
	require.NotNil(t, incident)
	require.Equal(t, 4, n, "with 14 starts before the restart")
	require.Equal(t, 1, asked)
}

func TestChainsAreBounded(t *testing.T) {
	t.Parallel()
	l := guard.Limits{Depth: 2}
	require.Nil(t, guard.CheckDepth(l, []string{"b", "a"}, noon))
	incident := guard.CheckDepth(l, []string{"a", "b", "a"}, noon)
	require.Equal(t, guard.RuleDepth, incident.Rule)
	require.Equal(t, 3, incident.Count)
	require.Contains(t, incident.Error(), "a < b < a")
	require.Nil(t, guard.CheckDepth(guard.Limits{}, []string{"a", "b", "a"}, noon))
}

func BenchmarkCheck(b *testing.B) {
	history := flips(40, 17*time.Minute, 0)
	for b.Loop() {
		_ = guard.Check(guard.Default(), order, history, guard.Start{Flow: "to-paid", At: noon.Add(12 * time.Hour)})
	}
}
