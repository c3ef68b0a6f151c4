package bolt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"go.etcd.io/bbolt"
	bberrors "go.etcd.io/bbolt/errors"

	"sluice/storage"
)

const (
	// pageSize is fixed, so that files move between machines.
	pageSize = 4096
	// lockTimeout is how long Open waits for another process to let go of the storage.
	lockTimeout = time.Second
	lockRetry   = 20 * time.Millisecond
	// growStep is by how much a file grows: written as zeros, so that a commit never needs new room on the disk.
	growStep = 1 << 20
)

// ErrInUse is returned when another process has the storage open.
var ErrInUse = errors.New("bolt: the storage is in use by another process")

// errInDoubt: a commit failed in such a way that it may or may not be there after a restart.
var errInDoubt = errors.New("bolt: the outcome of a commit is in doubt; the storage must be opened again")

// A file is one bbolt database, kept from doing harm: what bbolt panics about becomes storage.ErrCorrupt, a full disk
// becomes storage.ErrFull, and room is taken before a commit begins to write.
type file struct {
	path string
	db   *bbolt.DB
	os   *os.File // the file that db writes to
	// writing is held by the transaction that writes, since seal changes how db commits.
	writing sync.Mutex
	// stuck: a transaction could not be ended, because bbolt panicked in it; its locks stay held. Guarded by writing.
	stuck bool
}

