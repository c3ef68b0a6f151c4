// Package end is the node type end: it ends the whole run, whatever else is still going on in it.
package end

import (
	"embed"
	"fmt"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what an end node is told.
type Config struct {
	Status  core.Status `json:"status"`
	Output  core.Value  `json:"output"`
	Code    string      `json:"code"`
	Message string      `json:"message"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "end", Major: 1, Behaviour: 1,
		Effect: nodes.Pure, Category: nodes.Flow, Icon: "circle-stop",
		Page:  nodes.PageIn(page),
		Ports: func(core.Object) []string { return nil },
		Eval:  eval,
	}
}

// What a run that was ended without a word of explanation fails with.
const (
	codeFailed    = "end.failed"
	codeCancelled = "end.cancelled"
)

// end is an end node, compiled; a nil expression was left out.
type end struct {
	status                core.Status
	output, code, message core.Expr
}

func eval(b nodes.Builder) core.Eval {
	config := Config{Status: core.Succeeded}
	b.Decode(&config)
	e := end{status: config.Status}
	if b.Has("/output") {
		e.output = b.Value("/output")
	}
	if b.Has("/code") {
		e.code = b.Value("/code")
	}
	if b.Has("/message") {
		e.message = b.Value("/message")
	}
	return e.eval
}

func (e *end) eval(s core.Scope) (core.Result, *core.Failure) {
	result := core.End{Status: e.status}
	switch {
	case e.output != nil:
		v, f := e.output(s)
		if f != nil {
			return core.Result{}, f
		}
		result.Output = v
	case e.status == core.Succeeded:
		result.Output = s.Input()
	}
	if e.status != core.Succeeded {
		reason, f := e.reason(s)
		if f != nil {
			return core.Result{}, f
		}
		result.Failure = reason
	}
	return core.Result{Value: result.Output, End: &result}, nil
}

// reason says why the run did not succeed. On an error path that is the failure that led here, unless the config
// says otherwise.
func (e *end) reason(s core.Scope) (*core.Failure, *core.Failure) {
	reason := core.Failure{Code: codeFailed, Message: "the flow ended this run as failed"}
	if e.status == core.Cancelled {
		reason = core.Failure{Code: codeCancelled, Message: "the flow ended this run as cancelled"}
	}
	if led := s.Failure(); led != nil {
		reason = *led
	}
	if f := overwrite(&reason.Code, e.code, s, "/code"); f != nil {
		return nil, f
	}
	if f := overwrite(&reason.Message, e.message, s, "/message"); f != nil {
		return nil, f
	}
	reason.Permanent = true
	return &reason, nil
}

// overwrite gives dst the text of e; null keeps what is there.
func overwrite(dst *string, e core.Expr, s core.Scope, pointer string) *core.Failure {
	if e == nil {
		return nil
	}
	v, f := e(s)
	if f != nil {
		return f
	}
	switch v := v.(type) {
	case string:
		*dst = v
	case nil:
	default:
		return &core.Failure{
			Code:      "expr.type",
			Message:   fmt.Sprintf("%s must give text and gave a %s", pointer, value.Kind(v)),
			Details:   core.Object{"pointer": pointer, "kind": value.Kind(v)},
			Permanent: true,
		}
	}
	return nil
}
