package server_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

func TestWaitingSignalsAndCancelling(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("waits", waits)
	start := func(order string) string {
		got := a.call("POST", "/api/v1/flows/waits/runs", core.Object{"input": core.Object{"order_id": order}, "wait": "1ms"}).ok(201)
		require.Contains(t, []core.Value{"running", "waiting"}, got.at("status"))
		require.Nil(t, got.at("endedAt"))
		return got.str("id")
	}
	paid, dropped := start("A1"), start("A2")
	steps := a.call("GET", "/api/v1/runs/"+paid+"/steps", nil).ok(200)
	require.Equal(t, "waiting", steps.at("items", 0, "status"))
	require.Nil(t, steps.at("items", 0, "port"))

	require.Equal(t, 0, a.call("POST", "/api/v1/signals", core.Object{"event": "order.paid", "key": "B"}).ok(200).at("woken"))
	require.Equal(t, 1, a.call("POST", "/api/v1/signals", `{"event": "order.paid", "key": "A1", "data": {"amount": `+exact+`}}`).ok(200).at("woken"))
	_, err := a.engine.Wait(t.Context(), "")
	require.Error(t, err)
	end, err := a.engine.Wait(t.Context(), runID(paid))
	require.NoError(t, err)
	require.Equal(t, core.Succeeded, end.Status)
	require.Contains(t, a.call("GET", "/api/v1/runs/"+paid, nil).ok(200).text, exact)
	a.call("POST", "/api/v1/signals", core.Object{"event": "order.paid"}).refused(422, "api.body")

	a.call("POST", "/api/v1/runs/"+dropped+"/cancel", core.Object{"reason": "the customer left"}).ok(200)
	_, err = a.engine.Wait(t.Context(), runID(dropped))
	require.NoError(t, err)
	got := a.call("GET", "/api/v1/runs/"+dropped, nil).ok(200)
	require.Equal(t, "cancelled", got.at("status"))
	require.Equal(t, "run.cancelled", got.at("error", "code"))
	steps = a.call("GET", "/api/v1/runs/"+dropped+"/steps", nil).ok(200)
	require.Equal(t, "skipped", steps.at("items", 0, "status"))
	a.call("POST", "/api/v1/runs/"+dropped+"/cancel", nil).refused(409, "run.ended")
	a.call("POST", "/api/v1/runs/nobody/cancel", nil).refused(404, "run.not_found")
}

func TestFailuresShow(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("fails", `{"sluice": 1, "id": "fails", "nodes": [{"id": "stop", "type": "end", "config": {"status": "failed", "code": "order.gone", "message": "no such order"}}]}`)
	got := a.run("fails", nil)
	require.Equal(t, "failed", got.at("status"))
	require.Equal(t, "no such order", got.at("error", "message"))
	listed := a.call("GET", "/api/v1/runs?status=failed", nil).ok(200)
	require.Equal(t, got.str("error", "code"), listed.str("items", 0, "error", "code"))
}

