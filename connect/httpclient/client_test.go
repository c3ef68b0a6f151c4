package httpclient_test

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/httpclient"
	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/engine/core"
)

// serve starts a server and returns a client whose base address it is.
func serve(t *testing.T, config httpclient.Config, handler http.HandlerFunc) (*httpclient.Client, *httptest.Server) {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	base, err := url.Parse(server.URL + "/api")
	require.NoError(t, err)
	config.BaseURL = base
	client := httpclient.New(config)
	t.Cleanup(client.Close)
	return client, server
}

// echo answers what it was asked.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	headers := map[string]string{}
	for name := range r.Header {
		headers[name] = r.Header.Get(name)
	}
	w.Header().Add("X-Two", "a")
	w.Header().Add("X-Two", "b")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"method": r.Method, "uri": r.RequestURI, "body": string(body), "headers": headers, "n": json.Number("1234567890123456789"),
	})
}

func field(t *testing.T, v core.Value, path ...string) core.Value {
	t.Helper()
	for _, name := range path {
		o, ok := v.(core.Object)
		require.True(t, ok, "%v", v)
		v = o[name]
	}
	return v
}

func TestRequests(t *testing.T) {
	t.Parallel()
	client, server := serve(t, httpclient.Config{Headers: map[string]string{"X-Shop": "1", "X-Both": "c"}}, echo)
	for _, c := range []struct {
		request           httpclient.Request
		uri, body, header string
	}{
		{httpclient.Request{}, "/api", "", ""},
		{httpclient.Request{Path: "/orders/"}, "/api/orders/", "", ""},
		{httpclient.Request{Path: "orders/a%2Fb?x=1", Query: core.Object{"q": "订 单", "n": 12345678901234567, "l": core.List{"a", true}, "z": nil}},
			"/api/orders/a%2Fb?x=1&l=a&l=true&n=12345678901234567&q=%E8%AE%A2+%E5%8D%95", "", ""},
		{httpclient.Request{URL: server.URL + "/api/x?y=1"}, "/api/x?y=1", "", ""},
		{httpclient.Request{Method: "POST", Body: httpclient.JSON{Value: core.Object{"b": "<&>", "a": 1}}}, "/api", `{"a":1,"b":"<&>"}`, "application/json"},
		{httpclient.Request{Method: "post", Body: httpclient.JSON{}}, "/api", `null`, "application/json"},
		{httpclient.Request{Method: "PUT", Body: httpclient.Form{Fields: core.Object{"a": core.List{"x", "y"}, "b": 1.5}}}, "/api", "a=x&a=y&b=1.5", "application/x-www-form-urlencoded"},
		{httpclient.Request{Method: "POST", Body: httpclient.Text("<x/>"), Headers: map[string]string{"content-type": "text/xml"}}, "/api", "<x/>", "text/xml"},
		{httpclient.Request{Method: "DELETE"}, "/api", "", ""},
	} {
		c.request.Key = "run/t1"
		c.request.Headers = merge(c.request.Headers, map[string]string{"X-Both": "r"})
		response, failure := client.Do(t.Context(), c.request)
		require.Nil(t, failure)
		require.Equal(t, 200, response.Status)
		require.Equal(t, "a, b", response.Headers["x-two"])
		require.Equal(t, c.uri, field(t, response.Body, "uri"))
		require.Equal(t, c.body, field(t, response.Body, "body"))
		require.Equal(t, 1234567890123456789, field(t, response.Body, "n"))
		require.Equal(t, "run/t1", field(t, response.Body, "headers", "Idempotency-Key"))
		require.Equal(t, "1", field(t, response.Body, "headers", "X-Shop"))
		require.Equal(t, "r", field(t, response.Body, "headers", "X-Both"))
		if c.header != "" {
			require.Equal(t, c.header, field(t, response.Body, "headers", "Content-Type"))
		}
	}
}

func merge(a, b map[string]string) map[string]string {
	out := map[string]string{}
	for _, m := range []map[string]string{a, b} {
		maps.Copy(out, m)
	}
	return out
}

