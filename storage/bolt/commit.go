package bolt

import (
	"errors"
	"fmt"
	"sort"

	"go.etcd.io/bbolt"

	"sluice/storage"
)

// Commit implements storage.Journal. The appends go into the slices that are home to their runs, which is nearly always
// the youngest alone; each slice is one transaction. Where there are several and one cannot be committed after another
// one was, its appends are refused with that error.
func (s *Store) Commit(appends []storage.Append) (map[int]error, error) {
	s.committing.Lock()
	defer s.committing.Unlock()
	if err := s.usable(); err != nil {
		return nil, err
	}
	if err := s.hook("commit:before"); err != nil {
		return nil, err
	}
	b := &batch{
		store: s, refused: map[int]error{}, claimed: map[string]*slice{},
		writes: map[*slice]*sliceTx{}, reads: map[*slice]*bbolt.Tx{},
	}
	defer b.endReads()
	for i := range appends {
		if err := b.add(i, &appends[i]); err != nil {
			return nil, s.fail(errors.Join(err, b.abort()))
		}
	}
	if err := b.commit(); err != nil {
		return nil, s.fail(err)
	}
	if err := s.hook("commit:after"); err != nil {
		return nil, err
	}
	return b.refused, nil
}

// A batch is the appends of one Commit. A transaction is opened on a slice when the first append needs it.
type batch struct {
	store   *Store
	refused map[int]error
	writes  map[*slice]*sliceTx
	reads   map[*slice]*bbolt.Tx // of slices that may hold claims
	placed  []place
	claimed map[string]*slice // the keys that this batch claims, by the home of the run
	rolled  []*slice          // were followed by a younger slice in this batch
}

// A place is the slice on which the fate of an append depends: the home of its run, or, of an append that was refused for
// a claim of this same batch, the home of the run that claims.
type place struct {
	position int
	slice    *slice
}

// add puts an append into the transaction of its home, or refuses it. An error is one of the whole batch; damage that is
// met before anything of the append is written is a refusal, so that one damaged slice does not stop the others.
func (b *batch) add(i int, a *storage.Append) error {
	id, err := a.Run.Binary()
	if err != nil {
		b.refused[i] = fmt.Errorf("%w: %w", storage.ErrConflict, err)
		return nil
	}
	home, err := b.home(id, a.Seq == 1)
	if err != nil {
		return err
	}
	t, err := b.write(home)
	if err == nil {
		writing := false
		err = t.guard(func() error {
			known, refusal, err := t.check(id, a)
			if err == nil && refusal == nil && a.Once != nil {
				refusal, err = b.taken(i, id, *a.Once)
			}
			if err != nil {
				return err
			}
			if refusal != nil {
				b.refused[i] = refusal
				return nil //nolint:nilerr // the refusal is the append's own; err is nil here
			}
			writing = true
			return b.place(i, t, id, known, a)
		})
		if err != nil && writing {
			return err
		}
	}
	if errors.Is(err, storage.ErrCorrupt) {
		b.refused[i] = err
		return nil
	}
	return err
}

// place writes an append that nothing speaks against.
func (b *batch) place(i int, t *sliceTx, id binaryID, k known, a *storage.Append) error {
	b.placed = append(b.placed, place{i, t.slice})
	if b.store.touched != nil {
		b.store.touched[id] = b.store.touched[id] || a.Seq == 1
	}
	if a.Once != nil {
		key := claimKey(*a.Once)
		b.claimed[string(key)] = t.slice
		if err := t.putClaim(key, claim{run: id, until: claimEnd(id, a.Once.TTL)}); err != nil {
			return err
		}
	}
	return t.append(id, k, a)
}

// home is the slice that a run belongs into. Only a new run may begin a slice, and only one that is younger than all
// in the slice before: so every run stays where its id says that it is.
func (b *batch) home(id binaryID, isNew bool) (*slice, error) {
	millis := millisOf(id)
	home := homeIn(b.store.slices, millis)
	if home != nil && !(isNew && b.isFull(home, millis)) {
		return home, nil
	}
	if home != nil {
		b.rolled = append(b.rolled, home)
	}
	return b.store.roll(millis)
}

func (b *batch) isFull(sl *slice, millis int64) bool {
	last := sl.last.Load()
	if t := b.writes[sl]; t != nil {
		last = t.last
	}
	o := b.store.options
	return millis > last && millis > sl.start &&
		(millis-sl.start >= o.SliceEvery.Milliseconds() || sl.used.Load() >= o.SliceBytes)
}

func (b *batch) write(sl *slice) (*sliceTx, error) {
	if t := b.writes[sl]; t != nil {
		return t, nil
	}
	// A reading and a writing transaction of one goroutine can wait for each other within bbolt.
	if tx := b.reads[sl]; tx != nil {
		rollback(tx)
		delete(b.reads, sl)
	}
	t, err := sl.beginTx()
	if err == nil {
		b.writes[sl] = t
	}
	return t, err
}

// taken says why a run cannot have an idempotency key; it is nil where it can.
func (b *batch) taken(i int, id binaryID, once storage.Once) (refusal, err error) {
	key := claimKey(once)
	held, ok, err := b.holder(key, millisOf(id))
	if err != nil || !ok || held.run == id {
		return nil, err
	}
	if sl := b.claimed[string(key)]; sl != nil {
		b.placed = append(b.placed, place{i, sl})
	}
	return fmt.Errorf("%w: by run %s", storage.ErrDuplicate, storage.RunIDFrom(held.run)), nil
}

