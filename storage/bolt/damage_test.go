package bolt

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"sluice/storage"
)

func TestOpenRefusesWhatAnotherProcessUses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, Options{})
	_, err := Open(dir, Options{})
	require.ErrorIs(t, err, ErrInUse)
	require.ErrorContains(t, err, fmt.Sprintf("(id %d)", os.Getpid()))
	require.NoError(t, s.Close())
	require.NoError(t, open(t, dir, Options{}).Close())
}

// damaged is a storage of two slices and some meta data, in files that were closed or, where sealed is false, left as a
// crash leaves them.
func damaged(t *testing.T, sealed bool) (dir string, files []string) {
	t.Helper()
	dir = t.TempDir()
	crash := false
	s := open(t, dir, Options{SliceEvery: time.Hour, Hook: func(string) error {
		if crash {
			return errCrash
		}
		return nil
	}})
	for i := range 100 {
		a := newRun(runAt(time.Duration(i)*time.Minute, 0), "waiting")
		a.Events = append(a.Events, make([]byte, i*100))
		_, err := s.Commit([]storage.Append{a})
		require.NoError(t, err)
	}
	require.NoError(t, s.Update(func(w storage.Writer) error {
		for i := range 200 {
			if err := w.Put(storage.Flows, fmt.Append(nil, i), make([]byte, 300)); err != nil {
				return err
			}
		}
		return nil
	}))
	if crash = !sealed; crash {
		_, err := s.Commit(nil)
		require.ErrorIs(t, err, errCrash)
	}
	require.NoError(t, s.Close())
	files, err := filepath.Glob(filepath.Join(dir, "*.db"))
	require.NoError(t, err)
	require.Len(t, files, 3)
	return dir, files
}

// useAll opens a storage and reads and writes everywhere. It must not panic; an error must be one of damage.
func useAll(t *testing.T, dir string) error {
	t.Helper()
	s, err := Open(dir, Options{SliceEvery: time.Hour})
	if err != nil {
		return err
	}
	defer func() { _ = s.Close() }()
	rows, err := s.Runs(storage.Listing{})
	for _, row := range rows {
		if e := s.Events(row.Run, 1, func(uint64, []byte) bool { return true }); e != nil {
			err = e
		}
	}
	for _, step := range []func() error{
		func() error { _, err := s.Runs(storage.Listing{Status: "waiting"}); return err },
		func() error {
			_, err := s.Runs(storage.Listing{Key: storage.Key{Name: "order", Value: "1"}})
			return err
		},
		func() error { return s.Live(func(storage.LiveRow) bool { return true }) },
		func() error {
			_, err := s.Commit([]storage.Append{newRun(runAt(0, 9), "succeeded"), newRun(runAt(99*time.Minute, 9), "succeeded")})
			return err
		},
		func() error {
			return s.View(func(r storage.Reader) error {
				return r.Scan(storage.Flows, nil, func(key, _ []byte) bool { r.Get(storage.Flows, key); return true })
			})
		},
		func() error {
			return s.Update(func(w storage.Writer) error { return w.Put(storage.Flows, []byte("10"), []byte("x")) })
		},
	} {
		if e := step(); e != nil {
			err = e
		}
	}
	return err
}

func TestDamagedFilesAreNamed(t *testing.T) {
	t.Parallel()
	const page = int64(pageSize)
	damages := map[string]func(*testing.T, *os.File){
		"shortened": func(t *testing.T, f *os.File) { require.NoError(t, f.Truncate(5*page)) },
		"emptied":   func(t *testing.T, f *os.File) { require.NoError(t, f.Truncate(0)) },
		"both metas lost": func(t *testing.T, f *os.File) {
			_, err := f.WriteAt(make([]byte, 2*page), 0)
			require.NoError(t, err)
		},
		"another format": func(t *testing.T, f *os.File) {
			for at := range int64(2) {
				_, err := f.WriteAt(slices.Repeat([]byte("SQLite format 3"), 10), at*page)
				require.NoError(t, err)
			}
		},
		"pages zeroed": func(t *testing.T, f *os.File) {
			info, err := f.Stat()
			require.NoError(t, err)
			_, err = f.WriteAt(make([]byte, info.Size()-2*page), 2*page)
			require.NoError(t, err)
		},
	}
	for name, damage := range damages {
		for i := range 3 {
			for _, sealed := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%d/%v", name, i, sealed), func(t *testing.T) {
					t.Parallel()
					dir, files := damaged(t, sealed)
					f, err := os.OpenFile(files[i], os.O_RDWR, 0)
					require.NoError(t, err)
					damage(t, f)
					require.NoError(t, f.Close())
					err = useAll(t, dir)
					require.ErrorIs(t, err, storage.ErrCorrupt)
					require.ErrorContains(t, err, files[i])
				})
			}
		}
	}
}

// TestRandomDamageNeverPanics overwrites parts of files with noise. What damage does not hit may go unnoticed; what it
// hits must end in an error, and never in the end of the process.
func TestRandomDamageNeverPanics(t *testing.T) {
	t.Parallel()
	for seed := range uint64(40) {
		random := rand.New(rand.NewPCG(seed, 1))
		dir, files := damaged(t, seed%2 == 0)
		f, err := os.OpenFile(files[random.IntN(3)], os.O_RDWR, 0)
		require.NoError(t, err)
		meta, ok := newestMeta(f)
		require.True(t, ok)
		for range 1 + random.IntN(20) {
			page := 2 + random.Int64N(int64(meta.pages)-2)
			noise := make([]byte, 1+random.IntN(64))
			for i := range noise {
				noise[i] = byte(random.Uint32())
			}
			_, err := f.WriteAt(noise, page*pageSize+random.Int64N(int64(random.IntN(pageSize-64)+1)))
			require.NoError(t, err)
		}
		require.NoError(t, f.Close())
		_ = useAll(t, dir)
	}
}