func TestFormats(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, httpclient.Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/none" {
			w.WriteHeader(http.StatusNoContent)
			return
		}
		_, _ = io.WriteString(w, "plain \xff")
	})
	text, failure := client.Do(t.Context(), httpclient.Request{Response: httpclient.FormatText})
	require.Nil(t, failure)
	require.Equal(t, "plain \uFFFD", text.Body)
	data, failure := client.Do(t.Context(), httpclient.Request{Response: httpclient.FormatBytes})
	require.Nil(t, failure)
	require.Equal(t, "cGxhaW4g/w==", data.Body)
	none, failure := client.Do(t.Context(), httpclient.Request{Path: "none"})
	require.Nil(t, failure)
	require.Nil(t, none.Body)
	_, failure = client.Do(t.Context(), httpclient.Request{})
	require.Equal(t, "http.bad_json", failure.Code)
	require.Equal(t, "plain \uFFFD", failure.Body)
}

func TestAddressesThatAreRefused(t *testing.T) {
	t.Parallel()
	var called atomic.Bool
	client, server := serve(t, httpclient.Config{}, func(http.ResponseWriter, *http.Request) { called.Store(true) })
	plain := httpclient.New(httpclient.Config{})
	for _, c := range []struct {
		client  *httpclient.Client
		request httpclient.Request
		code    string
	}{
		{client, httpclient.Request{Path: "../admin"}, "http.bad_url"},
		{client, httpclient.Request{Path: "a/%2e%2e/%2e%2e/admin"}, "http.bad_url"},
		{client, httpclient.Request{Path: "//evil.example/x"}, "http.bad_url"},
		{client, httpclient.Request{Path: "http://evil.example/x"}, "http.bad_url"},
		{client, httpclient.Request{URL: "http://evil.example/api/x"}, "http.bad_url"},
		{client, httpclient.Request{URL: server.URL + "/apix"}, "http.bad_url"},
		{client, httpclient.Request{URL: server.URL + "/api/../x"}, "http.bad_url"},
		{plain, httpclient.Request{Path: "/x"}, "http.bad_url"},
		{plain, httpclient.Request{URL: "ftp://x/"}, "http.bad_url"},
		{plain, httpclient.Request{URL: "http://user:pw@x/"}, "http.bad_url"},
		{plain, httpclient.Request{URL: server.URL, Headers: map[string]string{"X": "a\nb"}}, "http.bad_request"},
		{plain, httpclient.Request{URL: server.URL, Method: "A B"}, "http.bad_request"},
		{plain, httpclient.Request{URL: "http://169.254.169.254/latest/meta-data"}, "http.blocked"},
		{plain, httpclient.Request{URL: "http://[fe80::1%25lo]/"}, "http.blocked"},
		{plain, httpclient.Request{URL: "http://[::ffff:169.254.1.1]/"}, "http.blocked"},
		{plain, httpclient.Request{URL: "http://[64:ff9b::a9fe:a9fe]/"}, "http.blocked"},
		{plain, httpclient.Request{URL: "http://[fd00:ec2::254]/"}, "http.blocked"},
		{plain, httpclient.Request{URL: "http://100.100.100.200/"}, "http.blocked"},
		{plain, httpclient.Request{URL: "http://metadata.google.internal/"}, "http.blocked"},
		// Written so that only the address that is dialed shows it.
		{plain, httpclient.Request{URL: "http://2852039166/"}, "http.blocked"},
	} {
		c.request.Method = cmp.Or(c.request.Method, "POST")
		_, failure := c.client.Do(t.Context(), c.request)
		require.NotNil(t, failure, c.request)
		if c.request.URL == "http://2852039166/" && failure.Code == "http.dns" {
			continue // a resolver that does not take a number for an address
		}
		require.Equal(t, c.code, failure.Code, "%s %s", c.request.URL, failure.Message)
		require.True(t, failure.Permanent)
		require.False(t, failure.Unknown)
	}
	require.False(t, called.Load())
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	other := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(other.Close)
	var server *httptest.Server
	client, server := serve(t, httpclient.Config{}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/away":
			http.Redirect(w, r, other.URL, http.StatusFound)
		case "/api/meta":
			http.Redirect(w, r, "http://169.254.169.254/", http.StatusFound)
		case "/api/here":
			http.Redirect(w, r, "/api/there", http.StatusTemporaryRedirect)
		case "/api/loop":
			http.Redirect(w, r, "/api/loop", http.StatusFound)
		default:
			echo(w, r)
		}
	})
	plain := httpclient.New(httpclient.Config{})
	t.Cleanup(plain.Close)
	for _, c := range []struct {
		client *httpclient.Client
		method string
		url    string
		code   string
		status int
	}{
		{client, "GET", "/api/here", "", 0},
		{client, "POST", "/api/here", "http.status", 307},
		{client, "GET", "/api/away", "http.status", 302},
		{client, "GET", "/api/loop", "http.status", 302},
		{plain, "GET", "/api/away", "", 0},
		{plain, "GET", "/api/meta", "http.blocked", 0},
	} {
		_, failure := c.client.Do(t.Context(), httpclient.Request{Method: c.method, URL: server.URL + c.url})
		if c.code == "" {
			require.Nil(t, failure, c.url)
			continue
		}
		require.Equal(t, c.code, failure.Code, c.url)
		require.Equal(t, c.status, failure.Status)
	}
}

