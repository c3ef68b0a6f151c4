package flows

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"sluice/engine/core"
	"sluice/engine/value"
)

// schema is a JSON Schema, compiled, together with its text: what a rule says is read from the text, never from a
// library's message.
type schema struct {
	root     core.Value
	compiled *jsonschema.Schema
}

// schemaURL stands for every schema while it is compiled; it is never fetched and never shown.
const schemaURL = "flow:///schema"

// schemaProblem is a mistake in a schema itself, at a pointer into it.
type schemaProblem struct{ pointer, text string }

var errNoFetching = errors.New("references may lead within the schema only")

// compileSchema compiles a decoded JSON Schema (2020-12). It reaches no file and no network.
func compileSchema(root core.Value) (*schema, []schemaProblem) {
	text, err := value.Encode(root)
	if err != nil {
		return nil, []schemaProblem{{"", err.Error()}}
	}
	if problems := schemaProblems("", root, root); len(problems) > 0 {
		return nil, problems
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.LoadURL = func(string) (io.ReadCloser, error) { return nil, errNoFetching }
	if err := c.AddResource(schemaURL, bytes.NewReader(text)); err != nil {
		return nil, []schemaProblem{{"", "it cannot be read"}}
	}
	compiled, err := c.Compile(schemaURL)
	if err != nil {
		return nil, compileProblems(err)
	}
	return &schema{root: root, compiled: compiled}, nil
}

// compileProblems lists what the library says of a schema, in an order that does not depend on the library's.
func compileProblems(err error) []schemaProblem {
	var broken *jsonschema.ValidationError
	if !errors.As(err, &broken) {
		return []schemaProblem{{"", "it refers to something that is not there, or to itself without end"}}
	}
	var list []schemaProblem
	var leaves func(e *jsonschema.ValidationError)
	leaves = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 {
			list = append(list, schemaProblem{unescapePercent(e.InstanceLocation), e.Message})
		}
		for _, cause := range e.Causes {
			leaves(cause)
		}
	}
	leaves(broken)
	// Of several at one place the longest is kept: it lists what is allowed.
	slices.SortFunc(list, func(a, b schemaProblem) int {
		return cmp.Or(comparePointers(a.pointer, b.pointer), len(b.text)-len(a.text), strings.Compare(a.text, b.text))
	})
	return slices.CompactFunc(list, func(a, b schemaProblem) bool { return a.pointer == b.pointer })
}

// schemaProblems finds, in order, references and patterns that cannot be used; the library would name any one of them.
func schemaProblems(pointer string, v, root core.Value) []schemaProblem {
	var list []schemaProblem
	switch v := v.(type) {
	case core.List:
		for i, item := range v {
			list = append(list, schemaProblems(pointer+"/"+strconv.Itoa(i), item, root)...)
		}
	case core.Object:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			at := pointer + "/" + value.EscapePointer(key)
			text, isText := v[key].(string)
			switch {
			case isText && key == "$ref" && !strings.HasPrefix(text, "#"):
				list = append(list, schemaProblem{at, errNoFetching.Error()})
			case isText && key == "$ref" && strings.HasPrefix(text, "#/"):
				if _, ok := find(root, unescapePercent(text[1:])); !ok {
					list = append(list, schemaProblem{at, text + " is not there"})
				}
			case isText && key == "pattern":
				if _, err := regexp.Compile(text); err != nil {
					list = append(list, schemaProblem{at, "the pattern cannot be read"})
				}
			}
			if key != "enum" && key != "const" && key != "default" && key != "examples" {
				list = append(list, schemaProblems(at, v[key], root)...)
			}
		}
	}
	return list
}

// unescapePercent undoes the percent escapes that the library puts into pointers.
func unescapePercent(pointer string) string {
	plain, err := url.PathUnescape(pointer)
	if err != nil {
		return pointer
	}
	return plain
}

// rule is one keyword of a schema that a value breaks.
type rule struct {
	// Pointer is the place of the value, a JSON Pointer into what was validated.
	pointer string
	keyword string
	// schema is the object that holds the keyword.
	schema core.Object
	value  core.Value
}

