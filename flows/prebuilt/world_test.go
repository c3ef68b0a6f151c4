package prebuilt_test

import (
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/sqldb/sqldbtest"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/engine/value"
	"sluice/examples/shop"
	"sluice/flows"
	"sluice/flows/prebuilt"
	"sluice/internal/library"
	"sluice/storage"
	"sluice/storage/bolt"
)

// world is all that a shipped flow meets: a shop with its warehouse and robots behind HTTP, an order database,
// and an engine on a storage of its own.
type world struct {
	t    *testing.T
	shop *shop.Running
	data *sqldbtest.Database
	db   *sql.DB
	flow *flows.Flow

	library *library.Library
	store   *bolt.Store
	engine  *embedded.Engine
}

// setting is what a test changes about the world before it begins.
type setting struct {
	// flow edits the document.
	flow func(document []byte) []byte
	// front stands before the shop's Douyin API.
	front func(shop string) http.Handler
	// observe is the engine's.
	observe func(storage.RunID, []core.Entry)
}

// hurried shortens the pauses between tries, for tests that go through all of them: also those that a platform asks for.
func hurried(document []byte) []byte {
	short := retries.ReplaceAllFunc(document, func(policy []byte) []byte {
		return append(longest.ReplaceAll(policy[:len(policy)-1], nil), `, "maxDelay": "1ms"}`...)
	})
	return pauses.ReplaceAll(short, []byte(`"delay": "1ms"`))
}

var (
	retries = regexp.MustCompile(`"retry": \{[^}]*\}`)
	longest = regexp.MustCompile(`, "maxDelay": "[^"]*"`)
	pauses  = regexp.MustCompile(`"delay": "[^"]*"`)
)

func newWorld(t *testing.T, kind string, id string, s setting) *world {
	t.Helper()
	w := &world{t: t}
	var err error
	w.shop, err = shop.Start(shop.Options{Seed: 1})
	require.NoError(t, err)
	t.Cleanup(w.shop.Close)
	w.tables(kind)

	douyin := w.shop.URL
	if s.front != nil {
		front := httptest.NewServer(s.front(w.shop.URL))
		t.Cleanup(front.Close)
		douyin = front.URL
	}
	connections, kinds := w.connect(douyin)
	w.store, err = bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	registry := registryOf(t, connections)
	w.library = library.New(w.store, registry)
	document, err := prebuilt.Document(id)
	require.NoError(t, err)
	if s.flow != nil {
		document = s.flow(document)
	}
	w.flow = compile(t, document, registry, kinds)
	require.NoError(t, w.library.Keep(w.flow))
	w.engine, err = embedded.Open(embedded.Options{Store: w.store, Plans: w.library.Plan, Registry: registry, Observe: s.observe})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.engine.Close(context.WithoutCancel(t.Context()))) })
	return w
}

// connect makes the connections as a file of them says, which is what people write.
func (w *world) connect(douyin string) (*connect.Set, map[string]string) {
	w.t.Helper()
	file, findings := connect.ParseFile(fmt.Appendf(nil, `{"connections": [
		{"id": "douyin", "type": "http",
		 "config": {"baseUrl": %q, "signer": {"type": "douyin", "appKey": "7000000000000000001"}},
		 "secrets": {"appSecret": "demo-douyin-secret", "accessToken": "demo-douyin-token"}},
		%s,
		{"id": "ops-robot", "type": "wecom", "config": {"baseUrl": %q}, "secrets": {"key": "00000000-demo-4000-8000-wecom0000001"}, "limits": {"rate": "1000/s"}},
		{"id": "wms", "type": "http", "config": {"baseUrl": %q, "auth": {"type": "bearer"}}, "secrets": {"token": "demo-wms-token"}}
	]}`, douyin, w.data.Definition(w.t, "orders"), w.shop.URL, w.shop.URL+"/wms"), nil)
	require.Empty(w.t, findings)
	set := connect.NewSet(connect.Options{})
	w.t.Cleanup(func() { require.NoError(w.t, set.Close()) })
	kinds := map[string]string{}
	for _, d := range file.Connections {
		require.NoError(w.t, set.Put(d))
		kinds[d.ID] = d.Type
	}
	return set, kinds
}

