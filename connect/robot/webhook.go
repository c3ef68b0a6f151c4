package robot

import (
	"strconv"
	"strings"
	"time"

	"sluice/connect/httpclient"
	"sluice/connect/sign"
	"sluice/engine/core"
	"sluice/engine/value"
)

// webhook sends {"type": "message", "timestamp", "data"} as Standard Webhooks 1.0.0 describes it; data holds the
// message's fields as they are. A receiver takes it by answering 2xx.
type webhook struct{}

func (webhook) request(c *Config, m Message) (httpclient.Request, *core.Failure) {
	data := core.Object{}
	for name, text := range map[string]string{"text": m.Text, "markdown": m.Markdown, "title": m.Title} {
		if text != "" {
			data[name] = text
		}
	}
	if m.Card != nil {
		data["card"] = m.Card
	}
	if len(m.Mentions) > 0 {
		data["mentions"] = texts(m.Mentions)
	}
	now := c.Entropy.Now()
	body, err := value.Encode(core.Object{"type": "message", "timestamp": now.UTC().Format(time.RFC3339), "data": data})
	if err != nil {
		return httpclient.Request{}, rejected("the card cannot be written as JSON: " + err.Error())
	}
	// The id is the same for every try, so that the receiver can tell a second delivery. It must not hold a dot.
	id := strings.ReplaceAll(m.Key, ".", "_")
	if id == "" {
		id = c.Entropy.Nonce()
	}
	headers := map[string]string{
		"Content-Type":      "application/json",
		"webhook-id":        id,
		"webhook-timestamp": strconv.FormatInt(now.Unix(), 10),
	}
	if !c.Secret.Empty() {
		if headers["webhook-signature"], err = sign.StandardWebhooks(c.Secret.Reveal(), id, now, body); err != nil {
			return httpclient.Request{}, rejected(err.Error())
		}
	}
	return httpclient.Request{URL: c.Address.Reveal(), Headers: headers, Body: httpclient.Text(body), Key: m.Key}, nil
}

func (webhook) judge(core.Object, string) *core.Failure { return nil }
