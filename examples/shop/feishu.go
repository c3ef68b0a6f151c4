package shop

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Shop) routeFeishu(mux *http.ServeMux) {
	mux.Handle("POST /open-apis/bot/v2/hook/{token}", s.serve(view{endpoint: named("feishu.send"), handle: s.feishuSend, refuse: refuseFeishu}))
}

func feishuReply(f robotFailure) answer {
	if f.code != 0 {
		return jsonAnswer(http.StatusOK, struct {
			Code int      `json:"code"`
			Msg  string   `json:"msg"`
			Data struct{} `json:"data"`
		}{Code: f.code, Msg: f.msg})
	}
	return jsonAnswer(http.StatusOK, struct {
		Code          int       `json:"code"`
		Msg           string    `json:"msg"`
		Data          struct{}  `json:"data"`
		Extra         *struct{} // the last three are leftovers of an older version
		StatusCode    int
		StatusMessage string
	}{Msg: "success", StatusMessage: "success"})
}

func refuseFeishu(_ *call, o Outcome) answer {
	if o == Throttled {
		return feishuReply(feishuTooFast())
	}
	return answer{status: http.StatusServiceUnavailable, header: map[string]string{"Content-Type": "text/plain"}, body: []byte("service unavailable")}
}

func feishuTooFast() robotFailure {
	return robotFailure{11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]"}
}

func feishuBad(what string) *robotFailure { return &robotFailure{9499, "Bad Request: " + what} }

type feishuMessage struct {
	MsgType   string `json:"msg_type"`
	Timestamp string `json:"timestamp"`
	Sign      string `json:"sign"`
	Content   struct {
		Text        string                `json:"text"`
		Post        map[string]feishuPost `json:"post"`
		ImageKey    string                `json:"image_key"`
		ShareChatID string                `json:"share_chat_id"`
	} `json:"content"`
	Card struct {
		Schema string `json:"schema"`
		Header struct {
			Title struct {
				Content string `json:"content"`
			} `json:"title"`
		} `json:"header"`
		Elements []feishuElement `json:"elements"`
		Body     struct {
			Elements []feishuElement `json:"elements"`
		} `json:"body"`
	} `json:"card"`
}

type feishuPost struct {
	Title   string           `json:"title"`
	Content [][]feishuInline `json:"content"`
}

type feishuInline struct {
	Tag      string `json:"tag"`
	Text     string `json:"text"`
	Href     string `json:"href"`
	UserID   string `json:"user_id"`
	ImageKey string `json:"image_key"`
}

type feishuElement struct {
	Tag     string `json:"tag"`
	Content string `json:"content"`
	Text    struct {
		Content string `json:"content"`
	} `json:"text"`
}

func (s *Shop) feishuSend(c *call) answer {
	if c.PathValue("token") != s.creds.Feishu.Token {
		return feishuReply(robotFailure{19001, "param invalid: incoming webhook access token invalid"})
	}
	var m feishuMessage
	if len(c.body) > 20*1024 {
		return feishuReply(*feishuBad("the body has more than 20 KB"))
	}
	if decodeExact(c.body, &m) != nil {
		return feishuReply(*feishuBad("the body is not a JSON object of the documented shape"))
	}
	text, f := m.read()
	if f == nil {
		f = s.checkFeishuSecurity(c, &m, text)
	}
	if f != nil {
		return feishuReply(*f)
	}
	if s.robots.feishu.within(c.now, time.Minute) >= 100 || s.robots.feishu.within(c.now, time.Second) >= 5 {
		return feishuReply(feishuTooFast())
	}
	s.robots.feishu.add(c.now)
	s.robots.accept(Message{Robot: Feishu, At: c.now, Type: m.MsgType, Text: text, Body: c.body})
	return feishuReply(robotFailure{})
}

// checkFeishuSecurity checks the signature in the body and the keyword in the message, as far as the robot has them.
func (s *Shop) checkFeishuSecurity(c *call, m *feishuMessage, text string) *robotFailure {
	if secret := s.creds.Feishu.Secret; secret != "" {
		seconds, err := strconv.ParseInt(m.Timestamp, 10, 64)
		fresh := err == nil && c.now.Sub(time.Unix(seconds, 0)).Abs() <= time.Hour
		if !fresh || !hmac.Equal([]byte(m.Sign), []byte(feishuSign(secret, m.Timestamp))) {
			return &robotFailure{19021, "sign match fail or timestamp is not within one hour from current time"}
		}
	}
	if !strings.Contains(text, s.creds.Feishu.Keyword) {
		return &robotFailure{19024, "Key Words Not Found"}
	}
	return nil
}

// feishuSign is the base64 HMAC-SHA256 of nothing, keyed with timestamp, newline and secret.
func feishuSign(secret, timestamp string) string {
	return base64.StdEncoding.EncodeToString(hmac.New(sha256.New, []byte(timestamp+"\n"+secret)).Sum(nil))
}

// read checks a message by its type and gives its readable text.
func (m *feishuMessage) read() (string, *robotFailure) {
	switch m.MsgType {
	case "text":
		if m.Content.Text == "" {
			return "", feishuBad("content.text is required")
		}
		return m.Content.Text, nil
	case "post":
		return m.readPost()
	case "interactive":
		return m.readCard()
	case "image":
		if m.Content.ImageKey == "" {
			return "", feishuBad("content.image_key is required")
		}
		return "[图片]", nil
	case "share_chat":
		if m.Content.ShareChatID == "" {
			return "", feishuBad("content.share_chat_id is required")
		}
		return "[群名片]", nil
	default:
		return "", feishuBad("unknown msg_type " + strconv.Quote(m.MsgType))
	}
}

func (m *feishuMessage) readPost() (string, *robotFailure) {
	if len(m.Content.Post) == 0 {
		return "", feishuBad("content.post needs a language")
	}
	p := m.Content.Post[slices.Min(slices.Collect(maps.Keys(m.Content.Post)))]
	lines := []string{p.Title}
	for _, paragraph := range p.Content {
		var line strings.Builder
		for _, part := range paragraph {
			switch part.Tag {
			case "text", "a":
				line.WriteString(part.Text)
			case "at":
				line.WriteString("@" + part.UserID)
			case "img":
				line.WriteString("[图片]")
			default:
				return "", feishuBad("unknown tag " + strconv.Quote(part.Tag) + " in a post")
			}
		}
		lines = append(lines, line.String())
	}
	if len(p.Content) == 0 {
		return "", feishuBad("content.post needs a paragraph")
	}
	return strings.TrimSpace(strings.Join(lines, "\n")), nil
}

func (m *feishuMessage) readCard() (string, *robotFailure) {
	elements := m.Card.Elements
	if m.Card.Schema == "2.0" {
		elements = m.Card.Body.Elements
	}
	lines := []string{m.Card.Header.Title.Content}
	for _, e := range elements {
		if e.Tag == "" {
			return "", feishuBad("an element of the card has no tag")
		}
		if text := e.Text.Content + e.Content; text != "" {
			lines = append(lines, text)
		}
	}
	if len(elements) == 0 {
		return "", feishuBad("the card has no elements")
	}
	return strings.TrimSpace(strings.Join(lines, "\n")), nil
}
