package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

// stepped is a flow with a body, variables and an expression that may fail.
const stepped = `{"sluice": 1, "id": "stepped", "vars": {"rate": 2}, "nodes": [
  {"id": "start", "type": "map", "config": {"fields": [{"to": "n", "value": "{{ trigger.body.n }}"}]}},
  {"id": "each", "type": "foreach", "config": {"items": "trigger.body.list"},
   "body": {"nodes": [{"id": "times", "type": "map", "config": {"fields": [{"to": "v", "value": "{{ item * vars.rate }}"}]}}]}},
  {"id": "sum", "type": "map", "config": {"fields": [{"to": "total", "value": "{{ sum(map(nodes.each, .v)) + nodes.start.n }}"}]}}],
 "edges": [{"from": "start", "to": "each"}, {"from": "each", "to": "sum"}]}`

// at calls for a run.
func (a *api) at(run, what string, body any) *answer {
	a.t.Helper()
	return a.call("POST", "/api/v1/runs/"+run+"/"+what, body)
}

func (a *api) paused(flow string, input core.Value, points ...core.Object) *answer {
	a.t.Helper()
	list := core.List{}
	for _, p := range points {
		list = append(list, p)
	}
	return a.call("POST", "/api/v1/flows/"+flow+"/runs", core.Object{"input": input, "wait": "10s", "breakpoints": list}).ok(201)
}

func TestSteppingOverTheAPI(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("stepped", stepped)
	input := core.Object{"n": 1, "list": core.List{10, 20}}
	plain := a.run("stepped", input).at("output")
	run := a.paused("stepped", input, core.Object{"node": "each"})
	require.Equal(t, "paused", run.at("status"))
	require.Equal(t, "each", run.at("pausedAt"))
	require.Equal(t, "before", run.at("stop", "on"))
	id := run.str("id")
	require.Len(t, a.call("GET", "/api/v1/runs?status=paused", nil).ok(200).at("items"), 1)
	scope := func(query string) *answer { return a.call("GET", "/api/v1/runs/"+id+"/scope"+query, nil) }
	require.Equal(t, core.Object{"start": core.Object{"n": 1}}, scope("").ok(200).at("nodes"))
	into := a.at(id, "resume", core.Object{"mode": "into", "wait": "10s"}).ok(200)
	require.Equal(t, "each[0].times", into.at("pausedAt"))
	here := scope("").ok(200)
	require.Equal(t, 10, here.at("item"))
	require.Equal(t, 0, here.at("index"))
	require.Equal(t, core.Object{"rate": 2}, here.at("vars"))
	asked := a.call("POST", "/api/v1/expressions/evaluate", core.Object{"expression": "item * vars.rate", "run": id, "at": "each[0].times"}).ok(200)
	require.Equal(t, 20, asked.at("value"))
	require.Equal(t, "each[1].times", a.at(id, "resume", core.Object{"mode": "over", "wait": "10s"}).ok(200).at("pausedAt"))
	require.Equal(t, "sum", a.at(id, "resume", core.Object{"mode": "out", "wait": "10s"}).ok(200).at("pausedAt"))
	a.at(id, "resume", core.Object{"mode": "to", "to": "nowhere"}).refused(422, "resume.unknown_path")
	a.at(id, "resume", core.Object{"mode": "sideways"}).refused(422, "resume.unknown_mode")
	a.at(id, "resume", core.Object{"patch": core.Object{"vars": 1}}).refused(422, "api.body")
	over := a.at(id, "resume", core.Object{"wait": "10s"}).ok(200)
	require.Equal(t, "succeeded", over.at("status"))
	require.Equal(t, plain, over.at("output"), "stepping gives what running gives")
	a.at(id, "resume", nil).refused(409, "run.ended")
	a.at("nobody", "resume", nil).refused(404, "run.not_found")
}

