// Package robot sends messages to the group robots of WeCom, DingTalk and Feishu, to Slack and to webhooks: each platform's
// message shapes, length limits, signatures and error codes.
//
// It must not know connections as documents, flows or nodes.
package robot

import (
	"context"
	"regexp"
	"strings"

	"sluice/connect/httpclient"
	"sluice/connect/limit"
	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/engine/core"
	"sluice/engine/value"
)

// Message is what a flow says. Exactly one of Text, Markdown and Card is set.
type Message struct {
	Text     string
	Markdown string
	// Card is in the platform's own shape: WeCom's template_card, DingTalk's actionCard, Feishu's card, {"blocks": [...]} of Slack.
	Card core.Object
	// Title heads the message, where the platform has no place for one as its first line.
	Title string
	// Mentions are user ids (for mail: addresses), mobile numbers (11 digits beginning with 1, or a + and digits) and "all".
	Mentions []string
	// Key is the task's idempotency key. Webhooks and mails have a place for it: a robot that is told twice speaks twice.
	Key string
}

// Platform is whose robot it is.
type Platform string

// The platforms.
const (
	WeCom    Platform = "wecom"
	DingTalk Platform = "dingtalk"
	Feishu   Platform = "feishu"
	Slack    Platform = "slack"
	Webhook  Platform = "webhook"
)

// Config is what a robot is made of.
type Config struct {
	Platform Platform
	// Address is the whole address, key included.
	Address secret.Text
	// Secret signs messages; empty where the robot wants no signature.
	Secret secret.Text
	// Token and Channel are of Slack without a webhook of its own.
	Token   secret.Text
	Channel string
	// Client has no base address.
	Client  *httpclient.Client
	Entropy sign.Entropy
	// Mask takes the address's key out of failures: platforms repeat it.
	Mask *secret.Mask
}

// Robot speaks to one address. It is safe for concurrent use.
type Robot struct {
	config  Config
	dialect dialect
	guard   *limit.Guard
}

// dialect is how one platform is spoken to.
type dialect interface {
	// request writes a message; the robot adds method and format.
	request(c *Config, m Message) (httpclient.Request, *core.Failure)
	// judge finds the failure in an answer with a status of 2xx; body is nil where it is not JSON.
	judge(body core.Object, text string) *core.Failure
}

// refuser is a dialect whose platform says more in a refusal by HTTP status than the status.
type refuser interface {
	refused(f *core.Failure) *core.Failure
}

// New makes a robot; an unknown platform is nil.
func New(config Config) *Robot {
	dialects := map[Platform]dialect{WeCom: wecom{}, DingTalk: dingtalk{}, Feishu: feishu{}, Slack: slack{}, Webhook: webhook{}}
	d, ok := dialects[config.Platform]
	if !ok {
		return nil
	}
	return &Robot{config: config, dialect: d}
}

// Limit has all later messages pass a guard; it comes before the first message.
func (r *Robot) Limit(g *limit.Guard) { r.guard = g }

// Send sends one message and returns the platform's answer. Texts too long for the platform are cut at a character
// and end in "…". The failure's details hold the platform's errcode and errmsg, and retryAfter, seconds, where waiting
// helps.
func (r *Robot) Send(ctx context.Context, m Message) (core.Value, *core.Failure) {
	if failure := m.check(); failure != nil {
		return nil, failure
	}
	request, failure := r.dialect.request(&r.config, m)
	if failure != nil {
		return nil, failure
	}
	request.Method = "POST"
	request.Response = httpclient.FormatText
	return limit.Do(ctx, r.guard, func() (core.Value, *core.Failure) { return r.send(ctx, request) })
}

func (r *Robot) send(ctx context.Context, request httpclient.Request) (core.Value, *core.Failure) {
	response, failure := r.config.Client.Do(ctx, request)
	if failure != nil {
		if d, ok := r.dialect.(refuser); ok {
			return nil, d.refused(failure)
		}
		return nil, refusedByStatus(failure)
	}
	text, _ := response.Body.(string)
	answer, err := value.DecodeString(text)
	body, _ := answer.(core.Object)
	if failure := r.dialect.judge(body, text); failure != nil {
		failure.Status = response.Status
		return nil, r.config.Mask.Failure(failure)
	}
	if err != nil && text != "" {
		return text, nil
	}
	return answer, nil
}

// Close gives the robot's idle connections back.
func (r *Robot) Close() { r.config.Client.Close() }

func (m *Message) check() *core.Failure {
	given := 0
	for _, set := range []bool{m.Text != "", m.Markdown != "", m.Card != nil} {
		if set {
			given++
		}
	}
	if given != 1 {
		return rejected("a message has exactly one of text, markdown and card, and it must not be empty")
	}
	return nil
}

// mentions sorts whom a message mentions by how platforms name them.
func (m *Message) mentions() (users, mobiles []string, all bool) {
	users, mobiles = []string{}, []string{}
	for _, who := range m.Mentions {
		who = strings.TrimPrefix(who, "@")
		switch {
		case who == "all":
			all = true
		case mobile.MatchString(who):
			mobiles = append(mobiles, who)
		case who != "":
			users = append(users, who)
		}
	}
	return users, mobiles, all
}

var mobile = regexp.MustCompile(`^(1[0-9]{10}|\+[0-9-]{6,20})$`)

// headed puts the title of a message that has no other place for it before its text.
func headed(title, mark, text string) string {
	if title == "" {
		return text
	}
	return mark + title + "\n" + text
}

func rejected(message string) *core.Failure {
	return &core.Failure{Code: "push.rejected", Message: message, Permanent: true}
}
