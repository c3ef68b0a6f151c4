package server_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/internal/library"
	"sluice/server"
	"sluice/server/hooks"
	"sluice/server/schedule"
	"sluice/storage"
)

// hooked takes deliveries for one path, at /hooks/orders/:shop.
const hooked = `{"sluice": 1, "id": "hooked", "triggers": [{"id": "callback", "type": "webhook", "config":
  {"path": "orders/:shop", "methods": ["POST"], "verify": {"scheme": "token", "connection": "sender"}, "idempotency": {"key": "trigger.body.order_id"}}}],
  "nodes": [{"id": "same", "type": "map", "config": {"fields": [{"to": "order_id", "value": "{{ trigger.body.order_id }}"}]}}]}`

func withHooks(t *testing.T) *api {
	t.Helper()
	return serve(t, func(o *server.Options) {
		router := hooks.New(hooks.Options{Engine: o.Engine, Journal: o.Store, Plans: o.Library.Plan, Connections: o.Connections})
		o.Hooks, o.Webhooks, o.Followers = router.Handle, router, []server.Follower{router}
	})
}

func TestDeliveriesAreListedAndSentAgain(t *testing.T) {
	t.Parallel()
	a := withHooks(t)
	a.call("PUT", "/api/v1/connections/sender", `{"type": "webhook", "secrets": {"secret": "from-the-shop"}}`).ok(200)
	a.publish("hooked", hooked)
	a.publish("echo", echo)

	hook := a.call("GET", "/api/v1/webhooks", nil).ok(200)
	require.Equal(t, core.Object{
		"flow": "hooked", "trigger": "callback", "path": "/hooks/orders/:shop", "methods": core.List{"POST"}, "result": false,
		"verify": core.Object{"scheme": "token", "connection": "sender"},
	}, hook.at("items", 0))

	deliver := func(secret string) int {
		return a.call("POST", "/hooks/orders/tmall", `{"order_id": 6917223378889540123}`, "Authorization", "Bearer "+secret).StatusCode
	}
	require.Equal(t, 401, deliver("wrong"))
	require.Equal(t, 202, deliver("from-the-shop"))
	require.Equal(t, 202, deliver("from-the-shop"))

	const of = "/api/v1/webhooks/hooked/callback"
	seen := a.call("GET", of+"/deliveries", nil).ok(200)
	require.Len(t, seen.at("items"), 3)
	require.Equal(t, "webhook.signature", seen.at("items", 2, "code"))
	require.Nil(t, seen.at("items", 2, "run"))
	first := seen.str("items", 1, "run")
	require.Equal(t, first, seen.at("items", 0, "run"), "the second delivery has the key of the first")
	require.NotContains(t, seen.text, "from-the-shop")
	require.NotContains(t, seen.text, "6917223378889540123")

	again := a.call("POST", of+"/again", core.Object{"run": first}).ok(201)
	require.NotEqual(t, first, again.str("id"))
	require.Equal(t, "hooked", again.at("flow"))
	require.Equal(t, 6917223378889540123, again.at("trigger", "body", "order_id"))
	require.Equal(t, "tmall", again.at("trigger", "params", "shop"))

	byHand := a.run("echo", core.Object{"order_id": 1}).str("id")
	for _, run := range []string{byHand, "01m81h40g233xtxweeqfhvd5qw", "no run"} {
		a.call("POST", of+"/again", core.Object{"run": run}).refused(404, "webhook.not_found")
	}
	a.call("POST", of+"/again", core.Object{}).refused(422, "api.body")
	a.call("POST", "/api/v1/webhooks/hooked/other/again", core.Object{"run": first}).refused(404, "webhook.not_found")
	a.call("GET", "/api/v1/webhooks/echo/callback/deliveries", nil).refused(404, "webhook.not_found")
	a.call("GET", "/api/v1/webhooks?flow=x", nil).refused(400, "api.query")
}

func TestOnlyTheLatestDeliveriesAreKept(t *testing.T) {
	t.Parallel()
	a := withHooks(t)
	a.call("PUT", "/api/v1/connections/sender", `{"type": "webhook", "secrets": {"secret": "from-the-shop"}}`).ok(200)
	a.publish("hooked", hooked)
	for range 60 {
		require.Equal(t, 401, a.call("POST", "/hooks/orders/tmall", `{}`).StatusCode)
	}
	a.publish("hooked", hooked)
	require.Len(t, a.call("GET", "/api/v1/webhooks/hooked/callback/deliveries", nil).ok(200).at("items"), 50, "also after it was published anew")
}

