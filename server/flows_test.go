package server_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/server"
	"sluice/storage/bolt"
)

// exact is an order id that no float64 holds.
const exact = "6917223378889540123"

func TestFromPuttingAFlowToItsSteps(t *testing.T) {
	t.Parallel()
	a := serve(t)
	put := a.publish("echo", echo)
	require.Equal(t, 1, put.at("version"))
	require.Equal(t, true, put.at("published"))
	require.Len(t, put.str("hash"), 64)
	require.Empty(t, put.at("diagnostics"))

	got := a.call("POST", "/api/v1/flows/echo/runs", `{"input": {"order_id": `+exact+`}, "wait": "10s"}`).ok(201)
	require.Equal(t, "succeeded", got.at("status"))
	require.Contains(t, got.text, `"output":{"order_id":`+exact+`}`)
	require.Equal(t, "/api/v1/runs/"+got.str("id"), got.Header.Get("Location"))

	run := a.call("GET", "/api/v1/runs/"+got.str("id"), nil).ok(200)
	require.Equal(t, got.text, run.text)
	require.Equal(t, "echo", run.at("flow"))
	require.Equal(t, 1, run.at("version"))
	require.Equal(t, "call", run.at("trigger", "type"))
	require.Contains(t, run.text, `"body":{"order_id":`+exact+`}`)
	require.Equal(t, exact, run.at("keys", "order_id"))
	require.Nil(t, run.at("error"))

	steps := a.call("GET", "/api/v1/runs/"+got.str("id")+"/steps", nil).ok(200)
	require.Len(t, steps.at("items"), 1)
	require.Equal(t, "same", steps.at("items", 0, "path"))
	require.Equal(t, "succeeded", steps.at("items", 0, "status"))
	require.Contains(t, steps.text, `"output":{"order_id":`+exact+`}`)
	require.Contains(t, steps.text, `"input":{"order_id":`+exact+`}`)

	journal := a.call("GET", "/api/v1/runs/"+got.str("id")+"/journal", nil).ok(200)
	require.Equal(t, "RunStarted", journal.at("items", 0, "kind"))
	require.Equal(t, 1, journal.at("items", 0, "seq"))
	require.Contains(t, journal.text, exact)
}

func TestNumbersComeBackAsTheyCame(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("same", `{"sluice": 1, "id": "same", "nodes": [{"id": "n", "type": "set", "config": {"vars": {"v": 1}}}], "output": "{{ trigger.body }}"}`)
	body := `{"big":123456789012345678901234567890,"deep":[{"id":` + exact + `}],"money":389.70000000000000000001,"text":"6917"}`
	got := a.call("POST", "/api/v1/flows/same/runs", `{"input": `+body+`, "wait": "10s"}`).ok(201)
	require.Contains(t, got.text, `"output":`+body)
}

func TestDraftsAndVersionsOverTheAPI(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.call("GET", "/api/v1/flows/echo", nil).refused(404, "flow.not_found")
	a.call("POST", "/api/v1/flows/echo/publish", nil).refused(404, "flow.not_found")
	a.call("GET", "/api/v1/flows/echo/versions", nil).refused(404, "flow.not_found")

	draft := a.call("PUT", "/api/v1/flows/echo", echo).ok(200)
	require.Equal(t, 0, draft.at("version"))
	require.Equal(t, false, draft.at("published"))
	require.Len(t, draft.str("hash"), 64)
	require.Equal(t, `"1"`, draft.Header.Get("ETag"))
	a.call("POST", "/api/v1/flows/echo/runs", core.Object{}).refused(409, "flow.not_published")
	tried := a.call("POST", "/api/v1/flows/echo/runs", core.Object{"draft": true, "wait": "10s", "input": core.Object{"order_id": "1"}}).ok(201)
	require.Equal(t, "succeeded", tried.at("status"))

	require.Equal(t, 1, a.call("POST", "/api/v1/flows/echo/publish", core.Object{"note": "first"}).ok(200).at("version"))
	changed := strings.Replace(echo, `"to": "order_id"`, `"to": "id"`, 1)
	a.call("PUT", "/api/v1/flows/echo", changed, "If-Match", `"1"`).ok(200)
	a.call("PUT", "/api/v1/flows/echo", echo, "If-Match", `"1"`).refused(412, "flow.stale")

	live := a.call("GET", "/api/v1/flows/echo", nil).ok(200)
	require.Equal(t, 1, live.at("version"))
	require.Contains(t, live.text, `"document":`+echo, "to the byte")
	require.Contains(t, a.call("GET", "/api/v1/flows/echo?version=draft", nil).ok(200).text, `"document":`+changed)
	require.Equal(t, 2, a.call("POST", "/api/v1/flows/echo/publish", nil).ok(200).at("version"))
	require.Equal(t, 2, a.call("POST", "/api/v1/flows/echo/publish", nil).ok(200).at("version"), "the same is the same version")
	require.Equal(t, 2, a.run("echo", nil).at("version"))

	back := a.call("POST", "/api/v1/flows/echo/publish", core.Object{"version": 1, "note": "back"}).ok(200)
	require.Equal(t, 3, back.at("version"))
	a.call("POST", "/api/v1/flows/echo/publish", core.Object{"version": 9}).refused(404, "flow.version_not_found")
	a.call("GET", "/api/v1/flows/echo?version=9", nil).refused(404, "flow.version_not_found")
	a.call("GET", "/api/v1/flows/echo?version=none", nil).refused(400, "api.query")
	require.Equal(t, false, a.call("GET", "/api/v1/flows/echo?version=1", nil).ok(200).at("published"))

	versions := a.call("GET", "/api/v1/flows/echo/versions?limit=2", nil).ok(200)
	require.Equal(t, 3, versions.at("items", 0, "version"))
	require.Equal(t, true, versions.at("items", 0, "published"))
	require.Equal(t, "back", versions.at("items", 0, "note"))
	rest := a.call("GET", "/api/v1/flows/echo/versions?limit=2&cursor="+versions.str("next"), nil).ok(200)
	require.Len(t, rest.at("items"), 1)
	require.Equal(t, 1, rest.at("items", 0, "version"))
	require.Nil(t, rest.at("next"))

	listed := a.call("GET", "/api/v1/flows", nil).ok(200)
	require.Equal(t, core.Object{"en": "Echo", "zh": "回声"}, listed.at("items", 0, "title"))

	a.call("DELETE", "/api/v1/flows/echo", nil).ok(204)
	a.call("DELETE", "/api/v1/flows/echo", nil).refused(404, "flow.not_found")
	a.call("GET", "/api/v1/flows/echo", nil).refused(404, "flow.not_found")
	a.call("POST", "/api/v1/flows/echo/runs", core.Object{}).refused(404, "flow.not_found")
	a.call("GET", "/api/v1/flows/echo?version=1", nil).ok(200)
	require.Empty(t, a.call("GET", "/api/v1/flows", nil).ok(200).at("items"))
}

