package connect

import (
	"crypto/x509"
	"errors"
	"strings"

	"sluice/connect/httpclient"
	"sluice/connect/mail"
	"sluice/connect/robot"
	"sluice/connect/secret"
)

// robotConfig mirrors the config fields of the types wecom and feishu.
type robotConfig struct {
	BaseURL string `json:"baseUrl"`
}

// dingtalkConfig mirrors the config fields of the type dingtalk.
type dingtalkConfig struct {
	BaseURL  string `json:"baseUrl"`
	OwnerKey string `json:"ownerKey"`
}

// slackConfig mirrors the config fields of the type slack.
type slackConfig struct {
	BaseURL string `json:"baseUrl"`
	Channel string `json:"channel"`
}

// inbound are the secrets of robots that verify what comes in: a connection with one of them need not send.
var inbound = map[string][]string{
	"dingtalk": {"appSecret", "callbackToken"},
	"feishu":   {"encryptKey", "verificationToken"},
}

func openRobot(d *Definition, o *options) (handle, error) {
	platform, name, of := robot.WeCom, "key", robot.WeComAddress
	switch d.Type {
	case "dingtalk":
		platform, name, of = robot.DingTalk, "token", robot.DingTalkAddress
	case "feishu":
		platform, name, of = robot.Feishu, "token", robot.FeishuAddress
	case "slack":
		return openSlack(d, o)
	}
	address, err := robotAddress(d, name, of)
	if err != nil {
		return handle{}, err
	}
	if address == "" {
		return handle{close: func() error { return nil }}, nil
	}
	o.mask.AddURL(address)
	return robotHandle(d, o, robot.Config{Platform: platform, Address: secret.New(address), Secret: d.Secrets["secret"]}, nil), nil
}

// robotAddress is where a robot listens: of the one secret that is its key, or the secret that is all of it. It is empty
// for a connection that only verifies what comes in.
func robotAddress(d *Definition, name string, of func(base, key string) string) (string, error) {
	base, _ := d.Config["baseUrl"].(string)
	key, whole := d.Secrets[name], d.Secrets["url"]
	if key.Empty() && whole.Empty() {
		for _, other := range inbound[d.Type] {
			if text := d.Secrets[other]; !text.Empty() {
				return "", nil
			}
		}
	}
	if key.Empty() == whole.Empty() {
		return "", &configError{"/secrets/" + name, errors.New("give either " + name + " or url")}
	}
	address := whole.Reveal()
	if whole.Empty() {
		address = of(strings.TrimSuffix(base, "/"), key.Reveal())
	} else if base != "" {
		return "", &configError{"/config/baseUrl", errors.New("the secret url is the whole address; leave baseUrl out")}
	}
	if _, err := parseURL(address); err != nil {
		return "", &configError{"/secrets/url", err}
	}
	return address, nil
}

// openSlack is of a channel by its incoming webhook, or by a bot's token and the channel's id.
func openSlack(d *Definition, o *options) (handle, error) {
	config, err := decode[slackConfig](d)
	if err != nil {
		return handle{}, err
	}
	address, err := robotAddress(d, "token", robot.SlackAddress)
	if err != nil {
		return handle{}, err
	}
	c := robot.Config{Platform: robot.Slack, Address: secret.New(address), Token: d.Secrets["token"], Channel: config.Channel}
	if c.Token.Empty() == (c.Channel != "") {
		return handle{}, &configError{"/config/channel", errors.New("is needed beside a token, and with it only")}
	}
	if c.Token.Empty() {
		o.mask.AddURL(address)
	}
	return robotHandle(d, o, c, nil), nil
}

// webhookConfig mirrors the config fields of the type webhook.
type webhookConfig struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers"`
}

func openWebhook(d *Definition, o *options) (handle, error) {
	config, err := decode[webhookConfig](d)
	if err != nil {
		return handle{}, err
	}
	if config.URL == "" {
		return handle{close: func() error { return nil }}, nil
	}
	c := robot.Config{Platform: robot.Webhook, Address: secret.New(config.URL), Secret: d.Secrets["secret"]}
	return robotHandle(d, o, c, config.Headers), nil
}

// robotHandle completes a robot with what all have.
func robotHandle(_ *Definition, o *options, c robot.Config, headers map[string]string) handle {
	c.Entropy, c.Mask = o.entropy, o.mask
	c.Client = httpclient.New(httpclient.Config{Headers: headers, Mask: o.mask, Egress: o.egress})
	r := robot.New(c)
	return handle{robot: r, close: func() error { r.Close(); return nil }}
}

// emailConfig mirrors the config fields of the type email.
type emailConfig struct {
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Security string `json:"security"`
	User     string `json:"user"`
	From     string `json:"from"`
	To       string `json:"to"`
	CA       string `json:"ca"`
}

func openEmail(d *Definition, o *options) (handle, error) {
	config, err := decode[emailConfig](d)
	if err != nil {
		return handle{}, err
	}
	c := mail.Config{
		Host: config.Host, Port: config.Port, Security: mail.Security(config.Security), User: config.User, Password: d.Secrets["password"],
		Dial: o.egress.DialContext, Now: o.entropy.Now, Mask: o.mask,
	}
	if c.From, err = mail.ParseAddress(config.From); err != nil {
		return handle{}, &configError{"/config/from", err}
	}
	if c.To, err = mail.ParseAddresses(config.To); err != nil {
		return handle{}, &configError{"/config/to", err}
	}
	if config.CA != "" {
		c.Roots = x509.NewCertPool()
		if !c.Roots.AppendCertsFromPEM([]byte(config.CA)) {
			return handle{}, &configError{"/config/ca", errors.New("holds no certificate in PEM")}
		}
	}
	if c.User != "" && c.Password.Empty() || c.User == "" && !c.Password.Empty() {
		return handle{}, &configError{"/config/user", errors.New("user and password go together")}
	}
	if c.User != "" && c.Security == mail.None {
		return handle{}, &configError{"/config/security", errors.New("a password is sent over an encrypted connection only: choose starttls or tls")}
	}
	return handle{mail: mail.New(c), close: func() error { return nil }}, nil
}
