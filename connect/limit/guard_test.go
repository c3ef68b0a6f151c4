package limit_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/limit"
	"sluice/engine/core"
)

func rate(t *testing.T, text string) limit.Limits {
	t.Helper()
	r, err := limit.ParseRate(text)
	require.NoError(t, err)
	return limit.Limits{Rate: r}
}

// call makes one call that takes so long and ends so.
func call(ctx context.Context, g *limit.Guard, takes time.Duration, ends *core.Failure) *core.Failure {
	_, failure := limit.Do(ctx, g, func() (struct{}, *core.Failure) {
		<-time.After(takes)
		return struct{}{}, ends
	})
	return failure
}

func TestParseRate(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]limit.Rate{
		"5/s": {Count: 5, Per: time.Second}, "20/m": {Count: 20, Per: time.Minute}, "999999/h": {Count: 999999, Per: time.Hour},
	} {
		got, err := limit.ParseRate(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, text := range []string{"", "5", "0/s", "05/s", "5/d", "5 /s", "-1/s", "1.5/s", "1000000/s", "5/s\n", "5/ms"} {
		_, err := limit.ParseRate(text)
		require.Error(t, err, text)
	}
}

func TestNoGuardAllowsAll(t *testing.T) {
	t.Parallel()
	got, failure := limit.Do(t.Context(), nil, func() (int, *core.Failure) { return 7, nil })
	require.Nil(t, failure)
	require.Equal(t, 7, got)
}

func TestConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(limit.Limits{Concurrency: 3}, time.Now)
		var mu sync.Mutex
		var order []int
		busy, most := 0, 0
		var wait sync.WaitGroup
		for i := range 100 {
			wait.Go(func() {
				_, failure := limit.Do(t.Context(), g, func() (struct{}, *core.Failure) {
					mu.Lock()
					busy++
					most, order = max(most, busy), append(order, i)
					mu.Unlock()
					<-time.After(time.Second)
					mu.Lock()
					busy--
					mu.Unlock()
					return struct{}{}, nil
				})
				if failure != nil {
					t.Error(failure)
				}
			})
			// One after the other into the line.
			synctest.Wait()
		}
		require.Equal(t, limit.Health{InFlight: 3, Waiting: 97}, g.Health())
		began := time.Now()
		wait.Wait()
		require.Equal(t, 3, most)
		require.Equal(t, 34*time.Second, time.Since(began))
		// Those that go at the same moment may take note in any order; nobody overtakes by more.
		for at, i := range order {
			require.InDelta(t, at, i, 2)
		}
		require.Equal(t, limit.Health{LastSuccess: time.Now()}, g.Health())
	})
}

func TestRateOverAnHour(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct{ most, atOnce, inAnHour int }{
		"20/m":   {most: 21, atOnce: 1, inAnHour: 1200},
		"120/m":  {most: 122, atOnce: 2, inAnHour: 7201},
		"1/s":    {most: 61, atOnce: 1, inAnHour: 3600},
		"1000/h": {most: 18, atOnce: 1, inAnHour: 1000},
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := limit.NewGuard(rate(t, text), time.Now)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
				defer cancel()
				var mu sync.Mutex
				var went []time.Time
				var wait sync.WaitGroup
				// Bursts of many sizes, together more than the rate allows.
				for minute := range 60 {
					for range 2 + minute*37%300 {
						wait.Go(func() {
							_, _ = limit.Do(ctx, g, func() (struct{}, *core.Failure) {
								mu.Lock()
								went = append(went, time.Now())
								mu.Unlock()
								return struct{}{}, nil
							})
						})
					}
					<-time.After(time.Minute)
				}
				wait.Wait()
				// In any minute, both of its ends counted, no more than the rate and the burst.
				first := 0
				for i, at := range went {
					for at.Sub(went[first]) > time.Minute {
						first++
					}
					require.LessOrEqual(t, i-first+1, c.most)
				}
				require.LessOrEqual(t, len(went), c.inAnHour)
				require.Greater(t, len(went), c.inAnHour*8/10)
				atOnce := 1
				for atOnce < len(went) && went[atOnce].Equal(went[0]) {
					atOnce++
				}
				require.Equal(t, c.atOnce, atOnce)
				require.Zero(t, g.Health().Waiting)
			})
		})
	}
}

func TestRateRefusesWhatCannotGoInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(rate(t, "20/m"), time.Now)
		ctx, cancel := context.WithTimeout(t.Context(), 7*time.Second)
		defer cancel()
		began := time.Now()
		require.Nil(t, call(ctx, g, 0, nil))
		var wait sync.WaitGroup
		for range 2 {
			wait.Go(func() {
				if failure := call(ctx, g, 0, nil); failure != nil {
					t.Error(failure)
				}
			})
		}
		synctest.Wait()
		failure := call(ctx, g, 0, nil)
		require.Equal(t, "connection.rate", failure.Code)
		require.Equal(t, core.Object{"retryAfter": 9}, failure.Details)
		require.False(t, failure.Permanent)
		require.False(t, failure.Unknown)
		require.Equal(t, began, time.Now(), "at once")
		wait.Wait()
		require.Equal(t, 6*time.Second, time.Since(began))
		require.Equal(t, limit.Health{LastSuccess: time.Now()}, g.Health())
	})
}

func TestWhoLeavesTheLineLeavesNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(limit.Limits{Concurrency: 1, Rate: limit.Rate{Count: 1, Per: time.Minute}}, time.Now)
		require.Nil(t, call(t.Context(), g, 0, nil))
		began := time.Now()
		// One waits for its turn and is cancelled; the next has the same turn, and none is used up.
		ctx, cancel := context.WithCancel(t.Context())
		failures := make(chan *core.Failure, 1)
		go func() { failures <- call(ctx, g, 0, nil) }()
		synctest.Wait()
		require.Equal(t, 1, g.Health().Waiting)
		cancel()
		require.Equal(t, "connection.cancelled", (<-failures).Code)
		require.Zero(t, g.Health().Waiting)
		require.Nil(t, call(t.Context(), g, 0, nil))
		require.Equal(t, time.Minute, time.Since(began))

		g.Change(limit.Limits{Concurrency: 1})
		go func() { failures <- call(t.Context(), g, time.Hour, nil) }()
		synctest.Wait()
		late, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		require.Equal(t, "connection.busy", call(late, g, 0, nil).Code)
		require.Equal(t, 1, g.Health().InFlight)
		require.Empty(t, g.Health().LastError)
		require.Nil(t, <-failures)
		require.Nil(t, call(t.Context(), g, 0, nil))
		require.Panics(t, func() {
			_, _ = limit.Do(t.Context(), g, func() (int, *core.Failure) { panic("a node's") })
		})
		require.Equal(t, limit.Health{LastSuccess: time.Now()}, g.Health(), "a call that panics gives its place back")
	})
}

func TestChangeReachesThoseThatWait(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(rate(t, "1/h"), time.Now)
		began := time.Now()
		require.Nil(t, call(t.Context(), g, 0, nil))
		var wait sync.WaitGroup
		for range 3 {
			wait.Go(func() { _ = call(t.Context(), g, 0, nil) })
		}
		synctest.Wait()
		require.Equal(t, 3, g.Health().Waiting)
		g.Change(rate(t, "1/s"))
		wait.Wait()
		require.Equal(t, 2*time.Second, time.Since(began))
	})
}

func TestABurstIsPartOfTheRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(limit.Limits{Rate: limit.Rate{Count: 15, Per: time.Minute, Burst: 4}}, time.Now)
		began := time.Now()
		var went []time.Duration
		for range 45 {
			require.Nil(t, call(t.Context(), g, 0, nil))
			went = append(went, time.Since(began))
		}
		require.Equal(t, []time.Duration{0, 0, 0, 0, 4 * time.Second}, went[:5])
		for i := range went {
			within := 0
			for _, at := range went[i:] {
				if at-went[i] < time.Minute {
					within++
				}
			}
			require.LessOrEqual(t, within, 19, "of any minute")
		}
	})
}

func TestARefusalThatAsksToWaitHoldsAllBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		refusal := &core.Failure{Code: "push.rate_limited", Details: core.Object{"retryAfter": 600}}
		limits := limit.Limits{Rate: limit.Rate{Count: 15, Per: time.Minute, Burst: 4}, Obey: true}
		g := limit.NewGuard(limits, time.Now)
		require.Equal(t, refusal, call(t.Context(), g, 0, refusal))
		began := time.Now()
		hurried, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		failure := call(hurried, g, 0, nil)
		require.Equal(t, "connection.rate", failure.Code)
		require.Equal(t, core.Object{"retryAfter": 600}, failure.Details)
		require.Nil(t, call(t.Context(), g, 0, nil))
		require.Equal(t, 600*time.Second, time.Since(began))
		require.Nil(t, call(t.Context(), g, 0, nil))
		require.Equal(t, 604*time.Second, time.Since(began), "no burst after it")

		for _, far := range []core.Value{1 << 60, -5, "x", nil} {
			g = limit.NewGuard(limits, time.Now)
			began = time.Now()
			require.NotNil(t, call(t.Context(), g, 0, &core.Failure{Code: "x", Details: core.Object{"retryAfter": far}}))
			require.Nil(t, call(t.Context(), g, 0, nil))
			require.LessOrEqual(t, time.Since(began), time.Hour)
		}
		limits.Obey = false
		g = limit.NewGuard(limits, time.Now)
		began = time.Now()
		require.NotNil(t, call(t.Context(), g, 0, refusal))
		require.Nil(t, call(t.Context(), g, 0, nil))
		require.Zero(t, time.Since(began))
	})
}
