package limit_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/limit"
	"sluice/engine/core"
)

var down = &core.Failure{Code: "http.connect"}

func TestBreaker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(limit.Limits{Concurrency: 2, Breaker: limit.Breaker{Failures: 3, Open: 30 * time.Second}}, time.Now)
		ctx := t.Context()
		refused := func(retryAfter int) {
			t.Helper()
			failure := call(ctx, g, 0, nil)
			require.Equal(t, "connection.breaker", failure.Code)
			require.Equal(t, core.Object{"retryAfter": retryAfter}, failure.Details)
			require.False(t, failure.Permanent)
		}
		// Failures in a row: a success in between, or a refusal by a peer that is well, begins anew.
		for _, end := range []*core.Failure{down, down, nil, down, down, {Code: "http.status", Status: 404}, down, down} {
			require.Equal(t, end, call(ctx, g, 0, end))
		}
		require.Equal(t, limit.Closed, g.Health().Breaker)

		// The third opens it, also for those in the line; a call that was under way changes nothing any more.
		slow, waiting := make(chan *core.Failure, 1), make(chan *core.Failure, 1)
		go func() { slow <- call(ctx, g, 5*time.Second, nil) }()
		synctest.Wait()
		go func() { waiting <- call(ctx, g, time.Second, down) }()
		synctest.Wait()
		go func() { waiting <- call(ctx, g, 0, nil) }()
		synctest.Wait()
		require.Equal(t, 1, g.Health().Waiting)
		codes := []string{(<-waiting).Code, (<-waiting).Code}
		require.ElementsMatch(t, []string{"http.connect", "connection.breaker"}, codes)
		require.Equal(t, limit.Open, g.Health().Breaker)
		require.Equal(t, "http.connect", g.Health().LastError)
		opened := time.Now()
		refused(30)
		require.Nil(t, <-slow)
		refused(26)

		// One probe at a time; it fails, so it stays open.
		<-time.After(time.Until(opened.Add(30 * time.Second)))
		require.Equal(t, limit.HalfOpen, g.Health().Breaker)
		go func() { waiting <- call(ctx, g, 4*time.Second, &core.Failure{Code: "http.status", Status: 503}) }()
		synctest.Wait()
		refused(1)
		require.Equal(t, "http.status", (<-waiting).Code)
		refused(30)

		// A probe that is cancelled says nothing; the next one is answered, if only by a refusal, and closes it.
		<-time.After(30 * time.Second)
		require.Equal(t, "http.cancelled", call(ctx, g, 0, &core.Failure{Code: "http.cancelled"}).Code)
		require.Equal(t, limit.HalfOpen, g.Health().Breaker)
		_ = call(ctx, g, 0, &core.Failure{Code: "http.status", Status: 409})
		require.Equal(t, limit.Closed, g.Health().Breaker)
		_ = call(ctx, g, 0, down)
		require.Equal(t, limit.Closed, g.Health().Breaker)

		// A changed definition may be the cure.
		_ = call(ctx, g, 0, down)
		_ = call(ctx, g, 0, down)
		refused(30)
		g.Change(limit.Limits{Breaker: limit.Breaker{Failures: 1, Open: time.Second}})
		require.Nil(t, call(ctx, g, 0, nil))
	})
}

func TestBreakerWithin(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(limit.Limits{Breaker: limit.Breaker{Failures: 2, Within: time.Minute, Open: time.Second}}, time.Now)
		for range 5 {
			_ = call(t.Context(), g, 61*time.Second, down)
		}
		require.Equal(t, limit.Closed, g.Health().Breaker)
		_ = call(t.Context(), g, 0, nil)
		_ = call(t.Context(), g, time.Second, down)
		require.Equal(t, limit.Open, g.Health().Breaker, "whatever succeeds in between")
	})
}

// TestAProbeThatWaits: a probe that leaves the line makes room for the next.
func TestAProbeThatWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limits := rate(t, "1/m")
		limits.Breaker = limit.Breaker{Failures: 1, Open: time.Second}
		g := limit.NewGuard(limits, time.Now)
		began := time.Now()
		_ = call(t.Context(), g, 0, down)
		<-time.After(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan *core.Failure, 1)
		go func() { done <- call(ctx, g, 0, nil) }()
		synctest.Wait()
		require.Equal(t, "connection.breaker", call(t.Context(), g, 0, nil).Code)
		cancel()
		require.Equal(t, "connection.cancelled", (<-done).Code)
		require.Nil(t, call(t.Context(), g, 0, nil))
		require.Equal(t, time.Minute, time.Since(began))
		require.Equal(t, limit.Closed, g.Health().Breaker)
	})
}

func TestWhatOpensABreaker(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		failure core.Failure
		opens   bool
	}{
		"no connection":    {core.Failure{Code: "http.connect"}, true},
		"no name":          {core.Failure{Code: "http.dns"}, true},
		"no certificate":   {core.Failure{Code: "http.tls", Permanent: true}, true},
		"no answer":        {core.Failure{Code: "http.timeout"}, true},
		"an error of its":  {core.Failure{Code: "http.status", Status: 502}, true},
		"a robot's error":  {core.Failure{Code: "push.rate_limited", Status: 502}, true},
		"a busy platform":  {core.Failure{Code: "push.unavailable", Status: 200}, true},
		"a busy shop":      {core.Failure{Code: "douyin.unavailable", Status: 200}, true},
		"no database":      {core.Failure{Code: "db.unavailable"}, true},
		"a slow database":  {core.Failure{Code: "db.timeout"}, true},
		"not found":        {core.Failure{Code: "http.status", Status: 404}, false},
		"too many":         {core.Failure{Code: "http.status", Status: 429}, false},
		"a refusal":        {core.Failure{Code: "douyin.rejected", Status: 200}, false},
		"a robot's limit":  {core.Failure{Code: "push.rate_limited", Status: 200}, false},
		"never sent":       {core.Failure{Code: "http.bad_url"}, false},
		"cancelled":        {core.Failure{Code: "http.cancelled"}, false},
		"a constraint":     {core.Failure{Code: "db.constraint"}, false},
		"locked by others": {core.Failure{Code: "db.busy"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := limit.NewGuard(limit.Limits{Breaker: limit.Breaker{Failures: 1, Open: time.Hour}}, time.Now)
			_ = call(t.Context(), g, 0, &c.failure)
			require.Equal(t, c.opens, g.Health().Breaker == limit.Open)
			if c.opens {
				require.Equal(t, c.failure.Code, g.Health().LastError)
			}
		})
	}
}

// TestTimeSpentInTheLineIsNobodysFault: a call that is cut off because it had waited says nothing about the peer.
func TestTimeSpentInTheLineIsNobodysFault(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(limit.Limits{Concurrency: 1, Breaker: limit.Breaker{Failures: 1, Open: time.Hour}}, time.Now)
		go func() { _ = call(t.Context(), g, 8*time.Second, nil) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		_, failure := limit.Do(ctx, g, func() (int, *core.Failure) {
			<-ctx.Done()
			return 0, &core.Failure{Code: "http.timeout"}
		})
		require.Equal(t, "http.timeout", failure.Code)
		require.Equal(t, limit.Closed, g.Health().Breaker)
	})
}
