package main

import (
	"bufio"
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/broker"
	"sluice/connect/broker/brokertest"
	"sluice/engine/core"
)

// stored is a connection of the test, with a node that uses it.
type stored struct {
	kind    string
	config  core.Object
	secrets map[string]string
	node    string
}

// recognisable are secrets that occur nowhere else.
type recognisable struct{ values []string }

// text makes one of n characters.
func (r *recognisable) text(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	value := "S/" + base64.RawStdEncoding.EncodeToString(b)[:n-2]
	r.values = append(r.values, value)
	return value
}

// key makes a private key, of which every line is a secret.
func (r *recognisable) key(t *testing.T) (private, public string) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	private = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	for line := range strings.Lines(private) {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "-----") && len(line) == 64 {
			r.values = append(r.values, line)
		}
	}
	der, err = x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return private, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

var encoded = regexp.MustCompile(`[A-Za-z0-9+/_-]{20,}`)

// none fails where one of the secrets shows, as it is, in an encoding, or inside something encoded in base64.
func (r *recognisable) none(t *testing.T, where, text string) {
	t.Helper()
	var inside strings.Builder
	for _, part := range encoded.FindAllString(text, -1) {
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			if plain, err := alphabet.DecodeString(part); err == nil {
				inside.Write(plain)
				inside.WriteByte('\n')
			}
		}
	}
	text += inside.String()
	for _, value := range r.values {
		for _, form := range []string{
			value, url.QueryEscape(value), url.PathEscape(value), hex.EncodeToString([]byte(value)),
			base64.StdEncoding.EncodeToString([]byte(value)), base64.RawURLEncoding.EncodeToString([]byte(value)),
		} {
			if at := strings.Index(text, form); at >= 0 {
				t.Errorf("%s shows a secret: %.600q", where, text[max(0, at-300):min(len(text), at+len(form)+100)])
				return
			}
		}
	}
}

// mirror answers every request with all that it holds, as a failure; of a token it gives a secret one.
func mirror(t *testing.T, token string) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/token" {
			_, _ = fmt.Fprintf(w, `{"access_token": %q, "token_type": "Bearer", "expires_in": 3600}`, token)
			return
		}
		dump, _ := httputil.DumpRequest(r, true)
		user, password, _ := r.BasicAuth()
		w.Header().Set("X-Seen", r.Header.Get("Authorization")+r.URL.RawQuery)
		w.WriteHeader(http.StatusTeapot)
		_, _ = fmt.Fprintf(w, "%s\n%s %s", dump, user, password)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// echo is a server of no protocol: it repeats what it is sent.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			caller, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer func() { _ = caller.Close() }()
				_, _ = io.Copy(caller, io.LimitReader(bufio.NewReader(caller), 4<<10))
			}()
		}
	}()
	return l.Addr().String()
}

