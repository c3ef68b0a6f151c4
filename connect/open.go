package connect

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"sluice/connect/httpclient"
	"sluice/connect/robot"
	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/connect/sqldb"
	"sluice/engine/value"
)

// httpConfig mirrors the config fields of the type http.
type httpConfig struct {
	BaseURL string            `json:"baseUrl"`
	Headers map[string]string `json:"headers"`
	Auth    struct {
		Type     string `json:"type"`
		User     string `json:"user"`
		Header   string `json:"header"`
		Prefix   string `json:"prefix"`
		Encoding string `json:"encoding"`
		TokenURL string `json:"tokenUrl"`
		ClientID string `json:"clientId"`
		Scope    string `json:"scope"`
	} `json:"auth"`
	Signer struct {
		Type          string `json:"type"`
		ClientID      string `json:"clientId"`
		AppKey        string `json:"appKey"`
		MchID         string `json:"mchid"`
		SerialNo      string `json:"serialNo"`
		PlatformKeyID string `json:"platformKeyId"`
		PlatformKey   string `json:"platformKey"`
	} `json:"signer"`
	Timeout string    `json:"timeout"`
	Proxy   string    `json:"proxy"`
	TLS     tlsConfig `json:"tls"`
}

type tlsConfig struct {
	CA         string `json:"ca"`
	ServerName string `json:"serverName"`
}

// decode reads a checked config into its struct.
func decode[C any](d *Definition) (C, error) {
	var config C
	data, err := value.Encode(d.Config)
	if err != nil {
		return config, err
	}
	return config, json.Unmarshal(data, &config)
}

func openHTTP(d *Definition, o *options) (handle, error) {
	config, err := decode[httpConfig](d)
	if err != nil {
		return handle{}, err
	}
	c := httpclient.Config{Headers: config.Headers, Mask: o.mask, Egress: o.egress}
	if c.BaseURL, err = parseURL(config.BaseURL); err != nil {
		return handle{}, &configError{"/config/baseUrl", err}
	}
	if config.Timeout != "" {
		if c.Timeout, err = time.ParseDuration(config.Timeout); err != nil {
			return handle{}, &configError{"/config/timeout", err}
		}
	}
	if config.Proxy != "" {
		if c.Proxy, err = parseURL(config.Proxy); err != nil {
			return handle{}, &configError{"/config/proxy", err}
		}
	}
	if c.TLS, err = tlsOf(config.TLS); err != nil {
		return handle{}, err
	}
	c.Auth = authOf(d, &config, c, o)
	if c.Signer, err = signerOf(d, &config, o); err != nil {
		return handle{}, err
	}
	client := httpclient.New(c)
	return handle{http: client, close: func() error { client.Close(); return nil }}, nil
}

func tlsOf(config tlsConfig) (*tls.Config, error) {
	if config == (tlsConfig{}) {
		return nil, nil
	}
	out := &tls.Config{ServerName: config.ServerName, MinVersion: tls.VersionTLS12}
	if config.CA != "" {
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM([]byte(config.CA)) {
			return nil, &configError{"/config/tls/ca", errors.New("holds no certificate in PEM")}
		}
	}
	return out, nil
}

// authOf is nil for none. The client of an OAuth 2 token address shares the connection's proxy and TLS.
func authOf(d *Definition, config *httpConfig, c httpclient.Config, o *options) httpclient.Auth {
	a := &config.Auth
	switch a.Type {
	case "basic":
		o.mask.AddBasic(a.User, d.Secrets["password"].Reveal())
		return httpclient.Basic{User: a.User, Password: d.Secrets["password"]}
	case "bearer":
		return httpclient.Bearer{Token: d.Secrets["token"]}
	case "header":
		return httpclient.Header{Name: a.Header, Token: d.Secrets["token"]}
	case "hmac":
		return httpclient.HMAC{Header: a.Header, Prefix: a.Prefix, Base64: a.Encoding == "base64", Secret: d.Secrets["secret"]}
	case "oauth2":
		return httpclient.NewOAuth2(httpclient.OAuth2{
			TokenURL: a.TokenURL, ClientID: a.ClientID, Scope: a.Scope, ClientSecret: d.Secrets["clientSecret"],
			Now: o.entropy.Now, Fetched: func(token string) { o.mask.Rotate(d.ID, token) },
			Client: httpclient.New(httpclient.Config{Timeout: c.Timeout, Proxy: c.Proxy, TLS: c.TLS, Mask: o.mask, Egress: o.egress}),
		})
	default:
		return nil
	}
}

// signerOf is nil for none.
func signerOf(d *Definition, config *httpConfig, o *options) (sign.Signer, error) {
	s := &config.Signer
	switch s.Type {
	case "pdd":
		return &sign.PDD{
			Entropy: o.entropy, ClientID: s.ClientID,
			ClientSecret: d.Secrets["clientSecret"], AccessToken: d.Secrets["accessToken"],
		}, nil
	case "douyin":
		return &sign.Douyin{
			Entropy: o.entropy, AppKey: s.AppKey,
			AppSecret: d.Secrets["appSecret"], AccessToken: d.Secrets["accessToken"],
		}, nil
	case "wechatpay":
		private, err := sign.ParsePrivateKey(d.Secrets["privateKey"].Reveal())
		if err != nil {
			return nil, &configError{"/secrets/privateKey", err}
		}
		var platform *rsa.PublicKey
		if s.PlatformKey != "" {
			if platform, err = sign.ParsePublicKey(s.PlatformKey); err != nil {
				return nil, &configError{"/config/signer/platformKey", err}
			}
			if s.PlatformKeyID == "" {
				return nil, &configError{"/config/signer/platformKeyId", errors.New("is needed beside platformKey")}
			}
		}
		return &sign.WechatPay{
			Entropy: o.entropy, MchID: s.MchID, SerialNo: s.SerialNo, PrivateKey: private,
			PlatformKeyID: s.PlatformKeyID, PlatformKey: platform,
		}, nil
	default:
		return nil, nil
	}
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
