package httpclient

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/engine/core"
)

// Auth adds credentials to a request whose bytes are final: [Basic], [Bearer], [Header], [HMAC] or an [OAuth2]. It is
// safe for concurrent use.
type Auth interface {
	authorize(ctx context.Context, r *sign.Request) *core.Failure
}

// Basic is HTTP basic authentication.
type Basic struct {
	User     string
	Password secret.Text
}

func (b Basic) authorize(_ context.Context, r *sign.Request) *core.Failure {
	credentials := b.User + ":" + b.Password.Reveal()
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(credentials)))
	return nil
}

// Bearer is a fixed bearer token.
type Bearer struct{ Token secret.Text }

func (b Bearer) authorize(_ context.Context, r *sign.Request) *core.Failure {
	r.Header.Set("Authorization", "Bearer "+b.Token.Reveal())
	return nil
}

// Header is a token in a header of its own, X-Api-Key say.
type Header struct {
	Name  string
	Token secret.Text
}

func (h Header) authorize(_ context.Context, r *sign.Request) *core.Failure {
	r.Header.Set(h.Name, h.Token.Reveal())
	return nil
}

// HMAC is a header with the HMAC-SHA256 of the body, as the webhook scheme hmac-sha256 verifies it.
type HMAC struct {
	// Header is X-Signature where it is empty.
	Header string
	Prefix string
	// Base64 writes the signature so, otherwise as lower-case hex.
	Base64 bool
	Secret secret.Text
}

func (h HMAC) authorize(_ context.Context, r *sign.Request) *core.Failure {
	mac := hmac.New(sha256.New, []byte(h.Secret.Reveal()))
	mac.Write(r.Body)
	text := hex.EncodeToString(mac.Sum(nil))
	if h.Base64 {
		text = base64.StdEncoding.EncodeToString(mac.Sum(nil))
	}
	name := h.Header
	if name == "" {
		name = "X-Signature"
	}
	r.Header.Set(name, h.Prefix+text)
	return nil
}

// OAuth2 fetches tokens with the client credentials grant (RFC 6749, 4.4) and keeps each until shortly before it ends.
type OAuth2 struct {
	TokenURL, ClientID, Scope string
	ClientSecret              secret.Text
	Now                       func() time.Time
	// Client fetches the tokens; it has no base address and no credentials of its own.
	Client *Client
	// Fetched is told of each new token, so that it can be masked.
	Fetched func(token string)

	token chan oauthToken // holds the one token; who has it may renew it
}

type oauthToken struct {
	text string
	// From renew on a new one is fetched; until its end it may be used.
	renew, end time.Time
}

// NewOAuth2 returns o ready for use.
func NewOAuth2(o OAuth2) *OAuth2 {
	o.token = make(chan oauthToken, 1)
	o.token <- oauthToken{}
	return &o
}

const (
	// tokenMargin is how long before its end a token is renewed, of one with a short life a quarter of it.
	tokenMargin = 30 * time.Second
	// tokenDefault is the life of a token that does not tell.
	tokenDefault = 5 * time.Minute
	// tokenPause is how long after a renewal that failed the next one waits while the token is still good.
	tokenPause = 5 * time.Second
)

func (o *OAuth2) authorize(ctx context.Context, r *sign.Request) *core.Failure {
	var token oauthToken
	select {
	case token = <-o.token:
	case <-ctx.Done():
		return ended(ctx)
	}
	defer func() { o.token <- token }()
	if now := o.Now(); token.text == "" || !now.Before(token.renew) {
		fresh, failure := o.fetch(ctx)
		switch {
		case failure == nil:
			token = fresh
		case token.text != "" && now.Before(token.end):
			token.renew = now.Add(tokenPause)
		default:
			return failure
		}
	}
	r.Header.Set("Authorization", "Bearer "+token.text)
	return nil
}

func (o *OAuth2) fetch(ctx context.Context) (oauthToken, *core.Failure) {
	header := http.Header{}
	credentials := &sign.Request{Header: header}
	// RFC 6749, 2.3.1: both are form-encoded first.
	_ = Basic{
		User: url.QueryEscape(o.ClientID), Password: secret.New(url.QueryEscape(o.ClientSecret.Reveal())),
	}.authorize(ctx, credentials)
	fields := core.Object{"grant_type": "client_credentials"}
	if o.Scope != "" {
		fields["scope"] = o.Scope
	}
	answer, failure := o.Client.Do(ctx, Request{
		Method: http.MethodPost, URL: o.TokenURL, Body: Form{fields},
		Headers: map[string]string{"Authorization": header.Get("Authorization"), "Accept": "application/json"},
	})
	if failure != nil {
		failure.Message = "no token from the connection's tokenUrl: " + failure.Message
		// Fetching a token changes nothing that a flow would have to undo, whatever its method.
		failure.Unknown = false
		return oauthToken{}, failure
	}
	body, _ := answer.Body.(core.Object)
	text, _ := body["access_token"].(string)
	if text == "" {
		return oauthToken{}, &core.Failure{Code: "http.auth", Message: "the connection's tokenUrl answered without an access_token"}
	}
	o.Fetched(text)
	life := lifeOf(body["expires_in"])
	end := o.Now().Add(life)
	return oauthToken{text: text, renew: end.Add(-min(tokenMargin, life/4)), end: end}, nil
}

// maxLife bounds what is believed of a token's life, in seconds.
const maxLife = 365 * 24 * 60 * 60

// lifeOf reads expires_in, which some servers write as a text.
func lifeOf(v core.Value) time.Duration {
	seconds, ok := v.(int)
	if text, isText := v.(string); isText {
		parsed, err := strconv.Atoi(text)
		seconds, ok = parsed, err == nil
	}
	if !ok || seconds <= 0 {
		return tokenDefault
	}
	return time.Duration(min(seconds, maxLife)) * time.Second
}

// expire drops a token that was refused. A newer one stays.
func (o *OAuth2) expire(authorization string) {
	token := <-o.token
	if "Bearer "+token.text == authorization {
		token = oauthToken{}
	}
	o.token <- token
}
