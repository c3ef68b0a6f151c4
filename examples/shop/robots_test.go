package shop

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func (b *bench) wecom(body string) map[string]any {
	b.t.Helper()
	return b.send("POST", "/cgi-bin/webhook/send?key="+b.creds.WeCom.Key, body).json(b.t)
}

func (b *bench) dingtalk(body string) map[string]any {
	b.t.Helper()
	ms := fmt.Sprint(b.clock.Now().UnixMilli())
	return b.send("POST", "/robot/send?access_token="+b.creds.DingTalk.AccessToken+"&timestamp="+ms+"&sign="+url.QueryEscape(dingtalkSign(b.creds.DingTalk.Secret, ms)), body).json(b.t)
}

// feishu signs the members of a body that is given without braces.
func (b *bench) feishu(members string) map[string]any {
	b.t.Helper()
	return b.send("POST", "/open-apis/bot/v2/hook/"+b.creds.Feishu.Token, `{"timestamp":"`+b.unix()+`","sign":"`+feishuSign(b.creds.Feishu.Secret, b.unix())+`",`+members+`}`).json(b.t)
}

func TestWeComMessages(t *testing.T) {
	t.Parallel()
	card := func(more string) string {
		return `{"msgtype":"template_card","template_card":{"main_title":{"title":"标题"},` + more + `}}`
	}
	article := `{"title":"标题","url":"https://shop.example/1"}`
	for _, c := range []struct {
		name, body string
		code       int
		text       string
	}{
		{"text", `{"msgtype":"text","text":{"content":"订单<1>","mentioned_list":["@all"]}}`, 0, "订单<1>"},
		{"682 Chinese characters", `{"msgtype":"text","text":{"content":"` + strings.Repeat("字", 682) + `"}}`, 0, strings.Repeat("字", 682)},
		{"683 Chinese characters", `{"msgtype":"text","text":{"content":"` + strings.Repeat("字", 683) + `"}}`, 45002, ""},
		{"markdown", `{"msgtype":"markdown","markdown":{"content":"` + strings.Repeat("a", 4096) + `"}}`, 0, strings.Repeat("a", 4096)},
		{"markdown too long", `{"msgtype":"markdown","markdown":{"content":"` + strings.Repeat("a", 4097) + `"}}`, 45002, ""},
		{"markdown_v2", `{"msgtype":"markdown_v2","markdown_v2":{"content":"|a|b|"}}`, 0, "|a|b|"},
		{"empty", `{"msgtype":"text","text":{"content":""}}`, 44004, ""},
		{"under another key", `{"msgtype":"markdown","text":{"content":"x"}}`, 44004, ""},
		{"misspelled", `{"msgtype":"text","text":{"Content":"x"}}`, 44004, ""},
		{"unknown type", `{"msgtype":"video"}`, 40008, ""},
		{"no JSON", `hello`, 40058, ""},
		{"image that is none", `{"msgtype":"image","image":{"base64":"aGVsbG8=","md5":"5d41402abc4b2a76b9719d911017c592"}}`, 40058, ""},
		{"news", `{"msgtype":"news","news":{"articles":[` + article + `]}}`, 0, "标题"},
		{"nine articles", `{"msgtype":"news","news":{"articles":[` + strings.Repeat(article+",", 8) + article + `]}}`, 45008, ""},
		{"article without url", `{"msgtype":"news","news":{"articles":[{"title":"a"}]}}`, 40058, ""},
		{"no article", `{"msgtype":"news","news":{"articles":[]}}`, 44004, ""},
		{"long title is cut", `{"msgtype":"news","news":{"articles":[{"url":"u","title":"` + strings.Repeat("字", 50) + `"}]}}`, 0, strings.Repeat("字", 42)},
		{"card", card(`"card_type":"text_notice","card_action":{"type":1,"url":"https://shop.example"}`), 0, "标题"},
		{"card without action", card(`"card_type":"text_notice"`), 40058, ""},
		{"mini program without page", card(`"card_type":"text_notice","card_action":{"type":2,"appid":"wx1"}`), 40058, ""},
		{"news card without image", card(`"card_type":"news_notice","card_action":{"type":1,"url":"u"}`), 40058, ""},
		{"card of unknown type", card(`"card_type":"vote","card_action":{"type":1,"url":"u"}`), 40058, ""},
		{"seven rows", card(`"card_type":"text_notice","card_action":{"type":1,"url":"u"},"horizontal_content_list":[{},{},{},{},{},{},{}]`), 40058, ""},
		{"file that was not uploaded", `{"msgtype":"file","file":{"media_id":"x"}}`, 40007, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Options{})
			require.Equal(t, number(c.code), b.wecom(c.body)["errcode"])
			messages := b.shop.Messages(WeCom)
			if c.code != 0 {
				require.Empty(t, messages)
				return
			}
			require.Len(t, messages, 1)
			require.Equal(t, c.text, messages[0].Text)
			require.JSONEq(t, c.body, string(messages[0].Body))
		})
	}
}

