package expr

import (
	"math"
	"math/bits"
	"strings"
	"time"

	"sluice/engine/value"
)

// exactFloat bounds the whole numbers that every float64 up to it holds.
const exactFloat = 1 << 53

// arithmetic is a binary operator on two values: + - * / % **.
type arithmetic func(st *state, at *site, a, b any) any

// numbers brings two numbers to kinds that an operation is exact on: both int, both float64, or both Decimal.
func (st *state) numbers(at *site, a, b any) (any, any, bool) {
	switch x := a.(type) {
	case int:
		switch y := b.(type) {
		case int:
			return x, y, true
		case float64:
			if abs(x) <= exactFloat && x != math.MinInt {
				return float64(x), y, true
			}
		}
	case float64:
		switch y := b.(type) {
		case float64:
			return x, y, true
		case int:
			if abs(y) <= exactFloat && y != math.MinInt {
				return x, float64(y), true
			}
		}
	}
	if kindOf(a)&kindOf(b)&kNumber == 0 {
		return nil, nil, false
	}
	return st.decimal(at, a), st.decimal(at, b), true
}

// decimal is a number of any kind as a Decimal.
func (st *state) decimal(at *site, v any) value.Decimal {
	st.spend(decimalSteps, at)
	d, err := value.ToDecimal(v)
	if err != nil {
		st.fail(CodeValue, at, "%v", err)
	}
	return d
}

func (st *state) decided(at *site, d value.Decimal, err error) any {
	if err != nil {
		st.fail(CodeValue, at, "%v", err)
	}
	st.alloc(value.Size(d), at)
	return d
}

// finite keeps NaN and infinities out of expressions: no JSON holds them.
func (st *state) finite(at *site, f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		st.fail(CodeValue, at, "the result is not a finite number")
	}
	return f
}

func (st *state) mismatch(at *site, verb string, a, b any) {
	hint := ""
	if a == nil || b == nil {
		hint = "; ?? gives a value in place of null"
	}
	st.fail(CodeType, at, "%s %s and %s%s", verb, describe(a), describe(b), hint)
}

// describe names a kind for a message.
func describe(v any) string {
	if k := kindOf(v); k != 0 {
		return k.String()
	}
	return "an unknown value"
}

func add(st *state, at *site, a, b any) any {
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			return st.concat(at, x, y)
		}
	}
	switch x, y, _ := st.numbers(at, a, b); x := x.(type) {
	case int:
		y := y.(int)
		if sum := x + y; (sum > x) == (y > 0) {
			return sum
		}
		d, err := value.DecimalFromInt(x).Add(value.DecimalFromInt(y))
		return st.decided(at, d, err)
	case float64:
		return st.finite(at, x+y.(float64))
	case value.Decimal:
		d, err := x.Add(y.(value.Decimal))
		return st.decided(at, d, err)
	}
	switch x := plain(a).(type) {
	case string:
		if y, ok := plain(b).(string); ok {
			return st.concat(at, x, y)
		}
	case time.Time:
		if y, ok := b.(time.Duration); ok {
			return x.Add(y)
		}
	case time.Duration:
		switch y := b.(type) {
		case time.Time:
			return y.Add(x)
		case time.Duration:
			return st.duration(at, float64(x)+float64(y), x+y)
		}
	}
	st.mismatch(at, "cannot add", a, b)
	return nil
}

func (st *state) concat(at *site, x, y string) string {
	st.alloc(len(x)+len(y), at)
	st.walk(len(x)+len(y), at)
	return x + y
}

// duration refuses a duration that wrapped around: about says what it should be.
func (st *state) duration(at *site, about float64, d time.Duration) any {
	if math.Abs(about) >= math.MaxInt64 {
		st.fail(CodeValue, at, "the duration is longer than 292 years")
	}
	return d
}

func subtract(st *state, at *site, a, b any) any {
	switch x, y, _ := st.numbers(at, a, b); x := x.(type) {
	case int:
		y := y.(int)
		if difference := x - y; (difference < x) == (y > 0) {
			return difference
		}
		d, err := value.DecimalFromInt(x).Sub(value.DecimalFromInt(y))
		return st.decided(at, d, err)
	case float64:
		return st.finite(at, x-y.(float64))
	case value.Decimal:
		d, err := x.Sub(y.(value.Decimal))
		return st.decided(at, d, err)
	}
	switch x := a.(type) {
	case time.Time:
		switch y := b.(type) {
		case time.Time:
			return x.Sub(y)
		case time.Duration:
			return x.Add(-y)
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return st.duration(at, float64(x)-float64(y), x-y)
		}
	}
	st.mismatch(at, "cannot subtract", a, b)
	return nil
}

func multiply(st *state, at *site, a, b any) any {
	switch x, y, _ := st.numbers(at, a, b); x := x.(type) {
	case int:
		return st.product(at, x, y.(int))
	case float64:
		return st.finite(at, x*y.(float64))
	case value.Decimal:
		d, err := x.Mul(y.(value.Decimal))
		return st.decided(at, d, err)
	}
	if _, ok := b.(time.Duration); ok {
		a, b = b, a
	}
	if x, ok := a.(time.Duration); ok {
		switch y := b.(type) {
		case int:
			return st.duration(at, float64(x)*float64(y), x*time.Duration(y))
		case float64:
			return st.duration(at, float64(x)*y, time.Duration(float64(x)*y))
		}
	}
	st.mismatch(at, "cannot multiply", a, b)
	return nil
}

