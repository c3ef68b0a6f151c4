package bolt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/storage"
)

func fill(n int) storage.Append {
	a := newRun(runAt(time.Duration(n)*time.Millisecond, 0), "waiting")
	a.Events = [][]byte{make([]byte, 20_000)}
	return a
}

// untilFull commits more runs until it is told that the disk is full, and says how many it was told are there.
func untilFull(t *testing.T, s *Store, committed int) int {
	t.Helper()
	for {
		refused, err := s.Commit([]storage.Append{fill(committed)})
		if err != nil {
			require.ErrorIs(t, err, storage.ErrFull)
			return committed
		}
		require.Empty(t, refused)
		committed++
	}
}

func requireRuns(t *testing.T, s *Store, n int) {
	t.Helper()
	rows, err := s.Runs(storage.Listing{})
	require.NoError(t, err)
	require.Len(t, rows, n)
	for _, row := range rows {
		size := 0
		require.NoError(t, s.Events(row.Run, 1, func(_ uint64, event []byte) bool { size += len(event); return true }))
		require.Equal(t, 20_000, size)
	}
}

// smallDisk is a file system of 4 MiB of its own.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Skipf("NOT TESTED: a disk that is really full; mounting one takes root: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

func TestFullDisk(t *testing.T) {
	t.Parallel()
	disk := smallDisk(t)
	dir := filepath.Join(disk, "store")
	ballast := filepath.Join(disk, "ballast")
	require.NoError(t, os.WriteFile(ballast, make([]byte, 1<<20), 0o600))
	s := open(t, dir, Options{})

	committed := untilFull(t, s, 0)
	require.Greater(t, committed, 20)
	requireRuns(t, s, committed)
	var meta error
	for n := 0; meta == nil; n++ {
		meta = s.Update(func(w storage.Writer) error { return w.Put(storage.Values, fmt.Append(nil, n), make([]byte, 50_000)) })
	}
	require.ErrorIs(t, meta, storage.ErrFull)
	require.ErrorIs(t, s.Backup(filepath.Join(disk, "backup")), storage.ErrFull)
	require.NoDirExists(t, filepath.Join(disk, "backup.partial"))
	require.Equal(t, committed, untilFull(t, s, committed), "still full")

	// A slice cannot begin either, and the failure leaves nothing behind.
	late := newRun(runAt(100*time.Hour, 0), "waiting")
	_, err := s.Commit([]storage.Append{late})
	require.ErrorIs(t, err, storage.ErrFull)
	requireRuns(t, s, committed)

	// When there is room again it goes on by itself.
	require.NoError(t, os.Remove(ballast))
	more := untilFull(t, s, committed)
	require.Greater(t, more, committed)
	requireRuns(t, s, more)
	checkFiles(t, s)
	require.NoError(t, s.Close())

	// And it opens, while full.
	s = open(t, dir, Options{})
	requireRuns(t, s, more)
	require.NoError(t, s.Close())
}

// TestRetainMakesRoomOnAFullDisk also has a run to carry over.
func TestRetainMakesRoomOnAFullDisk(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(smallDisk(t), "store"), Options{SliceBytes: 512 << 10})
	committed := 0
	for full := false; !full; committed++ {
		a := fill(committed)
		if committed != 3 {
			a.Row = newRun(a.Run, "succeeded").Row
		}
		_, err := s.Commit([]storage.Append{a})
		full = errors.Is(err, storage.ErrFull)
		require.True(t, full || err == nil, "%v", err)
	}
	require.Greater(t, len(s.slices), 3)
	dropped, err := s.Retain(time.UnixMilli(s.slices[2].start), func(storage.RunRow) bool { return false })
	require.NoError(t, err)
	require.Greater(t, dropped, 20)
	require.Greater(t, untilFull(t, s, committed), committed+20)
	_, err = s.Row(fill(3).Run)
	require.NoError(t, err)
	checkFiles(t, s)
}

