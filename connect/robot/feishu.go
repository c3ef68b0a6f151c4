package robot

import (
	"maps"
	"net/url"
	"strings"

	"sluice/connect/httpclient"
	"sluice/connect/sign"
	"sluice/engine/core"
)

// feishu is the custom robot of Feishu and Lark (飞书): the token in the path gives access, a signature goes into the
// body.
type feishu struct{}

// FeishuAddress is the address of a robot by its token; base is empty for Feishu's, https://open.larksuite.com for
// Lark's.
func FeishuAddress(base, token string) string {
	if base == "" {
		base = "https://open.feishu.cn"
	}
	return base + "/open-apis/bot/v2/hook/" + url.PathEscape(token)
}

// feishuBody is the limit of the whole body, in bytes: "20 KB", taken as the smaller one.
const feishuBody = 20000

func (feishu) request(c *Config, m Message) (httpclient.Request, *core.Failure) {
	users, mobiles, all := m.mentions()
	if len(mobiles) > 0 {
		return httpclient.Request{}, rejected("Feishu robots mention open ids (ou_…) and all, not mobile numbers")
	}
	if all {
		users = append(users, "all")
	}
	signed := core.Object{}
	if !c.Secret.Empty() {
		signed["timestamp"], signed["sign"] = sign.Feishu(c.Secret.Reveal(), c.Entropy.Now())
	}
	content, build := feishuShape(m, users)
	body, failure := fit(content, feishuBody, func(text string) core.Object {
		body := build(text)
		maps.Copy(body, signed)
		return body
	})
	if failure != nil {
		return httpclient.Request{}, failure
	}
	return httpclient.Request{URL: c.Address.Reveal(), Body: httpclient.JSON{Value: body}}, nil
}

// feishuShape is the text that may be cut, and the body around it. Robots take markdown in cards only.
func feishuShape(m Message, users []string) (string, func(text string) core.Object) {
	names := ""
	switch {
	case m.Card != nil:
		return "", func(string) core.Object { return core.Object{"msg_type": "interactive", "card": m.Card} }
	case m.Markdown != "":
		for _, user := range users {
			names += "<at id=" + user + "></at>"
		}
		if names != "" {
			names = "\n" + names
		}
		return m.Markdown, func(text string) core.Object {
			card := core.Object{
				"config":   core.Object{"wide_screen_mode": true},
				"elements": core.List{core.Object{"tag": "div", "text": core.Object{"tag": "lark_md", "content": text + names}}},
			}
			if m.Title != "" {
				card["header"] = core.Object{"title": core.Object{"tag": "plain_text", "content": m.Title}}
			}
			return core.Object{"msg_type": "interactive", "card": card}
		}
	default:
		for _, user := range users {
			names += ` <at user_id="` + user + `"></at>`
		}
		return headed(m.Title, "", m.Text), func(text string) core.Object {
			return core.Object{"msg_type": "text", "content": core.Object{"text": text + names}}
		}
	}
}

func (feishu) judge(body core.Object, text string) *core.Failure {
	code, ok := body["code"].(int)
	if !ok {
		return unreadable(Feishu, text)
	}
	if code == 0 {
		return nil
	}
	errmsg, _ := body["msg"].(string)
	v := other
	switch code {
	case 9499:
		v = invalid
		if strings.Contains(strings.ToLower(errmsg), "frequency") {
			v = limited(60)
		}
	case 11232:
		v = limited(60)
	case 19021:
		v = signature
	case 19002, 19022, 19024:
		v = invalid
	case 19001, 19007:
		v = gone
	}
	return v.failure(Feishu, code, errmsg, body)
}
