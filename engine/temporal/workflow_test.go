package temporal_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"sluice/engine"
	"sluice/engine/codec"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/engine/temporal"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/nodes"
	"sluice/nodes/control/await"
	"sluice/nodes/control/foreach"
	"sluice/nodes/pure/branch"
	"sluice/nodes/pure/mapnode"
	"sluice/storage"
	"sluice/storage/mem"
)

// outside answers tasks the same way for both drivers: by what they were asked and which try it is, and one after the
// other in the order of their idempotency keys, so that both journals see the same order.
type outside struct {
	mu    sync.Mutex
	calls []string
}

func (o *outside) run(_ context.Context, c nodes.Call) (core.Value, *core.Failure) {
	args, _ := c.Args.(core.Object)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.calls = append(o.calls, fmt.Sprintf("%s#%d", c.Node, c.Attempt))
	if tries, ok := args["fails"].(int); ok && c.Attempt <= tries {
		return nil, &core.Failure{Code: "http.status", Status: 503, Message: "unavailable"}
	}
	return core.Object{"did": args["id"], "n": 6917529027641081856}, nil
}

// taskSpec is the one task type of these tests.
func taskSpec(o *outside) nodes.Spec {
	return nodes.Spec{
		Type: "do", Major: 1, Behaviour: 1, Effect: nodes.Write, Run: o.run,
		Page: nodes.Page{Schema: []byte(`{"type": "object", "title": "Do", "additionalProperties": false, "properties": {"id": {}, "fails": {"type": "integer"}}}`)},
	}
}

const branchWithRetry = `{"sluice": 1, "id": "branch-retry", "nodes": [
	{"id": "fetch", "type": "do", "config": {"id": "{{ trigger.body.id }}", "fails": 2}, "retry": {"max": 3, "delay": "50ms", "backoff": 2}},
	{"id": "big", "type": "branch", "config": {"when": "nodes.fetch.n > 5"}},
	{"id": "ship", "type": "do", "config": {"id": "{{ nodes.fetch.n }}"}},
	{"id": "hold", "type": "do", "config": {"id": "no"}}],
	"edges": [{"from": "fetch", "to": "big"}, {"from": "big", "port": "true", "to": "ship"}, {"from": "big", "port": "false", "to": "hold"}],
	"output": {"shipped": "{{ nodes.ship.did }}", "held": "{{ nodes.hold }}"}}`

const foreachWithTasks = `{"sluice": 1, "id": "each", "nodes": [
	{"id": "each", "type": "foreach", "config": {"items": "trigger.body.ids", "concurrency": 1, "onItemError": "collect"}, "body": {
		"nodes": [
			{"id": "odd", "type": "branch", "config": {"when": "item % 2 == 1"}},
			{"id": "call", "type": "do", "config": {"id": "{{ item }}"}, "retry": {"max": 1, "delay": "5s"}},
			{"id": "broken", "type": "do", "config": {"id": "{{ item }}", "fails": 9}}],
		"edges": [{"from": "odd", "port": "true", "to": "call"}, {"from": "odd", "port": "false", "to": "broken"}],
		"output": "{{ nodes.call.did }}"}}]}`

const awaitWithTimeout = `{"sluice": 1, "id": "await", "nodes": [
	{"id": "paid", "type": "await", "config": {"events": [{"port": "paid", "event": "payment", "key": "{{ trigger.body.order }}"}], "timeout": "300ms"}},
	{"id": "remind", "type": "do", "config": {"id": "remind"}},
	{"id": "ship", "type": "do", "config": {"id": "{{ input.by }}"}}],
	"edges": [{"from": "paid", "port": "paid", "to": "ship"}, {"from": "paid", "port": "timeout", "to": "remind"}]}`

func TestBothDriversKeepTheSameJournal(t *testing.T) {
	t.Parallel()
	cases := []struct {
		name, flow string
		body       core.Value
		signal     core.Value
	}{
		{"a branch with a retry", branchWithRetry, core.Object{"id": 6917529027641081857}, nil},
		{"a foreach with tasks", foreachWithTasks, core.Object{"ids": core.List{1, 2, 3, 4, 5}}, nil},
		{"an await that times out", awaitWithTimeout, core.Object{"order": 42}, nil},
		{"an await whose event comes", awaitWithTimeout, core.Object{"order": 42}, core.Object{"by": "wechat"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			first, second := &outside{}, &outside{}
			wantEnd, want := onEmbedded(t, first, c.flow, c.body, c.signal)
			gotEnd, got := onTemporal(t, second, c.flow, c.body, c.signal)
			require.Equal(t, want, got)
			require.Equal(t, wantEnd, gotEnd)
			require.Equal(t, first.calls, second.calls)
		})
	}
}

