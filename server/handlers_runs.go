package server

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/storage"
)

// longestWait bounds how long a call waits for the end of a run.
const longestWait = 10 * time.Minute

func (s *Server) startRun(q *request) error {
	f, err := q.fields(true)
	if err != nil {
		return err
	}
	o := order{flow: q.Params("id"), draft: f.flag("draft"), wait: f.duration("wait", longestWait)}
	o.input, _ = f.get("input")
	o.breakpoints, o.pins = f.breakpoints("breakpoints"), f.object("pins")
	if err := f.done(); err != nil {
		return err
	}
	id, err := s.runs.start(s.waits, o)
	if err != nil {
		return err
	}
	run, err := s.runs.view(id)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, base+"/runs/"+string(id))
	return q.send(fiber.StatusCreated, run)
}

func (s *Server) listRuns(q *request) error {
	p := q.query()
	l := listing(p)
	l.Status, l.Limit, l.Before = p.text("status"), p.limit(usualPage, maxPage), storage.RunID(p.text("cursor"))
	if known := []core.Status{
		core.Queued, core.Running, core.Waiting, core.Paused, core.Succeeded, core.Failed, core.Cancelled,
	}; l.Status != "" && !slices.Contains(known, core.Status(l.Status)) {
		p.wrong("status", "queued, running, waiting, paused, succeeded, failed or cancelled")
	}
	text, parent := newNeedle(p.short("text", longestNeedle)), p.text("parent")
	if err := p.done(); err != nil {
		return err
	}
	if l.Before != "" {
		if _, err := l.Before.Binary(); err != nil {
			return refuse("api.cursor")
		}
	}
	if parent != "" {
		var err error
		if l, err = s.runs.children(l, storage.RunID(parent)); err != nil {
			return err
		}
	}
	list := s.runs.list
	if text != "" || parent != "" {
		l = text.narrow(l)
		list = func(l storage.Listing) (core.List, string, error) {
			return s.runs.search(l, func(run core.Object) bool { return text.in(run) && (parent == "" || run["parent"] == parent) })
		}
	}
	items, next, err := list(l)
	if err != nil {
		return err
	}
	return q.list(items, next)
}

// listing reads which runs are meant.
func listing(p *query) storage.Listing {
	l := storage.Listing{Flow: p.text("flow"), From: p.time("from"), To: p.time("to")}
	if key := p.text("key"); key != "" {
		var ok bool
		if l.Key.Name, l.Key.Value, ok = strings.Cut(key, ":"); !ok || l.Key.Name == "" || l.Key.Value == "" {
			p.wrong("key", "name:value")
		}
	}
	return l
}

func (s *Server) getRun(q *request) error {
	run, err := s.runs.view(storage.RunID(q.Params("id")))
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, run)
}

func (s *Server) listSteps(q *request) error {
	p := q.query()
	w := stepsWanted{from: p.number("cursor"), path: p.text("path"), brief: p.flag("brief"), at: p.number("at")}
	most := 1_000
	if w.brief {
		most = 10_000
	}
	w.limit = p.limit(200, most)
	if err := p.done(); err != nil {
		return err
	}
	items, next, err := s.runs.steps(storage.RunID(q.Params("id")), w)
	if err != nil {
		return err
	}
	return q.list(items, next)
}

func (s *Server) listJournal(q *request) error {
	p := q.query()
	limit, after := p.limit(200, 1_000), p.number("cursor")
	if err := p.done(); err != nil {
		return err
	}
	items, next, err := s.runs.journal(storage.RunID(q.Params("id")), after, limit)
	if err != nil {
		return err
	}
	return q.list(items, next)
}

func (s *Server) cancelRun(q *request) error {
	f, err := q.fields(true)
	if err != nil {
		return err
	}
	reason := f.text("reason")
	if err := f.done(); err != nil {
		return err
	}
	if reason == "" {
		reason = "cancelled by " + q.who.Name
	}
	id := storage.RunID(q.Params("id"))
	ctx, cancel := context.WithTimeout(context.Background(), durableWithin)
	defer cancel()
	if err := s.o.Engine.Cancel(ctx, id, reason); err != nil {
		return err
	}
	run, err := s.runs.view(id)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, run)
}

func (s *Server) signal(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	event, key := f.need("event"), f.need("key")
	data, _ := f.get("data")
	if err := f.done(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), durableWithin)
	defer cancel()
	woken, err := s.o.Engine.Signal(ctx, event, key, data)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, core.Object{"woken": woken})
}
