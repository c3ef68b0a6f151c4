// Package mem is a storage that forgets: the same promises as a durable one, kept in maps by the shortest code that
// keeps them. The suite in storage/storagetest compares every other backend with it, and tests that need some storage
// use it.
//
// It must not know files, and it must not become clever: what it does is what the contract means.
package mem

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sluice/storage"
)

var errClosed = errors.New("mem: the storage is closed")

// Store implements storage.Store. Its zero value is not ready: use New.
type Store struct {
	mu     sync.Mutex
	closed bool
	runs   map[storage.RunID]*run
	claims map[claim]holder

	writing sync.Mutex // held for the whole of an Update
	meta    meta
}

var _ storage.Store = (*Store)(nil)

type run struct {
	row    storage.Row
	live   storage.Live
	events [][]byte
}

func (r *run) isLive() bool { return r.row.EndedAt.IsZero() }

type claim struct{ scope, key string }

type holder struct {
	run   storage.RunID
	until time.Time
}

// New is an empty storage.
func New() *Store {
	return &Store{runs: map[storage.RunID]*run{}, claims: map[claim]holder{}, meta: meta{}}
}

// Commit implements storage.Journal.
func (s *Store) Commit(appends []storage.Append) (map[int]error, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	refused := map[int]error{}
	for i, a := range appends {
		if err := s.append(a); err != nil {
			refused[i] = err
		}
	}
	return refused, nil
}

func (s *Store) append(a storage.Append) error {
	if _, err := a.Run.Binary(); err != nil {
		return fmt.Errorf("%w: %w", storage.ErrConflict, err)
	}
	r := s.runs[a.Run]
	if err := s.refuse(r, a); err != nil {
		return err
	}
	if r == nil {
		r = &run{}
		s.runs[a.Run] = r
	}
	for _, event := range a.Events {
		r.events = append(r.events, slices.Clone(event))
	}
	if a.Live != nil {
		r.live = *a.Live
		r.live.WakeAt = utc(a.Live.WakeAt)
		r.live.Data = clone(a.Live.Data)
	}
	if a.Row != nil {
		r.row = cloneRow(*a.Row)
	}
	if !r.isLive() {
		r.live = storage.Live{}
	}
	if a.Once != nil {
		s.claims[claim{a.Once.Scope, a.Once.Key}] = holder{a.Run, a.Run.StartedAt().Add(a.Once.TTL)}
	}
	return nil
}

func (s *Store) refuse(r *run, a storage.Append) error {
	next := uint64(1)
	if r != nil {
		next = uint64(len(r.events)) + 1
	}
	switch {
	case a.Seq != next:
		return fmt.Errorf("%w: run %s goes on at %d, not at %d", storage.ErrConflict, a.Run, next, a.Seq)
	case r == nil && (a.Row == nil || len(a.Events) == 0):
		return fmt.Errorf("%w: run %s must begin with a row and an event", storage.ErrConflict, a.Run)
	case r != nil && a.Row != nil && a.Row.Flow != r.row.Flow:
		return fmt.Errorf("%w: run %s is of flow %q, not of %q", storage.ErrConflict, a.Run, r.row.Flow, a.Row.Flow)
	}
	if a.Once != nil {
		held, ok := s.claims[claim{a.Once.Scope, a.Once.Key}]
		if ok && held.run != a.Run && a.Run.StartedAt().Before(held.until) {
			return fmt.Errorf("%w: by run %s", storage.ErrDuplicate, held.run)
		}
	}
	return nil
}

// Events implements storage.Journal.
func (s *Store) Events(id storage.RunID, from uint64, yield func(seq uint64, event []byte) bool) error {
	s.mu.Lock()
	r, err := s.find(id)
	var events [][]byte
	if err == nil {
		events = r.events // only ever appended to
	}
	s.mu.Unlock()
	if err != nil {
		return err
	}
	for seq := max(from, 1); seq <= uint64(len(events)); seq++ {
		if !yield(seq, slices.Clone(events[seq-1])) {
			break
		}
	}
	return nil
}

