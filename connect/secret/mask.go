package secret

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
	"sync"

	"sluice/engine/core"
)

const (
	// shortest is the length in bytes from which a secret is looked for inside other text. A shorter one would blot out
	// words at random; it is masked only where it is the whole string.
	shortest = 4
	// shortestPart is the same for a part of a secret: a line of a key, a parameter of a secret address.
	shortestPart = 8
	// kept is how many values of one owner Rotate remembers.
	kept = 4
)

// Mask replaces known secrets, and their usual encodings, by [Shown]. It is safe for concurrent use; secrets may be
// added at any time and are remembered as long as the Mask lives, because old answers can repeat old secrets; only those
// that change by themselves are forgotten, see Rotate.
type Mask struct {
	mu sync.RWMutex
	// known are the forms of each value.
	known    map[string]map[string]bool
	replacer *strings.Replacer
	// rotated are the latest values of each owner, oldest first.
	rotated map[string][]string
}

// Add makes a value known in these forms: as it is, in a URL query or path, in a JSON string, in base64 and hex, and
// the single lines of a value of several. A base64 form is found only where the value was encoded on its own.
func (m *Mask) Add(value string) {
	if value == "" {
		return
	}
	forms := encodings(value)
	for line := range strings.SplitSeq(value, "\n") {
		line = strings.TrimSpace(line)
		if line != value && len(line) >= shortestPart && !strings.HasPrefix(line, "-----") {
			forms = append(forms, line)
		}
	}
	m.remember(value, forms)
}

// AddURL makes a secret address known: the whole of it, its password, its last path segment and each of its parameters,
// for a robot's key stands in one of them.
func (m *Mask) AddURL(address string) {
	m.Add(address)
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return
	}
	parts := []string{u.Path[strings.LastIndex(u.Path, "/")+1:]}
	if password, ok := u.User.Password(); ok {
		parts = append(parts, password)
	}
	for _, values := range u.Query() {
		parts = append(parts, values...)
	}
	for _, part := range parts {
		if len(part) >= shortestPart {
			m.Add(part)
		}
	}
	if len(parts[0]) >= shortestPart || u.RawQuery != "" {
		m.remember(address, []string{u.RequestURI()})
	}
}

// AddBasic makes a user's password known, also as the Authorization header of the two.
func (m *Mask) AddBasic(user, password string) {
	if password == "" {
		return
	}
	m.Add(password)
	m.remember(password, []string{base64.StdEncoding.EncodeToString([]byte(user + ":" + password))})
}

func encodings(value string) []string {
	raw := []byte(value)
	escaped, _ := json.Marshal(value) // a string always marshals
	return []string{
		value,
		url.QueryEscape(value),
		url.PathEscape(value),
		string(escaped[1 : len(escaped)-1]),
		base64.StdEncoding.EncodeToString(raw),
		base64.RawStdEncoding.EncodeToString(raw),
		base64.URLEncoding.EncodeToString(raw),
		base64.RawURLEncoding.EncodeToString(raw),
		hex.EncodeToString(raw),
	}
}

// Rotate makes the newest of an owner's short-lived values known, such as access tokens, and forgets all but the last few.
func (m *Mask) Rotate(owner, value string) {
	m.Add(value)
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.rotated == nil {
		m.rotated = map[string][]string{}
	}
	values := m.rotated[owner]
	if value == "" || slices.Contains(values, value) {
		return
	}
	values = append(values, value)
	if len(values) > kept {
		delete(m.known, values[0])
		values = slices.Delete(values, 0, 1)
		m.rebuild()
	}
	m.rotated[owner] = values
}

func (m *Mask) remember(value string, forms []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]map[string]bool{}
	}
	of := m.known[value]
	if of == nil {
		of = map[string]bool{}
		m.known[value] = of
	}
	before := len(of)
	if len(value) >= shortest {
		for _, form := range forms {
			if len(form) >= shortest {
				of[form] = true
			}
		}
	}
	if len(of) > before {
		m.rebuild()
	}
}

// rebuild makes the replacer anew, with the longest forms first: a secret that begins with another one must go whole.
func (m *Mask) rebuild() {
	forms := map[string]bool{}
	for _, of := range m.known {
		maps.Copy(forms, of)
	}
	ordered := slices.SortedFunc(maps.Keys(forms), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(b), len(a)), strings.Compare(a, b))
	})
	pairs := make([]string, 0, 2*len(ordered))
	for _, form := range ordered {
		pairs = append(pairs, form, Shown)
	}
	m.replacer = strings.NewReplacer(pairs...)
}

// Text is s without the known secrets.
func (m *Mask) Text(s string) string {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if _, whole := m.known[s]; whole {
		return Shown
	}
	if m.replacer == nil {
		return s
	}
	return m.replacer.Replace(s)
}

// Value is v without the known secrets, in texts and in the names of objects. What holds none is returned as it is;
// nothing is changed in place.
func (m *Mask) Value(v core.Value) core.Value {
	masked, _ := m.value(v)
	return masked
}

func (m *Mask) value(v core.Value) (core.Value, bool) {
	switch v := v.(type) {
	case string:
		masked := m.Text(v)
		return masked, masked != v
	case core.List:
		return m.list(v)
	case core.Object:
		return m.object(v)
	default:
		return v, false
	}
}

func (m *Mask) list(list core.List) (core.Value, bool) {
	var out core.List
	for i, item := range list {
		masked, changed := m.value(item)
		if changed && out == nil {
			out = slices.Clone(list)
		}
		if changed {
			out[i] = masked
		}
	}
	if out == nil {
		return list, false
	}
	return out, true
}

func (m *Mask) object(object core.Object) (core.Value, bool) {
	out, found := make(core.Object, len(object)), false
	for name, item := range object {
		masked, changed := m.value(item)
		shown := m.Text(name)
		out[shown] = masked
		found = found || changed || shown != name
	}
	if !found {
		return object, false
	}
	return out, true
}

// Failure masks what a failure shows: its message, body and details. It changes f and returns it; nil stays nil.
func (m *Mask) Failure(f *core.Failure) *core.Failure {
	if f == nil {
		return nil
	}
	f.Message = m.Text(f.Message)
	f.Body = m.Value(f.Body)
	f.Details = m.Value(f.Details)
	return f
}
