package storagetest

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/storage"
)

func testReopen(t *testing.T, open func(*testing.T, string) storage.Store) {
	dir := t.TempDir()
	for round := range 4 {
		s := open(t, dir)
		for i := range round {
			run := runAt(time.Duration(i)*time.Hour, 0)
			require.Len(t, journal(t, s, run, 1), round-i)
			holder, err := s.Claimed("flow/hook", fmt.Sprint(i), epoch.Add(time.Duration(i)*time.Hour))
			require.NoError(t, err)
			require.Equal(t, run, holder)
			commit(t, s, storage.Append{Run: run, Seq: uint64(round - i + 1), Events: events("more")})
		}
		require.Len(t, live(t, s), round)
		commit(t, s, claiming(runAt(time.Duration(round)*time.Hour, 0), fmt.Sprint(round), time.Hour))
		require.NoError(t, s.View(func(r storage.Reader) error {
			require.Len(t, scan(t, r, storage.Flows, ""), round)
			return nil
		}))
		put(t, s, storage.Flows, fmt.Sprint(round), "flow")
		require.NoError(t, s.Close())
	}
}

// testBackup writes, for each i in turn, a definition and then a run that needs it, and copies the storage meanwhile.
func testBackup(t *testing.T, open func(*testing.T, string) storage.Store) {
	s := open(t, t.TempDir())
	const backups = 5
	wrote := make(chan int)
	stop := make(chan struct{})
	go func() {
		defer close(wrote)
		for i := 0; ; i++ {
			name := fmt.Sprint("def-", i)
			err := s.Update(func(w storage.Writer) error { return w.Put(storage.Definitions, []byte(name), []byte("d")) })
			if err != nil {
				t.Error(err)
				return
			}
			run := runAt(time.Duration(i)*time.Minute, i)
			a := begin(run, "f", "running")
			a.Row.Data = []byte(name)
			a.Events = append(a.Events, make([]byte, 5000), []byte("last"))
			if refused, err := s.Commit([]storage.Append{a}); err != nil || len(refused) > 0 {
				t.Error(refused, err)
				return
			}
			select {
			case wrote <- i:
			case <-stop:
				return
			}
		}
	}()
	for n := range backups {
		acknowledged := 0
		for range 20 {
			acknowledged = <-wrote
		}
		dir := filepath.Join(t.TempDir(), fmt.Sprint("backup-", n))
		copied := make(chan error)
		go func() { copied <- s.Backup(dir) }()
		for busy := true; busy; {
			select {
			case err := <-copied:
				require.NoError(t, err)
				busy = false
			case <-wrote:
			}
		}
		require.Error(t, s.Backup(dir), "it is there already")
		checkBackup(t, open(t, dir), acknowledged)
	}
	close(stop)
	for range wrote {
		continue
	}
	require.NoError(t, s.Close())
}

// checkBackup requires the runs that were acknowledged before the backup began, no gap up to the youngest, each run
// whole, and its definition. The copy must also take new runs.
func checkBackup(t *testing.T, s storage.Store, acknowledged int) {
	rows, err := s.Runs(storage.Listing{})
	require.NoError(t, err)
	require.Greater(t, len(rows), acknowledged)
	require.Len(t, live(t, s), len(rows))
	for i, row := range rows {
		n := len(rows) - 1 - i
		require.Equal(t, runAt(time.Duration(n)*time.Minute, n), row.Run)
		require.Equal(t, "last", journal(t, s, row.Run, 3)[0])
		require.NoError(t, s.View(func(r storage.Reader) error {
			require.NotNil(t, r.Get(storage.Definitions, row.Data))
			return nil
		}))
	}
	commit(t, s, begin(runAt(1000*time.Hour, 0), "f", "running"))
	require.NoError(t, s.Close())
}