func compile(t *testing.T, o *outside, source string) (*flows.Flow, *nodes.Registry) {
	t.Helper()
	registry, err := nodes.New([]nodes.Spec{taskSpec(o), branch.Spec(), foreach.Spec(), await.Spec(), mapnode.Spec()})
	require.NoError(t, err)
	doc, _ := flows.Parse([]byte(source))
	require.NotNil(t, doc)
	flow, findings := flows.Compile(doc, flows.Options{Registry: registry, Version: 1})
	require.NotNil(t, flow, findings)
	return flow, registry
}

// line is what both journals must have in common: the event, its outcome, and the heads of the commands it caused.
func line(t *testing.T, event []byte) string {
	t.Helper()
	r, err := codec.Decode(event)
	require.NoError(t, err)
	outcome, err := value.Encode(r.Value)
	require.NoError(t, err)
	if r.Failure != nil {
		outcome = []byte(r.Failure.Code)
	}
	return fmt.Sprintf("%s %d#%d %s -> %v", r.Kind, r.ID, r.Attempt, outcome, r.Heads)
}

func onEmbedded(t *testing.T, o *outside, source string, body, signal core.Value) (string, []string) {
	t.Helper()
	flow, registry := compile(t, o, source)
	store := mem.New()
	subscribed := make(chan struct{}, 1)
	e, err := embedded.Open(embedded.Options{
		Store: store, Registry: registry, Plans: func(string) (*core.Plan, error) { return flow.Plan, nil },
		Observe: func(_ storage.RunID, trace []core.Entry) {
			if trace[len(trace)-1].Phase == core.PhaseWaiting {
				select {
				case subscribed <- struct{}{}:
				default:
				}
			}
		},
	})
	require.NoError(t, err)
	defer func() { require.NoError(t, e.Close(context.Background())) }()
	id, err := e.Start(t.Context(), engine.StartRequest{Plan: flow.Plan.Hash, Trigger: core.Object{"type": "call", "body": body}})
	require.NoError(t, err)
	if signal != nil {
		<-subscribed
		require.Eventually(t, func() bool {
			n, err := e.Signal(t.Context(), "payment", "42", signal)
			return err == nil && n == 1
		}, 10*time.Second, time.Millisecond)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	end, err := e.Wait(ctx, id)
	require.NoError(t, err)
	out, err := value.Encode(end.Output)
	require.NoError(t, err)
	var lines []string
	require.NoError(t, store.Events(id, 1, func(_ uint64, event []byte) bool {
		lines = append(lines, line(t, event))
		return true
	}))
	return fmt.Sprint(end.Status, " ", string(out)), lines
}

func onTemporal(t *testing.T, o *outside, source string, body, signal core.Value) (string, []string) {
	t.Helper()
	flow, registry := compile(t, o, source)
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	d := &temporal.Driver{Plans: func(string) (*core.Plan, error) { return flow.Plan, nil }, Registry: registry}
	env.RegisterWorkflowWithOptions(d.Workflow, workflow.RegisterOptions{Name: temporal.WorkflowName})
	env.RegisterActivityWithOptions(d.Activity, activity.RegisterOptions{Name: temporal.ActivityName})
	if signal != nil {
		data, err := value.Encode(signal)
		require.NoError(t, err)
		env.RegisterDelayedCallback(func() {
			env.SignalWorkflow(temporal.SignalName, temporal.Signal{Event: "payment", Key: "42", Data: data})
		}, 50*time.Millisecond)
	}
	trigger, err := value.Encode(core.Object{"type": "call", "body": body})
	require.NoError(t, err)
	env.ExecuteWorkflow(temporal.WorkflowName, temporal.Input{Plan: flow.Plan.Hash, Trigger: trigger, Seed: 1})
	require.True(t, env.IsWorkflowCompleted())
	require.NoError(t, env.GetWorkflowError())
	var out temporal.Output
	require.NoError(t, env.GetWorkflowResult(&out))
	var lines []string
	for _, event := range out.Journal {
		lines = append(lines, line(t, event))
	}
	return fmt.Sprint(out.Status, " ", string(out.Output)), lines
}
