package server_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

// TestARunShowsTheFlowItExecutes: whatever became of the flow since.
func TestARunShowsTheFlowItExecutes(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("echo", echo)
	first := a.run("echo", core.Object{"order_id": 1}).str("id")
	shown := func(run string) *answer { return a.call("GET", "/api/v1/runs/"+run+"/flow", nil).ok(200) }
	require.Equal(t, "回声", shown(first).at("document", "title", "zh"))
	a.publish("echo", strings.Replace(echo, `"same"`, `"other"`, 1))
	require.Equal(t, "same", shown(first).at("document", "nodes", 0, "id"))
	require.Equal(t, 1, shown(first).at("version"))

	draft := strings.Replace(echo, `"same"`, `"drafted"`, 1)
	a.call("PUT", "/api/v1/flows/echo", draft).ok(200)
	tried := a.call("POST", "/api/v1/flows/echo/runs", core.Object{"draft": true, "wait": "10s", "input": core.Object{"order_id": 2}}).ok(201).str("id")
	require.Equal(t, "回声", shown(tried).at("document", "title", "zh"))
	a.call("PUT", "/api/v1/flows/echo", echo).ok(200)
	require.Equal(t, "drafted", shown(tried).at("document", "nodes", 0, "id"), "the draft that it ran is gone, its definition is not")
	a.call("GET", "/api/v1/runs/nobody/flow", nil).refused(404, "run.not_found")
}

func TestARunShowsWhatItWaitsFor(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("waits", waits)
	run := a.call("POST", "/api/v1/flows/waits/runs", core.Object{"input": core.Object{"order_id": "A1"}}).ok(201).str("id")
	kinds := map[core.Value]core.Object{}
	for _, v := range a.call("GET", "/api/v1/runs/"+run+"/waits", nil).ok(200).at("items").(core.List) {
		o := v.(core.Object)
		kinds[o["kind"]] = o
	}
	require.Equal(t, "order.paid", kinds["signal"]["event"])
	require.Equal(t, "A1", kinds["signal"]["key"])
	require.NotNil(t, kinds["timer"]["until"])
	require.Len(t, kinds, 2)
	a.call("POST", "/api/v1/signals", core.Object{"event": "order.paid", "key": "A1"}).ok(200)
	_, err := a.engine.Wait(t.Context(), runID(run))
	require.NoError(t, err)
	require.Empty(t, a.call("GET", "/api/v1/runs/"+run+"/waits", nil).ok(200).at("items"))
	a.call("GET", "/api/v1/runs/nobody/waits", nil).refused(404, "run.not_found")
}

func TestARunShowsItsChildren(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("echo", echo)
	a.publish("parent", `{"sluice": 1, "id": "parent", "nodes": [
	  {"id": "call", "type": "subflow", "config": {"flow": "echo", "input": {"order_id": 7}, "mode": "wait"}}]}`)
	parent := a.run("parent", nil).str("id")
	a.run("echo", core.Object{"order_id": 8})
	got := a.call("GET", "/api/v1/runs?parent="+parent, nil).ok(200)
	require.Len(t, got.at("items"), 1)
	require.Equal(t, "7", got.at("items", 0, "keys", "order_id"))
	require.Equal(t, parent, got.at("items", 0, "parent"))
	a.call("GET", "/api/v1/runs?parent=nobody", nil).refused(404, "run.not_found")
}

func TestStepsMayBeBrief(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("each", `{"sluice": 1, "id": "each", "nodes": [{"id": "each", "type": "foreach", "config": {"items": "trigger.body"},
	  "body": {"nodes": [{"id": "one", "type": "map", "config": {"fields": [{"to": "v", "value": "{{ item }}"}]}}]}}]}`)
	list := core.List{}
	for i := range 1_500 {
		list = append(list, i)
	}
	run := a.run("each", list).str("id")
	steps := "/api/v1/runs/" + run + "/steps"
	all := a.call("GET", steps+"?brief=true&limit=10000", nil).ok(200)
	require.Len(t, all.at("items"), 1_501)
	require.Nil(t, all.at("items", 0, "output"))
	a.call("GET", steps+"?limit=10000", nil).refused(400, "api.query")
	one := a.call("GET", steps+"?path=each%5B1234%5D.one", nil).ok(200)
	require.Len(t, one.at("items"), 1)
	require.Equal(t, 1234, one.at("items", 0, "output", "v"))
}
