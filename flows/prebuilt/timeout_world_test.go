package prebuilt_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
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
	"sluice/engine/value"
	"sluice/examples/shop"
	"sluice/flows"
	"sluice/flows/prebuilt"
	"sluice/internal/library"
	"sluice/storage/bolt"
)

// office is what the flows about cancelled and returned orders meet: a shop behind a front, and an engine that knows
// several flows with the tables they read.
type office struct {
	*world
	plans map[string]*flows.Flow

	mu sync.Mutex
	// before is called with each request before the shop sees it.
	before func(*http.Request)
}

// payKeys are the keys of the WeChat Pay merchant, which take long to make.
var payKeys = sync.OnceValues(func() (shop.WeChatPayCredentials, error) {
	s, err := shop.New(shop.Options{Seed: 1})
	if err != nil {
		return shop.WeChatPayCredentials{}, err
	}
	return s.Credentials().WeChatPay, nil
})

// newOffice makes one; edit changes each document.
func newOffice(t *testing.T, kind string, edit func(document []byte) []byte, ids ...string) *office {
	t.Helper()
	w := &office{world: &world{t: t}, plans: map[string]*flows.Flow{}}
	pay, err := payKeys()
	require.NoError(t, err)
	w.shop, err = shop.Start(shop.Options{Seed: 1, Credentials: shop.Credentials{WeChatPay: pay}})
	require.NoError(t, err)
	t.Cleanup(w.shop.Close)
	front := httptest.NewServer(w.front())
	t.Cleanup(front.Close)
	w.tables(kind)
	w.store, err = bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	registry := registryOf(t, w.connect(front.URL, pay))
	w.library = library.New(w.store, registry)
	for _, id := range ids {
		document, err := prebuilt.Document(id)
		require.NoError(t, err)
		parsed, findings := flows.Parse(edit(document))
		require.Empty(t, findings)
		flow, findings := flows.Compile(parsed, flows.Options{Registry: registry, Version: 1, Tables: tables(t)})
		require.Empty(t, findings)
		require.NoError(t, w.library.Keep(flow))
		w.plans[id] = flow
	}
	w.engine, err = embedded.Open(embedded.Options{Store: w.store, Plans: w.library.Plan, Registry: registry, Published: w.published})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.engine.Close(context.WithoutCancel(t.Context()))) })
	return w
}

// tables are the shared tables that ship with the flows.
func tables(t *testing.T) map[string]core.Value {
	t.Helper()
	all := map[string]core.Value{}
	for id, text := range prebuilt.Tables() {
		all[id] = decoded(t, text)
	}
	return all
}

func decoded(t *testing.T, text []byte) core.Value {
	t.Helper()
	v, err := value.Decode(text)
	require.NoError(t, err)
	return v
}

// plain is a value as it comes back from JSON.
func plain(t *testing.T, v core.Value) core.Value {
	t.Helper()
	text, err := value.Encode(v)
	require.NoError(t, err)
	return decoded(t, text)
}

func (w *office) published(flow string) (string, error) {
	if f := w.plans[flow]; f != nil {
		return f.Plan.Hash, nil
	}
	return "", fmt.Errorf("there is no flow %s", flow)
}

func (w *office) connect(address string, pay shop.WeChatPayCredentials) *connect.Set {
	w.t.Helper()
	text, err := json.Marshal(map[string]any{"connections": []any{
		w.data.Definition(w.t, "orders"),
		map[string]any{"id": "wechatpay", "type": "http",
			"config": map[string]any{"baseUrl": address, "signer": map[string]any{
				"type": "wechatpay", "mchid": pay.MchID, "serialNo": pay.MerchantSerial, "platformKeyId": pay.PlatformSerial, "platformKey": pay.PlatformPublicKey}},
			"secrets": map[string]any{"privateKey": pay.MerchantPrivateKey}},
		map[string]any{"id": "wms", "type": "http", "config": map[string]any{"baseUrl": address + "/wms", "auth": map[string]any{"type": "bearer"}},
			"secrets": map[string]any{"token": "demo-wms-token"}},
		map[string]any{"id": "ops-robot", "type": "wecom", "config": map[string]any{"baseUrl": address},
			"secrets": map[string]any{"key": "00000000-demo-4000-8000-wecom0000001"}, "limits": map[string]any{"rate": "1000/s"}},
		map[string]any{"id": "storefront", "type": "webhook", "secrets": map[string]any{"secret": "demo-storefront-secret"}},
	}})
	require.NoError(w.t, err)
	file, findings := connect.ParseFile(text, os.LookupEnv)
	require.Empty(w.t, findings)
	set := connect.NewSet(connect.Options{})
	w.t.Cleanup(func() { require.NoError(w.t, set.Close()) })
	for _, d := range file.Connections {
		require.NoError(w.t, set.Put(d))
	}
	return set
}

// front passes everything on to the shop, each request once; where the shop hangs up, so does the front.
func (w *office) front() http.Handler {
	target, err := url.Parse(w.shop.URL)
	require.NoError(w.t, err)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{DisableKeepAlives: true}
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		before := w.before
		w.mu.Unlock()
		if before != nil {
			before(r)
		}
		proxy.ServeHTTP(rw, r)
	})
}

// intercept sets what is called before each request from now on.
func (w *office) intercept(before func(*http.Request)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.before = before
}

// call runs a flow with a body.
func (w *office) call(flow string, body core.Value) *core.End {
	w.t.Helper()
	body = plain(w.t, body)
	failure := w.plans[flow].Input(body)
	require.Nil(w.t, failure, "the flow takes this input")
	return w.start(flow, core.Object{"type": "call", "at": time.Now().UTC().Format(time.RFC3339Nano), "body": body})
}

func (w *office) start(flow string, trigger core.Object) *core.End {
	w.t.Helper()
	id, err := w.engine.Start(w.t.Context(), engine.StartRequest{Plan: w.plans[flow].Plan.Hash, Trigger: trigger})
	require.NoError(w.t, err)
	end, err := w.engine.Wait(w.t.Context(), id)
	require.NoError(w.t, err)
	return end
}

// output is what a run that succeeded gives.
func (w *office) output(end *core.End) core.Object {
	w.t.Helper()
	require.Equal(w.t, core.Succeeded, end.Status, "%v", end.Failure)
	output, ok := plain(w.t, end.Output).(core.Object)
	require.True(w.t, ok)
	return output
}

// table is what a query gives, each row as texts joined by a bar.
func (w *office) table(query string, args ...any) []string {
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

// customerMessages are what buyers were told, oldest first.
func (w *office) customerMessages() []string {
	var texts []string
	for _, m := range w.shop.Warehouse().Messages {
		texts = append(texts, m.Text)
	}
	return texts
}