// openFile opens the file at path; with create, it makes what is not there, or was only half made, with the given
// buckets. mapped is how far the file may grow before bbolt has to wait for readers in order to map it anew; address
// space is all it costs.
func openFile(path string, create bool, mapped int64, buckets ...[]byte) (*file, error) {
	f := &file{path: path}
	if err := f.prepare(create); err != nil {
		return nil, err
	}
	options := &bbolt.Options{
		Timeout:        lockTimeout,
		PageSize:       pageSize,
		NoFreelistSync: true,
		FreelistType:   bbolt.FreelistMapType,
		NoStatistics:   true,
		OpenFile: func(name string, flag int, mode os.FileMode) (_ *os.File, err error) {
			f.os, err = os.OpenFile(name, flag, mode)
			return f.os, err
		},
	}
	// Windows gives a file the size of its mapping, and a narrow address space has no room to spare.
	if runtime.GOOS != "windows" && strconv.IntSize == 64 {
		options.InitialMmapSize = int(mapped)
	}
	err := f.guard(func() (err error) {
		f.db, err = bbolt.Open(path, 0o600, options)
		return err
	})
	if err != nil {
		if f.os != nil {
			_ = f.os.Close() // bbolt leaves it open, and locked, where it panicked
		}
		return nil, f.failure(err)
	}
	if err := f.complete(buckets); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// prepare lets bbolt near the file only where its contents hold: bbolt follows page numbers without looking.
func (f *file) prepare(create bool) error {
	raw, err := os.Open(f.path)
	if errors.Is(err, os.ErrNotExist) {
		if create {
			return nil
		}
		return fmt.Errorf("%w: %s is missing", storage.ErrCorrupt, f.path)
	}
	if err != nil {
		return err
	}
	problem := verify(raw)
	err = raw.Close()
	if create && errors.Is(problem, errHalfCreated) {
		return os.Truncate(f.path, 0)
	}
	if problem != nil {
		return fmt.Errorf("%w: %s: %w", storage.ErrCorrupt, f.path, problem)
	}
	return err
}

// complete brings a new file, or one whose creation a crash cut short, to where it can be used, and checks its format.
func (f *file) complete(buckets [][]byte) error {
	var found []byte
	err := f.view(func(tx *bbolt.Tx) error {
		if info := tx.Bucket(bucketInfo); info != nil {
			found = append(found, info.Get([]byte("format"))...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if found != nil {
		if v, n := binary.Uvarint(found); n <= 0 || v != format {
			return fmt.Errorf("bolt: %s has another format (%x) than this program knows (%d)", f.path, found, format)
		}
		return nil
	}
	err = f.update(func(tx *bbolt.Tx) error {
		for _, name := range append([][]byte{bucketInfo}, buckets...) {
			if _, err := tx.CreateBucketIfNotExists(name); err != nil {
				return err
			}
		}
		return tx.Bucket(bucketInfo).Put([]byte("format"), binary.AppendUvarint(nil, format))
	})
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(f.path))
}

// guard runs a step that reads the file and turns a panic into storage.ErrCorrupt: bbolt panics at pages that cannot be,
// and the machine faults at a mapped page that cannot be read. No code of a caller may run in it.
func (f *file) guard(step func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %s: %v", storage.ErrCorrupt, f.path, p)
		}
	}()
	return step()
}

// view runs a read-only transaction, guarded.
func (f *file) view(read func(*bbolt.Tx) error) error {
	return f.guard(func() error {
		tx, err := f.db.Begin(false)
		if err != nil {
			return f.failure(err)
		}
		defer rollback(tx)
		return read(tx)
	})
}

// update runs a transaction that writes, guarded.
func (f *file) update(write func(*bbolt.Tx) error) error {
	tx, err := f.begin()
	if err != nil {
		return err
	}
	if err := f.guard(func() error { return write(tx) }); err != nil {
		return errors.Join(f.failure(err), f.abort(tx))
	}
	return f.commit(tx)
}

// begin starts the one transaction that may write; commit and abort end it.
func (f *file) begin() (tx *bbolt.Tx, err error) {
	f.writing.Lock()
	err = f.guard(func() error {
		tx, err = f.db.Begin(true)
		return err
	})
	if err != nil {
		f.writing.Unlock()
	}
	return tx, f.failure(err)
}

func (f *file) abort(tx *bbolt.Tx) error {
	defer f.writing.Unlock()
	return f.end(tx)
}

// end drops what is left of a transaction, if anything.
func (f *file) end(tx *bbolt.Tx) error {
	if tx.DB() == nil {
		return nil
	}
	err := f.guard(tx.Rollback)
	if tx.DB() != nil {
		f.stuck = true
		return errors.Join(errInDoubt, err)
	}
	return err
}

// commit makes a transaction durable, or leaves nothing of it. Where it cannot tell which, the error is errInDoubt.
func (f *file) commit(tx *bbolt.Tx) error {
	defer f.writing.Unlock()
	return f.settle(tx)
}

// settle is commit while writing is held. What it distrusts: bbolt shows a transaction from the moment its meta page is
// written, also when the disk then refused to keep it.
func (f *file) settle(tx *bbolt.Tx) error {
	id := tx.ID()
	err := f.guard(tx.Commit)
	if err == nil {
		return nil
	}
	err = errors.Join(f.failure(err), f.end(tx))
	visible := true
	checked := f.view(func(tx *bbolt.Tx) error {
		visible = tx.ID() >= id
		return nil
	})
	if checked != nil || visible || errors.Is(err, storage.ErrCorrupt) {
		return errors.Join(errInDoubt, err)
	}
	return err
}

// reserve makes the file at least size bytes long with blocks that the disk has really given, so that a full disk shows
// before anything is at stake. It only ever writes at and beyond the end of the file, where bbolt has no page yet.
func (f *file) reserve(size int64) error {
	info, err := f.os.Stat()
	if err != nil {
		return err
	}
	for end := info.Size(); end < size; {
		step := min(max(end/4, 16*pageSize), growStep)
		n, err := f.os.WriteAt(zeros[:step-end%pageSize], end)
		if err != nil {
			return f.failure(err)
		}
		end += int64(n)
	}
	return nil
}

// zeros is only read.
var zeros [growStep]byte

// seal writes the list of free pages into the file, so that the next open need not look at every page to find them.
func (f *file) seal() error {
	tx, err := f.begin()
	if err != nil {
		return err
	}
	defer f.writing.Unlock()
	f.db.NoFreelistSync = false
	defer func() { f.db.NoFreelistSync = true }()
	return f.settle(tx)
}

func (f *file) close() error {
	f.writing.Lock()
	defer f.writing.Unlock()
	if f.stuck { // bbolt would wait for itself
		return f.os.Close()
	}
	return f.guard(f.db.Close)
}

// failure is err in the storage's own terms.
func (f *file) failure(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, storage.ErrFull), errors.Is(err, storage.ErrCorrupt), errors.Is(err, errInDoubt):
		return err
	case isFull(err):
		return fmt.Errorf("%w: %s: %w", storage.ErrFull, f.path, err)
	case errors.Is(err, bberrors.ErrTimeout):
		return fmt.Errorf("%w: %s is locked", ErrInUse, f.path)
	case errors.Is(err, bberrors.ErrInvalid), errors.Is(err, bberrors.ErrVersionMismatch), errors.Is(err, bberrors.ErrChecksum):
		return fmt.Errorf("%w: %s: %w", storage.ErrCorrupt, f.path, err)
	}
	return fmt.Errorf("bolt: %s: %w", f.path, err)
}

// isFull also looks at the text: bbolt does not wrap what fails while its file grows.
func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, bberrors.ErrMaxSizeReached) ||
		strings.Contains(err.Error(), syscall.ENOSPC.Error()) || strings.Contains(err.Error(), syscall.EDQUOT.Error())
}

// rollback ends a transaction that only read; there is nothing to lose.
func rollback(tx *bbolt.Tx) { _ = tx.Rollback() }

// syncDir makes the creation and removal of files in a directory durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if runtime.GOOS == "windows" {
		err = nil // there directories cannot be synced, and need not be
	}
	return errors.Join(err, d.Close())
}
