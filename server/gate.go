package server

import (
	"crypto/rand"
	"crypto/subtle"
	"fmt"
	"net"
	"runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

const (
	// cookieName is the session's cookie.
	cookieName = "sluice_session"
	// headerCSRF repeats the session's CSRF token on every call that changes something.
	headerCSRF = "X-CSRF-Token"
	// retryAfter, in seconds, goes with 503.
	retryAfter = "2"
)

// admit is around every request: it gives it an id, keeps panics from ending the process, and writes the access log.
func (s *Server) admit(c *fiber.Ctx) error {
	begin := time.Now()
	q := &request{Ctx: c, id: rand.Text()[:16], lang: languageOf(c.Get(fiber.HeaderAcceptLanguage))}
	c.Locals(locals, q)
	c.Set("X-Request-Id", q.id)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	if strings.HasPrefix(c.Path(), base) {
		c.Set(fiber.HeaderCacheControl, "no-store")
	}
	if err := s.next(c); err != nil {
		if err := s.fail(c, err); err != nil {
			return err
		}
	}
	took := time.Since(begin)
	size := -1
	if !c.Response().IsBodyStream() {
		// To ask a stream for its body would wait for its end.
		size = len(c.Response().Body())
	}
	pattern := c.Route().Path
	status := c.Response().StatusCode()
	s.traffic.observe(c.Method(), pattern, status, took)
	s.o.Log.Info("request", "request", q.id, "method", c.Method(), "path", s.o.Connections.MaskText(c.Path()), "status", status,
		"ms", took.Milliseconds(), "bytes", size, "from", c.IP(), "who", q.who.Name)
	return nil
}

// next calls the handler. A panic is one request's misfortune.
func (s *Server) next(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return c.Next()
}

// fail answers with an error. The text of one that is nobody's refusal goes to the log only.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	q := of(c)
	r, known := refusalOf(err)
	if !known {
		s.o.Log.Error("a request failed", "request", q.id, "method", c.Method(), "path", s.o.Connections.MaskText(c.Path()),
			"error", s.o.Connections.MaskText(err.Error()))
		r = refuse("internal", "requestId", q.id)
	}
	status, ok := statuses[r.Code]
	if !ok {
		status = fiber.StatusInternalServerError
	}
	switch status {
	case fiber.StatusUnauthorized:
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="sluice"`)
	case fiber.StatusRequestEntityTooLarge, fiber.StatusRequestHeaderFieldsTooLarge:
		lingerOn(c.Context().Conn())
	case fiber.StatusServiceUnavailable:
		c.Set(fiber.HeaderRetryAfter, retryAfter)
	}
	return q.send(status, r.object(q.lang))
}

// guard is the one place where it is decided whether a caller may do what a route does.
func (s *Server) guard(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		q := of(c)
		if r.needs != Open {
			who, err := s.authenticate(q)
			if err != nil {
				return err
			}
			if q.who = who; !who.May(r.needs) {
				return refuse("api.forbidden", "permission", string(r.needs))
			}
		}
		if s.draining.Load() && unsafe(c.Method()) && strings.HasPrefix(r.path, base) {
			return refuse("server.draining")
		}
		return r.handle(q)
	}
}

// unsafe reports whether a method may change something.
func unsafe(method string) bool {
	return method != fiber.MethodGet && method != fiber.MethodHead && method != fiber.MethodOptions
}

// authenticate finds out who calls: by a token, else by a session's cookie. A browser sends a cookie by itself, whoever
// made the page that asks; so calls that change something must also say what only the editor's own page can read.
func (s *Server) authenticate(q *request) (Principal, error) {
	if header := q.Get(fiber.HeaderAuthorization); header != "" {
		scheme, token, _ := strings.Cut(header, " ")
		if !strings.EqualFold(scheme, "Bearer") {
			return Principal{}, refuse("api.unauthorized")
		}
		if who, ok := s.access.token(strings.TrimSpace(token)); ok {
			return who, nil
		}
		return Principal{}, refuse("api.unauthorized")
	}
	found, ok, err := s.access.session(q.Cookies(cookieName))
	if err != nil {
		return Principal{}, err
	}
	if !ok {
		return Principal{}, refuse("api.unauthorized")
	}
	if unsafe(q.Method()) && subtle.ConstantTimeCompare([]byte(q.Get(headerCSRF)), []byte(found.CSRF)) != 1 {
		return Principal{}, refuse("api.csrf")
	}
	return found.Principal, nil
}

// loopback reports whether a request comes straight from a program on this machine: not through a proxy, and not from a
// page whose name somebody has pointed here.
func loopback(c *fiber.Ctx) bool {
	if c.Get(fiber.HeaderXForwardedFor) != "" || c.Get("Forwarded") != "" || c.Get("X-Real-Ip") != "" || !c.Context().RemoteIP().IsLoopback() {
		return false
	}
	host := string(c.Request().Host())
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.Trim(host, "[]")
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
