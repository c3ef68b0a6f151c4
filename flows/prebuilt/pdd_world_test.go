package prebuilt_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/examples/shop"
	"sluice/flows"
	"sluice/flows/prebuilt"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/storage/bolt"
)

const (
	backfill      = "pdd-backfill"
	backfillOrder = "pdd-backfill-order"

	pddList   = "pdd.order.number.list.increment.get"
	pddDetail = "pdd.order.information.get"
)

// pddWorld is what the backfill meets: a shop behind a front that writes down what Pinduoduo is asked, and an engine that
// knows both flows.
type pddWorld struct {
	*world
	plans map[string]*flows.Flow

	mu    sync.Mutex
	asked []url.Values
	// before is called with each request's parameters before the shop sees it; what it gives is answered instead.
	before func(url.Values) string
}

// newPDDWorld makes one; edit changes the document of pdd-backfill.
func newPDDWorld(t *testing.T, kind string, edit func(document []byte) []byte) *pddWorld {
	t.Helper()
	w := &pddWorld{world: &world{t: t}, plans: map[string]*flows.Flow{}}
	var err error
	w.shop, err = shop.Start(shop.Options{Seed: 1})
	require.NoError(t, err)
	t.Cleanup(w.shop.Close)
	w.tables(kind)
	front := httptest.NewServer(w.front())
	t.Cleanup(front.Close)
	connections, kinds := w.connectPDD(front.URL)

	w.store, err = bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	registry, err := nodes.New(all.Specs(all.Deps{Connections: connections, Values: library.Values{Meta: w.store}}))
	require.NoError(t, err)
	w.library = library.New(w.store, registry)
	for _, id := range []string{backfill, backfillOrder} {
		document, err := prebuilt.Document(id)
		require.NoError(t, err)
		if id == backfill && edit != nil {
			document = edit(document)
		}
		w.plans[id] = compile(t, hurried(document), registry, kinds)
		require.NoError(t, w.library.Keep(w.plans[id]))
	}
	w.engine, err = embedded.Open(embedded.Options{
		Store: w.store, Plans: w.library.Plan, Registry: registry,
		Published: func(flow string) (string, error) {
			if f := w.plans[flow]; f != nil {
				return f.Plan.Hash, nil
			}
			return "", fmt.Errorf("there is no flow %s", flow)
		},
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.engine.Close(context.WithoutCancel(t.Context()))) })
	return w
}

func (w *pddWorld) connectPDD(pdd string) (*connect.Set, map[string]string) {
	w.t.Helper()
	file, findings := connect.ParseFile(fmt.Appendf(nil, `{"connections": [
		{"id": "pdd", "type": "http", "config": {"baseUrl": %q, "signer": {"type": "pdd", "clientId": "demo_pdd_client"}},
		 "secrets": {"clientSecret": "demo_pdd_secret", "accessToken": "demo_pdd_token"}},
		%s
	]}`, pdd, w.data.Definition(w.t, "orders")), nil)
	require.Empty(w.t, findings)
	set := connect.NewSet(connect.Options{})
	w.t.Cleanup(func() { require.NoError(w.t, set.Close()) })
	for _, d := range file.Connections {
		require.NoError(w.t, set.Put(d))
	}
	return set, map[string]string{"pdd": "http", "orders": w.data.Kind}
}

// front writes requests down and passes them on to the shop.
func (w *pddWorld) front() http.Handler {
	target, err := url.Parse(w.shop.URL)
	require.NoError(w.t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.ErrorLog = log.New(io.Discard, "", 0)
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		form, err := url.ParseQuery(string(body))
		if err != nil {
			http.Error(rw, err.Error(), http.StatusBadRequest)
			return
		}
		w.mu.Lock()
		w.asked = append(w.asked, form)
		before := w.before
		w.mu.Unlock()
		if before != nil {
			if instead := before(form); instead != "" {
				rw.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(rw, instead)
				return
			}
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		proxy.ServeHTTP(rw, r)
	})
}

// intercept sets what is called before each request from now on.
func (w *pddWorld) intercept(before func(url.Values) string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = before
}

// requests are those of a type so far, in the order in which they came; they are then forgotten.
func (w *pddWorld) requests(kind string) []url.Values {
	w.mu.Lock()
	defer w.mu.Unlock()
	var of []url.Values
	for _, form := range w.asked {
		if form.Get("type") == kind {
			of = append(of, form)
		}
	}
	w.asked = nil
	return of
}

// placed puts an order into the shop that changed so long ago for the last time.
func (w *pddWorld) placed(status shop.Status, changed time.Duration) shop.Order {
	w.t.Helper()
	o, err := w.shop.AddOrder(shop.Order{Platform: shop.PDD, Status: status, UpdatedAt: time.Now().Add(-changed)})
	require.NoError(w.t, err)
	return o
}

// sweep runs the backfill as its schedule does; last is when the last success was, zero for none yet.
func (w *pddWorld) sweep(last time.Time) *core.End {
	w.t.Helper()
	trigger := core.Object{"type": "cron", "at": time.Now().UTC().Format(time.RFC3339Nano), "body": nil, "lastSuccessAt": nil}
	if !last.IsZero() {
		trigger["lastSuccessAt"] = last.UTC().Format(time.RFC3339Nano)
	}
	return w.start(backfill, trigger)
}

// call runs a flow with a body.
func (w *pddWorld) call(flow string, body core.Value) *core.End {
	w.t.Helper()
	require.Nil(w.t, w.plans[flow].Input(body), "the flow takes this input")
	return w.start(flow, core.Object{"type": "call", "at": time.Now().UTC().Format(time.RFC3339Nano), "body": body})
}

func (w *pddWorld) start(flow string, trigger core.Object) *core.End {
	w.t.Helper()
	id, err := w.engine.Start(w.t.Context(), engine.StartRequest{Plan: w.plans[flow].Plan.Hash, Trigger: trigger})
	require.NoError(w.t, err)
	end, err := w.engine.Wait(w.t.Context(), id)
	require.NoError(w.t, err)
	return end
}

// report holds the numbers of a run that succeeded, and gives its output.
func (w *pddWorld) report(end *core.End, listed, known, backfilled, failed int) core.Object {
	w.t.Helper()
	require.Equal(w.t, core.Succeeded, end.Status, "%v", end.Failure)
	output, ok := end.Output.(core.Object)
	require.True(w.t, ok)
	require.Equal(w.t, []core.Value{listed, known, backfilled, failed},
		[]core.Value{output["listed"], output["known"], output["backfilled"], output["failed"]}, "listed, known, backfilled, failed in %v", output)
	return output
}

// rows are what a query gives, each row as texts joined by a bar.
func (w *pddWorld) rows(query string, args ...any) []string {
	w.t.Helper()
	result, err := w.db.QueryContext(w.t.Context(), w.data.Marks(query), args...)
	require.NoError(w.t, err)
	defer func() { require.NoError(w.t, result.Close()) }()
	columns, err := result.Columns()
	require.NoError(w.t, err)
	var rows []string
	for result.Next() {
		values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.NoError(w.t, result.Scan(into...))
		texts := make([]string, len(columns))
		for i, v := range values {
			texts[i] = "NULL"
			if v.Valid {
				texts[i] = v.String
			}
		}
		rows = append(rows, strings.Join(texts, "|"))
	}
	require.NoError(w.t, result.Err())
	return rows
}
