package push_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/examples/shop"
	"sluice/nodes"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/effect/push"
	"sluice/nodes/nodetest"
)

// open is a shop with connections to its robots.
func open(t *testing.T) (*shop.Shop, *connect.Set) {
	t.Helper()
	s, err := shop.New(shop.Options{})
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	set, c := effecttest.Connections(t), s.Credentials()
	effecttest.Define(t, set, `{"id": "ops-robot", "type": "wecom", "config": {"baseUrl": %q}, "secrets": {"key": %q}, "limits": {"rate": "100/s"}}`, server.URL, c.WeCom.Key)
	effecttest.Define(t, set, `{"id": "old-robot", "type": "wecom", "config": {"baseUrl": %q}, "secrets": {"key": "removed-robot-key"}}`, server.URL)
	effecttest.Define(t, set, `{"id": "ding", "type": "dingtalk", "config": {"baseUrl": %q}, "secrets": {"token": %q, "secret": %q}}`,
		server.URL, c.DingTalk.AccessToken, c.DingTalk.Secret)
	effecttest.Define(t, set, `{"id": "lark", "type": "feishu", "config": {"baseUrl": %q}, "secrets": {"token": %q, "secret": %q}}`,
		server.URL, c.Feishu.Token, c.Feishu.Secret)
	effecttest.Define(t, set, `{"id": "forged", "type": "feishu", "config": {"baseUrl": %q}, "secrets": {"token": %q, "secret": "wrong-secret"}}`,
		server.URL, c.Feishu.Token)
	slack := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	t.Cleanup(slack.Close)
	effecttest.Define(t, set, `{"id": "channel", "type": "slack", "secrets": {"url": %q}}`, slack.URL+"/services/T0/B0/x")
	revoked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "invalid_token", http.StatusForbidden) }))
	t.Cleanup(revoked.Close)
	effecttest.Define(t, set, `{"id": "revoked", "type": "slack", "secrets": {"url": %q}}`, revoked.URL+"/services/T0/B0/y")
	effecttest.Define(t, set, `{"id": "open-mail", "type": "email", "config": {"host": "127.0.0.1", "port": %d, "from": "ops@shop.example", "to": "lead@shop.example"}}`,
		openMail(t))
	return s, set
}

// openMail is the port of a mail server that offers no STARTTLS.
func openMail(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			caller, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = caller.Close() }()
				_, _ = io.WriteString(caller, "220 mail.example ESMTP\r\n")
				for lines := bufio.NewScanner(caller); lines.Scan(); {
					_, _ = io.WriteString(caller, "250 mail.example\r\n")
				}
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

func TestExamples(t *testing.T) {
	t.Parallel()
	_, set := open(t)
	effecttest.Examples(t, func(*testing.T) nodes.Spec { return push.Spec(set) })
}

func TestConfigIsAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	effecttest.Config(t, push.Spec(nil), push.Config{})
}

func TestExactlyOneMessage(t *testing.T) {
	t.Parallel()
	spec := push.Spec(nil)
	for config, want := range map[string]string{
		`{"connection": "a"}`:                                  "config.one_of",
		`{"connection": "a", "text": "x", "markdown": "y"}`:    "config.exclusive",
		`{"connection": "a", "text": ""}`:                      "config.length",
		`{"connection": "a", "text": "x", "mention": ["all"]}`: "config.unknown",
	} {
		v, err := value.DecodeString(config)
		require.NoError(t, err)
		findings := nodetest.Findings(t, &spec, v.(core.Object))
		require.Len(t, findings, 1, config)
		require.Equal(t, want, findings[0].Code)
	}
}

func TestWhatTheGroupReads(t *testing.T) {
	t.Parallel()
	s, set := open(t)
	scope := &nodetest.Scope{TriggerValue: core.Object{"body": core.Object{"id": 6917000000000000001, "mobile": 13800001234}}}
	_, failure := effecttest.Run(t.Context(), t, push.Spec(set), `{"connection": "ops-robot", "title": "发货",
		"text": "订单{{ trigger.body.id }}已发货", "mentions": ["{{ trigger.body.mobile }}", "all"]}`, scope)
	require.Nil(t, failure)
	messages := s.Messages(shop.WeCom)
	require.Len(t, messages, 1)
	sent, err := value.Decode(messages[0].Body)
	require.NoError(t, err)
	require.Equal(t, core.Object{"msgtype": "text", "text": core.Object{
		"content": "发货\n订单6917000000000000001已发货", "mentioned_list": core.List{"@all"}, "mentioned_mobile_list": core.List{"13800001234"},
	}}, sent)
	require.Equal(t, 1, s.Calls().Endpoints["wecom.send"])
}

