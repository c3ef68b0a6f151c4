// Package connect holds connections: the addresses and credentials of what flows talk to, declared once a type, read
// from a file or the API, and opened when first used as HTTP clients, databases and robots.
//
// It must not know flows, nodes, the engine's drivers, storage or the server. Secrets leave it only on the wire: they
// never print, and [Set.Mask] takes them out of what others wrote.
package connect

import (
	"crypto/sha256"

	"sluice/connect/limit"
	"sluice/connect/secret"
	"sluice/engine/core"
	"sluice/engine/value"
)

// Definition is one connection as it was declared: checked, its secrets resolved.
type Definition struct {
	ID     string
	Type   string
	Config core.Object
	// Limits are as [Limits] declares them; nil for none.
	Limits  core.Object
	Secrets map[string]secret.Text
}

// fingerprint tells whether two definitions are the same, without keeping secrets in sight.
func (d *Definition) fingerprint() [sha256.Size]byte {
	secrets := core.Object{}
	for name, text := range d.Secrets {
		secrets[name] = text.Reveal()
	}
	// What was decoded can be encoded.
	data, _ := value.Encode(core.List{d.Type, d.Config, d.Limits, secrets})
	return sha256.Sum256(data)
}

// Label is a text in the languages of the editor.
type Label struct {
	EN string `json:"en"`
	ZH string `json:"zh"`
}

// with is the text with more behind it.
func (l Label) with(more Label) Label { return Label{l.EN + more.EN, l.ZH + more.ZH} }

// Type is the one declaration of a connection type: it checks definitions, feeds the editor's form and the reference,
// and opens connections.
type Type struct {
	Name  string
	Title Label
	// Doc is a paragraph of reference.
	Doc     Label
	Config  []Field
	Secrets []Field
	// rate is of connections whose limits name none.
	rate limit.Rate
	// obey: calls wait when the other side asks for it, see limit.Limits.
	obey bool
	// open makes the handle; it sends nothing and opens no file. Its error is a configError where it can be.
	open func(d *Definition, o *options) (handle, error)
}

// Kind is the shape of a field's value.
type Kind string

// The kinds of fields. All but Flag, Count, Port, TextList, TextMap, Group and Variants are JSON strings.
const (
	Text        Kind = "text"
	LongText    Kind = "longText"    // several lines, such as a PEM block
	URL         Kind = "url"         // http or https, without a user, a password or a fragment
	Address     Kind = "address"     // one of another scheme, of which Choices lists those that are taken
	DatabaseURL Kind = "databaseUrl" // scheme://user@host:port/database, of a scheme in Choices, without a password
	Duration    Kind = "duration"    // as Go writes them: 2800ms, 1.5s
	Date        Kind = "date"        // a day: 2027-03-01
	Rate        Kind = "rate"        // calls a second, minute or hour: 5/s, 20/m, 1000/h
	Count       Kind = "count"       // a whole number from 1 to [MaxCount]
	Port        Kind = "port"        // a whole number from 1 to 65535
	Flag        Kind = "flag"        // true or false
	Choice      Kind = "choice"      // one of Choices
	TextList    Kind = "textList"    // a list of strings, not empty
	TextMap     Kind = "textMap"     // an object of strings
	Group       Kind = "group"       // an object of Fields
	Variants    Kind = "variants"    // an object whose type says which of Variants it is
)

// MaxCount is the most that a field of kind Count takes.
const MaxCount = 10_000

// maxPort is the most that a field of kind Port takes.
const maxPort = 65_535

// Field is one key of a connection's config or secrets. A secret is of kind Text or LongText.
type Field struct {
	Name     string
	Kind     Kind
	Title    Label
	Required bool
	Choices  []string
	Fields   []Field
	Variants []Variant
}

// Variant is one shape of a field of kind Variants, with the secrets that it brings along.
type Variant struct {
	Name    string
	Title   Label
	Fields  []Field
	Secrets []Field
}

// configError is an error that a definition's author can place.
type configError struct {
	// pointer is into the definition.
	pointer string
	err     error
}

func (e *configError) Error() string { return e.err.Error() }
func (e *configError) Unwrap() error { return e.err }
