package flows

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
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

var errNoFetching = errors.New("references may lead within the schema only")

// compileSchema compiles a decoded JSON Schema (2020-12). It reaches no file and no network.
func compileSchema(root core.Value) (*schema, error) {
	text, err := value.Encode(root)
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.LoadURL = func(string) (io.ReadCloser, error) { return nil, errNoFetching }
	if err := c.AddResource(schemaURL, bytes.NewReader(text)); err != nil {
		return nil, readableSchemaError(err)
	}
	compiled, err := c.Compile(schemaURL)
	if err != nil {
		return nil, readableSchemaError(err)
	}
	return &schema{root: root, compiled: compiled}, nil
}

// readableSchemaError says where in the schema the mistake is, without URLs.
func readableSchemaError(err error) error {
	var broken *jsonschema.ValidationError
	if errors.As(err, &broken) {
		for len(broken.Causes) > 0 {
			broken = broken.Causes[0]
		}
		return fmt.Errorf("at %s: %s", pointerText(broken.InstanceLocation), broken.Message)
	}
	if errors.Is(err, errNoFetching) {
		return errNoFetching
	}
	var outer *jsonschema.SchemaError
	for errors.As(err, &outer) && outer.Err != nil {
		err = outer.Err
	}
	text := strings.TrimPrefix(err.Error(), "jsonschema: ")
	return errors.New(strings.ReplaceAll(text, schemaURL, ""))
}

func pointerText(location string) string {
	if location == "" {
		return "the top"
	}
	return unescapePercent(location)
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
	for _, branch := range e.Causes {
		found := w.rules(branch)
		if len(found) == 0 {
			return nil
		}
		if !ruledOut(found, r.pointer) {
			meant = append(meant, found)
		}
	}
	if len(meant) == 1 {
		return meant[0]
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

// splitKeyword cuts the location of a keyword into that of the schema that holds it and its name. Keywords that are
// reported by branch or entry (allOf/0, dependentRequired/a/1) are cut before those.
func splitKeyword(location string) (holder, keyword string) {
	segments := strings.Split(location, "/")
	for i := len(segments) - 1; i > 0 && i >= len(segments)-3; i-- {
		switch segments[i] {
		case "allOf", "anyOf", "oneOf", "dependentRequired", "dependencies":
			return strings.Join(segments[:i], "/"), segments[i]
		}
	}
	if i := strings.LastIndexByte(location, '/'); i >= 0 {
		return location[:i], location[i+1:]
	}
	return "", location
}
