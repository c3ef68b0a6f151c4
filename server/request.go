package server

import (
	"errors"
	"maps"
	"mime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/nodes"
)

// request is one API call with what every handler needs of it.
type request struct {
	*fiber.Ctx
	// who is who calls; nobody on a route that is open to all.
	who Principal
	// id names the request in the log.
	id   string
	lang diag.Language
}

// locals is the key of a request within fiber's.
const locals = "request"

// of is the request that the first middleware made.
func of(c *fiber.Ctx) *request {
	if q, ok := c.Locals(locals).(*request); ok {
		return q
	}
	return &request{Ctx: c, lang: languageOf(c.Get(fiber.HeaderAcceptLanguage))}
}

// languageOf picks a language of the catalogue by an Accept-Language header: the one with the highest weight, of equals
// the first.
func languageOf(header string) diag.Language {
	best, weight := diag.English, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, parameters, _ := strings.Cut(strings.TrimSpace(part), ";")
		q := 1.0
		if text, ok := strings.CutPrefix(strings.TrimSpace(parameters), "q="); ok {
			var err error
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		lang := diag.Language(strings.ToLower(strings.SplitN(tag, "-", 2)[0]))
		if (lang == diag.English || lang == diag.Chinese) && q > weight {
			best, weight = lang, q
		}
	}
	return best
}

// send answers with JSON.
func (q *request) send(status int, v core.Value) error {
	b, err := value.Encode(v)
	if err != nil {
		return err
	}
	return q.sendRaw(status, b)
}

func (q *request) sendRaw(status int, json []byte) error {
	q.Set(fiber.HeaderContentType, fiber.MIMEApplicationJSON)
	return q.Status(status).Send(json)
}

// list answers with a page of a list; next is empty on the last one.
func (q *request) list(items core.List, next string) error {
	page := core.Object{"items": items, "next": nil}
	if next != "" {
		page["next"] = next
	}
	return q.send(fiber.StatusOK, page)
}

// json is the body's bytes, held to the media type.
func (q *request) json() ([]byte, error) {
	kind, _, err := mime.ParseMediaType(q.Get(fiber.HeaderContentType))
	if err != nil || kind != fiber.MIMEApplicationJSON && !strings.HasSuffix(kind, "+json") {
		return nil, refuse("api.content_type", "expected", fiber.MIMEApplicationJSON)
	}
	return q.Body(), nil
}

// value is the body as a value.
func (q *request) value() (core.Value, error) {
	text, err := q.json()
	if err != nil {
		return nil, err
	}
	v, err := value.Decode(text)
	if err != nil {
		return nil, notJSON(err)
	}
	return v, nil
}

func notJSON(err error) *Refusal {
	r := &Refusal{Code: "json.syntax", Params: map[string]string{"problem": err.Error()}}
	if at, ok := errors.AsType[*value.SyntaxError](err); ok {
		r.Params["problem"] = at.Msg
		r.Details = core.Object{"line": at.Line, "column": at.Column}
	}
	return r
}

// fields reads the body as an object; where the call works without a body, none is the empty object.
func (q *request) fields(optional bool) (*fields, error) {
	if optional && len(q.Body()) == 0 {
		return &fields{}, nil
	}
	v, err := q.value()
	if err != nil {
		return nil, err
	}
	f := &fields{}
	o, ok := v.(core.Object)
	if !ok {
		f.wrongType("", "object", v)
		return nil, f.done()
	}
	f.of = o
	return f, nil
}

// fields reads an object key by key and notes all that is wrong with it.
type fields struct {
	of       core.Object
	known    []string
	findings []diag.Diagnostic
}

func (f *fields) get(key string) (core.Value, bool) {
	f.known = append(f.known, key)
	v, ok := f.of[key]
	return v, ok
}

func (f *fields) add(code, key string, params map[string]string) {
	pointer := ""
	if key != "" {
		pointer = "/" + value.EscapePointer(key)
	}
	f.findings = append(f.findings, diag.New(code, pointer, params))
}

func (f *fields) wrongType(key, want string, got core.Value) {
	f.add("flow.type", key, map[string]string{"want": want, "got": value.Kind(got)})
}

// text reads a string; "" when it is absent.
func (f *fields) text(key string) string {
	v, ok := f.get(key)
	if !ok || v == nil {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		f.wrongType(key, "string", v)
	}
	return s
}

