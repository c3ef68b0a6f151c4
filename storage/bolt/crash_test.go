package bolt

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"sluice/storage"
)

var start = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

func runAt(offset time.Duration, n byte) storage.RunID {
	return storage.NewRunID(start.Add(offset), [10]byte{9: n})
}

// newRun is the first append of a run, alone where status is an end.
func newRun(run storage.RunID, status string) storage.Append {
	row := &storage.Row{Flow: "f", Status: status, StartedAt: run.StartedAt(), Keys: []storage.Key{{Name: "order", Value: "1"}}}
	if status == "succeeded" {
		row.EndedAt = row.StartedAt.Add(time.Second)
	}
	return storage.Append{Run: run, Seq: 1, Events: [][]byte{[]byte("started")}, Row: row}
}

// checkFiles has bbolt look at every page of every file, and for what a slice must not have.
func checkFiles(t *testing.T, s *Store) {
	t.Helper()
	files := []*file{s.meta}
	for _, sl := range s.slices {
		files = append(files, sl.file)
	}
	for _, f := range files {
		require.NoError(t, f.db.View(func(tx *bbolt.Tx) error {
			var problems []error
			for err := range tx.Check() {
				problems = append(problems, err)
			}
			return errors.Join(problems...)
		}), f.path)
	}
	starts, err := s.sliceFiles()
	require.NoError(t, err)
	require.Len(t, starts, len(s.slices), "files that nothing names")
}

// A scenario is steps that can be asked whether they have been acknowledged, each safe to do again after a crash in it.
type scenario struct {
	*testing.T
	dir   string
	crash func(point string) error
	store *Store
}

func (c *scenario) open() error {
	s, err := Open(c.dir, Options{SliceEvery: 2 * time.Hour, Hook: c.crash})
	if err == nil {
		c.store = s
	}
	return err
}

// commit commits appends, of which those that an earlier try has committed are refused.
func (c *scenario) commit(appends ...storage.Append) error {
	refused, err := c.store.Commit(appends)
	for _, refusal := range refused {
		if errors.Is(refusal, storage.ErrFull) {
			return refusal
		}
		require.ErrorIs(c, refusal, storage.ErrConflict)
	}
	return err
}

// steps fill several slices, with one commit that spans two, then drop the oldest of them while a run in it lives on.
func (c *scenario) steps() []func() error {
	var steps []func() error
	for hour := range 8 {
		at := time.Duration(hour) * time.Hour
		steps = append(steps, func() error {
			ended, lives := newRun(runAt(at, 1), "succeeded"), newRun(runAt(at, 2), "waiting")
			ended.Once = &storage.Once{Scope: "s", Key: fmt.Sprint(hour), TTL: 100 * time.Hour}
			appends := []storage.Append{ended, lives}
			if hour > 0 {
				appends = append(appends, storage.Append{Run: runAt(0, 2), Seq: uint64(hour + 1), Events: [][]byte{[]byte("more")}})
			}
			return c.commit(appends...)
		})
	}
	retain := func(hours int) func() error {
		return func() error {
			_, err := c.store.Retain(start.Add(time.Duration(hours)*time.Hour), func(row storage.RunRow) bool {
				return row.Run == runAt(time.Hour, 1)
			})
			return err
		}
	}
	put := func() error {
		return c.store.Update(func(w storage.Writer) error { return w.Put(storage.Values, []byte("k"), []byte("v")) })
	}
	end := func() error {
		row := newRun(runAt(0, 2), "succeeded").Row
		return c.commit(storage.Append{Run: runAt(0, 2), Seq: 9, Events: [][]byte{[]byte("ended")}, Row: row})
	}
	return append(steps, retain(3), put, end, retain(6))
}

// play takes the steps, opens the storage again after each crash, and takes the step again that crashed. What was
// acknowledged must be there.
func (c *scenario) play() {
	for c.open() != nil {
		continue
	}
	for i, step := range c.steps() {
		for {
			err := step()
			if err == nil {
				break
			}
			require.ErrorIs(c, err, errCrash, "step %d", i)
			require.Error(c, c.store.usable())
			require.NoError(c, c.store.Close())
			for c.open() != nil {
				continue
			}
			c.acknowledged(min(i, 8))
		}
	}
	require.NoError(c, c.store.Close())
	for c.open() != nil {
		continue
	}
}

// acknowledged requires the live runs of the first hours, which nothing drops, and their claims.
func (c *scenario) acknowledged(hours int) {
	for hour := 1; hour < hours; hour++ {
		_, err := c.store.Row(runAt(time.Duration(hour)*time.Hour, 2))
		require.NoError(c, err)
		_, err = c.store.Claimed("s", fmt.Sprint(hour), start.Add(50*time.Hour))
		require.NoError(c, err)
	}
}

// result is everything that a caller can see.
func (c *scenario) result() (result []string) {
	rows, err := c.store.Runs(storage.Listing{})
	require.NoError(c, err)
	for _, row := range rows {
		result = append(result, fmt.Sprint(row))
		require.NoError(c, c.store.Events(row.Run, 1, func(seq uint64, event []byte) bool {
			result = append(result, fmt.Sprintf("%d %s", seq, event))
			return true
		}))
	}
	require.NoError(c, c.store.Live(func(row storage.LiveRow) bool {
		result = append(result, fmt.Sprint("live ", row))
		return true
	}))
	for _, l := range []storage.Listing{{Status: "waiting"}, {Key: storage.Key{Name: "order", Value: "1"}}, {Flow: "f"}} {
		rows, err := c.store.Runs(l)
		require.NoError(c, err)
		result = append(result, fmt.Sprint(l, len(rows)))
	}
	for hour := range 8 {
		run, err := c.store.Claimed("s", fmt.Sprint(hour), start.Add(50*time.Hour))
		require.NoError(c, err)
		result = append(result, fmt.Sprint("claim ", hour, run))
	}
	require.NoError(c, c.store.View(func(r storage.Reader) error {
		result = append(result, string(r.Get(storage.Values, []byte("k"))))
		return nil
	}))
	return result
}

var errCrash = errors.New("crash")

// TestCrashAtEveryPoint crashes at the first moment at which the storage touches the disk, then at the second, and so on
// until there is none left. The storage must always come to the same end.
func TestCrashAtEveryPoint(t *testing.T) {
	t.Parallel()
	points := map[string]int{}
	calm := &scenario{T: t, dir: t.TempDir(), crash: func(point string) error { points[point]++; return nil }}
	calm.play()
	want := calm.result()
	require.NoError(t, calm.store.Close())
	for _, point := range []string{
		"commit:before", "commit:slice", "commit:after", "roll:before", "roll:created", "roll:recorded",
		"retain:copied", "retain:recorded", "retain:removed", "meta:before", "meta:after",
	} {
		require.Positive(t, points[point], "%s was never reached", point)
		delete(points, point)
	}
	require.Empty(t, points)

	crashed := true
	for n := 1; crashed; n++ {
		crashed = false
		count := 0
		at := ""
		c := &scenario{T: t, dir: t.TempDir(), crash: func(point string) error {
			if count++; count != n {
				return nil
			}
			crashed, at = true, point
			return errCrash
		}}
		c.play()
		require.Equal(t, want, c.result(), "crash %d at %s", n, at)
		checkFiles(t, c.store)
		require.NoError(t, c.store.Close())
	}
}