// storedOfEveryType are connections that hold, all together, every secret that a type declares.
func storedOfEveryType(t *testing.T, r *recognisable) map[string]stored {
	t.Helper()
	web, peer := mirror(t, r.text(40)), echo(t)
	all := map[string]stored{}
	call := `"type": "http.request", "config": {"connection": %q, "method": "POST", "path": "/x", "body": {"a": 1}}`
	of := func(id string, config core.Object, secrets map[string]string) {
		config["baseUrl"] = web
		node := call
		if method, ok := map[string]string{"pdd": "type", "alipay": "method"}[id]; ok {
			node = `"type": "http.request", "config": {"connection": %q, "method": "POST", "path": "/x", "form": {"` + method + `": "a.b.c"}}`
		}
		all[id] = stored{"http", config, secrets, node}
	}
	auth := func(id string, config core.Object, secrets ...string) {
		given := map[string]string{}
		for _, name := range secrets {
			given[name] = r.text(32)
		}
		of(id, config, given)
	}
	auth("basic", core.Object{"auth": core.Object{"type": "basic", "user": "u"}, "proxy": web, "proxyUser": "p"}, "password", "proxyPassword")
	auth("bearer", core.Object{"auth": core.Object{"type": "bearer"}}, "token")
	auth("header", core.Object{"auth": core.Object{"type": "header", "header": "X-Key"}}, "token")
	auth("hmac", core.Object{"auth": core.Object{"type": "hmac"}}, "secret")
	auth("oauth", core.Object{"auth": core.Object{"type": "oauth2", "tokenUrl": web + "/token", "clientId": "c"}}, "clientSecret")
	auth("oauth-refused", core.Object{"auth": core.Object{"type": "oauth2", "tokenUrl": web + "/refused", "clientId": "c"}}, "clientSecret")
	auth("pdd", core.Object{"signer": core.Object{"type": "pdd", "clientId": "c"}}, "clientSecret", "accessToken")
	auth("douyin", core.Object{"signer": core.Object{"type": "douyin", "appKey": "1"}}, "appSecret", "accessToken")
	private, public := r.key(t)
	of("wechatpay", core.Object{"signer": core.Object{"type": "wechatpay", "mchid": "1", "serialNo": "2", "platformKeyId": "PUB_KEY_ID_1", "platformKey": public}},
		map[string]string{"privateKey": private, "apiV3Key": r.text(32)})
	_, public = r.key(t)
	of("alipay", core.Object{"signer": core.Object{"type": "alipay", "appId": "1", "alipayPublicKey": public}},
		map[string]string{"privateKey": private, "appAuthToken": r.text(32)})
	certificate, _ := brokertest.Certificate(t)
	der, err := x509.MarshalPKCS8PrivateKey(certificate.PrivateKey)
	require.NoError(t, err)
	clientKey := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	r.values = append(r.values, strings.Split(clientKey, "\n")[1])
	of("client-tls", core.Object{}, map[string]string{
		"clientCertificate": string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Certificate[0]})), "clientKey": clientKey,
	})
	tell := `"type": "push", "config": {"connection": %q, "text": "hello"}`
	robot := func(id, kind string, config core.Object, secrets ...string) {
		given := map[string]string{}
		for _, name := range secrets {
			given[name] = r.text(43)
		}
		all[id] = stored{kind, config, given, tell}
	}
	robot("wecom-key", "wecom", core.Object{"baseUrl": web}, "key")
	robot("dingtalk-token", "dingtalk", core.Object{"baseUrl": web}, "token", "secret", "appSecret", "callbackToken", "aesKey")
	robot("feishu-token", "feishu", core.Object{"baseUrl": web}, "token", "secret", "encryptKey", "verificationToken")
	robot("slack-token", "slack", core.Object{"baseUrl": web, "channel": "C0123ABCD"}, "token")
	for _, kind := range []string{"wecom", "dingtalk", "feishu", "slack"} {
		all[kind+"-url"] = stored{kind, core.Object{}, map[string]string{"url": web + "/robot/" + url.PathEscape(r.text(32)) + "?key=" + url.QueryEscape(r.text(32))}, tell}
	}
	signing := make([]byte, 24)
	_, _ = rand.Read(signing)
	all["hook"] = stored{"webhook", core.Object{"url": web + "/hook"}, map[string]string{"secret": "whsec_" + base64.StdEncoding.EncodeToString(signing)}, tell}
	r.values = append(r.values, base64.StdEncoding.EncodeToString(signing))
	host, port, err := net.SplitHostPort(peer)
	require.NoError(t, err)
	robot("mail", "email", core.Object{"host": host, "port": json.Number(port), "user": "u", "from": "a@shop.example", "to": "b@shop.example"}, "password")
	dead := "@" + peer
	ask := `"type": "db.query", "config": {"connection": %q, "sql": "SELECT nothing FROM nowhere"}`
	publish := `"type": "queue.publish", "config": {"connection": %q, "topic": "secrets", "body": {"a": 1}}`
	add := func(id, kind, node string, config core.Object) {
		all[id] = stored{kind, config, map[string]string{"password": r.text(32)}, node}
	}
	add("postgres", "postgres", ask, core.Object{"url": "postgres://u" + dead + "/test"})
	add("postgres-there", "postgres", ask, core.Object{"url": "postgres://nobody@127.0.0.1:5432/test"})
	add("mysql", "mysql", ask, core.Object{"url": "mysql://u" + dead + "/test"})
	add("mysql-there", "mysql", ask, core.Object{"url": "mysql://root@127.0.0.1:3306/test"})
	add("kafka", "kafka", publish, core.Object{"brokers": []string{peer}, "user": "u", "mechanism": "plain"})
	for kind, scheme := range map[broker.Kind]string{broker.RabbitMQ: "amqp", broker.NATS: "nats", broker.Redis: "redis", broker.MQTT: "mqtt"} {
		add(string(kind), string(kind), publish, core.Object{"url": scheme + "://" + peer, "user": "u"})
		add(string(kind)+"-there", string(kind), publish, core.Object{"url": brokertest.Address(t, kind).String(), "user": "guest"})
	}
	return all
}