func TestRefusedRuns(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("strict", `{"sluice": 1, "id": "strict", "input": {"type": "object", "required": ["order_id"], "properties": {"order_id": {"type": "integer"}}},
	  "nodes": [{"id": "n", "type": "set", "config": {"vars": {"v": 1}}}]}`)
	r := a.call("POST", "/api/v1/flows/strict/runs", core.Object{"input": core.Object{"order_id": "x"}}).refused(422, "run.input")
	require.Equal(t, "/order_id", r.at("error", "details", 0, "path"))
	a.call("POST", "/api/v1/flows/strict/runs", nil).refused(422, "run.input")
	a.call("POST", "/api/v1/flows/strict/runs", core.Object{"input": core.Object{"order_id": 1}, "breakpoints": core.List{core.Object{"node": "x"}}}).
		refused(422, "breakpoint.refused")
	a.call("POST", "/api/v1/flows/none/runs", core.Object{}).refused(404, "flow.not_found")
	for _, body := range []string{`{"wait": "soon"}`, `{"wait": "11m"}`, `{"wait": 5}`, `{"wiat": "1s"}`, `{"draft": "yes"}`, `[]`} {
		got := a.call("POST", "/api/v1/flows/strict/runs", body).refused(422, "api.body")
		require.NotEmpty(t, got.at("error", "details"))
	}
	for _, path := range []string{"", "/steps", "/journal", "/events"} {
		a.call("GET", "/api/v1/runs/nobody"+path, nil).refused(404, "run.not_found")
		a.call("GET", "/api/v1/runs/01arz3ndektsv4rrffq69g5fav"+path, nil).refused(404, "run.not_found")
	}
	for _, query := range []string{
		"status=done", "key=order_id", "key=:1", "from=yesterday", "limit=0", "limit=501", "limit=x", "colour=red",
	} {
		a.call("GET", "/api/v1/runs?"+query, nil).refused(400, "api.query")
	}
	a.call("GET", "/api/v1/runs?cursor=x", nil).refused(400, "api.cursor")
	got := a.run("strict", core.Object{"order_id": 1})
	a.call("GET", "/api/v1/runs/"+got.str("id")+"/steps?cursor=x", nil).refused(400, "api.cursor")
}

func TestListingRuns(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("echo", echo)
	a.publish("waits", waits)
	one := a.run("echo", core.Object{"order_id": 1})
	two := a.run("echo", core.Object{"order_id": 2})
	waiting := a.call("POST", "/api/v1/flows/waits/runs", core.Object{"input": core.Object{"order_id": "w"}}).ok(201)
	ids := func(query string) []string {
		var list []string
		for _, item := range a.call("GET", "/api/v1/runs?"+query, nil).ok(200).at("items").(core.List) {
			list = append(list, item.(core.Object)["id"].(string))
		}
		return list
	}
	require.Equal(t, []string{waiting.str("id"), two.str("id"), one.str("id")}, ids(""))
	require.Equal(t, []string{two.str("id"), one.str("id")}, ids("flow=echo"))
	require.Equal(t, []string{one.str("id")}, ids("key=order_id:1"))
	require.Equal(t, []string{two.str("id")}, ids("flow=echo&status=succeeded&limit=1"))
	require.Empty(t, ids("flow=none"))
	require.Empty(t, ids("to=2020-01-01T00:00:00Z"))
	require.Len(t, ids("from=2020-01-01T00:00:00%2B08:00"), 3)
}

// TestPagesWhileRunsStart: a cursor is a place in the list of runs, which grows at the other end only.
func TestPagesWhileRunsStart(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("echo", echo)
	const before, during = 25, 60
	first := map[string]bool{}
	for i := range before {
		first[a.run("echo", core.Object{"order_id": i}).str("id")] = true
	}
	var starting sync.WaitGroup
	for range 3 {
		starting.Go(func() {
			for i := range during / 3 {
				r := a.call("POST", "/api/v1/flows/echo/runs", core.Object{"input": core.Object{"order_id": i}})
				if r.StatusCode != 201 {
					t.Errorf("a start failed: %s", r.text)
				}
			}
		})
	}
	page := func(cursor string) (ids []string, next string) {
		got := a.call("GET", "/api/v1/runs?limit=4"+cursor, nil).ok(200)
		for _, item := range got.at("items").(core.List) {
			ids = append(ids, item.(core.Object)["id"].(string))
		}
		next, _ = got.at("next").(string)
		return ids, next
	}
	seen, last := map[string]bool{}, "z"
	for cursor := ""; ; {
		ids, next := page(cursor)
		for _, id := range ids {
			require.Less(t, id, last, "newest first, none twice")
			seen[id], last = true, id
		}
		if next == "" {
			break
		}
		cursor = "&cursor=" + next
	}
	starting.Wait()
	for id := range first {
		require.True(t, seen[id], "a run that was there all the time was not listed")
	}
}

