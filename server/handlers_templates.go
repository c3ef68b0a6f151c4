package server

import (
	"bytes"
	"errors"
	"maps"
	"slices"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Template is a flow that ships with the program, for a copy to begin with.
type Template struct {
	// Document is the flow document; its id is the template's.
	Document []byte
	// Tables are those that the flow reads, JSON by id.
	Tables map[string][]byte
	// Sample is a JSON value to start a first run with; nil where the flow has to be set up before it can run.
	Sample []byte
}

// template is a Template, looked into.
type template struct {
	Template
	document core.Object
	id       string
}

func readTemplates(given []Template) ([]template, error) {
	all := make([]template, 0, len(given))
	for _, t := range given {
		document, err := decoded(t.Document)
		if err != nil {
			return nil, err
		}
		id, ok := document["id"].(string)
		if !ok {
			return nil, errors.New("server: a template has no id")
		}
		all = append(all, template{t, document, id})
	}
	return all, nil
}

func (t *template) object() (core.Object, error) {
	connections := map[string]bool{}
	connectionsIn(t.document, connections)
	o := core.Object{
		"id": t.id, "title": t.document["title"], "description": t.document["description"],
		"connections": textList(slices.Sorted(maps.Keys(connections))), "tables": textList(slices.Sorted(maps.Keys(t.Tables))), "sample": nil,
	}
	if t.Sample == nil {
		return o, nil
	}
	sample, err := value.Decode(t.Sample)
	o["sample"] = sample
	return o, err
}

func textList(texts []string) core.List {
	list := core.List{}
	for _, t := range texts {
		list = append(list, t)
	}
	return list
}

// connectionsIn notes the connections that a document names.
func connectionsIn(v core.Value, found map[string]bool) {
	switch v := v.(type) {
	case core.List:
		for _, item := range v {
			connectionsIn(item, found)
		}
	case core.Object:
		if id, ok := v["connection"].(string); ok && id != "" {
			found[id] = true
		}
		for _, member := range v {
			connectionsIn(member, found)
		}
	}
}

func (s *Server) listTemplates(q *request) error {
	if err := q.query().done(); err != nil {
		return err
	}
	items := core.List{}
	for i := range s.templates {
		o, err := s.templates[i].object()
		if err != nil {
			return err
		}
		items = append(items, o)
	}
	return q.list(items, "")
}

// installTemplate makes a draft of a template, with the tables that it reads; tables that are there already stay.
func (s *Server) installTemplate(q *request) error {
	id := q.Params("id")
	at := slices.IndexFunc(s.templates, func(t template) bool { return t.id == id })
	if at < 0 {
		return refuse("template.not_found", "template", id)
	}
	t := &s.templates[at]
	switch _, err := s.catalogue.find(id, 0, true); {
	case err == nil:
		return refuse("template.installed", "flow", id)
	case !isRefused(err, "flow.not_found"):
		return err
	}
	known := s.tables.ids()
	for name, text := range t.Tables {
		if slices.Contains(known, name) {
			continue
		}
		rows, err := decoded(text)
		if err != nil {
			return err
		}
		if err := s.tables.put(name, rows); err != nil {
			return err
		}
	}
	made, err := s.catalogue.save(id, bytes.Clone(t.Document), q.who.Name, -1)
	if err != nil {
		return err
	}
	q.Set(fiber.HeaderLocation, base+"/flows/"+id)
	return q.send(fiber.StatusCreated, made.object(q.lang))
}

func isRefused(err error, code string) bool {
	r, ok := errors.AsType[*Refusal](err)
	return ok && r.Code == code
}
