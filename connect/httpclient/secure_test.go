package httpclient_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/egress"
	"sluice/connect/httpclient"
	"sluice/connect/secret"
)

// authority issues certificates for these tests.
type authority struct {
	t    *testing.T
	key  *ecdsa.PrivateKey
	root *x509.Certificate
	pool *x509.CertPool
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	a := &authority{t: t, key: key, pool: x509.NewCertPool()}
	a.root = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Authority of the tests"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, a.root, a.root, &key.PublicKey, key)
	require.NoError(t, err)
	a.root, err = x509.ParseCertificate(der)
	require.NoError(t, err)
	a.pool.AddCert(a.root)
	return a
}

func (a *authority) issue(template *x509.Certificate) tls.Certificate {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(a.t, err)
	template.SerialNumber = big.NewInt(time.Now().UnixNano())
	der, err := x509.CreateCertificate(rand.Reader, template, a.root, &key.PublicKey, a.key)
	require.NoError(a.t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// secure serves TLS with these settings.
func secure(t *testing.T, config *tls.Config) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(echo))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = config
	server.StartTLS()
	t.Cleanup(server.Close)
	return server.URL
}

func TestTLSFailuresSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	hour := func(hours time.Duration) time.Time { return time.Now().Add(hours * time.Hour) }
	local := []net.IP{net.ParseIP("127.0.0.1")}
	valid := &x509.Certificate{NotBefore: hour(-1), NotAfter: hour(1), IPAddresses: local}
	client := a.issue(&x509.Certificate{NotBefore: hour(-1), NotAfter: hour(1), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
	for name, c := range map[string]struct {
		server    *tls.Config
		client    *tls.Config
		says      string
		permanent bool
	}{
		"good":    {&tls.Config{Certificates: []tls.Certificate{a.issue(valid)}}, &tls.Config{RootCAs: a.pool}, "", false},
		"expired": {&tls.Config{Certificates: []tls.Certificate{a.issue(&x509.Certificate{NotBefore: hour(-3), NotAfter: hour(-2), IPAddresses: local})}}, &tls.Config{RootCAs: a.pool}, "expired on 20", true},
		"to come": {&tls.Config{Certificates: []tls.Certificate{a.issue(&x509.Certificate{NotBefore: hour(2), NotAfter: hour(3), IPAddresses: local})}}, &tls.Config{RootCAs: a.pool}, "this machine's clock", true},
		"another name": {&tls.Config{Certificates: []tls.Certificate{a.issue(&x509.Certificate{NotBefore: hour(-1), NotAfter: hour(1), DNSNames: []string{"erp.example"}})}},
			&tls.Config{RootCAs: a.pool}, "for erp.example, not for 127.0.0.1", true},
		"a name to expect": {&tls.Config{Certificates: []tls.Certificate{a.issue(&x509.Certificate{NotBefore: hour(-1), NotAfter: hour(1), DNSNames: []string{"erp.example"}})}},
			&tls.Config{RootCAs: a.pool, ServerName: "erp.example"}, "", false},
		"unknown authority":         {&tls.Config{Certificates: []tls.Certificate{a.issue(valid)}}, nil, "tls.ca", true},
		"an old version":            {&tls.Config{Certificates: []tls.Certificate{a.issue(valid)}, MaxVersion: tls.VersionTLS12}, &tls.Config{RootCAs: a.pool, MinVersion: tls.VersionTLS13}, "version", false},
		"no client certificate":     {&tls.Config{Certificates: []tls.Certificate{a.issue(valid)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool}, &tls.Config{RootCAs: a.pool}, "clientCertificate", true},
		"a client certificate":      {&tls.Config{Certificates: []tls.Certificate{a.issue(valid)}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: a.pool}, &tls.Config{RootCAs: a.pool, Certificates: []tls.Certificate{client}}, "", false},
		"no client certificate 1.2": {&tls.Config{Certificates: []tls.Certificate{a.issue(valid)}, ClientAuth: tls.RequireAnyClientCert, MaxVersion: tls.VersionTLS12}, &tls.Config{RootCAs: a.pool}, "clientCertificate", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			base, err := url.Parse(secure(t, c.server))
			require.NoError(t, err)
			caller := httpclient.New(httpclient.Config{BaseURL: base, TLS: c.client})
			t.Cleanup(caller.Close)
			status, failure := caller.Probe(t.Context())
			if c.says == "" {
				require.Nil(t, failure)
				require.Equal(t, 200, status)
				return
			}
			require.NotNil(t, failure)
			require.Equal(t, "http.tls", failure.Code, failure.Message)
			require.Contains(t, failure.Message, c.says)
			require.Equal(t, c.permanent, failure.Permanent)
		})
	}
}

// proxy is one that wants a user and a password, and counts what it lets through.
func proxy(t *testing.T, user, password string, passed *atomic.Int32) *url.URL {
	t.Helper()
	want := "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") != want {
			w.Header().Set("Proxy-Authenticate", "Basic")
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		if r.Method == http.MethodConnect && r.URL.Port() == "1" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		passed.Add(1)
		if r.Method != http.MethodConnect {
			_, _ = io.WriteString(w, `"through the proxy"`)
			return
		}
		there, err := net.Dial("tcp", r.Host)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		here, _, _ := w.(http.Hijacker).Hijack()
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { _, _ = io.Copy(there, here); _ = there.Close() }()
		_, _ = io.Copy(here, there)
		_ = here.Close()
	}))
	t.Cleanup(server.Close)
	u, err := url.Parse(server.URL)
	require.NoError(t, err)
	return u
}

