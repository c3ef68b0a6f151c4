package connect

import (
	"encoding/json"
	"errors"
	"strings"

	"sluice/connect/httpclient"
	"sluice/connect/robot"
	"sluice/connect/secret"
	"sluice/connect/sqldb"
	"sluice/engine/value"
)

// decode reads a checked config into its struct.
func decode[C any](d *Definition) (C, error) {
	var config C
	data, err := value.Encode(d.Config)
	if err != nil {
		return config, err
	}
	return config, json.Unmarshal(data, &config)
}

// sqliteConfig mirrors the config fields of the type sqlite.
type sqliteConfig struct {
	Path     string `json:"path"`
	ReadOnly bool   `json:"readOnly"`
}

func openSQLite(d *Definition, _ *options) (handle, error) {
	config, err := decode[sqliteConfig](d)
	if err != nil {
		return handle{}, err
	}
	if strings.HasPrefix(config.Path, ":") || strings.HasPrefix(config.Path, "file:") || strings.Contains(config.Path, "\x00") {
		return handle{}, &configError{"/config/path", errors.New("must be the path of a file")}
	}
	db, err := sqldb.OpenSQLite(config.Path, config.ReadOnly)
	if err != nil {
		return handle{}, err
	}
	return handle{sql: db, close: db.Close}, nil
}

// robotConfig mirrors the config fields of the types of robots.
type robotConfig struct {
	BaseURL string `json:"baseUrl"`
}

func openRobot(d *Definition, o *options) (handle, error) {
	config, err := decode[robotConfig](d)
	if err != nil {
		return handle{}, err
	}
	platform, name, of := robot.WeCom, "key", robot.WeComAddress
	switch d.Type {
	case "dingtalk":
		platform, name, of = robot.DingTalk, "token", robot.DingTalkAddress
	case "feishu":
		platform, name, of = robot.Feishu, "token", robot.FeishuAddress
	}
	key, whole := d.Secrets[name], d.Secrets["url"]
	if key.Empty() == whole.Empty() {
		return handle{}, &configError{"/secrets/" + name, errors.New("give either " + name + " or url")}
	}
	address := whole.Reveal()
	if whole.Empty() {
		address = of(strings.TrimSuffix(config.BaseURL, "/"), key.Reveal())
	} else if config.BaseURL != "" {
		return handle{}, &configError{"/config/baseUrl", errors.New("the secret url is the whole address; leave baseUrl out")}
	}
	if _, err := parseURL(address); err != nil {
		return handle{}, &configError{"/secrets/url", err}
	}
	o.mask.AddURL(address)
	return robotHandle(d, o, platform, address, nil), nil
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
	return robotHandle(d, o, robot.Webhook, config.URL, config.Headers), nil
}

func robotHandle(d *Definition, o *options, platform robot.Platform, address string, headers map[string]string) handle {
	r := robot.New(robot.Config{
		Platform: platform, Address: secret.New(address), Secret: d.Secrets["secret"], Entropy: o.entropy, Mask: o.mask,
		Client: httpclient.New(httpclient.Config{Headers: headers, Mask: o.mask, Egress: o.egress}),
	})
	return handle{robot: r, close: func() error { r.Close(); return nil }}
}
