package main

import (
	"context"
	"fmt"
	"strings"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/nodes"
)

// cmdNodes lists the node types or shows one.
func cmdNodes(_ context.Context, c *console, args []string) error {
	r, err := registry(connect.NewSet(connect.Options{}), nil)
	if err != nil {
		return err
	}
	switch {
	case len(args) == 1 && args[0] == "list":
		for _, s := range r.Specs() {
			title, summary := titles(s, c.lang)
			fmt.Fprintf(c.out, "%-14s %-9s %s: %s\n", s.Type, s.Effect, title, summary)
		}
		return nil
	case len(args) == 2 && args[0] == "show":
		s := r.Find(args[1])
		if s == nil {
			return fmt.Errorf("there is no node type %q; did you mean %s?", args[1], diag.Nearest(args[1], r.Types()))
		}
		return showNode(c, s)
	}
	return wrongUsage("list, or show TYPE")
}

// titles are the title and summary of a type.
func titles(s *nodes.Spec, l language) (title, summary string) {
	if l == diag.Chinese {
		if zh, ok := decodeObject(s.Chinese); ok {
			title, _ = zh[""].(string)
			summary, _ = zh["/description"].(string)
			return title, summary
		}
	}
	schema, _ := decodeObject(s.Schema)
	title, _ = schema["title"].(string)
	summary, _ = schema["description"].(string)
	return title, summary
}

func decodeObject(data []byte) (core.Object, bool) {
	v, err := value.Decode(data)
	if err != nil {
		return nil, false
	}
	o, ok := v.(core.Object)
	return o, ok
}

func showNode(c *console, s *nodes.Spec) error {
	title, summary := titles(s, c.lang)
	doc := s.DocEN
	if c.lang == diag.Chinese {
		doc = s.DocZH
	}
	schema, err := value.Decode(s.Schema)
	if err != nil {
		return err
	}
	text, err := value.Encode(schema)
	if err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s (%s)\n%s: %s\n\n%s\n\n%s\n", s.Name(), s.Effect, title, summary, strings.TrimSpace(doc), text)
	return nil
}
