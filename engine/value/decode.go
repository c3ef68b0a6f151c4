package value

import (
	"fmt"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// MaxDepth bounds how deep lists and objects nest, for decoding and for encoding alike, so that whatever was encoded
// can be decoded.
const MaxDepth = 512

// SyntaxError says where and why bytes are not one JSON value.
type SyntaxError struct {
	// Offset counts bytes from 0; Line and Column count lines and characters from 1.
	Offset, Line, Column int
	Msg                  string
}

// Error implements error.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Msg)
}

// Decode reads exactly one JSON value (RFC 8259) in UTF-8. It refuses duplicate keys, invalid UTF-8, trailing data and
// nesting deeper than MaxDepth; a lone surrogate escape becomes U+FFFD, for real senders cut emoji in half. The error
// is a *SyntaxError. The result's strings share one copy of data.
func Decode(data []byte) (any, error) {
	p := parsers.Get().(*parser)
	v, err := p.document(string(data))
	p.release()
	return v, err
}

// DecodeString is Decode of a string, which the result's strings then share.
func DecodeString(text string) (any, error) {
	p := parsers.Get().(*parser)
	v, err := p.document(text)
	p.release()
	return v, err
}

// parser is a recursive-descent parser. Members of the lists and objects that are open lie on two stacks, so that each
// is built once, at its final size.
type parser struct {
	data    string
	pos     int
	depth   int
	items   []any
	members []member
	tree    *Tree
	path    []byte
}

type member struct {
	key string
	val any
}

// maxKeptStack is how many stack entries a pooled parser may keep.
const maxKeptStack = 4096

var parsers = sync.Pool{New: func() any { return new(parser) }}

func (p *parser) release() {
	if cap(p.items) > maxKeptStack || cap(p.members) > maxKeptStack {
		return
	}
	// What was popped is still in the backing arrays and would be kept alive by the pool.
	clear(p.items[:cap(p.items)])
	clear(p.members[:cap(p.members)])
	*p = parser{items: p.items[:0], members: p.members[:0]}
	parsers.Put(p)
}

func (p *parser) document(text string) (any, error) {
	p.data = text
	if !utf8.ValidString(text) {
		return nil, p.fail(firstInvalid(text), "invalid UTF-8")
	}
	p.space()
	v, err := p.value()
	if err != nil {
		return nil, err
	}
	p.space()
	if p.pos < len(p.data) {
		return nil, p.fail(p.pos, "unexpected "+p.char(p.pos)+" after the value")
	}
	return v, nil
}

func firstInvalid(text string) int {
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(text)
}

func (p *parser) fail(offset int, msg string) error {
	line, column := lineColumn(p.data, offset)
	return &SyntaxError{Offset: offset, Line: line, Column: column, Msg: msg}
}

func (p *parser) char(at int) string {
	if at >= len(p.data) {
		return "end of input"
	}
	r, _ := utf8.DecodeRuneInString(p.data[at:])
	return fmt.Sprintf("%q", r)
}

func (p *parser) space() {
	for p.pos < len(p.data) {
		switch p.data[p.pos] {
		case ' ', '\n', '\t', '\r':
			p.pos++
		default:
			return
		}
	}
}

// value expects p.pos at the value's first byte.
func (p *parser) value() (any, error) {
	if p.pos >= len(p.data) {
		return nil, p.fail(p.pos, "expected a value, found end of input")
	}
	if p.tree != nil {
		p.tree.found(p.path, p.pos)
	}
	switch c := p.data[p.pos]; c {
	case '{':
		return p.nested((*parser).object)
	case '[':
		return p.nested((*parser).list)
	case '"':
		s, err := p.text()
		if err != nil {
			return nil, err
		}
		return s, nil
	case 't':
		return true, p.word("true")
	case 'f':
		return false, p.word("false")
	case 'n':
		return nil, p.word("null")
	default:
		if c == '-' || '0' <= c && c <= '9' {
			return p.number()
		}
		return nil, p.fail(p.pos, "expected a value, found "+p.char(p.pos))
	}
}

func (p *parser) nested(parse func(*parser) (any, error)) (any, error) {
	if p.depth >= MaxDepth {
		return nil, p.fail(p.pos, fmt.Sprintf("nested deeper than %d levels", MaxDepth))
	}
	p.depth++
	p.pos++
	v, err := parse(p)
	p.depth--
	return v, err
}

func (p *parser) word(w string) error {
	if !strings.HasPrefix(p.data[p.pos:], w) {
		return p.fail(p.pos, "expected "+w)
	}
	p.pos += len(w)
	return nil
}

