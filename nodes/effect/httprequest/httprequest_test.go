package httprequest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/effect/httprequest"
	"sluice/nodes/nodetest"
)

// serve is a server and a connection erp to it.
func serve(t *testing.T, handler http.HandlerFunc) (*connect.Set, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	set := effecttest.Connections(t)
	effecttest.Define(t, set, `{"id": "erp", "type": "http", "config": {"baseUrl": %q}}`, server.URL)
	return set, server
}

func reply(w http.ResponseWriter, status int, contentType, text string) {
	w.Header()["Date"] = nil
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}

// erp is the service that the examples speak to.
func erp(w http.ResponseWriter, r *http.Request) {
	switch r.Method + " " + r.URL.Path {
	case "GET /orders/6917000000000000001":
		reply(w, 200, "application/json", `{"id":6917000000000000001,"amount":389.70,"paid":true}`)
	case "POST /tickets":
		body, _ := io.ReadAll(r.Body)
		v, _ := value.Decode(body)
		ticket := v.(core.Object)
		if ticket["title"] == nil {
			reply(w, 422, "application/json", `{"code":"request.invalid"}`)
			return
		}
		text, _ := value.Encode(core.Object{"id": "T1", "order_id": ticket["order_id"], "from": r.Header.Get("X-Source")})
		reply(w, 201, "application/json", string(text))
	case "GET /orders/unknown":
		reply(w, 404, "text/plain", "not found")
	case "GET /echo":
		reply(w, 200, "application/json", `{"query":`+strconv.Quote(r.URL.RawQuery)+`}`)
	case "GET /page":
		reply(w, 200, "text/html", "<html>busy</html>")
	case "GET /export":
		_, _ = w.Write(make([]byte, 1<<20+1))
	case "GET /slow":
		<-r.Context().Done()
	default:
		http.NotFound(w, r)
	}
}

func TestExamples(t *testing.T) {
	t.Parallel()
	effecttest.Examples(t, func(t *testing.T) nodes.Spec {
		set, server := serve(t, erp)
		effecttest.Define(t, set, `{"id": "slow-erp", "type": "http", "config": {"baseUrl": %q, "timeout": "50ms"}}`, server.URL)
		effecttest.Define(t, set, `{"id": "old-erp", "type": "http", "config": {"baseUrl": %q}}`, closedAddress(t))
		effecttest.Define(t, set, `{"id": "orders", "type": "sqlite", "config": {"path": "orders.db"}}`)
		spec := httprequest.Spec(set)
		run := spec.Run
		spec.Run = func(ctx context.Context, call nodes.Call) (core.Value, *core.Failure) {
			args := call.Args.(core.Object)
			if address, ok := args["url"].(string); ok {
				args["url"] = strings.Replace(address, "https://erp.example.com", server.URL, 1)
			}
			return run(ctx, call)
		}
		return spec
	})
}

func closedAddress(t *testing.T) string {
	t.Helper()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	return "http://" + closed.Addr().String()
}

func TestConfigIsAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	effecttest.Config(t, httprequest.Spec(nil), httprequest.Defaults())
}

func TestEffect(t *testing.T) {
	t.Parallel()
	of := httprequest.Spec(nil).EffectOf
	for method, want := range map[string]nodes.Effect{
		"GET": nodes.Read, "HEAD": nodes.Read, "POST": nodes.Write, "OPTIONS": nodes.Write, "get": nodes.Write,
		"{{ vars.method }}": nodes.Write,
	} {
		require.Equal(t, want, of(core.Object{"method": method}), method)
	}
	require.Equal(t, nodes.Read, of(core.Object{}), "GET is the default")
	require.Equal(t, nodes.Write, of(core.Object{"method": nil}))
}

