package main

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/flows/diag"
)

const (
	waitLong = 20 * time.Second
	tick     = 10 * time.Millisecond
)

// served is a server of these tests, at an address, until stop is called.
type served struct {
	url  string
	stop func() outcome
}

func noEnvironment(string) (string, bool) { return "", false }

// serveIn serves a folder.
func serveIn(t *testing.T, data string) served {
	t.Helper()
	return serveLogging(t, data, slog.New(slog.DiscardHandler))
}

func serveLogging(t *testing.T, data string, log *slog.Logger) served {
	t.Helper()
	s, err := openService(serviceOptions{data: data, keep: defaultRetention, adminToken: "token-of-the-tests", log: log, env: noEnvironment})
	require.NoError(t, err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	interrupts := make(chan os.Signal, 1)
	var out bytes.Buffer
	c := &console{out: io.Discard, err: &out, lang: diag.English, interrupts: interrupts}
	done := make(chan error, 1)
	go func() { done <- s.serve(context.Background(), c, l, data) }()
	at := served{url: "http://" + l.Addr().String()}
	at.stop = func() outcome {
		interrupts <- syscall.SIGTERM
		require.NoError(t, <-done)
		return outcome{err: out.String()}
	}
	require.Eventually(t, func() bool {
		r, err := http.Get(at.url + "/readyz")
		if err != nil {
			return false
		}
		_ = r.Body.Close()
		return r.StatusCode == http.StatusOK
	}, waitLong, tick)
	return at
}

func (s *served) call(t *testing.T, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.url+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	if strings.HasPrefix(path, "/api/") {
		r.Header.Set("Authorization", "Bearer token-of-the-tests")
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer func() { require.NoError(t, answer.Body.Close()) }()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

const hooked = `{"sluice": 1, "id": "hooked", "triggers": [{"id": "hook", "type": "webhook", "config": {"path": "orders/:id", "respond": "result"}}],
	"keys": {"order": "trigger.params.id"},
	"nodes": [{"id": "m", "type": "map", "config": {"fields": [{"to": "id", "value": "{{ trigger.params.id }}"}, {"to": "n", "from": "n"}]}}]}`

// TestServeBackupRestore serves a flow, copies the storage while it is being served, and serves the copy: its runs are
// there, its secrets only with the key file that the copy does not have.
func TestServeBackupRestore(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	require.NoError(t, folder(data))
	s := serveIn(t, data)
	status, text := s.call(t, http.MethodPut, "/api/v1/flows/hooked?publish=true", hooked)
	require.Equal(t, http.StatusOK, status, text)
	status, text = s.call(t, http.MethodPut, "/api/v1/connections/robot",
		`{"type": "wecom", "config": {}, "secrets": {"key": "the-secret-of-the-robot"}}`)
	require.Equal(t, http.StatusOK, status, text)
	status, text = s.call(t, http.MethodPost, "/hooks/orders/6917529027641081857", `{"n": 69175290276410818570}`)
	require.Equal(t, http.StatusOK, status, text)
	require.Equal(t, `{"id":"6917529027641081857","n":69175290276410818570}`, strings.TrimSpace(text))

	dest := filepath.Join(t.TempDir(), "copy")
	copied := sluiceIn(t, "", "backup", dest, "--data", data)
	require.Equal(t, 0, copied.status, copied.err)
	again := sluiceIn(t, "", "backup", dest, "--data", data)
	require.Equal(t, 1, again.status, "a copy is not written over")
	require.NoFileExists(t, filepath.Join(dest, keyFile))
	require.NotContains(t, contents(t, dest), "the-secret-of-the-robot")
	require.Contains(t, s.stop().err, "stopping")

	_, err := openService(serviceOptions{data: dest, keep: defaultRetention, adminToken: "x", log: slog.New(slog.DiscardHandler), env: noEnvironment})
	require.ErrorContains(t, err, "another key")
	key, err := os.ReadFile(filepath.Join(data, keyFile))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(dest, keyFile), key, 0o600))
	restored := serveIn(t, dest)
	defer restored.stop()
	status, text = restored.call(t, http.MethodGet, "/api/v1/runs?key=order:6917529027641081857", "")
	require.Equal(t, http.StatusOK, status)
	require.Contains(t, text, `"flow":"hooked"`)
	status, text = restored.call(t, http.MethodPost, "/hooks/orders/1", `{"n": 1}`)
	require.Equal(t, http.StatusOK, status, text)
}

// contents are the bytes of all files below a folder.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		all.Write(b)
		return err
	}))
	return all.String()
}
