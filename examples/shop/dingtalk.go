package shop

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func (s *Shop) routeDingTalk(mux *http.ServeMux) {
	mux.Handle("POST /robot/send", s.serve(view{endpoint: named("dingtalk.send"), handle: s.dingtalkSend, refuse: refuseDingTalk}))
}

func refuseDingTalk(_ *call, o Outcome) answer {
	if o == Throttled {
		return wecomReply(dingtalkTooFast())
	}
	return wecomReply(robotFailure{-1, "系统繁忙"})
}

func dingtalkTooFast() robotFailure {
	return robotFailure{130101, "send too fast, exceed 20 times per minute"}
}

type dingtalkMessage struct {
	MsgType string `json:"msgtype"`
	Text    struct {
		Content string `json:"content"`
	} `json:"text"`
	Link       dingtalkLink     `json:"link"`
	Markdown   dingtalkMarkdown `json:"markdown"`
	ActionCard dingtalkCard     `json:"actionCard"`
	FeedCard   struct {
		Links []dingtalkFeed `json:"links"`
	} `json:"feedCard"`
}

type dingtalkLink struct {
	Title      string `json:"title"`
	Text       string `json:"text"`
	MessageURL string `json:"messageUrl"`
}

type dingtalkMarkdown struct {
	Title string `json:"title"`
	Text  string `json:"text"`
}

type dingtalkCard struct {
	Title          string `json:"title"`
	Text           string `json:"text"`
	SingleTitle    string `json:"singleTitle"`
	SingleURL      string `json:"singleURL"`
	BtnOrientation string `json:"btnOrientation"`
	Btns           []struct {
		Title     string `json:"title"`
		ActionURL string `json:"actionURL"`
	} `json:"btns"`
}

// dingtalkFeed spells URL in upper case, unlike dingtalkLink: so does DingTalk.
type dingtalkFeed struct {
	Title      string `json:"title"`
	MessageURL string `json:"messageURL"`
	PicURL     string `json:"picURL"`
}

func (s *Shop) dingtalkSend(c *call) answer {
	q := c.URL.Query()
	var m dingtalkMessage
	switch {
	case q.Get("access_token") == "":
		return wecomReply(robotFailure{300001, "token is not exist"})
	case q.Get("access_token") != s.creds.DingTalk.AccessToken:
		return wecomReply(robotFailure{400102, "token is not exist"})
	case len(c.body) > 20_000:
		return wecomReply(robotFailure{460101, "message too long, exceed 20000 bytes"})
	case decodeExact(c.body, &m) != nil:
		return wecomReply(robotFailure{40035, "缺少参数 json"})
	}
	text, f := m.read()
	if f == nil {
		f = s.checkDingTalkSecurity(c, q.Get("timestamp"), q.Get("sign"), text)
	}
	if f != nil {
		return wecomReply(*f)
	}
	if c.now.Before(s.robots.dingtalkBlocked) {
		return wecomReply(dingtalkTooFast())
	}
	if s.robots.dingtalk.within(c.now, time.Minute) >= 20 {
		s.robots.dingtalkBlocked = c.now.Add(10 * time.Minute)
		return wecomReply(dingtalkTooFast())
	}
	s.robots.dingtalk.add(c.now)
	s.robots.accept(Message{Robot: DingTalk, At: c.now, Type: m.MsgType, Text: text, Body: c.body})
	return wecomReply(robotFailure{0, "ok"})
}

// checkDingTalkSecurity checks the signature in the query and the keyword in the message, as far as the robot has them.
func (s *Shop) checkDingTalkSecurity(c *call, timestamp, sign, text string) *robotFailure {
	if secret := s.creds.DingTalk.Secret; secret != "" {
		ms, err := strconv.ParseInt(timestamp, 10, 64)
		if err != nil || c.now.Sub(time.UnixMilli(ms)).Abs() > time.Hour {
			return &robotFailure{310000, "invalid timestamp"}
		}
		if !hmac.Equal([]byte(sign), []byte(dingtalkSign(secret, timestamp))) {
			return &robotFailure{310000, "sign not match"}
		}
	}
	if !strings.Contains(text, s.creds.DingTalk.Keyword) {
		return &robotFailure{310000, "keywords not in content"}
	}
	return nil
}

// dingtalkSign is the base64 HMAC-SHA256 of timestamp, newline and secret, keyed with the secret.
func dingtalkSign(secret, timestamp string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "\n" + secret))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// read checks a message by its type and gives its readable text.
func (m *dingtalkMessage) read() (string, *robotFailure) {
	missing := func(what string) (string, *robotFailure) {
		return "", &robotFailure{40035, "缺少参数 " + what}
	}
	switch m.MsgType {
	case "text":
		if m.Text.Content == "" {
			return missing("text.content")
		}
		return m.Text.Content, nil
	case "link":
		if l := m.Link; l.Title == "" || l.Text == "" || l.MessageURL == "" {
			return missing("link.title, text, messageUrl")
		}
		return m.Link.Title + "\n" + m.Link.Text, nil
	case "markdown":
		if m.Markdown.Title == "" || m.Markdown.Text == "" {
			return missing("markdown.title, text")
		}
		return m.Markdown.Title + "\n" + m.Markdown.Text, nil
	case "actionCard":
		return m.readActionCard()
	case "feedCard":
		titles := []string{}
		for _, l := range m.FeedCard.Links {
			if l.Title == "" || l.MessageURL == "" || l.PicURL == "" {
				return missing("feedCard.links title, messageURL, picURL")
			}
			titles = append(titles, l.Title)
		}
		if len(titles) == 0 {
			return missing("feedCard.links")
		}
		return strings.Join(titles, "\n"), nil
	default:
		return "", &robotFailure{400105, "不支持的消息类型: " + m.MsgType}
	}
}

func (m *dingtalkMessage) readActionCard() (string, *robotFailure) {
	a := m.ActionCard
	buttons := len(a.Btns) > 0
	for _, b := range a.Btns {
		buttons = buttons && b.Title != "" && b.ActionURL != ""
	}
	switch {
	case a.Title == "" || a.Text == "":
		return "", &robotFailure{40035, "缺少参数 actionCard.title, text"}
	case !buttons && (a.SingleTitle == "" || a.SingleURL == ""):
		return "", &robotFailure{40035, "缺少参数 actionCard.singleTitle, singleURL 或 btns"}
	case a.BtnOrientation != "" && a.BtnOrientation != "0" && a.BtnOrientation != "1":
		return "", &robotFailure{40035, "参数错误 actionCard.btnOrientation"}
	}
	return a.Title + "\n" + a.Text, nil
}
