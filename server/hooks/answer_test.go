package hooks_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/server/hooks"
)

// waits is a node that goes on when nobody waits any longer.
const waits = `{"id": "long", "type": "wait", "config": {"for": "1h"}}`

func TestAnswers(t *testing.T) {
	t.Parallel()
	w := open(t, setup{
		limits: hooks.Limits{Respond: 50 * time.Millisecond}, secrets: map[string]string{"c": "hush-hush"},
		work: func(context.Context, nodes.Call) (core.Value, *core.Failure) {
			return nil, &core.Failure{Code: "shop.refused", Message: "the shop wants no hush-hush today", Permanent: true, Details: core.Object{"stack": "secret"}}
		},
	})
	defer w.close(t)
	respond := func(config string) string {
		return `"nodes": [{"id": "say", "type": "respond", "config": ` + config + `}, ` + waits + `], "edges": [{"from": "say", "to": "long"}]`
	}
	for i, c := range []struct {
		name, more, nodes string
		status            int
		kind, body        string
	}{
		{"a text to acknowledge", `, "ackBody": "success", "ackStatus": 200`, echo, 200, "text/plain; charset=utf-8", "success"},
		{"a value to acknowledge", `, "ackBody": {"code": "SUCCESS", "id": "{{ trigger.body.id }}"}`, echo, 202, "application/json; charset=utf-8", `{"code":"SUCCESS","id":6917223378889540123}`},
		{"nothing to acknowledge", `, "ackBody": "", "ackStatus": 204`, echo, 204, "", ""},
		{"the output", `, "respond": "result"`, `"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": 1}}}], "output": "{{ trigger.body.id }}"`, 200, "application/json; charset=utf-8", "6917223378889540123"},
		{"a text as output", `, "respond": "result"`, `"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": 1}}}], "output": "订单 {{ trigger.body.id }}"`, 200, "text/plain; charset=utf-8", "订单 6917223378889540123"},
		{"no output", `, "respond": "result"`, `"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": 1}}}], "output": null`, 200, "application/json; charset=utf-8", "null"},
		{"a respond node", `, "respond": "result"`, respond(`{"status": 418, "headers": {"X-Shop": "{{ trigger.body.id }}", "Content-Length": "7", "transfer-encoding": "chunked"}, "body": {"ok": true}}`), 418, "application/json; charset=utf-8", `{"ok":true}`},
		{"a respond node with text", `, "respond": "result"`, respond(`{"body": "success"}`), 200, "text/plain; charset=utf-8", "success"},
		{"a respond node with HTML", `, "respond": "result"`, respond(`{"headers": {"content-type": "text/html"}, "body": "<p>x"}`), 200, "text/html", "<p>x"},
		{"a respond node without a body", `, "respond": "result"`, respond(`{"status": 204}`), 204, "", ""},
		{"a run that fails", `, "respond": "result"`, `"nodes": [{"id": "x", "type": "work"}]`, 500, "application/json; charset=utf-8", ""},
		{"a run that is cancelled", `, "respond": "result"`, `"nodes": [{"id": "x", "type": "end", "config": {"status": "cancelled"}}]`, 409, "application/json; charset=utf-8", ""},
		{"a run that takes long", `, "respond": "result"`, `"nodes": [` + waits + `]`, 202, "application/json; charset=utf-8", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := "f" + string(rune('a'+i))
			w.publish(t, flow(path, path, c.more, c.nodes))
			r := w.send(t, "POST", path, `{"id": 6917223378889540123}`, "Content-Type", jsonType)
			require.Equal(t, c.status, r.status, r.body)
			require.Equal(t, c.kind, r.header.Get("Content-Type"))
			require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"))
			switch c.status {
			case 500:
				require.Equal(t, "shop.refused", r.code(t))
				require.Contains(t, r.body, "the shop wants no *** today")
				require.NotContains(t, r.body, "secret")
				require.Contains(t, r.body, `"run":"`)
			case 409:
				require.Equal(t, "end.cancelled", r.code(t))
			case 418:
				require.Equal(t, "6917223378889540123", r.header.Get("X-Shop"))
				require.Equal(t, c.body, r.body)
			case 202:
				if c.body == "" {
					r.run(t)
					return
				}
				require.Equal(t, c.body, r.body)
			default:
				require.Equal(t, c.body, r.body)
				require.Equal(t, c.kind == "text/html", r.header.Get("Content-Security-Policy") == "sandbox")
			}
		})
	}
}

