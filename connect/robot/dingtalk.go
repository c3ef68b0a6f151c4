package robot

import (
	"net/url"
	"strings"

	"sluice/connect/httpclient"
	"sluice/connect/sign"
	"sluice/engine/core"
)

// dingtalk is the custom robot of DingTalk (钉钉): the token gives access, a signature goes into the query.
type dingtalk struct{}

// DingTalkAddress is the address of a robot by its access token; base is empty for the public one.
func DingTalkAddress(base, token string) string {
	if base == "" {
		base = "https://oapi.dingtalk.com"
	}
	return base + "/robot/send?access_token=" + url.QueryEscape(token)
}

const (
	// dingtalkBody is the limit of the whole body, in bytes.
	dingtalkBody = 20000
	// dingtalkTitle bounds the title that is made of a message's first line.
	dingtalkTitle = 120
)

func (dingtalk) request(c *Config, m Message) (httpclient.Request, *core.Failure) {
	users, mobiles, all := m.mentions()
	build := func(string) core.Object { return core.Object{"msgtype": "actionCard", "actionCard": m.Card} }
	content := ""
	at := core.Object{"atMobiles": texts(mobiles), "atUserIds": texts(users), "isAtAll": all}
	switch {
	case m.Markdown != "":
		content = m.Markdown
		title := m.Title
		if title == "" {
			first, _, _ := strings.Cut(strings.TrimLeft(m.Markdown, "#> *\n"), "\n")
			title = Cut(first, dingtalkTitle)
		}
		// In markdown a person is notified only when named in the text as well.
		names := ""
		for _, who := range append(mobiles, users...) {
			names += " @" + who
		}
		if names != "" {
			names = "\n\n" + names[1:]
		}
		build = func(text string) core.Object {
			return core.Object{"msgtype": "markdown", "markdown": core.Object{"title": title, "text": text + names}, "at": at}
		}
	case m.Text != "":
		content = headed(m.Title, "", m.Text)
		build = func(text string) core.Object {
			return core.Object{"msgtype": "text", "text": core.Object{"content": text}, "at": at}
		}
	}
	body, failure := fit(content, dingtalkBody, build)
	if failure != nil {
		return httpclient.Request{}, failure
	}
	request := httpclient.Request{URL: c.Address.Reveal(), Body: httpclient.JSON{Value: body}}
	if !c.Secret.Empty() {
		timestamp, signed := sign.DingTalk(c.Secret.Reveal(), c.Entropy.Now())
		request.Query = core.Object{"timestamp": timestamp, "sign": signed}
	}
	return request, nil
}

func (dingtalk) judge(body core.Object, text string) *core.Failure {
	code, ok := body["errcode"].(int)
	if !ok {
		// Under heavy load the platform answers a page, or {"status": 1111, "wait": 5, "punish": "deny"}.
		wait, _ := body["wait"].(int)
		f := limited(max(wait, 5)).failure(DingTalk, 1111, "throttled: not the robot's usual answer", nil)
		f.Body = Cut(text, 2048)
		return f
	}
	if code == 0 {
		return nil
	}
	errmsg, _ := body["errmsg"].(string)
	v := other
	switch code {
	case 130101:
		v = limited(600)
	case 310000:
		v = invalid
		if strings.Contains(errmsg, "sign") || strings.Contains(errmsg, "timestamp") {
			v = signature
		}
	case 300001, 400013, 400101, 400102:
		v = gone
	case 400105, 40035:
		v = invalid
	case -1:
		v = busy
	}
	if strings.Contains(errmsg, "message too long") {
		v = tooLong
	}
	return v.failure(DingTalk, code, errmsg, body)
}
