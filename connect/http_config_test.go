package connect_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/egress"
	"sluice/connect/robot"
	"sluice/engine/core"
	"sluice/examples/shop"
)

// TestWhatOnlyOpeningFinds: each finding stands where the mistake is, says what it is, and shows no key.
func TestWhatOnlyOpeningFinds(t *testing.T) {
	t.Parallel()
	s, err := shop.New(shop.Options{})
	require.NoError(t, err)
	alipay, wechat := s.Credentials().Alipay, s.Credentials().WeChatPay
	certificate, key := ending(t, time.Now().Add(time.Hour), false)
	_, otherKey := ending(t, time.Now().Add(time.Hour), false)
	type parts = core.Object
	for name, c := range map[string]struct {
		config, secrets core.Object
		path, says      string
	}{
		"all of it": {parts{"proxy": "http://proxy:3128", "proxyUser": "u", "tls": parts{"minVersion": "1.3"}, "expires": "2027-03-01"},
			parts{"proxyPassword": "p", "clientCertificate": certificate, "clientKey": key}, "", ""},
		"a user for no proxy":       {parts{"proxyUser": "u"}, nil, "/config/proxy", "missing"},
		"a password for no user":    {parts{"proxy": "http://proxy:3128"}, parts{"proxyPassword": "p"}, "/config/proxyUser", "missing"},
		"an old TLS":                {parts{"tls": parts{"minVersion": "1.0"}}, nil, "/config/tls/minVersion", "1.2, 1.3"},
		"no day":                    {parts{"expires": "next year"}, nil, "/config/expires", "2027-03-01"},
		"a key alone":               {nil, parts{"clientKey": key}, "/secrets/clientCertificate", "missing"},
		"a certificate alone":       {nil, parts{"clientCertificate": certificate}, "/secrets/clientKey", "missing"},
		"another key":               {nil, parts{"clientCertificate": certificate, "clientKey": otherKey}, "/secrets/clientKey", "not the unlocked private key"},
		"no certificate":            {nil, parts{"clientCertificate": key, "clientKey": key}, "/secrets/clientCertificate", "no certificate"},
		"wechatpay, key without id": {parts{"signer": parts{"type": "wechatpay", "mchid": "1", "serialNo": "2", "platformKey": wechat.PlatformPublicKey}}, parts{"privateKey": wechat.MerchantPrivateKey}, "/config/signer/platformKeyId", "needed"},
		"wechatpay, no key":         {parts{"signer": parts{"type": "wechatpay", "mchid": "1", "serialNo": "2", "platformKeyId": "P", "platformKey": "x"}}, parts{"privateKey": wechat.MerchantPrivateKey}, "/config/signer/platformKey", "neither"},
		"wechatpay, swapped":        {parts{"signer": parts{"type": "wechatpay", "mchid": "1", "serialNo": "2"}}, parts{"privateKey": wechat.PlatformPublicKey}, "/secrets/privateKey", "public key"},
		"alipay, no key":            {parts{"signer": parts{"type": "alipay", "appId": "1"}}, parts{"privateKey": alipay.AppPrivateKey}, "/config/signer/alipayPublicKey", "missing"},
		"alipay, the app's own key": {parts{"signer": parts{"type": "alipay", "appId": "1", "alipayPublicKey": wechat.MerchantPublicKey}}, parts{"privateKey": alipay.AppPrivateKey}, "/config/signer/alipayPublicKey", "the app's own"},
		"alipay, both modes": {parts{"signer": parts{"type": "alipay", "appId": "1", "alipayPublicKey": alipay.AlipayPublicKey, "alipayCertificate": alipay.AlipayCertificate}},
			parts{"privateKey": alipay.AppPrivateKey}, "/config/signer/alipayPublicKey", "leave it out"},
		"alipay, no root": {parts{"signer": parts{"type": "alipay", "appId": "1", "appCertificate": alipay.AppCertificate, "alipayCertificate": alipay.AlipayCertificate}},
			parts{"privateKey": alipay.AppPrivateKey}, "/config/signer/alipayRootCertificate", ""},
		"alipay, certificates swapped": {parts{"signer": parts{"type": "alipay", "appId": "1", "appCertificate": alipay.AlipayCertificate, "alipayCertificate": alipay.AppCertificate, "alipayRootCertificate": alipay.RootCertificate}},
			parts{"privateKey": alipay.AppPrivateKey}, "/config/signer/appCertificate", "not the certificate of this private key"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			config := core.Object{"baseUrl": "https://x.example"}
			maps.Copy(config, c.config)
			text, err := json.Marshal(core.Object{"id": "a", "type": "http", "config": config, "secrets": c.secrets})
			require.NoError(t, err)
			if c.secrets == nil {
				text = []byte(strings.Replace(string(text), `,"secrets":null`, "", 1))
			}
			_, findings := connect.ParseDefinition(text, nil)
			if c.path == "" {
				require.Empty(t, findings)
				return
			}
			require.Len(t, findings, 1)
			require.Equal(t, c.path, findings[0].Path)
			require.Equal(t, "connection.bad_value", findings[0].Code)
			require.Contains(t, findings[0].Message, c.says)
			for _, secret := range c.secrets {
				if text := secret.(string); len(text) > 100 {
					require.NotContains(t, findings[0].Message, text[60:90])
				}
			}
		})
	}
}

