package robot

import (
	"net/url"

	"sluice/connect/httpclient"
	"sluice/engine/core"
)

// wecom is the group robot of WeCom (企业微信): the key alone gives access.
type wecom struct{}

// WeComAddress is the address of a robot by its key; base is empty for the public one.
func WeComAddress(base, key string) string {
	if base == "" {
		base = "https://qyapi.weixin.qq.com"
	}
	return base + "/cgi-bin/webhook/send?key=" + url.QueryEscape(key)
}

// Limits of the content, in bytes.
const (
	wecomText     = 2048
	wecomMarkdown = 4096
)

func (wecom) request(c *Config, m Message) (httpclient.Request, *core.Failure) {
	users, mobiles, all := m.mentions()
	var body core.Object
	switch {
	case m.Card != nil:
		body = core.Object{"msgtype": "template_card", "template_card": m.Card}
	case m.Markdown != "":
		if len(mobiles) > 0 {
			return httpclient.Request{}, rejected("WeCom markdown mentions user ids only; send text to mention a mobile number")
		}
		tail := ""
		for _, user := range users {
			tail += "<@" + user + ">"
		}
		if all {
			tail += "<@all>"
		}
		if tail != "" {
			tail = "\n" + tail
		}
		content := Cut(headed(m.Title, "### ", m.Markdown), max(wecomMarkdown-len(tail), 0)) + tail
		body = core.Object{"msgtype": "markdown", "markdown": core.Object{"content": content}}
	default:
		text := core.Object{"content": Cut(headed(m.Title, "", m.Text), wecomText)}
		if all {
			users = append(users, "@all")
		}
		if len(users) > 0 {
			text["mentioned_list"] = texts(users)
		}
		if len(mobiles) > 0 {
			text["mentioned_mobile_list"] = texts(mobiles)
		}
		body = core.Object{"msgtype": "text", "text": text}
	}
	return httpclient.Request{URL: c.Address.Reveal(), Body: httpclient.JSON{Value: body}}, nil
}

func (wecom) judge(body core.Object, text string) *core.Failure {
	code, ok := body["errcode"].(int)
	if !ok {
		return unreadable(WeCom, text)
	}
	if code == 0 {
		return nil
	}
	v := other
	switch code {
	case 45009:
		v = limited(60)
	case 93000, 93004, 93008:
		v = gone
	case 45002:
		v = tooLong
	case 40008, 40058, 44004, 45007, 45008:
		v = invalid
	case -1:
		v = busy
	}
	errmsg, _ := body["errmsg"].(string)
	return v.failure(WeCom, code, errmsg, body)
}

func texts(list []string) core.List {
	out := make(core.List, len(list))
	for i, text := range list {
		out[i] = text
	}
	return out
}
