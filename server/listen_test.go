package server_test

import (
	"context"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// client gives up before a test does.
var client = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{ExpectContinueTimeout: 10 * time.Second, DisableKeepAlives: true}}

// listen serves on a port of this machine and gives the address.
func listen(t *testing.T, a *api) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- a.server.Serve(l) }()
	t.Cleanup(func() {
		require.NoError(t, a.server.Shutdown(context.WithoutCancel(t.Context())))
		require.NoError(t, <-done)
	})
	return "http://" + l.Addr().String()
}
