package value

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// MaxDigits bounds the digits of a number before its point and after it.
const MaxDigits = 1000

// ErrDigits is the refusal of a number beyond MaxDigits.
var ErrDigits = errors.New("number has more than 1000 digits before or after its point")

// errNumber is the refusal of text that is not a number.
var errNumber = errors.New("not a number")

// number reads a number at p.pos by the grammar of RFC 8259.
func (p *parser) number() (any, error) {
	start := p.pos
	n, literal := scanNumber(p.data[start:])
	p.pos += n
	if !literal.ok {
		return nil, p.fail(p.pos, "bad number: found "+p.char(p.pos)+" where a digit must stand")
	}
	v, err := literal.value(p.data[start:p.pos])
	if err != nil {
		return nil, p.fail(start, err.Error())
	}
	return v, nil
}

// ParseNumber reads a JSON number literal to the kind its value has.
func ParseNumber(text string) (any, error) {
	n, literal := scanNumber(text)
	if !literal.ok || n != len(text) {
		return nil, errNumber
	}
	return literal.value(text)
}

// literal is the shape of a number's spelling.
type literal struct {
	ok    bool
	whole int // digits before the point
	frac  int // digits after the point
	exp   int // saturates beyond MaxDigits
	plain bool
}

// scanNumber reads as much of a number as s begins with; with !ok the returned offset is where it broke off.
func scanNumber(s string) (int, literal) {
	i := 0
	l := literal{plain: true}
	if i < len(s) && s[i] == '-' {
		i++
	}
	l.whole = digits(s[i:])
	if l.whole == 0 {
		return i, l
	}
	if s[i] == '0' && l.whole > 1 {
		return i + 1, l
	}
	i += l.whole
	if i < len(s) && s[i] == '.' {
		l.plain = false
		i++
		l.frac = digits(s[i:])
		if l.frac == 0 {
			return i, l
		}
		i += l.frac
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		l.plain = false
		i++
		negative := false
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			negative = s[i] == '-'
			i++
		}
		n := digits(s[i:])
		if n == 0 {
			return i, l
		}
		for _, c := range []byte(s[i : i+n]) {
			l.exp = min(l.exp*10+int(c-'0'), 10*MaxDigits)
		}
		if negative {
			l.exp = -l.exp
		}
		i += n
	}
	l.ok = true
	return i, l
}

func digits(s string) int {
	n := 0
	for n < len(s) && '0' <= s[n] && s[n] <= '9' {
		n++
	}
	return n
}

func (l literal) value(text string) (any, error) {
	if l.plain && l.whole <= 18 {
		return smallInt(text), nil
	}
	if l.plain {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return int(n), nil
		}
	}
	if l.whole > MaxDigits || l.frac > MaxDigits || l.exp > MaxDigits || l.exp < -MaxDigits {
		if strings.Trim(text[:l.mantissaEnd(text)], "-0.") == "" {
			return 0, nil
		}
		return nil, ErrDigits
	}
	if !l.plain && l.frac > 0 && l.exp == 0 && l.whole+l.frac <= 15 {
		// Every decimal number of at most 15 digits is the shortest text of its float64.
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, err
		}
		return fromFloat(f), nil
	}
	d, err := ParseDecimal(text)
	if err != nil {
		return nil, err
	}
	if l.plain {
		return d, nil
	}
	return fromLiteralDecimal(d), nil
}

func (l literal) mantissaEnd(text string) int {
	if e := strings.IndexAny(text, "eE"); e >= 0 {
		return e
	}
	return len(text)
}

func smallInt(text string) int {
	n, i := 0, 0
	if text[0] == '-' {
		i = 1
	}
	for ; i < len(text); i++ {
		n = n*10 + int(text[i]-'0')
	}
	if text[0] == '-' {
		return -n
	}
	return n
}

// firstScientific is where float64s begin to be written with an exponent.
const firstScientific = 1e21

// fromFloat gives a float64 the kind of its value: Decode(Encode(f)).
func fromFloat(f float64) any {
	if f != math.Trunc(f) || math.Abs(f) >= firstScientific {
		return f
	}
	if math.Abs(f) < 1<<53 {
		return int(f)
	}
	text := strconv.FormatFloat(f, 'f', -1, 64)
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return int(n)
	}
	d, err := ParseDecimal(text)
	if err != nil {
		return f
	}
	return d
}

// fromLiteralDecimal gives a number written with a point or an exponent the kind of its value.
func fromLiteralDecimal(d Decimal) any {
	if d.IsWhole() {
		if n, ok := d.Int(); ok {
			return n
		}
		if d.Abs().Compare(scientificDecimal()) < 0 {
			return d
		}
	}
	if f, ok := d.float(); ok {
		return f
	}
	return d
}

// fromDecimal gives a Decimal the kind of its value: Decode(Encode(d)).
func fromDecimal(d Decimal) any {
	if d.IsWhole() {
		if n, ok := d.Int(); ok {
			return n
		}
		return d
	}
	if f, ok := d.float(); ok {
		return f
	}
	return d
}

func scientificDecimal() Decimal { return newDecimal(1, 21) }

// AppendFloat appends the shortest text of f, with an exponent only below 1e-6 and from 1e21 on, as JSON encoders do.
// f is finite.
func AppendFloat(dst []byte, f float64) []byte {
	if f == 0 {
		return append(dst, '0')
	}
	if a := math.Abs(f); a >= 1e-6 && a < firstScientific {
		return strconv.AppendFloat(dst, f, 'f', -1, 64)
	}
	dst = strconv.AppendFloat(dst, f, 'e', -1, 64)
	// e-09 becomes e-9.
	if n := len(dst); n >= 4 && dst[n-4] == 'e' && dst[n-3] == '-' && dst[n-2] == '0' {
		dst[n-2] = dst[n-1]
		dst = dst[:n-1]
	}
	return dst
}
