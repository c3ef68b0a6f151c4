package server

import (
	"maps"
	"slices"
	"sync"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

// tables keeps the shared tables that expressions read. A published flow has those it reads pinned.
type tables struct {
	meta storage.Meta

	mu sync.RWMutex
	// by is replaced, never changed, so that compilers can go on reading.
	by map[string]core.Value
}

func openTables(meta storage.Meta) (*tables, error) {
	t := &tables{meta: meta, by: map[string]core.Value{}}
	var bad error
	err := meta.View(func(r storage.Reader) error {
		return r.Scan(storage.Tables, nil, func(key, b []byte) bool {
			if !isMark(key) {
				t.by[string(key)], bad = value.Decode(b)
			}
			return bad == nil
		})
	})
	if err == nil {
		err = bad
	}
	return t, err
}

// all are the tables by id. The map must not be changed.
func (t *tables) all() map[string]core.Value {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.by
}

func (t *tables) get(id string) (core.Value, error) {
	table, ok := t.all()[id]
	if !ok {
		return nil, refuse("table.not_found", "table", id)
	}
	return table, nil
}

func (t *tables) put(id string, table core.Object) error {
	text, err := value.Encode(table)
	if err != nil {
		return err
	}
	if err := t.meta.Update(func(w storage.Writer) error { return w.Put(storage.Tables, []byte(id), text) }); err != nil {
		return err
	}
	t.change(func(by map[string]core.Value) { by[id] = table })
	return nil
}

func (t *tables) remove(id string) error {
	if _, err := t.get(id); err != nil {
		return err
	}
	if err := t.meta.Update(func(w storage.Writer) error { return w.Delete(storage.Tables, []byte(id)) }); err != nil {
		return err
	}
	t.change(func(by map[string]core.Value) { delete(by, id) })
	return nil
}

func (t *tables) change(how func(map[string]core.Value)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	by := maps.Clone(t.by)
	how(by)
	t.by = by
}

func (t *tables) ids() []string { return slices.Sorted(maps.Keys(t.all())) }
