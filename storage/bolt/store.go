// Package bolt is the embedded storage: one directory of bbolt files.
//
//	lock               held by the process that has the storage open
//	meta.db            the key-value buckets, and the list of slices
//	journal-<ms>.db    a slice: the runs that started from that millisecond on, until the next slice begins
//
// A run lies whole in one slice, its home, which follows from the time in its id: the slices part all time between
// them, and the oldest one also takes what is older than itself. So one append is atomic by one transaction of bbolt,
// a listing goes from slice to slice without merging, and retention removes files instead of deleting records.
//
// It is the only importer of bbolt. It must not know what the bytes that it keeps mean, and it trusts no file: a full
// disk is storage.ErrFull, a damaged file is storage.ErrCorrupt, neither is a panic.
package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"

	"sluice/storage"
)

// Options are what an operator may choose; the zero value is fit for production.
type Options struct {
	// SliceEvery is how much time a slice covers; a day where it is 0.
	SliceEvery time.Duration
	// SliceBytes is the size from which a slice is followed by another one; 1 GiB where it is 0.
	SliceBytes int64
	// Hook is called at each named moment at which the storage touches the disk, for tests; nil does nothing. An error
	// from it strikes there: one that wraps ENOSPC as a full disk would, any other as a crash, after which the Store
	// must be opened again.
	Hook func(point string) error
}

const (
	defaultSliceEvery = 24 * time.Hour
	defaultSliceBytes = 1 << 30
	metaMapped        = 1 << 28
)

// Store implements storage.Store. All methods are safe for concurrent use.
type Store struct {
	dir     string
	options Options
	lock    io.Closer
	meta    *file

	// committing is held by whoever changes the journal or the list of slices; Backup holds it to find them at rest.
	committing sync.Mutex
	// retaining is held by the one Retain that is under way.
	retaining sync.Mutex
	// touched is not nil meanwhile: the runs that were appended to since it began, and whether they began since then as
	// well. It is guarded by committing.
	touched map[binaryID]bool
	// dropped are the starts of slices whose files are still to be removed. It is guarded by retaining.
	dropped []int64

	mu     sync.RWMutex
	slices []*slice // by start; a published list is never changed
	closed bool

	// dead is why the storage takes no more calls: it is closed, or the state of the disk is not known.
	dead atomic.Pointer[error]
}

var _ storage.Store = (*Store)(nil)

var errClosed = errors.New("bolt: the storage is closed")

// bucketSlices in meta.db says which slices there are: start (8 bytes, milliseconds) -> state. A file that it does not
// name was never put to use.
var bucketSlices = []byte("\x00slices")

const (
	sliceInUse   = 'u'
	sliceDropped = 'd' // everything worth keeping was carried over; only the file is left to remove
)