func TestStatusFailures(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, httpclient.Config{}, func(w http.ResponseWriter, r *http.Request) {
		var status int
		_, _ = fmt.Sscanf(r.URL.Path, "/api/%d", &status)
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, `{"reason":"no"}`)
	})
	for _, c := range []struct {
		status             int
		permanent, unknown bool
	}{{400, true, false}, {404, false, false}, {408, false, true}, {409, false, false}, {429, false, false}, {500, false, true}, {501, true, false}, {503, false, false}, {504, false, true}} {
		for _, method := range []string{"GET", "POST"} {
			_, failure := client.Do(t.Context(), httpclient.Request{Method: method, Path: fmt.Sprint(c.status)})
			require.Equal(t, "http.status", failure.Code)
			require.Equal(t, c.status, failure.Status)
			require.Equal(t, core.Object{"reason": "no"}, failure.Body)
			require.Equal(t, core.Object{"retryAfter": 7}, failure.Details)
			require.Equal(t, c.permanent, failure.Permanent, c.status)
			require.Equal(t, c.unknown && method == "POST", failure.Unknown, c.status)
		}
	}
	ok, err := httpclient.ParseStatuses("2xx, 404")
	require.NoError(t, err)
	_, failure := client.Do(t.Context(), httpclient.Request{Path: "404", OK: ok})
	require.Nil(t, failure)
	_, failure = client.Do(t.Context(), httpclient.Request{Path: "403", OK: ok})
	require.NotNil(t, failure)
	for _, bad := range []string{"", "20", "2x", "700", "abc", "200,"} {
		_, err := httpclient.ParseStatuses(bad)
		require.Error(t, err, bad)
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	var bomb bytes.Buffer
	zip := gzip.NewWriter(&bomb)
	_, err := zip.Write(bytes.Repeat([]byte("1"), 1<<20))
	require.NoError(t, err)
	require.NoError(t, zip.Close())
	client, _ := serve(t, httpclient.Config{}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/broken" {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("no gzip at all"))
			return
		}
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(bomb.Bytes())
	})
	_, failure := client.Do(t.Context(), httpclient.Request{Method: "POST", MaxBytes: 1<<20 - 1})
	require.Equal(t, "http.too_large", failure.Code)
	require.True(t, failure.Permanent && failure.Unknown)
	response, failure := client.Do(t.Context(), httpclient.Request{MaxBytes: 1 << 20, Response: httpclient.FormatText})
	require.Nil(t, failure)
	require.Len(t, response.Body, 1<<20)
	_, failure = client.Do(t.Context(), httpclient.Request{Path: "broken"})
	require.Equal(t, "http.bad_encoding", failure.Code)
}

