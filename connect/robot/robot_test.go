package robot_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"sluice/connect/httpclient"
	"sluice/connect/robot"
	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/engine/core"
	"sluice/engine/value"
)

// call is one request that a platform's stand-in got.
type call struct {
	path   string
	query  url.Values
	header http.Header
	raw    []byte
	body   core.Object
}

// standIn is a platform that answers as it is told and remembers what it got.
type standIn struct {
	*httptest.Server
	status int
	answer string
	calls  []call
}

func start(t *testing.T) *standIn {
	t.Helper()
	s := &standIn{status: 200, answer: `{"errcode":0,"errmsg":"ok","code":0,"msg":"success"}`}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		body, _ := value.Decode(raw)
		object, _ := body.(core.Object)
		s.calls = append(s.calls, call{r.URL.Path, r.URL.Query(), r.Header, raw, object})
		if s.status == http.StatusTooManyRequests {
			w.Header().Set("Retry-After", "7")
		}
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, s.answer)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *standIn) last(t *testing.T) call {
	t.Helper()
	require.NotEmpty(t, s.calls)
	return s.calls[len(s.calls)-1]
}

const key = "0f1e2d3c-aaaa-bbbb-cccc-0123456789ab"

func (s *standIn) robot(t *testing.T, platform robot.Platform, signing string) *robot.Robot {
	t.Helper()
	address := map[robot.Platform]string{
		robot.WeCom: robot.WeComAddress(s.URL, key), robot.DingTalk: robot.DingTalkAddress(s.URL, key),
		robot.Feishu: robot.FeishuAddress(s.URL, key), robot.Slack: s.URL + "/services/" + key, robot.Webhook: s.URL + "/hook",
	}[platform]
	mask := &secret.Mask{}
	mask.AddURL(address)
	r := robot.New(robot.Config{
		Platform: platform, Address: secret.New(address), Secret: secret.New(signing), Mask: mask,
		Client:  httpclient.New(httpclient.Config{Mask: mask, Timeout: 5 * time.Second}),
		Entropy: sign.Entropy{Now: func() time.Time { return time.Unix(1700000001, 0) }, Nonce: func() string { return "nonce" }},
	})
	t.Cleanup(r.Close)
	return r
}

func send(t *testing.T, r *robot.Robot, m robot.Message) core.Value {
	t.Helper()
	answer, failure := r.Send(t.Context(), m)
	require.Nil(t, failure)
	return answer
}

func parse(t *testing.T, text string) core.Object {
	t.Helper()
	v, err := value.DecodeString(text)
	require.NoError(t, err)
	return v.(core.Object)
}