func TestAStoppedRunIsChangedAndStaysChanged(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("stepped", stepped)
	id := a.paused("stepped", core.Object{"n": 1, "list": core.List{10}}, core.Object{"node": "start", "on": "after"}).str("id")
	a.at(id, "resume", core.Object{"mode": "over", "wait": "10s", "patch": core.Object{"vars": core.Object{"rate": 3}, "outputs": core.Object{"start": core.Object{"n": 100}}}}).ok(200)
	over := a.at(id, "resume", core.Object{"wait": "10s", "skip": core.Object{"output": core.List{core.Object{"v": 5}}}}).ok(200)
	require.Equal(t, core.Object{"total": 105}, over.at("output"))
	steps := a.call("GET", "/api/v1/runs/"+id+"/steps", nil).ok(200)
	require.Equal(t, "patch", steps.at("items", 0, "forced"))
	require.Equal(t, "administrator", steps.at("items", 0, "by"))
	require.Equal(t, "skip", steps.at("items", 1, "forced"))
	journal := a.call("GET", "/api/v1/runs/"+id+"/journal", nil).ok(200)
	require.Equal(t, "Resumed", journal.at("items", 1, "kind"))
	require.Equal(t, "administrator", journal.at("items", 1, "by"))
}

func TestRewinding(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("stepped", stepped)
	id := a.paused("stepped", core.Object{"n": 1, "list": core.List{10}}, core.Object{"node": "sum"}).str("id")
	run := a.at(id, "resume", core.Object{"wait": "10s"}).ok(200)
	require.Equal(t, 2, run.at("events"))
	before := a.call("GET", "/api/v1/runs/"+id+"/steps?at=1", nil).ok(200)
	require.Equal(t, "paused", before.at("items", 3, "status"))
	require.Equal(t, "succeeded", a.call("GET", "/api/v1/runs/"+id+"/steps?at=2", nil).ok(200).at("items", 3, "status"))
	state := a.call("GET", "/api/v1/runs/"+id+"/state?at=1", nil).ok(200)
	require.Equal(t, "RunStarted", state.at("kind"))
	require.Equal(t, "sum", state.at("stop", "path"))
	require.Equal(t, core.Object{"n": 1}, a.call("GET", "/api/v1/runs/"+id+"/scope?at=1", nil).ok(200).at("nodes", "start"))
	a.call("GET", "/api/v1/runs/"+id+"/scope?path=nowhere", nil).refused(404, "step.not_found")
}

func TestBreakpointsOfFlowsAndRuns(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("stepped", stepped)
	const of = "/api/v1/flows/stepped/breakpoints"
	require.Empty(t, a.call("GET", of, nil).ok(200).at("items"))
	bad := a.call("PUT", of, core.List{
		core.Object{"node": "tims"}, core.Object{"node": "times", "on": "during"}, core.Object{"node": "times", "when": "item >"},
		core.Object{"node": "x", "flow": "other"},
	}).refused(422, "breakpoint.refused")
	codes := []core.Value{}
	for i := range bad.at("error", "details").(core.List) {
		codes = append(codes, bad.at("error", "details", i, "code"))
	}
	require.Equal(t, []core.Value{"breakpoint.node", "breakpoint.on", "expr.syntax", "breakpoint.flow"}, codes)
	a.call("PUT", of, core.List{core.Object{"node": "times", "when": "item == 20"}}).ok(200)
	run := a.run("stepped", core.Object{"n": 1, "list": core.List{10, 20}})
	require.Equal(t, "each[1].times", run.at("pausedAt"), "runs of the flow have its breakpoints")
	id := run.str("id")
	require.Len(t, a.call("GET", "/api/v1/runs/"+id+"/breakpoints", nil).ok(200).at("items"), 1)
	a.call("PUT", "/api/v1/runs/"+id+"/breakpoints", core.List{core.Object{"node": "sum", "on": "after"}}).ok(200)
	require.Equal(t, "sum", a.at(id, "resume", core.Object{"wait": "10s"}).ok(200).at("pausedAt"))
	a.call("DELETE", "/api/v1/runs/"+id+"/breakpoints", nil).ok(200)
	require.Equal(t, "succeeded", a.at(id, "resume", core.Object{"wait": "10s"}).ok(200).at("status"))
	a.call("DELETE", of, nil).ok(204)
	require.Equal(t, "succeeded", a.run("stepped", core.Object{"n": 1, "list": core.List{20}}).at("status"))
}