func TestWeComUploads(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	upload := func(kind, content string) map[string]any {
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		part, err := form.CreateFormFile("media", "report.txt")
		require.NoError(t, err)
		_, _ = part.Write([]byte(content))
		require.NoError(t, form.Close())
		return b.send("POST", "/cgi-bin/webhook/upload_media?key="+b.creds.WeCom.Key+"&type="+kind, body.String(), "Content-Type", form.FormDataContentType()).json(t)
	}
	r := upload("file", "hello")
	require.Equal(t, number(0), r["errcode"])
	require.Equal(t, b.unix(), r["created_at"], "seconds as text")
	send := func() any {
		return b.wecom(`{"msgtype":"file","file":{"media_id":"` + r["media_id"].(string) + `"}}`)["errcode"]
	}
	require.Equal(t, number(0), send())
	b.clock.advance(73 * time.Hour)
	require.Equal(t, number(40007), send(), "media live three days")
	require.Equal(t, number(40058), upload("file", "1234")["errcode"], "at least 5 bytes")
	require.Equal(t, number(40058), upload("image", "hello")["errcode"])
	require.Equal(t, number(93000), b.send("POST", "/cgi-bin/webhook/upload_media?key=x&type=file", "").json(t)["errcode"])
	require.Equal(t, number(40058), b.send("POST", "/cgi-bin/webhook/upload_media?key="+b.creds.WeCom.Key+"&type=file", "").json(t)["errcode"])
}

func TestWeComKeyAndRate(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	text := `{"msgtype":"text","text":{"content":"x"}}`
	require.Equal(t, number(93000), b.send("POST", "/cgi-bin/webhook/send?key=wrong", text).json(t)["errcode"])
	for range 20 {
		require.Equal(t, number(0), b.wecom(text)["errcode"])
	}
	b.clock.advance(59 * time.Second)
	r := b.wecom(text)
	require.Equal(t, number(45009), r["errcode"])
	require.Contains(t, r["errmsg"], "api freq out of limit")
	b.clock.advance(time.Second)
	require.Equal(t, number(0), b.wecom(text)["errcode"])
	require.Len(t, b.shop.Messages(WeCom), 21)
}

