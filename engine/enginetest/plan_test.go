package enginetest

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

func TestPlanIsRead(t *testing.T) {
	t.Parallel()
	p, err := Plan(`
fuel 7
timeout 1m
a: choose on=input ports=x,y   # a comment
f: foreach items=[1] concurrency=2 join=2 {
  b: task write args=item
  c: echo
  b -> c
}
d: echo join=any cancelRest
a.x -> f -> d
a.y -> d
a.error -> d
output nodes.f
`)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "f", "b", "c", "d"}, ids(p))
	require.Equal(t, []core.Edge{{From: 2, To: 3}, {From: 0, To: 1}, {From: 1, To: 4}, {From: 0, To: 4, Port: 1}, {From: 0, To: 4, Port: -1}}, p.Edges)
	require.Equal(t, []int{0, 1, 4}, p.Graphs[0].Nodes)
	require.Equal(t, core.Graph{Nodes: []int{2, 3}, Owner: 1}, p.Graphs[1])
	require.Equal(t, []int{0, 1}, p.Nodes[4].Upstream)
	require.Equal(t, [][]int{{1}, {3}}, p.Nodes[0].Out)
	require.Equal(t, []int{4}, p.Nodes[0].OnError)
	require.Equal(t, 1, p.Nodes[1].Body)
	require.Equal(t, 2, p.Nodes[1].Need)
	require.True(t, p.Nodes[4].CancelRest)
	require.NotNil(t, p.Graphs[0].Output)
}

func ids(p *core.Plan) (ids []string) {
	for i := range p.Nodes {
		ids = append(ids, p.Nodes[i].ID)
	}
	return ids
}

func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"a: nothing", "line 1: nothing is no kind of node"},
		{"a: echo\na: echo", "line 2: there are two nodes a"},
		{"a: echo colour=red", "line 1: colour is no option of echo"},
		{"a: echo timeout=soon", `line 1: time: invalid duration "soon"`},
		{"a: echo\nb: echo\nb -> a", "line 3: no edge can lead from b to a"},
		{"a: echo\nb: echo\na.left -> b", "line 3: a has no port left"},
		{"g: group {\na: echo", "1 bodies are not closed"},
		{"}", "line 1: } closes nothing"},
		{"a: const value=nodes.b", "nodes.b names no node"},
		{"a: const value=colour", `"colour" is no expression`},
		{"speed 3", `line 1: "speed" is no setting, node or edge`},
	} {
		_, err := Plan(c.text)
		require.EqualError(t, err, c.want, c.text)
	}
}

func TestEventsAreLines(t *testing.T) {
	t.Parallel()
	p, err := Plan("a: echo")
	require.NoError(t, err)
	failed := &core.Failure{Code: "no", Message: "as the test says", Permanent: true, Unknown: true}
	for _, e := range []core.Event{
		{Kind: core.RunStarted, At: 5, Start: &core.Start{
			Run: "run", Plan: p.Hash, Seed: 9, Revision: core.Revision, Trigger: core.Object{"body": core.List{1, "x", nil}},
			Gate: &core.Gate{Key: "k", Limit: 1, Policy: core.GateQueue},
		}},
		{Kind: core.TaskDone, At: 60_000_000_001, ID: 3, Attempt: 2, Value: core.Object{"big": 6917529027641081856}},
		{Kind: core.TaskDone, ID: 3, Attempt: 2, Failure: failed},
		{Kind: core.TaskLost, ID: 3, Attempt: 2},
		{Kind: core.TimerFired, ID: 4},
		{Kind: core.SignalReceived, ID: 5, Value: "x"},
		{Kind: core.ChildDone, ID: 6, Failure: failed},
		{Kind: core.LockGranted, ID: 7},
		{Kind: core.CancelRequested, Reason: "enough"},
		{Kind: core.Continued},
	} {
		read, err := ParseEvent(EventLine(&e), p, &core.State{})
		require.NoError(t, err, EventLine(&e))
		require.Equal(t, e, read, EventLine(&e))
	}
}
