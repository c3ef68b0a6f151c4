package server

import (
	"errors"
	"net/http"

	"github.com/gofiber/fiber/v2"

	"sluice/engine"
	"sluice/engine/core"
	"sluice/flows/diag"
	"sluice/internal/library"
	"sluice/server/hooks"
	"sluice/server/schedule"
	"sluice/server/schedule/guard"
	"sluice/storage"
)

// Refusal is an error that a caller is told: a code of the catalogue in flows/diag, from which status and message
// follow. Any other error is a fault of the program, and only the log gets its text.
type Refusal struct {
	Code string
	// Params are the values in the code's message, where it has any.
	Params map[string]string
	// Details are for programs: a list of findings, or an object.
	Details core.Value
	// Findings become the details, in the caller's language.
	Findings []diag.Diagnostic
}

// Error implements error.
func (r *Refusal) Error() string { return r.Code + ": " + diag.Render(r.Code, diag.English, r.Params) }

// refuse is a refusal with details given as name, value pairs.
func refuse(code string, pairs ...string) *Refusal {
	r := &Refusal{Code: code}
	if len(pairs) > 0 {
		details := core.Object{}
		for i := 0; i+1 < len(pairs); i += 2 {
			details[pairs[i]] = pairs[i+1]
		}
		r.Details = details
	}
	return r
}

// statuses gives each code of a refusal its status. What is not listed is a fault.
var statuses = map[string]int{
	"api.bad_request":          http.StatusBadRequest,
	"api.cursor":               http.StatusBadRequest,
	"api.query":                http.StatusBadRequest,
	"json.syntax":              http.StatusBadRequest,
	"api.unauthorized":         http.StatusUnauthorized,
	"api.csrf":                 http.StatusForbidden,
	"api.forbidden":            http.StatusForbidden,
	"api.not_found":            http.StatusNotFound,
	"connection.not_found":     http.StatusNotFound,
	"flow.not_found":           http.StatusNotFound,
	"flow.version_not_found":   http.StatusNotFound,
	"run.not_found":            http.StatusNotFound,
	"schedule.not_found":       http.StatusNotFound,
	"step.not_found":           http.StatusNotFound,
	"table.not_found":          http.StatusNotFound,
	"template.not_found":       http.StatusNotFound,
	"template.installed":       http.StatusConflict,
	"webhook.not_found":        http.StatusNotFound,
	"api.method_not_allowed":   http.StatusMethodNotAllowed,
	"api.timeout":              http.StatusRequestTimeout,
	"flow.not_published":       http.StatusConflict,
	"run.ended":                http.StatusConflict,
	"flow.stale":               http.StatusPreconditionFailed,
	"run.loop":                 http.StatusTooManyRequests,
	"api.too_large":            http.StatusRequestEntityTooLarge,
	"api.content_type":         http.StatusUnsupportedMediaType,
	"api.body":                 http.StatusUnprocessableEntity,
	"connection.refused":       http.StatusUnprocessableEntity,
	"flow.refused":             http.StatusUnprocessableEntity,
	"breakpoint.refused":       http.StatusUnprocessableEntity,
	"replay.too_many":          http.StatusUnprocessableEntity,
	"run.not_paused":           http.StatusConflict,
	"resume.unknown_mode":      http.StatusUnprocessableEntity,
	"resume.stays":             http.StatusUnprocessableEntity,
	"resume.unknown_path":      http.StatusUnprocessableEntity,
	"resume.unknown_port":      http.StatusUnprocessableEntity,
	"resume.not_ended":         http.StatusConflict,
	"resume.nothing_to_skip":   http.StatusConflict,
	"resume.nothing_to_repeat": http.StatusConflict,
	"judge.not_held":           http.StatusConflict,
	"judge.verdict":            http.StatusUnprocessableEntity,
	"retry.running":            http.StatusConflict,
	"retry.not_failed":         http.StatusConflict,
	"retry.compensated":        http.StatusConflict,
	"retry.unfit":              http.StatusConflict,
	"retries.not_found":        http.StatusNotFound,
	"test.not_reproduced":      http.StatusConflict,
	"fork.not_reached":         http.StatusConflict,
	"publish.replay_differs":   http.StatusConflict,
	"run.input":                http.StatusUnprocessableEntity,
	"api.headers_too_large":    http.StatusRequestHeaderFieldsTooLarge,
	"internal":                 http.StatusInternalServerError,
	"api.too_many_streams":     http.StatusServiceUnavailable,
	"engine.unavailable":       http.StatusServiceUnavailable,
	"server.draining":          http.StatusServiceUnavailable,
}