func TestConnectionFailures(t *testing.T) {
	t.Parallel()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, closed.Close())
	release := make(chan struct{})
	client, server := serve(t, httpclient.Config{Timeout: 30 * time.Millisecond}, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/api/slow":
			<-release
		case "/api/reset":
			hijacked, _, _ := w.(http.Hijacker).Hijack()
			_ = hijacked.Close()
		case "/api/half":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
		}
	})
	// Before the server, which waits for its handlers.
	t.Cleanup(func() { close(release) })
	secure := httptest.NewTLSServer(http.HandlerFunc(echo))
	t.Cleanup(secure.Close)
	secure.Config.ErrorLog = nil
	plain := httpclient.New(httpclient.Config{})
	for _, c := range []struct {
		client  *httpclient.Client
		url     string
		code    string
		unknown bool
	}{
		{plain, "http://" + closed.Addr().String() + "/?key=abc", "http.connect", false},
		{plain, "http://no-such-host.invalid/?key=abc", "http.dns", false},
		{plain, secure.URL + "/?key=abc", "http.tls", false},
		{plain, strings.Replace(server.URL, "http", "https", 1) + "/?key=abc", "http.tls", false},
		{client, server.URL + "/api/slow?key=abc", "http.timeout", true},
		{client, server.URL + "/api/reset?key=abc", "http.connect", true},
		{client, server.URL + "/api/half?key=abc", "http.connect", true},
	} {
		for _, method := range []string{"POST", "GET"} {
			_, failure := c.client.Do(t.Context(), httpclient.Request{Method: method, URL: c.url, Key: "k", Body: httpclient.Text("x")})
			require.NotNil(t, failure, c.url)
			require.Equal(t, c.code, failure.Code, failure.Message)
			require.Equal(t, c.unknown && method == "POST", failure.Unknown, c.url)
			require.NotContains(t, failure.Error(), "abc")
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, failure := plain.Do(ctx, httpclient.Request{URL: server.URL})
	require.Equal(t, "http.cancelled", failure.Code)
}

func TestAWriteIsNeverSentTwiceByItself(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	client, _ := serve(t, httpclient.Config{}, func(w http.ResponseWriter, r *http.Request) {
		if calls.Add(1) == 1 {
			return // leaves an idle connection behind
		}
		_, _ = io.Copy(io.Discard, r.Body)
		hijacked, _, _ := w.(http.Hijacker).Hijack()
		_ = hijacked.Close()
	})
	_, failure := client.Do(t.Context(), httpclient.Request{})
	require.Nil(t, failure)
	for i, r := range []httpclient.Request{
		{Key: "k"}, {Headers: map[string]string{"Idempotency-Key": "own"}}, {Headers: map[string]string{"x-idempotency-key": "own"}},
	} {
		r.Method, r.Body = "POST", httpclient.Text("x")
		_, failure = client.Do(t.Context(), r)
		require.Equal(t, "http.connect", failure.Code)
		require.True(t, failure.Unknown)
		require.EqualValues(t, i+2, calls.Load())
	}
}

func TestConnectionsAreReused(t *testing.T) {
	t.Parallel()
	var opened atomic.Int32
	server := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	client := httpclient.New(httpclient.Config{})
	t.Cleanup(client.Close)
	for range 20 {
		var wait sync.WaitGroup
		for range 16 {
			wait.Go(func() {
				if _, failure := client.Do(context.Background(), httpclient.Request{URL: server.URL}); failure != nil {
					t.Error(failure)
				}
			})
		}
		wait.Wait()
	}
	require.LessOrEqual(t, opened.Load(), int32(64))
}

func TestOAuth2(t *testing.T) {
	t.Parallel()
	var fetched atomic.Int32
	var now atomic.Int64
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		if user != "id" || password != "s3cret" || r.FormValue("grant_type") != "client_credentials" || r.FormValue("scope") != "orders" {
			http.Error(w, "s3cret is wrong", http.StatusUnauthorized)
			return
		}
		_, _ = fmt.Fprintf(w, `{"access_token":"token-%d","expires_in":3600}`, fetched.Add(1))
	}))
	t.Cleanup(tokens.Close)
	var mask secret.Mask
	mask.Add("s3cret")
	oauth := func(key string) *httpclient.OAuth2 {
		return httpclient.NewOAuth2(httpclient.OAuth2{
			TokenURL: tokens.URL, ClientID: "id", ClientSecret: secret.New(key), Scope: "orders", Fetched: mask.Add,
			Now: func() time.Time { return time.Unix(now.Load(), 0) }, Client: httpclient.New(httpclient.Config{Mask: &mask}),
		})
	}
	var refuse atomic.Bool
	client, _ := serve(t, httpclient.Config{Auth: oauth("s3cret"), Mask: &mask}, func(w http.ResponseWriter, r *http.Request) {
		if refuse.CompareAndSwap(true, false) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		echo(w, r)
	})
	authorization := func() core.Value {
		response, failure := client.Do(t.Context(), httpclient.Request{Method: "POST"})
		require.Nil(t, failure)
		return field(t, response.Body, "headers", "Authorization")
	}
	require.Equal(t, "Bearer token-1", authorization())
	require.Equal(t, "Bearer token-1", authorization())
	require.Equal(t, "x ***", mask.Text("x token-1"))
	now.Add(3570)
	require.Equal(t, "Bearer token-2", authorization())
	refuse.Store(true)
	require.Equal(t, "Bearer token-3", authorization())

	wrong, _ := serve(t, httpclient.Config{Auth: oauth("wrong"), Mask: &mask}, echo)
	_, failure := wrong.Do(t.Context(), httpclient.Request{Method: "POST"})
	require.Equal(t, "http.status", failure.Code)
	require.False(t, failure.Unknown)
	require.NotContains(t, fmt.Sprintf("%+v", failure), "s3cret")
}

