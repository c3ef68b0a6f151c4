// Package key turns what an expression gives into the text of a key: of a signal, of a lock. An order number is the same
// key whether a message held it as a number or as text.
//
// It must not know what the key is for.
package key

import (
	"sluice/engine/core"
	"sluice/engine/value"
)

// Longest is the length of the longest key in bytes: keys stand in indexes.
const Longest = 1024

// Text is the key that v stands for: text as it is, a number with all its digits. Anything else is no key, nor is what
// is empty or longer than Longest.
func Text(v core.Value) (text string, ok bool) {
	switch v := v.(type) {
	case string:
		text = v
	case int, float64, value.Decimal:
		digits, err := value.Encode(v)
		if err != nil {
			return "", false
		}
		text = string(digits)
	}
	return text, text != "" && len(text) <= Longest
}