// TestARunIsRetriedWithTheMendedVersion: over the API, one by one and in bulk.
func TestARunIsRetriedWithTheMendedVersion(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("stepped", strings.Replace(stepped, "item * vars.rate", "item * vars.rate.x", 1))
	input := core.Object{"n": 1, "list": core.List{10}}
	first, second := a.run("stepped", input), a.run("stepped", input)
	require.Equal(t, "failed", first.at("status"))
	id := first.str("id")
	stopped := a.at(id, "retry", core.Object{"stop": true, "wait": "10s"}).ok(200)
	require.Equal(t, "each[0].times", stopped.at("pausedAt"))
	require.Equal(t, "error", stopped.at("stop", "on"))
	require.Equal(t, 1, stopped.at("retries"))
	a.at(id, "retry", nil).refused(409, "retry.not_failed")
	require.Equal(t, "failed", a.at(id, "resume", core.Object{"wait": "10s"}).ok(200).at("status"))
	a.publish("stepped", stepped)
	mended := a.at(id, "retry", core.Object{"latest": true, "wait": "10s"}).ok(200)
	require.Equal(t, core.Object{"total": 21}, mended.at("output"))
	require.Equal(t, 2, mended.at("version"))

	filter := core.Object{"flow": "stepped", "code": second.str("error", "code")}
	preview := a.call("POST", "/api/v1/retries", core.Object{"filter": filter, "preview": true}).ok(200)
	require.Equal(t, 1, preview.at("count"))
	require.Equal(t, second.str("id"), preview.at("runs", 0, "id"))
	bulk := a.call("POST", "/api/v1/retries", core.Object{"filter": filter, "latest": true, "rate": 1000}).ok(202)
	require.Eventually(t, func() bool {
		return a.call("GET", "/api/v1/retries/"+bulk.str("id"), nil).ok(200).at("state") == "done"
	}, 10*time.Second, time.Millisecond)
	report := a.call("GET", "/api/v1/retries", nil).ok(200)
	require.Equal(t, 1, report.at("items", 0, "retried"))
	require.Empty(t, report.at("items", 0, "refused"))
	end, err := a.engine.Wait(t.Context(), runID(second.str("id")))
	require.NoError(t, err)
	require.Equal(t, core.Succeeded, end.Status)
	a.call("GET", "/api/v1/retries/99", nil).refused(404, "retries.not_found")
}

func TestARunIsForked(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("stepped", stepped)
	id := a.run("stepped", core.Object{"n": 1, "list": core.List{10}}).str("id")
	fork := a.at(id, "fork", core.Object{"at": "sum", "patch": core.Object{"outputs": core.Object{"each": core.List{core.Object{"v": 7}}}}, "wait": "10s"}).ok(201)
	require.Equal(t, core.Object{"total": 8}, fork.at("output"))
	require.Equal(t, id, fork.at("forkedFrom", "run"))
	other := a.at(id, "fork", core.Object{"at": "each", "input": core.Object{"n": 5, "list": core.List{1, 2}}, "wait": "10s"}).ok(201)
	require.Equal(t, core.Object{"total": 11}, other.at("output"))
	a.call("PUT", "/api/v1/flows/stepped", strings.Replace(stepped, "+ nodes.start.n", "- nodes.start.n", 1)).ok(200)
	draft := a.at(id, "fork", core.Object{"at": "sum", "draft": true, "stop": true, "wait": "10s"}).ok(201)
	require.Equal(t, "sum", draft.at("pausedAt"))
	require.Equal(t, core.Object{"total": 19}, a.at(draft.str("id"), "resume", core.Object{"wait": "10s"}).ok(200).at("output"))
	a.at(id, "fork", core.Object{"at": "nowhere"}).refused(409, "fork.not_reached")
	a.at(id, "fork", core.Object{}).refused(422, "api.body")
}

func TestReplayingAgainstADraft(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("stepped", stepped)
	id := a.run("stepped", core.Object{"n": 1, "list": core.List{10}}).str("id")
	require.Equal(t, true, a.at(id, "replay", nil).ok(200).at("same"))
	changed := strings.Replace(stepped, "+ nodes.start.n", "- nodes.start.n", 1)
	a.call("PUT", "/api/v1/flows/stepped", changed).ok(200)
	got := a.at(id, "replay", core.Object{"draft": true}).ok(200)
	require.Equal(t, false, got.at("same"))
	require.Equal(t, "sum", got.at("differences", 0, "path"))
	require.Equal(t, core.Object{"total": 21}, got.at("differences", 0, "before"))
	require.Equal(t, core.Object{"total": 19}, got.at("differences", 0, "after"))
	report := a.call("POST", "/api/v1/flows/stepped/replay", core.Object{"last": 10, "draft": true}).ok(200)
	require.Equal(t, 1, report.at("runs"))
	require.Len(t, report.at("different"), 1)
	refused := a.call("POST", "/api/v1/flows/stepped/publish?replay=100", nil).refused(409, "publish.replay_differs")
	require.Equal(t, id, refused.at("error", "details", "different", 0, "run"))
	a.call("PUT", "/api/v1/flows/stepped?publish=true&replay=5", changed).refused(409, "publish.replay_differs")
	a.call("POST", "/api/v1/flows/stepped/publish?replay=100&force=true", nil).ok(200)
	a.call("POST", "/api/v1/flows/stepped/publish?replay=100", nil).refused(409, "publish.replay_differs")
	a.call("POST", "/api/v1/flows/stepped/publish?replay=2000", nil).refused(400, "api.query")
}