func TestWhatExcludesEachOtherIsFound(t *testing.T) {
	t.Parallel()
	for config, want := range map[string]string{
		`{}`:                                 "config.one_of ",
		`{"path": "/a"}`:                     "config.one_of ",
		`{"url": "https://a", "path": "/a"}`: "config.exclusive ",
		`{"connection": "erp", "body": 1, "text": "x"}`:                                      "config.exclusive ",
		`{"connection": "{{ vars.c }}"}`:                                                     "config.literal /connection",
		`{"connection": "erp", "method": "get"}`:                                             "config.enum /method",
		`{"connection": "erp", "okStatus": "2x"}`:                                            "config.pattern /okStatus",
		`{"connection": "erp", "headers": {"X-A": 1}}`:                                       "config.type /headers/X-A",
		`{"connection": "erp", "maxBytes": "{{ 1 }}", "method": "{{ vars.m }}", "form": {}}`: "",
	} {
		v, err := value.DecodeString(config)
		require.NoError(t, err)
		spec := httprequest.Spec(nil)
		got := ""
		for _, f := range nodetest.Findings(t, &spec, v.(core.Object)) {
			_, at, _ := strings.Cut(f.Pointer, "/config")
			got += f.Code + " " + at
		}
		require.Equal(t, want, got, config)
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	type sent struct{ method, contentType, body string }
	var last sent
	set, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		last = sent{r.Method, r.Header.Get("Content-Type"), string(body)}
		w.WriteHeader(http.StatusNoContent)
	})
	scope := &nodetest.Scope{VarValues: core.Object{"id": 6917000000000000001, "fee": mustParse(t, "12345678901234567890.10"), "none": nil}}
	for _, c := range []struct {
		config string
		want   sent
	}{
		{`"method": "POST", "body": {"id": "{{ vars.id }}", "fee": "{{ vars.fee }}", "at": null}`,
			sent{"POST", "application/json", `{"at":null,"fee":12345678901234567890.1,"id":6917000000000000001}`}},
		{`"method": "PUT", "body": [1, "{{ vars.id }}"]`, sent{"PUT", "application/json", `[1,6917000000000000001]`}},
		{`"method": "POST", "body": "{{ vars.none }}"`, sent{"POST", "", ""}},
		{`"method": "POST", "form": {"id": "{{ vars.id }}", "tags": ["a", "b&c"], "none": null, "o": {"x": 1}}`,
			sent{"POST", "application/x-www-form-urlencoded", "id=6917000000000000001&o=%7B%22x%22%3A1%7D&tags=a&tags=b%26c"}},
		{`"method": "PATCH", "text": "{{ vars.id }}", "headers": {"content-type": "text/csv"}`, sent{"PATCH", "text/csv", "6917000000000000001"}},
		{`"method": "{{ 'delete' }}"`, sent{"DELETE", "", ""}},
	} {
		got, failure := effecttest.Run(t.Context(), t, httprequest.Spec(set), `{"connection": "erp", `+c.config+`}`, scope)
		require.Nil(t, failure, c.config)
		require.Equal(t, c.want, last)
		require.Equal(t, 204, got.(core.Object)["status"])
		require.Nil(t, got.(core.Object)["body"])
	}
}

func mustParse(t *testing.T, number string) core.Value {
	t.Helper()
	v, err := value.ParseNumber(number)
	require.NoError(t, err)
	return v
}

func TestBytesAndInvalidArguments(t *testing.T) {
	t.Parallel()
	set, _ := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte{0, 0xff}) })
	got, failure := effecttest.Run(t.Context(), t, httprequest.Spec(set), `{"connection": "erp", "response": "bytes"}`, nil)
	require.Nil(t, failure)
	require.Equal(t, "AP8=", got.(core.Object)["body"])
	scope := &nodetest.Scope{VarValues: core.Object{"bad": core.List{}, "zero": 0, "word": "xml"}}
	for _, name := range []string{
		`"maxBytes": "{{ vars.zero }}"`, `"maxBytes": "{{ vars.word }}"`, `"response": "{{ vars.word }}"`, `"okStatus": "{{ vars.word }}"`,
		`"path": "{{ vars.bad }}"`, `"headers": {"X-A": "{{ vars.bad }}"}`, `"query": "{{ vars.bad }}"`, `"text": "{{ vars.none }}"`,
	} {
		_, failure := effecttest.Run(t.Context(), t, httprequest.Spec(set), `{"connection": "erp", `+name+`}`, scope)
		require.NotNil(t, failure, name)
		require.Equal(t, "config.invalid", failure.Code)
		require.True(t, failure.Permanent)
		require.Contains(t, name, failure.Details.(core.Object)["pointer"].(string)[1:4])
	}
}