func TestPagesThatFormACircleAreRefused(t *testing.T) {
	t.Parallel()
	dir, files := damaged(t, false)
	f, err := os.OpenFile(files[2], os.O_RDWR, 0)
	require.NoError(t, err)
	meta, ok := newestMeta(f)
	require.True(t, ok)
	page := make([]byte, pageSize)
	_, err = f.ReadAt(page, int64(meta.root)*pageSize)
	require.NoError(t, err)
	binary.NativeEndian.PutUint16(page[8:], flagBranch)
	binary.NativeEndian.PutUint16(page[10:], 1)
	binary.NativeEndian.PutUint64(page[headerSize+8:], meta.root)
	_, err = f.WriteAt(page, int64(meta.root)*pageSize)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	_, err = Open(dir, Options{})
	require.ErrorIs(t, err, storage.ErrCorrupt)
	require.ErrorContains(t, err, "used twice")
}

func TestMissingFilesAreNamed(t *testing.T) {
	t.Parallel()
	for i := range 3 {
		dir, files := damaged(t, true)
		require.NoError(t, os.Remove(files[i]))
		_, err := Open(dir, Options{})
		require.ErrorIs(t, err, storage.ErrCorrupt)
		require.ErrorContains(t, err, files[i])
	}
}

// TestHalfCreatedFilesAreRepaired leaves behind what a crash can leave of a file that was being created.
func TestHalfCreatedFilesAreRepaired(t *testing.T) {
	t.Parallel()
	left := map[string]func(path string) error{
		"empty":    func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"short":    func(path string) error { return os.WriteFile(path, make([]byte, 5000), 0o600) },
		"of zeros": func(path string) error { return os.WriteFile(path, make([]byte, 4*pageSize), 0o600) },
		"without buckets": func(path string) error {
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				return err
			}
			return db.Close()
		},
	}
	for name, leave := range left {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			require.NoError(t, leave(filepath.Join(dir, "meta.db")))
			require.NoError(t, useAll(t, dir))
			require.NoError(t, leave((&Store{dir: dir}).slicePath(start.Add(24*time.Hour).UnixMilli())))
			require.NoError(t, useAll(t, dir))
			checkFiles(t, open(t, dir, Options{}))
		})
	}
}

// TestUnknownSliceWithRunsIsLeftAlone: it may be the work of somebody who copies files.
func TestUnknownSliceWithRunsIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir, files := damaged(t, true)
	stray := (&Store{dir: dir}).slicePath(5)
	in, err := os.Open(files[0])
	require.NoError(t, err)
	out, err := os.Create(stray)
	require.NoError(t, err)
	_, err = io.Copy(out, in)
	require.NoError(t, err)
	require.NoError(t, out.Close())
	require.NoError(t, in.Close())
	_, err = Open(dir, Options{})
	require.ErrorIs(t, err, storage.ErrCorrupt)
	require.ErrorContains(t, err, stray)
	require.NoError(t, os.Remove(stray))
	require.NoError(t, useAll(t, dir))
}

func TestOtherFormatIsRefused(t *testing.T) {
	t.Parallel()
	dir, files := damaged(t, true)
	db, err := bbolt.Open(files[2], 0o600, nil)
	require.NoError(t, err)
	require.NoError(t, db.Update(func(tx *bbolt.Tx) error {
		return tx.Bucket(bucketInfo).Put([]byte("format"), binary.AppendUvarint(nil, format+1))
	}))
	require.NoError(t, db.Close())
	_, err = Open(dir, Options{})
	require.ErrorContains(t, err, "another format")
	require.ErrorContains(t, err, files[2])
}

// TestDamageInOneSliceDoesNotStopTheOthers has an old slice go bad under a storage that is open.
func TestDamageInOneSliceDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	dir, files := damaged(t, true)
	s := open(t, dir, Options{SliceEvery: time.Hour})
	f, err := os.OpenFile(files[0], os.O_RDWR, 0)
	require.NoError(t, err)
	info, err := f.Stat()
	require.NoError(t, err)
	_, err = f.WriteAt(make([]byte, info.Size()-2*pageSize), 2*pageSize)
	require.NoError(t, err)
	require.NoError(t, f.Close())

	for range 2 {
		refused, err := s.Commit([]storage.Append{
			{Run: runAt(0, 0), Seq: 2, Events: [][]byte{{1}}}, newRun(runAt(100*time.Minute, byte(len(s.slices))), "waiting"),
		})
		require.NoError(t, err)
		require.ErrorIs(t, refused[0], storage.ErrCorrupt)
		require.ErrorContains(t, refused[0], files[0])
		delete(refused, 0)
		if len(refused) > 0 { // the second time, since it was kept
			require.ErrorIs(t, refused[1], storage.ErrConflict)
		}
	}
	_, err = s.Row(runAt(0, 0))
	require.ErrorIs(t, err, storage.ErrCorrupt)
	_, err = s.Row(runAt(99*time.Minute, 0))
	require.NoError(t, err)
}
