package connect_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/httpclient"
	"sluice/connect/robot"
	"sluice/connect/sqldb"
	"sluice/engine/core"
)

func env(name string) (string, bool) {
	text, ok := map[string]string{"TOKEN": "env-token-1", "EMPTY": ""}[name]
	return text, ok
}

func TestParseFile(t *testing.T) {
	t.Parallel()
	file, findings := connect.ParseFile([]byte(`{"connections": [
		{"id": "erp", "type": "http", "config": {"baseUrl": "https://erp.example.com/v1", "headers": {"X-A": "1"}, "timeout": "2800ms",
			"auth": {"type": "bearer"}}, "secrets": {"token": {"env": "TOKEN"}}},
		{"id": "orders", "type": "sqlite", "config": {"path": "orders.db", "readOnly": true}},
		{"id": "ops", "type": "wecom", "secrets": {"key": "0f1e2d3c-aaaa"}},
		{"id": "ding", "type": "dingtalk", "config": {"baseUrl": "http://localhost:1"}, "secrets": {"token": "t", "secret": "SEC1"}},
		{"id": "lark", "type": "feishu", "secrets": {"url": "https://open.larksuite.com/open-apis/bot/v2/hook/0f1e2d3c"}},
		{"id": "hook", "type": "webhook", "secrets": {"secret": "whsec_AAAA"}},
		{"id": "dy", "type": "http", "config": {"baseUrl": "https://openapi-fxg.jinritemai.com",
			"signer": {"type": "douyin", "appKey": "7"}}, "secrets": {"appSecret": "s", "accessToken": "a"}}
	]}`), env)
	require.Empty(t, findings)
	require.Len(t, file.Connections, 7)
	require.Equal(t, "env-token-1", file.Connections[0].Secrets["token"].Reveal())
	require.Equal(t, "2800ms", file.Connections[0].Config["timeout"])
}

func TestFindings(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document string
		want     []string
	}{
		"not JSON":    {`{"connections": [}`, []string{" connection.json"}},
		"not a file":  {`[]`, []string{" connection.bad_value"}},
		"no list":     {`{}`, []string{"/connections connection.required"}},
		"a stranger":  {`{"conections": [], "connections": []}`, []string{"/conections connection.unknown_key"}},
		"not objects": {`{"connections": [1, {"id": "a", "type": "sqlite", "config": 1}]}`, []string{"/connections/0 connection.bad_value", "/connections/1/config connection.bad_value"}},
		"twice": {`{"connections": [{"id": "a", "type": "webhook"}, {"id": "a", "id": "a", "type": "webhook"}]}`,
			[]string{"/connections/1/id connection.duplicate_key", "/connections/1/id connection.duplicate_id"}},
		"everything at once": {`{"connections": [
			{"id": "A", "type": "htp"},
			{"id": "b", "type": "http", "config": {"baseurl": "x", "timeout": "soon", "headers": {"a": 1}, "proxy": "ftp://x",
				"auth": {"type": "basik"}, "tls": {"ca": "no", "x": 1}, "signer": {"type": "pdd", "appKey": "1"}}, "extra": 1},
			{"id": "c", "type": "sqlite", "config": {"path": 1, "readOnly": "yes"}, "secrets": {"password": "x"}},
			{"id": "d", "type": "http", "config": {"baseUrl": "https://u:p@x", "auth": {"type": "bearer", "user": "u"}},
				"secrets": {"token": {"env": "MISSING"}}},
			{"id": "e", "type": "http", "config": {"baseUrl": "https://x", "auth": {"type": "header", "header": ""}},
				"secrets": {"token": {"envv": "x"}}},
			{"id": "f", "type": "wecom"},
			{"id": "g", "type": "feishu", "secrets": {"token": "", "url": 5}}
		]}`, []string{
			"/connections/0/id connection.bad_id",
			"/connections/0/type connection.unknown_type",
			"/connections/1/config/baseUrl connection.required",
			"/connections/1/config/baseurl connection.unknown_key",
			"/connections/1/config/timeout connection.bad_value",
			"/connections/1/config/headers/a connection.bad_value",
			"/connections/1/config/proxy connection.bad_value",
			"/connections/1/config/auth/type connection.bad_value",
			"/connections/1/config/tls/x connection.unknown_key",
			"/connections/1/config/signer/clientId connection.required",
			"/connections/1/config/signer/appKey connection.unknown_key",
			"/connections/1/extra connection.unknown_key",
			"/connections/1/secrets/clientSecret connection.required",
			"/connections/2/config/path connection.bad_value",
			"/connections/2/config/readOnly connection.bad_value",
			"/connections/2/secrets/password connection.unknown_key",
			"/connections/3/config/baseUrl connection.bad_value",
			"/connections/3/config/auth/user connection.unknown_key",
			"/connections/3/secrets/token connection.env_missing",
			"/connections/4/config/auth/header connection.bad_value",
			"/connections/4/secrets/token connection.bad_value",
			"/connections/4/secrets/token/envv connection.unknown_key",
			"/connections/5/secrets/key connection.bad_value",
			"/connections/6/secrets/token connection.bad_value",
			"/connections/6/secrets/url connection.bad_value",
		}},
		"only opening finds": {`{"connections": [
			{"id": "a", "type": "http", "config": {"baseUrl": "https://x", "tls": {"ca": "no"}}},
			{"id": "b", "type": "http", "config": {"baseUrl": "https://x", "signer": {"type": "wechatpay", "mchid": "1", "serialNo": "2"}}, "secrets": {"privateKey": "x"}},
			{"id": "c", "type": "sqlite", "config": {"path": ":memory:"}},
			{"id": "d", "type": "dingtalk", "secrets": {"token": "x", "url": "https://x"}},
			{"id": "e", "type": "dingtalk", "secrets": {"url": "nowhere"}},
			{"id": "f", "type": "dingtalk", "config": {"baseUrl": "https://x"}, "secrets": {"url": "https://x"}}
		]}`, []string{
			"/connections/0/config/tls/ca connection.bad_value",
			"/connections/1/secrets/privateKey connection.bad_value",
			"/connections/2/config/path connection.bad_value",
			"/connections/3/secrets/token connection.bad_value",
			"/connections/4/secrets/url connection.bad_value",
			"/connections/5/config/baseUrl connection.bad_value",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			file, findings := connect.ParseFile([]byte(c.document), env)
			require.Empty(t, file.Connections)
			got := make([]string, len(findings))
			for i, f := range findings {
				got[i] = f.Path + " " + f.Code
				require.NotEmpty(t, f.Message)
			}
			want := slices.Clone(c.want)
			// Several findings at one place have no order of their own.
			slices.Sort(want)
			slices.Sort(got)
			require.Equal(t, want, got)
		})
	}
}

