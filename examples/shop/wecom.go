package shop

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

func (s *Shop) routeWeCom(mux *http.ServeMux) {
	mux.Handle("POST /cgi-bin/webhook/send", s.serve(view{endpoint: named("wecom.send"), handle: s.wecomSend, refuse: refuseWeCom}))
	mux.Handle("POST /cgi-bin/webhook/upload_media", s.serve(view{endpoint: named("wecom.upload_media"), handle: s.wecomUpload, refuse: refuseWeCom}))
}

// robotFailure is a code with HTTP 200; nil is success.
type robotFailure struct {
	code int
	msg  string
}

func wecomReply(f robotFailure) answer {
	return jsonAnswer(http.StatusOK, struct {
		Errcode int    `json:"errcode"`
		Errmsg  string `json:"errmsg"`
	}{f.code, f.msg})
}

func refuseWeCom(_ *call, o Outcome) answer {
	if o == Throttled {
		return wecomReply(wecomTooFast())
	}
	return wecomReply(robotFailure{-1, "system busy"})
}

func wecomTooFast() robotFailure {
	return robotFailure{45009, "api freq out of limit, hint: [1700000000000000000], from ip: 127.0.0.1, more info at https://open.work.weixin.qq.com/devtool/query?e=45009"}
}

// wecomMessage is a message of any type; the object named like the type is decoded by its own shape.
type wecomMessage struct {
	MsgType  string    `json:"msgtype"`
	Text     wecomText `json:"text"`
	Markdown wecomText `json:"markdown"`
	// MarkdownV2 allows tables and knows no colours.
	MarkdownV2   wecomText  `json:"markdown_v2"`
	Image        wecomImage `json:"image"`
	News         wecomNews  `json:"news"`
	File         wecomMedia `json:"file"`
	Voice        wecomMedia `json:"voice"`
	TemplateCard wecomCard  `json:"template_card"`
}

type wecomText struct {
	Content string `json:"content"`
}

type wecomImage struct {
	Base64 string `json:"base64"`
	MD5    string `json:"md5"`
}

