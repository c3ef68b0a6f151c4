package schedule_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/flows"
	"sluice/server/schedule"
	"sluice/storage/bolt"
)

// many are flows with a schedule each.
func many(b testing.TB, n int, cron string) []*flows.Flow {
	var list []*flows.Flow
	first := flow(b, "f", "Asia/Shanghai", "cron", fmt.Sprintf(`{"cron": %q, "catchUp": "last"}`, cron))
	for i := range n {
		f, doc := *first, *first.Document
		doc.ID = fmt.Sprintf("f%d", i)
		f.Document = &doc
		list = append(list, &f)
	}
	return list
}

// TestAThousandSchedulesWriteTwiceAMinute counts what the disk sees when all of them fire at one time.
func TestAThousandSchedulesWriteTwiceAMinute(t *testing.T) {
	t.Parallel()
	published := many(t, 1_000, "*/5 * * * *")
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.open(published...)
		defer func() { w.scheduler.Close() }()
		pass(4 * time.Minute)
		before, _ := w.stepped()
		pass(time.Minute)
		require.Len(t, w.starts(), 1_000)
		after, _ := w.stepped()
		require.Equal(t, 2*1_000+2*2, after-before, "each start, and two transactions, before and after")
	})
}

// BenchmarkAThousandSchedulesIdle is one look at schedules of which none is due: there is one a second.
func BenchmarkAThousandSchedulesIdle(b *testing.B) {
	w := newWorld(b)
	s, err := schedule.Open(w.options(), many(b, 1_000, "0 0 1 1 *"))
	require.NoError(b, err)
	defer s.Close()
	for b.Loop() {
		s.Tick()
	}
}

// BenchmarkAThousandSchedulesFire has all of them fire at once, over bolt.
func BenchmarkAThousandSchedulesFire(b *testing.B) {
	w := newWorld(b)
	store, err := bolt.Open(filepath.Join(b.TempDir(), "data"), bolt.Options{})
	require.NoError(b, err)
	w.store = store
	s, err := schedule.Open(w.options(), many(b, 1_000, "0 * * * *"))
	require.NoError(b, err)
	for b.Loop() {
		w.clock.Add(int64(time.Hour))
		s.Tick()
	}
	require.GreaterOrEqual(b, len(w.starts()), 1_000*b.N)
	s.Close()
	require.NoError(b, store.Close())
}
