package server_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server"
)

func TestHealthOfConnections(t *testing.T) {
	t.Parallel()
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/down" {
			w.WriteHeader(http.StatusBadGateway)
		}
		_, _ = w.Write([]byte("{}"))
	}))
	t.Cleanup(shop.Close)
	now := time.Now().Truncate(time.Second)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: now.Add(6 * 24 * time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))

	a := serve(t, func(o *server.Options) { o.Now = func() time.Time { return now } })
	put := a.call("PUT", "/api/v1/connections/shop", core.Object{
		"type": "http", "config": core.Object{"baseUrl": shop.URL, "auth": core.Object{"type": "bearer"}, "tls": core.Object{"ca": ca}},
		"secrets": core.Object{"token": password}, "limits": core.Object{"breaker": core.Object{"failures": 2, "open": "1h"}},
	}).ok(200)
	require.Nil(t, put.at("health", "lastSuccess"))
	require.Nil(t, put.at("health", "lastError"))
	require.Equal(t, "closed", put.at("health", "breaker"))
	require.Equal(t, "tls.ca", put.at("health", "expiries", 0, "what"))
	require.Equal(t, "warning", put.at("health", "expiries", 0, "level"))
	require.Equal(t, 6, put.at("health", "expiries", 0, "daysLeft"))
	a.call("PUT", "/api/v1/connections/hook", core.Object{"type": "webhook"}).ok(200)

	a.publish("ask", `{"sluice": 1, "id": "ask", "nodes": [{"id": "get", "type": "http.request",
		"config": {"connection": "shop", "method": "GET", "path": "/{{ trigger.body.path }}"}}]}`)
	for _, path := range []string{"up", "down", "down"} {
		a.run("ask", core.Object{"path": path})
	}
	got := a.call("GET", "/api/v1/connections/shop", nil).ok(200)
	require.NotNil(t, got.at("health", "lastSuccess"))
	require.Equal(t, "http.status", got.at("health", "lastError", "code"))
	require.Contains(t, got.at("health", "lastError", "message"), "502")
	require.NotNil(t, got.at("health", "failingSince"))
	require.Equal(t, "open", got.at("health", "breaker"))
	listed := a.call("GET", "/api/v1/connections", nil).ok(200)
	require.Equal(t, "open", listed.at("items", 1, "health", "breaker"))
	require.Nil(t, listed.at("items", 0, "health", "breaker"))

	metrics := a.call("GET", "/metrics", nil).ok(200).text
	for _, line := range []string{
		`sluice_connection_failing{connection="shop",type="http"} 1`,
		`sluice_connection_failing{connection="hook",type="webhook"} 0`,
		`sluice_connection_breaker{connection="shop",state="open"} 1`,
		`sluice_connection_breaker{connection="shop",state="closed"} 0`,
		`sluice_connection_calls{connection="shop",type="http"} 0`,
		`sluice_connection_expiry_timestamp_seconds{connection="shop",what="tls.ca"} `,
		`sluice_connection_last_success_timestamp_seconds{connection="shop",type="http"} `,
	} {
		require.Contains(t, metrics, line)
	}
	require.NotContains(t, metrics, `sluice_connection_breaker{connection="hook"`)
	require.NotContains(t, strings.Join([]string{got.text, listed.text, metrics}, ""), password)
}