func TestHintsAndOrder(t *testing.T) {
	t.Parallel()
	_, findings := connect.ParseFile([]byte(`{"connections": [
		{"id": "a", "type": "sqlite", "config": {"paht": "x"}}, {"id": "b", "type": "wecomm"}, {"id": "c", "type": "http", "config": {"baseUrl": "https://x", "auth": {"type": "bearer"}}, "secrets": {"token": {"env": "NO_SUCH"}}}]}`), env)
	messages := make([]string, len(findings))
	for i, f := range findings {
		messages[i] = f.Message
	}
	require.Equal(t, []string{
		"path is missing", "the key paht is not known here; did you mean path?",
		"there is no connection type wecomm; did you mean wecom?", "the environment variable NO_SUCH is not set",
	}, messages)
}

func TestParseDefinition(t *testing.T) {
	t.Parallel()
	d, findings := connect.ParseDefinition([]byte(`{"id": "w", "type": "wecom", "secrets": {"key": "abc"}}`), nil)
	require.Empty(t, findings)
	require.Equal(t, "abc", d.Secrets["key"].Reveal())
	_, findings = connect.ParseDefinition([]byte(`{"id": "w", "type": "wecom", "secrets": {"key": {"env": "TOKEN"}}}`), nil)
	require.Equal(t, "connection.env_refused", findings[0].Code)
	require.Equal(t, "/secrets/key", findings[0].Path)
}

// define parses one connection and puts it into the set.
func define(t *testing.T, set *connect.Set, document string, args ...any) {
	t.Helper()
	d, findings := connect.ParseDefinition(fmt.Appendf(nil, document, args...), env)
	require.Empty(t, findings)
	require.NoError(t, set.Put(d))
}

func newSet(t *testing.T) *connect.Set {
	t.Helper()
	set := connect.NewSet(connect.Options{Now: func() time.Time { return time.Unix(1700000000, 0) }, Nonce: func() string { return "nonce" }})
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	return set
}

