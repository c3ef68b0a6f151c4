package connect_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/httpclient"
	"sluice/connect/limit"
	"sluice/engine/core"
)

// ending is a certificate that ends at a time, and its key, both in PEM.
func ending(t *testing.T, at time.Time, authority bool) (certificate, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "tests"}, NotAfter: at, IsCA: authority, BasicConstraintsValid: authority,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	require.NoError(t, err)
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: secret}))
}

func TestExpiries(t *testing.T) {
	t.Parallel()
	at := func(day int) time.Time { return time.Date(2027, 3, day, 12, 0, 0, 0, time.UTC) }
	older, _ := ending(t, at(2), true)
	newer, _ := ending(t, at(9), true)
	chain, _ := ending(t, at(1), true)
	own, key := ending(t, at(5), false)
	text, err := json.Marshal(core.Object{
		"id": "bank", "type": "http", "config": core.Object{
			"baseUrl": "https://bank.example", "tls": core.Object{"ca": older + newer}, "expires": "2027-03-06",
		},
		"secrets": core.Object{"clientCertificate": own + chain, "clientKey": key},
	})
	require.NoError(t, err)
	d, findings := connect.ParseDefinition(text, nil)
	require.Empty(t, findings)
	set := newSet(t)
	require.NoError(t, set.Put(d))
	h, ok := set.Health("bank")
	require.True(t, ok)
	require.Equal(t, "http", h.Type)
	require.Equal(t, []connect.Expiry{
		{What: "clientCertificate", At: at(5)},
		{What: "expires", At: time.Date(2027, 3, 7, 0, 0, 0, 0, time.UTC)},
		{What: "tls.ca", At: at(9)},
	}, h.Expiries)
	require.Equal(t, []connect.Health{h}, set.AllHealth())
	_, ok = set.Health("nobody")
	require.False(t, ok)
}

func TestLevels(t *testing.T) {
	t.Parallel()
	end := connect.Expiry{At: time.Date(2027, 3, 31, 12, 0, 0, 0, time.UTC)}
	for left, want := range map[time.Duration]struct {
		level connect.Level
		days  int
	}{
		30*24*time.Hour + time.Second: {connect.LevelOK, 30},
		30 * 24 * time.Hour:           {connect.LevelNotice, 30},
		7*24*time.Hour + time.Second:  {connect.LevelNotice, 7},
		7 * 24 * time.Hour:            {connect.LevelWarning, 7},
		25 * time.Hour:                {connect.LevelWarning, 1},
		24 * time.Hour:                {connect.LevelCritical, 1},
		time.Second:                   {connect.LevelCritical, 0},
		0:                             {connect.LevelExpired, 0},
		-time.Second:                  {connect.LevelExpired, -1},
	} {
		now := end.At.Add(-left)
		require.Equal(t, want.level, end.Level(now), left)
		require.Equal(t, want.days, end.DaysLeft(now), left)
	}
}

func TestHealthOfCalls(t *testing.T) {
	t.Parallel()
	good := make(chan bool, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if !<-good {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	t.Cleanup(server.Close)
	set := newSet(t)
	define(t, set, `{"id": "erp", "type": "http", "config": {"baseUrl": %q, "auth": {"type": "bearer"}}, "secrets": {"token": "very-secret-token"},
		"limits": {"breaker": {"failures": 3, "open": "1h"}}}`, server.URL)
	client, failure := set.HTTP("erp")
	require.Nil(t, failure)
	for _, ok := range []bool{true, false, false, false} {
		good <- ok
		_, _ = client.Do(t.Context(), httpclient.Request{})
	}
	h, _ := set.Health("erp")
	require.Equal(t, limit.Open, h.Breaker)
	require.Equal(t, "http.status", h.LastError)
	require.Contains(t, h.LastMessage, "502")
	require.Equal(t, time.Unix(1700000000, 0), h.LastSuccess)
	require.Equal(t, time.Unix(1700000000, 0), h.FailingSince)

	// A message that repeats the credentials shows without them.
	define(t, set, `{"id": "erp", "type": "http", "config": {"baseUrl": %q, "auth": {"type": "bearer"}}, "secrets": {"token": "very-secret-token"}}`, server.URL)
	client, _ = set.HTTP("erp")
	_, _ = client.Do(t.Context(), httpclient.Request{URL: server.URL + "/x", Headers: map[string]string{"bad header very-secret-token": "x"}})
	h, _ = set.Health("erp")
	require.Equal(t, "http.bad_request", h.LastError)
	require.NotContains(t, h.LastMessage, "very-secret-token")
	require.Empty(t, h.Breaker)
}
