// Package diag holds what is said about flows and runs: findings on a document, and the one catalogue of codes, with
// texts in English and Chinese, of findings and of the failures of runs.
//
// It must not know how a finding is made: documents, expressions, schemas and runs are other packages' matters. It
// imports the standard library only.
package diag

import (
	"cmp"
	"slices"
)

// Severity says whether a flow with this finding can be published.
type Severity string

// The severities. An error refuses publishing, a warning does not.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Diagnostic is one finding on a flow document.
type Diagnostic struct {
	// Code is dotted and stable; the catalogue lists all of them.
	Code     string   `json:"code"`
	Severity Severity `json:"severity"`
	// Pointer is a JSON Pointer (RFC 6901) into the document as it was sent.
	Pointer string `json:"path"`
	// Node is the id of the node that the finding is on, empty elsewhere.
	Node string `json:"node,omitempty"`
	// Span is the half-open range of characters, counted from 0, within the string at Pointer; nil means all of the value.
	Span *[2]int `json:"span,omitempty"`
	// Line and Column count lines and characters of the document from 1; 0 where the place is unknown.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
	// Params are the values in Message, by name, for rendering it in another language.
	Params map[string]string `json:"params,omitempty"`
	// Message is the English text.
	Message string `json:"message"`
	// Related are pointers to further places, such as the other end of a contradiction.
	Related []string `json:"related,omitempty"`
}

// New makes a finding with the catalogue's severity and English text. A code that is not in the catalogue gives an
// error finding that says so: the catalogue's tests keep that from happening.
func New(code, pointer string, params map[string]string) Diagnostic {
	d := Diagnostic{Code: code, Severity: Error, Pointer: pointer, Params: params}
	if e, ok := Find(code); ok {
		d.Severity = e.Severity
	}
	d.Message = Render(code, English, params)
	return d
}

// In is the message in a language.
func (d Diagnostic) In(lang Language) string { return Render(d.Code, lang, d.Params) }

// HasError reports whether one of the findings refuses publishing.
func HasError(ds []Diagnostic) bool {
	return slices.ContainsFunc(ds, func(d Diagnostic) bool { return d.Severity == Error })
}

// Sort puts findings in the order of the document: by place, then by pointer, span, code and text, so that the order
// never depends on how they were found.
func Sort(ds []Diagnostic) {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Line, b.Line),
			cmp.Compare(a.Column, b.Column),
			cmp.Compare(a.Pointer, b.Pointer),
			cmp.Compare(a.start(), b.start()),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

func (d Diagnostic) start() int {
	if d.Span == nil {
		return -1
	}
	return d.Span[0]
}
