package core

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRetryPause(t *testing.T) {
	t.Parallel()
	const low, high = 0, math.MaxUint64
	for name, c := range map[string]struct {
		policy  Retry
		attempt int
		seed    uint64
		want    time.Duration
	}{
		"no delay":                           {Retry{}, 1, low, 0},
		"no delay, and backoff over all":     {Retry{Backoff: 10, Jitter: 1}, 5000, high, 0},
		"without backoff it stays":           {Retry{Delay: time.Second}, 7, low, time.Second},
		"backoff 1 keeps it":                 {Retry{Delay: time.Second, Backoff: 1}, 7, low, time.Second},
		"backoff below 1 keeps it":           {Retry{Delay: time.Second, Backoff: 0.5}, 7, low, time.Second},
		"the first pause is the delay":       {Retry{Delay: time.Second, Backoff: 3}, 1, low, time.Second},
		"the third":                          {Retry{Delay: time.Second, Backoff: 3}, 3, low, 9 * time.Second},
		"a broken factor":                    {Retry{Delay: time.Second, Backoff: 1.5}, 3, low, 2250 * time.Millisecond},
		"up to its limit":                    {Retry{Delay: time.Second, Backoff: 3, MaxDelay: 5 * time.Second}, 3, low, 5 * time.Second},
		"the limit holds for the first, too": {Retry{Delay: time.Minute, MaxDelay: 5 * time.Second}, 1, low, 5 * time.Second},
		"it never overflows":                 {Retry{Delay: time.Hour, Backoff: 1000}, 4000, low, math.MaxInt64 / 4},
		"with jitter it never overflows":     {Retry{Delay: time.Hour, Backoff: 1000, Jitter: 1}, 4000, high, math.MaxInt64 / 4},
		"the least jitter":                   {Retry{Delay: 100 * time.Second, Jitter: 0.25}, 1, low, 75 * time.Second},
		"the middle":                         {Retry{Delay: 100 * time.Second, Jitter: 0.25}, 1, 1 << 63, 100 * time.Second},
		"full jitter may leave nothing":      {Retry{Delay: 100 * time.Second, Jitter: 1}, 1, low, 0},
	} {
		require.Equal(t, c.want, c.policy.pause(c.attempt, c.seed), name)
	}
	most := (&Retry{Delay: 100 * time.Second, Jitter: 0.25}).pause(1, high)
	require.LessOrEqual(t, most, 125*time.Second)
	require.Greater(t, most, 124*time.Second)
}

func TestMixSpreads(t *testing.T) {
	t.Parallel()
	seen := map[uint64]bool{}
	for a := range uint64(20) {
		for b := range uint64(20) {
			for c := range uint64(20) {
				h := mix(a, b, c)
				require.False(t, seen[h], "%d %d %d", a, b, c)
				seen[h] = true
			}
		}
	}
}
