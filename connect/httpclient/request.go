package httpclient

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Request is one call. Path and URL exclude each other.
type Request struct {
	Method string
	// Path is joined to the connection's address; it may carry a query. URL is a whole address: with a connection, one
	// below the connection's address only, because the connection's credentials go with it.
	Path, URL string
	// Query is added to the query of Path or URL. A list gives several parameters of one name; null gives none.
	Query   core.Object
	Headers map[string]string
	// Body is nil for none.
	Body Body
	// OK are the statuses that are no failure; the zero value is 2xx.
	OK Statuses
	// Response says how the body of an answer is read; the zero value is JSON.
	Response Format
	// MaxBytes bounds the answer's body after decompression; 0 is [DefaultMaxBytes].
	MaxBytes int64
	// Key is sent as Idempotency-Key, unless Headers set one; empty for none.
	Key string
}

// DefaultMaxBytes bounds the body of an answer where the request does not.
const DefaultMaxBytes = 10 << 20

// Write reports whether the request may change something at the other side: every method but GET and HEAD.
func (r *Request) Write() bool { return r.Method != "GET" && r.Method != "HEAD" }

// Format is how the body of an answer is read.
type Format string

// The formats. A JSON answer without a body is null.
const (
	FormatJSON  Format = "json"
	FormatText  Format = "text"
	FormatBytes Format = "bytes" // standard base64 in a string
)

// Response is an answer whose status the request expects.
type Response struct {
	Status int
	// Headers have lower-case names; several values of one name are joined by ", ".
	Headers core.Object
	Body    core.Value
}

// Body is what a request carries: [JSON], [Form] or [Text].
type Body interface {
	// encode gives the bytes, their type, and the fields behind them where they are fields.
	encode() (data []byte, contentType string, params core.Object, err error)
}

// JSON is a body of JSON.
type JSON struct{ Value core.Value }

func (j JSON) encode() ([]byte, string, core.Object, error) {
	data, err := value.Encode(j.Value)
	if err != nil {
		return nil, "", nil, fmt.Errorf("the body cannot be written as JSON: %w", err)
	}
	params, _ := j.Value.(core.Object)
	return data, "application/json", params, nil
}

// Form is a body of application/x-www-form-urlencoded. A list gives several fields of one name; null gives none.
type Form struct{ Fields core.Object }

func (f Form) encode() ([]byte, string, core.Object, error) {
	values, err := urlValues(f.Fields)
	if err != nil {
		return nil, "", nil, fmt.Errorf("the form: %w", err)
	}
	return []byte(values.Encode()), "application/x-www-form-urlencoded", f.Fields, nil
}

// Text is a body of plain text; a Content-Type among the request's headers says what else it is.
type Text string

func (t Text) encode() ([]byte, string, core.Object, error) {
	return []byte(t), "text/plain; charset=utf-8", nil, nil
}

// urlValues writes fields as parameters: strings as they are, other values as JSON text.
func urlValues(fields core.Object) (url.Values, error) {
	out := url.Values{}
	for name, v := range fields {
		items, ok := v.(core.List)
		if !ok {
			items = core.List{v}
		}
		for _, item := range items {
			if item == nil {
				continue
			}
			if text, ok := item.(string); ok {
				out.Add(name, text)
				continue
			}
			text, err := value.Encode(item)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			out.Add(name, string(text))
		}
	}
	return out, nil
}

// Statuses is a set of HTTP statuses; the zero value is 2xx.
type Statuses struct{ patterns []string }

// ParseStatuses reads a comma list of statuses in which x stands for any digit: "2xx", "200, 404".
func ParseStatuses(list string) (Statuses, error) {
	var s Statuses
	for item := range strings.SplitSeq(list, ",") {
		pattern := strings.ToLower(strings.TrimSpace(item))
		if len(pattern) != 3 || strings.Trim(pattern, "0123456789x") != "" || pattern[0] < '1' || pattern[0] > '5' {
			return Statuses{}, fmt.Errorf("%q is not an HTTP status such as 204 or 2xx", strings.TrimSpace(item))
		}
		s.patterns = append(s.patterns, pattern)
	}
	return s, nil
}

// Has reports whether a status is in the set.
func (s Statuses) Has(status int) bool {
	if s.patterns == nil {
		return status >= 200 && status < 300
	}
	digits := fmt.Sprintf("%03d", status)
	for _, pattern := range s.patterns {
		match := true
		for i := range 3 {
			match = match && (pattern[i] == 'x' || pattern[i] == digits[i])
		}
		if match {
			return true
		}
	}
	return false
}

// address is where a request goes. The second result is its path below the base address.
func address(base *url.URL, r *Request) (*url.URL, string, error) {
	u, path, err := join(base, r)
	if err != nil {
		return nil, "", err
	}
	if len(r.Query) == 0 {
		return u, path, nil
	}
	values, err := urlValues(r.Query)
	if err != nil {
		return nil, "", fmt.Errorf("the query: %w", err)
	}
	if u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += values.Encode()
	return u, path, nil
}

func join(base *url.URL, r *Request) (*url.URL, string, error) {
	if base == nil || r.URL != "" {
		u, err := url.Parse(r.URL)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
			return nil, "", errors.New("the address must begin with http:// or https:// and a host; without a connection a path is not enough")
		}
		if u.User != nil {
			return nil, "", errors.New("the address must not hold a user or password: use a connection")
		}
		if base == nil {
			return u, u.Path, nil
		}
		below, ok := strings.CutPrefix(u.Path, strings.TrimSuffix(base.Path, "/"))
		if u.Scheme != base.Scheme || u.Host != base.Host || !ok || (below != "" && below[0] != '/') || climbs(below) {
			return nil, "", errors.New("the address is not below the connection's address, so the connection's credentials must not go there")
		}
		return u, below, nil
	}
	ref, err := url.Parse(r.Path)
	if err != nil || ref.Scheme != "" || ref.Host != "" || climbs(ref.Path) {
		return nil, "", errors.New("the path must lie below the connection's address: no host and no .. in it")
	}
	copied := *base
	u := &copied
	if u.Path == "" {
		// JoinPath gives an address without a path no slash before one, and signatures are over what is sent.
		u.Path = "/"
	}
	if ref.Path != "" {
		u = u.JoinPath(ref.EscapedPath())
	}
	u.RawQuery = base.RawQuery
	if ref.RawQuery != "" {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+ref.RawQuery, "&")
	}
	return u, ref.Path, nil
}

// climbs reports whether a path leaves its place, which a value pasted into it could make it do.
func climbs(path string) bool {
	return slices.Contains(strings.Split(path, "/"), "..")
}