func TestShapes(t *testing.T) {
	t.Parallel()
	everyone := []string{"u1", "13800138000", "@all"}
	for _, c := range []struct {
		platform robot.Platform
		message  robot.Message
		want     string
	}{
		{robot.WeCom, robot.Message{Text: "hi"}, `{"msgtype":"text","text":{"content":"hi"}}`},
		{robot.WeCom, robot.Message{Text: "hi", Title: "T", Mentions: everyone},
			`{"msgtype":"text","text":{"content":"T\nhi","mentioned_list":["u1","@all"],"mentioned_mobile_list":["13800138000"]}}`},
		{robot.WeCom, robot.Message{Markdown: "**hi**", Title: "T", Mentions: []string{"u1"}},
			`{"msgtype":"markdown","markdown":{"content":"### T\n**hi**\n<@u1>"}}`},
		{robot.WeCom, robot.Message{Card: core.Object{"card_type": "text_notice"}}, `{"msgtype":"template_card","template_card":{"card_type":"text_notice"}}`},
		{robot.DingTalk, robot.Message{Text: "hi", Mentions: everyone},
			`{"msgtype":"text","text":{"content":"hi"},"at":{"atMobiles":["13800138000"],"atUserIds":["u1"],"isAtAll":true}}`},
		{robot.DingTalk, robot.Message{Markdown: "# Head\nhi", Mentions: []string{"13800138000", "u1"}},
			`{"msgtype":"markdown","markdown":{"title":"Head","text":"# Head\nhi\n\n@13800138000 @u1"},"at":{"atMobiles":["13800138000"],"atUserIds":["u1"],"isAtAll":false}}`},
		{robot.DingTalk, robot.Message{Card: core.Object{"title": "T"}}, `{"msgtype":"actionCard","actionCard":{"title":"T"}}`},
		{robot.Feishu, robot.Message{Text: "hi", Title: "T", Mentions: []string{"ou_1", "all"}},
			`{"msg_type":"text","content":{"text":"T\nhi <at user_id=\"ou_1\"></at> <at user_id=\"all\"></at>"}}`},
		{robot.Feishu, robot.Message{Markdown: "**hi**", Title: "T", Mentions: []string{"all"}},
			`{"msg_type":"interactive","card":{"config":{"wide_screen_mode":true},"header":{"title":{"tag":"plain_text","content":"T"}},
			"elements":[{"tag":"div","text":{"tag":"lark_md","content":"**hi**\n<at id=all></at>"}}]}}`},
		{robot.Feishu, robot.Message{Card: core.Object{"schema": "2.0"}}, `{"msg_type":"interactive","card":{"schema":"2.0"}}`},
		{robot.Slack, robot.Message{Text: "a < b & <!here>", Title: "T", Mentions: []string{"U0123", "here"}},
			`{"text":"<@U0123> <!here> T\na &lt; b &amp; &lt;!here&gt;","mrkdwn":false}`},
		{robot.Slack, robot.Message{Markdown: "*late* <https://shop.example|orders>", Title: "T", Mentions: []string{"all", "S01"}},
			`{"blocks":[{"type":"header","text":{"type":"plain_text","text":"T"}},
			{"type":"section","text":{"type":"mrkdwn","text":"<!subteam^S01> <!channel> *late* <https://shop.example|orders>"}}],
			"text":"T\n*late* &lt;https://shop.example|orders&gt;"}`},
		{robot.Slack, robot.Message{Card: core.Object{"blocks": core.List{core.Object{"type": "divider"}}}, Title: "T"}, `{"blocks":[{"type":"divider"}],"text":"T"}`},
		{robot.Webhook, robot.Message{Text: "hi", Title: "T", Mentions: everyone},
			`{"type":"message","timestamp":"2023-11-14T22:13:21Z","data":{"text":"hi","title":"T","mentions":["u1","13800138000","@all"]}}`},
	} {
		s := start(t)
		if c.platform == robot.Slack {
			s.answer = "ok"
		}
		send(t, s.robot(t, c.platform, ""), c.message)
		require.Equal(t, parse(t, c.want), s.last(t).body)
		require.Contains(t, s.last(t).header.Get("Content-Type"), "application/json")
	}
}

func TestShapesOfAWidelyUsedClient(t *testing.T) {
	t.Parallel()
	dir, err := os.Getwd()
	require.NoError(t, err)
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		dir = filepath.Dir(dir)
	}
	data, err := os.ReadFile(filepath.Join(dir, "..", "shared", "testdata", "push-shapes", "cases.json"))
	if err != nil {
		t.Skip("THE PUSH SHAPES ARE NOT HERE (../shared/testdata/push-shapes): nothing was compared with another client")
	}
	var cases []struct {
		Platform, Text, URL string
		Body                json.RawMessage
	}
	require.NoError(t, json.Unmarshal(data, &cases))
	require.NotEmpty(t, cases)
	for _, c := range cases {
		s := start(t)
		platform, at, _ := strings.Cut(c.Platform, "-")
		m := robot.Message{Text: c.Text}
		if at != "" {
			m.Mentions = []string{"13800138000"}
		}
		send(t, s.robot(t, robot.Platform(platform), ""), m)
		got, want := s.last(t), parse(t, string(c.Body))
		for _, name := range []string{"msgtype", "msg_type", "text", "content"} {
			require.Equal(t, want[name], got.body[name], c.Platform)
		}
		if at != "" {
			require.Equal(t, want["at"].(core.Object)["atMobiles"], got.body["at"].(core.Object)["atMobiles"])
		}
		theirs, err := url.Parse(c.URL)
		require.NoError(t, err)
		if platform != "feishu" { // there the token is the path's last part
			require.Equal(t, theirs.Path, got.path)
		}
		for name := range theirs.Query() {
			require.Equal(t, key, got.query.Get(name))
		}
	}
}

