package bolt

import (
	"bytes"
	"fmt"

	"go.etcd.io/bbolt"

	"sluice/storage"
)

// Runs implements storage.Journal. It goes from slice to slice, youngest first, and within one along the index that
// promises the fewest runs: by key, by status (but for the common one), by flow, or along all runs.
func (s *Store) Runs(l storage.Listing) ([]storage.RunRow, error) {
	lo, hi, some, err := bounds(l)
	if err != nil {
		return nil, err
	}
	held, release, err := s.hold()
	if err != nil {
		return nil, err
	}
	defer release()
	var rows []storage.RunRow
	for i := len(held) - 1; i >= 0 && some; i-- {
		h := held[i]
		v := visit{heldSlice: h, listing: l, rows: rows}
		v.lo, v.hi = greater(lo, h.lo), smaller(hi, h.hi)
		if bytes.Compare(v.lo[:], v.hi[:]) > 0 {
			continue
		}
		if err := h.view(v.run); err != nil {
			return nil, err
		}
		if rows = v.rows; v.full() {
			break
		}
	}
	return rows, nil
}

// bounds are the ids, both included, between which a listing finds its runs; some is false where there can be none.
func bounds(l storage.Listing) (lo, hi binaryID, some bool, err error) {
	hi = lastOf(1<<48 - 1)
	if !l.From.IsZero() {
		lo = firstOf(l.From.UnixMilli())
	}
	if !l.To.IsZero() {
		if l.To.UnixMilli() < 0 {
			return lo, hi, false, nil
		}
		hi = lastOf(l.To.UnixMilli())
	}
	if l.Before == "" {
		return lo, hi, true, nil
	}
	before, err := l.Before.Binary()
	if err != nil {
		return lo, hi, false, err
	}
	before, some = predecessor(before)
	return lo, smaller(hi, before), some, nil
}

func smaller(a, b binaryID) binaryID {
	if bytes.Compare(a[:], b[:]) < 0 {
		return a
	}
	return b
}

func greater(a, b binaryID) binaryID {
	if bytes.Compare(a[:], b[:]) > 0 {
		return a
	}
	return b
}

// A visit collects the runs of a listing from one slice.
type visit struct {
	heldSlice
	listing storage.Listing
	rows    []storage.RunRow
}

func (v *visit) full() bool { return v.listing.Limit > 0 && len(v.rows) >= v.listing.Limit }

func (v *visit) run(tx *bbolt.Tx) error {
	l := v.listing
	switch {
	case l.Key != storage.Key{}:
		return v.index(tx, bucketKeys, term(term(nil, l.Key.Name), l.Key.Value))
	case l.Status != "" && l.Status != commonStatus:
		return v.index(tx, bucketStatuses, term(nil, l.Status))
	case l.Flow != "":
		return v.flow(tx)
	}
	return v.all(tx)
}

// index follows the entries of an index, whose values are flows.
func (v *visit) index(tx *bbolt.Tx, bucket, prefix []byte) error {
	return v.descend(tx.Bucket(bucket).Cursor(), prefix, func(id binaryID, flow []byte) error {
		if v.listing.Flow != "" && v.listing.Flow != string(flow) {
			return nil
		}
		row, err := knownRow(v.slice, tx, string(flow), id)
		if err != nil {
			return err
		}
		v.take(id, row)
		return nil
	})
}

// flow follows the rows of one flow.
func (v *visit) flow(tx *bbolt.Tx) error {
	return v.descend(tx.Bucket(bucketRows).Cursor(), term(nil, v.listing.Flow), func(id binaryID, value []byte) error {
		row, ok := decodeRow(v.listing.Flow, value)
		if !ok {
			return v.corrupt("row", id)
		}
		v.take(id, row)
		return nil
	})
}

// descend walks the keys that are prefix and a run id within the bounds, youngest first, until the listing is full.
func (v *visit) descend(c *bbolt.Cursor, prefix []byte, found func(binaryID, []byte) error) error {
	key, value := seekLast(c, append(bytes.Clone(prefix), v.hi[:]...))
	for ; bytes.HasPrefix(key, prefix) && !v.full(); key, value = c.Prev() {
		if len(key) != len(prefix)+len(v.lo) {
			return fmt.Errorf("%w: %s: key %x", storage.ErrCorrupt, v.path, key)
		}
		id := binaryID(key[len(prefix):])
		if bytes.Compare(id[:], v.lo[:]) < 0 {
			return nil
		}
		if err := found(id, value); err != nil {
			return err
		}
	}
	return nil
}

// all walks the journal from run to run.
func (v *visit) all(tx *bbolt.Tx) error {
	c := tx.Bucket(bucketJournal).Cursor()
	key, value := seekLast(c, journalKey(v.hi, 1<<64-1))
	for ; key != nil && !v.full(); key, value = c.Prev() {
		r, ok := decodeRecord(key, value)
		if ok && bytes.Compare(r.id[:], v.lo[:]) < 0 {
			return nil
		}
		if ok && r.flow == nil {
			key, value = c.Seek(journalKey(r.id, 1))
			r, ok = decodeRecord(key, value)
		}
		if !ok || r.flow == nil {
			return v.corrupt("journal", r.id)
		}
		row, err := knownRow(v.slice, tx, string(r.flow), r.id)
		if err != nil {
			return err
		}
		v.take(r.id, row)
	}
	return nil
}

// seekLast goes to the last key that is not after the given one.
func seekLast(c *bbolt.Cursor, key []byte) (found, value []byte) {
	found, value = c.Seek(key)
	switch {
	case found == nil:
		return c.Last()
	case !bytes.Equal(found, key):
		return c.Prev()
	}
	return found, value
}

// take adds a run whose id lies within the bounds where the listing selects it.
func (v *visit) take(id binaryID, row storage.Row) {
	l := v.listing
	if (l.Flow == "" || row.Flow == l.Flow) && (l.Status == "" || row.Status == l.Status) &&
		(l.From.IsZero() || !row.StartedAt.Before(l.From)) && (l.To.IsZero() || row.StartedAt.Before(l.To)) {
		v.rows = append(v.rows, storage.RunRow{Run: storage.RunIDFrom(id), Row: row})
	}
}