type wecomNews struct {
	Articles []struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"url"`
		PicURL      string `json:"picurl"`
	} `json:"articles"`
}

type wecomMedia struct {
	MediaID string `json:"media_id"`
}

type wecomCard struct {
	CardType  string `json:"card_type"`
	MainTitle struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
	} `json:"main_title"`
	SubTitleText string            `json:"sub_title_text"`
	Horizontal   []json.RawMessage `json:"horizontal_content_list"`
	Vertical     []json.RawMessage `json:"vertical_content_list"`
	JumpList     []json.RawMessage `json:"jump_list"`
	CardImage    struct {
		URL string `json:"url"`
	} `json:"card_image"`
	CardAction struct {
		Type     int    `json:"type"`
		URL      string `json:"url"`
		AppID    string `json:"appid"`
		PagePath string `json:"pagepath"`
	} `json:"card_action"`
}

func (s *Shop) wecomSend(c *call) answer {
	if c.URL.Query().Get("key") != s.creds.WeCom.Key {
		return wecomReply(robotFailure{93000, "invalid webhook url, webhookurl不合法或机器人已被移除出群"})
	}
	var m wecomMessage
	if decodeExact(c.body, &m) != nil {
		return wecomReply(robotFailure{40058, "invalid Request Parameter, the body is not a JSON object of the documented shape"})
	}
	text, f := s.readWeCom(c, &m)
	if f != nil {
		return wecomReply(*f)
	}
	if s.robots.wecom.within(c.now, time.Minute) >= 20 {
		return wecomReply(wecomTooFast())
	}
	s.robots.wecom.add(c.now)
	s.robots.accept(Message{Robot: WeCom, At: c.now, Type: m.MsgType, Text: text, Body: c.body})
	return wecomReply(robotFailure{0, "ok"})
}

// readWeCom checks a message by its type and gives its readable text. Limits count bytes.
func (s *Shop) readWeCom(c *call, m *wecomMessage) (string, *robotFailure) {
	switch m.MsgType {
	case "text":
		return m.Text.read(2048)
	case "markdown":
		return m.Markdown.read(4096)
	case "markdown_v2":
		return m.MarkdownV2.read(4096)
	case "image":
		return m.Image.read()
	case "news":
		return m.News.read()
	case "file":
		return s.readWeComMedia(c, m.File)
	case "voice":
		return s.readWeComMedia(c, m.Voice)
	case "template_card":
		return m.TemplateCard.read()
	default:
		return "", &robotFailure{40008, "invalid message type: " + strconv.Quote(m.MsgType)}
	}
}

func (t wecomText) read(limit int) (string, *robotFailure) {
	switch {
	case t.Content == "":
		return "", &robotFailure{44004, "empty content"}
	case len(t.Content) > limit:
		return "", &robotFailure{45002, fmt.Sprintf("content exceed max length: %d bytes, at most %d", len(t.Content), limit)}
	}
	return t.Content, nil
}

func (i wecomImage) read() (string, *robotFailure) {
	raw, err := base64.StdEncoding.DecodeString(i.Base64)
	sum := md5.Sum(raw)
	switch {
	case err != nil || len(raw) == 0:
		return "", &robotFailure{40058, "invalid Request Parameter, image.base64 is not base64"}
	case len(raw) > 2<<20:
		return "", &robotFailure{40058, "invalid Request Parameter, the image has more than 2 MB"}
	case !bytes.HasPrefix(raw, []byte("\x89PNG\r\n\x1a\n")) && !bytes.HasPrefix(raw, []byte("\xff\xd8\xff")):
		return "", &robotFailure{40058, "invalid Request Parameter, the image is neither PNG nor JPG"}
	case i.MD5 != hex.EncodeToString(sum[:]):
		return "", &robotFailure{40058, "invalid Request Parameter, image.md5 is not the lower-case md5 of the raw bytes"}
	}
	return "[图片]", nil
}

func (n wecomNews) read() (string, *robotFailure) {
	if len(n.Articles) > 8 {
		return "", &robotFailure{45008, "article count exceed limit"}
	}
	titles := []string{}
	for _, a := range n.Articles {
		if a.Title == "" || a.URL == "" {
			return "", &robotFailure{40058, "invalid Request Parameter, an article needs title and url"}
		}
		titles = append(titles, cut(a.Title, 128))
	}
	if len(titles) == 0 {
		return "", &robotFailure{44004, "empty content"}
	}
	return strings.Join(titles, "\n"), nil
}

// cut shortens to a number of bytes between two characters, as WeCom does with titles that are too long.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

func (s *Shop) readWeComMedia(c *call, m wecomMedia) (string, *robotFailure) {
	uploaded, known := s.robots.media.entries[m.MediaID]
	if !known || c.now.Sub(uploaded) > 3*24*time.Hour {
		return "", &robotFailure{40007, "invalid media_id, it was not uploaded by this robot in the last 3 days"}
	}
	return "[文件]", nil
}

func (w wecomCard) read() (string, *robotFailure) {
	wrong := func(what string) (string, *robotFailure) {
		return "", &robotFailure{40058, "invalid Request Parameter, " + what}
	}
	action := w.CardAction
	switch {
	case w.CardType != "text_notice" && w.CardType != "news_notice":
		return wrong("card_type must be text_notice or news_notice")
	case w.MainTitle.Title == "" && w.SubTitleText == "":
		return wrong("main_title.title or sub_title_text is required")
	case w.CardType == "news_notice" && w.CardImage.URL == "":
		return wrong("card_image.url is required")
	case action.Type == 1 && action.URL == "", action.Type == 2 && (action.AppID == "" || action.PagePath == ""), action.Type != 1 && action.Type != 2:
		return wrong("card_action is required: type 1 with url, or type 2 with appid and pagepath")
	case len(w.Horizontal) > 6, len(w.Vertical) > 4, len(w.JumpList) > 3:
		return wrong("at most 6 horizontal_content_list, 4 vertical_content_list, 3 jump_list entries")
	}
	return strings.TrimSpace(w.MainTitle.Title + "\n" + w.SubTitleText), nil
}

func (s *Shop) wecomUpload(c *call) answer {
	q := c.URL.Query()
	if q.Get("key") != s.creds.WeCom.Key {
		return wecomReply(robotFailure{93000, "invalid webhook url, webhookurl不合法或机器人已被移除出群"})
	}
	file, _, err := c.FormFile("media")
	if err != nil {
		return wecomReply(robotFailure{40058, "invalid Request Parameter, the multipart field media with a filename is required"})
	}
	raw, err := io.ReadAll(file)
	limit := map[string]int{"file": 20 << 20, "voice": 2 << 20}[q.Get("type")]
	if err != nil || limit == 0 || len(raw) < 5 || len(raw) > limit {
		return wecomReply(robotFailure{40058, "invalid Request Parameter, type must be file (5 B to 20 MB) or voice (to 2 MB)"})
	}
	id := "3" + s.token("wecom media", c.number())
	s.robots.media.put(id, c.now)
	return jsonAnswer(http.StatusOK, struct {
		Errcode   int    `json:"errcode"`
		Errmsg    string `json:"errmsg"`
		Type      string `json:"type"`
		MediaID   string `json:"media_id"`
		CreatedAt string `json:"created_at"`
	}{0, "ok", q.Get("type"), id, strconv.FormatInt(c.now.Unix(), 10)})
}
