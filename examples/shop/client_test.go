package shop

import (
	"bytes"
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// noon is when most tests begin: a Saturday in June, in China.
var noon = time.Date(2024, 6, 1, 12, 0, 0, 0, china)

// handClock is a clock that a test moves.
type handClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *handClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// bench is a shop behind real HTTP and a client that signs as each platform wants it.
type bench struct {
	t     *testing.T
	shop  *Shop
	url   string
	clock *handClock
	creds Credentials
}

func newBench(t *testing.T, o Options) *bench {
	t.Helper()
	clock := &handClock{now: noon}
	if o.Clock != nil {
		clock.now = o.Clock()
	}
	o.Clock = clock.Now
	s, err := New(o)
	require.NoError(t, err)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return &bench{t: t, shop: s, url: server.URL, clock: clock, creds: s.creds}
}

func (b *bench) add(o Order) Order {
	b.t.Helper()
	added, err := b.shop.AddOrder(o)
	require.NoError(b.t, err)
	return added
}

type reply struct {
	status int
	header http.Header
	text   string
}

// json is the body as a tree, with numbers as written.
func (r reply) json(t *testing.T) map[string]any {
	t.Helper()
	tree, err := parseJSON([]byte(r.text))
	require.NoError(t, err, r.text)
	require.IsType(t, map[string]any{}, tree, r.text)
	return tree.(map[string]any)
}

// at walks into a tree by names and, in lists, by whole numbers.
func at(t *testing.T, tree any, path string) any {
	t.Helper()
	for name := range strings.SplitSeq(path, ".") {
		if i, err := strconv.Atoi(name); err == nil {
			list, ok := tree.([]any)
			require.True(t, ok && i < len(list), "%s in %v", name, tree)
			tree = list[i]
			continue
		}
		object, ok := tree.(map[string]any)
		require.True(t, ok, "%s in %v", name, tree)
		require.Contains(t, object, name)
		tree = object[name]
	}
	return tree
}

// send makes a request; header is a list of names and values.
func (b *bench) send(method, path, body string, header ...string) reply {
	b.t.Helper()
	r, err := b.try(context.Background(), method, path, body, header...)
	require.NoError(b.t, err)
	return r
}

func (b *bench) try(ctx context.Context, method, path, body string, header ...string) (reply, error) {
	request, err := http.NewRequestWithContext(ctx, method, b.url+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(text)}, err
}

func (b *bench) unix() string { return strconv.FormatInt(b.clock.Now().Unix(), 10) }

// douyinQuery is the signed query of a call.
func (b *bench) douyinQuery(method, body string) url.Values {
	q := url.Values{"app_key": {b.creds.Douyin.AppKey}, "method": {method}, "access_token": {b.creds.Douyin.AccessToken}, "timestamp": {b.unix()}, "v": {"2"}, "sign_method": {"hmac-sha256"}}
	q.Set("sign", douyinSign(b.creds.Douyin.AppSecret, q, body))
	return q
}

func (b *bench) douyin(method, body string) map[string]any {
	b.t.Helper()
	r := b.send("POST", "/"+strings.ReplaceAll(method, ".", "/")+"?"+b.douyinQuery(method, body).Encode(), body)
	require.Equal(b.t, 200, r.status)
	return r.json(b.t)
}

func (b *bench) pddParams(method string, business ...string) pddParams {
	p := pddParams{"type": method, "client_id": b.creds.PDD.ClientID, "access_token": b.creds.PDD.AccessToken, "timestamp": b.unix(), "data_type": "JSON", "version": "V1"}
	for i := 0; i < len(business); i += 2 {
		p[business[i]] = business[i+1]
	}
	p["sign"] = pddSign(b.creds.PDD.ClientSecret, p)
	return p
}

func (b *bench) pddSend(p pddParams) map[string]any {
	b.t.Helper()
	form := url.Values{}
	for name, value := range p {
		form.Set(name, value)
	}
	r := b.send("POST", "/api/router", form.Encode(), "Content-Type", "application/x-www-form-urlencoded")
	require.Equal(b.t, 200, r.status)
	return r.json(b.t)
}

func (b *bench) pdd(method string, business ...string) map[string]any {
	b.t.Helper()
	return b.pddSend(b.pddParams(method, business...))
}

// authorization signs a WeChat Pay request with the merchant's private key.
func (b *bench) authorization(method, uri, body string, at time.Time) string {
	b.t.Helper()
	timestamp, nonce := strconv.FormatInt(at.Unix(), 10), "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"
	parsed, err := parsePEM(b.shop.Credentials().WeChatPay.MerchantPrivateKey, x509.ParsePKCS8PrivateKey)
	require.NoError(b.t, err)
	sum := sha256.Sum256([]byte(method + "\n" + uri + "\n" + timestamp + "\n" + nonce + "\n" + body + "\n"))
	signature, err := rsa.SignPKCS1v15(rand.Reader, parsed.(*rsa.PrivateKey), crypto.SHA256, sum[:])
	require.NoError(b.t, err)
	return `WECHATPAY2-SHA256-RSA2048 mchid="` + b.creds.WeChatPay.MchID + `",nonce_str="` + nonce + `",timestamp="` + timestamp +
		`",serial_no="` + b.creds.WeChatPay.MerchantSerial + `",signature="` + base64.StdEncoding.EncodeToString(signature) + `"`
}

func (b *bench) wechat(method, uri, body string) reply {
	b.t.Helper()
	return b.send(method, uri, body, "Authorization", b.authorization(method, uri, body, b.clock.Now()), "Accept", "application/json")
}

// requireWeChatSignature verifies what the platform signed.
func requireWeChatSignature(t *testing.T, publicPEM string, h http.Header, body string) {
	t.Helper()
	require.NoError(t, checkWeChatSignature(publicPEM, h, body))
}

func checkWeChatSignature(publicPEM string, h http.Header, body string) error {
	parsed, err := parsePEM(publicPEM, x509.ParsePKIXPublicKey)
	if err != nil {
		return err
	}
	signature, err := base64.StdEncoding.DecodeString(h.Get("Wechatpay-Signature"))
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(h.Get("Wechatpay-Timestamp") + "\n" + h.Get("Wechatpay-Nonce") + "\n" + body + "\n"))
	return rsa.VerifyPKCS1v15(parsed.(*rsa.PublicKey), crypto.SHA256, sum[:], signature)
}

func (b *bench) wms(method, path, body string, header ...string) reply {
	b.t.Helper()
	return b.send(method, "/wms"+path, body, append([]string{"Authorization", "Bearer " + b.creds.WMS.Token}, header...)...)
}

func number(n int) json.Number { return json.Number(strconv.Itoa(n)) }

// received is one callback as it came.
type received struct {
	header http.Header
	body   string
}

// receiver takes callbacks and answers them in turn; the last answer is repeated.
type receiver struct {
	mu      sync.Mutex
	got     []received
	answers []answer
	url     string
}

func newReceiver(t *testing.T, answers ...answer) *receiver {
	r := &receiver{answers: answers}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		body, _ := io.ReadAll(request.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got = append(r.got, received{request.Header.Clone(), string(bytes.Clone(body))})
		r.answers[min(len(r.got), len(r.answers))-1].write(w)
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

func (r *receiver) all() []received {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]received{}, r.got...)
}
