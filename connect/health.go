package connect

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"sluice/connect/limit"
	"sluice/connect/sign"
	"sluice/engine/core"
)

// Health is how one connection is.
type Health struct {
	ID, Type string
	// Health is of its calls; its LastMessage holds no secret.
	limit.Health
	// Expiries are the certificates and credentials that will end, the first one first.
	Expiries []Expiry
}

// Expiry is something of a connection that ends.
type Expiry struct {
	// What names the field that holds it, tls.ca or clientCertificate say; expires is the day that the config tells.
	What string
	At   time.Time
}

// Level says how near an end is.
type Level string

// The levels: more than 30 days away, at most 30, 7 and 1 days away, and over.
const (
	LevelOK       Level = "ok"
	LevelNotice   Level = "notice"
	LevelWarning  Level = "warning"
	LevelCritical Level = "critical"
	LevelExpired  Level = "expired"
)

const day = 24 * time.Hour

// Level is how near the end is at a time.
func (e Expiry) Level(now time.Time) Level {
	switch left := e.At.Sub(now); {
	case left <= 0:
		return LevelExpired
	case left <= day:
		return LevelCritical
	case left <= 7*day:
		return LevelWarning
	case left <= 30*day:
		return LevelNotice
	default:
		return LevelOK
	}
}

// DaysLeft are the whole days until the end, negative where it is over.
func (e Expiry) DaysLeft(now time.Time) int { return int(math.Floor(e.At.Sub(now).Hours() / 24)) }

// Health is how a connection is; false for an unknown id.
func (s *Set) Health(id string) (Health, bool) {
	s.mu.Lock()
	slot, ok := s.slots[id]
	s.mu.Unlock()
	if !ok {
		return Health{}, false
	}
	return s.healthOf(slot), true
}

// AllHealth is how every connection is, by id.
func (s *Set) AllHealth() []Health {
	s.mu.Lock()
	slots := slices.Collect(maps.Values(s.slots))
	s.mu.Unlock()
	all := make([]Health, len(slots))
	for i, slot := range slots {
		all[i] = s.healthOf(slot)
	}
	slices.SortFunc(all, func(a, b Health) int { return cmp.Compare(a.ID, b.ID) })
	return all
}

func (s *Set) healthOf(slot *slot) Health {
	h := Health{ID: slot.definition.ID, Type: slot.definition.Type, Health: slot.guard.Health(), Expiries: slot.expiries}
	h.LastMessage = s.MaskText(h.LastMessage)
	return h
}

// expiriesOf finds what ends in a definition: certificates, wherever a text of several lines holds them, and the day
// that the config names.
func expiriesOf(d *Definition) []Expiry {
	kind := typeOf(d.Type)
	if kind == nil {
		return nil
	}
	var found []Expiry
	add := func(what, text string) {
		if at, ok := certificateEnd(text); ok {
			found = append(found, Expiry{what, at})
		}
	}
	walkTexts("", kind.Config, d.Config, add)
	for name, text := range d.Secrets {
		add(name, text.Reveal())
	}
	if text, ok := d.Config["expires"].(string); ok {
		// The day itself is still good; it is taken in UTC.
		if date, err := time.Parse(time.DateOnly, text); err == nil {
			found = append(found, Expiry{"expires", date.Add(day)})
		}
	}
	slices.SortFunc(found, func(a, b Expiry) int { return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.What, b.What)) })
	return found
}

// walkTexts visits the texts of several lines in a config, by their path.
func walkTexts(path string, fields []Field, config core.Object, visit func(what, text string)) {
	for i := range fields {
		f := &fields[i]
		switch v := config[f.Name].(type) {
		case string:
			if f.Kind == LongText {
				visit(path+f.Name, v)
			}
		case core.Object:
			inner := f.Fields
			if variant := chosen(f, v); variant != nil {
				inner = variant.Fields
			}
			walkTexts(path+f.Name+".", inner, v, visit)
		}
	}
}

// certificateEnd is when the certificates of a text end: of a chain its own certificate, of several that can stand for
// each other, as while one follows another, the last.
func certificateEnd(text string) (time.Time, bool) {
	certificates, err := sign.ParseCertificates(text)
	if err != nil {
		return time.Time{}, false
	}
	var own, authorities time.Time
	for _, c := range certificates {
		last := &own
		if c.IsCA {
			last = &authorities
		}
		if c.NotAfter.After(*last) {
			*last = c.NotAfter
		}
	}
	if own.IsZero() {
		return authorities, true
	}
	return own, true
}