func TestStepsComeInPages(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("each", `{"sluice": 1, "id": "each", "nodes": [{"id": "each", "type": "foreach", "config": {"items": "trigger.body"},
	  "body": {"nodes": [{"id": "one", "type": "set", "config": {"vars": {"v": "{{ item }}"}}}]}}]}`)
	list := core.List{}
	for i := range 7 {
		list = append(list, i)
	}
	run := a.run("each", list).str("id")
	var paths []string
	for cursor, pages := "", 0; ; pages++ {
		got := a.call("GET", "/api/v1/runs/"+run+"/steps?limit=3"+cursor, nil).ok(200)
		for _, item := range got.at("items").(core.List) {
			paths = append(paths, item.(core.Object)["path"].(string))
		}
		next, more := got.at("next").(string)
		if !more {
			require.Equal(t, 2, pages)
			break
		}
		cursor = "&cursor=" + next
	}
	require.Len(t, paths, 8)
	require.Equal(t, "each", paths[0])
	require.Contains(t, paths, "each[6].one")

	var kinds []string
	for cursor := ""; ; {
		got := a.call("GET", "/api/v1/runs/"+run+"/journal?limit=1"+cursor, nil).ok(200)
		kinds = append(kinds, got.str("items", 0, "kind"))
		next, more := got.at("next").(string)
		if !more {
			break
		}
		cursor = "&cursor=" + next
	}
	require.Equal(t, "RunStarted", kinds[0])
}

func TestGatesHoldOverTheAPI(t *testing.T) {
	t.Parallel()
	a := serve(t)
	gated := strings.Replace(strings.Replace(waits, `"waits"`, `"gated"`, 1), `"nodes"`,
		`"settings": {"concurrency": {"key": "trigger.body.order_id", "limit": 1, "policy": "skip"}}, "nodes"`, 1)
	a.publish("gated", gated)
	a.call("POST", "/api/v1/flows/gated/runs", core.Object{"input": core.Object{"order_id": 1}}).ok(201)
	require.Equal(t, "cancelled", a.run("gated", core.Object{"order_id": 1}).at("status"))
	other := a.call("POST", "/api/v1/flows/gated/runs", core.Object{"input": core.Object{"order_id": 2}}).ok(201)
	require.NotEqual(t, "cancelled", other.at("status"))
}

func TestExpressions(t *testing.T) {
	t.Parallel()
	a := serve(t)
	ask := func(body core.Object) *answer {
		return a.call("POST", "/api/v1/expressions/evaluate", body).ok(200)
	}
	scope := core.Object{
		"trigger": core.Object{"body": core.Object{"n": 2}}, "nodes": core.Object{"get-detail": core.Object{"x": 5}, "b": 1},
		"vars": core.Object{"v": 3}, "item": "i", "index": 4, "error": core.Object{"code": "http.status", "status": 500},
	}
	for expression, want := range map[string]string{
		`trigger.body.n + 1`:              `3`,
		`input.n`:                         `2`,
		`nodes["get-detail"].x * nodes.b`: `5`,
		`vars.v`:                          `3`,
		`item + string(index)`:            `"i4"`,
		`error.status`:                    `500`,
		`n = {{ trigger.body.n }}`:        `"n = 2"`,
		`{{ trigger.body.n }}`:            `2`,
		exact + ` + 0`:                    exact,
	} {
		require.Equal(t, `{"value":`+want+`}`, ask(core.Object{"expression": expression, "scope": scope}).text, expression)
	}
	bad := ask(core.Object{"expression": "trigger.body.n +", "scope": scope})
	require.Equal(t, "expr.syntax", bad.at("problem", "code"))
	typo := ask(core.Object{"expression": "1 + triger.body"})
	require.Equal(t, "expr.name_unknown", typo.at("problem", "code"))
	require.Equal(t, core.List{4, 10}, typo.at("problem", "span"))
	zh := a.call("POST", "/api/v1/expressions/evaluate", core.Object{"expression": "triger"}, "Accept-Language", "zh").ok(200)
	require.NotEqual(t, typo.str("problem", "message"), zh.str("problem", "message"))
	failed := ask(core.Object{"expression": "1 / vars.v", "scope": core.Object{"vars": core.Object{"v": 0}}})
	require.Equal(t, "expr.value", failed.at("problem", "code"))
	a.call("POST", "/api/v1/expressions/evaluate", core.Object{"expression": ""}).refused(422, "api.body")
	a.call("POST", "/api/v1/expressions/evaluate", core.Object{"expression": "1", "run": "x", "scope": core.Object{}}).refused(422, "api.body")
	a.call("POST", "/api/v1/expressions/evaluate", core.Object{"expression": "1", "at": "x"}).refused(422, "api.body")
	a.call("POST", "/api/v1/expressions/evaluate", core.Object{"expression": "1", "run": "nobody"}).refused(404, "run.not_found")
}