// TestTheFlowsOwnPatience: settings.respondTimeout comes before the server's.
func TestTheFlowsOwnPatience(t *testing.T) {
	t.Parallel()
	w := open(t, setup{limits: hooks.Limits{Respond: time.Hour}})
	defer w.close(t)
	w.publish(t, flow("f", "f", `, "respond": "result"`, `"nodes": [`+waits+`], "settings": {"respondTimeout": "20ms"}`))
	r := w.send(t, "POST", "f", "")
	require.Equal(t, 202, r.status)
	row, err := w.store.Row(r.run(t))
	require.NoError(t, err)
	require.True(t, row.EndedAt.IsZero(), "the run goes on")
}

// TestRealPayloads sends what GitHub and others really send, verified as GitHub does it.
func TestRealPayloads(t *testing.T) {
	t.Parallel()
	w := open(t, setup{secrets: map[string]string{"github": "It's a Secret to Everybody"}})
	defer w.close(t)
	w.publish(t, flow("f", "f", `, "verify": {"scheme": "hmac-sha256", "connection": "github", "header": "X-Hub-Signature-256"},
		"idempotency": {"key": "trigger.headers['x-delivery']"}`, echo))
	shared(t, "testdata/webhook-payloads/README.md")
	n := 0
	root := filepath.Join(sharedFolder(t), "testdata", "webhook-payloads")
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		body := string(data)
		headers := []string{"Content-Type", jsonType, "X-Delivery", path, "X-Hub-Signature-256", "sha256=" + hexOf(mac("It's a Secret to Everybody", body))}
		first := w.send(t, "POST", "f", body, headers...)
		require.Equal(t, 202, first.status, "%s: %s", path, first.body)
		require.Equal(t, first.body, w.send(t, "POST", "f", body, headers...).body)
		changed := strings.Replace(body, ":", ": ", 1)
		require.Equal(t, 401, w.send(t, "POST", "f", changed, headers...).status, path)
		n++
		return nil
	}))
	require.Equal(t, n, w.runs(t))
	require.Greater(t, n, 50)
}

func TestJSONTestSuite(t *testing.T) {
	t.Parallel()
	type part struct {
		Base64     string
		Times      int
		ThenBase64 string `json:"then_base64"`
	}
	var cases []struct {
		Name, Expect, Base64 string
		Repeat               *part
	}
	require.NoError(t, json.Unmarshal(shared(t, "testdata/json-parsing/cases.json"), &cases))
	bytesOf := func(s string) string {
		data, err := base64.StdEncoding.DecodeString(s)
		require.NoError(t, err)
		return string(data)
	}
	w := open(t, setup{})
	defer w.close(t)
	w.publish(t, flow("f", "f", `, "respond": "result"`, echo))
	for _, c := range cases {
		body := bytesOf(c.Base64)
		if c.Repeat != nil {
			body = strings.Repeat(bytesOf(c.Repeat.Base64), c.Repeat.Times) + bytesOf(c.Repeat.ThenBase64)
		}
		r := w.send(t, "POST", "f", body, "Content-Type", jsonType)
		switch c.Expect {
		case "accept":
			require.Equal(t, 200, r.status, "%s: %s", c.Name, r.body)
		case "reject":
			require.Equal(t, 400, r.status, "%s: %s", c.Name, r.body)
		default:
			require.Contains(t, []int{200, 400}, r.status, "%s: %s", c.Name, r.body)
		}
	}
	require.Greater(t, len(cases), 100)
}
