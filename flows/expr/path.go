package expr

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/tidwall/gjson"

	"sluice/engine/core"
	"sluice/engine/value"
)

// Path is a compiled gjson path. It is immutable and safe for concurrent use.
type Path struct {
	text string
	// keys is the path where it is plain: keys and positions with dots between.
	keys []string
	// growth bounds how many times its input's size the result can have, and depthGrowth adds the input's depth to it.
	growth      int
	depthGrowth bool
	// stages bounds how often the path walks over the whole input.
	stages int
}

// maxPath is how long a path may be, and maxGrowth how many times its input a path may multiply.
const (
	maxPath   = 1_000
	maxGrowth = 1 << 16
)

var (
	errPathEmpty  = errors.New("the path is empty")
	errPathLong   = fmt.Errorf("the path is longer than %d characters", maxPath)
	errPathGrowth = errors.New("the path multiplies its input too often")
)

// NewPath compiles a gjson path.
func NewPath(text string) (*Path, []Problem) {
	p, err := newPath(text)
	if err != nil {
		return nil, []Problem{newProblem(CodePath, span{0, len([]rune(text))}, err.Error())}
	}
	return p, nil
}

func newPath(text string) (*Path, error) {
	switch {
	case text == "":
		return nil, errPathEmpty
	case len(text) > maxPath:
		return nil, errPathLong
	}
	if keys, ok := plainKeys(text); ok {
		return &Path{text: text, keys: keys}, nil
	}
	p := &Path{text: text, growth: 1, stages: 1}
	p.bound()
	if p.growth > maxGrowth {
		return nil, errPathGrowth
	}
	return p, nil
}

// bound works out how costly the path can be. Each member of a multipath may hold all of its input, multipaths nest and
// follow on each other, and so do modifiers.
func (p *Path) bound() {
	var members []int
	for i, r := range p.text {
		switch r {
		case '.', '|', '#', '(', '*', '?':
			p.stages++
		case '[', '{':
			members = append(members, 1)
			p.stages++
		case ',':
			if n := len(members); n > 0 {
				members[n-1]++
			}
			p.stages++
		case ']', '}':
			if n := len(members); n > 0 {
				p.grow(members[n-1])
				members = members[:n-1]
			}
		case '@':
			p.modifier(p.text[i+1:])
		}
	}
	for _, n := range members {
		p.grow(n)
	}
}

func (p *Path) modifier(name string) {
	p.stages++
	p.grow(2)
	switch {
	case strings.HasPrefix(name, "pretty"):
		// Its argument may ask for an indentation as long as the path.
		p.depthGrowth = true
		p.grow(len(p.text))
	case strings.HasPrefix(name, "dig"):
		p.depthGrowth = true
	}
}

func (p *Path) grow(times int) { p.growth = min(p.growth*times, maxGrowth+1) }

// maxPosition is how many digits a position in a list may have for the path to be plain.
const maxPosition = 9

// plainKeys splits a path that uses nothing but keys, positions and dots.
func plainKeys(text string) ([]string, bool) {
	keys := strings.Split(text, ".")
	for _, key := range keys {
		if key == "" || strings.ContainsAny(key, `|#@*?\!{}[]()"'<>=%~:,`) {
			return nil, false
		}
		if position(key) < 0 && strings.Trim(key, "0123456789") == "" {
			return nil, false
		}
	}
	return keys, true
}

// position is a key as a position in a list, -1 where it is none.
func position(key string) int {
	if len(key) > maxPosition {
		return -1
	}
	n := 0
	for _, c := range []byte(key) {
		if c < '0' || c > '9' {
			return -1
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// String is the path as written.
func (p *Path) String() string { return p.text }

// Get finds the path in a decoded value; ok is false where nothing is there. Numbers keep their digits.
func (p *Path) Get(v core.Value) (found core.Value, ok bool, f *core.Failure) {
	if p.keys != nil {
		found, ok = p.walk(v)
		return found, ok, nil
	}
	st := newState(nil, nil, 0)
	defer func() {
		if r := recover(); r != nil {
			found, ok, f = nil, false, failure(r)
		}
		st.release()
	}()
	at := &site{text: p.text}
	found, ok = p.find(st, at, v)
	return found, ok, nil
}

func (p *Path) walk(v any) (any, bool) {
	for _, key := range p.keys {
		switch parent := v.(type) {
		case map[string]any:
			next, ok := parent[key]
			if !ok {
				return nil, false
			}
			v = next
		case []any:
			i := position(key)
			if i < 0 || i >= len(parent) {
				return nil, false
			}
			v = parent[i]
		default:
			return nil, false
		}
	}
	return v, true
}

func (p *Path) find(st *state, at *site, v any) (any, bool) {
	if p.keys != nil {
		st.spend(len(p.keys)/4, at)
		return p.walk(v)
	}
	text := st.json(at, v)
	growth := p.growth
	if p.depthGrowth {
		growth = min(growth*depthOf(text), maxMemory)
	}
	if len(text) > 0 && growth > (math.MaxInt/4)/len(text) {
		growth = math.MaxInt / 4 / len(text)
	}
	st.alloc(len(text)*growth, at)
	st.spend(len(text)*p.stages/8, at)
	st.spend(len(text)*growth/bytesPerStep, at)
	return p.query(st, at, text)
}

// depthOf is how deep a JSON text nests.
func depthOf(text string) int {
	depth, deepest := 0, 1
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ']', '}':
			depth--
		}
	}
	return deepest
}

// query runs gjson over the text and decodes what it found, so that gjson reads no number.
func (p *Path) query(st *state, at *site, text string) (any, bool) {
	result := gjson.Get(text, p.text)
	if !result.Exists() {
		return nil, false
	}
	if result.Raw == "" {
		// Counts have no text of their own.
		return int(result.Num), true
	}
	v, err := value.DecodeString(strings.Clone(result.Raw))
	if err != nil {
		st.fail(CodeValue, at, "the path gives something that is not JSON: %v", err)
	}
	return v, true
}

// getFixed is get with a path that is known now.
func (c *compiler) getFixed(source code, text string, pathAt span, where *site) code {
	path, err := newPath(text)
	if err != nil {
		c.problem(CodePath, pathAt, err.Error())
		return source
	}
	return func(st *state) any {
		v := source(st)
		st.spend(1, where)
		found, _ := path.find(st, where, v)
		return found
	}
}
