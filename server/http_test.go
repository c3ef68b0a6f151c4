package server_test

import (
	"bufio"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server"
	"sluice/storage"
	"sluice/storage/mem"
)

func TestWhatHTTPRefuses(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.call("GET", "/api/v1/nothing", nil).refused(404, "api.not_found")
	a.call("GET", "/", nil).refused(404, "api.not_found")
	a.call("GET", "/api/v1/flows/", nil).refused(404, "api.not_found")
	wrong := a.call("PATCH", "/api/v1/flows/echo", core.Object{}).refused(405, "api.method_not_allowed")
	require.ElementsMatch(t, []string{"GET", "HEAD", "PUT", "DELETE"}, strings.Split(wrong.Header.Get("Allow"), ", "))
	a.call("DELETE", "/healthz", nil).refused(405, "api.method_not_allowed")

	a.call("PUT", "/api/v1/flows/echo", echo, "Content-Type", "text/plain").refused(415, "api.content_type")
	a.call("POST", "/api/v1/signals", `event=x`, "Content-Type", "application/x-www-form-urlencoded").refused(415, "api.content_type")
	a.call("POST", "/api/v1/signals", `{}`, "Content-Type", "").refused(415, "api.content_type")
	a.call("PUT", "/api/v1/tables/t", `{}`, "Content-Type", "application/vnd.x+json; charset=utf-8").ok(200)

	bad := a.call("POST", "/api/v1/signals", "{\n \"event\": tru}").refused(400, "json.syntax")
	require.Equal(t, 2, bad.at("error", "details", "line"))
	deep := strings.Repeat("[", 600) + strings.Repeat("]", 600)
	a.call("POST", "/api/v1/signals", `{"event": "e", "key": "k", "data": `+deep+`}`).refused(400, "json.syntax")
	a.call("POST", "/api/v1/signals", `{"event": "e", "event": "f", "key": "k"}`).refused(400, "json.syntax")

	head := a.call("HEAD", "/api/v1/flows", nil)
	require.Equal(t, 200, head.StatusCode)
	require.Empty(t, head.text)
	require.Equal(t, 200, a.call("HEAD", "/api/v1/events", nil).StatusCode)

	ok := a.call("GET", "/api/v1/flows", nil).ok(200)
	require.Equal(t, "no-store", ok.Header.Get("Cache-Control"))
	require.Equal(t, "nosniff", ok.Header.Get("X-Content-Type-Options"))
	require.Contains(t, a.log.String(), ok.Header.Get("X-Request-Id"))
}

