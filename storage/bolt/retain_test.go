package bolt

import (
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/storage"
)

// TestRetainSeesWhatIsCommittedMeanwhile commits while the runs of the departing slice have been looked at but not yet
// been carried over.
func TestRetainSeesWhatIsCommittedMeanwhile(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), Options{SliceEvery: time.Hour})
	kept, ends, reopened, late, young := runAt(0, 1), runAt(0, 2), runAt(0, 3), runAt(0, 4), runAt(2*time.Hour, 1)
	_, err := s.Commit([]storage.Append{
		newRun(kept, "succeeded"), newRun(ends, "waiting"), newRun(reopened, "succeeded"), newRun(young, "waiting"),
	})
	require.NoError(t, err)

	meanwhile := func() {
		end, again := newRun(ends, "succeeded"), newRun(reopened, "waiting")
		end.Seq, again.Seq = 2, 2
		begin := newRun(late, "succeeded")
		begin.Once = &storage.Once{Scope: "s", Key: "late", TTL: 10 * time.Hour}
		refused, err := s.Commit([]storage.Append{end, again, begin})
		require.NoError(t, err)
		require.Empty(t, refused)
	}
	var once sync.Once
	dropped, err := s.Retain(start.Add(2*time.Hour), func(row storage.RunRow) bool {
		if row.Run == kept {
			once.Do(meanwhile)
		}
		return row.Run == kept
	})
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
	require.Len(t, s.slices, 1)
	_, err = s.Row(ends)
	require.ErrorIs(t, err, storage.ErrNotFound)
	for run, events := range map[storage.RunID]int{kept: 1, reopened: 2, late: 1, young: 1} {
		n := 0
		require.NoError(t, s.Events(run, 1, func(uint64, []byte) bool { n++; return true }))
		require.Equal(t, events, n)
	}
	holder, err := s.Claimed("s", "late", start.Add(3*time.Hour))
	require.NoError(t, err)
	require.Equal(t, late, holder)
	checkFiles(t, s)
}

func TestRetainBesideTheCommitter(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), Options{SliceEvery: 10 * time.Minute})
	const minutes = 150
	progress := make(chan int)
	go func() {
		defer close(progress)
		for n := range minutes {
			at := time.Duration(n) * time.Minute
			appends := []storage.Append{newRun(runAt(at, 1), "succeeded"), newRun(runAt(at, 2), "waiting")}
			for back := 1; back <= n && back <= 30; back++ {
				older := storage.Append{Run: runAt(at-time.Duration(back)*time.Minute, 2), Seq: uint64(back + 1), Events: [][]byte{{byte(n)}}}
				appends = append(appends, older)
			}
			if refused, err := s.Commit(appends); err != nil || len(refused) > 0 {
				t.Error(refused, err)
			}
			progress <- n
		}
	}()
	dropped := 0
	for n := range progress {
		if n%10 != 9 {
			continue
		}
		// One more commit goes on meanwhile.
		gone, err := s.Retain(start.Add(time.Duration(n-15)*time.Minute), func(storage.RunRow) bool { return false })
		require.NoError(t, err)
		dropped += gone
	}
	require.Positive(t, dropped)
	rows, err := s.Runs(storage.Listing{})
	require.NoError(t, err)
	require.Len(t, rows, 2*minutes-dropped)
	for n := range minutes {
		events := 0
		require.NoError(t, s.Events(runAt(time.Duration(n)*time.Minute, 2), 1, func(uint64, []byte) bool { events++; return true }))
		require.Equal(t, 1+min(30, minutes-1-n), events, "minute %d", n)
	}
	checkFiles(t, s)
}

// TestSlicesFollowAgeAndSize also has clocks that jump: a run in the far future must not end the rolling over.
func TestSlicesFollowAgeAndSize(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir(), Options{SliceEvery: time.Hour, SliceBytes: 1 << 20})
	begin := func(at time.Duration, size int) {
		a := newRun(runAt(at, 0), "waiting")
		a.Events = [][]byte{make([]byte, size)}
		refused, err := s.Commit([]storage.Append{a})
		require.NoError(t, err)
		require.Empty(t, refused)
	}
	count := func() int { return len(s.slices) }
	begin(0, 1)
	begin(59*time.Minute, 1)
	require.Equal(t, 1, count())
	begin(60*time.Minute, 1)
	require.Equal(t, 2, count())
	begin(30*time.Minute, 1) // late, and at home in the first
	require.Equal(t, 2, count())
	for n := range 12 {
		begin(61*time.Minute+time.Duration(n)*time.Second, 100_000)
	}
	require.Equal(t, 3, count())
	begin(100*365*24*time.Hour, 1)
	require.Equal(t, 4, count())
	for n := range 30 {
		begin(62*time.Minute+time.Duration(n)*time.Second, 100_000)
	}
	require.Greater(t, count(), 5)
	rows, err := s.Runs(storage.Listing{})
	require.NoError(t, err)
	require.Len(t, rows, 4+12+1+30)
	for _, sl := range s.slices {
		info, err := os.Stat(sl.path)
		require.NoError(t, err)
		require.Less(t, info.Size(), int64(4<<20), fmt.Sprint(sl.path))
	}
}
