package secret

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
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
)

// Mask replaces known secrets, and their usual encodings, by [Shown]. It is safe for concurrent use; secrets may be
// added at any time and are remembered as long as the Mask lives, because old answers can repeat old secrets.
type Mask struct {
	mu       sync.RWMutex
	whole    map[string]bool
	forms    map[string]bool
	replacer *strings.Replacer
}

// Add makes a value known in these forms: as it is, in a URL query or path, in a JSON string, in base64 and hex, and
// the single lines of a value of several. A base64 form is found only where the value was encoded on its own.
func (m *Mask) Add(value string) {
	if value == "" {
		return
	}
	forms := encodings(value)
	for _, line := range strings.Split(value, "\n") {
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

func (m *Mask) remember(value string, forms []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.whole == nil {
		m.whole, m.forms = map[string]bool{}, map[string]bool{}
	}
	m.whole[value] = true
	if len(value) < shortest {
		return
	}
	fresh := false
	for _, form := range forms {
		if len(form) >= shortest && !m.forms[form] {
			m.forms[form], fresh = true, true
		}
	}
	if !fresh {
		return
	}
	// The longest first: a secret that begins with another one must go whole.
	ordered := make([]string, 0, len(m.forms))
	for form := range m.forms {
		ordered = append(ordered, form)
	}
	slices.SortFunc(ordered, func(a, b string) int {
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
	if m.whole[s] {
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
	out, any := make(core.Object, len(object)), false
	for name, item := range object {
		masked, changed := m.value(item)
		shown := m.Text(name)
		out[shown] = masked
		any = any || changed || shown != name
	}
	if !any {
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