func TestRefusedFlows(t *testing.T) {
	t.Parallel()
	a := serve(t)
	const broken = `{"sluice": 1, "id": "f", "nodes": [{"id": "a", "type": "branch", "config": {"when": "trigger.bdy == 1"}}], "titel": "x"}`
	r := a.call("PUT", "/api/v1/flows/f?publish=true", broken).refused(422, "flow.refused")
	codes := map[core.Value]core.Object{}
	for _, d := range r.at("error", "details").(core.List) {
		codes[d.(core.Object)["code"]] = d.(core.Object)
	}
	require.Equal(t, "/titel", codes["flow.key.unknown"]["path"])
	require.Equal(t, "/nodes/0/config/when", codes["expr.field_unknown"]["path"])
	require.Equal(t, core.List{8, 11}, codes["expr.field_unknown"]["span"])
	require.Contains(t, codes["expr.field_unknown"]["message"], "body", "the nearest name is suggested")

	zh := a.call("PUT", "/api/v1/flows/f?publish=true", broken, "Accept-Language", "fr, zh-CN;q=0.9, en;q=0.5").refused(422, "flow.refused")
	require.Equal(t, "流程存在错误，已拒绝。", zh.str("error", "message"))
	require.Contains(t, zh.text, "这里没有“titel”这个键")

	// It was saved as a draft all the same: work in progress is not lost.
	draft := a.call("GET", "/api/v1/flows/f", nil).ok(200)
	require.Equal(t, 0, draft.at("version"))
	saved := a.call("PUT", "/api/v1/flows/f", broken).ok(200)
	require.Nil(t, saved.at("hash"))
	require.NotEmpty(t, saved.at("diagnostics"))
	a.call("POST", "/api/v1/flows/f/runs", core.Object{"draft": true}).refused(422, "flow.refused")
	a.call("POST", "/api/v1/flows/f/publish", nil).refused(422, "flow.refused")

	mismatch := a.call("PUT", "/api/v1/flows/g", broken).refused(422, "flow.refused")
	require.Contains(t, mismatch.text, "flow.id_mismatch")
	for _, body := range []string{`{"sluice": 1,`, `[]`, `7`, ``, `{"a": 1} x`} {
		a.call("PUT", "/api/v1/flows/g", body, "Content-Type", "application/json").refused(422, "flow.refused")
	}
	a.call("GET", "/api/v1/flows/g", nil).refused(404, "flow.not_found")

	checked := a.call("POST", "/api/v1/flows/validate", `{"sluice": 1,`).ok(200)
	require.Equal(t, false, checked.at("valid"))
	require.Equal(t, "json.syntax", checked.at("diagnostics", 0, "code"))
	require.Equal(t, true, a.call("POST", "/api/v1/flows/validate", echo).ok(200).at("valid"))
	a.call("PUT", "/api/v1/flows/f?publish=yes", echo).refused(400, "api.query")
	a.call("PUT", "/api/v1/flows/f?publsh=true", echo).refused(400, "api.query")
}

