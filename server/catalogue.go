package server

import (
	"errors"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/storage"
)

// Follower is told which flows are published, because triggers hang on it: webhooks and schedules are followers.
type Follower interface {
	// Check says what a flow asks for that cannot be done here, or that another published flow has already. An error
	// refuses to publish it. An older version of the same flow may be among the published.
	Check(f *flows.Flow, published []*flows.Flow) []diag.Diagnostic
	// Rebind says which flows are published from now on, by id. Calls come one at a time.
	Rebind(published []*flows.Flow)
}

// catalogue is the flows that there are: drafts, versions, and which of them are live.
type catalogue struct {
	library   *library.Library
	registry  *nodes.Registry
	vault     *vault
	tables    *tables
	schedule  func(cron, style, zone string) error
	followers []Follower
	now       func() time.Time
	log       *slog.Logger

	// publishing is held from the check of a flow until all followers know of it: nothing else changes what is published.
	publishing sync.Mutex

	mu   sync.RWMutex
	live map[string]*flows.Flow
}

// open loads the published flows and tells the followers. A flow that cannot be loaded any more, because a node type is
// gone, does not keep the others from their work.
func (d *catalogue) open() error {
	saved, err := d.library.Published()
	if err != nil {
		return err
	}
	d.live = map[string]*flows.Flow{}
	for _, s := range saved {
		flow, err := d.library.Flow(s.Hash)
		if err != nil {
			d.log.Error("a published flow cannot be loaded and does not run", "flow", s.Flow, "version", s.Version, "error", err)
			continue
		}
		d.live[s.Flow] = flow
	}
	d.tell()
	return nil
}

// published are the published flows by id.
func (d *catalogue) published() []*flows.Flow {
	d.mu.RLock()
	defer d.mu.RUnlock()
	list := make([]*flows.Flow, 0, len(d.live))
	for _, id := range slices.Sorted(maps.Keys(d.live)) {
		list = append(list, d.live[id])
	}
	return list
}

func (d *catalogue) isPublished(id string) bool { return d.liveFlow(id) != nil }

// liveFlow is the published version of a flow, nil where there is none.
func (d *catalogue) liveFlow(id string) *flows.Flow {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.live[id]
}

// bind makes a flow live, or with nil no longer, and tells the followers.
func (d *catalogue) bind(id string, f *flows.Flow) {
	d.mu.Lock()
	if f == nil {
		delete(d.live, id)
	} else {
		d.live[id] = f
	}
	d.mu.Unlock()
	d.tell()
}

func (d *catalogue) tell() {
	published := d.published()
	for _, f := range d.followers {
		f.Rebind(published)
	}
}

// publication is what saving or publishing a flow gave.
type publication struct {
	ID string
	// Version is 0 for a draft.
	Version int
	// Hash is of the plan, empty where the document does not compile.
	Hash      string
	Published bool
	// Revision counts the saves of the draft.
	Revision int
	Findings []diag.Diagnostic
}

// alone checks a document against everything that is known here but the other published flows.
func (d *catalogue) alone(source []byte, version int) (*flows.Flow, []diag.Diagnostic) {
	doc, found := flows.Parse(source)
	if doc == nil {
		return nil, found
	}
	return flows.Compile(doc, flows.Options{
		Registry: d.registry, Tables: d.tables.all(), Connections: d.vault.kind, Version: version, Schedule: d.schedule,
		Flows: func(id string) bool { return id == doc.ID || d.isPublished(id) },
	})
}

// compile is alone, and what those say who act for all published flows together.
func (d *catalogue) compile(source []byte, version int) (*flows.Flow, []diag.Diagnostic) {
	flow, found := d.alone(source, version)
	if flow == nil {
		return nil, found
	}
	published := d.published()
	for _, f := range d.followers {
		found = append(found, f.Check(flow, published)...)
	}
	diag.Sort(found)
	if diag.HasError(found) {
		return nil, found
	}
	return flow, found
}

// compileAs is compile for a document that is to stand under an id.
func (d *catalogue) compileAs(id string, source []byte) (*flows.Flow, []diag.Diagnostic, error) {
	version, err := d.library.NextVersion(id)
	if err != nil {
		return nil, nil, err
	}
	flow, found := d.compile(source, version)
	if doc, _ := flows.Parse(source); doc != nil && doc.ID != "" && doc.ID != id {
		mismatch := diag.New("flow.id_mismatch", "/id", nil)
		mismatch.Severity = diag.Error
		return nil, append(found, mismatch), nil
	}
	return flow, found, nil
}

// save keeps a draft. It need not compile, but it has to be a JSON object that says the same id.
func (d *catalogue) save(id string, source []byte, by string, revision int) (publication, error) {
	flow, found, err := d.compileAs(id, source)
	if err != nil {
		return publication{}, err
	}
	for _, f := range found {
		if f.Code == "json.syntax" || f.Code == "json.too_large" || f.Code == "flow.id_mismatch" || f.Code == "flow.type" && f.Pointer == "" {
			return publication{}, &Refusal{Code: "flow.refused", Findings: found}
		}
	}
	saved, err := d.library.SaveDraft(id, source, by, revision, d.now())
	if err != nil {
		return publication{}, err
	}
	p := publication{ID: id, Revision: saved.Revision, Findings: found}
	if flow != nil {
		p.Hash = flow.Plan.Hash
	}
	return p, nil
}