// broken validates v and lists the rules it breaks, in no certain order: leaves only. exempt says which values are
// still to be computed and break no rule.
func (s *schema) broken(v core.Value, exempt func(pointer string, v core.Value) bool) []rule {
	err := s.compiled.Validate(plainNumbers(v))
	if err == nil {
		return nil
	}
	var tree *jsonschema.ValidationError
	if !errors.As(err, &tree) {
		return []rule{{keyword: "recursion", value: v}}
	}
	w := &ruleWalk{schema: s, value: v, exempt: exempt}
	return w.children(tree)
}

// ruleWalk turns the library's tree of errors into rules.
type ruleWalk struct {
	schema *schema
	value  core.Value
	exempt func(string, core.Value) bool
}

func (w *ruleWalk) children(e *jsonschema.ValidationError) []rule {
	var found []rule
	for _, c := range e.Causes {
		found = append(found, w.rules(c)...)
	}
	return found
}

func (w *ruleWalk) rules(e *jsonschema.ValidationError) []rule {
	r := w.rule(e)
	switch r.keyword {
	case "anyOf", "oneOf":
		return w.alternatives(e, r)
	case "contains", "minContains":
		if mentions(r.value, "{{") {
			return nil
		}
		return []rule{r}
	}
	if len(e.Causes) > 0 {
		return w.children(e)
	}
	if w.exempt(r.pointer, r.value) {
		return nil
	}
	return []rule{r}
}

// alternatives says what is wrong when no branch of anyOf or oneOf fits: the rules of the one branch that was meant,
// where that can be told, else the alternative itself.
func (w *ruleWalk) alternatives(e *jsonschema.ValidationError, r rule) []rule {
	var meant [][]rule
	var types core.List
	for _, branch := range e.Causes {
		found := w.rules(branch)
		if len(found) == 0 {
			return nil
		}
		if !ruledOut(found, r.pointer) {
			meant = append(meant, found)
		}
		if found[0].pointer == r.pointer && found[0].keyword == "type" {
			types = append(types, showTypes(found[0].schema["type"]))
		}
	}
	if len(meant) == 1 {
		return meant[0]
	}
	if len(types) > 0 && len(types) == len(e.Causes) {
		slices.SortFunc(types, func(a, b core.Value) int { return strings.Compare(a.(string), b.(string)) })
		return []rule{{pointer: r.pointer, keyword: "type", schema: core.Object{"type": slices.Compact(types)}, value: r.value}}
	}
	return []rule{r}
}

// ruledOut reports whether a branch was clearly not meant: the value as a whole is of another type, or a property that
// tells the branches apart has another value.
func ruledOut(found []rule, pointer string) bool {
	for _, r := range found {
		if r.keyword == "const" || r.pointer == pointer && (r.keyword == "type" || r.keyword == "enum") {
			return true
		}
	}
	return false
}

func (w *ruleWalk) rule(e *jsonschema.ValidationError) rule {
	_, location, _ := strings.Cut(e.AbsoluteKeywordLocation, "#")
	location = unescapePercent(location)
	if strings.Contains(e.KeywordLocation, "$ref") && len(e.Causes) == 0 && location == "" {
		location = unescapePercent(e.KeywordLocation)
	}
	holder, keyword := splitKeyword(location)
	at, _ := find(w.schema.root, holder)
	object, _ := at.(core.Object)
	if whole, _ := find(w.schema.root, location); whole == false && !strings.HasSuffix(keyword, "Properties") {
		keyword = keywordFalse
	}
	pointer := unescapePercent(e.InstanceLocation)
	v, _ := find(w.value, pointer)
	return rule{pointer: pointer, keyword: keyword, schema: object, value: v}
}

// keywordFalse stands for a schema that is false: nothing is allowed in its place.
const keywordFalse = "false"

// splitKeyword cuts the location of a keyword into that of the schema that holds it and its name. Two keywords are
// reported by branch or entry: allOf/0, dependentRequired/a/1.
func splitKeyword(location string) (holder, keyword string) {
	segments := strings.Split(location, "/")
	last := len(segments) - 1
	at := last
	switch {
	case last >= 2 && segments[last-1] == "allOf":
		at = last - 1
	case last >= 3 && segments[last-2] == "dependentRequired":
		at = last - 2
	}
	return strings.Join(segments[:max(at, 0)], "/"), segments[at]
}
