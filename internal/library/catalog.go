package library

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sluice/flows"
	"sluice/flows/diag"
	"sluice/storage"
)

// Saved is one state of a flow: its draft or one of its versions.
type Saved struct {
	Flow string `json:"id"`
	// Version counts what was published, from 1; 0 is the draft.
	Version int `json:"version"`
	// Hash is of the plan; empty for a draft, which may not compile.
	Hash string `json:"hash,omitempty"`
	// Source is the document as it was sent, to the byte.
	Source []byte `json:"-"`
	// Revision changes with each save of a draft: who saves says which one they had before them.
	Revision int       `json:"revision,omitempty"`
	At       time.Time `json:"at"`
	By       string    `json:"by,omitempty"`
	Note     string    `json:"note,omitempty"`
	// Live says that new runs start with this version.
	Live bool `json:"live,omitempty"`
}

// Errors of the catalogue.
var (
	// ErrStale: somebody else saved the draft meanwhile.
	ErrStale = errors.New("library: the draft was changed meanwhile")
)

// Refused says that a flow cannot be published, with all findings.
type Refused struct{ Findings []diag.Diagnostic }

// Error implements error.
func (r *Refused) Error() string {
	return fmt.Sprintf("library: the flow has %d findings and is not published", len(r.Findings))
}

// stored is what a bucket keeps of a Saved.
type stored struct {
	Saved
	Text string `json:"source"`
}

const (
	draftPrefix   = "draft/"
	versionPrefix = "version/"
	livePrefix    = "live/"
)

func versionKey(id string, version int) []byte {
	return fmt.Appendf(nil, "%s%s/%010d", versionPrefix, id, version)
}

// SaveDraft keeps a document that need not compile. revision is the one the editor had before it, -1 for whatever is
// there; ErrStale when another one is.
func (l *Library) SaveDraft(id string, source []byte, by string, revision int, now time.Time) (Saved, error) {
	s := Saved{Flow: id, Source: source, By: by, At: now.UTC()}
	err := l.meta.Update(func(w storage.Writer) error {
		old, err := read(w, []byte(draftPrefix+id))
		if err != nil {
			return err
		}
		if old != nil {
			s.Revision = old.Revision
		}
		if revision >= 0 && revision != s.Revision {
			return ErrStale
		}
		s.Revision++
		return put(w, []byte(draftPrefix+id), &s)
	})
	return s, err
}

// Publish makes a compiled flow live as its next version, in one transaction with whatever hangs on it: what is live
// decides which webhooks and schedules there are. The same content as the live version stays that version. check sees
// the state that the publication meets and refuses it by an error.
func (l *Library) Publish(f *flows.Flow, by, note string, now time.Time, check func(storage.Reader) error) (Saved, error) {
	if err := l.Keep(f); err != nil {
		return Saved{}, err
	}
	id := f.Document.ID
	s := Saved{Flow: id, Hash: f.Plan.Hash, Source: f.Document.Source(), By: by, Note: note, At: now.UTC(), Live: true}
	err := l.meta.Update(func(w storage.Writer) error {
		if check != nil {
			if err := check(w); err != nil {
				return err
			}
		}
		live, err := liveVersion(w, id)
		if err != nil {
			return err
		}
		if live != nil && live.Hash == s.Hash && string(live.Source) == string(s.Source) {
			s = *live
			return nil
		}
		versions, err := scan(w, versionPrefix+id+"/")
		if err != nil {
			return err
		}
		s.Version = 1
		if n := len(versions); n > 0 {
			s.Version = versions[n-1].Version + 1
		}
		if err := put(w, versionKey(id, s.Version), &s); err != nil {
			return err
		}
		return w.Put(storage.Flows, []byte(livePrefix+id), fmt.Appendf(nil, "%d", s.Version))
	})
	return s, err
}

// Unpublish stops new runs of a flow; its versions stay, and runs under way go on.
func (l *Library) Unpublish(id string) error {
	return l.meta.Update(func(w storage.Writer) error {
		if w.Get(storage.Flows, []byte(livePrefix+id)) == nil && w.Get(storage.Flows, []byte(draftPrefix+id)) == nil {
			return fmt.Errorf("%w: flow %s", storage.ErrNotFound, id)
		}
		if err := w.Delete(storage.Flows, []byte(livePrefix+id)); err != nil {
			return err
		}
		return w.Delete(storage.Flows, []byte(draftPrefix+id))
	})
}

// NextVersion is the number that publishing the flow would give.
func (l *Library) NextVersion(id string) (int, error) {
	versions, err := l.Versions(id)
	if err != nil || len(versions) == 0 {
		return 1, err
	}
	return versions[0].Version + 1, nil
}