func TestSet(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	path := filepath.Join(t.TempDir(), "a.db")
	define(t, set, `{"id": "db", "type": "sqlite", "config": {"path": %q}}`, path)
	define(t, set, `{"id": "hook", "type": "webhook", "secrets": {"secret": "whsec_AAAA"}}`)

	db, failure := set.SQL("db")
	require.Nil(t, failure)
	again, failure := set.SQL("db")
	require.Nil(t, failure)
	require.Same(t, db, again)
	require.Nil(t, db.Ping(t.Context()))

	_, failure = set.HTTP("nope")
	require.Equal(t, "connection.unknown", failure.Code)
	for _, f := range []func() *core.Failure{
		func() *core.Failure { _, f := set.HTTP("db"); return f },
		func() *core.Failure { _, f := set.Messenger("db"); return f },
		func() *core.Failure { _, f := set.SQL("hook"); return f },
		func() *core.Failure { _, f := set.Messenger("hook"); return f },
	} {
		failure := f()
		require.Equal(t, "connection.type", failure.Code)
		require.True(t, failure.Permanent)
	}
	text, failure := set.Secret("hook", "secret")
	require.Nil(t, failure)
	require.Equal(t, "whsec_AAAA", text.Reveal())
	_, failure = set.Secret("hook", "token")
	require.Equal(t, "connection.secret", failure.Code)

	// The same definition keeps the handle, another one replaces it and closes the old one.
	define(t, set, `{"type": "sqlite", "id": "db", "config": {"path": %q}}`, path)
	again, _ = set.SQL("db")
	require.Same(t, db, again)
	define(t, set, `{"id": "db", "type": "sqlite", "config": {"path": %q, "readOnly": true}}`, path)
	again, _ = set.SQL("db")
	require.NotSame(t, db, again)
	failure = db.Ping(t.Context())
	require.Equal(t, "db.unavailable", failure.Code)
	require.False(t, failure.Permanent)
	require.Nil(t, again.Ping(t.Context()))

	require.NoError(t, set.Remove("db"))
	require.NoError(t, set.Remove("db"))
	_, failure = set.SQL("db")
	require.Equal(t, "connection.unknown", failure.Code)
	require.NoError(t, set.Close())
	_, failure = set.SQL("hook")
	require.Equal(t, "connection.closed", failure.Code)
}

func TestSetIsShared(t *testing.T) {
	t.Parallel()
	set := newSet(t)
	path := filepath.Join(t.TempDir(), "a.db")
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			d, _ := connect.ParseDefinition(fmt.Appendf(nil, `{"id": "db", "type": "sqlite", "config": {"path": %q, "readOnly": %v}}`, path, i%2 == 0), nil)
			_ = set.Put(d)
			if _, failure := set.SQL("db"); failure != nil {
				t.Error(failure)
			}
			set.MaskText("x")
		})
	}
	wait.Wait()
	db, failure := set.SQL("db")
	require.Nil(t, failure)
	require.IsType(t, &sqldb.DB{}, db)
}

func TestSecretsShowNowhere(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprintf(w, `{"you sent": %q, "to": %q}`, r.Header.Get("Authorization"), r.RequestURI)
	}))
	t.Cleanup(server.Close)
	set := newSet(t)
	const password, key = "p@ss w0rd/+", "0f1e2d3c-aaaa-bbbb"
	define(t, set, `{"id": "erp", "type": "http", "config": {"baseUrl": %q, "auth": {"type": "basic", "user": "u"}}, "secrets": {"password": %q}}`, server.URL, password)
	define(t, set, `{"id": "ops", "type": "wecom", "config": {"baseUrl": %q}, "secrets": {"key": %q}}`, server.URL, key)
	define(t, set, `{"id": "lark", "type": "feishu", "secrets": {"url": %q}}`, server.URL+"/open-apis/bot/v2/hook/"+key)

	client, failure := set.HTTP("erp")
	require.Nil(t, failure)
	var shown bytes.Buffer
	_, failure = client.Do(t.Context(), httpclient.Request{Path: "/x"})
	require.Equal(t, core.Object{"you sent": "Basic ***", "to": "/x"}, failure.Body)
	for _, id := range []string{"ops", "lark"} {
		r, failure := set.Messenger(id)
		require.Nil(t, failure)
		_, failure = r.Send(t.Context(), robot.Message{Text: "x"})
		require.Equal(t, "push.rejected", failure.Code)
		fmt.Fprintf(&shown, "%+v %#v %v", failure, failure, failure.Error())
	}
	d, _ := connect.ParseDefinition([]byte(`{"id": "erp", "type": "http", "config": {"baseUrl": "https://x", "auth": {"type": "basic", "user": "u"}}, "secrets": {"password": "`+password+`"}}`), nil)
	fmt.Fprintf(&shown, "%v %+v %#v", d, d, d)
	data, err := json.Marshal(d)
	require.NoError(t, err)
	shown.Write(data)
	slog.New(slog.NewJSONHandler(&shown, nil)).Info("put", "definition", d, "error", failure)
	require.NotContains(t, shown.String(), password)
	require.NotContains(t, shown.String(), key)

	address := server.URL + "/open-apis/bot/v2/hook/" + key
	masked := set.Mask(core.Object{
		"basic": "Basic " + base64.StdEncoding.EncodeToString([]byte("u:"+password)),
		"query": "/cgi-bin/webhook/send?key=" + url.QueryEscape(key), "list": core.List{password, 1, address},
		"error": (&url.Error{Op: "Post", URL: address, Err: io.EOF}).Error(),
	})
	data, err = json.Marshal(masked)
	require.NoError(t, err)
	require.NotContains(t, string(data), key)
	require.NotContains(t, string(data), "w0rd")
	require.Equal(t, "say ***", set.MaskText("say "+password))
}