func TestAServerWithoutWebhooks(t *testing.T) {
	t.Parallel()
	a := serve(t)
	require.Empty(t, a.call("GET", "/api/v1/webhooks", nil).ok(200).at("items"))
	a.call("GET", "/api/v1/webhooks/a/b/deliveries", nil).refused(404, "webhook.not_found")
	a.call("POST", "/api/v1/webhooks/a/b/again", core.Object{"run": "r"}).refused(404, "webhook.not_found")
}

type fixedSchedules []server.Schedule

func (s fixedSchedules) Schedules() ([]server.Schedule, error) { return s, nil }

func (s fixedSchedules) Fire(context.Context, string, string) (storage.RunID, error) {
	return "", schedule.ErrNotFound
}

func TestSchedulesTellTheirHistory(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	a := serve(t, func(o *server.Options) {
		o.Schedules = fixedSchedules{{
			Flow: "sweep", Trigger: "hourly", Cron: "0 * * * *", Style: "unix", Zone: "Asia/Shanghai", CatchUp: "one", Overlap: "skip",
			Description: map[string]string{"en": "every hour", "zh": "每小时"},
			History:     []schedule.Slot{{At: at, State: schedule.Missed, Count: 7}, {At: at.Add(-time.Hour), State: schedule.Fired, Run: "01m8", Status: "failed"}},
		}}
	})
	got := a.call("GET", "/api/v1/schedules", nil).ok(200)
	require.Equal(t, "每小时", got.at("items", 0, "description", "zh"))
	require.Equal(t, 7, got.at("items", 0, "history", 0, "count"))
	require.Nil(t, got.at("items", 0, "history", 0, "run"))
	require.Equal(t, core.Object{
		"at": "2026-03-01T08:00:00Z", "outcome": "fired", "hand": false, "count": 1, "run": "01m8", "status": "failed", "reason": nil,
	}, got.at("items", 0, "history", 1))
}

func TestATemplateBecomesADraft(t *testing.T) {
	t.Parallel()
	const document = `{"sluice": 1, "id": "fees", "title": {"en": "Fees", "zh": "运费"},
  "nodes": [{"id": "ask", "type": "http.request", "config": {"connection": "shop", "method": "GET", "url": "/fees"}}]}`
	var kept *library.Library
	a := serve(t, func(o *server.Options) {
		kept = o.Library
		o.Templates = []server.Template{
			{Document: []byte(document), Tables: map[string][]byte{"zones": []byte(`{"BJ": {"fee": 8.50}}`), "known": []byte(`{"a": 1}`)}},
			{Document: []byte(echo), Sample: []byte(`{"order_id": 6917223378889540123}`)},
		}
	})
	a.call("PUT", "/api/v1/tables/known", `{"a": 2}`).ok(200)
	list := a.call("GET", "/api/v1/templates", nil).ok(200)
	require.Equal(t, core.Object{
		"id": "fees", "title": core.Object{"en": "Fees", "zh": "运费"}, "description": nil, "connections": core.List{"shop"},
		"tables": core.List{"known", "zones"}, "sample": nil,
	}, list.at("items", 0))
	require.Equal(t, 6917223378889540123, list.at("items", 1, "sample", "order_id"))

	made := a.call("POST", "/api/v1/templates/fees/install", nil).ok(201)
	require.Equal(t, "fees", made.at("id"))
	draft, err := kept.Draft("fees")
	require.NoError(t, err)
	require.Equal(t, document, string(draft.Source))
	require.JSONEq(t, `{"BJ": {"fee": 8.50}}`, a.call("GET", "/api/v1/tables/zones", nil).ok(200).text)
	require.JSONEq(t, `{"a": 2}`, a.call("GET", "/api/v1/tables/known", nil).ok(200).text, "what is there stays")

	a.call("POST", "/api/v1/templates/fees/install", nil).refused(409, "template.installed")
	a.call("POST", "/api/v1/templates/none/install", nil).refused(404, "template.not_found")
}