func TestPauseAndPins(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("waits", waits)
	id := a.call("POST", "/api/v1/flows/waits/runs", core.Object{"input": core.Object{"order_id": "A1"}}).ok(201).str("id")
	paused := a.at(id, "pause", nil).ok(200)
	require.Equal(t, "paused", paused.at("status"))
	require.Empty(t, paused.at("pausedAt"))
	require.Equal(t, 1, a.call("POST", "/api/v1/signals", core.Object{"event": "order.paid", "key": "A1", "data": 5}).ok(200).at("woken"))
	require.Equal(t, "paused", a.call("GET", "/api/v1/runs/"+id, nil).ok(200).at("status"), "what comes is recorded, nothing follows")
	require.Equal(t, 5, a.at(id, "resume", core.Object{"wait": "10s"}).ok(200).at("output"))
	pinned := a.call("POST", "/api/v1/flows/waits/runs", core.Object{"input": core.Object{"order_id": "A1"}, "pins": core.Object{"paid": "given"}, "wait": "10s"}).ok(201)
	require.Equal(t, "given", pinned.at("output"))
}

func TestJudgingIsRefusedWhereNothingIsUnknown(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("waits", waits)
	id := a.call("POST", "/api/v1/flows/waits/runs", core.Object{"input": core.Object{"order_id": "A1"}}).ok(201).str("id")
	a.at(id, "judge", core.Object{"path": "paid", "verdict": "done"}).refused(409, "judge.not_held")
	a.at(id, "judge", core.Object{"path": "paid", "verdict": "maybe"}).refused(422, "judge.verdict")
}

// TestARunIsSavedAsATest: what it asked and got, with nobody's phone number in it.
func TestARunIsSavedAsATest(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("tell", `{"sluice": 1, "id": "tell", "nodes": [
	  {"id": "keep", "type": "set", "config": {"vars": {"k": "{{ trigger.body.order_id }}"}}},
	  {"id": "text", "type": "map", "config": {"fields": [{"to": "text", "value": "ship to {{ trigger.body.receiver_name }} at {{ trigger.body.phone }}"}]}},
	  {"id": "paid", "type": "await", "config": {"events": [{"port": "paid", "event": "paid", "key": "{{ trigger.body.order_id }}"}], "timeout": "1h"}}],
	 "edges": [{"from": "keep", "to": "text"}, {"from": "text", "to": "paid"}], "output": {"told": "{{ nodes.text.text }}", "paid": "{{ nodes.paid }}"}}`)
	id := a.call("POST", "/api/v1/flows/tell/runs", core.Object{"input": core.Object{"order_id": 6917529027641081856, "receiver_name": "李雷", "phone": "13812345678"}}).ok(201).str("id")
	a.at(id, "test", nil).refused(409, "test.not_reproduced")
	require.Eventually(t, func() bool {
		return a.call("POST", "/api/v1/signals", core.Object{"event": "paid", "key": "6917529027641081856", "data": 5}).ok(200).at("woken") == 1
	}, 10*time.Second, time.Millisecond)
	_, err := a.engine.Wait(t.Context(), runID(id))
	require.NoError(t, err)
	test := a.at(id, "test", core.Object{"name": "told"}).ok(200)
	require.NotContains(t, test.text, "李雷")
	require.NotContains(t, test.text, "13812345678")
	require.Contains(t, test.text, "6917529027641081856")
	name, phone := test.str("trigger", "body", "receiver_name"), test.str("trigger", "body", "phone")
	require.Len(t, phone, 11)
	require.Equal(t, core.Object{"told": "ship to " + name + " at " + phone, "paid": 5}, test.at("expect", "output"))
	require.Equal(t, core.List{"keep", "text", "paid"}, test.at("expect", "path"))
	require.Equal(t, core.List{core.Object{"event": "paid", "data": 5}}, test.at("effects", "paid"))
}