// Row implements storage.Journal.
func (s *Store) Row(id storage.RunID) (storage.Row, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return storage.Row{}, err
	}
	return cloneRow(r.row), nil
}

func (s *Store) find(id storage.RunID) (*run, error) {
	if s.closed {
		return nil, errClosed
	}
	if r := s.runs[id]; r != nil {
		return r, nil
	}
	return nil, fmt.Errorf("%w: run %q", storage.ErrNotFound, string(id))
}

// Runs implements storage.Journal.
func (s *Store) Runs(l storage.Listing) ([]storage.RunRow, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, errClosed
	}
	var rows []storage.RunRow
	ids := s.sorted()
	slices.Reverse(ids)
	for _, id := range ids {
		if l.Limit > 0 && len(rows) == l.Limit {
			break
		}
		if row := s.runs[id].row; selects(l, id, row) {
			rows = append(rows, storage.RunRow{Run: id, Row: cloneRow(row)})
		}
	}
	return rows, nil
}

func selects(l storage.Listing, id storage.RunID, row storage.Row) bool {
	return (l.Flow == "" || row.Flow == l.Flow) &&
		(l.Status == "" || row.Status == l.Status) &&
		(l.Key == storage.Key{} || slices.Contains(row.Keys, l.Key)) &&
		(l.From.IsZero() || !row.StartedAt.Before(l.From)) &&
		(l.To.IsZero() || row.StartedAt.Before(l.To)) &&
		(l.Before == "" || id < l.Before)
}

// Live implements storage.Journal.
func (s *Store) Live(yield func(storage.LiveRow) bool) error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return errClosed
	}
	var rows []storage.LiveRow
	for _, id := range s.sorted() {
		if r := s.runs[id]; r.isLive() {
			live := r.live
			live.Data = clone(live.Data)
			rows = append(rows, storage.LiveRow{Run: id, Row: cloneRow(r.row), Live: live})
		}
	}
	s.mu.Unlock()
	for _, row := range rows {
		if !yield(row) {
			break
		}
	}
	return nil
}

// Claimed implements storage.Journal.
func (s *Store) Claimed(scope, key string, now time.Time) (storage.RunID, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return "", errClosed
	}
	held, ok := s.claims[claim{scope, key}]
	if !ok || !now.Before(held.until) {
		return "", fmt.Errorf("%w: idempotency key %q of %s", storage.ErrNotFound, key, scope)
	}
	return held.run, nil
}

// Retain implements storage.Journal. Here every run is a slice of its own.
func (s *Store) Retain(before time.Time, keep func(storage.RunRow) bool) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, errClosed
	}
	dropped := 0
	for _, id := range s.sorted() {
		r := s.runs[id]
		if !id.StartedAt().Before(before) || r.isLive() || keep(storage.RunRow{Run: id, Row: cloneRow(r.row)}) {
			continue
		}
		delete(s.runs, id)
		dropped++
	}
	return dropped, nil
}

// Backup implements storage.Store by refusing: there is nothing that a file could bring back.
func (s *Store) Backup(string) error {
	return fmt.Errorf("mem: backup: %w", errors.ErrUnsupported)
}

// Close implements storage.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return nil
}

func (s *Store) sorted() []storage.RunID {
	ids := make([]storage.RunID, 0, len(s.runs))
	for id := range s.runs {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func cloneRow(r storage.Row) storage.Row {
	r.StartedAt, r.EndedAt = utc(r.StartedAt), utc(r.EndedAt)
	r.Keys = clone(r.Keys)
	r.Data = clone(r.Data)
	return r
}

// clone is nil where there is nothing.
func clone[T any](s []T) []T { return append([]T(nil), s...) }

// utc also takes off the reading of the monotonic clock, which no storage keeps.
func utc(t time.Time) time.Time { return t.Round(0).UTC() }