func TestProxies(t *testing.T) {
	t.Parallel()
	a := newAuthority(t)
	valid := a.issue(&x509.Certificate{NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.ParseIP("127.0.0.1")}})
	target := secure(t, &tls.Config{Certificates: []tls.Certificate{valid}})
	var passed atomic.Int32
	through := proxy(t, "sluice", "proxy-päss", &passed)
	mask := &secret.Mask{}
	call := func(user *url.Userinfo, policy *egress.Policy, address string) (code, message string) {
		asked := *through
		asked.User = user
		client := httpclient.New(httpclient.Config{Proxy: &asked, TLS: &tls.Config{RootCAs: a.pool}, Egress: policy, Mask: mask})
		t.Cleanup(client.Close)
		if _, failure := client.Do(t.Context(), httpclient.Request{URL: address}); failure != nil {
			require.NotContains(t, failure.Error(), "päss")
			return failure.Code, failure.Message
		}
		return "", ""
	}
	right := url.UserPassword("sluice", "proxy-päss")
	for i, address := range []string{target, "http://shop.invalid/orders"} {
		code, message := call(right, nil, address)
		require.Empty(t, code, message)
		require.EqualValues(t, i+1, passed.Load())
	}
	code, message := call(url.UserPassword("sluice", "proxy-päss2"), nil, target)
	require.Equal(t, "http.proxy", code, message)
	require.Contains(t, message, "proxyPassword")
	code, message = call(right, nil, "https://127.0.0.1:1/")
	require.Equal(t, "http.proxy", code)
	require.Contains(t, message, "403")

	// What the proxy would dial is judged here, and so is the proxy itself.
	denied, err := egress.Parse(nil, []string{"*.invalid", "10.0.0.0/8"})
	require.NoError(t, err)
	for _, address := range []string{"http://shop.invalid/", "http://10.1.2.3/", "https://169.254.169.254/", "http://2852039166/"} {
		code, message = call(right, denied, address)
		require.Equal(t, "http.blocked", code, message)
	}
	listed, err := egress.Parse([]string{"shop.invalid"}, nil)
	require.NoError(t, err)
	code, _ = call(right, listed, "http://shop.invalid/")
	require.Equal(t, "http.blocked", code, "the proxy's own address is not listed")
	require.EqualValues(t, 2, passed.Load())

	through.Host = "127.0.0.1:1"
	code, message = call(right, nil, target)
	require.Equal(t, "http.proxy", code)
	require.Contains(t, message, "refused")
}

func TestPoliciesHoldOnEveryRedirect(t *testing.T) {
	t.Parallel()
	var reached atomic.Bool
	inner := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	t.Cleanup(inner.Close)
	_, port, err := net.SplitHostPort(inner.Listener.Addr().String())
	require.NoError(t, err)
	outer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:"+port+r.URL.Path, http.StatusFound)
	}))
	t.Cleanup(outer.Close)
	for _, deny := range []string{"localhost", ""} {
		policy, err := egress.Parse([]string{outer.Listener.Addr().(*net.TCPAddr).IP.String(), "localhost"}, nil)
		if deny != "" {
			policy, err = egress.Parse(nil, []string{deny})
		}
		require.NoError(t, err)
		client := httpclient.New(httpclient.Config{Egress: policy})
		t.Cleanup(client.Close)
		_, failure := client.Do(t.Context(), httpclient.Request{URL: outer.URL + "/x"})
		if deny == "" {
			require.Nil(t, failure)
			require.True(t, reached.Load())
			continue
		}
		require.Equal(t, "http.blocked", failure.Code)
		require.Contains(t, failure.Message, "localhost")
		require.False(t, reached.Load())
	}
}

