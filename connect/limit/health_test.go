package limit_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"sluice/connect/limit"
	"sluice/engine/core"
)

func TestWhatCountsAsFailing(t *testing.T) {
	t.Parallel()
	refused := &core.Failure{Code: "http.status", Status: 404}
	unauthorized := &core.Failure{Code: "http.status", Status: 401}
	token := &core.Failure{Code: "pdd.token", Status: 200}
	for name, c := range map[string]struct {
		ends    []*core.Failure
		failing bool
	}{
		"nothing yet":                    {nil, false},
		"two":                            {[]*core.Failure{down, down}, false},
		"three in a row":                 {[]*core.Failure{down, down, down}, true},
		"a success in between":           {[]*core.Failure{down, down, nil, down, down}, false},
		"a refusal in between":           {[]*core.Failure{down, down, refused, down}, false},
		"refusals":                       {[]*core.Failure{refused, refused, refused, refused}, false},
		"credentials":                    {[]*core.Failure{unauthorized, token, {Code: "http.auth"}}, true},
		"what was never sent is silent":  {[]*core.Failure{down, down, {Code: "http.bad_url"}, down}, true},
		"and again well":                 {[]*core.Failure{down, down, down, nil}, false},
		"still failing after one refuse": {[]*core.Failure{down, down, down, {Code: "http.bad_url"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				g := limit.NewGuard(limit.Limits{}, time.Now)
				began := time.Now()
				for _, end := range c.ends {
					_ = call(t.Context(), g, time.Second, end)
				}
				since := g.Health().FailingSince
				require.Equal(t, c.failing, !since.IsZero())
				if c.failing {
					require.Equal(t, began.Add(time.Second), since, "since the first of them")
				}
			})
		})
	}
}

func TestABreakerThatOpensIsAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := limit.NewGuard(limit.Limits{Breaker: limit.Breaker{Failures: 2, Within: time.Hour, Open: time.Minute}}, time.Now)
		for _, end := range []*core.Failure{down, nil, down} {
			_ = call(t.Context(), g, 0, end)
		}
		since := g.Health().FailingSince
		require.Equal(t, time.Now(), since)
		_ = call(t.Context(), g, 0, nil)
		require.Equal(t, since, g.Health().FailingSince, "refused calls say nothing")
		<-time.After(time.Minute)
		_ = call(t.Context(), g, 0, down)
		require.Equal(t, since, g.Health().FailingSince, "a probe that fails is the same trouble")
		<-time.After(time.Minute)
		_ = call(t.Context(), g, 0, nil)
		require.Zero(t, g.Health().FailingSince)
		_ = call(t.Context(), g, 0, down)
		_ = call(t.Context(), g, 0, down)
		require.NotZero(t, g.Health().FailingSince)
		g.Change(limit.Limits{})
		require.Zero(t, g.Health().FailingSince, "the change may be the cure")
	})
}

func TestTheLastMessageIsBounded(t *testing.T) {
	t.Parallel()
	g := limit.NewGuard(limit.Limits{}, time.Now)
	_ = call(t.Context(), g, 0, &core.Failure{Code: "http.status", Status: 500, Message: strings.Repeat("订单", 400)})
	h := g.Health()
	require.Equal(t, "http.status", h.LastError)
	require.Less(t, len(h.LastMessage), 1_010)
	require.True(t, utf8.ValidString(h.LastMessage))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_ = call(ctx, g, 0, &core.Failure{Code: "http.cancelled", Message: "cancelled"})
	require.NotEqual(t, "cancelled", g.Health().LastMessage)
}
