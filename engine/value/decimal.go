package value

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// DivisionPlaces is how many places after the point a quotient keeps; a longer one is rounded half up (away from
// zero).
const DivisionPlaces = 32

// ErrDivisionByZero is the refusal of a division by zero.
var ErrDivisionByZero = errors.New("division by zero")

// Decimal is an exact decimal number of at most MaxDigits digits before and after its point. The zero value is 0. It is
// immutable.
type Decimal struct{ d decimal.Decimal }

func newDecimal(coefficient int64, exp int32) Decimal { return Decimal{decimal.New(coefficient, exp)} }

// DecimalFromInt is exact.
func DecimalFromInt(n int) Decimal { return Decimal{decimal.NewFromInt(int64(n))} }

// ParseDecimal reads a decimal number: an optional sign, digits with an optional point among them, an optional
// exponent.
func ParseDecimal(text string) (Decimal, error) {
	s := strings.TrimPrefix(text, "+")
	mantissa, exponent := s, ""
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		mantissa, exponent = s[:e], s[e+1:]
		if n := strings.TrimLeft(exponent, "+-"); len(exponent)-len(n) > 1 || digits(n) != len(n) || n == "" {
			return Decimal{}, errNumber
		}
	}
	whole, frac, _ := strings.Cut(strings.TrimPrefix(mantissa, "-"), ".")
	if digits(whole) != len(whole) || digits(frac) != len(frac) || whole+frac == "" || len(s) != len(text) && s[0] == '-' {
		return Decimal{}, errNumber
	}
	if strings.Trim(whole+frac, "0") == "" {
		return Decimal{}, nil
	}
	if len(whole) > MaxDigits || len(frac) > MaxDigits {
		return Decimal{}, ErrDigits
	}
	if exponent != "" {
		if e, err := strconv.Atoi(exponent); err != nil || e > 2*MaxDigits || e < -2*MaxDigits {
			return Decimal{}, ErrDigits
		}
	}
	d, err := decimal.NewFromString(s)
	if err != nil {
		return Decimal{}, errNumber
	}
	return bounded(d)
}

// ToDecimal reads a number of any kind, or text that is one; a float64 counts as its shortest text.
func ToDecimal(v any) (Decimal, error) {
	switch v := v.(type) {
	case Decimal:
		return v, nil
	case int:
		return DecimalFromInt(v), nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Decimal{}, fmt.Errorf("%v is not a finite number", v)
		}
		return ParseDecimal(strconv.FormatFloat(v, 'e', -1, 64))
	case string:
		d, err := ParseDecimal(strings.TrimSpace(v))
		if err != nil {
			return Decimal{}, fmt.Errorf("%s is not a decimal number: %w", Excerpt(v), err)
		}
		return d, nil
	}
	return Decimal{}, fmt.Errorf("%s is not a number", Kind(v))
}

// bounded refuses what has too many digits, so that no operation on what it lets through can be slow or large.
func bounded(d decimal.Decimal) (Decimal, error) {
	exp := int(d.Exponent())
	if -exp > MaxDigits {
		if d.IsZero() {
			return Decimal{}, nil
		}
		trimmed := d.Truncate(MaxDigits)
		if !trimmed.Equal(d) {
			return Decimal{}, ErrDigits
		}
		return Decimal{trimmed}, nil
	}
	coefficient := d.Coefficient()
	atMost := int(float64(coefficient.BitLen())*math.Log10(2)) + 1
	if atMost+exp > MaxDigits && len(coefficient.Abs(coefficient).String())+exp > MaxDigits {
		return Decimal{}, ErrDigits
	}
	return Decimal{d}, nil
}

// Add is exact; ErrDigits beyond the bound.
func (a Decimal) Add(b Decimal) (Decimal, error) { return bounded(a.d.Add(b.d)) }

// Sub is exact; ErrDigits beyond the bound.
func (a Decimal) Sub(b Decimal) (Decimal, error) { return bounded(a.d.Sub(b.d)) }

// Mul is exact; ErrDigits beyond the bound.
func (a Decimal) Mul(b Decimal) (Decimal, error) { return bounded(a.d.Mul(b.d)) }

// Div is exact where the quotient has at most DivisionPlaces places, and rounded to them half up where not.
func (a Decimal) Div(b Decimal) (Decimal, error) {
	if b.d.IsZero() {
		return Decimal{}, ErrDivisionByZero
	}
	return bounded(a.d.DivRound(b.d, DivisionPlaces))
}

// Mod is the remainder of the division truncated to a whole quotient; it has the sign of a.
func (a Decimal) Mod(b Decimal) (Decimal, error) {
	if b.d.IsZero() {
		return Decimal{}, ErrDivisionByZero
	}
	return bounded(a.d.Mod(b.d))
}

// Neg is -a.
func (a Decimal) Neg() Decimal { return Decimal{a.d.Neg()} }

// Abs is a without its sign.
func (a Decimal) Abs() Decimal { return Decimal{a.d.Abs()} }

// Round rounds half up, that is away from zero, to places after the point (negative: tens, hundreds, ...).
func (a Decimal) Round(places int) Decimal {
	if places >= -int(a.d.Exponent()) {
		return a
	}
	if places < -MaxDigits {
		return Decimal{}
	}
	return Decimal{a.d.Round(int32(places))}
}

// Floor is the greatest whole number that is not above a.
func (a Decimal) Floor() Decimal { return Decimal{a.d.Floor()} }

// Ceil is the least whole number that is not below a.
func (a Decimal) Ceil() Decimal { return Decimal{a.d.Ceil()} }

// Truncate drops what is after the point.
func (a Decimal) Truncate() Decimal { return Decimal{a.d.Truncate(0)} }

// Compare is -1, 0 or 1.
func (a Decimal) Compare(b Decimal) int { return a.d.Cmp(b.d) }

// Sign is -1, 0 or 1.
func (a Decimal) Sign() int { return a.d.Sign() }

// IsWhole says whether there is nothing after the point.
func (a Decimal) IsWhole() bool { return a.d.Exponent() >= 0 || a.d.IsInteger() }

// Int is a as an int where it is one.
func (a Decimal) Int() (int, bool) {
	if !a.IsWhole() {
		return 0, false
	}
	n := a.d.BigInt()
	if !n.IsInt64() {
		return 0, false
	}
	return int(n.Int64()), true
}

// Float is the nearest float64.
func (a Decimal) Float() float64 {
	f, err := strconv.ParseFloat(a.scientific(), 64)
	if err != nil {
		return math.Inf(a.Sign())
	}
	return f
}

// float is the float64 whose shortest text denotes exactly a, where there is one.
func (a Decimal) float() (float64, bool) {
	f := a.Float()
	if math.IsInf(f, 0) {
		return 0, false
	}
	back, err := decimal.NewFromString(strconv.FormatFloat(f, 'e', -1, 64))
	return f, err == nil && back.Equal(a.d)
}

func (a Decimal) scientific() string {
	return a.d.Coefficient().String() + "e" + strconv.Itoa(int(a.d.Exponent()))
}

// String writes a in plain digits, without exponent and without trailing zeros.
func (a Decimal) String() string { return a.d.String() }

// MarshalJSON writes a number.
func (a Decimal) MarshalJSON() ([]byte, error) { return []byte(a.String()), nil }
