package secret_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect/secret"
	"sluice/engine/core"
)

const value = "p@ss/w0rd+老"

func TestTextNeverPrints(t *testing.T) {
	t.Parallel()
	text := secret.New(value)
	type hidden struct {
		Key   secret.Text
		inner secret.Text
		list  []secret.Text
		by    map[string]*secret.Text
	}
	h := hidden{Key: text, inner: text, list: []secret.Text{text}, by: map[string]*secret.Text{"k": &text}}
	var shown bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%T"} {
		fmt.Fprintf(&shown, verb+verb+verb, text, h, &h)
	}
	fmt.Fprintln(&shown, text, h, errors.Join(fmt.Errorf("failed with %v: %w", text, errors.New("x"))))
	data, err := json.Marshal(h)
	require.NoError(t, err)
	require.JSONEq(t, `{"Key":"***"}`, string(data))
	for _, handler := range []slog.Handler{slog.NewJSONHandler(&shown, nil), slog.NewTextHandler(&shown, nil)} {
		slog.New(handler).Info("opened", "key", text, "all", h, slog.Group("g", "k", text))
	}
	require.NotContains(t, shown.String(), "w0rd")
	require.Contains(t, shown.String(), secret.Shown)
	require.Equal(t, value, text.Reveal())
	require.Empty(t, secret.Text{}.Reveal())
}

func TestMaskFindsEncodings(t *testing.T) {
	t.Parallel()
	var m secret.Mask
	m.AddBasic("user", value)
	m.AddURL("https://oapi.example.com/hook/0f1e2d3c-aaaa?access_token=abcdef123456&x=1")
	quoted, err := json.Marshal(value)
	require.NoError(t, err)
	for _, form := range []string{
		value, url.QueryEscape(value), url.PathEscape(value), string(quoted[1 : len(quoted)-1]),
		base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
		base64.StdEncoding.EncodeToString([]byte("user:" + value)), fmt.Sprintf("%x", value),
		"0f1e2d3c-aaaa", "abcdef123456", "/hook/0f1e2d3c-aaaa?access_token=abcdef123456&x=1",
	} {
		require.Equal(t, "before *** after", m.Text("before "+form+" after"), form)
	}
	require.Equal(t, "oapi.example.com x=1", m.Text("oapi.example.com x=1"))
}

func TestMaskValue(t *testing.T) {
	t.Parallel()
	var m secret.Mask
	require.Equal(t, "anything", m.Value("anything"))
	m.Add("tok")
	m.Add("secret-long")
	m.Add("secret-long-er")
	m.Add("-----BEGIN KEY-----\nMIIEvQIBADANBg\n-----END KEY-----")
	before := core.Object{
		"a": core.List{1, nil, "my secret-long-er", "tokens", "tok"}, "secret-long": true, "pem": "…MIIEvQIBADANBg…",
	}
	after := m.Value(before)
	require.Equal(t, core.Object{"a": core.List{1, nil, "my ***", "tokens", "***"}, "***": true, "pem": "…***…"}, after)
	require.Equal(t, "my secret-long-er", before["a"].(core.List)[2])
	f := m.Failure(&core.Failure{Message: "at secret-long", Body: "secret-long", Details: core.Object{"x": "secret-long"}})
	require.NotContains(t, fmt.Sprintf("%+v", f), "secret-long")
	require.Nil(t, m.Failure(nil))
}

func TestMaskForgetsOldTokens(t *testing.T) {
	t.Parallel()
	var m secret.Mask
	m.Add("fixed-secret")
	for i := range 6 {
		m.Rotate("erp", fmt.Sprintf("token-%d", i))
		m.Rotate("erp", fmt.Sprintf("token-%d", i))
	}
	m.Rotate("crm", "token-x")
	require.Equal(t, "token-0 token-1 *** *** *** *** *** ***", m.Text("token-0 token-1 token-2 token-3 token-4 token-5 token-x fixed-secret"))
}
