package value

import (
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Tree is a decoded document that remembers where its values stand, for diagnostics.
type Tree struct {
	Value any
	// Duplicates are the keys that their object had already; the last one's value is in Value.
	Duplicates []Duplicate

	text  string
	lines []int // offset of each line's first byte
	spans map[string]span
}

// Duplicate is a key that its object had already.
type Duplicate struct {
	// Pointer is the JSON Pointer of the key.
	Pointer       string
	First, Second Position
}

// Position is a place in a document.
type Position struct {
	// Offset counts bytes from 0; Line and Column count lines and characters from 1.
	Offset, Line, Column int
}

type span struct{ key, value int }

// DecodeTree reads a document as Decode does, but keeps positions, and lists duplicate keys instead of refusing them.
func DecodeTree(data []byte) (*Tree, error) {
	t := &Tree{text: string(data), spans: make(map[string]span)}
	p := &parser{tree: t}
	v, err := p.document(t.text)
	if err != nil {
		return nil, err
	}
	t.Value = v
	return t, nil
}

// At is where the value at a JSON Pointer (RFC 6901) begins, and its key: for the document and for items of lists, key
// is the value's own position.
func (t *Tree) At(pointer string) (value, key Position, ok bool) {
	s, ok := t.spans[pointer]
	if !ok {
		return Position{}, Position{}, false
	}
	return t.position(s.value), t.position(s.key), true
}

func (t *Tree) position(offset int) Position {
	if t.lines == nil {
		t.lines = []int{0}
		for i := range len(t.text) {
			if t.text[i] == '\n' {
				t.lines = append(t.lines, i+1)
			}
		}
	}
	line := sort.SearchInts(t.lines, offset+1)
	column := utf8.RuneCountInString(t.text[t.lines[line-1]:offset]) + 1
	return Position{Offset: offset, Line: line, Column: column}
}

func lineColumn(text string, offset int) (line, column int) {
	before := text[:offset]
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[strings.LastIndexByte(before, '\n')+1:]) + 1
}

// found notes the value that begins at offset; a key was noted by enterKey before.
func (t *Tree) found(path []byte, offset int) {
	s, ok := t.spans[string(path)]
	if !ok {
		s.key = offset
	}
	s.value = offset
	t.spans[string(path)] = s
}

// enterIndex and enterKey extend the pointer that the parser keeps for a tree; leave takes back what they added.
func (p *parser) enterIndex(index int) int {
	mark := len(p.path)
	if p.tree != nil {
		p.path = strconv.AppendInt(append(p.path, '/'), int64(index), 10)
	}
	return mark
}

func (p *parser) enterKey(key string, offset int) int {
	mark := len(p.path)
	if p.tree == nil {
		return mark
	}
	p.path = append(append(p.path, '/'), EscapePointer(key)...)
	pointer := string(p.path)
	if before, ok := p.tree.spans[pointer]; ok {
		p.tree.Duplicates = append(p.tree.Duplicates, Duplicate{
			Pointer: pointer, First: p.tree.position(before.key), Second: p.tree.position(offset),
		})
	}
	p.tree.spans[pointer] = span{key: offset}
	return mark
}

func (p *parser) leave(mark int) { p.path = p.path[:mark] }

// EscapePointer writes a key as one segment of a JSON Pointer.
func EscapePointer(key string) string {
	if !strings.ContainsAny(key, "~/") {
		return key
	}
	return strings.ReplaceAll(strings.ReplaceAll(key, "~", "~0"), "/", "~1")
}
