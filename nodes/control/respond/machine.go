package respond

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
)

// machine answers the caller that waits for the run and goes on at once. An expression is nil where the config has none.
type machine struct{ status, headers, body core.Expr }

// Advance implements core.Machine.
func (m *machine) Advance(t *core.Turn, _ core.Cause) {
	r, f := m.response(t.Scope())
	if f != nil {
		t.Fail(f)
		return
	}
	t.Respond(r)
	t.Emit(0, t.Scope().Input())
}

func (m *machine) response(s core.Scope) (r core.Response, f *core.Failure) {
	r.Status = http.StatusOK
	if m.status != nil {
		if r.Status, f = statusOf(m.status, s); f != nil {
			return r, f
		}
	}
	if m.headers != nil {
		if r.Headers, f = headersOf(m.headers, s); f != nil {
			return r, f
		}
	}
	if m.body == nil {
		r.Body = s.Input()
		return r, nil
	}
	r.Body, f = m.body(s)
	return r, f
}

func statusOf(e core.Expr, s core.Scope) (int, *core.Failure) {
	v, f := e(s)
	if f != nil {
		return 0, f
	}
	n, ok := v.(int)
	if !ok || n < 200 || n > 599 {
		return 0, failure("respond.status", "status must be a whole number from 200 to 599 and is %v", v)
	}
	return n, nil
}

// headersOf are the headers as an object of texts. What is null is left out.
func headersOf(e core.Expr, s core.Scope) (core.Object, *core.Failure) {
	v, f := e(s)
	if f != nil {
		return nil, f
	}
	given, ok := v.(core.Object)
	if !ok {
		return nil, failure("respond.headers", "headers must be an object and is a %s", value.Kind(v))
	}
	headers := make(core.Object, len(given))
	for _, name := range slices.Sorted(maps.Keys(given)) {
		var text string
		switch v := given[name].(type) {
		case nil:
			continue
		case string:
			text = v
		case bool, int, float64, value.Decimal:
			digits, _ := value.Encode(v)
			text = string(digits)
		default:
			return nil, failure("respond.headers", "header %s must be a text and is a %s", value.Excerpt(name), value.Kind(v))
		}
		// A line break would end the header early and begin another one.
		if strings.ContainsAny(name+text, "\r\n\x00") {
			return nil, failure("respond.headers", "header %s holds a line break", value.Excerpt(name))
		}
		headers[name] = text
	}
	return headers, nil
}

func failure(code, format string, args ...any) *core.Failure {
	return &core.Failure{Code: code, Permanent: true, Message: fmt.Sprintf(format, args...)}
}
