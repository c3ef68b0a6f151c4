package server_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"sluice/server"
	"sluice/web"
)

const pageText = `<meta name="sluice-prefix" content="__SLUICE_PREFIX__" /><meta name="sluice-session" content="__SLUICE_SESSION__" />` +
	`<meta property="csp-nonce" nonce="__CSP_NONCE__"><script type="module" src="./assets/index-1.js" nonce="__CSP_NONCE__"></script>`

func withPage(t *testing.T) func(*server.Options) {
	t.Helper()
	var packed strings.Builder
	w := gzip.NewWriter(&packed)
	_, err := w.Write([]byte("let a = 1"))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return func(o *server.Options) {
		o.Page = fstest.MapFS{
			".gitkeep": {}, "index.html": {Data: []byte(pageText)},
			"assets/index-1.js.br": {Data: []byte("as brotli")}, "assets/index-1.js.gz": {Data: []byte(packed.String())},
			"assets/inter.woff2": {Data: []byte("a font")}, "favicon.svg.br": {Data: []byte("b")}, "favicon.svg.gz": {Data: []byte("g")},
		}
	}
}

// browse asks as a browser does.
func (a *api) browse(path string, header ...string) *answer {
	a.t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.Host = "sluice.test"
	r.Header.Set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	r.Header.Set("Accept-Encoding", "gzip, deflate, br, zstd")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := a.server.App().Test(r, -1)
	require.NoError(a.t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(a.t, err)
	return &answer{response, a.t, string(body)}
}

func TestThePageIsMadeForEachRequest(t *testing.T) {
	t.Parallel()
	a := serve(t, withPage(t))
	nonce := regexp.MustCompile(`nonce="([A-Z0-9]+)"`)
	seen := map[string]bool{}
	for _, path := range []string{"/", "/flows", "/flows/order-created", "/runs?status=failed", "/keys/order_id/6917223378889540123"} {
		got := a.browse(path).ok(200)
		require.Equal(t, "no-store", got.Header.Get("Cache-Control"))
		require.Equal(t, "text/html; charset=utf-8", got.Header.Get("Content-Type"))
		found := nonce.FindAllStringSubmatch(got.text, -1)
		require.Len(t, found, 2)
		require.Equal(t, found[0][1], found[1][1])
		require.False(t, seen[found[0][1]], "a nonce is used twice")
		seen[found[0][1]] = true
		csp := got.Header.Get("Content-Security-Policy")
		require.Contains(t, csp, "script-src 'self' 'nonce-"+found[0][1]+"'")
		require.NotContains(t, csp, "nonce-N'")
		require.NotContains(t, csp, "unsafe-eval")
		require.Contains(t, got.text, `src="/assets/index-1.js"`)
		require.Contains(t, got.text, `name="sluice-session" content="token"`)
	}
}

func TestThePageShadowsNothing(t *testing.T) {
	t.Parallel()
	a := serve(t, withPage(t))
	for _, path := range []string{"/api", "/api/v1/nothing", "/api/nothing", "/hooks/nothing", "/healthz/x", "/metrics/x", "/assets/gone-1.js"} {
		a.browse(path).refused(404, "api.not_found")
	}
	require.JSONEq(t, `{"status": "ok"}`, a.browse("/healthz").ok(200).text)
	a.browse("/api/v1/flows").refused(401, "api.unauthorized")
	// Programs that mistype an address are told so.
	a.browse("/flow", "Accept", "*/*").refused(404, "api.not_found")
	a.call("POST", "/flows", "{}").refused(404, "api.not_found")
}

func TestAssetsAreKeptForEverAndSentPacked(t *testing.T) {
	t.Parallel()
	a := serve(t, withPage(t))
	brotli := a.browse("/assets/index-1.js").ok(200)
	require.Equal(t, "as brotli", brotli.text)
	require.Equal(t, "br", brotli.Header.Get("Content-Encoding"))
	require.Equal(t, "text/javascript; charset=utf-8", brotli.Header.Get("Content-Type"))
	require.Equal(t, "public, max-age=31536000, immutable", brotli.Header.Get("Cache-Control"))
	require.Equal(t, "Accept-Encoding", brotli.Header.Get("Vary"))

	zipped := a.browse("/assets/index-1.js", "Accept-Encoding", "gzip").ok(200)
	require.Equal(t, "gzip", zipped.Header.Get("Content-Encoding"))
	plain := a.browse("/assets/index-1.js", "Accept-Encoding", "identity").ok(200)
	require.Empty(t, plain.Header.Get("Content-Encoding"))
	require.Equal(t, "let a = 1", plain.text)

	require.Equal(t, "a font", a.browse("/assets/inter.woff2").ok(200).text)
	require.NotContains(t, a.browse("/favicon.svg").ok(200).Header.Get("Cache-Control"), "immutable")
}

func TestThePageLiesWhereAProxySays(t *testing.T) {
	t.Parallel()
	a := serve(t, withPage(t))
	for given, want := range map[string]string{
		"/sluice": "/sluice", "/ops/sluice/": "/ops/sluice", "sluice": "", `/"><script>`: "", "/a/../b": "", "//evil.example": "",
		"/" + strings.Repeat("x", 300): "",
	} {
		got := a.browse("/flows", "X-Forwarded-Prefix", given).ok(200)
		require.Contains(t, got.text, `src="`+want+`/assets/index-1.js"`, given)
		require.Contains(t, got.text, `name="sluice-prefix" content="`+want+`"`, given)
	}
}

func TestThePageKnowsItsWayIn(t *testing.T) {
	t.Parallel()
	a := serve(t, withPage(t), func(o *server.Options) { o.LoopbackLogin = true })
	way := func(header ...string) string {
		found := regexp.MustCompile(`name="sluice-session" content="(\w+)"`).FindStringSubmatch(a.browse("/flows", header...).ok(200).text)
		require.NotNil(t, found)
		return found[1]
	}
	// The test's requests do not come from this machine's loopback as far as the server can see.
	require.Equal(t, "token", way())
	cookie := a.call("POST", "/api/v1/session", `{"token": "`+token+`"}`, "Authorization", "").ok(201).Header.Get("Set-Cookie")
	name, _, _ := strings.Cut(cookie, ";")
	require.Equal(t, "open", way("Cookie", name))
	require.Equal(t, "token", way("Cookie", "sluice_session=WRONG"))
}

func TestAProgramWithoutThePageSaysSo(t *testing.T) {
	t.Parallel()
	a := serve(t)
	got := a.browse("/")
	require.Equal(t, 503, got.StatusCode)
	require.Contains(t, got.text, "make web")
	require.Contains(t, got.text, "页面尚未构建")
	a.browse("/assets/index-1.js").refused(404, "api.not_found")
}

// TestTheBuiltPageIsWhole looks at what is embedded, where the page was built.
func TestTheBuiltPageIsWhole(t *testing.T) {
	t.Parallel()
	a := serve(t, func(o *server.Options) { o.Page = web.Page() })
	got := a.browse("/")
	if got.StatusCode == http.StatusServiceUnavailable {
		t.Skip("the page is not built: make web")
	}
	named := regexp.MustCompile(`(?:src|href)="(/[^"]+)"`).FindAllStringSubmatch(got.text, -1)
	require.NotEmpty(t, named)
	for _, n := range named {
		file := a.browse(n[1]).ok(200)
		require.NotEmpty(t, file.Header.Get("Content-Type"), n[1])
	}
	require.NotContains(t, got.text, "__")
	require.NotRegexp(t, `(?:src|href)="https?:`, got.text)
}