// holder is the claim that holds a key at a time, in milliseconds, as this batch sees it.
func (b *batch) holder(key []byte, millis int64) (held claim, ok bool, err error) {
	for i := len(b.store.slices) - 1; i >= 0 && !ok && err == nil; i-- {
		sl := b.store.slices[i]
		if t := b.writes[sl]; t != nil {
			if t.claimsUntil > millis {
				held, ok, err = claimIn(sl, t.tx, key, millis)
			}
		} else if sl.claimsUntil.Load() > millis {
			err = sl.guard(func() error {
				if b.reads[sl] == nil {
					tx, err := sl.db.Begin(false)
					if err != nil {
						return sl.failure(err)
					}
					b.reads[sl] = tx
				}
				held, ok, err = claimIn(sl, b.reads[sl], key, millis)
				return err
			})
		}
	}
	return held, ok, err
}

func (b *batch) endReads() {
	for _, tx := range b.reads {
		rollback(tx)
	}
}

// abort drops all that was not committed.
func (b *batch) abort() error {
	var problems []error
	for sl, t := range b.writes {
		problems = append(problems, t.abort())
		delete(b.writes, sl)
	}
	return errors.Join(problems...)
}

func (b *batch) commit() error {
	var order []*sliceTx
	for _, t := range b.writes {
		if err := t.reserve(); err != nil {
			return errors.Join(err, b.abort())
		}
		if t.puts > 0 {
			order = append(order, t)
		}
	}
	// The youngest has the most to write: where one fails it is likely to be this one, and then nothing was kept.
	sort.Slice(order, func(i, j int) bool { return order[i].start > order[j].start })
	for i, t := range order {
		err := b.commitSlice(t)
		switch {
		case err == nil:
			t.dirty.Store(true)
		case i == 0 || errors.Is(err, errInDoubt):
			return errors.Join(err, b.abort())
		default:
			b.refuseIn(t.slice, err)
		}
	}
	return errors.Join(b.abort(), b.sealRolled())
}

func (b *batch) commitSlice(t *sliceTx) error {
	if err := b.store.hook("commit:slice"); err != nil {
		return err
	}
	delete(b.writes, t.slice)
	return t.commit()
}

// refuseIn refuses the appends whose fate lay in a slice.
func (b *batch) refuseIn(sl *slice, err error) {
	for _, p := range b.placed {
		if p.slice == sl {
			b.refused[p.position] = err
		}
	}
}

func (b *batch) sealRolled() error {
	for _, sl := range b.rolled {
		if err := sl.seal(); err != nil {
			return b.store.fail(ignoreFull(err))
		}
		sl.dirty.Store(false)
	}
	return nil
}

// known is what a slice has of a run before an append.
type known struct {
	flow string
	row  *storage.Row // nil of a new run, and where the append changes neither row nor live
}

// check looks whether an append continues its run.
func (t *sliceTx) check(id binaryID, a *storage.Append) (k known, refusal, err error) {
	newest, exists, err := lastRecord(t.slice, t.tx, id)
	if err != nil {
		return k, nil, err
	}
	next := uint64(1)
	if exists {
		next = newest.last() + 1
	}
	switch {
	case a.Seq != next:
		return k, fmt.Errorf("%w: run %s goes on at %d, not at %d", storage.ErrConflict, a.Run, next, a.Seq), nil
	case !exists && (a.Row == nil || len(a.Events) == 0):
		return k, fmt.Errorf("%w: run %s must begin with a row and an event", storage.ErrConflict, a.Run), nil
	case !exists:
		return known{flow: a.Row.Flow}, nil, nil
	case a.Row == nil && a.Live == nil:
		return k, nil, nil
	}
	flow, _, err := flowOf(t.slice, t.tx, id)
	if err != nil {
		return k, nil, err
	}
	if a.Row != nil && a.Row.Flow != flow {
		return k, fmt.Errorf("%w: run %s is of flow %q, not of %q", storage.ErrConflict, a.Run, flow, a.Row.Flow), nil
	}
	row, err := knownRow(t.slice, t.tx, flow, id)
	return known{flow, &row}, nil, err
}

// append writes what check has found to continue its run.
func (t *sliceTx) append(id binaryID, k known, a *storage.Append) error {
	t.last = max(t.last, millisOf(id))
	if len(a.Events) > 0 {
		if err := t.put(bucketJournal, journalKey(id, a.Seq), t.pack(func(b []byte) []byte {
			return appendEvents(b, a.Seq, k.flow, a.Events)
		})); err != nil {
			return err
		}
	}
	row := k.row
	if a.Row != nil {
		row = a.Row
		if err := t.putRow(id, k.row, row); err != nil {
			return err
		}
	}
	if row == nil {
		return nil
	}
	wasLive := k.row != nil && k.row.EndedAt.IsZero()
	switch isLive := row.EndedAt.IsZero(); {
	case isLive && a.Live != nil:
		return t.put(bucketLive, id[:], encodeLive(k.flow, a.Live))
	case isLive && !wasLive:
		return t.put(bucketLive, id[:], encodeLive(k.flow, &storage.Live{}))
	case !isLive && wasLive:
		return t.delete(bucketLive, id[:])
	}
	return nil
}
