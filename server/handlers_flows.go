package server

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/internal/library"
)

const (
	usualPage = 50
	maxPage   = 500
)

// putFlow saves a draft and, when asked to, publishes it. If-Match with a draft's ETag refuses to save over somebody
// else's change.
func (s *Server) putFlow(q *request) error {
	p := q.query()
	publish, note := p.flag("publish"), p.text("note")
	replay := p.replay()
	if err := p.done(); err != nil {
		return err
	}
	revision, err := revisionOf(q.Get(fiber.HeaderIfMatch))
	if err != nil {
		return err
	}
	source, err := q.json()
	if err != nil {
		return err
	}
	id := q.Params("id")
	saved, err := s.catalogue.save(id, source, q.who.Name, revision)
	if err != nil {
		return err
	}
	if publish {
		if err := s.rehearsed(id, source, replay); err != nil {
			return err
		}
		made, err := s.catalogue.publish(id, source, q.who.Name, note)
		if err != nil {
			return err
		}
		made.Revision = saved.Revision
		saved = made
	}
	q.Set(fiber.HeaderETag, etag(saved.Revision))
	return q.send(fiber.StatusOK, saved.object(q.lang))
}

func etag(revision int) string { return `"` + strconv.Itoa(revision) + `"` }

// revisionOf reads an If-Match header: -1 for whatever is there.
func revisionOf(header string) (int, error) {
	if header == "" || header == "*" {
		return -1, nil
	}
	n, err := strconv.Atoi(strings.Trim(header, `"`))
	if err != nil || n < 0 {
		return 0, refuse("flow.stale")
	}
	return n, nil
}

func (p *publication) object(lang diag.Language) core.Object {
	o := core.Object{
		"id": p.ID, "version": p.Version, "hash": nil, "published": p.Published, "revision": p.Revision, "diagnostics": findings(p.Findings, lang),
	}
	if p.Hash != "" {
		o["hash"] = p.Hash
	}
	return o
}

// replay reads how many runs a publication must not change: none with force.
func (p *query) replay() int {
	last := p.number("replay")
	if last > mostReplayed {
		p.wrong("replay", "a whole number up to "+strconv.Itoa(mostReplayed))
	}
	if p.flag("force") {
		return 0
	}
	return int(last)
}

func (s *Server) publishFlow(q *request) error {
	p := q.query()
	replay := p.replay()
	if err := p.done(); err != nil {
		return err
	}
	f, err := q.fields(true)
	if err != nil {
		return err
	}
	version, note := f.integer("version"), f.text("note")
	if err := f.done(); err != nil {
		return err
	}
	saved, err := s.catalogue.find(q.Params("id"), version, version == 0)
	if err != nil {
		return err
	}
	if err := s.rehearsed(saved.Flow, saved.Source, replay); err != nil {
		return err
	}
	made, err := s.catalogue.publish(saved.Flow, saved.Source, q.who.Name, note)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, made.object(q.lang))
}

// validateFlow says what is wrong with a document; nothing is kept. Unlike all others it takes what is not JSON, because
// to say so is its work.
func (s *Server) validateFlow(q *request) error {
	source, err := q.json()
	if err != nil {
		return err
	}
	flow, found := s.catalogue.compile(source, 1)
	return q.send(fiber.StatusOK, core.Object{"valid": flow != nil, "diagnostics": findings(found, q.lang)})
}

func (s *Server) listFlows(q *request) error {
	p := q.query()
	limit, after := p.limit(usualPage, maxPage), p.text("cursor")
	if err := p.done(); err != nil {
		return err
	}
	all, err := s.o.Library.Flows()
	if err != nil {
		return err
	}
	first, found := slices.BinarySearchFunc(all, after, func(s library.Saved, id string) int { return cmp.Compare(s.Flow, id) })
	if found {
		first++
	}
	rest := all[first:]
	next := ""
	if len(rest) > limit {
		rest, next = rest[:limit], rest[limit-1].Flow
	}
	items := core.List{}
	for i := range rest {
		o := savedObject(&rest[i])
		o["title"] = title(rest[i].Source)
		items = append(items, o)
	}
	return q.list(items, next)
}

// savedObject is a version or a draft without its document.
func savedObject(s *library.Saved) core.Object {
	o := core.Object{
		"id": s.Flow, "version": s.Version, "hash": nil, "published": s.Live, "at": s.At, "by": s.By, "note": s.Note,
	}
	if s.Hash != "" {
		o["hash"] = s.Hash
	}
	return o
}

// getFlow answers with the published version, else the draft; or with the version, or the draft, that the query names.
func (s *Server) getFlow(q *request) error {
	p := q.query()
	wanted := p.text("version")
	version := 0
	if wanted != "" && wanted != "draft" {
		var err error
		if version, err = strconv.Atoi(wanted); err != nil || version < 1 {
			p.wrong("version", "a version's number, or draft")
		}
	}
	if err := p.done(); err != nil {
		return err
	}
	found, err := s.catalogue.find(q.Params("id"), version, wanted == "draft")
	if err != nil {
		return err
	}
	o := savedObject(&found)
	if found.Version == 0 {
		o["revision"] = found.Revision
		q.Set(fiber.HeaderETag, etag(found.Revision))
	}
	// The document goes out as it came in, to the byte.
	head, err := value.Encode(o)
	if err != nil {
		return err
	}
	body := append(head[:len(head)-1], `,"document":`...)
	return q.sendRaw(fiber.StatusOK, append(append(body, found.Source...), '}'))
}

func (s *Server) deleteFlow(q *request) error {
	if err := s.catalogue.remove(q.Params("id")); err != nil {
		return err
	}
	return q.SendStatus(fiber.StatusNoContent)
}

func (s *Server) listVersions(q *request) error {
	p := q.query()
	limit, before := p.limit(usualPage, maxPage), p.number("cursor")
	if err := p.done(); err != nil {
		return err
	}
	id := q.Params("id")
	all, err := s.o.Library.Versions(id)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		if _, err := s.catalogue.find(id, 0, true); err != nil {
			return err
		}
	}
	items, next := core.List{}, ""
	for i := range all {
		if before > 0 && uint64(all[i].Version) >= before {
			continue
		}
		if len(items) == limit {
			next = strconv.Itoa(all[i-1].Version)
			break
		}
		items = append(items, savedObject(&all[i]))
	}
	return q.list(items, next)
}