func TestRefusalsSaySoAndShowNoKey(t *testing.T) {
	t.Parallel()
	s, set := open(t)
	require.NoError(t, s.SetFault("wecom.*", shop.Fault{Script: []shop.Outcome{shop.Throttled, shop.Unavailable, shop.Broken, shop.Lost}}))
	spec := push.Spec(set)
	call := effecttest.Call(t, spec, `{"connection": "ops-robot", "text": "x"}`, nil)
	for _, want := range []struct {
		code    string
		unknown bool
	}{{"push.rate_limited", false}, {"push.unavailable", false}, {"push.unavailable", true}, {"http.connect", true}} {
		_, failure := spec.Run(t.Context(), call)
		require.Equal(t, want.code, failure.Code)
		require.Equal(t, want.unknown, failure.Unknown, want.code)
		require.False(t, failure.Permanent)
		require.NotContains(t, failure.Error(), s.Credentials().WeCom.Key)
	}
	_, failure := spec.Run(t.Context(), call)
	require.Nil(t, failure)
	require.Len(t, s.Messages(shop.WeCom), 2, "a robot that is told twice speaks twice")
}

func TestAConnectionThatOnlyReceivesSendsNothing(t *testing.T) {
	t.Parallel()
	set := effecttest.Connections(t)
	effecttest.Define(t, set, `{"id": "events", "type": "feishu", "secrets": {"encryptKey": "k"}}`)
	effecttest.Define(t, set, `{"id": "callbacks", "type": "dingtalk", "secrets": {"appSecret": "k"}}`)
	for _, id := range []string{"events", "callbacks"} {
		_, failure := effecttest.Run(t.Context(), t, push.Spec(set), `{"connection": "`+id+`", "text": "x"}`, nil)
		require.Equal(t, "connection.type", failure.Code, id)
	}
}

func TestMailAndSlackAreSetUpAsTheyMustBe(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ definition, says string }{
		{`"type": "wecom"`, "either key or url"},
		{`"type": "feishu", "secrets": {"secret": "s"}`, "either token or url"},
		{`"type": "email", "config": {"host": "127.0.0.1", "from": "ops"}`, "e-mail address"},
		{`"type": "email", "config": {"host": "127.0.0.1", "from": "a@b.example", "to": "x"}`, "addresses"},
		{`"type": "email", "config": {"host": "127.0.0.1", "from": "a@b.example", "user": "a"}`, "go together"},
		{`"type": "email", "config": {"host": "127.0.0.1", "from": "a@b.example", "user": "a", "security": "none"}, "secrets": {"password": "p"}`, "encrypted"},
		{`"type": "email", "config": {"host": "127.0.0.1", "from": "a@b.example", "ca": "x"}`, "PEM"},
		{`"type": "slack"`, "either token or url"},
		{`"type": "slack", "secrets": {"token": "xoxb-1"}`, "channel"},
		{`"type": "slack", "config": {"channel": "C1"}, "secrets": {"url": "https://hooks.slack.com/services/x"}`, "channel"},
	} {
		_, findings := connect.ParseDefinition([]byte(`{"id": "c", `+c.definition+`}`), nil)
		require.Len(t, findings, 1, c.definition)
		require.Contains(t, findings[0].Path+" "+findings[0].Message, c.says)
	}
	set := effecttest.Connections(t)
	effecttest.Define(t, set, `{"id": "away", "type": "email", "config": {"host": "127.0.0.1", "port": 1, "from": "a@b.example", "to": "c@d.example"}}`)
	_, failure := effecttest.Run(t.Context(), t, push.Spec(set), `{"connection": "away", "text": "x"}`, nil)
	require.Equal(t, "push.unavailable", failure.Code)
	require.False(t, failure.Unknown)
}

func TestAWebhookGetsTheTasksKey(t *testing.T) {
	t.Parallel()
	var ids []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		ids = append(ids, r.Header.Get("webhook-id")+" "+r.Header.Get("Idempotency-Key"))
		if len(ids) == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		_, _ = io.WriteString(w, `{"seen": `+string(body)+`}`)
	}))
	t.Cleanup(server.Close)
	set := effecttest.Connections(t)
	effecttest.Define(t, set, `{"id": "hook", "type": "webhook", "config": {"url": %q}}`, server.URL)
	effecttest.Define(t, set, `{"id": "incoming", "type": "webhook"}`)
	spec := push.Spec(set)
	call := effecttest.Call(t, spec, `{"connection": "hook", "card": {"order": 6917000000000000001}}`, nil)
	_, failure := spec.Run(t.Context(), call)
	require.Equal(t, "push.unavailable", failure.Code)
	got, failure := spec.Run(t.Context(), call)
	require.Nil(t, failure)
	data := got.(core.Object)["seen"].(core.Object)["data"]
	require.Equal(t, core.Object{"card": core.Object{"order": 6917000000000000001}}, data)
	require.Equal(t, []string{effecttest.Key + " " + effecttest.Key, effecttest.Key + " " + effecttest.Key}, ids)

	_, failure = effecttest.Run(t.Context(), t, spec, `{"connection": "incoming", "text": "x"}`, nil)
	require.Equal(t, "connection.type", failure.Code)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, failure = spec.Run(ctx, call)
	require.Equal(t, "http.cancelled", failure.Code)
	require.False(t, failure.Unknown, "nothing was sent")
	require.True(t, strings.HasPrefix(failure.Message, "the call"))
}
