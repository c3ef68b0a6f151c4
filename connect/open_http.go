package connect

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/url"
	"time"

	"sluice/connect/httpclient"
	"sluice/connect/sign"
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
	Signer    signerConfig `json:"signer"`
	Timeout   string       `json:"timeout"`
	Proxy     string       `json:"proxy"`
	ProxyUser string       `json:"proxyUser"`
	TLS       tlsConfig    `json:"tls"`
	// Expires is read where the health of any type is, see expiriesOf.
	Expires string `json:"expires"`
}

type tlsConfig struct {
	CA         string `json:"ca"`
	ServerName string `json:"serverName"`
	MinVersion string `json:"minVersion"`
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
	if c.Proxy, err = proxyOf(d, &config, o); err != nil {
		return handle{}, err
	}
	if c.TLS, err = clientTLS(d, config.TLS); err != nil {
		return handle{}, err
	}
	c.Auth = authOf(d, &config, c, o)
	if c.Signer, err = signerOf(d, &config.Signer, o); err != nil {
		return handle{}, err
	}
	client := httpclient.New(c)
	return handle{http: client, close: func() error { client.Close(); return nil }}, nil
}

// proxyOf is nil for none.
func proxyOf(d *Definition, config *httpConfig, o *options) (*url.URL, error) {
	password := d.Secrets["proxyPassword"]
	if config.Proxy == "" {
		if config.ProxyUser != "" || !password.Empty() {
			return nil, &configError{"/config/proxy", errors.New("is missing: there is a user or a password for it")}
		}
		return nil, nil
	}
	proxy, err := parseURL(config.Proxy)
	if err != nil {
		return nil, &configError{"/config/proxy", err}
	}
	switch {
	case config.ProxyUser != "":
		proxy.User = url.UserPassword(config.ProxyUser, password.Reveal())
		o.mask.AddBasic(config.ProxyUser, password.Reveal())
	case !password.Empty():
		return nil, &configError{"/config/proxyUser", errors.New("is missing: there is a password for it")}
	}
	return proxy, nil
}

// tlsOf is nil for the system's settings.
func tlsOf(config tlsConfig) (*tls.Config, error) {
	if config == (tlsConfig{}) {
		return nil, nil
	}
	out := &tls.Config{ServerName: config.ServerName, MinVersion: tls.VersionTLS12}
	if config.MinVersion == "1.3" {
		out.MinVersion = tls.VersionTLS13
	}
	if config.CA != "" {
		out.RootCAs = x509.NewCertPool()
		if !out.RootCAs.AppendCertsFromPEM([]byte(config.CA)) {
			return nil, &configError{"/config/tls/ca", errors.New("holds no certificate in PEM")}
		}
	}
	return out, nil
}

// clientTLS is tlsOf with the client certificate that the secrets clientCertificate and clientKey hold, where they do.
func clientTLS(d *Definition, config tlsConfig) (*tls.Config, error) {
	out, err := tlsOf(config)
	certificate, key := d.Secrets["clientCertificate"], d.Secrets["clientKey"]
	switch {
	case err != nil || certificate.Empty() && key.Empty():
		return out, err
	case certificate.Empty():
		return nil, &configError{"/secrets/clientCertificate", errors.New("is missing: there is a key for it")}
	case key.Empty():
		return nil, &configError{"/secrets/clientKey", errors.New("is missing: there is a certificate for it")}
	}
	pair, err := tls.X509KeyPair([]byte(certificate.Reveal()), []byte(key.Reveal()))
	if err != nil {
		return nil, pairError(certificate.Reveal())
	}
	if out == nil {
		out = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	out.Certificates = []tls.Certificate{pair}
	return out, nil
}

// pairError says which half of a certificate and its key is wrong, and shows neither.
func pairError(certificate string) error {
	if _, err := sign.ParseCertificates(certificate); err != nil {
		return &configError{"/secrets/clientCertificate", err}
	}
	return &configError{"/secrets/clientKey", errors.New("is not the unlocked private key (PEM) of the client certificate")}
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
		// It goes out form-encoded, in the header of Basic.
		o.mask.AddBasic(url.QueryEscape(a.ClientID), url.QueryEscape(d.Secrets["clientSecret"].Reveal()))
		return httpclient.NewOAuth2(httpclient.OAuth2{
			TokenURL: a.TokenURL, ClientID: a.ClientID, Scope: a.Scope, ClientSecret: d.Secrets["clientSecret"],
			Now: o.entropy.Now, Fetched: func(token string) { o.mask.Rotate(d.ID, token) },
			Client: httpclient.New(httpclient.Config{Timeout: c.Timeout, Proxy: c.Proxy, TLS: c.TLS, Mask: o.mask, Egress: o.egress}),
		})
	default:
		return nil
	}
}