// requireEverySecret wants every secret of every type, and of every variant of its fields, in one of the connections.
func requireEverySecret(t *testing.T, all map[string]stored) {
	t.Helper()
	var want []string
	for _, kind := range connect.Types() {
		fields := slices.Clone(kind.Secrets)
		for _, f := range kind.Config {
			for _, v := range f.Variants {
				fields = append(fields, v.Secrets...)
			}
		}
		for _, f := range fields {
			want = append(want, kind.Name+" "+f.Name)
		}
	}
	given := map[string]bool{}
	for _, s := range all {
		for name := range s.secrets {
			given[s.kind+" "+name] = true
		}
	}
	for _, secret := range want {
		require.True(t, given[secret], "no connection of this test has the secret %s", secret)
	}
}

// shared is a log that several write to.
type shared struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *shared) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *shared) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// TestNoSecretIsShownAnywhere stores connections of every type with every secret, has a run use each against servers that
// repeat what they are sent or refuse it, and looks through all that the program shows and keeps.
func TestNoSecretIsShownAnywhere(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("SKIPPED in short mode: needs databases and brokers")
	}
	r, log := &recognisable{}, &shared{}
	all := storedOfEveryType(t, r)
	inbound := map[string]string{"token": r.text(40), "basic": "u:" + r.text(40)}
	for scheme, secret := range inbound {
		all["in-"+scheme] = stored{kind: "webhook", config: core.Object{}, secrets: map[string]string{"secret": secret}}
	}
	requireEverySecret(t, all)
	data := filepath.Join(t.TempDir(), "data")
	require.NoError(t, folder(data))
	s := serveLogging(t, data, slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	look := func(method, path, body string, want int) string {
		t.Helper()
		status, text := s.call(t, method, path, body)
		require.Equal(t, want, status, "%s %s: %s", method, path, text)
		r.none(t, method+" "+path, text)
		return text
	}
	nodes, outputs := []string{}, []string{}
	for id, c := range all {
		body, err := json.Marshal(core.Object{"type": c.kind, "config": c.config, "secrets": c.secrets})
		require.NoError(t, err)
		look("PUT", "/api/v1/connections/"+id, string(body), http.StatusOK)
		refused, err := json.Marshal(core.Object{"type": c.kind, "config": core.Object{"nothing": 1}, "secrets": c.secrets, "more": c.secrets})
		require.NoError(t, err)
		look("PUT", "/api/v1/connections/refused", string(refused), http.StatusUnprocessableEntity)
		if c.node != "" {
			outputs = append(outputs, fmt.Sprintf(`%[1]q: "{{ nodes['%[1]s'] }}"`, id))
			nodes = append(nodes, fmt.Sprintf(`{"id": %q, %s, "timeout": "5s", "onError": "continue"}`, id, fmt.Sprintf(c.node, id)))
		}
	}
	look("PUT", "/api/v1/flows/uses?publish=true", `{"sluice": 1, "id": "uses", "settings": {"log": "full"}, "nodes": [`+strings.Join(nodes, ",")+`],
		"output": {`+strings.Join(outputs, ",")+`}}`, http.StatusOK)
	look("PUT", "/api/v1/flows/fails?publish=true", `{"sluice": 1, "id": "fails", "nodes": [
		{"id": "call", `+fmt.Sprintf(all["bearer"].node, "bearer")+`}, {"id": "caught", "type": "set", "config": {"vars": {"why": "{{ error }}"}}},
		{"id": "again", `+fmt.Sprintf(all["basic"].node, "basic")+`}],
		"edges": [{"from": "call", "port": "error", "to": "caught"}, {"from": "caught", "to": "again"}]}`, http.StatusOK)

	var tested sync.WaitGroup
	for id := range all {
		tested.Go(func() {
			_, text := s.call(t, "POST", "/api/v1/connections/"+id+"/test", "")
			r.none(t, "test of "+id, text)
		})
	}
	for _, flow := range []string{"uses", "fails"} {
		text := look("POST", "/api/v1/flows/"+flow+"/runs", `{"input": {}, "wait": "60s"}`, http.StatusCreated)
		run := requireRun(t, text)
		require.Contains(t, []string{"succeeded", "failed"}, run.Status, text)
		for _, page := range []string{"", "/steps", "/journal", "/scope?path=again", "/state", "/waits", "/flow"} {
			_, text := s.call(t, "GET", "/api/v1/runs/"+run.ID+page, "")
			r.none(t, flow+page, text)
		}
		_, text = s.call(t, "POST", "/api/v1/expressions/evaluate", fmt.Sprintf(`{"run": %q, "expression": "nodes"}`, run.ID))
		r.none(t, "evaluate", text)
		_, text = s.call(t, "POST", "/api/v1/runs/"+run.ID+"/test", "{}")
		r.none(t, "a flow test made of the run", text)
	}
	tested.Wait()
	for scheme, header := range map[string]string{
		"token": "Bearer " + inbound["token"], "basic": "Basic " + base64.StdEncoding.EncodeToString([]byte(inbound["basic"])),
	} {
		look("PUT", "/api/v1/flows/in-"+scheme+"?publish=true", fmt.Sprintf(`{"sluice": 1, "id": "in-%[1]s", "triggers": [{"id": "hook", "type": "webhook",
			"config": {"path": "in/%[1]s", "verify": {"scheme": %[1]q, "connection": "in-%[1]s"}, "respond": "result"}}],
			"nodes": [{"id": "keep", "type": "set", "config": {"vars": {"all": "{{ trigger }}"}}}], "output": {"all": "{{ trigger }}"}}`, scheme), http.StatusOK)
		request, err := http.NewRequestWithContext(t.Context(), "POST", s.url+"/hooks/in/"+scheme, strings.NewReader(`{"n": 1}`))
		require.NoError(t, err)
		request.Header.Set("Authorization", header)
		answer, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		text, err := io.ReadAll(answer.Body)
		require.NoError(t, err)
		require.NoError(t, answer.Body.Close())
		require.Equal(t, http.StatusOK, answer.StatusCode, string(text))
		r.none(t, "answer of the webhook", string(text))
		look("GET", "/api/v1/webhooks/in-"+scheme+"/hook/deliveries", "", http.StatusOK)
	}
	for _, page := range []string{"/api/v1/connections", "/api/v1/runs", "/api/v1/runs/summary", "/api/v1/webhooks", "/api/v1/flows", "/metrics"} {
		require.NotEmpty(t, look("GET", page, "", http.StatusOK))
	}
	for id := range all {
		look("GET", "/api/v1/connections/"+id, "", http.StatusOK)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	backup := sluiceIn(t, "", "backup", copied, "--data", data)
	require.Zero(t, backup.status, backup.err)
	r.none(t, "what the program says", s.stop().err)
	require.NotEmpty(t, log.String())
	r.none(t, "the log", log.String())
	kept := contents(t, copied)
	require.Contains(t, kept, "in-token", "the copy holds the connections")
	r.none(t, "a backup", kept)
	r.none(t, "the data folder", contents(t, data))
}

type shownRun struct{ ID, Status string }

func requireRun(t *testing.T, text string) (run shownRun) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &run))
	return run
}