// Draft is the draft of a flow; ErrNotFound without one.
func (l *Library) Draft(id string) (Saved, error) { return l.one([]byte(draftPrefix + id)) }

// Version is one version of a flow.
func (l *Library) Version(id string, version int) (Saved, error) {
	return l.one(versionKey(id, version))
}

// Live is the version of a flow that new runs start with.
func (l *Library) Live(id string) (Saved, error) {
	var s *Saved
	err := l.meta.View(func(r storage.Reader) (err error) {
		s, err = liveVersion(r, id)
		return err
	})
	if err == nil && s == nil {
		err = fmt.Errorf("%w: flow %s is not published", storage.ErrNotFound, id)
	}
	if err != nil {
		return Saved{}, err
	}
	return *s, nil
}

// Published are the live versions of all flows, by id.
func (l *Library) Published() ([]Saved, error) {
	var list []Saved
	err := l.meta.View(func(r storage.Reader) (err error) {
		list, err = published(r)
		return err
	})
	return list, err
}

func published(r storage.Reader) ([]Saved, error) {
	var ids []string
	if err := r.Scan(storage.Flows, []byte(livePrefix), func(key, _ []byte) bool {
		ids = append(ids, strings.TrimPrefix(string(key), livePrefix))
		return true
	}); err != nil {
		return nil, err
	}
	var list []Saved
	for _, id := range ids {
		s, err := liveVersion(r, id)
		if err != nil {
			return nil, err
		}
		list = append(list, *s)
	}
	return list, nil
}

// Versions of a flow, newest first.
func (l *Library) Versions(id string) ([]Saved, error) {
	var list []Saved
	err := l.meta.View(func(r storage.Reader) error {
		var err error
		if list, err = scan(r, versionPrefix+id+"/"); err != nil {
			return err
		}
		live, err := liveVersion(r, id)
		for i := range list {
			list[i].Live = live != nil && list[i].Version == live.Version
		}
		slices.Reverse(list)
		return err
	})
	return list, err
}

// Flows lists every flow there is by its newest state: the live version, else the draft.
func (l *Library) Flows() ([]Saved, error) {
	var list []Saved
	err := l.meta.View(func(r storage.Reader) error {
		live, err := published(r)
		if err != nil {
			return err
		}
		drafts, err := scan(r, draftPrefix)
		if err != nil {
			return err
		}
		list = live
		for _, d := range drafts {
			if !slices.ContainsFunc(live, func(s Saved) bool { return s.Flow == d.Flow }) {
				list = append(list, d)
			}
		}
		slices.SortFunc(list, func(a, b Saved) int { return strings.Compare(a.Flow, b.Flow) })
		return nil
	})
	return list, err
}

func (l *Library) one(key []byte) (Saved, error) {
	var s *Saved
	err := l.meta.View(func(r storage.Reader) (err error) {
		s, err = read(r, key)
		return err
	})
	if err == nil && s == nil {
		err = fmt.Errorf("%w: %s", storage.ErrNotFound, key)
	}
	if err != nil {
		return Saved{}, err
	}
	return *s, nil
}

func liveVersion(r storage.Reader, id string) (*Saved, error) {
	n := r.Get(storage.Flows, []byte(livePrefix+id))
	if n == nil {
		return nil, nil
	}
	var version int
	if _, err := fmt.Sscanf(string(n), "%d", &version); err != nil {
		return nil, fmt.Errorf("%w: live version of %s", storage.ErrCorrupt, id)
	}
	s, err := read(r, versionKey(id, version))
	if err == nil && s == nil {
		err = fmt.Errorf("%w: version %d of %s is missing", storage.ErrCorrupt, version, id)
	}
	if s != nil {
		s.Live = true
	}
	return s, err
}

func read(r storage.Reader, key []byte) (*Saved, error) {
	b := r.Get(storage.Flows, key)
	if b == nil {
		return nil, nil
	}
	return decode(key, b)
}

func decode(key, b []byte) (*Saved, error) {
	var kept stored
	if err := json.Unmarshal(b, &kept); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", storage.ErrCorrupt, key, err)
	}
	kept.Source = []byte(kept.Text)
	return &kept.Saved, nil
}

func put(w storage.Writer, key []byte, s *Saved) error {
	b, err := json.Marshal(stored{Saved: *s, Text: string(s.Source)})
	if err != nil {
		return err
	}
	return w.Put(storage.Flows, key, b)
}

func scan(r storage.Reader, prefix string) ([]Saved, error) {
	var list []Saved
	var bad error
	err := r.Scan(storage.Flows, []byte(prefix), func(key, b []byte) bool {
		s, err := decode(key, b)
		if err != nil {
			bad = err
			return false
		}
		list = append(list, *s)
		return true
	})
	return list, errors.Join(err, bad)
}
