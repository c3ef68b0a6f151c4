package mail_test

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/egress"
	"sluice/connect/mail"
	"sluice/connect/robot"
	"sluice/connect/secret"
	"sluice/engine/core"
)

var sentAt = time.Date(2026, 3, 1, 9, 30, 0, 0, time.FixedZone("", 8*3600))

func (s *server) sender(t *testing.T, change func(*mail.Config)) *mail.Sender {
	t.Helper()
	from, err := mail.ParseAddress("运营 <ops@shop.example>")
	require.NoError(t, err)
	to, err := mail.ParseAddresses("team@shop.example")
	require.NoError(t, err)
	mask := &secret.Mask{}
	mask.Add(mailPassword)
	c := mail.Config{
		Host: "localhost", Port: s.port(), User: mailUser, Password: secret.New(mailPassword), From: from, To: to, Roots: s.roots, Mask: mask,
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, s.listener.Addr().String())
		},
		Now: func() time.Time { return sentAt },
	}
	if change != nil {
		change(&c)
	}
	return mail.New(c)
}

// part is a piece of a message: its type, and its text.
type part struct{ kind, text string }

// read takes a message apart as a reader does.
func read(t *testing.T, data string) (netmail.Header, []part) {
	t.Helper()
	m, err := netmail.ReadMessage(strings.NewReader(data))
	require.NoError(t, err)
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	require.NoError(t, err)
	text := func(r io.Reader) string {
		b, err := io.ReadAll(base64.NewDecoder(base64.StdEncoding, r))
		require.NoError(t, err)
		return string(b)
	}
	if kind != "multipart/alternative" {
		return m.Header, []part{{kind, text(m.Body)}}
	}
	var parts []part
	reader := multipart.NewReader(m.Body, params["boundary"])
	for {
		p, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return m.Header, parts
		}
		require.NoError(t, err)
		kind, _, err := mime.ParseMediaType(p.Header.Get("Content-Type"))
		require.NoError(t, err)
		parts = append(parts, part{kind, text(p)})
	}
}

func decoded(t *testing.T, header string) string {
	t.Helper()
	text, err := new(mime.WordDecoder).DecodeHeader(header)
	require.NoError(t, err)
	return text
}

func TestAMessageArrives(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server func(*server)
		config func(*mail.Config)
		user   string
		secure bool
	}{
		"starttls": {nil, nil, mailUser, true},
		"tls":      {func(s *server) { s.implicit = true }, func(c *mail.Config) { c.Security = mail.TLS }, mailUser, true},
		"login":    {func(s *server) { s.ways = "LOGIN" }, nil, mailUser, true},
		"no login": {nil, func(c *mail.Config) { c.User, c.Password = "", secret.Text{} }, "", true},
		"none":     {func(s *server) { s.plain = true }, func(c *mail.Config) { c.Security, c.User, c.Password = mail.None, "", secret.Text{} }, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, c.server)
			sender := s.sender(t, c.config)
			require.Nil(t, sender.Probe(t.Context()))
			require.Empty(t, s.messages(), "a probe sends nothing")
			answer, failure := sender.Send(t.Context(), robot.Message{
				Text: "订单 A1 已发货\n.一行以点开头\n" + strings.Repeat("长", 2000), Title: "发货", Mentions: []string{"Li <li@shop.example>", "all", "team@shop.example"}, Key: "run/1",
			})
			require.Nil(t, failure)
			got := s.messages()
			require.Len(t, got, 1)
			require.Equal(t, "FROM:<ops@shop.example> BODY=8BITMIME", got[0].from)
			require.Equal(t, []string{"team@shop.example", "li@shop.example"}, got[0].to)
			require.Equal(t, c.user, got[0].user)
			require.Equal(t, c.secure, got[0].secure)
			header, parts := read(t, got[0].data)
			require.Equal(t, []part{{"text/plain", "订单 A1 已发货\n.一行以点开头\n" + strings.Repeat("长", 2000)}}, parts)
			require.Equal(t, "发货", decoded(t, header.Get("Subject")))
			require.Equal(t, "Sun, 01 Mar 2026 09:30:00 +0800", header.Get("Date"))
			from, err := header.AddressList("From")
			require.NoError(t, err)
			require.Equal(t, "运营", from[0].Name)
			require.Empty(t, header.Get("Bcc"))
			said := answer.(core.Object)
			require.Equal(t, header.Get("Message-ID"), said["messageId"])
			require.Equal(t, core.List{"<team@shop.example>", `"Li" <li@shop.example>`}, said["recipients"])
			require.Contains(t, said["response"], "taken as 42")

			again, failure := sender.Send(t.Context(), robot.Message{Text: "x", Key: "run/1"})
			require.Nil(t, failure)
			require.Equal(t, said["messageId"], again.(core.Object)["messageId"], "every try at a task has one id")
			other, failure := sender.Send(t.Context(), robot.Message{Text: "x", Key: "run/2"})
			require.Nil(t, failure)
			require.NotEqual(t, said["messageId"], other.(core.Object)["messageId"])
		})
	}
}