// TestFullWithinBolt has the room end where nobody expects it any more: while bbolt allocates pages.
func TestFullWithinBolt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, dir, Options{})
	_, err := s.Commit([]storage.Append{fill(0)})
	require.NoError(t, err)
	s.slices[0].db.MaxSize = 512 << 10
	committed := untilFull(t, s, 1)
	require.Greater(t, committed, 1)
	requireRuns(t, s, committed)
	require.Equal(t, committed, untilFull(t, s, committed))
	s.slices[0].db.MaxSize = 1024 << 10
	more := untilFull(t, s, committed)
	require.Greater(t, more, committed)
	requireRuns(t, s, more)
	checkFiles(t, s)
	require.NoError(t, s.Close())
	requireRuns(t, open(t, dir, Options{}), more)
}

// TestFullAtEveryPoint has the disk full at the first moment at which the storage touches it, then at the second, and so
// on. Nothing of the call may be kept, and the next one must do what the refused one could not.
func TestFullAtEveryPoint(t *testing.T) {
	t.Parallel()
	full := fmt.Errorf("injected: %w", syscall.ENOSPC)
	for n, struck := 1, true; struck; n++ {
		struck = false
		count := 0
		c := &scenario{T: t, dir: t.TempDir(), crash: func(point string) error {
			// After a commit it is too late to be full.
			if point == "commit:after" || point == "meta:after" {
				return nil
			}
			if count++; count != n {
				return nil
			}
			struck = true
			return full
		}}
		require.NoError(t, c.open())
		for i, step := range c.steps() {
			err := step()
			if err == nil {
				continue
			}
			require.ErrorIs(t, err, storage.ErrFull)
			require.NoError(t, step(), "step %d after the disk was full", i)
		}
		c.acknowledged(8)
		checkFiles(t, c.store)
		require.NoError(t, c.store.Close())
	}
}

// TestFullInOneOfTwoSlices has the older one of two slices fail after the younger was committed.
func TestFullInOneOfTwoSlices(t *testing.T) {
	t.Parallel()
	commits := 0
	failing := false
	s := open(t, t.TempDir(), Options{SliceEvery: time.Hour, Hook: func(point string) error {
		if point != "commit:slice" || !failing {
			return nil
		}
		if commits++; commits == 2 {
			return syscall.ENOSPC
		}
		return nil
	}})
	older, younger := runAt(0, 1), runAt(2*time.Hour, 1)
	for _, run := range []storage.RunID{older, younger} {
		_, err := s.Commit([]storage.Append{newRun(run, "waiting")})
		require.NoError(t, err)
	}
	failing = true
	claims := newRun(runAt(time.Minute, 2), "waiting")
	claims.Once = &storage.Once{Scope: "s", Key: "k", TTL: 10 * time.Hour}
	loses := newRun(runAt(2*time.Hour, 2), "waiting")
	loses.Once = claims.Once
	refused, err := s.Commit([]storage.Append{
		{Run: younger, Seq: 2, Events: [][]byte{{1}}}, {Run: older, Seq: 2, Events: [][]byte{{1}}}, claims, loses,
	})
	require.NoError(t, err)
	require.Len(t, refused, 3)
	for _, i := range []int{1, 2, 3} { // the last lost to a claim that was not made
		require.ErrorIs(t, refused[i], storage.ErrFull)
	}
	_, err = s.Claimed("s", "k", start)
	require.ErrorIs(t, err, storage.ErrNotFound)
	failing = false
	refused, err = s.Commit([]storage.Append{
		{Run: younger, Seq: 3, Events: [][]byte{{1}}}, {Run: older, Seq: 2, Events: [][]byte{{1}}}, loses, claims,
	})
	require.NoError(t, err)
	require.Len(t, refused, 1)
	require.ErrorIs(t, refused[3], storage.ErrDuplicate)
	checkFiles(t, s)
}
