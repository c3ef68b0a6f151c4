// Package hello_test runs the flows that people learn from, so that their pages stay true.
package hello_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/storage"
	"sluice/storage/mem"
)

// begin starts a run of the flow in a folder.
func begin(t *testing.T, folder, input string, observe func(storage.RunID, []core.Entry)) (*embedded.Engine, storage.RunID) {
	t.Helper()
	registry, err := nodes.New(all.Specs(all.Deps{}))
	require.NoError(t, err)
	source, err := os.ReadFile(filepath.Join(folder, "flow.json"))
	require.NoError(t, err)
	document, findings := flows.Parse(source)
	require.Empty(t, findings)
	flow, findings := flows.Compile(document, flows.Options{Registry: registry, Version: 1})
	require.Empty(t, findings)
	body, err := value.DecodeString(input)
	require.NoError(t, err)
	require.Nil(t, flow.Input(body))
	store := mem.New()
	plans := library.New(store, registry)
	require.NoError(t, plans.Keep(flow))
	e, err := embedded.Open(embedded.Options{Store: store, Plans: plans.Plan, Registry: registry, Observe: observe})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, e.Close(context.WithoutCancel(t.Context()))) })
	id, err := e.Start(t.Context(), engine.StartRequest{Plan: flow.Plan.Hash, Trigger: core.Object{"type": "call", "body": body}})
	require.NoError(t, err)
	return e, id
}

func output(t *testing.T, e *embedded.Engine, id storage.RunID) string {
	t.Helper()
	end, err := e.Wait(t.Context(), id)
	require.NoError(t, err)
	require.Equal(t, core.Succeeded, end.Status, "%v", end.Failure)
	text, err := value.Encode(end.Output)
	require.NoError(t, err)
	return string(text)
}

func TestAsTheirPagesSay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ folder, input, want string }{
		{"branch", `{"price": "49.90", "quantity": 2}`, `{"shipping": 0, "total": 99.8}`},
		{"branch", `{"price": "49.90", "quantity": 1}`, `{"shipping": 8, "total": 57.9}`},
		{"branch", `{"price": 99, "quantity": 1}`, `{"shipping": 0, "total": 99}`},
		{
			"foreach",
			`{"items": [{"sku": "A-1", "price": "19.90", "quantity": 3}, {"price": "5", "quantity": 1}, {"sku": "B-2", "price": "0.10", "quantity": 1}]}`,
			`{"good": [{"sku": "A-1", "amount": 59.7}, {"sku": "B-2", "amount": 0.1}], "bad": ["there is nothing for sku"], "total": 59.8}`,
		},
		{"foreach", `{"items": []}`, `{"good": [], "bad": [], "total": 0}`},
	} {
		e, id := begin(t, c.folder, c.input, nil)
		require.JSONEq(t, c.want, output(t, e, id), c.input)
	}
}

// In the bubble of synctest the clock goes on when all else waits.
func TestAwait(t *testing.T) {
	t.Parallel()
	const input = `{"order_id": 6921000000000000123}`
	for event, want := range map[string]string{
		"order.paid":   `{"next": "ship", "paid": "99.80"}`,
		"order.closed": `{"next": "cancel"}`,
		"":             `{"next": "cancel"}`,
	} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			waits := make(chan struct{}, 1)
			e, id := begin(t, "await", input, func(_ storage.RunID, entries []core.Entry) {
				for _, entry := range entries {
					if entry.Path == "payment" && entry.Phase == core.PhaseWaiting {
						waits <- struct{}{}
					}
				}
			})
			<-waits
			synctest.Wait()
			if event != "" {
				n, err := e.Signal(t.Context(), event, "6921000000000000123", core.Object{"amount": "99.80"})
				require.NoError(t, err)
				require.Equal(t, 1, n)
			}
			require.JSONEq(t, want, output(t, e, id), event)
			if event == "" {
				require.Equal(t, 3*time.Second, time.Since(began))
			}
		})
	}
}