// Open opens the storage in a directory, and makes it where there is none. It fails with ErrInUse while another process
// has it open.
func Open(dir string, o Options) (*Store, error) {
	if o.SliceEvery <= 0 {
		o.SliceEvery = defaultSliceEvery
	}
	if o.SliceBytes <= 0 {
		o.SliceBytes = defaultSliceBytes
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	held, err := lock(filepath.Join(dir, "lock"))
	if err != nil {
		return nil, err
	}
	s := &Store{dir: dir, options: o, lock: held}
	if err := s.openFiles(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

func (s *Store) openFiles() error {
	starts, err := s.sliceFiles()
	if err != nil {
		return err
	}
	// Journals without a meta.db are not a new storage but a damaged one.
	s.meta, err = openFile(filepath.Join(s.dir, "meta.db"), len(starts) == 0, metaMapped, bucketSlices)
	if err != nil {
		return err
	}
	return s.openSlices(starts)
}

// sliceFiles is the starts of the slices that have a file.
func (s *Store) sliceFiles() ([]int64, error) {
	entries, err := os.ReadDir(s.dir)
	var starts []int64
	for _, entry := range entries {
		digits, ok := strings.CutPrefix(strings.TrimSuffix(entry.Name(), ".db"), "journal-")
		start, err := strconv.ParseInt(digits, 10, 64)
		if ok && err == nil && s.slicePath(start) == filepath.Join(s.dir, entry.Name()) {
			starts = append(starts, start)
		}
	}
	return starts, err
}

// openSlices opens what the list of slices names, and finishes what a crash left undone.
func (s *Store) openSlices(files []int64) error {
	states := map[int64]byte{}
	err := s.meta.view(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketSlices).ForEach(func(key, value []byte) error {
			if len(key) != 8 || len(value) != 1 {
				return fmt.Errorf("%w: %s: list of slices", storage.ErrCorrupt, s.meta.path)
			}
			states[int64(binary.BigEndian.Uint64(key))] = value[0]
			return nil
		})
	})
	if err != nil {
		return err
	}
	for start, state := range states {
		if state == sliceDropped {
			s.dropped = append(s.dropped, start)
			continue
		}
		sl, err := openSlice(s.slicePath(start), start, false, s.mapped())
		if err != nil {
			return err
		}
		s.slices = append(s.slices, sl)
	}
	sort.Slice(s.slices, func(i, j int) bool { return s.slices[i].start < s.slices[j].start })
	for _, start := range files {
		if _, named := states[start]; named {
			continue
		}
		if err := s.discard(start); err != nil {
			return err
		}
	}
	return ignoreFull(s.removeDropped())
}

// discard removes a slice whose creation did not come to its end. It never removes a run.
func (s *Store) discard(start int64) error {
	sl, err := openSlice(s.slicePath(start), start, true, 0)
	if err != nil {
		return err
	}
	used := sl.last.Load() >= 0
	if err := sl.close(); err != nil {
		return err
	}
	if used {
		return fmt.Errorf("%w: %s has runs, but meta.db does not know it: move it away, or bring back the meta.db that "+
			"belongs to it", storage.ErrCorrupt, sl.path)
	}
	return os.Remove(sl.path)
}

// Close implements storage.Store. It waits for calls that are under way.
func (s *Store) Close() error {
	// A storage that failed is left as the failure left it.
	intact := s.dead.CompareAndSwap(nil, &errClosed)
	s.retaining.Lock()
	defer s.retaining.Unlock()
	s.committing.Lock()
	defer s.committing.Unlock()
	if s.closed {
		return nil
	}
	s.closed = true
	slices := s.slices
	s.publish(nil)
	var problems []error
	for _, sl := range slices {
		sl.readers.Wait()
		if intact && sl.dirty.Load() {
			problems = append(problems, ignoreFull(sl.seal()))
		}
		problems = append(problems, sl.close())
	}
	if s.meta != nil {
		if intact {
			problems = append(problems, ignoreFull(s.meta.seal()))
		}
		problems = append(problems, s.meta.close())
	}
	return errors.Join(append(problems, s.lock.Close())...)
}

// ignoreFull is for what is worth trying but not needed.
func ignoreFull(err error) error {
	if errors.Is(err, storage.ErrFull) {
		return nil
	}
	return err
}

// usable is nil while the storage takes calls.
func (s *Store) usable() error {
	if err := s.dead.Load(); err != nil {
		return *err
	}
	return nil
}

// fail passes an error on, and ends the storage where the error leaves the state of the disk unknown.
func (s *Store) fail(err error) error {
	if errors.Is(err, errInDoubt) {
		s.dead.CompareAndSwap(nil, &err)
	}
	return err
}

func (s *Store) hook(point string) error {
	if s.options.Hook == nil {
		return nil
	}
	err := s.options.Hook(point)
	if err == nil {
		return nil
	}
	if isFull(err) {
		return fmt.Errorf("%w: at %s: %w", storage.ErrFull, point, err)
	}
	err = fmt.Errorf("%w: crashed at %s: %w", errInDoubt, point, err)
	return s.fail(err)
}

// home is the slice of a run, held: the caller must release it with readers.Done. It is nil while there are no slices.
func (s *Store) home(id binaryID) (*slice, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(); err != nil {
		return nil, err
	}
	sl := homeIn(s.slices, millisOf(id))
	if sl != nil {
		sl.readers.Add(1)
	}
	return sl, nil
}

// homeIn is the last slice that starts at or before a time, or else the oldest.
func homeIn(slices []*slice, millis int64) *slice {
	after := sort.Search(len(slices), func(i int) bool { return slices[i].start > millis })
	if len(slices) == 0 {
		return nil
	}
	return slices[max(after-1, 0)]
}

// hold is all slices, oldest first, with what each is home to. The caller must release them; until then they stay
// readable, also when Retain drops them.
func (s *Store) hold() (held []heldSlice, release func(), err error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if err := s.usable(); err != nil {
		return nil, nil, err
	}
	for i, sl := range s.slices {
		h := heldSlice{slice: sl, hi: lastOf(1<<48 - 1)}
		// What lies outside of these bounds is a copy that an unfinished Retain made.
		if i > 0 {
			h.lo = firstOf(sl.start)
		}
		if i+1 < len(s.slices) {
			h.hi = lastOf(s.slices[i+1].start - 1)
		}
		sl.readers.Add(1)
		held = append(held, h)
	}
	return held, func() {
		for _, h := range held {
			h.readers.Done()
		}
	}, nil
}

// A heldSlice is home to the runs from lo to hi, both included.
type heldSlice struct {
	*slice
	lo, hi binaryID
}

// publish makes a list of slices the one that calls see from now on. committing must be held.
func (s *Store) publish(slices []*slice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slices = slices
}

// roll begins a slice at a time. committing must be held. The order is what makes a crash harmless: the file is whole
// before it is named, and named before a run is put into it.
func (s *Store) roll(start int64) (*slice, error) {
	if err := s.hook("roll:before"); err != nil {
		return nil, err
	}
	sl, err := s.create(start)
	if err != nil {
		if errors.Is(err, errInDoubt) {
			return nil, s.fail(err)
		}
		// No list names it, so that the file is only in the way.
		return nil, errors.Join(err, os.RemoveAll(s.slicePath(start)))
	}
	slices := append(make([]*slice, 0, len(s.slices)+1), s.slices...)
	slices = append(slices, sl)
	sort.Slice(slices, func(i, j int) bool { return slices[i].start < slices[j].start })
	s.publish(slices)
	return sl, s.hook("roll:recorded")
}

// create makes the file of a slice and then names it.
func (s *Store) create(start int64) (*slice, error) {
	sl, err := openSlice(s.slicePath(start), start, true, s.mapped())
	if err != nil {
		return nil, err
	}
	if err = s.hook("roll:created"); err == nil {
		err = s.meta.update(func(tx *bbolt.Tx) error {
			return tx.Bucket(bucketSlices).Put(sliceKey(start), []byte{sliceInUse})
		})
	}
	if err != nil {
		return nil, errors.Join(err, sl.close())
	}
	return sl, nil
}

// mapped leaves room for the batch that passes the limit.
func (s *Store) mapped() int64 { return s.options.SliceBytes + s.options.SliceBytes/4 }

func (s *Store) slicePath(start int64) string {
	return filepath.Join(s.dir, fmt.Sprintf("journal-%015d.db", start))
}

func sliceKey(start int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(start)) }