func (st *state) product(at *site, x, y int) any {
	high, low := bits.Mul64(uint64(abs(x)), uint64(abs(y)))
	if high == 0 && low <= math.MaxInt64 {
		return x * y
	}
	d, err := value.DecimalFromInt(x).Mul(value.DecimalFromInt(y))
	return st.decided(at, d, err)
}

func divide(st *state, at *site, a, b any) any {
	x, y, ok := st.numbers(at, a, b)
	if !ok {
		st.mismatch(at, "cannot divide", a, b)
	}
	if c, _ := value.Compare(y, 0); c == 0 {
		st.fail(CodeValue, at, "division by zero")
	}
	switch x := x.(type) {
	case int:
		y := y.(int)
		if abs(x) <= exactFloat && abs(y) <= exactFloat {
			return float64(x) / float64(y)
		}
		d, err := value.DecimalFromInt(x).Div(value.DecimalFromInt(y))
		return st.decided(at, d, err)
	case float64:
		return st.finite(at, x/y.(float64))
	}
	d, err := x.(value.Decimal).Div(y.(value.Decimal))
	return st.decided(at, d, err)
}

func modulo(st *state, at *site, a, b any) any {
	x, y, ok := st.numbers(at, a, b)
	if !ok {
		st.mismatch(at, "cannot take the remainder of", a, b)
	}
	if c, _ := value.Compare(y, 0); c == 0 {
		st.fail(CodeValue, at, "division by zero")
	}
	if x, ok := x.(int); ok {
		return x % y.(int)
	}
	d, err := st.decimal(at, x).Mod(st.decimal(at, y))
	if _, isFloat := x.(float64); isFloat && err == nil {
		return d.Float()
	}
	return st.decided(at, d, err)
}

// power is a float64, as in expr, unless a Decimal is raised to a small whole number.
func power(st *state, at *site, a, b any) any {
	if kindOf(a)&kindOf(b)&kNumber == 0 {
		st.mismatch(at, "cannot raise", a, b)
	}
	if n, ok := b.(int); ok && n >= 0 && n <= value.MaxDigits*4 {
		if x, ok := a.(value.Decimal); ok {
			return st.decimalPower(at, x, n)
		}
	}
	return st.finite(at, math.Pow(toFloat(a), toFloat(b)))
}

func (st *state) decimalPower(at *site, x value.Decimal, n int) any {
	result := value.DecimalFromInt(1)
	var err error
	for ; n > 0 && err == nil; n >>= 1 {
		st.spend(2*decimalSteps, at)
		if n&1 == 1 {
			if result, err = result.Mul(x); err != nil {
				break
			}
		}
		if n > 1 {
			x, err = x.Mul(x)
		}
	}
	return st.decided(at, result, err)
}

func toFloat(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	case value.Decimal:
		return v.Float()
	}
	return math.NaN()
}

func negate(st *state, at *site, v any) any {
	switch v := v.(type) {
	case int:
		if v != math.MinInt {
			return -v
		}
		return value.DecimalFromInt(v).Neg()
	case float64:
		return -v
	case value.Decimal:
		return v.Neg()
	case time.Duration:
		return -v
	}
	st.fail(CodeType, at, "cannot negate %s", describe(v))
	return nil
}

// whole is a number as an int, for positions and counts; a fraction is cut off.
func (st *state) whole(at *site, v any) int {
	switch v := v.(type) {
	case int:
		return v
	case float64:
		if math.Abs(v) < math.MaxInt64 {
			return int(v)
		}
	case value.Decimal:
		if n, ok := v.Truncate().Int(); ok {
			return n
		}
	default:
		st.fail(CodeType, at, "a number must stand here, not %s", describe(v))
	}
	st.fail(CodeValue, at, "the number is too large here")
	return 0
}

// compare orders two values for < <= > >= and for sorting.
func (st *state) compare(at *site, a, b any) int {
	a, b = plain(a), plain(b)
	if x, ok := a.(string); ok {
		if y, ok := b.(string); ok {
			st.walk(min(len(x), len(y)), at)
			return strings.Compare(x, y)
		}
	}
	if _, isBool := a.(bool); !isBool {
		if c, ok := value.Compare(a, b); ok {
			return c
		}
	}
	st.mismatch(at, "cannot compare", a, b)
	return 0
}

// equal compares by JSON value.
func (st *state) equal(at *site, a, b any) bool {
	a, b = plain(a), plain(b)
	switch x := a.(type) {
	case []any:
		y, ok := b.([]any)
		if !ok || len(x) != len(y) {
			return false
		}
		st.measure(at, x)
	case map[string]any:
		y, ok := b.(map[string]any)
		if !ok || len(x) != len(y) {
			return false
		}
		st.measure(at, x)
	case string:
		if y, ok := b.(string); ok && len(x) == len(y) {
			st.walk(len(x), at)
		}
	case *time.Location:
		y, ok := b.(*time.Location)
		return ok && x.String() == y.String()
	}
	return value.Equal(a, b)
}
