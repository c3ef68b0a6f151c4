package bolt

import (
	"fmt"
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