// need is text that must be there and not be empty.
func (f *fields) need(key string) string {
	if _, ok := f.of[key]; !ok {
		f.known = append(f.known, key)
		f.add("flow.key.missing", "", map[string]string{"key": key})
		return ""
	}
	s := f.text(key)
	if _, isText := f.of[key].(string); isText && s == "" {
		f.add("config.length", key, map[string]string{"count": "0", "bound": "≥ 1"})
	}
	return s
}

func (f *fields) flag(key string) bool {
	v, ok := f.get(key)
	if !ok || v == nil {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		f.wrongType(key, "boolean", v)
	}
	return b
}

func (f *fields) integer(key string) int {
	v, ok := f.get(key)
	if !ok || v == nil {
		return 0
	}
	n, ok := v.(int)
	if !ok {
		f.wrongType(key, "integer", v)
	}
	return n
}

func (f *fields) object(key string) core.Object {
	v, ok := f.get(key)
	if !ok || v == nil {
		return nil
	}
	o, ok := v.(core.Object)
	if !ok {
		f.wrongType(key, "object", v)
	}
	return o
}

// time reads a moment as RFC 3339 writes it; zero when it is absent.
func (f *fields) time(key string) time.Time {
	text := f.text(key)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		f.wrongType(key, "RFC 3339 time", text)
	}
	return t
}

// duration reads a duration of at most longest.
func (f *fields) duration(key string, longest time.Duration) time.Duration {
	text := f.text(key)
	if text == "" {
		return 0
	}
	d, err := nodes.ParseDuration(text)
	switch {
	case err != nil:
		f.add("flow.duration.invalid", key, map[string]string{"value": text})
	case d < 0 || d > longest:
		f.add("flow.duration.range", key, map[string]string{"value": text, "min": "0s", "max": longest.String()})
	}
	return d
}

// done refuses the body where something is wrong with it: keys that nobody asked for included.
func (f *fields) done() error {
	if found := f.rest(); len(found) > 0 {
		return &Refusal{Code: "api.body", Findings: found}
	}
	return nil
}

// rest is all that is wrong with the object.
func (f *fields) rest() []diag.Diagnostic {
	for _, key := range slices.Sorted(maps.Keys(f.of)) {
		if !slices.Contains(f.known, key) {
			f.add("flow.key.unknown", key, map[string]string{"key": key, "nearest": diag.Nearest(key, f.known)})
		}
	}
	return f.findings
}

// query reads the parameters of a query and refuses the first that makes no sense.
type query struct {
	q     *request
	known []string
	err   error
}

func (q *request) query() *query { return &query{q: q} }

func (p *query) text(name string) string {
	p.known = append(p.known, name)
	return p.q.Query(name)
}

func (p *query) wrong(name, problem string) {
	if p.err == nil {
		p.err = refuse("api.query", "parameter", name, "problem", problem)
	}
}

func (p *query) flag(name string) bool {
	switch p.text(name) {
	case "":
		return false
	case "true":
		return true
	case "false":
		return false
	}
	p.wrong(name, "true or false")
	return false
}

// limit is the length of a page.
func (p *query) limit(usual, most int) int { return p.count("limit", usual, most) }

// count reads a whole number from 1 to most.
func (p *query) count(name string, usual, most int) int {
	text := p.text(name)
	if text == "" {
		return usual
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > most {
		p.wrong(name, "a whole number from 1 to "+strconv.Itoa(most))
	}
	return n
}

// short reads a text of at most most characters.
func (p *query) short(name string, most int) string {
	text := p.text(name)
	if utf8.RuneCountInString(text) > most {
		p.wrong(name, "at most "+strconv.Itoa(most)+" characters")
	}
	return text
}

// time reads a moment as RFC 3339 writes it.
func (p *query) time(name string) time.Time {
	text := p.text(name)
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		p.wrong(name, "a time such as 2026-03-01T09:00:00+08:00")
	}
	return t
}

// number is a cursor that counts.
func (p *query) number(name string) uint64 {
	text := p.text(name)
	if text == "" {
		return 0
	}
	n, err := strconv.ParseUint(text, 10, 63)
	if err != nil && p.err == nil {
		p.err = refuse("api.cursor")
	}
	return n
}

// done refuses parameters that nobody asked for: a misspelt filter must not show everything.
func (p *query) done() error {
	for name := range p.q.Queries() {
		if !slices.Contains(p.known, name) {
			p.wrong(name, "unknown; known are "+strings.Join(p.known, ", "))
		}
	}
	return p.err
}