func TestSignerRefusals(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, httpclient.Config{
		Signer: &sign.Douyin{Entropy: sign.Entropy{Now: time.Now}, AppKey: "k", AppSecret: secret.New("app-secret")},
	}, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != "POST" || r.URL.Query().Get("method") != "order.searchList" {
			w.WriteHeader(http.StatusTeapot)
		}
		_, _ = io.WriteString(w, `{"code":20001,"msg":"timeout"}`)
	})
	for _, method := range []string{"GET", "POST"} {
		_, failure := client.Do(t.Context(), httpclient.Request{Method: method, Path: "/order/searchList"})
		require.Equal(t, "douyin.unavailable", failure.Code)
		require.Equal(t, 200, failure.Status)
		// A call that is declared as a read has nothing to undo.
		require.Equal(t, method == "POST", failure.Unknown)
	}
	_, failure := client.Do(t.Context(), httpclient.Request{Method: "POST", Path: "/x", Body: httpclient.Text("x")})
	require.Equal(t, "http.bad_request", failure.Code)
}

// uriSigner writes down the target that a signature would be over.
type uriSigner struct{}

func (uriSigner) Sign(r *sign.Request) error {
	r.Header.Set("Signed", r.URL.RequestURI())
	return nil
}

func (uriSigner) Judge(sign.Answer) *core.Failure { return nil }

func TestWhatIsSignedIsWhatIsSent(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(server.Close)
	for _, base := range []string{"", "/", "/api", "/api/"} {
		address, err := url.Parse(server.URL + base)
		require.NoError(t, err)
		client := httpclient.New(httpclient.Config{BaseURL: address, Signer: uriSigner{}})
		t.Cleanup(client.Close)
		for _, path := range []string{"", "/v3/a", "v3/a", "/v3/a%2Fb/"} {
			got, failure := client.Do(t.Context(), httpclient.Request{Method: "GET", Path: path, Query: core.Object{"id": "1"}})
			require.Nil(t, failure)
			require.Equal(t, field(t, got.Body, "uri"), field(t, got.Body, "headers", "Signed"), "%q below %q", path, base)
		}
	}
}
