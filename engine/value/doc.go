// Package value holds JSON values exactly: decoding, canonical encoding, comparison, and decimal arithmetic.
//
// These Go kinds stand in a core.Value:
//
//	nil, bool, string, int (64 bit), float64, Decimal, []any, map[string]any
//
// and inside expressions, until they are encoded or normalised, also time.Time, time.Duration and []byte.
//
// # Numbers
//
// No number ever changes its digits. The kind of a decoded number follows from its value, not from its spelling:
//
//   - a whole number that fits 64 bits is an int: 7, 7.0 and 7e0 are the same int;
//   - any other whole number below 1e21, or written out in digits, is a Decimal;
//   - the rest is a float64 when the shortest text of that float64 denotes the same decimal number, else a Decimal.
//
// So a float64 stands for the decimal number that its shortest text denotes, everywhere in this package, and
// Decode(Encode(v)) is v for every decoded v. A negative zero is zero. A number of more than [MaxDigits] digits on
// either side of its point is refused, however short its spelling (1e999999999).
//
// The package must not know flows, runs or expressions. It imports the standard library and shopspring/decimal, which
// nobody else imports.
package value
