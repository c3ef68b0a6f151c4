// Package library keeps flow definitions in storage by content hash and finds their plans: what a driver asks for by
// hash is compiled once and shared.
//
// It joins flows and storage so that neither has to know the other. It must not know drivers or HTTP.
package library

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"sluice/engine/core"
	"sluice/flows"
	"sluice/nodes"
	"sluice/storage"
)

// Library is safe for concurrent use.
type Library struct {
	meta     storage.Meta
	registry *nodes.Registry

	mu    sync.Mutex
	flows map[string]*flows.Flow
}

// New is a library over a storage.
func New(meta storage.Meta, registry *nodes.Registry) *Library {
	return &Library{meta: meta, registry: registry, flows: map[string]*flows.Flow{}}
}

// Keep stores the definition of a compiled flow; one that is stored already stays.
func (l *Library) Keep(f *flows.Flow) error {
	key := []byte(f.Definition.Hash)
	known := false
	if err := l.meta.View(func(r storage.Reader) error {
		known = r.Get(storage.Definitions, key) != nil
		return nil
	}); err != nil {
		return err
	}
	if !known {
		content := append([]byte(strconv.Itoa(f.Definition.Version)+"\n"), f.Definition.Content...)
		if err := l.meta.Update(func(w storage.Writer) error { return w.Put(storage.Definitions, key, content) }); err != nil {
			return err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flows[f.Definition.Hash] = f
	return nil
}

// Plan finds a plan by its hash. It is what drivers are given.
func (l *Library) Plan(hash string) (*core.Plan, error) {
	f, err := l.Flow(hash)
	if err != nil {
		return nil, err
	}
	return f.Plan, nil
}

// Flow finds a compiled flow by its hash.
func (l *Library) Flow(hash string) (*flows.Flow, error) {
	l.mu.Lock()
	f := l.flows[hash]
	l.mu.Unlock()
	if f != nil {
		return f, nil
	}
	var d flows.Definition
	err := l.meta.View(func(r storage.Reader) error {
		b := r.Get(storage.Definitions, []byte(hash))
		if b == nil {
			return fmt.Errorf("%w: flow definition %s", storage.ErrNotFound, hash)
		}
		version, content, ok := strings.Cut(string(b), "\n")
		n, err := strconv.Atoi(version)
		if !ok || err != nil {
			return errors.Join(storage.ErrCorrupt, fmt.Errorf("flow definition %s", hash))
		}
		d = flows.Definition{Hash: hash, Content: []byte(content), Version: n}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if f, err = flows.Load(d, l.registry); err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flows[hash] = f
	return f, nil
}