func TestSignatures(t *testing.T) {
	t.Parallel()
	s := start(t)
	send(t, s.robot(t, robot.DingTalk, "SECdemo0000000000000000000000000000000000000000000000000000000000"), robot.Message{Text: "x"})
	require.Equal(t, "1700000001000", s.last(t).query.Get("timestamp"))
	require.Equal(t, "Yb7lOEs6S4dTILcTNCeNjUUme+Fl8Ae1jt/LbsPocU8=", s.last(t).query.Get("sign"))
	require.Equal(t, key, s.last(t).query.Get("access_token"))

	send(t, s.robot(t, robot.Feishu, "demoSecret123"), robot.Message{Text: "x"})
	timestamp, signed := sign.Feishu("demoSecret123", time.Unix(1700000001, 0))
	require.Equal(t, timestamp, s.last(t).body["timestamp"])
	require.Equal(t, signed, s.last(t).body["sign"])

	webhook := s.robot(t, robot.Webhook, "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	send(t, webhook, robot.Message{Text: "x", Key: "run.1/t1"})
	got := s.last(t)
	require.Equal(t, "run_1/t1", got.header.Get("webhook-id"))
	require.Equal(t, "run.1/t1", got.header.Get("Idempotency-Key"))
	want, err := sign.StandardWebhooks("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "run_1/t1", time.Unix(1700000001, 0), got.raw)
	require.NoError(t, err)
	require.Equal(t, want, got.header.Get("webhook-signature"))
	send(t, webhook, robot.Message{Text: "x"})
	require.Equal(t, "nonce", s.last(t).header.Get("webhook-id"))
	_, failure := s.robot(t, robot.Webhook, "not base64!").Send(t.Context(), robot.Message{Text: "x"})
	require.Equal(t, "push.rejected", failure.Code)
}

func TestLengths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		platform robot.Platform
		message  robot.Message
		content  []string
		bytes    int
		body     int
	}{
		{robot.WeCom, robot.Message{Text: strings.Repeat("单", 1000)}, []string{"text", "content"}, 2048, 0},
		{robot.WeCom, robot.Message{Text: strings.Repeat("x", 2048)}, []string{"text", "content"}, 2048, 0},
		{robot.WeCom, robot.Message{Markdown: strings.Repeat("单", 2000), Mentions: []string{"u1"}}, []string{"markdown", "content"}, 4096, 0},
		{robot.DingTalk, robot.Message{Text: strings.Repeat("单\"", 20000), Mentions: []string{"u1"}}, []string{"text", "content"}, 0, 20000},
		{robot.DingTalk, robot.Message{Markdown: strings.Repeat("\"\"\"\"\"", 20000)}, []string{"markdown", "text"}, 0, 20000},
		{robot.Feishu, robot.Message{Text: strings.Repeat("a\u0001", 20000)}, []string{"content", "text"}, 0, 20000},
	} {
		s := start(t)
		send(t, s.robot(t, c.platform, "secret"), c.message)
		var content core.Value = s.last(t).body
		for _, name := range c.content {
			content = content.(core.Object)[name]
		}
		text := content.(string)
		require.True(t, utf8.ValidString(text))
		if c.bytes > 0 {
			require.LessOrEqual(t, len(text), c.bytes)
			require.Greater(t, len(text), c.bytes-4)
		}
		if c.body > 0 {
			require.LessOrEqual(t, len(s.last(t).raw), c.body)
			require.Greater(t, len(s.last(t).raw), c.body-16)
		}
		require.Equal(t, len(c.message.Text+c.message.Markdown) > 2048, strings.Contains(text, "…"))
	}
	s := start(t)
	_, failure := s.robot(t, robot.Feishu, "").Send(t.Context(), robot.Message{Card: core.Object{"x": strings.Repeat("x", 20000)}})
	require.Equal(t, "push.too_long", failure.Code)
	require.True(t, failure.Permanent)
	require.Empty(t, s.calls)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		platform  robot.Platform
		status    int
		answer    string
		code      string
		permanent bool
		wait      core.Value
	}{
		{robot.WeCom, 200, `{"errcode":45009,"errmsg":"api freq out of limit, hint: ` + key + `"}`, "push.rate_limited", false, 60},
		{robot.WeCom, 200, `{"errcode":93000,"errmsg":"x"}`, "push.gone", true, nil},
		{robot.WeCom, 200, `{"errcode":93008,"errmsg":"x"}`, "push.gone", true, nil},
		{robot.WeCom, 200, `{"errcode":45002,"errmsg":"x"}`, "push.too_long", true, nil},
		{robot.WeCom, 200, `{"errcode":44004,"errmsg":"x"}`, "push.rejected", true, nil},
		{robot.WeCom, 200, `{"errcode":-1,"errmsg":"x"}`, "push.unavailable", false, nil},
		{robot.WeCom, 200, `{"errcode":12345,"errmsg":"x"}`, "push.rejected", false, nil},
		{robot.WeCom, 200, `<html>`, "push.unavailable", false, nil},
		{robot.DingTalk, 200, `{"errcode":310000,"errmsg":"sign not match"}`, "push.signature", true, nil},
		{robot.DingTalk, 200, `{"errcode":310000,"errmsg":"invalid timestamp"}`, "push.signature", true, nil},
		{robot.DingTalk, 200, `{"errcode":310000,"errmsg":"keywords not in content"}`, "push.rejected", true, nil},
		{robot.DingTalk, 200, `{"errcode":130101,"errmsg":"send too fast"}`, "push.rate_limited", false, 600},
		{robot.DingTalk, 200, `{"errcode":400101,"errmsg":"x"}`, "push.gone", true, nil},
		{robot.DingTalk, 200, `{"errcode":40035,"errmsg":"x"}`, "push.rejected", true, nil},
		{robot.DingTalk, 200, `{"errcode":460101,"errmsg":"message too long, exceed 20000 bytes"}`, "push.too_long", true, nil},
		{robot.DingTalk, 200, `{"status":1111,"wait":9,"punish":"deny"}`, "push.rate_limited", false, 9},
		{robot.DingTalk, 200, `<html>`, "push.rate_limited", false, 5},
		{robot.Feishu, 200, `{"code":9499,"msg":"Bad Request"}`, "push.rejected", true, nil},
		{robot.Feishu, 200, `{"code":9499,"msg":"Frequency limited"}`, "push.rate_limited", false, 60},
		{robot.Feishu, 200, `{"code":11232,"msg":"frequency limited"}`, "push.rate_limited", false, 60},
		{robot.Feishu, 200, `{"code":19021,"msg":"x"}`, "push.signature", true, nil},
		{robot.Feishu, 200, `{"code":19024,"msg":"x"}`, "push.rejected", true, nil},
		{robot.Feishu, 200, `{"code":19001,"msg":"x"}`, "push.gone", true, nil},
		{robot.Feishu, 200, ``, "push.unavailable", false, nil},
		{robot.Webhook, 410, ``, "push.gone", true, nil},
		{robot.Webhook, 429, ``, "push.rate_limited", false, 7},
		{robot.Webhook, 504, ``, "push.rate_limited", false, nil},
		{robot.Webhook, 413, ``, "push.too_long", true, nil},
		{robot.Webhook, 500, ``, "push.unavailable", false, nil},
		{robot.Webhook, 302, ``, "push.rejected", true, nil},
		{robot.Slack, 429, `rate_limited`, "push.rate_limited", false, 7},
		{robot.Slack, 400, `invalid_payload`, "push.rejected", true, nil},
		{robot.Slack, 403, `invalid_token`, "push.auth", true, nil},
		{robot.Slack, 404, `no_service`, "push.gone", true, nil},
		{robot.Slack, 410, `channel_is_archived`, "push.gone", true, nil},
		{robot.Slack, 500, `rollup_error`, "push.unavailable", false, nil},
		{robot.Slack, 502, `<html>`, "push.rate_limited", false, nil},
		{robot.Slack, 200, `{"ok":false,"error":"invalid_auth"}`, "push.auth", true, nil},
		{robot.Slack, 200, `{"ok":false,"error":"channel_not_found"}`, "push.gone", true, nil},
		{robot.Slack, 200, `{"ok":false,"error":"msg_too_long"}`, "push.too_long", true, nil},
		{robot.Slack, 200, `{"ok":false,"error":"something_new"}`, "push.rejected", false, nil},
		{robot.Slack, 200, `<html>`, "push.unavailable", false, nil},
		{robot.Slack, 200, `{}`, "push.unavailable", false, nil},
		{robot.WeCom, 403, `no`, "push.rejected", true, nil},
	} {
		s := start(t)
		s.status, s.answer = c.status, c.answer
		answer, failure := s.robot(t, c.platform, "").Send(t.Context(), robot.Message{Text: "x"})
		require.Nil(t, answer)
		require.NotNil(t, failure, "%s %s", c.platform, c.answer)
		require.Equal(t, c.code, failure.Code, "%s %s", c.platform, c.answer)
		require.Equal(t, c.permanent, failure.Permanent, "%s %s", c.platform, c.answer)
		require.Equal(t, c.status, failure.Status)
		require.NotContains(t, fmt.Sprintf("%+v", failure), key)
		if c.wait != nil {
			require.Equal(t, c.wait, failure.Details.(core.Object)["retryAfter"])
		}
	}
}

