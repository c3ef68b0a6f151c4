package hooks_test

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server/hooks"
	"sluice/storage/bolt"
)

func TestRefusals(t *testing.T) {
	t.Parallel()
	w := open(t, setup{secrets: map[string]string{"other": "x"}})
	defer w.close(t)
	w.publish(t,
		flow("open", "orders/:id", `, "methods": ["PUT", "POST"], "idempotency": {"key": "trigger.body.n + 1"}`,
			echo+`, "input": {"type": "object", "required": ["n"], "properties": {"n": {"type": ["integer", "string"]}}}`),
		flow("closed", "closed", `, "verify": {"scheme": "token", "connection": "other"}`, echo),
		flow("broken", "broken", `, "verify": {"scheme": "token", "connection": "nobody"}`, echo),
		flow("acks", "acks", `, "ackBody": "{{ trigger.body.a / trigger.body.b.c }}"`, echo),
	)
	big := strings.Repeat(" ", 4<<20+1)
	for _, c := range []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		code                     string
	}{
		{"no such path", "POST", "nothing", "{}", nil, 404, "webhook.not_found"},
		{"no path", "POST", "", "{}", nil, 404, "webhook.not_found"},
		{"too short a path", "POST", "orders", "{}", nil, 404, "webhook.not_found"},
		{"an empty parameter", "POST", "orders//", "{}", nil, 404, "webhook.not_found"},
		{"too long a path", "POST", "orders/1/2", "{}", nil, 404, "webhook.not_found"},
		{"a path that climbs", "POST", "orders/%2e%2e", "{}", nil, 404, "webhook.not_found"},
		{"a path that is not UTF-8", "POST", "orders/%ff", "{}", nil, 404, "webhook.not_found"},
		{"a method that is not listed", "GET", "orders/1", "", nil, 405, "webhook.method"},
		{"a method that no webhook has", "OPTIONS", "closed", "", nil, 405, "webhook.method"},
		{"a form with files", "POST", "orders/1", "--x--", []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, "webhook.media_type"},
		{"a picture", "POST", "orders/1", "x", []string{"Content-Type", "image/png"}, 415, "webhook.media_type"},
		{"no kind at all", "POST", "orders/1", "x", []string{"Content-Type", ";"}, 415, "webhook.media_type"},
		{"another character set", "POST", "orders/1", "x", []string{"Content-Type", "text/plain; charset=gbk"}, 415, "webhook.media_type"},
		{"packed", "POST", "orders/1", "x", []string{"Content-Type", jsonType, "Content-Encoding", "gzip"}, 415, "webhook.media_type"},
		{"no token, and no JSON", "POST", "closed", "{", []string{"Content-Type", jsonType}, 401, "webhook.signature"},
		{"a connection that is not there", "POST", "broken", "{}", []string{"Content-Type", jsonType}, 503, "webhook.verify"},
		{"no JSON", "POST", "orders/1", "{", []string{"Content-Type", jsonType}, 400, "webhook.body"},
		{"two values", "POST", "orders/1", "{}{}", []string{"Content-Type", jsonType}, 400, "webhook.body"},
		{"a key twice, and then no JSON", "POST", "orders/1", `{"n":1,"n":2}}`, []string{"Content-Type", jsonType}, 400, "webhook.body"},
		{"a key twice, and then too deep", "POST", "orders/1", `{"n":1,"n":` + strings.Repeat("[", 600) + strings.Repeat("]", 600) + "}", []string{"Content-Type", jsonType}, 400, "webhook.body"},
		{"a key twice, and then a number too long", "POST", "orders/1", `{"n":1,"n":1e999999}`, []string{"Content-Type", jsonType}, 400, "webhook.body"},
		{"a key twice, and then no UTF-8", "POST", "orders/1", "{\"n\":1,\"n\":\"\xff\"}", []string{"Content-Type", jsonType}, 400, "webhook.body"},
		{"too deep", "POST", "orders/1", strings.Repeat("[", 100_000), []string{"Content-Type", jsonType}, 400, "webhook.body"},
		{"a form that is not UTF-8", "POST", "orders/1", "n=%ff", []string{"Content-Type", "application/x-www-form-urlencoded"}, 400, "webhook.body"},
		{"a broken escape", "POST", "orders/1", "n=%", []string{"Content-Type", "application/x-www-form-urlencoded"}, 400, "webhook.body"},
		{"text that is not UTF-8", "POST", "orders/1", "\xff", []string{"Content-Type", "text/plain"}, 400, "webhook.body"},
		{"a query that is not UTF-8", "POST", "orders/1?q=%ff", `{"n":1}`, []string{"Content-Type", jsonType}, 400, "webhook.query"},
		{"not as the input says", "POST", "orders/1", `{"m":1}`, []string{"Content-Type", jsonType}, 422, "webhook.input"},
		{"a key that cannot be computed", "POST", "orders/1", `{"n":"x"}`, []string{"Content-Type", jsonType}, 422, "webhook.key"},
		{"an acknowledgement that cannot be computed", "POST", "acks", `{"a":1}`, []string{"Content-Type", jsonType}, 500, "webhook.answer"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := w.send(t, c.method, c.path, c.body, c.headers...)
			require.Equal(t, c.status, r.status, r.body)
			require.Equal(t, c.code, r.code(t))
			require.Equal(t, "application/json; charset=utf-8", r.header.Get("Content-Type"))
			require.NotContains(t, r.body, `.."`)
			switch c.status {
			case 405:
				require.NotEmpty(t, r.header.Get("Allow"))
			case 401:
				require.Equal(t, "Bearer", r.header.Get("WWW-Authenticate"))
			case 503:
				require.NotEmpty(t, r.header.Get("Retry-After"))
			}
		})
	}
	require.Equal(t, "POST, PUT", w.send(t, "GET", "orders/1", "").header.Get("Allow"))
	r := w.send(t, "POST", "orders/1", `{"m":1}`, "Content-Type", jsonType)
	details := r.value(t)["error"].(core.Object)["details"].(core.List)
	require.Equal(t, core.Object{"pointer": "/n", "code": "config.required", "message": "n is missing."}, details[0], r.body)

	// The web server refuses a body of this size before; without it the router does.
	a := w.router.Serve(&hooks.Delivery{Method: "POST", Path: "orders/1", Headers: core.Object{}, Body: []byte(big)})
	require.Equal(t, 413, a.Status)
	require.Contains(t, string(a.Body), "webhook.too_large")
	require.Zero(t, w.runs(t), "a refusal starts nothing")
}