// TestWhatIsTooLarge needs a real connection: the server stops reading, and says why.
func TestWhatIsTooLarge(t *testing.T) {
	t.Parallel()
	a := serve(t)
	address := listen(t, a)
	send := func(body string, header ...string) *answer {
		r, err := http.NewRequestWithContext(t.Context(), "POST", address+"/api/v1/signals", strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		for i := 0; i+1 < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		response, err := client.Do(r)
		require.NoError(t, err)
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		return &answer{response, t, string(text)}
	}
	send(strings.Repeat("x", server.MaxBody+1)).refused(413, "api.too_large")
	send("{}", "X-Long", strings.Repeat("x", 40_000)).refused(431, "api.headers_too_large")
}

func TestLanguages(t *testing.T) {
	t.Parallel()
	a := serve(t)
	for header, zh := range map[string]bool{
		"": false, "zh": true, "zh-CN,zh;q=0.9,en;q=0.8": true, "en, zh": false, "en;q=0.5, zh;q=0.6": true, "fr": false, "zh;q=0": false,
		"ZH-Hant": true, "zh;q=x": false,
	} {
		got := a.call("GET", "/api/v1/flows/none", nil, "Accept-Language", header).refused(404, "flow.not_found")
		require.Equal(t, zh, got.str("error", "message") == "没有这个流程。", header)
	}
}

// faulty is a storage whose every reading fails.
type faulty struct{ storage.Store }

var errBroken = errors.New("the disk said: password=" + password)

func (f *faulty) Runs(storage.Listing) ([]storage.RunRow, error) { return nil, errBroken }
func (f *faulty) Row(storage.RunID) (storage.Row, error)         { panic("a fault in the program") }

func TestFaultsTellNothing(t *testing.T) {
	t.Parallel()
	a := serveOn(t, &faulty{mem.New()})
	got := a.call("GET", "/api/v1/runs", nil).refused(500, "internal")
	require.NotContains(t, got.text, "disk")
	require.Contains(t, a.log.String(), "the disk said")
	require.Equal(t, got.Header.Get("X-Request-Id"), got.at("error", "details", "requestId"))
	panicked := a.call("GET", "/api/v1/runs/x", nil).refused(500, "internal")
	require.NotContains(t, panicked.text, "fault in the program\"")
	require.Contains(t, a.log.String(), "a fault in the program")
	a.call("GET", "/healthz", nil).ok(200)
}

// full is a storage without room.
type full struct{ storage.Store }

func (f *full) Commit([]storage.Append) (map[int]error, error) { return nil, storage.ErrFull }
func (f *full) Update(write func(storage.Writer) error) error {
	return f.Store.Update(func(w storage.Writer) error { return write(w) })
}

func TestAFullDiskRefusesNewWork(t *testing.T) {
	t.Parallel()
	a := serveOn(t, &full{mem.New()})
	a.publish("echo", echo)
	got := a.call("POST", "/api/v1/flows/echo/runs", core.Object{}).refused(503, "engine.unavailable")
	require.NotEmpty(t, got.Header.Get("Retry-After"))
	a.call("GET", "/api/v1/runs", nil).ok(200)
}

func TestHooksAndHealth(t *testing.T) {
	t.Parallel()
	stalled := false
	a := serve(t, func(o *server.Options) {
		o.Hooks = func(c *fiber.Ctx) error { return c.SendString(c.Method() + " " + c.Params("*")) }
		o.EngineStats = func() server.EngineStats { return server.EngineStats{Stalled: stalled} }
	})
	require.Equal(t, "PATCH a/b", a.call("PATCH", "/hooks/a/b", nil, "Authorization", "").ok(200).text)
	a.call("GET", "/readyz", nil).ok(200)
	stalled = true
	a.call("GET", "/readyz", nil).refused(503, "engine.unavailable")
	a.call("GET", "/healthz", nil).ok(200)
}

func TestShutdownLetsRequestsFinish(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.publish("waits", waits)
	address := listen(t, a)
	request := func(method, path, body string) *http.Request {
		r, err := http.NewRequestWithContext(t.Context(), method, address+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		r.Header.Set("Content-Type", "application/json")
		return r
	}
	stream, err := client.Do(request("GET", "/api/v1/events", ""))
	require.NoError(t, err)
	defer stream.Body.Close()
	lines := bufio.NewScanner(stream.Body)
	for lines.Scan() && lines.Text() != "retry: 2000" {
	}

	status := make(chan int, 1)
	go func() {
		response, err := client.Do(request("POST", "/api/v1/flows/waits/runs", `{"input": {"order_id": "1"}, "wait": "10m"}`))
		if err != nil {
			status <- 0
			return
		}
		_ = response.Body.Close()
		status <- response.StatusCode
	}()
	// The stream tells that the run is there, so that its caller waits.
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "event: run") {
	}
	a.server.Drain()
	a.call("GET", "/readyz", nil).refused(503, "server.draining")
	a.call("POST", "/api/v1/flows/waits/runs", core.Object{}).refused(503, "server.draining")
	a.call("GET", "/api/v1/runs", nil).ok(200)
	select {
	case got := <-status:
		require.Equal(t, 201, got, "the run is durable; its caller learns its id")
	case <-time.After(10 * time.Second):
		require.Fail(t, "a caller that waits keeps the server from stopping")
	}
	for lines.Scan() {
	}
	require.NoError(t, lines.Err(), "the stream ends in order")
}