func TestSlackTextsAreCutBetweenEntities(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.answer = "ok"
	r := s.robot(t, robot.Slack, "")
	send(t, r, robot.Message{Text: strings.Repeat("单&", 20000), Mentions: []string{"U1"}})
	text := s.last(t).body["text"].(string)
	require.LessOrEqual(t, len(text), 40000)
	require.Greater(t, len(text), 39980)
	require.True(t, strings.HasSuffix(strings.TrimSuffix(text, "…"), "单") || strings.HasSuffix(text, "&amp;…"), text[len(text)-20:])
	require.True(t, utf8.ValidString(text))
	send(t, r, robot.Message{Markdown: strings.Repeat("单", 2000)})
	block := s.last(t).body["blocks"].(core.List)[0].(core.Object)["text"].(core.Object)["text"].(string)
	require.Equal(t, strings.Repeat("单", 999)+"…", block)
}

func TestSlackWithAToken(t *testing.T) {
	t.Parallel()
	s := start(t)
	s.answer = `{"ok":true,"ts":"1700000000.123456"}`
	r := robot.New(robot.Config{
		Platform: robot.Slack, Address: secret.New(robot.SlackAddress(s.URL, "")), Token: secret.New("xoxb-1"), Channel: "C01",
		Client: httpclient.New(httpclient.Config{}),
	})
	t.Cleanup(r.Close)
	require.Equal(t, "1700000000.123456", send(t, r, robot.Message{Text: "hi"}).(core.Object)["ts"])
	require.Equal(t, "/chat.postMessage", s.last(t).path)
	require.Equal(t, "Bearer xoxb-1", s.last(t).header.Get("Authorization"))
	require.Equal(t, core.Object{"channel": "C01", "text": "hi", "mrkdwn": false}, s.last(t).body)
	require.Equal(t, "https://slack.com/api/chat.postMessage", robot.SlackAddress("", ""))
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	s := start(t)
	require.Equal(t, 0, send(t, s.robot(t, robot.WeCom, ""), robot.Message{Text: "x"}).(core.Object)["errcode"])
	s.answer = "thanks"
	require.Equal(t, "thanks", send(t, s.robot(t, robot.Webhook, ""), robot.Message{Text: "x"}))
	s.status, s.answer = 204, ""
	require.Nil(t, send(t, s.robot(t, robot.Webhook, ""), robot.Message{Text: "x"}))
}

func TestMessagesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := start(t)
	for platform, messages := range map[robot.Platform][]robot.Message{
		robot.WeCom:  {{}, {Text: "a", Markdown: "b"}, {Markdown: "b", Mentions: []string{"13800138000"}}},
		robot.Feishu: {{Text: "a", Mentions: []string{"13800138000"}}},
		robot.Slack: {
			{Text: "a", Mentions: []string{"13800138000"}}, {Text: "a", Mentions: []string{"U1> <!channel"}}, {Text: "a", Mentions: []string{"ops"}},
			{Card: core.Object{"elements": core.List{}}},
		},
	} {
		for _, m := range messages {
			_, failure := s.robot(t, platform, "").Send(t.Context(), m)
			require.Equal(t, "push.rejected", failure.Code)
			require.True(t, failure.Permanent)
		}
	}
	require.Empty(t, s.calls)
	require.Nil(t, robot.New(robot.Config{Platform: "fax"}))
}

func TestALostConnectionShowsNoKey(t *testing.T) {
	t.Parallel()
	s := start(t)
	for _, platform := range []robot.Platform{robot.WeCom, robot.DingTalk, robot.Feishu} {
		r := s.robot(t, platform, "signing-secret")
		s.Close()
		_, failure := r.Send(t.Context(), robot.Message{Text: "x"})
		require.Equal(t, "http.connect", failure.Code)
		require.NotContains(t, fmt.Sprintf("%+v %v", failure, failure), key)
		require.NotContains(t, fmt.Sprintf("%+v %v", r, *r), key)
		require.NotContains(t, fmt.Sprintf("%+v %v", r, *r), "signing-secret")
	}
}