// TestALongBodyIsNotRead announces 100 MB, sends nothing of it and is refused.
func TestALongBodyIsNotRead(t *testing.T) {
	t.Parallel()
	w := open(t, setup{})
	defer w.close(t)
	w.publish(t, flow("f", "f", "", echo))
	c, err := net.Dial("tcp", w.address)
	require.NoError(t, err)
	defer func() { _ = c.Close() }()
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)))
	_, err = fmt.Fprintf(c, "POST /hooks/f HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", 100<<20)
	require.NoError(t, err)
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, 413, res.StatusCode)
}

func TestTheRate(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_700_000_000, 0)
	w := open(t, setup{limits: hooks.Limits{Rate: 2}, now: func() time.Time { return now }})
	defer w.close(t)
	w.publish(t, flow("a", "a", "", echo), flow("b", "b", "", echo))
	post := func(path string) reply { return w.send(t, "POST", path, "{}", "Content-Type", jsonType) }
	require.Equal(t, 202, post("a").status)
	require.Equal(t, 202, post("a").status)
	over := post("a")
	require.Equal(t, 429, over.status)
	require.Equal(t, "webhook.rate", over.code(t))
	require.Equal(t, "1", over.header.Get("Retry-After"))
	require.Equal(t, 202, post("b").status, "another webhook has a rate of its own")

	w.publish(t, flow("a", "a", `, "ackStatus": 200`, echo))
	require.Equal(t, 429, post("a").status, "publishing does not fill the bucket")
	now = now.Add(500 * time.Millisecond)
	require.Equal(t, 200, post("a").status)
	require.Equal(t, 429, post("a").status)
	now = now.Add(time.Hour)
	require.Equal(t, 200, post("a").status)
	require.Equal(t, 200, post("a").status)
	require.Equal(t, 429, post("a").status, "a quiet hour saves up one second's worth")
}

func TestDraining(t *testing.T) {
	t.Parallel()
	w := open(t, setup{})
	w.publish(t, flow("f", "f", "", echo), flow("waits", "waits", `, "respond": "result"`,
		`"nodes": [{"id": "long", "type": "wait", "config": {"for": "1h"}}]`))
	got := make(chan reply, 1)
	go func() {
		r, _ := w.try("POST", "waits", "{}", "Content-Type", jsonType)
		got <- r
	}()
	require.Eventually(t, func() bool { return w.runs(t) == 1 }, 10*time.Second, time.Millisecond)
	w.router.Drain()
	waited := <-got
	require.Equal(t, 202, waited.status, "who waits is told the run, which goes on")
	waited.run(t)

	r := w.send(t, "POST", "f", "{}", "Content-Type", jsonType)
	require.Equal(t, 503, r.status)
	require.Equal(t, "webhook.draining", r.code(t))
	require.NotEmpty(t, r.header.Get("Retry-After"))
	require.Equal(t, 1, w.runs(t))
	w.close(t)
}

func TestAnEngineThatIsClosed(t *testing.T) {
	t.Parallel()
	w := open(t, setup{})
	w.publish(t, flow("f", "f", "", echo), flow("r", "r", `, "respond": "result"`, echo))
	w.close(t)
	for _, path := range []string{"f", "r"} {
		r := w.send(t, "POST", path, "{}", "Content-Type", jsonType)
		require.Equal(t, 503, r.status)
		require.Equal(t, "webhook.draining", r.code(t))
	}
}

func TestAFullDisk(t *testing.T) {
	t.Parallel()
	full := false
	s, err := bolt.Open(t.TempDir()+"/data", bolt.Options{Hook: func(string) error {
		if full {
			return fmt.Errorf("write: %w", syscall.ENOSPC)
		}
		return nil
	}})
	require.NoError(t, err)
	w := open(t, setup{store: s})
	defer w.close(t)
	w.publish(t, flow("f", "f", "", echo), flow("r", "r", `, "respond": "result"`, echo))
	full = true
	for _, path := range []string{"f", "r"} {
		r := w.send(t, "POST", path, "{}", "Content-Type", jsonType)
		require.Equal(t, 503, r.status, r.body)
		require.Equal(t, "webhook.journal", r.code(t))
		require.NotEmpty(t, r.header.Get("Retry-After"))
	}
	require.Zero(t, w.runs(t))
}
