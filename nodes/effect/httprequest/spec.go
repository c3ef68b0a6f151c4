// Package httprequest is the node type http.request: one HTTP call.
package httprequest

import (
	"context"
	"embed"
	"slices"
	"strings"

	"sluice/connect"
	"sluice/connect/httpclient"
	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/effect/args"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what an http.request node is told. At most one of URL and Path, and of Body, Form and Text, is given.
type Config struct {
	Connection string            `json:"connection"`
	Method     string            `json:"method"`
	URL        string            `json:"url"`
	Path       string            `json:"path"`
	Query      core.Object       `json:"query"`
	Headers    map[string]string `json:"headers"`
	// Body is nil for none.
	Body     core.Value  `json:"body"`
	Form     core.Object `json:"form"`
	Text     *string     `json:"text"`
	OKStatus string      `json:"okStatus"`
	Response string      `json:"response"`
	MaxBytes int         `json:"maxBytes"`
}

// Defaults is the config of a node that leaves everything out.
func Defaults() Config {
	return Config{Method: "GET", OKStatus: "2xx", Response: string(httpclient.FormatJSON), MaxBytes: httpclient.DefaultMaxBytes}
}

// Spec declares the type; its calls go through these connections.
func Spec(connections *connect.Set) nodes.Spec {
	return nodes.Spec{
		Type: "http.request", Major: 1, Behaviour: 1,
		Effect: nodes.Write, EffectOf: effect, Category: nodes.Connect, Icon: "globe",
		Page: nodes.PageIn(page),
		Run: func(ctx context.Context, call nodes.Call) (core.Value, *core.Failure) {
			return run(ctx, connections, call)
		},
	}
}

// effect is by the method as written: one that is computed may turn out to be any.
func effect(config core.Object) nodes.Effect {
	method, given := config["method"]
	if !given || method == "GET" || method == "HEAD" {
		return nodes.Read
	}
	return nodes.Write
}

func run(ctx context.Context, connections *connect.Set, call nodes.Call) (core.Value, *core.Failure) {
	config := Defaults()
	if f := args.Decode(call.Args, &config); f != nil {
		return nil, f
	}
	request, f := config.request(call.Key)
	if f != nil {
		return nil, f
	}
	client, f := connections.HTTP(config.Connection)
	if f != nil {
		return nil, f
	}
	response, f := client.Do(ctx, request)
	if f != nil {
		return nil, f
	}
	return core.Object{"status": response.Status, "headers": response.Headers, "body": response.Body}, nil
}

func (c *Config) request(key string) (httpclient.Request, *core.Failure) {
	r := httpclient.Request{
		Method: strings.ToUpper(c.Method), URL: c.URL, Path: c.Path, Query: c.Query, Headers: c.Headers,
		Response: httpclient.Format(c.Response), MaxBytes: int64(c.MaxBytes), Key: key,
	}
	if !slices.Contains([]string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}, r.Method) {
		return r, args.Invalid("/method", "must be GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS")
	}
	if !slices.Contains([]httpclient.Format{httpclient.FormatJSON, httpclient.FormatText, httpclient.FormatBytes}, r.Response) {
		return r, args.Invalid("/response", "must be json, text or bytes")
	}
	if c.MaxBytes < 1 {
		return r, args.Invalid("/maxBytes", "must be at least 1")
	}
	var err error
	if r.OK, err = httpclient.ParseStatuses(c.OKStatus); err != nil {
		return r, args.Invalid("/okStatus", "must be a list of statuses such as 2xx or 200, 404: %s", err)
	}
	switch {
	case c.Body != nil:
		r.Body = httpclient.JSON{Value: c.Body}
	case c.Form != nil:
		r.Body = httpclient.Form{Fields: c.Form}
	case c.Text != nil:
		r.Body = httpclient.Text(*c.Text)
	}
	return r, nil
}
