package expr

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sluice/engine/core"
	"sluice/engine/value"
)

// CompileTemplate compiles text that may hold templates {{ expression }}. Text that is exactly one template has the
// value of its expression, other text is joined: null is nothing, numbers are exact, objects and lists are JSON, times
// are RFC 3339 in the flow's zone. A literal {{ is written {{ "{{" }}.
func CompileTemplate(text string, env *Env) (*Program, []Problem) {
	r := newReads()
	u, problems := compileTemplate(text, env, r)
	if len(problems) > 0 {
		return nil, ordered(problems)
	}
	return newProgram(u, env, r)
}

// CompileValue compiles a JSON value whose strings may hold templates to one program that gives the value. Problems
// carry the JSON Pointer of their string below the given one.
func CompileValue(v core.Value, env *Env, pointer string) (*Program, []Problem) {
	r := newReads()
	c := &valueCompiler{env: env, reads: r}
	u := c.value(v, pointer, 0)
	if len(c.problems) > 0 {
		return nil, c.problems
	}
	return newProgram(u, env, r)
}

// part is a piece of a template: literal text, or an expression.
type part struct {
	text       string
	expression bool
	// offset is where the piece begins, in characters.
	offset int
}

// scanTemplate cuts text into its parts. Within an expression, strings, comments and brackets are read past, so that a
// }} in them does not end it.
func scanTemplate(text string) ([]part, *Problem) {
	var parts []part
	offset := 0
	for {
		open := strings.Index(text, "{{")
		if open < 0 {
			return append(parts, part{text: text, offset: offset}), nil
		}
		if open > 0 {
			parts = append(parts, part{text: text[:open], offset: offset})
			offset += utf8.RuneCountInString(text[:open])
		}
		inner := text[open+2:]
		end := expressionEnd(inner)
		if end < 0 {
			p := newProblem(CodeTemplate, span{offset, offset + utf8.RuneCountInString(text[open:])}, "{{ without its }}")
			return nil, &p
		}
		parts = append(parts, part{text: inner[:end], expression: true, offset: offset + 2})
		offset += 4 + utf8.RuneCountInString(inner[:end])
		text = inner[end+2:]
		if text == "" {
			return parts, nil
		}
	}
}

// expressionEnd is where the }} of an expression is that began before s, -1 where there is none.
func expressionEnd(s string) int {
	depth := 0
	for i := 0; i < len(s); i++ {
		switch c := s[i]; c {
		case '"', '\'', '`':
			n := stringEnd(s[i:], c)
			if n < 0 {
				return strings.Index(s, "}}")
			}
			i += n
		case '/':
			i += commentEnd(s[i:])
		case '{', '[', '(':
			depth++
		case ']', ')':
			depth--
		case '}':
			if depth <= 0 && strings.HasPrefix(s[i:], "}}") {
				return i
			}
			depth--
		}
	}
	// Brackets do not match: let the parser say so about what stands before the first }}.
	return strings.Index(s, "}}")
}

// stringEnd is where the string that s begins with has its closing quote.
func stringEnd(s string, quote byte) int {
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == quote:
			return i
		case s[i] == '\\' && quote != '`':
			i++
		}
	}
	return -1
}

// commentEnd is how far the last character of a comment is from the beginning of s, 0 when s begins with none.
func commentEnd(s string) int {
	end := ""
	switch {
	case strings.HasPrefix(s, "//"):
		end = "\n"
	case strings.HasPrefix(s, "/*"):
		end = "*/"
	default:
		return 0
	}
	if n := strings.Index(s[2:], end); n >= 0 {
		return 2 + n + len(end) - 1
	}
	return 0
}

func compileTemplate(text string, env *Env, r *reads) (unit, []Problem) {
	if !strings.Contains(text, "{{") {
		return constantUnit(text, span{}), nil
	}
	parts, problem := scanTemplate(text)
	if problem != nil {
		return unit{}, []Problem{*problem}
	}
	var problems []Problem
	units := make([]unit, len(parts))
	for i, p := range parts {
		if !p.expression {
			units[i] = constantUnit(p.text, span{})
			continue
		}
		u, found := compileSource(newSource(p.text, p.offset), env, r)
		problems = append(problems, found...)
		units[i] = u
	}
	if len(problems) > 0 || len(units) == 1 {
		return units[0], problems
	}
	return joined(units, &site{text: excerpt(text)}, env), nil
}

func excerpt(text string) string {
	runes := []rune(text)
	if len(runes) > maxSnippet {
		return string(runes[:maxSnippet]) + "..."
	}
	return text
}

// joined is the text of all parts.
func joined(units []unit, where *site, env *Env) unit {
	u := unit{typ: known(kString), run: func(st *state) any {
		var b strings.Builder
		for _, u := range units {
			s := st.text(where, u.run(st))
			st.alloc(2*len(s), where)
			st.walk(len(s), where)
			b.WriteString(s)
		}
		return b.String()
	}}
	if !allConstant(units) {
		return u
	}
	if v, f := evaluate(u.run, newState(nil, env.zone(), 0)); f == nil && keepable(v) {
		return constantUnit(v, span{})
	}
	return u
}

// valueCompiler compiles the templates in a value.
type valueCompiler struct {
	env      *Env
	reads    *reads
	problems []Problem
}

func (c *valueCompiler) value(v any, pointer string, depth int) unit {
	literal := constantUnit(v, span{})
	if depth > value.MaxDepth {
		p := newProblem(CodeBudget, span{}, "the value is nested deeper than "+strconv.Itoa(value.MaxDepth)+" levels")
		p.Pointer = pointer
		c.problems = append(c.problems, p)
		return literal
	}
	switch v := v.(type) {
	case string:
		env := *c.env
		env.Place += pointer
		u, problems := compileTemplate(v, &env, c.reads)
		for _, p := range ordered(problems) {
			p.Pointer = pointer
			c.problems = append(c.problems, p)
		}
		return u
	case []any:
		units := make([]unit, len(v))
		for i, item := range v {
			units[i] = c.value(item, pointer+"/"+strconv.Itoa(i), depth+1)
		}
		return builtList(units)
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		units := make([]unit, len(keys))
		for i, k := range keys {
			units[i] = c.value(v[k], pointer+"/"+value.EscapePointer(k), depth+1)
		}
		return builtObject(keys, units)
	}
	return literal
}

// builtList builds a list anew for each evaluation, unless nothing in it changes.
func builtList(units []unit) unit {
	if allConstant(units) {
		out := make([]any, len(units))
		for i, u := range units {
			out[i] = u.val
		}
		return constantUnit(out, span{})
	}
	return unit{run: func(st *state) any {
		st.alloc(listBytes+len(units)*slotBytes, nil)
		out := make([]any, len(units))
		for i, u := range units {
			out[i] = u.run(st)
		}
		return out
	}}
}

func builtObject(keys []string, units []unit) unit {
	if allConstant(units) {
		out := make(map[string]any, len(units))
		for i, u := range units {
			out[keys[i]] = u.val
		}
		return constantUnit(out, span{})
	}
	return unit{run: func(st *state) any {
		st.alloc(listBytes+len(units)*entryBytes, nil)
		out := make(map[string]any, len(units))
		for i, u := range units {
			out[keys[i]] = u.run(st)
		}
		return out
	}}
}

func allConstant(units []unit) bool {
	return !slices.ContainsFunc(units, func(u unit) bool { return !u.constant })
}