// through passes everything on to the shop; edit may change what comes back.
func through(edit func(*http.Response) error) func(shop string) http.Handler {
	return func(shop string) http.Handler {
		target, err := url.Parse(shop)
		if err != nil {
			return http.NotFoundHandler()
		}
		proxy := httputil.NewSingleHostReverseProxy(target)
		proxy.ModifyResponse = edit
		return proxy
	}
}

// onEach runs a test on each database.
func onEach(t *testing.T, test func(t *testing.T, kind string)) {
	t.Helper()
	for _, kind := range sqldbtest.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, kind)
		})
	}
}

// tables makes the order database.
func (w *world) tables(kind string) {
	w.t.Helper()
	w.data = sqldbtest.New(w.t, kind)
	w.db = w.data.Raw(w.t)
	for _, statement := range prebuilt.OrdersTables(kind) {
		_, err := w.db.ExecContext(w.t.Context(), statement)
		require.NoError(w.t, err)
	}
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	_, err := w.db.ExecContext(w.t.Context(), w.data.Marks(statement), args...)
	require.NoError(w.t, err)
}

// placed is an order at Douyin with this status there.
func (w *world) placed(status shop.Status) shop.Order {
	w.t.Helper()
	o, err := w.shop.AddOrder(shop.Order{Platform: shop.Douyin, Status: status})
	require.NoError(w.t, err)
	return o
}

// recorded writes the order into our database; lastSync nil is never.
func (w *world) recorded(o shop.Order, status string, lastSync any) {
	w.t.Helper()
	w.exec(`INSERT INTO orders (order_id, source, status, created_at, last_sync_time) VALUES (?, 'douyin', ?, ?, ?)`,
		o.ID, status, o.CreatedAt.Format(time.RFC3339), lastSync)
}

// record is an order in our database.
type record struct {
	Status, LogisticsNo, SyncSource, LastSync sql.NullString
}

func (w *world) record(id string) record {
	w.t.Helper()
	var r record
	require.NoError(w.t, w.db.QueryRowContext(w.t.Context(),
		w.data.Marks(`SELECT status, logistics_no, sync_source, last_sync_time FROM orders WHERE order_id = ?`), id).
		Scan(&r.Status, &r.LogisticsNo, &r.SyncSource, &r.LastSync))
	return r
}

// outcome is how a run ended, and which nodes it took.
type outcome struct {
	*core.End
	steps map[string]engine.Step
}

// run runs the flow with this JSON as its input.
func (w *world) run(input string) outcome {
	w.t.Helper()
	body, err := value.DecodeString(input)
	require.NoError(w.t, err)
	require.Nil(w.t, w.flow.Input(body), "the flow takes this input")
	id, err := w.engine.Start(w.t.Context(), engine.StartRequest{Plan: w.flow.Plan.Hash, Trigger: core.Object{
		"type": "call", "at": time.Now().UTC().Format(time.RFC3339Nano), "body": body,
	}})
	require.NoError(w.t, err)
	end, err := w.engine.Wait(w.t.Context(), id)
	require.NoError(w.t, err)
	steps, err := engine.Steps(w.store, w.library.Plan, id)
	require.NoError(w.t, err)
	o := outcome{End: end, steps: map[string]engine.Step{}}
	for _, s := range steps {
		o.steps[s.Path] = s
	}
	return o
}

// text is a run's output at a name.
func (o outcome) text(t *testing.T, name string) string {
	t.Helper()
	require.Equal(t, core.Succeeded, o.Status, "%v", o.Failure)
	output, ok := o.Output.(core.Object)
	require.True(t, ok)
	text, ok := output[name].(string)
	require.True(t, ok, "%s is a text in %v", name, output)
	return text
}

func (w *world) messages() []string {
	var texts []string
	for _, m := range w.shop.Messages(shop.WeCom) {
		texts = append(texts, m.Text)
	}
	return texts
}