func (p *parser) list() (any, error) {
	base := len(p.items)
	p.space()
	if p.pos < len(p.data) && p.data[p.pos] == ']' {
		p.pos++
		return []any{}, nil
	}
	for {
		mark := p.enterIndex(len(p.items) - base)
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		p.leave(mark)
		p.items = append(p.items, v)
		p.space()
		if p.pos < len(p.data) {
			switch p.data[p.pos] {
			case ',':
				p.pos++
				p.space()
				continue
			case ']':
				p.pos++
				list := make([]any, len(p.items)-base)
				copy(list, p.items[base:])
				p.items = p.items[:base]
				return list, nil
			}
		}
		return nil, p.fail(p.pos, "expected ',' or ']', found "+p.char(p.pos))
	}
}

func (p *parser) object() (any, error) {
	base := len(p.members)
	p.space()
	if p.pos < len(p.data) && p.data[p.pos] == '}' {
		p.pos++
		return map[string]any{}, nil
	}
	for {
		start := p.pos
		if p.pos >= len(p.data) || p.data[p.pos] != '"' {
			return nil, p.fail(p.pos, "expected a key, found "+p.char(p.pos))
		}
		key, err := p.text()
		if err != nil {
			return nil, err
		}
		p.space()
		if p.pos >= len(p.data) || p.data[p.pos] != ':' {
			return nil, p.fail(p.pos, "expected ':', found "+p.char(p.pos))
		}
		p.pos++
		p.space()
		mark := p.enterKey(key, start)
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		p.leave(mark)
		p.members = append(p.members, member{key, v})
		p.space()
		if p.pos < len(p.data) {
			switch p.data[p.pos] {
			case ',':
				p.pos++
				p.space()
				continue
			case '}':
				p.pos++
				return p.closeObject(base)
			}
		}
		return nil, p.fail(p.pos, "expected ',' or '}', found "+p.char(p.pos))
	}
}

func (p *parser) closeObject(base int) (any, error) {
	members := p.members[base:]
	object := make(map[string]any, len(members))
	for _, m := range members {
		object[m.key] = m.val
	}
	if len(object) < len(members) && p.tree == nil {
		return nil, p.fail(p.pos-1, fmt.Sprintf("the object that ends here has the key %q twice", firstTwice(members)))
	}
	p.members = p.members[:base]
	return object, nil
}

func firstTwice(members []member) string {
	seen := make(map[string]bool, len(members))
	for _, m := range members {
		if seen[m.key] {
			return m.key
		}
		seen[m.key] = true
	}
	return ""
}

// text reads a string; one without escapes is a part of the input.
func (p *parser) text() (string, error) {
	start := p.pos + 1
	for i := start; i < len(p.data); i++ {
		switch c := p.data[i]; {
		case c == '"':
			p.pos = i + 1
			return p.data[start:i], nil
		case c == '\\':
			return p.escapedText(start, i)
		case c < ' ':
			return "", p.fail(i, "control character in a string: write it as an escape")
		}
	}
	return "", p.fail(len(p.data), "string without its closing quote")
}

// escapedText goes on from the first backslash, at i, of the string whose content begins at start.
func (p *parser) escapedText(start, i int) (string, error) {
	var b strings.Builder
	b.Grow(i - start + 32)
	b.WriteString(p.data[start:i])
	for i < len(p.data) {
		switch c := p.data[i]; {
		case c == '"':
			p.pos = i + 1
			return b.String(), nil
		case c < ' ':
			return "", p.fail(i, "control character in a string: write it as an escape")
		case c != '\\':
			b.WriteByte(c)
			i++
		default:
			r, n := unescape(p.data[i:])
			if n == 0 {
				return "", p.fail(i, "unknown escape in a string")
			}
			b.WriteRune(r)
			i += n
		}
	}
	return "", p.fail(len(p.data), "string without its closing quote")
}

// unescape reads the escape that s begins with and how many bytes it takes: 0 when it is none.
func unescape(s string) (rune, int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r, ok := hex4(s[2:])
		if !ok {
			return 0, 0
		}
		if utf16.IsSurrogate(r) {
			if len(s) >= 8 && s[6] == '\\' && s[7] == 'u' {
				if low, ok := hex4(s[8:]); ok {
					if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
						return pair, 12
					}
				}
			}
			return utf8.RuneError, 6
		}
		return r, 6
	}
	return 0, 0
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	var r rune
	for i := range 4 {
		c := s[i]
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}