func TestMarkdownIsReadByPeopleAndRunsNothing(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	const markdown = "# 超时 <script>alert(1)</script>\n**3** 单 *慢* `a<b` [看板](https://shop.example/?a=1&b=\"x) [坏](javascript:alert(1))\n\n" +
		"- 一\n- `**` 二\n1. 首\n> 引用 [`code`](https://shop.example)\n```\n<b>*raw*</b>\n```\n末"
	_, failure := s.sender(t, nil).Send(t.Context(), robot.Message{Markdown: markdown})
	require.Nil(t, failure)
	header, parts := read(t, s.messages()[0].data)
	require.Equal(t, "超时 <script>alert(1)</script>", decoded(t, header.Get("Subject")))
	require.Equal(t, part{"text/plain", markdown}, parts[0])
	require.Equal(t, part{"text/html", "<!DOCTYPE html>\n<html><body>\n" +
		"<h1>超时 &lt;script&gt;alert(1)&lt;/script&gt;</h1>\n" +
		"<b>3</b> 单 <i>慢</i> <code>a&lt;b</code> <a href=\"https://shop.example/?a=1&amp;b=&#34;x\">看板</a> [坏](javascript:alert(1))<br>\n<br>\n" +
		"<ul>\n<li>一</li>\n<li><code>**</code> 二</li>\n</ul>\n<ol>\n<li>首</li>\n</ol>\n<blockquote>\n" +
		"引用 <a href=\"https://shop.example\"><code>code</code></a><br>\n</blockquote>\n<pre>&lt;b&gt;*raw*&lt;/b&gt;\n</pre>\n末<br>\n</body></html>\n"}, parts[1])
}

func TestWhatIsNotSent(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	sender := s.sender(t, nil)
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprintf("u%d@shop.example", i)
	}
	for _, m := range []robot.Message{
		{}, {Text: "a", Markdown: "b"}, {Card: core.Object{"x": 1}}, {Text: "a", Title: "x\r\nBcc: thief@evil.example"}, {Text: "a", Title: "x\ny"},
		{Text: "a", Title: "x\x00"}, {Text: "a", Mentions: []string{"li@shop.example\r\nRCPT TO:<thief@evil.example>"}}, {Text: "a", Mentions: []string{"ou_1"}},
		{Text: "a", Mentions: []string{"a@b.example, c@d.example"}}, {Text: "a", Mentions: many},
	} {
		_, failure := sender.Send(t.Context(), m)
		require.NotNil(t, failure, m)
		require.Equal(t, "push.rejected", failure.Code)
		require.True(t, failure.Permanent)
	}
	_, failure := s.sender(t, func(c *mail.Config) { c.To = nil }).Send(t.Context(), robot.Message{Text: "a", Mentions: []string{"all"}})
	require.Equal(t, "push.rejected", failure.Code)
	require.Empty(t, s.messages())
	for _, text := range []string{"", "x", "a@b.example\nc", "a@b.example, "} {
		_, err := mail.ParseAddress(text)
		require.Error(t, err, text)
	}
	for _, text := range []string{"x", "a@b.example\n, c@d.example"} {
		_, err := mail.ParseAddresses(text)
		require.Error(t, err, text)
	}
	// A first line that would be a header of its own is none.
	_, failure = sender.Send(t.Context(), robot.Message{Text: "x\rBcc: thief@evil.example\nmore"})
	require.Nil(t, failure)
	header, _ := read(t, s.messages()[0].data)
	require.Empty(t, header.Get("Bcc"))
	require.Equal(t, "xBcc: thief@evil.example", header.Get("Subject"))
	_, failure = sender.Send(t.Context(), robot.Message{Text: strings.Repeat("单", 1<<20)})
	require.Nil(t, failure)
	_, parts := read(t, s.messages()[1].data)
	require.Len(t, parts[0].text, 1<<20-1)
	require.True(t, strings.HasSuffix(parts[0].text, "单…"))
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		when, reply string
		code        string
		permanent   bool
		unknown     bool
		errcode     core.Value
	}{
		{"connect", "554 5.7.1 go away", "push.rejected", true, false, 554},
		{"connect", "421 4.3.2 too busy", "push.rate_limited", false, false, 421},
		{"connect", "hang up", "push.unavailable", false, false, nil},
		{"STARTTLS", "454 4.7.0 not now", "push.unavailable", false, false, 454},
		{"AUTH", "535 5.7.8 wrong code", "push.auth", true, false, 535},
		{"AUTH", "454 4.7.0 later", "push.unavailable", false, false, 454},
		{"MAIL", "451 4.3.0 greylisted", "push.unavailable", false, false, 451},
		{"MAIL", "552 5.3.4 too large", "push.too_long", true, false, 552},
		{"RCPT", "450 4.2.0 greylisted", "push.unavailable", false, false, 450},
		{"RCPT", "550 5.1.1 no such user", "push.rejected", true, false, 550},
		{"DATA", "554 5.5.1 no", "push.rejected", true, false, 554},
		{".", "450 4.7.1 too many messages", "push.rate_limited", false, false, 450},
		{".", "554 5.7.1 looks like spam", "push.rejected", true, false, 554},
		{".", "hang up", "push.unavailable", false, true, nil},
		{"QUIT", "hang up", "", false, false, nil},
		{"QUIT", "500 no", "", false, false, nil},
	} {
		t.Run(c.when+" "+c.reply, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, func(s *server) { s.reply[c.when] = c.reply })
			_, failure := s.sender(t, nil).Send(t.Context(), robot.Message{Text: "x"})
			if c.code == "" {
				require.Nil(t, failure, "the message was taken before")
				require.Len(t, s.messages(), 1)
				return
			}
			require.NotNil(t, failure)
			require.Equal(t, c.code, failure.Code, failure.Message)
			require.Equal(t, c.permanent, failure.Permanent, failure.Message)
			require.Equal(t, c.unknown, failure.Unknown, failure.Message)
			details, _ := failure.Details.(core.Object)
			require.Equal(t, c.errcode, details["errcode"])
			require.Empty(t, s.messages())
		})
	}
}

