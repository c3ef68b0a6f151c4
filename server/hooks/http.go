package hooks

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
)

// Route is where Handle belongs, for all methods.
const Route = "/hooks/*"

// Handle serves a request of a fiber app, which may unescape paths or not.
func (r *Router) Handle(c *fiber.Ctx) error {
	uri := c.Context().URI()
	_, below, _ := strings.Cut(strings.TrimPrefix(string(uri.PathOriginal()), "/"), "/")
	answer := r.Serve(&Delivery{
		Method: c.Method(), Path: below, Query: string(uri.QueryString()), Headers: headersOf(c), Body: c.Request().Body(),
	})
	out := c.Response()
	out.SetStatusCode(answer.Status)
	html := false
	for _, f := range answer.Header {
		if strings.EqualFold(f.Name, "Set-Cookie") {
			out.Header.Add(f.Name, f.Value)
			continue
		}
		out.Header.Set(f.Name, f.Value)
		html = html || strings.EqualFold(f.Name, "Content-Type") && !strings.HasPrefix(f.Value, "application/json") && f.Value != typeText
	}
	// What a sender makes a flow say must not run in a browser as if it were the editor.
	out.Header.Set("X-Content-Type-Options", "nosniff")
	if html {
		out.Header.Set("Content-Security-Policy", "sandbox")
	}
	out.SetBodyRaw(answer.Body)
	return nil
}

// headersOf copies the headers, which belong to the server.
func headersOf(c *fiber.Ctx) core.Object {
	headers := make(core.Object, 12)
	c.Request().Header.VisitAll(func(key, text []byte) {
		name, ok := lowerNames[string(key)]
		if !ok {
			name = strings.ToLower(string(key))
		}
		value := strings.ToValidUTF8(string(text), "\uFFFD")
		if earlier, ok := headers[name].(string); ok {
			value = earlier + ", " + value
		}
		headers[name] = value
	})
	return headers
}

// lowerNames spares the usual headers a copy of their names.
var lowerNames = map[string]string{
	"Accept": "accept", "Accept-Encoding": "accept-encoding", "Connection": "connection", "Content-Length": "content-length",
	"Content-Type": "content-type", "Host": "host", "User-Agent": "user-agent", "X-Forwarded-For": "x-forwarded-for",
	"X-Request-Id": "x-request-id", "X-Signature": "x-signature",
}
