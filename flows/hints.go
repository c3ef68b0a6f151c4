package flows

import (
	"strconv"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
)

// hint says how a place in a config is read. A config's schema gives it, under these keywords:
//
//	x-expression  the text is a bare expression
//	x-literal     the value is taken as it stands; templates are refused
//	x-path        the text is a gjson path
//	x-cell        the text is a cell of a rules table
//	x-schema      the value is a JSON Schema
//	x-connection  the text is the id of a connection; a list names the types that fit, true any
//	x-item        item and index are in scope: true, or the name of the config's property that brings them
//	x-body        what is computed here is computed after a turn of the node's body and sees all its outputs
//
// and x-items at the top of a container's schema says that its body runs once for each item of a list, with item and
// index in scope. All but x-expression, x-path and x-cell hold for what is inside the place too.
type hint struct {
	expression, literal, path, cell, schema bool
	connection                              core.Value
	item, body                              bool
}

// text reports whether the text at the place is handed on as it is, without looking for templates.
func (h hint) text() bool { return h.literal || h.path || h.cell || h.schema }

// hints are those of one config.
type hints struct {
	// at is by JSON Pointer; places without hints are left out.
	at map[string]hint
	// mixed are the places within which something is read in another way than the place itself.
	mixed map[string]bool
}

// hintsOf reads the hints of a schema for the places of one config.
func hintsOf(schema core.Value, config core.Object) hints {
	w := &hintWalk{root: schema, config: config, found: hints{at: map[string]hint{}, mixed: map[string]bool{}}}
	w.visit("", config, []core.Value{schema}, hint{})
	return w.found
}

type hintWalk struct {
	root   core.Value
	config core.Object
	found  hints
}

// maxSchemas bounds how many schemas are followed for one place, against schemas that refer in circles.
const maxSchemas = 64

// visit gives what is read in a way of its own at the place or within it.
func (w *hintWalk) visit(pointer string, v core.Value, schemas []core.Value, outer hint) hint {
	all := w.expand(schemas)
	h := hint{literal: outer.literal, schema: outer.schema, connection: outer.connection, item: outer.item, body: outer.body}
	for _, s := range all {
		w.read(s, &h)
	}
	if h != (hint{}) {
		w.found.at[pointer] = h
	}
	var within hint
	switch v := v.(type) {
	case core.Object:
		for key, field := range v {
			within = within.or(w.visit(pointer+"/"+value.EscapePointer(key), field, ofProperty(all, key), h))
		}
	case core.List:
		for i, item := range v {
			within = within.or(w.visit(pointer+"/"+strconv.Itoa(i), item, ofItem(all, i), h))
		}
	}
	if within.expression || within.path || within.cell || within.schema || within.item && !h.item || within.body && !h.body {
		w.found.mixed[pointer] = true
	}
	return within.or(h)
}

func (h hint) or(o hint) hint {
	return hint{
		expression: h.expression || o.expression, path: h.path || o.path, cell: h.cell || o.cell, schema: h.schema || o.schema,
		item: h.item || o.item, body: h.body || o.body,
	}
}

func (w *hintWalk) read(s core.Object, h *hint) {
	h.expression = h.expression || s["x-expression"] == true
	h.literal = h.literal || s["x-literal"] == true
	h.path = h.path || s["x-path"] == true
	h.cell = h.cell || s["x-cell"] == true
	h.schema = h.schema || s["x-schema"] == true
	h.body = h.body || s["x-body"] == true
	if name, ok := s["x-item"].(string); ok {
		_, given := w.config[name]
		h.item = h.item || given
	}
	h.item = h.item || s["x-item"] == true
	switch c := s["x-connection"].(type) {
	case bool:
		h.connection = c
	case string:
		h.connection = c
	case core.List:
		var names []string
		for _, name := range c {
			names = append(names, showValue(name))
		}
		h.connection = strings.Join(names, ", ")
	}
}

// expand follows references and combinations to all schemas that speak of one place.
func (w *hintWalk) expand(schemas []core.Value) []core.Object {
	var all []core.Object
	queue := schemas
	for len(queue) > 0 && len(all) < maxSchemas {
		s, ok := queue[0].(core.Object)
		queue = queue[1:]
		if !ok {
			continue
		}
		all = append(all, s)
		if ref, ok := s["$ref"].(string); ok && strings.HasPrefix(ref, "#") {
			if target, found := find(w.root, ref[1:]); found {
				queue = append(queue, target)
			}
		}
		for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
			branches, _ := s[keyword].(core.List)
			queue = append(queue, branches...)
		}
		for _, keyword := range []string{"then", "else"} {
			if branch, ok := s[keyword]; ok {
				queue = append(queue, branch)
			}
		}
	}
	return all
}

func ofProperty(schemas []core.Object, key string) []core.Value {
	var found []core.Value
	for _, s := range schemas {
		properties, _ := s["properties"].(core.Object)
		patterns, _ := s["patternProperties"].(core.Object)
		if p, ok := properties[key]; ok {
			found = append(found, p)
			continue
		}
		matched := false
		for pattern, p := range patterns {
			if matchesAny(core.Object{pattern: true}, key) {
				found, matched = append(found, p), true
			}
		}
		if extra, ok := s["additionalProperties"]; ok && !matched {
			found = append(found, extra)
		}
	}
	return found
}

func ofItem(schemas []core.Object, i int) []core.Value {
	var found []core.Value
	for _, s := range schemas {
		if prefix, _ := s["prefixItems"].(core.List); i < len(prefix) {
			found = append(found, prefix[i])
		} else if items, ok := s["items"]; ok {
			found = append(found, items)
		}
	}
	return found
}
