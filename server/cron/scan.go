package cron

import (
	"strconv"
	"strings"
)

// Fields of an expression, as an [Error] names them.
const (
	Seconds    = "seconds"
	Minutes    = "minutes"
	Hours      = "hours"
	DayOfMonth = "dayOfMonth"
	Month      = "month"
	DayOfWeek  = "dayOfWeek"
	Year       = "year"
)

// scanner reads one item of a field: what stands between commas, in capitals.
type scanner struct {
	field    field
	item     []rune
	at       int // the next character of item
	position int // of the item in the expression
}

func scan(f field, item part) scanner {
	runes := []rune(item.text)
	for i, r := range runes { // not by strings.ToUpper, which may change the number of characters
		if r >= 'a' && r <= 'z' {
			runes[i] = r - 'a' + 'A'
		}
	}
	return scanner{field: f, item: runes, position: item.position}
}

// peek is the next character, 0 at the end.
func (s *scanner) peek() rune {
	if s.at < len(s.item) {
		return s.item[s.at]
	}
	return 0
}

// take passes over a character if it is next.
func (s *scanner) take(r rune) bool {
	if s.peek() != r {
		return false
	}
	s.at++
	return true
}

func (s *scanner) digitNext() bool { return s.peek() >= '0' && s.peek() <= '9' }

func (s *scanner) letterNext() bool { return s.peek() >= 'A' && s.peek() <= 'Z' }

// number takes digits; without any, it fails with a code. ASCII digits only, of any count.
func (s *scanner) number(missing string) (int, error) {
	begin := s.at
	for s.digitNext() {
		s.at++
	}
	if s.at == begin {
		return 0, s.fail(begin, missing, nil)
	}
	n, err := strconv.Atoi(string(s.item[begin:s.at]))
	if err != nil {
		return 0, s.outside(begin)
	}
	return n, nil
}

// value takes a number within the field's bounds.
func (s *scanner) value(missing string) (int, error) {
	begin := s.at
	n, err := s.number(missing)
	if err == nil && (n < s.field.low || n > s.field.high) {
		err = s.outside(begin)
	}
	return n, err
}

// step takes a "/" and its number, at most highest; a step that is not there is 1.
func (s *scanner) step(highest int) (int, error) {
	if !s.take('/') {
		return 1, nil
	}
	begin := s.at
	n, err := s.number(ReasonStepMissing)
	if err == nil && n > highest {
		err = s.fail(begin, ReasonStep, map[string]string{"step": strconv.Itoa(n), "max": strconv.Itoa(highest)})
	}
	return n, err
}

// name takes letters and gives what they name.
func (s *scanner) name() (int, error) {
	begin := s.at
	for s.letterNext() {
		s.at++
	}
	text := string(s.item[begin:s.at])
	value, ok := s.field.value(text)
	if !ok {
		return 0, s.fail(begin, ReasonName, map[string]string{"text": text})
	}
	return value, nil
}

func (s *scanner) outside(begin int) error {
	return s.fail(begin, ReasonValue, map[string]string{
		"value": string(s.item[begin:s.at]), "min": strconv.Itoa(s.field.low), "max": strconv.Itoa(s.field.high),
	})
}

// end fails where something is left of the item.
func (s *scanner) end() error {
	if s.at < len(s.item) {
		return s.unexpected()
	}
	return nil
}

// unexpected is about the next character; there is one.
func (s *scanner) unexpected() error {
	return s.fail(s.at, ReasonCharacter, map[string]string{"char": string(s.item[s.at])})
}

func (s *scanner) fail(at int, code string, params map[string]string) error {
	return &Error{Field: s.field.name, Position: s.position + at, Reason: code, Params: params}
}

// field is what may stand in a field of an expression: the values from low to high, some of them by name.
type field struct {
	name      string
	low, high int
	// names are those of the values from low on, in capitals.
	names []string
	// maxStep is the highest step that quartz allows.
	maxStep int
}

// value is the value of a name in capitals.
func (f field) value(name string) (int, bool) {
	for i, n := range f.names {
		if n == name {
			return f.low + i, true
		}
	}
	return 0, false
}

func monthNames() []string {
	return []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
}

func dayNames() []string { return []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"} }

// saysInterval reports whether a field of hours or minutes says an interval, not single values.
func saysInterval(text string) bool { return strings.ContainsAny(text, "*?/-") }