func TestAuth(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		auth          httpclient.Auth
		header, value string
	}{
		{httpclient.Basic{User: "u", Password: secret.New("p")}, "Authorization", "Basic dTpw"},
		{httpclient.Bearer{Token: secret.New("tok")}, "Authorization", "Bearer tok"},
		{httpclient.Header{Name: "X-Api-Key", Token: secret.New("tok")}, "X-Api-Key", "tok"},
		// The public vector of HMAC-SHA256 for this key and text.
		{httpclient.HMAC{Secret: secret.New("key"), Prefix: "sha256="}, "X-Signature", "sha256=f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8"},
		{httpclient.HMAC{Header: "X-Digest", Secret: secret.New("key"), Base64: true}, "X-Digest", "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="},
	} {
		client, _ := serve(t, httpclient.Config{Auth: c.auth}, echo)
		response, failure := client.Do(t.Context(), httpclient.Request{Method: "POST", Body: httpclient.Text("The quick brown fox jumps over the lazy dog")})
		require.Nil(t, failure)
		require.Equal(t, c.value, field(t, response.Body, "headers", c.header))
	}
}

func TestTLSWithOwnAuthority(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(echo))
	t.Cleanup(server.Close)
	pool := x509.NewCertPool()
	pool.AddCert(server.Certificate())
	client := httpclient.New(httpclient.Config{TLS: &tls.Config{RootCAs: pool, ServerName: "example.com"}})
	t.Cleanup(client.Close)
	_, failure := client.Do(t.Context(), httpclient.Request{URL: server.URL})
	require.Nil(t, failure)
}

// TestPoliciesHoldOnRedirectsThroughAProxy: the proxy alone is dialled, so that the redirect itself must be judged.
func TestPoliciesHoldOnRedirectsThroughAProxy(t *testing.T) {
	t.Parallel()
	var asked []string
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked = append(asked, r.URL.Host)
		if r.URL.Host == "open.invalid" {
			http.Redirect(w, r, "http://shut.invalid/x", http.StatusFound)
		}
	}))
	t.Cleanup(proxy.Close)
	through, err := url.Parse(proxy.URL)
	require.NoError(t, err)
	policy, err := egress.Parse(nil, []string{"shut.invalid"})
	require.NoError(t, err)
	client := httpclient.New(httpclient.Config{Proxy: through, Egress: policy})
	t.Cleanup(client.Close)
	_, failure := client.Do(t.Context(), httpclient.Request{URL: "http://open.invalid/x"})
	require.NotNil(t, failure)
	require.Equal(t, "http.blocked", failure.Code, failure.Message)
	require.Equal(t, []string{"open.invalid"}, asked)
}

// TestNoRedirectGivesUpTLS: what was asked in secret is not asked again in the open.
func TestNoRedirectGivesUpTLS(t *testing.T) {
	t.Parallel()
	open := httptest.NewServer(http.HandlerFunc(echo))
	t.Cleanup(open.Close)
	closed := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, open.URL, http.StatusFound)
	}))
	t.Cleanup(closed.Close)
	client := httpclient.New(httpclient.Config{TLS: closed.Client().Transport.(*http.Transport).TLSClientConfig})
	t.Cleanup(client.Close)
	_, failure := client.Do(t.Context(), httpclient.Request{URL: closed.URL})
	require.Equal(t, 302, failure.Status)
}

func TestProbes(t *testing.T) {
	t.Parallel()
	for status, good := range map[int]bool{200: true, 204: true, 404: true, 405: true, 401: false, 403: false, 407: false, 500: false, 503: false} {
		client, _ := serve(t, httpclient.Config{}, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
		got, failure := client.Probe(t.Context())
		require.Equal(t, status, got)
		require.Equal(t, good, failure == nil, status)
		if status == 401 {
			require.Contains(t, failure.Message, "refuses the credentials")
		}
	}
}

func TestRetryAfterAsAMoment(t *testing.T) {
	t.Parallel()
	client, _ := serve(t, httpclient.Config{}, func(w http.ResponseWriter, r *http.Request) {
		// The server's clock is an hour off, which does not matter.
		w.Header().Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		w.Header().Set("Retry-After", time.Now().Add(time.Hour+90*time.Second).UTC().Format(http.TimeFormat))
		if r.URL.Path == "/api/never" {
			w.Header().Set("Retry-After", "soon")
		}
		w.WriteHeader(http.StatusServiceUnavailable)
	})
	_, failure := client.Do(t.Context(), httpclient.Request{})
	require.InDelta(t, 90, field(t, failure.Details, "retryAfter"), 1)
	_, failure = client.Do(t.Context(), httpclient.Request{Path: "never"})
	require.Nil(t, failure.Details)
}