func TestPublishedFlowsRunAfterARestart(t *testing.T) {
	t.Parallel()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	before := serveOn(t, store)
	before.call("PUT", "/api/v1/tables/names", core.Object{"1": "one"}).ok(200)
	before.publish("echo", echo)
	old := before.run("echo", core.Object{"order_id": 1})

	f := &follower{}
	after := serveOn(t, store, func(o *server.Options) { o.Followers = []server.Follower{f} })
	require.Equal(t, [][]string{{"echo"}}, f.bound, "told at the start")
	require.Equal(t, old.text, after.call("GET", "/api/v1/runs/"+old.str("id"), nil).ok(200).text)
	require.Equal(t, "succeeded", after.run("echo", core.Object{"order_id": 2}).at("status"))
	require.Equal(t, "one", after.call("GET", "/api/v1/tables/names", nil).ok(200).at("1"))
}

// follower takes notes of what is published and refuses one flow.
type follower struct {
	bound   [][]string
	refuses string
}

func (f *follower) Check(flow *flows.Flow, _ []*flows.Flow) []diag.Diagnostic {
	if flow.Document.ID != f.refuses {
		return nil
	}
	return []diag.Diagnostic{diag.New("flow.webhook.path_taken", "/triggers/0/config/path", map[string]string{"path": "p", "trigger": "t"})}
}

func (f *follower) Rebind(published []*flows.Flow) {
	ids := []string{}
	for _, flow := range published {
		ids = append(ids, flow.Document.ID)
	}
	f.bound = append(f.bound, ids)
}

func TestFollowersHearOfPublications(t *testing.T) {
	t.Parallel()
	f := &follower{refuses: "waits"}
	a := serve(t, func(o *server.Options) { o.Followers = []server.Follower{f} })
	a.publish("echo", echo)
	a.call("PUT", "/api/v1/flows/waits?publish=true", waits).refused(422, "flow.refused")
	require.Equal(t, false, a.call("POST", "/api/v1/flows/validate", waits).ok(200).at("valid"))
	a.call("DELETE", "/api/v1/flows/echo", nil).ok(204)
	require.Equal(t, [][]string{{}, {"echo"}, {}}, f.bound)
}

func TestTables(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.call("GET", "/api/v1/tables/order_status", nil).refused(404, "table.not_found")
	a.call("DELETE", "/api/v1/tables/order_status", nil).refused(404, "table.not_found")
	a.call("PUT", "/api/v1/tables/order_status", core.List{}).refused(422, "api.body")
	a.call("PUT", "/api/v1/tables/9", core.Object{}).refused(400, "api.query")
	a.call("PUT", "/api/v1/tables/order_status", `{"1": "paid", "big": `+exact+`}`).ok(200)
	require.Equal(t, `{"1":"paid","big":`+exact+`}`, a.call("GET", "/api/v1/tables/order_status", nil).ok(200).text)

	a.publish("status", `{"sluice": 1, "id": "status", "nodes": [{"id": "n", "type": "set", "config": {"vars": {"v": 1}}}],
	  "output": "{{ lookup('order_status', '1') }}"}`)
	a.publish("echo", echo)
	require.Equal(t, "paid", a.run("status", nil).at("output"))
	first := a.run("status", nil)

	changed := a.call("PUT", "/api/v1/tables/order_status", core.Object{"1": "settled"}).ok(200)
	require.Equal(t, core.List{"status"}, changed.at("flows"), "only what reads the table is published again")
	next := a.run("status", nil)
	require.Equal(t, "settled", next.at("output"))
	require.Equal(t, 2, next.at("version"))
	require.Equal(t, "paid", a.call("GET", "/api/v1/runs/"+first.str("id"), nil).ok(200).at("output"), "a run keeps the table it started with")

	require.Equal(t, core.List{core.Object{"id": "order_status", "rows": 1}}, a.call("GET", "/api/v1/tables", nil).ok(200).at("items"))
	a.call("DELETE", "/api/v1/tables/order_status", nil).ok(204)
	require.Equal(t, "settled", a.run("status", nil).at("output"))
}

func TestNodeTypesAndSchemas(t *testing.T) {
	t.Parallel()
	a := serve(t)
	list := a.call("GET", "/api/v1/node-types", nil).ok(200)
	require.Equal(t, "branch@1", list.at("items", 0, "name"))
	require.Equal(t, core.List{"true", "false"}, list.at("items", 0, "ports"))
	require.NotEmpty(t, list.str("items", 0, "title", "zh"))
	require.NotEmpty(t, list.str("items", 0, "doc", "zh"))
	require.Equal(t, "object", list.at("items", 0, "schema", "type"))
	require.Contains(t, a.call("GET", "/api/v1/connection-types", nil).ok(200).text, "wechatpay")

	en := a.call("GET", "/api/v1/schemas/flow.json", nil).ok(200)
	require.Equal(t, "object", en.at("type"))
	zh := a.call("GET", "/api/v1/schemas/flow.json", nil, "Accept-Language", "zh").ok(200)
	require.NotEqual(t, en.text, zh.text)
}
