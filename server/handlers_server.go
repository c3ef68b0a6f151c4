package server

import (
	"errors"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/flows"
	"sluice/storage"
)

func (s *Server) healthz(q *request) error {
	return q.send(fiber.StatusOK, core.Object{"status": "ok"})
}

// readyz says whether new work is welcome: the server does not drain and the storage answers.
func (s *Server) readyz(q *request) error {
	if s.draining.Load() {
		return refuse("server.draining")
	}
	if err := s.o.Store.View(func(storage.Reader) error { return nil }); err != nil {
		return errors.Join(refuse("engine.unavailable"), err)
	}
	if s.o.EngineStats != nil && s.o.EngineStats().Stalled {
		return refuse("engine.unavailable")
	}
	return q.send(fiber.StatusOK, core.Object{"status": "ready"})
}

// metrics answers in the Prometheus text format.
func (s *Server) metrics(q *request) error {
	if !loopback(q.Ctx) {
		who, err := s.authenticate(q)
		if err != nil {
			return err
		}
		if q.who = who; !who.May(ReadServer) {
			return refuse("api.forbidden", "permission", string(ReadServer))
		}
	}
	var e exposition
	s.o.Store.write(&e)
	if err := writeLive(&e, s.o.Store); err != nil {
		return err
	}
	if s.o.Schedules != nil {
		schedules, err := s.o.Schedules.Schedules()
		if err != nil {
			return err
		}
		writeLag(&e, schedules, s.o.Now())
	}
	if s.o.Queues != nil {
		writeQueues(&e, s.o.Queues())
	}
	writeConnections(&e, s.o.Connections.AllHealth())
	s.traffic.write(&e)
	if s.o.EngineStats != nil {
		stats := s.o.EngineStats()
		stats.write(&e)
	}
	if s.o.Disk != nil {
		disk, err := s.o.Disk()
		if err != nil {
			return err
		}
		disk.write(&e)
	}
	q.Set(fiber.HeaderContentType, "text/plain; version=0.0.4; charset=utf-8")
	return q.Status(fiber.StatusOK).Send(e.Bytes())
}

func (s *Server) openAPI(q *request) error { return q.sendRaw(fiber.StatusOK, openAPI) }

// openSession trades the administrator's token, or in a demonstration nothing, for a cookie.
func (s *Server) openSession(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	token := f.text("token")
	if err := f.done(); err != nil {
		return err
	}
	who, ok := s.access.token(token)
	if !ok && token == "" && s.o.LoopbackLogin && loopback(q.Ctx) {
		who, ok = administrator(), true
	}
	if !ok {
		return refuse("api.unauthorized")
	}
	cookie, opened, err := s.access.open(who)
	if err != nil {
		return err
	}
	q.who = who
	q.Cookie(s.cookie(q, cookie, opened.Expires))
	return q.send(fiber.StatusCreated, sessionObject(&opened))
}

func (s *Server) cookie(q *request, token string, expires time.Time) *fiber.Cookie {
	return &fiber.Cookie{
		Name: cookieName, Value: token, Path: "/", Expires: expires, HTTPOnly: true, SameSite: fiber.CookieSameSiteStrictMode, Secure: q.Secure(),
	}
}

func sessionObject(s *session) core.Object {
	return core.Object{"name": s.Principal.Name, "csrf": s.CSRF, "expires": s.Expires}
}

// getSession tells a page that was loaded again who it is. Without a session there is no CSRF token to tell.
func (s *Server) getSession(q *request) error {
	found, ok, err := s.access.session(q.Cookies(cookieName))
	if err != nil {
		return err
	}
	if !ok {
		return q.send(fiber.StatusOK, core.Object{"name": q.who.Name, "csrf": nil, "expires": nil})
	}
	return q.send(fiber.StatusOK, sessionObject(&found))
}

func (s *Server) closeSession(q *request) error {
	if token := q.Cookies(cookieName); token != "" {
		if err := s.access.close(token); err != nil {
			return err
		}
		q.Cookie(s.cookie(q, "", time.Unix(0, 0)))
	}
	return q.SendStatus(fiber.StatusNoContent)
}

func (s *Server) listNodeTypes(q *request) error {
	list, err := nodeTypes(s.o.Registry)
	if err != nil {
		return err
	}
	return q.list(list, "")
}

func (s *Server) listConnectionTypes(q *request) error {
	list := core.List{}
	for _, t := range connect.Types() {
		list = append(list, core.Object{
			"type": t.Name, "title": core.Object{"en": t.Title.EN, "zh": t.Title.ZH}, "doc": core.Object{"en": t.Doc.EN, "zh": t.Doc.ZH}, "schema": t.Schema(),
		})
	}
	return q.list(list, "")
}

// flowSchema answers with the JSON Schema of flow documents, its texts in the caller's language.
func (s *Server) flowSchema(q *request) error {
	schema, err := flows.Schema(s.o.Registry, q.lang)
	if err != nil {
		return err
	}
	q.Vary(fiber.HeaderAcceptLanguage)
	q.Set(fiber.HeaderContentType, "application/schema+json")
	return q.Status(fiber.StatusOK).Send(schema)
}

func (s *Server) evaluate(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	ask := question{text: f.need("expression"), run: storage.RunID(f.text("run")), at: f.text("at"), scope: f.object("scope")}
	if ask.run == "" && ask.at != "" {
		f.add("flow.key.missing", "", map[string]string{"key": "run"})
	}
	zone := f.text("timezone")
	if ask.run != "" && ask.scope != nil {
		f.add("flow.key.unknown", "scope", map[string]string{"key": "scope"})
	}
	if zone != "" {
		if ask.zone, err = time.LoadLocation(zone); err != nil || zone == "Local" || ask.run != "" {
			f.add("flow.timezone.unknown", "timezone", map[string]string{"zone": zone})
		}
	}
	if err := f.done(); err != nil {
		return err
	}
	answer, err := s.runs.evaluate(ask)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, answer.object(q.lang))
}