func TestOneRecipientWhoIsRefusedStopsTheMessage(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	_, failure := s.sender(t, nil).Send(t.Context(), robot.Message{Text: "x", Mentions: []string{"nobody@shop.example"}})
	require.Equal(t, "push.rejected", failure.Code)
	require.Empty(t, s.messages(), "so that another try does not send it twice to the others")
}

func TestNoPasswordOverAConnectionThatOthersCanRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		server func(*server)
		config func(*mail.Config)
		code   string
	}{
		"no starttls":    {func(s *server) { s.plain = true }, nil, "push.tls"},
		"none":           {func(s *server) { s.plain = true }, func(c *mail.Config) { c.Security = mail.None }, "push.auth"},
		"a stranger":     {nil, func(c *mail.Config) { c.Roots = nil }, "push.tls"},
		"a stranger tls": {func(s *server) { s.implicit = true }, func(c *mail.Config) { c.Roots, c.Security = nil, mail.TLS }, "push.tls"},
		"another name":   {nil, func(c *mail.Config) { c.Host = "mail.other.example" }, "push.tls"},
		"unknown ways":   {func(s *server) { s.ways = "XOAUTH2" }, nil, "push.auth"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startServer(t, c.server)
			sender := s.sender(t, c.config)
			_, failure := sender.Send(t.Context(), robot.Message{Text: "x"})
			require.NotNil(t, failure)
			require.Equal(t, c.code, failure.Code, failure.Message)
			require.True(t, failure.Permanent)
			require.False(t, failure.Unknown)
			require.Equal(t, c.code, sender.Probe(t.Context()).Code)
			require.Empty(t, s.messages())
		})
	}
}

func TestSecretsStayOutOfFailures(t *testing.T) {
	t.Parallel()
	s := startServer(t, nil)
	sender := s.sender(t, func(c *mail.Config) { c.User = "someone-else" })
	_, failure := sender.Send(t.Context(), robot.Message{Text: "x"})
	require.Equal(t, "push.auth", failure.Code)
	require.NotContains(t, fmt.Sprintf("%+v", failure), mailPassword, "the server repeats it")
	require.NotContains(t, fmt.Sprintf("%+v", sender), mailPassword)
}

func TestADeadlineEndsTheConversation(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = silent.Close() })
	s := startServer(t, nil)
	sender := s.sender(t, func(c *mail.Config) {
		c.Dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, network, silent.Addr().String())
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, failure := sender.Send(ctx, robot.Message{Text: "x"})
	require.Equal(t, "push.unavailable", failure.Code)
	require.False(t, failure.Unknown)
	require.Contains(t, failure.Message, "in the time allowed")

	policy, err := egress.Parse(nil, []string{"127.0.0.0/8"})
	require.NoError(t, err)
	_, failure = s.sender(t, func(c *mail.Config) { c.Dial, c.Host = policy.DialContext, "127.0.0.1" }).Send(t.Context(), robot.Message{Text: "x"})
	require.Equal(t, "connection.blocked", failure.Code)
}
