package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// client calls the server's API.
type client struct {
	url, token, language string
	http                 *http.Client
}

func newClient(o Options) *client {
	c := &client{url: o.URL, token: o.Token, language: "en", http: &http.Client{Transport: &http.Transport{}, Timeout: time.Minute}}
	if o.Zh {
		c.language = "zh"
	}
	return c
}

func (c *client) close() { c.http.CloseIdleConnections() }

// refusal is an answer that is no success.
type refusal struct {
	call    string
	status  int
	Refused struct {
		Code    string          `json:"code"`
		Message string          `json:"message"`
		Details json.RawMessage `json:"details"`
	} `json:"error"`
}

// Error implements error: the findings about a document follow, a line each.
func (r *refusal) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d %s: %s", r.call, r.status, r.Refused.Code, r.Refused.Message)
	var findings []struct{ Code, Path, Message string }
	if json.Unmarshal(r.Refused.Details, &findings) == nil {
		for _, f := range findings {
			fmt.Fprintf(&b, "\n  %s %s: %s", f.Code, f.Path, f.Message)
		}
	}
	return b.String()
}

// call makes one call of the API. A body of bytes is sent as it is, any other as JSON; into, unless nil, gets the answer.
func (c *client) call(ctx context.Context, method, path string, body, into any) error {
	return c.do(ctx, method, c.url+"/api/v1"+path, map[string]string{"Authorization": "Bearer " + c.token}, body, into)
}

func (c *client) do(ctx context.Context, method, url string, header map[string]string, body, into any) error {
	content, ok := body.([]byte)
	if !ok && body != nil {
		var err error
		if content, err = json.Marshal(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(content))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept-Language", c.language)
	for name, value := range header {
		r.Header.Set(name, value)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	given, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		refused := &refusal{call: method + " " + r.URL.Path, status: answer.StatusCode}
		_ = json.Unmarshal(given, refused) // what is not the API's own answer has its status only
		return refused
	}
	if into == nil || len(given) == 0 {
		return nil
	}
	return json.Unmarshal(given, into)
}

// insist makes a call until it is answered: a server that is not there yet, or has too much to do, is asked again.
func (c *client) insist(ctx context.Context, method, path string, body, into any) error {
	return insist(ctx, func() error { return c.call(ctx, method, path, body, into) })
}

// ready waits for a server that takes work.
func (c *client) ready(ctx context.Context) error {
	return insist(ctx, func() error { return c.do(ctx, http.MethodGet, c.url+"/readyz", nil, nil, nil) })
}

func insist(ctx context.Context, try func() error) error {
	ticker := time.NewTicker(200 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := try()
		var refused *refusal
		if err == nil || errors.As(err, &refused) && refused.status != http.StatusServiceUnavailable && refused.status != http.StatusTooManyRequests {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-ticker.C:
		}
	}
}