func TestExpressionsSeeWhatARunSaw(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("sum", `{"sluice": 1, "id": "sum", "timezone": "Asia/Shanghai", "vars": {"total": 0}, "nodes": [
	  {"id": "first", "type": "set", "config": {"vars": {"total": "{{ trigger.body.start }}"}}},
	  {"id": "each", "type": "foreach", "config": {"items": "trigger.body.list"}, "body": {"nodes": [
	    {"id": "add", "type": "set", "config": {"vars": {"total": "{{ vars.total + item.n }}"}}},
	    {"id": "double", "type": "map", "config": {"fields": [{"to": "twice", "value": "{{ item.n * 2 }}"}]}}],
	    "edges": [{"from": "add", "to": "double"}]}},
	  {"id": "pause", "type": "await", "config": {"events": [{"port": "go", "event": "go", "key": "k"}]}},
	  {"id": "never", "type": "branch", "config": {"when": "true"}}],
	  "edges": [{"from": "first", "to": "each"}, {"from": "each", "to": "pause"}, {"from": "pause", "port": "go", "to": "never"}]}`)
	run := a.call("POST", "/api/v1/flows/sum/runs", `{"input": {"start": 100, "list": [{"n": 1}, {"n": 2}, {"n": 3}]}}`).ok(201).str("id")
	ask := func(expression, at string) string {
		body := core.Object{"expression": expression, "run": run}
		if at != "" {
			body["at"] = at
		}
		return a.call("POST", "/api/v1/expressions/evaluate", body).ok(200).text
	}
	for _, c := range []struct{ expression, at, want string }{
		{"vars.total", "first", "0"},
		{"vars.total", "each", "100"},
		{"vars.total", "each[0].add", "100"},
		{"vars.total", "each[1].add", "101"},
		{"vars.total", "each[2].double", "106"},
		{"item.n", "each[1].double", "2"},
		{"index", "each[2].add", "2"},
		{"nodes.add", "each[2].add", "null"},
		{"nodes.double", "each[0].add", "null"},
		{"vars.total", "pause", "106"},
		{"len(nodes.each)", "pause", "3"},
		{"run.id", "pause", fmt.Sprintf("%q", run)},
		{"vars.total", "", "106"},
		{"len(nodes.each)", "", "3"},
		{"input.start", "", "100"},
	} {
		require.Equal(t, `{"value":`+c.want+`}`, ask(c.expression, c.at), "%s at %s", c.expression, c.at)
	}
	for _, at := range []string{"never", "each[3].add", "nothing"} {
		a.call("POST", "/api/v1/expressions/evaluate", core.Object{"expression": "1", "run": run, "at": at}).refused(404, "step.not_found")
	}
	require.Contains(t, ask("vars.totl + nodse", "pause"), "expr.name_unknown")
}