// TestThePolicyHoldsForEveryType: whatever dials asks the one policy.
func TestThePolicyHoldsForEveryType(t *testing.T) {
	t.Parallel()
	policy, err := egress.Parse(nil, []string{"127.0.0.0/8"})
	require.NoError(t, err)
	set := connect.NewSet(connect.Options{Egress: policy})
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	database := func(config string) func(t *testing.T, kind string) *core.Failure {
		return func(t *testing.T, kind string) *core.Failure {
			define(t, set, `{"id": %q, "type": %q, "config": %s}`, kind, kind, config)
			db, failure := set.SQL(kind)
			require.Nil(t, failure)
			return db.Ping(t.Context())
		}
	}
	queue := func(config string) func(t *testing.T, kind string) *core.Failure {
		return func(t *testing.T, kind string) *core.Failure {
			define(t, set, `{"id": %q, "type": %q, "config": %s}`, kind, kind, config)
			client, failure := set.Broker(kind)
			require.Nil(t, failure)
			return client.Ping(t.Context())
		}
	}
	message := func(rest string) func(t *testing.T, kind string) *core.Failure {
		return func(t *testing.T, kind string) *core.Failure {
			define(t, set, `{"id": %q, "type": %q, %s}`, kind, kind, rest)
			messenger, failure := set.Messenger(kind)
			require.Nil(t, failure)
			_, failure = messenger.Send(t.Context(), robot.Message{Text: "hello"})
			return failure
		}
	}
	types := map[string]func(t *testing.T, kind string) *core.Failure{
		"http": func(t *testing.T, kind string) *core.Failure {
			define(t, set, `{"id": %q, "type": %q, "config": {"baseUrl": "http://127.0.0.1:9"}}`, kind, kind)
			client, failure := set.HTTP(kind)
			require.Nil(t, failure)
			_, failure = client.Probe(t.Context())
			return failure
		},
		"postgres": database(`{"host": "127.0.0.1", "database": "test", "user": "postgres", "tls": {"mode": "off"}}`),
		"mysql":    database(`{"host": "127.0.0.1", "database": "test", "user": "root", "tls": {"mode": "off"}}`),
		"redis":    queue(`{"url": "redis://127.0.0.1:6379"}`),
		"nats":     queue(`{"url": "nats://127.0.0.1:4222"}`),
		"rabbitmq": queue(`{"url": "amqp://127.0.0.1:5672"}`),
		"mqtt":     queue(`{"url": "mqtt://127.0.0.1:1883"}`),
		"kafka":    queue(`{"brokers": ["127.0.0.1:9092"]}`),
		"email":    message(`"config": {"host": "127.0.0.1", "port": 25, "security": "none", "from": "a@example.com", "to": "b@example.com"}`),
		"webhook":  message(`"config": {"url": "http://127.0.0.1:9/"}`),
		"wecom":    message(`"config": {"baseUrl": "http://127.0.0.1:9"}, "secrets": {"key": "k"}`),
		"dingtalk": message(`"config": {"baseUrl": "http://127.0.0.1:9"}, "secrets": {"token": "k"}`),
		"feishu":   message(`"config": {"baseUrl": "http://127.0.0.1:9"}, "secrets": {"token": "k"}`),
		"slack":    message(`"secrets": {"url": "http://127.0.0.1:9/x"}`),
	}
	for _, kind := range connect.Types() {
		try, dials := types[kind.Name]
		require.Equal(t, kind.Name != "sqlite", dials, "%s: a type that dials belongs here", kind.Name)
		if !dials {
			continue
		}
		t.Run(kind.Name, func(t *testing.T) {
			failure := try(t, kind.Name)
			require.NotNil(t, failure)
			require.Contains(t, []string{"http.blocked", "connection.blocked"}, failure.Code, failure.Message)
			require.Contains(t, failure.Message, "--egress-deny")
			require.True(t, failure.Permanent)
			require.False(t, failure.Unknown)
		})
	}
}
