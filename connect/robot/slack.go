package robot

import (
	"strconv"
	"strings"

	"sluice/connect/httpclient"
	"sluice/engine/core"
)

// slack is a channel of Slack: an incoming webhook, whose address gives access and whose answer is a word, or the method
// chat.postMessage with a bot's token, which answers {"ok": …}.
type slack struct{}

// SlackAddress is where messages with a token go; base is empty for Slack's own.
func SlackAddress(base, _ string) string {
	if base == "" {
		base = "https://slack.com/api"
	}
	return base + "/chat.postMessage"
}

const (
	// slackText bounds a text, in bytes: Slack cuts it at 40,000 characters itself.
	slackText = 40000
	// slackSection bounds the text of a block, in bytes; Slack refuses blocks with more than 3,000 characters.
	slackSection = 3000
	// slackHeader bounds the title, in bytes, likewise.
	slackHeader = 150
	// slackBody bounds the whole body, in bytes.
	slackBody = 400_000
)

func (slack) request(c *Config, m Message) (httpclient.Request, *core.Failure) {
	body, failure := slackMessage(m)
	if failure != nil {
		return httpclient.Request{}, failure
	}
	request := httpclient.Request{URL: c.Address.Reveal()}
	if !c.Token.Empty() {
		body["channel"] = c.Channel
		request.Headers = map[string]string{"Authorization": "Bearer " + c.Token.Reveal()}
	}
	request.Body = httpclient.JSON{Value: body}
	return request, nil
}

// slackMessage is the body of a message. What stands in it as text shows as it was written: only mentions are markup.
func slackMessage(m Message) (core.Object, *core.Failure) {
	users, mobiles, all := m.mentions()
	var mentions strings.Builder
	for _, user := range users {
		if !slackID(user) {
			return nil, rejected("Slack mentions member ids (U…, W…), user groups (S…), channel and here, not " + strconv.Quote(Cut(user, slackHeader)))
		}
		mentions.WriteString(slackMention(user) + " ")
	}
	if len(mobiles) > 0 {
		return nil, rejected("Slack mentions member ids (U…), not mobile numbers")
	}
	if all {
		mentions.WriteString("<!channel> ")
	}
	calls := mentions.String()
	switch {
	case m.Card != nil:
		body := core.Object{"blocks": m.Card["blocks"], "text": calls + escapeSlack.Replace(m.Title)}
		for _, name := range []string{"attachments", "thread_ts", "text"} {
			if v, ok := m.Card[name]; ok {
				body[name] = v
			}
		}
		if _, ok := body["blocks"].(core.List); !ok {
			return nil, rejected("a card for Slack is {\"blocks\": [...]}, blocks as Block Kit has them")
		}
		return fit("", slackBody, func(string) core.Object { return body })
	case m.Markdown != "":
		blocks := core.List{}
		if m.Title != "" {
			blocks = append(blocks, core.Object{
				"type": "header", "text": core.Object{"type": "plain_text", "text": Cut(m.Title, slackHeader)},
			})
		}
		text := calls + Cut(m.Markdown, slackSection-len(calls))
		blocks = append(blocks, core.Object{"type": "section", "text": core.Object{"type": "mrkdwn", "text": text}})
		// The text is what notifications show.
		return core.Object{"blocks": blocks, "text": escapeSlack.Replace(Cut(headed(m.Title, "", m.Markdown), slackSection))}, nil
	default:
		text := calls + cutEscaped(headed(m.Title, "", m.Text), slackText-len(calls))
		return core.Object{"text": text, "mrkdwn": false}, nil
	}
}

// escapeSlack takes the meaning from what would be markup in a text.
var escapeSlack = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")

// cutEscaped escapes a text and cuts it to so many bytes, never within an entity.
func cutEscaped(text string, limit int) string {
	escaped := escapeSlack.Replace(text)
	for len(escaped) > limit {
		text = Cut(text, len(text)-max(1, (len(escaped)-limit)/5))
		escaped = escapeSlack.Replace(text)
	}
	return escaped
}

func slackID(id string) bool {
	if id == "here" || id == "channel" {
		return true
	}
	rest := strings.TrimLeft(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
	return rest == "" && len(id) > 1 && strings.Contains("UWS", id[:1])
}

func slackMention(id string) string {
	switch {
	case id == "here" || id == "channel":
		return "<!" + id + ">"
	case id[0] == 'S':
		return "<!subteam^" + id + ">"
	}
	return "<@" + id + ">"
}

func (slack) judge(body core.Object, text string) *core.Failure {
	if body == nil {
		if strings.TrimSpace(text) == "ok" {
			return nil
		}
		return unreadable(Slack, text)
	}
	if ok, _ := body["ok"].(bool); ok {
		return nil
	}
	word, ok := body["error"].(string)
	if !ok {
		return unreadable(Slack, text)
	}
	return slackVerdict(word).failure(Slack, word, word, body)
}

// refused reads the word with which a webhook says why it refuses; how long to wait is what the header says.
func (slack) refused(f *core.Failure) *core.Failure {
	text, _ := f.Body.(string)
	word := strings.TrimSpace(text)
	f = refusedByStatus(f)
	if v := slackVerdict(word); v != other {
		f.Code, f.Permanent = v.code, v.permanent
		f.Message = string(Slack) + " refused the message: " + word
	}
	return f
}

// slackVerdict is what a word of Slack's means.
func slackVerdict(word string) verdict {
	switch word {
	case "ratelimited", "rate_limited":
		return limited(1)
	case "channel_not_found", "no_service", "channel_is_archived", "is_archived", "not_in_channel", "account_inactive", "token_revoked", "no_team":
		return gone
	case "invalid_auth", "not_authed", "invalid_token", "token_expired", "missing_scope":
		return credentials
	case "msg_too_long", "too_many_attachments":
		return tooLong
	case "invalid_payload", "no_text", "user_not_found", "action_prohibited", "posting_to_general_channel_denied", "invalid_blocks",
		"invalid_blocks_format", "restricted_action":
		return invalid
	case "internal_error", "fatal_error", "service_unavailable", "request_timeout", "rollup_error":
		return busy
	}
	return other
}
