package hooks

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Delivery is one request as it came.
type Delivery struct {
	Method string
	// Path is below the address of all webhooks, with percent escapes as sent. Query is what follows the question mark.
	Path, Query string
	// Headers are texts by name in lower case; those of one name are joined by commas. Serve takes secrets out of them
	// and keeps the rest.
	Headers core.Object
	// Body is the bytes as sent. It is read during Serve only.
	Body []byte
}

func (d *Delivery) header(name string) string {
	text, _ := d.Headers[name].(string)
	return text
}

// media is how a body is read.
type media int

const (
	mediaNone media = iota
	mediaJSON
	mediaForm
	mediaText
)

// media tells how the body is to be read, or says why it cannot be.
func (d *Delivery) media() (media, error) {
	if encoding := d.header("content-encoding"); encoding != "" && !strings.EqualFold(encoding, "identity") {
		return mediaNone, errors.New("a body must come as it is, without a Content-Encoding")
	}
	kind, err := mediaOfType(d.header("content-type"))
	if err != nil || len(d.Body) == 0 {
		return mediaNone, err
	}
	return kind, nil
}

// mediaOfType is the reading of a Content-Type. What comes without one is read as JSON.
func mediaOfType(given string) (media, error) {
	if given == "" || given == "application/json" {
		return mediaJSON, nil
	}
	name, params, err := mime.ParseMediaType(given)
	if err != nil {
		return mediaNone, errors.New("the Content-Type cannot be read")
	}
	kind := mediaOf(name)
	if kind == mediaNone {
		return mediaNone, fmt.Errorf("%s is not taken: send JSON, a form (application/x-www-form-urlencoded) or text", value.Excerpt(name))
	}
	switch charset := strings.ToLower(params["charset"]); charset {
	case "", "utf-8", "utf8", "us-ascii":
	default:
		return mediaNone, fmt.Errorf("the character set %s is not taken: send UTF-8", value.Excerpt(charset))
	}
	return kind, nil
}

// mediaOf is the reading of a media type, which is in lower case without parameters.
func mediaOf(name string) media {
	switch name {
	case "application/json", "text/json":
		return mediaJSON
	case "application/x-www-form-urlencoded":
		return mediaForm
	case "application/octet-stream", "application/xml":
		return mediaText
	}
	switch {
	case strings.HasSuffix(name, "+json"):
		return mediaJSON
	case strings.HasPrefix(name, "text/"), strings.HasSuffix(name, "+xml"):
		return mediaText
	}
	return mediaNone
}

// body decodes the body; raw is its text.
func (d *Delivery) body(kind media) (body core.Value, raw string, err error) {
	if kind == mediaNone {
		return nil, "", nil
	}
	raw = string(d.Body)
	if kind == mediaJSON {
		body, err = decodeJSON(raw)
		return body, raw, err
	}
	if !utf8.ValidString(raw) {
		return nil, "", errors.New("the body is not UTF-8")
	}
	if kind == mediaText {
		return raw, raw, nil
	}
	form, err := formObject(raw)
	return form, raw, err
}

// decodeJSON reads JSON exactly, but that of a key that stands twice in an object the last counts: GitLab sends such
// bodies, and a sender does not mend what every other receiver takes. All else that package value refuses is refused.
func decodeJSON(text string) (core.Value, error) {
	v, refused := value.DecodeString(text)
	if refused == nil || !utf8.ValidString(text) {
		return v, refused
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var last any
	if d.Decode(&last) != nil || d.Decode(new(any)) != io.EOF {
		return nil, refused
	}
	// The standard library has kept numbers as their text; they are read when the rest is.
	once, err := json.Marshal(last)
	if err != nil {
		return nil, refused
	}
	if v, err = value.Decode(once); err != nil {
		return nil, refused
	}
	return v, nil
}

// formObject is a form or a query as an object: a text for each name, a list of texts for a name that comes several
// times. Nothing is taken for a number.
func formObject(encoded string) (core.Object, error) {
	if encoded == "" {
		return core.Object{}, nil
	}
	fields, err := url.ParseQuery(encoded)
	if err != nil {
		return nil, fmt.Errorf("the form cannot be read: %w", err)
	}
	object := make(core.Object, len(fields))
	for name, texts := range fields {
		list := make(core.List, len(texts))
		for i, text := range texts {
			if !utf8.ValidString(text) || !utf8.ValidString(name) {
				return nil, errors.New("the form is not UTF-8 behind its percent escapes")
			}
			list[i] = text
		}
		if object[name] = list; len(list) == 1 {
			object[name] = list[0]
		}
	}
	return object, nil
}

// trigger is what expressions see. It takes over all of the delivery but the bytes of its body.
func (h *hook) trigger(d *Delivery, values []string, kind media, at time.Time, verified *proof) (core.Object, *Answer) {
	var body core.Value
	var raw string
	var err error
	if verified.opened {
		body, raw = verified.body, string(d.Body)
	} else if body, raw, err = d.body(kind); err != nil {
		return nil, refuse(http.StatusBadRequest, "webhook.body", "The body cannot be read: "+err.Error()+".", nil)
	}
	query, err := formObject(d.Query)
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "webhook.query", "The query cannot be read: "+err.Error()+".", nil)
	}
	params := make(core.Object, len(values))
	for i, name := range h.params {
		params[name] = values[i]
	}
	d.withhold(h.verify)
	t := core.Object{
		"id": h.entrance.ID, "type": h.entrance.Type, "at": at.UTC().Format(time.RFC3339Nano),
		"method": d.Method, "path": strings.Trim(d.Path, "/"), "params": params, "query": query,
		"headers": d.Headers, "body": body,
	}
	if h.raw {
		t["raw"] = raw
	}
	return t, nil
}
