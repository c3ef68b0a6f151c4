package bolt

import (
	"errors"
	"os"
	"slices"
	"time"

	"go.etcd.io/bbolt"

	"sluice/storage"
)

// carryAhead is how many runs are looked at, and carried over, in one transaction.
const carryAhead = 128

// Retain implements storage.Journal. What has to stay goes into the oldest slice that stays, which thereby becomes the
// home of everything older than itself. Until that moment the copies lie outside of what their slice is home to, so that
// nobody sees them, and a crash only leaves copies that the next Retain clears away. The moment itself is one
// transaction of meta.db: it names the slices as dropped, after every copy is on disk and before any file is removed.
func (s *Store) Retain(before time.Time, keep func(storage.RunRow) bool) (int, error) {
	s.retaining.Lock()
	defer s.retaining.Unlock()
	if err := ignoreFull(s.removeDropped()); err != nil {
		return 0, err
	}
	departing, heir, err := s.departing(before)
	if err != nil || len(departing) == 0 {
		return 0, err
	}
	c := &carrier{store: s, heir: heir, keep: keep}
	defer c.stopWatching()
	if gain, err := c.gains(departing); err != nil || !gain {
		return 0, err
	}
	if err := c.clear(); err != nil {
		return 0, s.fail(err)
	}
	for _, h := range departing {
		if err := c.carryAll(h); err != nil {
			return 0, s.fail(err)
		}
	}
	if err := c.drop(departing, before); err != nil {
		return 0, err
	}
	for _, h := range departing {
		h.readers.Wait()
		s.dropped = append(s.dropped, h.start)
		err = errors.Join(err, h.close())
	}
	if err == nil {
		err = s.hook("retain:recorded")
	}
	if err == nil {
		err = s.removeDropped()
	}
	return c.seen - c.kept, err
}

// departing is the slices whose runs all started before a time, and the slice that follows them. From its return on, the
// appends to their runs are noted in touched.
func (s *Store) departing(before time.Time) ([]heldSlice, *slice, error) {
	s.committing.Lock()
	defer s.committing.Unlock()
	held, release, err := s.hold()
	if err != nil {
		return nil, nil, err
	}
	release() // only Retain and Close drop slices, and Close waits for it
	n := 0
	for n < len(held) && lastMillis(held, n) < before.UnixMilli() && lastMillis(held, n) >= 0 {
		n++
	}
	if n == 0 {
		return nil, nil, nil
	}
	if n == len(held) { // the youngest departs as well
		if _, err := s.roll(max(lastMillis(held, n-1), held[n-1].start) + 1); err != nil {
			return nil, nil, err
		}
	}
	s.touched = map[binaryID]bool{}
	return held[:n], s.slices[n], nil
}

// lastMillis is the last time at which a run of a slice may have started.
func lastMillis(held []heldSlice, i int) int64 {
	if i+1 < len(held) {
		return held[i+1].start - 1
	}
	return held[i].last.Load()
}

// A carrier carries runs from departing slices to their heir.
type carrier struct {
	store      *Store
	heir       *slice
	keep       func(storage.RunRow) bool
	seen, kept int
}

func (c *carrier) stopWatching() {
	c.store.committing.Lock()
	defer c.store.committing.Unlock()
	c.store.touched = nil
}

