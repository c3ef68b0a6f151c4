package hooks

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// Answer is what the sender gets. It is the caller's.
type Answer struct {
	Status int
	// Header has no Content-Length.
	Header []Field
	Body   []byte
	// refusal is what an error says, for a platform that wants it in a form of its own; empty in other answers.
	refusal string
	// code is that of the error, empty in other answers.
	code string
}

// Field is a header field.
type Field struct{ Name, Value string }

const (
	typeJSON = "application/json; charset=utf-8"
	typeText = "text/plain; charset=utf-8"
)

// refuse is an answer that starts nothing, or says why there is none: an error as the API has it.
func refuse(status int, code, message string, details core.Value) *Answer {
	what := core.Object{"code": code, "message": message}
	if details != nil {
		what["details"] = details
	}
	body, err := value.Encode(core.Object{"error": what})
	if err != nil {
		// Details are of our own making, but what a flow's schema says may stand in them.
		body, _ = value.Encode(core.Object{"error": core.Object{"code": code, "message": message}})
	}
	return &Answer{Status: status, Header: []Field{{"Content-Type", typeJSON}}, Body: body, refusal: message, code: code}
}

func (a *Answer) with(name, text string) *Answer {
	a.Header = append(a.Header, Field{name, text})
	return a
}

// retryAfter asks the sender to wait; the header counts in whole seconds.
func (a *Answer) retryAfter(wait time.Duration) *Answer {
	return a.with("Retry-After", strconv.Itoa(max(1, int(math.Ceil(wait.Seconds())))))
}

// tell is an answer with a value for its body: text as it is, anything else as JSON.
func tell(status int, v core.Value) *Answer {
	a := &Answer{Status: status}
	if bodyless(status) {
		return a
	}
	if text, ok := v.(string); ok {
		a.Body = []byte(text)
		return a.with("Content-Type", typeText)
	}
	body, err := value.Encode(v)
	if err != nil {
		return refuse(http.StatusInternalServerError, "webhook.answer", "The answer cannot be written as JSON: "+err.Error()+".", nil)
	}
	a.Body = body
	return a.with("Content-Type", typeJSON)
}

func bodyless(status int) bool {
	return status == http.StatusNoContent || status == http.StatusNotModified
}

// accepted names the run that the delivery has started.
func accepted(status int, run storage.RunID) *Answer {
	a := &Answer{Status: status}
	if bodyless(status) {
		return a
	}
	b := append(make([]byte, 0, 48), `{"run":`...)
	a.Body = append(value.AppendString(b, string(run)), '}')
	return a.with("Content-Type", typeJSON)
}

// framing are headers that say how an answer is sent, which is not the flow's matter.
var framing = map[string]bool{
	"connection": true, "content-length": true, "keep-alive": true, "te": true, "trailer": true, "transfer-encoding": true,
	"upgrade": true,
}

// respond is what a respond node says.
func respond(r *core.Response) *Answer {
	a := tell(r.Status, r.Body)
	for name, v := range r.Headers {
		text, ok := v.(string)
		lower := strings.ToLower(name)
		if !ok || framing[lower] {
			continue
		}
		if lower == "content-type" && len(a.Header) > 0 {
			a.Header[0].Value = text
			continue
		}
		a.Header = append(a.Header, Field{name, text})
	}
	return a
}

// ended is the answer of a run that ended without a respond node.
func (r *Router) ended(run storage.RunID, end *core.End) *Answer {
	if end.Status == core.Succeeded {
		return tell(http.StatusOK, end.Output)
	}
	status, code, message := http.StatusInternalServerError, "internal", "The run ended without saying why."
	if end.Status == core.Cancelled {
		status, code = http.StatusConflict, "run.cancelled"
	}
	if f := end.Failure; f != nil {
		code, message = f.Code, r.o.Connections.MaskText(f.Message)
	}
	return refuse(status, code, message, core.Object{"run": string(run)})
}
