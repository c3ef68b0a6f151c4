package server_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/engine/value"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/server"
	"sluice/storage"
	"sluice/storage/mem"
)

const token = "correct-horse-battery-staple"

// api is a server with an engine, called as a client would.
type api struct {
	t      *testing.T
	server *server.Server
	engine *embedded.Engine
	store  *server.Observed
	set    *connect.Set
	log    *journal
	// header goes with every call.
	header http.Header
}

// journal is a log that a test can read while others write.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

func serve(t *testing.T, change ...func(*server.Options)) *api {
	return serveOn(t, mem.New(), change...)
}

// serveOn starts a server on a storage, which stays open.
func serveOn(t *testing.T, inner storage.Store, change ...func(*server.Options)) *api {
	t.Helper()
	a := &api{t: t, log: &journal{}, header: http.Header{"Authorization": {"Bearer " + token}}}
	a.store = server.Observe(inner)
	a.set = connect.NewSet(connect.Options{})
	registry, err := nodes.New(all.Specs(all.Deps{Connections: a.set}))
	require.NoError(t, err)
	lib := library.New(a.store, registry)
	breakpoints, err := server.OpenBreakpoints(a.store)
	require.NoError(t, err)
	a.engine, err = embedded.Open(embedded.Options{
		Breakpoints: breakpoints.Of,
		Store:       a.store, Plans: lib.Plan, Registry: registry,
		Published: func(flow string) (string, error) {
			live, err := lib.Live(flow)
			return live.Hash, err
		},
	})
	require.NoError(t, err)
	o := server.Options{
		Debugger: a.engine, Breakpoints: breakpoints,
		Store: a.store, Engine: a.engine, Library: lib, Registry: registry, Connections: a.set, AdminToken: token,
		Key: bytes.Repeat([]byte{7}, 32), Log: slog.New(slog.NewJSONHandler(a.log, nil)),
	}
	for _, c := range change {
		c(&o)
	}
	a.server, err = server.New(o)
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		a.server.Drain()
		require.NoError(t, a.engine.Close(ctx))
		require.NoError(t, a.set.Close())
	})
	return a
}

// answer is what a call gave.
type answer struct {
	*http.Response
	t    *testing.T
	text string
}

// call makes a call and holds its answer to openapi.json. A body that is no string is sent as JSON.
func (a *api) call(method, path string, body any, header ...string) *answer {
	a.t.Helper()
	var text string
	switch b := body.(type) {
	case nil:
	case string:
		text = b
	default:
		encoded, err := value.Encode(b)
		require.NoError(a.t, err)
		text = string(encoded)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(text))
	r.Host = "sluice.test"
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	maps.Copy(r.Header, a.header)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Del(header[i])
		if header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	return a.do(r)
}

func (a *api) do(r *http.Request) *answer {
	a.t.Helper()
	response, err := a.server.App().Test(r, -1)
	require.NoError(a.t, err)
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	require.NoError(a.t, err)
	got := &answer{response, a.t, string(data)}
	requireDocumented(a.t, r.Method, r.URL.Path, got)
	return got
}

// value is the answer's body.
func (r *answer) value() core.Value {
	r.t.Helper()
	v, err := value.DecodeString(r.text)
	require.NoError(r.t, err, r.text)
	return v
}

// at is the value at a path of keys and indexes.
func (r *answer) at(path ...any) core.Value {
	r.t.Helper()
	v := r.value()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			o, ok := v.(core.Object)
			require.True(r.t, ok, "%v in %s", path, r.text)
			require.Contains(r.t, o, p, "%v in %s", path, r.text)
			v = o[p]
		case int:
			l, ok := v.(core.List)
			require.True(r.t, ok && p < len(l), "%v in %s", path, r.text)
			v = l[p]
		}
	}
	return v
}

func (r *answer) str(path ...any) string {
	r.t.Helper()
	s, ok := r.at(path...).(string)
	require.True(r.t, ok, "%v is no text in %s", path, r.text)
	return s
}

// ok wants a status.
func (r *answer) ok(status int) *answer {
	r.t.Helper()
	require.Equal(r.t, status, r.StatusCode, r.text)
	return r
}

// refused wants a refusal.
func (r *answer) refused(status int, code string) *answer {
	r.t.Helper()
	require.Equal(r.t, status, r.StatusCode, r.text)
	require.Equal(r.t, code, r.str("error", "code"), r.text)
	require.NotEmpty(r.t, r.str("error", "message"))
	return r
}

// publish puts a flow and makes it live.
func (a *api) publish(id, document string) *answer {
	a.t.Helper()
	return a.call("PUT", "/api/v1/flows/"+id+"?publish=true", document).ok(200)
}

// run runs a flow to its end.
func (a *api) run(flow string, input core.Value) *answer {
	a.t.Helper()
	return a.call("POST", "/api/v1/flows/"+flow+"/runs", core.Object{"input": input, "wait": "10s"}).ok(201)
}

// echo is a flow whose output is its input.
const echo = `{"sluice": 1, "id": "echo", "title": {"en": "Echo", "zh": "回声"}, "keys": {"order_id": "trigger.body.order_id"},
  "nodes": [{"id": "same", "type": "map", "config": {"fields": [{"to": "order_id", "value": "{{ trigger.body.order_id }}"}]}}]}`

// waits is a flow that waits for an event.
const waits = `{"sluice": 1, "id": "waits", "nodes": [
  {"id": "paid", "type": "await", "config": {"events": [{"port": "paid", "event": "order.paid", "key": "{{ trigger.body.order_id }}"}], "timeout": "1h"}}]}`

func runID(id string) storage.RunID { return storage.RunID(id) }

// startMany starts runs of the published version of a flow without HTTP.
func (a *api) startMany(flow string, n int) {
	a.t.Helper()
	hash := a.call("GET", "/api/v1/flows/"+flow, nil).ok(200).str("hash")
	for range n {
		_, err := a.engine.Start(a.t.Context(), engine.StartRequest{Plan: hash, Trigger: core.Object{"type": "call", "body": nil}})
		require.NoError(a.t, err)
	}
}