// clear removes what an unfinished Retain has left in the heir.
func (c *carrier) clear() error {
	left := heldSlice{slice: c.heir, hi: lastOf(c.heir.start - 1)}
	return eachChunk(left, func(rows []storage.RunRow) (bool, error) {
		return true, c.write(func(t *sliceTx) error {
			for _, row := range rows {
				id, err := row.Run.Binary()
				if err == nil {
					err = t.removeRun(id)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// write runs a transaction on the heir.
func (c *carrier) write(write func(*sliceTx) error) error {
	t, err := c.heir.beginTx()
	if err != nil {
		return err
	}
	err = t.guard(func() error { return write(t) })
	if err == nil && t.puts > 0 {
		// A full disk must not keep Retain from making room: there may be enough in the file as it is.
		err = ignoreFull(t.reserve())
	}
	if err != nil || t.puts == 0 {
		return errors.Join(err, t.abort())
	}
	t.dirty.Store(true)
	return t.commit()
}

// gains is whether any run would be dropped. Where none would, copying all of them to a younger file is of no use.
func (c *carrier) gains(departing []heldSlice) (gain bool, err error) {
	for _, h := range departing {
		err := eachChunk(h, func(rows []storage.RunRow) (bool, error) {
			gain = slices.ContainsFunc(rows, func(row storage.RunRow) bool { return !c.stays(row) })
			return !gain, nil
		})
		if err != nil || gain {
			return gain, err
		}
	}
	return false, nil
}

func (c *carrier) stays(row storage.RunRow) bool { return row.EndedAt.IsZero() || c.keep(row) }

// carryAll copies what stays of a departing slice.
func (c *carrier) carryAll(h heldSlice) error {
	return eachChunk(h, func(rows []storage.RunRow) (bool, error) {
		c.seen += len(rows)
		rows = slices.DeleteFunc(rows, func(row storage.RunRow) bool { return !c.stays(row) })
		c.kept += len(rows)
		return true, c.carry(h.slice, rows)
	})
}

// eachChunk calls yield with the runs of a slice, youngest first, some at a time.
func eachChunk(h heldSlice, yield func([]storage.RunRow) (more bool, err error)) error {
	for {
		v := visit{heldSlice: h, listing: storage.Listing{Limit: carryAhead}}
		if err := h.view(v.all); err != nil || len(v.rows) == 0 {
			return err
		}
		last, err := v.rows[len(v.rows)-1].Run.Binary()
		if err != nil {
			return err
		}
		if more, err := yield(v.rows); err != nil || !more {
			return err
		}
		before, more := predecessor(last)
		if !more {
			return nil
		}
		h.hi = before
	}
}

// carry copies runs to the heir, as they are now: where one was appended to since its row was read it is touched, and
// will be looked at again.
func (c *carrier) carry(from *slice, rows []storage.RunRow) error {
	if len(rows) == 0 {
		return nil
	}
	return from.view(func(source *bbolt.Tx) error {
		return c.write(func(t *sliceTx) error {
			for _, row := range rows {
				id, err := row.Run.Binary()
				if err == nil {
					err = t.copyRun(from, source, row.Flow, id)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// drop carries what changed meanwhile and the claims that are still held, and then takes the slices out of use. No commit
// can come in between.
func (c *carrier) drop(departing []heldSlice, before time.Time) error {
	s := c.store
	s.committing.Lock()
	defer s.committing.Unlock()
	for _, h := range departing {
		if err := errors.Join(c.carryTouched(h), c.carryClaims(h, before.UnixMilli())); err != nil {
			return s.fail(err)
		}
	}
	if err := s.hook("retain:copied"); err != nil {
		return err
	}
	err := s.meta.update(func(tx *bbolt.Tx) error {
		for _, h := range departing {
			if err := tx.Bucket(bucketSlices).Put(sliceKey(h.start), []byte{sliceDropped}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return s.fail(err)
	}
	s.publish(slices.Clone(s.slices[len(departing):]))
	return nil
}

// carryTouched looks again at the runs that were appended to since carryAll began. One that began since then stays.
func (c *carrier) carryTouched(h heldSlice) error {
	for id, isNew := range c.store.touched {
		if homeIn(c.store.slices, millisOf(id)) != h.slice {
			continue
		}
		row, known, err := currentRow(h.slice, id)
		if err != nil {
			return err
		}
		if !known { // its append came to nothing
			continue
		}
		carried, err := c.takeBack(id)
		if err != nil {
			return err
		}
		if !isNew && !c.stays(row) {
			continue
		}
		if carried || !isNew {
			c.kept++
		}
		if err := c.carry(h.slice, []storage.RunRow{row}); err != nil {
			return err
		}
	}
	return nil
}

// takeBack removes the copy of a run from the heir, and says whether there was one.
func (c *carrier) takeBack(id binaryID) (carried bool, err error) {
	err = c.write(func(t *sliceTx) error {
		_, carried, err = flowOf(t.slice, t.tx, id)
		if err != nil || !carried {
			return err
		}
		return t.removeRun(id)
	})
	if carried {
		c.kept--
	}
	return carried, err
}

func currentRow(sl *slice, id binaryID) (row storage.RunRow, known bool, err error) {
	err = sl.view(func(tx *bbolt.Tx) error {
		var flow string
		if flow, known, err = flowOf(sl, tx, id); err != nil || !known {
			return err
		}
		row.Run = storage.RunIDFrom(id)
		row.Row, err = knownRow(sl, tx, flow, id)
		return err
	})
	return row, known, err
}

// carryClaims copies the idempotency keys that were still held at a time that has passed, also those of runs that go.
func (c *carrier) carryClaims(h heldSlice, millis int64) error {
	if h.claimsUntil.Load() <= millis {
		return nil
	}
	return h.view(func(source *bbolt.Tx) error {
		cursor := source.Bucket(bucketClaims).Cursor()
		for key, _ := cursor.First(); key != nil; {
			err := c.write(func(t *sliceTx) error {
				for ; key != nil && t.puts < carryAhead; key, _ = cursor.Next() {
					if err := t.copyClaim(h.slice, source, key, millis); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// removeDropped removes the files of dropped slices, and then forgets their names.
func (s *Store) removeDropped() error {
	if len(s.dropped) == 0 {
		return nil
	}
	for _, start := range s.dropped {
		if err := os.RemoveAll(s.slicePath(start)); err != nil {
			return err
		}
	}
	if err := syncDir(s.dir); err != nil {
		return err
	}
	if err := s.hook("retain:removed"); err != nil {
		return err
	}
	err := s.meta.update(func(tx *bbolt.Tx) error {
		for _, start := range s.dropped {
			if err := tx.Bucket(bucketSlices).Delete(sliceKey(start)); err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		s.dropped = nil
	}
	return s.fail(err)
}
