package mem

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"sluice/storage"
)

// meta is the key-value part. A published one is never changed: a transaction that writes works on copies.
type meta map[storage.Bucket]map[string][]byte

// View implements storage.Meta.
func (s *Store) View(read func(storage.Reader) error) error {
	snapshot, err := s.snapshot()
	if err != nil {
		return err
	}
	return read(snapshot)
}

// Update implements storage.Meta.
func (s *Store) Update(write func(storage.Writer) error) error {
	s.writing.Lock()
	defer s.writing.Unlock()
	snapshot, err := s.snapshot()
	if err != nil {
		return err
	}
	w := writer{meta: maps.Clone(snapshot), copied: map[storage.Bucket]bool{}}
	if err := write(w); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return errClosed
	}
	s.meta = w.meta
	return nil
}

func (s *Store) snapshot() (meta, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	return s.meta, nil
}

// Get implements storage.Reader.
func (m meta) Get(b storage.Bucket, key []byte) []byte {
	value, ok := m[b][string(key)]
	if !ok {
		return nil
	}
	return append([]byte{}, value...)
}

// Scan implements storage.Reader.
func (m meta) Scan(b storage.Bucket, prefix []byte, yield func(key, value []byte) bool) error {
	for _, key := range slices.Sorted(maps.Keys(m[b])) {
		// A key may be gone: yield may write.
		value, ok := m[b][key]
		if ok && strings.HasPrefix(key, string(prefix)) && !yield([]byte(key), append([]byte{}, value...)) {
			break
		}
	}
	return nil
}

type writer struct {
	meta
	copied map[storage.Bucket]bool
}

// Put implements storage.Writer.
func (w writer) Put(b storage.Bucket, key, value []byte) error {
	if len(key) == 0 {
		return errors.New("mem: a key must not be empty")
	}
	w.own(b)[string(key)] = append([]byte{}, value...)
	return nil
}

// Delete implements storage.Writer.
func (w writer) Delete(b storage.Bucket, key []byte) error {
	delete(w.own(b), string(key))
	return nil
}

func (w writer) own(b storage.Bucket) map[string][]byte {
	if !w.copied[b] {
		w.copied[b] = true
		bucket := maps.Clone(w.meta[b])
		if bucket == nil {
			bucket = map[string][]byte{}
		}
		w.meta[b] = bucket
	}
	return w.meta[b]
}