// publish checks a document and makes it live.
func (d *catalogue) publish(id string, source []byte, by, note string) (publication, error) {
	d.publishing.Lock()
	defer d.publishing.Unlock()
	flow, found, err := d.compileAs(id, source)
	if err != nil {
		return publication{}, err
	}
	if flow == nil {
		return publication{}, &Refusal{Code: "flow.refused", Findings: found}
	}
	saved, err := d.library.Publish(flow, by, note, d.now(), nil)
	if err != nil {
		return publication{}, err
	}
	if saved.Version != flow.Plan.Flow.Version {
		// It was published like this already, and is that version.
		if flow, found = d.compile(source, saved.Version); flow == nil {
			return publication{}, &Refusal{Code: "flow.refused", Findings: found}
		}
		if err := d.library.Keep(flow); err != nil {
			return publication{}, err
		}
	}
	d.bind(id, flow)
	return publication{ID: id, Version: saved.Version, Hash: saved.Hash, Published: true, Findings: found}, nil
}

// find is a version of a flow, its draft, or, with neither, what is live, else the draft.
func (d *catalogue) find(id string, version int, draft bool) (library.Saved, error) {
	var s library.Saved
	var err error
	switch {
	case version > 0:
		s, err = d.library.Version(id, version)
		if errors.Is(err, storage.ErrNotFound) {
			return s, refuse("flow.version_not_found", "flow", id, "version", strconv.Itoa(version))
		}
		if err == nil {
			live, lost := d.library.Live(id)
			s.Live = lost == nil && live.Version == version
		}
	case draft:
		if s, err = d.library.Draft(id); errors.Is(err, storage.ErrNotFound) {
			s, err = d.library.Live(id)
		}
	default:
		if s, err = d.library.Live(id); errors.Is(err, storage.ErrNotFound) {
			s, err = d.library.Draft(id)
		}
	}
	if errors.Is(err, storage.ErrNotFound) {
		return s, refuse("flow.not_found", "flow", id)
	}
	return s, err
}

// remove takes a flow out: no new runs, no draft. Its versions stay, for the runs that had them.
func (d *catalogue) remove(id string) error {
	d.publishing.Lock()
	defer d.publishing.Unlock()
	err := d.library.Unpublish(id)
	if errors.Is(err, storage.ErrNotFound) {
		return refuse("flow.not_found", "flow", id)
	}
	if err == nil {
		d.bind(id, nil)
	}
	return err
}

// runnable is the compiled flow that a new run starts with.
func (d *catalogue) runnable(id string, draft bool) (*flows.Flow, error) {
	if !draft {
		if flow := d.liveFlow(id); flow != nil {
			return flow, nil
		}
		if _, err := d.find(id, 0, true); err != nil {
			return nil, err
		}
		return nil, refuse("flow.not_published", "flow", id)
	}
	saved, err := d.find(id, 0, true)
	if err != nil {
		return nil, err
	}
	flow, found, err := d.compileAs(id, saved.Source)
	if err != nil {
		return nil, err
	}
	if flow == nil {
		return nil, &Refusal{Code: "flow.refused", Findings: found}
	}
	if kept, err := d.library.Flow(flow.Plan.Hash); err == nil {
		// It is what a version says already, and a run of it counts as one of that version.
		return kept, nil
	}
	return flow, d.library.Keep(flow)
}

// another is a flow as one of its versions has it, or its draft, or, with neither, as it is live.
func (d *catalogue) another(id string, version int, draft bool) (*flows.Flow, error) {
	if draft || version == 0 {
		return d.runnable(id, draft)
	}
	saved, err := d.find(id, version, false)
	if err != nil {
		return nil, err
	}
	return d.library.Flow(saved.Hash)
}

// refresh publishes again the live flows that a changed table has changed, so that new runs see it, and lists them.
// One that does not compile any more stays as it is.
func (d *catalogue) refresh(table, by string) (changed []string, err error) {
	live, err := d.library.Published()
	if err != nil {
		return nil, err
	}
	for _, s := range live {
		flow, _ := d.compile(s.Source, s.Version)
		if flow == nil || flow.Plan.Hash == s.Hash {
			continue
		}
		if _, err := d.publish(s.Flow, s.Source, by, "table "+table); err != nil {
			d.log.Warn("a flow keeps the table that it was published with", "flow", s.Flow, "table", table, "error", err)
			continue
		}
		changed = append(changed, s.Flow)
	}
	return changed, nil
}

// title is the title of a document: a text or an object by language, nil without one.
func title(source []byte) core.Value {
	v, err := value.Decode(source)
	if err != nil {
		return nil
	}
	o, _ := v.(core.Object)
	return o["title"]
}
