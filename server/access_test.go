package server_test

import (
	"bytes"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server"
	"sluice/storage/bolt"
	"sluice/storage/mem"
)

func TestNobodyComesInWithoutASign(t *testing.T) {
	t.Parallel()
	a := serve(t)
	open := []string{"GET /healthz", "GET /readyz", "GET /api/v1/openapi.json", "POST /api/v1/session"}
	for path, operations := range documented(t).root["paths"].(map[string]any) {
		for method := range operations.(map[string]any) {
			call := strings.ToUpper(method) + " " + path
			concrete := strings.NewReplacer("{id}", "x", "{flow}", "x", "{trigger}", "x").Replace(path)
			for _, header := range []string{"", "Bearer wrong", "Basic " + token, "Bearer"} {
				got := a.call(strings.ToUpper(method), concrete, nil, "Authorization", header)
				if slices.Contains(open, call) {
					require.NotEqual(t, 401, got.StatusCode, call)
					continue
				}
				require.Equal(t, 401, got.StatusCode, call)
				require.Equal(t, "api.unauthorized", got.str("error", "code"))
				require.NotEmpty(t, got.Header.Get("WWW-Authenticate"))
			}
		}
	}
	require.NotContains(t, a.log.String(), token)
}

func TestSessions(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	a := serve(t, func(o *server.Options) { o.Now = func() time.Time { return now } })
	a.header = http.Header{}
	a.call("POST", "/api/v1/session", core.Object{"token": "wrong"}).refused(401, "api.unauthorized")
	a.call("POST", "/api/v1/session", core.Object{}).refused(401, "api.unauthorized")
	a.call("POST", "/api/v1/session", core.Object{"tokn": token}).refused(422, "api.body")

	opened := a.call("POST", "/api/v1/session", core.Object{"token": token}).ok(201)
	cookie := opened.Cookies()[0]
	require.True(t, cookie.HttpOnly)
	require.Equal(t, http.SameSiteStrictMode, cookie.SameSite)
	require.False(t, cookie.Secure, "not over plain HTTP, where the browser would drop it")
	csrf := opened.str("csrf")
	with := []string{"Cookie", cookie.Name + "=" + cookie.Value}

	a.call("GET", "/api/v1/flows", nil, with...).ok(200)
	require.Equal(t, csrf, a.call("GET", "/api/v1/session", nil, with...).ok(200).str("csrf"))
	put := func(header ...string) *answer {
		return a.call("PUT", "/api/v1/tables/t", core.Object{"a": 1}, append(with, header...)...)
	}
	put().refused(403, "api.csrf")
	put("X-CSRF-Token", "guess").refused(403, "api.csrf")
	put("X-CSRF-Token", csrf).ok(200)

	other := a.call("POST", "/api/v1/session", core.Object{"token": token}).ok(201)
	put("X-CSRF-Token", other.str("csrf")).refused(403, "api.csrf")

	a.call("DELETE", "/api/v1/session", nil, with...).refused(403, "api.csrf")
	a.call("DELETE", "/api/v1/session", nil, append(with, "X-CSRF-Token", csrf)...).ok(204)
	a.call("GET", "/api/v1/flows", nil, with...).refused(401, "api.unauthorized")

	with = []string{"Cookie", other.Cookies()[0].Name + "=" + other.Cookies()[0].Value}
	a.call("GET", "/api/v1/flows", nil, with...).ok(200)
	now = now.Add(12 * time.Hour)
	a.call("GET", "/api/v1/flows", nil, with...).refused(401, "api.unauthorized")
	require.NotContains(t, a.log.String(), cookie.Value)
	require.NotContains(t, a.log.String(), token)
}

func TestATokenNeedsNoCSRF(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.call("PUT", "/api/v1/tables/t", core.Object{"a": 1}).ok(200)
	require.Nil(t, a.call("GET", "/api/v1/session", nil).ok(200).at("csrf"))
	a.call("DELETE", "/api/v1/session", nil).ok(204)
}

func TestTheFirstTokenIsMadeOnceAndKeptAsAHash(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	store, err := bolt.Open(filepath.Join(dir, "data"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	fresh := func(o *server.Options) {
		o.AdminToken, o.Key, o.KeyFile = "", nil, filepath.Join(dir, "key")
	}
	a := serveOn(t, store, fresh)
	first := a.server.FirstToken()
	require.Len(t, first, 26)
	a.call("GET", "/api/v1/flows", nil, "Authorization", "Bearer "+first).ok(200)
	require.NotContains(t, a.log.String(), first)

	again := serveOn(t, store, fresh)
	require.Empty(t, again.server.FirstToken())
	again.call("GET", "/api/v1/flows", nil, "Authorization", "Bearer "+first).ok(200)

	set := serveOn(t, store, fresh, func(o *server.Options) { o.AdminToken = "another" })
	set.call("GET", "/api/v1/flows", nil, "Authorization", "Bearer another").ok(200)
	set.call("GET", "/api/v1/flows", nil, "Authorization", "Bearer "+first).refused(401, "api.unauthorized")
}

// From a browser, app.Test looks like 0.0.0.0; the real thing is in TestLoopbackLogin.
func TestLoopbackLoginIsForDemonstrations(t *testing.T) {
	t.Parallel()
	a := serve(t, func(o *server.Options) { o.LoopbackLogin = true })
	a.call("POST", "/api/v1/session", core.Object{}).refused(401, "api.unauthorized")
	base := listen(t, a)
	login := func(change func(*http.Request)) int {
		r, err := http.NewRequestWithContext(t.Context(), "POST", base+"/api/v1/session", strings.NewReader("{}"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		change(r)
		response, err := client.Do(r)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	require.Equal(t, 201, login(func(*http.Request) {}))
	require.Equal(t, 401, login(func(r *http.Request) { r.Host = "rebound.example" }), "somebody's page whose name leads here")
	require.Equal(t, 401, login(func(r *http.Request) { r.Header.Set("X-Forwarded-For", "10.1.2.3") }), "behind a proxy")

	plain := serve(t)
	response, err := client.Post(listen(t, plain)+"/api/v1/session", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 401, response.StatusCode)
}

func TestAKeyIsNeededAndHasToFit(t *testing.T) {
	t.Parallel()
	_, err := server.New(server.Options{})
	require.ErrorContains(t, err, "Key")

	store := mem.New()
	a := serveOn(t, store)
	a.call("PUT", "/api/v1/connections/erp", core.Object{"type": "webhook", "secrets": core.Object{"secret": "whsec"}}).ok(200)
	_, err = server.New(server.Options{Store: server.Observe(store), Key: bytes.Repeat([]byte{8}, 32), Connections: a.set})
	require.ErrorContains(t, err, "another key")
}
