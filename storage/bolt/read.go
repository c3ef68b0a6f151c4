package bolt

import (
	"bytes"
	"fmt"
	"time"

	"go.etcd.io/bbolt"

	"sluice/storage"
)

// readAhead is how many bytes of events, and liveAhead how many live runs, are read in one transaction. They are copied,
// so that a slow caller keeps no transaction open, and may itself call the storage.
const (
	readAhead = 256 << 10
	liveAhead = 256
)

func notFound(id storage.RunID) error {
	return fmt.Errorf("%w: run %q", storage.ErrNotFound, string(id))
}

// inHome runs read in the home of a run. found is false where the slice does not have it.
func (s *Store) inHome(run storage.RunID, read func(*slice, *bbolt.Tx, binaryID) (found bool, err error)) error {
	id, err := run.Binary()
	if err != nil {
		return notFound(run)
	}
	sl, err := s.home(id)
	if err != nil {
		return err
	}
	if sl == nil {
		return notFound(run)
	}
	defer sl.readers.Done()
	var found bool
	err = sl.view(func(tx *bbolt.Tx) error {
		found, err = read(sl, tx, id)
		return err
	})
	if err == nil && !found {
		return notFound(run)
	}
	return err
}

// Row implements storage.Journal.
func (s *Store) Row(run storage.RunID) (row storage.Row, err error) {
	err = s.inHome(run, func(sl *slice, tx *bbolt.Tx, id binaryID) (bool, error) {
		flow, found, err := flowOf(sl, tx, id)
		if err != nil || !found {
			return false, err
		}
		row, err = knownRow(sl, tx, flow, id)
		return true, err
	})
	return row, err
}

// Events implements storage.Journal.
func (s *Store) Events(run storage.RunID, from uint64, yield func(seq uint64, event []byte) bool) error {
	next := max(from, 1)
	for {
		var events [][]byte
		err := s.inHome(run, func(sl *slice, tx *bbolt.Tx, id binaryID) (found bool, err error) {
			events, found, err = eventsFrom(sl, tx, id, next)
			return found, err
		})
		if err != nil || len(events) == 0 {
			return err
		}
		for _, event := range events {
			if !yield(next, event) {
				return nil
			}
			next++
		}
	}
}

// eventsFrom copies some events of a run, from a sequence number on; none where there are no more.
func eventsFrom(s *slice, tx *bbolt.Tx, id binaryID, next uint64) (events [][]byte, found bool, err error) {
	newest, found, err := lastRecord(s, tx, id)
	if err != nil || !found || newest.last() < next {
		return nil, found, err
	}
	c := tx.Bucket(bucketJournal).Cursor()
	key, value := seekLast(c, journalKey(id, next))
	size := 0
	for ; bytes.HasPrefix(key, id[:]) && size < readAhead; key, value = c.Next() {
		r, ok := decodeRecord(key, value)
		if !ok || r.seq > next || r.last() < next {
			return nil, true, s.corrupt("journal", id)
		}
		for seq := r.seq; seq <= r.last(); seq++ {
			event := r.d.bytes()
			if r.d.bad {
				return nil, true, s.corrupt("journal", id)
			}
			if seq >= next {
				events = append(events, bytes.Clone(event))
				size += len(event)
			}
		}
		next = r.last() + 1
	}
	return events, true, nil
}

// Live implements storage.Journal.
func (s *Store) Live(yield func(storage.LiveRow) bool) error {
	held, release, err := s.hold()
	if err != nil {
		return err
	}
	defer release()
	for _, h := range held {
		for next, more := h.lo, true; more; {
			var rows []storage.LiveRow
			err := h.view(func(tx *bbolt.Tx) (err error) {
				rows, next, more, err = h.liveFrom(tx, next)
				return err
			})
			if err != nil {
				return err
			}
			for _, row := range rows {
				if !yield(row) {
					return nil
				}
			}
		}
	}
	return nil
}

// liveFrom copies some live runs from an id on, and says where to go on.
func (h heldSlice) liveFrom(tx *bbolt.Tx, from binaryID) (rows []storage.LiveRow, next binaryID, more bool, err error) {
	c := tx.Bucket(bucketLive).Cursor()
	for key, value := c.Seek(from[:]); key != nil; key, value = c.Next() {
		if len(key) != len(next) {
			return nil, next, false, fmt.Errorf("%w: %s: live run", storage.ErrCorrupt, h.path)
		}
		next = binaryID(key)
		if bytes.Compare(key, h.hi[:]) > 0 {
			return rows, next, false, nil
		}
		if len(rows) == liveAhead {
			return rows, next, true, nil
		}
		flow, live, ok := decodeLive(value)
		if !ok {
			return nil, next, false, h.corrupt("live entry", next)
		}
		row, err := knownRow(h.slice, tx, flow, next)
		if err != nil {
			return nil, next, false, err
		}
		rows = append(rows, storage.LiveRow{Run: storage.RunIDFrom(next), Row: row, Live: live})
	}
	return rows, next, false, nil
}

// Claimed implements storage.Journal. It looks into every slice that may hold a claim at that time.
func (s *Store) Claimed(scope, key string, now time.Time) (storage.RunID, error) {
	held, release, err := s.hold()
	if err != nil {
		return "", err
	}
	defer release()
	wanted := claimKey(storage.Once{Scope: scope, Key: key})
	for _, h := range held {
		if h.claimsUntil.Load() <= now.UnixMilli() {
			continue
		}
		var c claim
		var ok bool
		err := h.view(func(tx *bbolt.Tx) (err error) {
			c, ok, err = claimIn(h.slice, tx, wanted, now.UnixMilli())
			return err
		})
		if err != nil {
			return "", err
		}
		if ok {
			return storage.RunIDFrom(c.run), nil
		}
	}
	return "", fmt.Errorf("%w: idempotency key %q of %s", storage.ErrNotFound, key, scope)
}