func TestSignersOverTheWire(t *testing.T) {
	t.Parallel()
	var last *http.Request
	var body []byte
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		last = r
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, `{"code": 10000, "data": {}}`)
	}))
	t.Cleanup(server.Close)
	set := newSet(t)
	define(t, set, `{"id": "dy", "type": "http", "config": {"baseUrl": %q, "signer": {"type": "douyin", "appKey": "7000000000000000001"}},
		"secrets": {"appSecret": "demo-app-secret", "accessToken": "a"}}`, server.URL+"/gateway")
	define(t, set, `{"id": "pdd", "type": "http", "config": {"baseUrl": %q, "signer": {"type": "pdd", "clientId": "c"}},
		"secrets": {"clientSecret": "demo_secret_0001"}}`, server.URL+"/api/router")
	client, failure := set.HTTP("dy")
	require.Nil(t, failure)
	_, failure = client.Do(t.Context(), httpclient.Request{Method: "POST", Path: "/order/searchList", Body: httpclient.JSON{Value: core.Object{
		"create_time_end": 1700003600, "create_time_start": 1700000000, "order_asc": false, "order_by": "create_time", "page": 0, "size": 100,
	}}})
	require.Nil(t, failure)
	require.Equal(t, "/gateway/order/searchList", last.URL.Path)
	require.Equal(t, "e61cef5b40fd02ef3a682c8c92616b3c6290660cde91797623ecce4f4b2ad7be", last.URL.Query().Get("sign"))
	client, failure = set.HTTP("pdd")
	require.Nil(t, failure)
	_, failure = client.Do(t.Context(), httpclient.Request{Query: core.Object{"type": "pdd.order.status.get", "order_sns": "1,2"}})
	require.Nil(t, failure)
	require.Equal(t, "POST", last.Method)
	require.Equal(t, "/api/router", last.RequestURI)
	form, err := url.ParseQuery(string(body))
	require.NoError(t, err)
	require.Equal(t, []string{"client_id", "data_type", "order_sns", "sign", "timestamp", "type", "version"}, sortedKeys(form))
}

func sortedKeys(form url.Values) []string {
	keys := make([]string, 0, len(form))
	for key := range form {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func TestEveryTypeIsWholeInBothLanguages(t *testing.T) {
	t.Parallel()
	var check func(path string, fields []connect.Field)
	check = func(path string, fields []connect.Field) {
		seen := map[string]bool{}
		for _, f := range fields {
			at := path + "/" + f.Name
			require.NotEmpty(t, f.Title.EN, at)
			require.NotEmpty(t, f.Title.ZH, at)
			require.NotEmpty(t, f.Kind, at)
			require.False(t, seen[f.Name], at)
			seen[f.Name] = true
			check(at, f.Fields)
			for _, v := range f.Variants {
				require.NotEmpty(t, v.Title.ZH, at)
				check(at+"/"+v.Name, v.Fields)
				check(at+"/"+v.Name+"/secrets", v.Secrets)
			}
		}
	}
	for _, kind := range connect.Types() {
		require.True(t, kind.Title.EN != "" && kind.Title.ZH != "" && strings.HasSuffix(kind.Doc.EN, ".") && strings.HasSuffix(kind.Doc.ZH, "。"), kind.Name)
		check(kind.Name+"/config", kind.Config)
		check(kind.Name+"/secrets", kind.Secrets)
	}
}
