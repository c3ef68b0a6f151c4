package hooks_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/secret"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/server"
	"sluice/server/hooks"
	"sluice/storage"
	"sluice/storage/mem"
)

// setup is what a world is made of; zero fields have defaults.
type setup struct {
	store  storage.Store
	limits hooks.Limits
	now    func() time.Time
	// work is what the node type work does.
	work  func(context.Context, nodes.Call) (core.Value, *core.Failure)
	crash func(string) bool
	// secrets are those of connections of type webhook, by id.
	secrets map[string]string
	// connections are others, as the API takes them.
	connections []string
}

var _ server.Follower = (*hooks.Router)(nil)

// world is a router on an engine and a storage of its own, behind a web server on this machine.
type world struct {
	store    storage.Store
	registry *nodes.Registry
	library  *library.Library
	set      *connect.Set
	engine   *embedded.Engine
	router   *hooks.Router
	base     string
	client   *http.Client
	address  string
	// published are the flows that are live.
	published []*flows.Flow
}

func open(t testing.TB, s setup) *world {
	t.Helper()
	w := &world{store: s.store}
	if w.store == nil {
		w.store = mem.New()
	}
	connections := connect.NewSet(connect.Options{})
	w.set = connections
	for id, text := range s.secrets {
		require.NoError(t, connections.Put(connect.Definition{
			ID: id, Type: "webhook", Secrets: map[string]secret.Text{"secret": secret.New(text)},
		}))
	}
	for _, text := range s.connections {
		definition, found := connect.ParseDefinition([]byte(text), nil)
		require.Empty(t, found)
		require.NoError(t, connections.Put(definition))
	}
	specs := all.Specs(all.Deps{Connections: connections})
	var err error
	w.registry, err = nodes.New(append(specs, nodes.Spec{
		Type: "work", Major: 1, Effect: nodes.Write, Page: nodes.Page{Schema: []byte(`{"type": "object"}`)}, Run: s.work,
	}))
	require.NoError(t, err)
	w.library = library.New(w.store, w.registry)
	w.engine, err = embedded.Open(embedded.Options{Store: w.store, Plans: w.library.Plan, Registry: w.registry, Crash: s.crash})
	require.NoError(t, err)
	w.router = hooks.New(hooks.Options{
		Engine: w.engine, Journal: w.store, Plans: w.library.Plan, Connections: connections, Now: s.now, Limits: s.limits,
	})
	w.serve(t)
	return w
}

// serve puts the router behind a web server, set as a server with webhooks has to be.
func (w *world) serve(t testing.TB) {
	t.Helper()
	app := fiber.New(fiber.Config{
		DisableStartupMessage: true, DisablePreParseMultipartForm: true, BodyLimit: 4 << 20, ReadBufferSize: 16 << 10,
		StrictRouting: true, CaseSensitive: true, UnescapePath: true,
	})
	app.All(hooks.Route, w.router.Handle)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	served := make(chan error, 1)
	go func() { served <- app.Listener(l) }()
	w.address = l.Addr().String()
	w.base = "http://" + w.address + "/hooks/"
	transport := &http.Transport{MaxIdleConnsPerHost: 128}
	w.client = &http.Client{Transport: transport}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = app.ShutdownWithTimeout(time.Second)
		// An app that had not begun to serve is not stopped by that.
		_ = l.Close()
		if err := <-served; err != nil {
			t.Log("the web server stopped:", err)
		}
	})
}

// close stops the engine, and the storage with it.
func (w *world) close(t testing.TB) {
	t.Helper()
	require.NoError(t, w.engine.Close(context.Background()))
	require.NoError(t, w.store.Close())
}

// compile makes a flow of a document; the test fails where it has errors.
func (w *world) compile(t testing.TB, document string) *flows.Flow {
	t.Helper()
	doc, findings := flows.Parse([]byte(document))
	require.NotNil(t, doc, findings)
	flow, findings := flows.Compile(doc, flows.Options{Registry: w.registry, Version: 1})
	require.NotNil(t, flow, findings)
	return flow
}

// publish makes flows live.
func (w *world) publish(t testing.TB, documents ...string) {
	t.Helper()
	for _, document := range documents {
		flow := w.compile(t, document)
		require.False(t, diag.HasError(w.router.Check(flow, w.published)))
		w.bind(t, flow)
	}
}

// bind makes a flow live, whatever is to be said against it, as the last of all.
func (w *world) bind(t testing.TB, flow *flows.Flow) {
	t.Helper()
	require.NoError(t, w.library.Keep(flow))
	w.published = append(without(w.published, flow.Document.ID), flow)
	w.router.Rebind(w.published)
}

func (w *world) unbind(id string) {
	w.published = without(w.published, id)
	w.router.Rebind(w.published)
}

func without(published []*flows.Flow, id string) []*flows.Flow {
	return slices.DeleteFunc(published, func(f *flows.Flow) bool { return f.Document.ID == id })
}

// flow is a document with one webhook: more is what follows path in its config, nodes are the flow's.
func flow(id, path, more, nodes string) string {
	return fmt.Sprintf(`{"sluice": 1, "id": %q, "triggers": [{"id": "hook", "type": "webhook", "config": {"path": %q%s}}], %s}`,
		id, path, more, nodes)
}

// echo are nodes of a flow whose output is what it was started by.
const echo = `"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": true}}}], "output": "{{ trigger }}"`

// reply is an answer as a client sees it.
type reply struct {
	status int
	header http.Header
	body   string
}

// send sends a request; headers are name, value pairs.
func (w *world) send(t testing.TB, method, path string, body string, headers ...string) reply {
	t.Helper()
	r, err := w.try(method, path, body, headers...)
	require.NoError(t, err)
	return r
}

func (w *world) try(method, path string, body string, headers ...string) (reply, error) {
	req, err := http.NewRequest(method, w.base+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := w.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(text)}, err
}

// value is the reply's JSON.
func (r reply) value(t testing.TB) core.Object {
	t.Helper()
	v, err := value.DecodeString(r.body)
	require.NoError(t, err, r.body)
	object, _ := v.(core.Object)
	return object
}

// code is that of a refusal.
func (r reply) code(t testing.TB) string {
	t.Helper()
	e, _ := r.value(t)["error"].(core.Object)
	require.NotEmpty(t, e["message"])
	code, _ := e["code"].(string)
	return code
}

// run is the id that an acknowledgement names.
func (r reply) run(t testing.TB) storage.RunID {
	t.Helper()
	id, _ := r.value(t)["run"].(string)
	require.NotEmpty(t, id, r.body)
	return storage.RunID(id)
}

// runs counts the runs in the storage.
func (w *world) runs(t testing.TB) int {
	t.Helper()
	rows, err := w.store.Runs(storage.Listing{Limit: 10_000})
	require.NoError(t, err)
	return len(rows)
}

const jsonType = "application/json"

// counter is work that counts.
type counter struct{ done atomic.Int32 }

func (c *counter) run(context.Context, nodes.Call) (core.Value, *core.Failure) {
	return core.Object{"n": int(c.done.Add(1))}, nil
}

// shared reads a file of the test data beside the project.
func shared(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(sharedFolder(t), name))
	if err != nil {
		t.Skipf("SKIPPED, the shared data are not there: %v", err)
	}
	return bytes.Clone(data)
}

func sharedFolder(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return filepath.Join(dir, "..", "shared")
		}
		require.NotEqual(t, dir, filepath.Dir(dir), "no go.mod above")
		dir = filepath.Dir(dir)
	}
}
