package bolt

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"sluice/storage"
)

// A slice is the file of the runs that started in a stretch of time.
type slice struct {
	*file
	start int64 // milliseconds

	// readers are the calls that use the slice; Retain and Close wait for them once no new ones can come.
	readers sync.WaitGroup

	// last is the start of the youngest run in milliseconds, -1 without one; used is the bytes in use; claimsUntil is the
	// time in milliseconds at which no claim in the slice is held any more. All are of the last commit.
	last, used, claimsUntil atomic.Int64

	// arenas are spare room for the values of transactions.
	arenas sync.Pool

	// dirty: written to since it was opened or sealed.
	dirty atomic.Bool
}

// claimsUntil moves in steps, so that not every claim has to write it down.
const claimsStep = 60 * 60 * 1000

var keyClaimsUntil = []byte("claimsUntil")

// appendedFill is the part of a page that bbolt fills before it begins another one, in buckets whose keys mostly come in
// order.
const appendedFill = 0.9

func openSlice(path string, start int64, create bool, mapped int64) (*slice, error) {
	f, err := openFile(path, create, mapped, bucketJournal, bucketRows, bucketStatuses, bucketKeys, bucketLive, bucketClaims)
	if err != nil {
		return nil, err
	}
	sl := &slice{file: f, start: start}
	sl.last.Store(-1)
	err = sl.view(func(tx *bbolt.Tx) error {
		sl.used.Store(tx.Size())
		if key, _ := tx.Bucket(bucketJournal).Cursor().Last(); len(key) == 24 {
			sl.last.Store(millisOf(binaryID(key)))
		}
		until := decoder{rest: tx.Bucket(bucketInfo).Get(keyClaimsUntil)}
		sl.claimsUntil.Store(int64(until.uvarint())) // 0 where no claim was ever made
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%w: %w", err, sl.close())
	}
	return sl, nil
}

// corrupt is the error for what this package cannot have written.
func (s *slice) corrupt(what string, id binaryID) error {
	return fmt.Errorf("%w: %s: %s of run %s", storage.ErrCorrupt, s.path, what, storage.RunIDFrom(id))
}

// A sliceTx is a transaction of a slice. What it changes in the slice's memory it changes when it has been committed.
type sliceTx struct {
	*slice
	tx          *bbolt.Tx
	last        int64
	claimsUntil int64
	puts, bytes int // written in this transaction, roughly
	// arena holds values until the transaction ends; bbolt refers to them until then.
	arena []byte
}

// maxArena is the size above which an arena is not kept for the next transaction.
const maxArena = 8 << 20

// pack appends a value to the arena. An arena that grows leaves the values before it where they are.
func (t *sliceTx) pack(appendTo func([]byte) []byte) []byte {
	start := len(t.arena)
	t.arena = appendTo(t.arena)
	return t.arena[start:len(t.arena):len(t.arena)]
}

func (s *slice) beginTx() (*sliceTx, error) {
	tx, err := s.begin()
	if err != nil {
		return nil, err
	}
	err = s.guard(func() error {
		for _, name := range [][]byte{bucketJournal, bucketRows, bucketStatuses, bucketLive} {
			tx.Bucket(name).FillPercent = appendedFill
		}
		return nil
	})
	if err != nil {
		return nil, errors.Join(err, s.abort(tx))
	}
	t := &sliceTx{slice: s, tx: tx, last: s.last.Load(), claimsUntil: s.claimsUntil.Load()}
	if spare, ok := s.arenas.Get().(*[]byte); ok {
		t.arena = (*spare)[:0]
	}
	return t, nil
}

// reserve takes the room that the commit may need. The estimate is generous: what it takes too much serves the next one.
func (t *sliceTx) reserve() error {
	return t.file.reserve(t.tx.Size() + int64(2*t.bytes+t.puts*pageSize+16*pageSize))
}

func (t *sliceTx) commit() error {
	used := t.tx.Size()
	if err := t.file.commit(t.tx); err != nil {
		return err
	}
	t.slice.last.Store(t.last)
	t.slice.used.Store(used)
	t.slice.claimsUntil.Store(t.claimsUntil)
	if cap(t.arena) <= maxArena {
		t.slice.arenas.Put(&t.arena)
	}
	return nil
}

func (t *sliceTx) abort() error { return t.file.abort(t.tx) }

func (t *sliceTx) put(bucket, key, value []byte) error {
	t.puts++
	t.bytes += len(key) + len(value)
	return t.tx.Bucket(bucket).Put(key, value)
}

func (t *sliceTx) delete(bucket, key []byte) error {
	t.puts++
	return t.tx.Bucket(bucket).Delete(key)
}

// lastRecord is the youngest record of a run; ok is false where the run is not known.
func lastRecord(s *slice, tx *bbolt.Tx, id binaryID) (r record, ok bool, err error) {
	key, value := seekLast(tx.Bucket(bucketJournal).Cursor(), journalKey(id, 1<<64-1))
	if !bytes.HasPrefix(key, id[:]) {
		return r, false, nil
	}
	if r, ok = decodeRecord(key, value); !ok {
		return r, false, s.corrupt("journal", id)
	}
	return r, true, nil
}

// flowOf is the flow of a run; ok is false where the run is not known.
func flowOf(s *slice, tx *bbolt.Tx, id binaryID) (flow string, ok bool, err error) {
	key := journalKey(id, 1)
	value := tx.Bucket(bucketJournal).Get(key)
	if value == nil {
		return "", false, nil
	}
	r, ok := decodeRecord(key, value)
	if !ok {
		return "", false, s.corrupt("journal", id)
	}
	return string(r.flow), true, nil
}

// rowOf is the row of a run of this flow; ok is false where there is none.
func rowOf(s *slice, tx *bbolt.Tx, flow string, id binaryID) (row storage.Row, ok bool, err error) {
	value := tx.Bucket(bucketRows).Get(indexKey(id, flow))
	if value == nil {
		return row, false, nil
	}
	if row, ok = decodeRow(flow, value); !ok {
		return row, false, s.corrupt("row", id)
	}
	return row, true, nil
}

// knownRow is the row of a run that is known to have one.
func knownRow(s *slice, tx *bbolt.Tx, flow string, id binaryID) (storage.Row, error) {
	row, ok, err := rowOf(s, tx, flow, id)
	if err == nil && !ok {
		err = s.corrupt("missing row", id)
	}
	return row, err
}

// putRow replaces the row of a run and its index entries. old is nil for a new run.
func (t *sliceTx) putRow(id binaryID, old, row *storage.Row) error {
	value := t.pack(func(b []byte) []byte { return appendRow(b, row) })
	if err := t.put(bucketRows, indexKey(id, row.Flow), value); err != nil {
		return err
	}
	if old == nil || old.Status != row.Status {
		if old != nil {
			if err := t.dropStatus(id, old.Status); err != nil {
				return err
			}
		}
		if row.Status != commonStatus {
			if err := t.put(bucketStatuses, indexKey(id, row.Status), []byte(row.Flow)); err != nil {
				return err
			}
		}
	}
	if old != nil && slices.Equal(old.Keys, row.Keys) {
		return nil
	}
	if old != nil {
		if err := t.dropKeys(id, old.Keys); err != nil {
			return err
		}
	}
	for _, k := range row.Keys {
		if err := t.put(bucketKeys, indexKey(id, k.Name, k.Value), []byte(row.Flow)); err != nil {
			return err
		}
	}
	return nil
}

func (t *sliceTx) dropStatus(id binaryID, status string) error {
	if status == commonStatus {
		return nil
	}
	return t.delete(bucketStatuses, indexKey(id, status))
}

func (t *sliceTx) dropKeys(id binaryID, keys []storage.Key) error {
	for _, k := range keys {
		if err := t.delete(bucketKeys, indexKey(id, k.Name, k.Value)); err != nil {
			return err
		}
	}
	return nil
}

// putClaim writes down that a run holds an idempotency key.
func (t *sliceTx) putClaim(key []byte, c claim) error {
	if c.until > t.claimsUntil {
		t.claimsUntil = (c.until/claimsStep + 1) * claimsStep
		if err := t.put(bucketInfo, keyClaimsUntil, binary.AppendUvarint(nil, uint64(t.claimsUntil))); err != nil {
			return err
		}
	}
	return t.put(bucketClaims, key, encodeClaim(c))
}

// claimIn is the claim that holds a key at a time, in milliseconds.
func claimIn(s *slice, tx *bbolt.Tx, key []byte, millis int64) (c claim, ok bool, err error) {
	value := tx.Bucket(bucketClaims).Get(key)
	if value == nil {
		return c, false, nil
	}
	if c, ok = decodeClaim(value); !ok {
		return c, false, fmt.Errorf("%w: %s: claim", storage.ErrCorrupt, s.path)
	}
	return c, c.until > millis, nil
}

// removeRun takes everything of a run out of the slice, but for its claims.
func (t *sliceTx) removeRun(id binaryID) error {
	flow, ok, err := flowOf(t.slice, t.tx, id)
	if !ok || err != nil {
		return err
	}
	row, err := knownRow(t.slice, t.tx, flow, id)
	if err != nil {
		return err
	}
	c := t.tx.Bucket(bucketJournal).Cursor()
	for key, _ := c.Seek(id[:]); bytes.HasPrefix(key, id[:]); key, _ = c.Seek(id[:]) {
		if err := t.delete(bucketJournal, bytes.Clone(key)); err != nil {
			return err
		}
	}
	if err := t.delete(bucketRows, indexKey(id, flow)); err != nil {
		return err
	}
	if err := t.delete(bucketLive, id[:]); err != nil {
		return err
	}
	if err := t.dropStatus(id, row.Status); err != nil {
		return err
	}
	return t.dropKeys(id, row.Keys)
}

// copyRun brings everything of a run over from another slice, but for its claims. The values that it puts are the other
// transaction's: that one must stay open until this one has been committed.
func (t *sliceTx) copyRun(from *slice, source *bbolt.Tx, flow string, id binaryID) error {
	row, err := knownRow(from, source, flow, id)
	if err != nil {
		return err
	}
	t.last = max(t.last, millisOf(id))
	c := source.Bucket(bucketJournal).Cursor()
	for key, value := c.Seek(id[:]); bytes.HasPrefix(key, id[:]); key, value = c.Next() {
		if err := t.put(bucketJournal, key, value); err != nil {
			return err
		}
	}
	if live := source.Bucket(bucketLive).Get(id[:]); live != nil {
		if err := t.put(bucketLive, id[:], live); err != nil {
			return err
		}
	}
	return t.putRow(id, nil, &row)
}

// copyClaim brings over a claim that holds at a time, unless there is one of the same key that holds for longer: that one
// was made after the other had ended.
func (t *sliceTx) copyClaim(from *slice, source *bbolt.Tx, key []byte, millis int64) error {
	held, ok, err := claimIn(from, source, key, millis)
	if err != nil || !ok {
		return err
	}
	_, longer, err := claimIn(t.slice, t.tx, key, held.until-1)
	if err != nil || longer {
		return err
	}
	return t.putClaim(key, held)
}