func TestEveryTrySendsTheSameKey(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var keys []string
	set, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		keys = append(keys, r.Header.Get("Idempotency-Key"))
		if len(keys) < 3 {
			w.WriteHeader(http.StatusBadGateway)
		}
	})
	spec := httprequest.Spec(set)
	call := effecttest.Call(t, spec, `{"connection": "erp", "method": "POST", "body": {}}`, nil)
	for attempt := 1; attempt <= 3; attempt++ {
		call.Attempt = attempt
		_, failure := spec.Run(t.Context(), call)
		require.Equal(t, attempt < 3, failure != nil)
		if failure != nil {
			require.Equal(t, 502, failure.Status)
			require.True(t, failure.Unknown && !failure.Permanent, "it may have been done, and may be tried again")
		}
	}
	require.Equal(t, []string{effecttest.Key, effecttest.Key, effecttest.Key}, keys)
	_, failure := effecttest.Run(t.Context(), t, spec, `{"connection": "erp", "headers": {"idempotency-key": "mine"}}`, nil)
	require.Nil(t, failure)
	require.Equal(t, "mine", keys[3])
}

// It is not parallel: it measures what this process allocates.
func TestAHugeAnswerIsGivenUp(t *testing.T) {
	const huge, bound = 100 << 20, 1 << 20
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	chunk := bytes.Repeat([]byte("1"), 1<<16)
	for range huge / len(chunk) {
		_, err := zip.Write(chunk)
		require.NoError(t, err)
	}
	require.NoError(t, zip.Close())
	var sent atomic.Int64
	gone := make(chan struct{}, 1)
	set, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/packed" {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(packed.Bytes())
			return
		}
		for range huge / len(chunk) {
			n, err := w.Write(chunk)
			if sent.Add(int64(n)); err != nil {
				break
			}
		}
		gone <- struct{}{}
	})
	spec := httprequest.Spec(set)
	for _, path := range []string{"/plain", "/packed"} {
		call := effecttest.Call(t, spec, `{"connection": "erp", "maxBytes": 1048576, "path": "`+path+`"}`, nil)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, failure := spec.Run(t.Context(), call)
		runtime.ReadMemStats(&after)
		require.Equal(t, "http.too_large", failure.Code)
		require.True(t, failure.Permanent)
		require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16*bound), path)
	}
	<-gone
	require.Less(t, sent.Load(), int64(huge/2), "the rest is not waited for")
}

func TestCancelledMidway(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{}, 1)
	set, _ := serve(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"half": `)
		_ = http.NewResponseController(w).Flush()
		arrived <- struct{}{}
		<-r.Context().Done()
	})
	spec := httprequest.Spec(set)
	for method, unknown := range map[string]bool{"GET": false, "POST": true} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() { <-arrived; cancel() }()
		_, failure := effecttest.Run(ctx, t, spec, `{"connection": "erp", "method": "`+method+`"}`, nil)
		require.Equal(t, "http.cancelled", failure.Code)
		require.Equal(t, unknown, failure.Unknown)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, failure := effecttest.Run(ctx, t, spec, `{"connection": "erp"}`, nil)
	require.Equal(t, "http.timeout", failure.Code)
}

func TestNoSecretInAFailure(t *testing.T) {
	t.Parallel()
	set, server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, "you sent "+r.Header.Get("Authorization"))
	})
	effecttest.Define(t, set, `{"id": "safe", "type": "http", "config": {"baseUrl": %q, "auth": {"type": "bearer"}}, "secrets": {"token": "hunter2-token"}}`, server.URL)
	_, failure := effecttest.Run(t.Context(), t, httprequest.Spec(set), `{"connection": "safe", "path": "/x"}`, nil)
	require.Equal(t, "http.status", failure.Code)
	require.Equal(t, "you sent Bearer ***", failure.Body)
}