// refusalOf is what a caller is told of an error; known is false for a fault.
func refusalOf(err error) (r *Refusal, known bool) {
	var refused *Refusal
	var failure *core.Failure
	var http *fiber.Error
	var loop *guard.Incident
	switch {
	case errors.As(err, &refused):
		return refused, true
	case errors.As(err, &failure) && statuses[failure.Code] != 0:
		// What a person asked of a run that its state does not allow.
		return refuse(failure.Code, "why", failure.Message), true
	case errors.Is(err, library.ErrStale):
		return refuse("flow.stale"), true
	case errors.Is(err, engine.ErrUnavailable), errors.Is(err, storage.ErrFull):
		return refuse("engine.unavailable"), true
	case errors.Is(err, engine.ErrClosed):
		return refuse("server.draining"), true
	case errors.Is(err, engine.ErrTooLarge):
		return refuse("api.too_large"), true
	case errors.Is(err, engine.ErrNotFound):
		return refuse("run.not_found"), true
	case errors.Is(err, engine.ErrEnded):
		return refuse("run.ended"), true
	case errors.As(err, &loop):
		r = refuse("run.loop")
		r.Details = core.Object{"flow": loop.Flows[0], "why": loop.Error()}
		return r, true
	case errors.Is(err, schedule.ErrNotFound):
		return refuse("schedule.not_found"), true
	case errors.Is(err, hooks.ErrNotFound):
		return refuse("webhook.not_found"), true
	case errors.As(err, &http):
		return refusalOfHTTP(http)
	}
	return refuse("internal"), false
}

// refusalOfHTTP is for what the HTTP layer refuses before a handler sees it.
func refusalOfHTTP(err *fiber.Error) (*Refusal, bool) {
	switch err.Code {
	case http.StatusNotFound:
		return refuse("api.not_found"), true
	case http.StatusMethodNotAllowed:
		return refuse("api.method_not_allowed"), true
	case http.StatusRequestEntityTooLarge:
		return refuse("api.too_large"), true
	case http.StatusRequestHeaderFieldsTooLarge:
		return refuse("api.headers_too_large"), true
	case http.StatusRequestTimeout:
		return refuse("api.timeout"), true
	case http.StatusUnsupportedMediaType:
		return refuse("api.content_type"), true
	}
	if err.Code >= 400 && err.Code < 500 {
		return refuse("api.bad_request"), true
	}
	return refuse("internal"), false
}

// object is the body of the answer that tells a refusal, in a language.
func (r *Refusal) object(lang diag.Language) core.Object {
	e := core.Object{"code": r.Code, "message": diag.Render(r.Code, lang, r.Params)}
	switch {
	case r.Findings != nil:
		e["details"] = findings(r.Findings, lang)
	case r.Details != nil:
		e["details"] = r.Details
	}
	return core.Object{"error": e}
}

// findings are diagnostics as callers see them.
func findings(ds []diag.Diagnostic, lang diag.Language) core.List {
	list := make(core.List, 0, len(ds))
	for _, d := range ds {
		o := core.Object{"code": d.Code, "severity": string(d.Severity), "path": d.Pointer, "message": d.In(lang)}
		if d.Node != "" {
			o["node"] = d.Node
		}
		if d.Span != nil {
			o["span"] = core.List{d.Span[0], d.Span[1]}
		}
		if d.Line > 0 {
			o["line"], o["column"] = d.Line, d.Column
		}
		if len(d.Related) > 0 {
			related := core.List{}
			for _, pointer := range d.Related {
				related = append(related, pointer)
			}
			o["related"] = related
		}
		list = append(list, o)
	}
	return list
}
