// Package secret keeps credentials out of everything that is printed: a [Text] never shows its value, and a [Mask]
// takes the values it knows out of texts that others wrote, such as an answer that repeats a request.
//
// It must not know what the credentials are for.
package secret

import (
	"fmt"
	"io"
	"log/slog"
)

// Shown stands wherever a secret would.
const Shown = "***"

// Text is one secret value. It shows as [Shown] through fmt, encoding/json, log/slog and reflection; only Reveal gives
// the value. The zero Text is the empty secret. Texts are immutable and safe for concurrent use.
type Text struct {
	// A closure, because fmt prints the unexported fields of a struct around a Text without asking its methods; of a
	// function it can only print the address.
	reveal func() string
}

// New makes a secret of a value.
func New(value string) Text {
	if value == "" {
		return Text{}
	}
	return Text{reveal: func() string { return value }}
}

// Reveal is the value itself: for the wire, never for a message.
func (t Text) Reveal() string {
	if t.reveal == nil {
		return ""
	}
	return t.reveal()
}

// Empty reports whether there is no value.
func (t Text) Empty() bool { return t.reveal == nil }

// String implements fmt.Stringer.
func (t Text) String() string { return Shown }

// GoString implements fmt.GoStringer.
func (t Text) GoString() string { return Shown }

// Format implements fmt.Formatter, for every verb.
func (t Text) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Shown) }

// MarshalText implements encoding.TextMarshaler, and so covers JSON values and map keys.
func (t Text) MarshalText() ([]byte, error) { return []byte(Shown), nil }

// LogValue implements slog.LogValuer.
func (t Text) LogValue() slog.Value { return slog.StringValue(Shown) }