func TestDingTalkMessages(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for _, c := range []struct {
		name, body string
		code       int
	}{
		{"text", `{"msgtype":"text","text":{"content":"x"},"at":{"isAtAll":true}}`, 0},
		{"empty text", `{"msgtype":"text","text":{"content":""}}`, 40035},
		{"link", `{"msgtype":"link","link":{"title":"t","text":"x","messageUrl":"u"}}`, 0},
		{"link spelled like a feed", `{"msgtype":"link","link":{"title":"t","text":"x","messageURL":"u"}}`, 40035},
		{"markdown", `{"msgtype":"markdown","markdown":{"title":"t","text":"# x"}}`, 0},
		{"markdown without title", `{"msgtype":"markdown","markdown":{"text":"# x"}}`, 40035},
		{"card with one button", `{"msgtype":"actionCard","actionCard":{"title":"t","text":"x","singleTitle":"b","singleURL":"u","btnOrientation":"0"}}`, 0},
		{"card with buttons", `{"msgtype":"actionCard","actionCard":{"title":"t","text":"x","btns":[{"title":"b","actionURL":"u"}],"btnOrientation":"1"}}`, 0},
		{"card without button", `{"msgtype":"actionCard","actionCard":{"title":"t","text":"x"}}`, 40035},
		{"card without text", `{"msgtype":"actionCard","actionCard":{"title":"t"}}`, 40035},
		{"orientation as a number", `{"msgtype":"actionCard","actionCard":{"title":"t","text":"x","singleTitle":"b","singleURL":"u","btnOrientation":0}}`, 40035},
		{"orientation sideways", `{"msgtype":"actionCard","actionCard":{"title":"t","text":"x","singleTitle":"b","singleURL":"u","btnOrientation":"2"}}`, 40035},
		{"feed", `{"msgtype":"feedCard","feedCard":{"links":[{"title":"t","messageURL":"u","picURL":"p"}]}}`, 0},
		{"feed spelled like a link", `{"msgtype":"feedCard","feedCard":{"links":[{"title":"t","messageUrl":"u","picUrl":"p"}]}}`, 40035},
		{"empty feed", `{"msgtype":"feedCard","feedCard":{"links":[]}}`, 40035},
		{"unknown type", `{"msgtype":"image"}`, 400105},
		{"no JSON", `x`, 40035},
		{"20001 bytes", `{"msgtype":"text","text":{"content":"` + strings.Repeat("x", 20001-39) + `"}}`, 460101},
	} {
		require.Equal(t, number(c.code), b.dingtalk(c.body)["errcode"], c.name)
	}
	require.Len(t, b.shop.Messages(DingTalk), 6)
}

func TestDingTalkSecurityAndRate(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Credentials: Credentials{DingTalk: DingTalkCredentials{AccessToken: "t", Secret: "SECx", Keyword: "订单"}}})
	text := `{"msgtype":"text","text":{"content":"订单 1"}}`
	at := func(moment time.Time) any {
		ms := fmt.Sprint(moment.UnixMilli())
		return b.send("POST", "/robot/send?access_token=t&timestamp="+ms+"&sign="+url.QueryEscape(dingtalkSign("SECx", ms)), text).json(t)["errmsg"]
	}
	require.Equal(t, "ok", at(noon.Add(-time.Hour)))
	require.Equal(t, "invalid timestamp", at(noon.Add(-61*time.Minute)))
	require.Equal(t, "invalid timestamp", b.send("POST", "/robot/send?access_token=t", text).json(t)["errmsg"])
	require.Equal(t, "keywords not in content", b.dingtalk(`{"msgtype":"text","text":{"content":"hello"}}`)["errmsg"])
	require.Equal(t, number(310000), b.dingtalk(`{"msgtype":"text","text":{"content":"hello"}}`)["errcode"])
	require.Equal(t, number(300001), b.send("POST", "/robot/send", text).json(t)["errcode"])
	require.Equal(t, number(400102), b.send("POST", "/robot/send?access_token=x", text).json(t)["errcode"])
	for range 19 {
		require.Equal(t, "ok", b.dingtalk(text)["errmsg"])
	}
	require.Equal(t, number(130101), b.dingtalk(text)["errcode"])
	b.clock.advance(9 * time.Minute)
	require.Equal(t, number(130101), b.dingtalk(text)["errcode"], "blocked for ten minutes")
	b.clock.advance(time.Minute)
	require.Equal(t, number(0), b.dingtalk(text)["errcode"])
}

