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