func TestFeishuMessages(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, members string
		code          int
		text          string
	}{
		{"text", `"msg_type":"text","content":{"text":"x <at user_id=\"all\">所有人</at>"}`, 0, `x <at user_id="all">所有人</at>`},
		{"empty text", `"msg_type":"text","content":{"text":""}`, 9499, ""},
		{"post", `"msg_type":"post","content":{"post":{"zh_cn":{"title":"标题","content":[[{"tag":"text","text":"a"},{"tag":"a","text":"b","href":"u"},{"tag":"at","user_id":"all"}],[{"tag":"img","image_key":"k"}]]}}}`, 0, "标题\nab@all\n[图片]"},
		{"post with unknown tag", `"msg_type":"post","content":{"post":{"zh_cn":{"content":[[{"tag":"video"}]]}}}`, 9499, ""},
		{"post of one list", `"msg_type":"post","content":{"post":{"zh_cn":{"content":[{"tag":"text","text":"a"}]}}}`, 9499, ""},
		{"post without paragraph", `"msg_type":"post","content":{"post":{"zh_cn":{"title":"t"}}}`, 9499, ""},
		{"post without language", `"msg_type":"post","content":{"post":{}}`, 9499, ""},
		{"card", `"msg_type":"interactive","card":{"header":{"title":{"tag":"plain_text","content":"标题"}},"elements":[{"tag":"div","text":{"tag":"lark_md","content":"**x**"}},{"tag":"hr"}]}`, 0, "标题\n**x**"},
		{"card of version 2", `"msg_type":"interactive","card":{"schema":"2.0","body":{"elements":[{"tag":"markdown","content":"x"}]}}`, 0, "x"},
		{"card under content", `"msg_type":"interactive","content":{"elements":[{"tag":"hr"}]}`, 9499, ""},
		{"card element without tag", `"msg_type":"interactive","card":{"elements":[{"text":{"content":"x"}}]}`, 9499, ""},
		{"image", `"msg_type":"image","content":{"image_key":"k"}`, 0, "[图片]"},
		{"image without key", `"msg_type":"image","content":{}`, 9499, ""},
		{"group", `"msg_type":"share_chat","content":{"share_chat_id":"oc_1"}`, 0, "[群名片]"},
		{"group without id", `"msg_type":"share_chat","content":{}`, 9499, ""},
		{"type in another spelling", `"msgtype":"text","content":{"text":"x"}`, 9499, ""},
		{"over 20 KB", `"msg_type":"text","content":{"text":"` + strings.Repeat("字", 7000) + `"}`, 9499, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, Options{})
			require.Equal(t, number(c.code), b.feishu(c.members)["code"])
			if c.code == 0 {
				require.Equal(t, c.text, b.shop.Messages(Feishu)[0].Text)
			} else {
				require.Empty(t, b.shop.Messages(Feishu))
			}
		})
	}
}

func TestFeishuSecurityAndRate(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Credentials: Credentials{Feishu: FeishuCredentials{Token: "t", Secret: "s", Keyword: "订单"}}})
	signed := func(at time.Time, quote string) any {
		seconds := fmt.Sprint(at.Unix())
		return b.send("POST", "/open-apis/bot/v2/hook/t", `{"timestamp":`+quote+seconds+quote+`,"sign":"`+feishuSign("s", seconds)+`","msg_type":"text","content":{"text":"订单 1"}}`).json(t)["code"]
	}
	require.Equal(t, number(0), signed(noon.Add(-time.Hour), `"`))
	require.Equal(t, number(19021), signed(noon.Add(-61*time.Minute), `"`))
	require.Equal(t, number(9499), signed(noon, ``), "the timestamp is text")
	require.Equal(t, number(19021), b.send("POST", "/open-apis/bot/v2/hook/t", `{"msg_type":"text","content":{"text":"订单"}}`).json(t)["code"])
	require.Equal(t, number(19024), b.feishu(`"msg_type":"text","content":{"text":"hello"}`)["code"])
	require.Equal(t, number(19001), b.send("POST", "/open-apis/bot/v2/hook/x", `{}`).json(t)["code"])
	require.Equal(t, number(9499), b.send("POST", "/open-apis/bot/v2/hook/t", `x`).json(t)["code"])
	send := func() any { return b.feishu(`"msg_type":"text","content":{"text":"订单"}`)["code"] }
	for range 4 {
		require.Equal(t, number(0), send())
	}
	require.Equal(t, number(11232), send(), "five a second")
	sent := 5
	b.clock.advance(time.Second)
	for sent < 100 {
		b.clock.advance(250 * time.Millisecond)
		require.Equal(t, number(0), send())
		sent++
	}
	b.clock.advance(time.Second)
	require.Equal(t, number(11232), send(), "a hundred a minute")
	b.clock.advance(time.Minute)
	r := b.feishu(`"msg_type":"text","content":{"text":"订单"}`)
	require.Equal(t, map[string]any{"code": number(0), "msg": "success", "data": map[string]any{}, "Extra": nil, "StatusCode": number(0), "StatusMessage": "success"}, r)
}
