package storagetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/storage"
)

func scan(t *testing.T, r storage.Reader, b storage.Bucket, prefix string) []string {
	t.Helper()
	var found []string
	require.NoError(t, r.Scan(b, []byte(prefix), func(key, value []byte) bool {
		found = append(found, fmt.Sprintf("%s=%s", key, value))
		return true
	}))
	return found
}

func put(t *testing.T, s storage.Store, b storage.Bucket, pairs ...string) {
	t.Helper()
	require.NoError(t, s.Update(func(w storage.Writer) error {
		for i := 0; i < len(pairs); i += 2 {
			if err := w.Put(b, []byte(pairs[i]), []byte(pairs[i+1])); err != nil {
				return err
			}
		}
		return nil
	}))
}

func testMeta(t *testing.T, s storage.Store) {
	require.NoError(t, s.View(func(r storage.Reader) error {
		require.Nil(t, r.Get(storage.Flows, []byte("a")))
		require.Empty(t, scan(t, r, storage.Flows, ""))
		return nil
	}))
	put(t, s, storage.Flows, "b", "2", "a", "1", "aa", "11", "\xff\xff", "end", "empty", "")
	put(t, s, storage.Tables, "a", "table")

	// An error keeps nothing; a writer sees what it wrote.
	trouble := errors.New("trouble")
	require.ErrorIs(t, s.Update(func(w storage.Writer) error {
		require.NoError(t, w.Put(storage.Flows, []byte("a"), []byte("changed")))
		require.NoError(t, w.Delete(storage.Flows, []byte("b")))
		require.NoError(t, w.Delete(storage.Values, []byte("never was")))
		require.Equal(t, "changed", string(w.Get(storage.Flows, []byte("a"))))
		require.Nil(t, w.Get(storage.Flows, []byte("b")))
		return trouble
	}), trouble)
	require.Error(t, s.Update(func(w storage.Writer) error { return w.Put(storage.Flows, nil, []byte("x")) }))

	require.NoError(t, s.View(func(r storage.Reader) error {
		require.Equal(t, []string{"a=1", "aa=11", "b=2", "empty=", "\xff\xff=end"}, scan(t, r, storage.Flows, ""))
		require.Equal(t, []string{"a=1", "aa=11"}, scan(t, r, storage.Flows, "a"))
		require.Equal(t, []string{"\xff\xff=end"}, scan(t, r, storage.Flows, "\xff"))
		require.Equal(t, []string{"a=table"}, scan(t, r, storage.Tables, ""))
		require.NotNil(t, r.Get(storage.Flows, []byte("empty")))
		n := 0
		require.NoError(t, r.Scan(storage.Flows, nil, func(_, _ []byte) bool { n++; return n < 2 }))
		require.Equal(t, 2, n)
		require.NoError(t, s.View(func(storage.Reader) error { return nil })) // views nest
		return nil
	}))
	require.ErrorIs(t, s.View(func(storage.Reader) error { return trouble }), trouble)

	// A view stays as it began.
	require.NoError(t, s.View(func(r storage.Reader) error {
		written := make(chan error)
		go func() {
			written <- s.Update(func(w storage.Writer) error { return w.Put(storage.Flows, []byte("a"), []byte("new")) })
		}()
		require.NoError(t, <-written)
		require.Equal(t, "1", string(r.Get(storage.Flows, []byte("a"))))
		return nil
	}))

	// The storage keeps what it was given at the time.
	value := []byte("kept")
	require.NoError(t, s.Update(func(w storage.Writer) error {
		require.NoError(t, w.Put(storage.Values, []byte("v"), value))
		copy(value, "lost")
		return nil
	}))
	require.NoError(t, s.View(func(r storage.Reader) error {
		require.Equal(t, "kept", string(r.Get(storage.Values, []byte("v"))))
		return nil
	}))
}

func testMetaScan(t *testing.T, s storage.Store) {
	require.NoError(t, s.Update(func(w storage.Writer) error {
		for i := range 1000 {
			if err := w.Put(storage.Values, fmt.Appendf(nil, "k%04d", i), make([]byte, i)); err != nil {
				return err
			}
		}
		return nil
	}))
	// Every other key goes, and its successor with it where that is not shown yet.
	shown := 0
	require.NoError(t, s.Update(func(w storage.Writer) error {
		return w.Scan(storage.Values, []byte("k"), func(key, value []byte) bool {
			var n int
			_, err := fmt.Sscanf(string(key), "k%d", &n)
			require.NoError(t, err)
			require.Len(t, value, n)
			require.Zero(t, n%2)
			shown++
			require.NoError(t, w.Delete(storage.Values, fmt.Appendf(nil, "k%04d", n)))
			require.NoError(t, w.Delete(storage.Values, fmt.Appendf(nil, "k%04d", n+1)))
			require.NoError(t, w.Put(storage.Values, fmt.Appendf(nil, "a%04d", n), nil))
			return true
		})
	}))
	require.Equal(t, 500, shown)
	require.NoError(t, s.View(func(r storage.Reader) error {
		require.Len(t, scan(t, r, storage.Values, "a"), 500)
		require.Empty(t, scan(t, r, storage.Values, "k"))
		return nil
	}))
}

func testConcurrentReaders(t *testing.T, s storage.Store) {
	const runs, appends = 8, 40
	done := make(chan struct{})
	var readers sync.WaitGroup
	read := func(look func() error) {
		readers.Go(func() {
			for {
				if err := look(); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	// Each append has two events and counts them in its row, so that half an append would show.
	read(func() error {
		rows, err := s.Runs(storage.Listing{Flow: "f"})
		for _, row := range rows {
			n := 0
			err = errors.Join(err, s.Events(row.Run, 1, func(uint64, []byte) bool { n++; return true }))
			var counted int
			if _, err := fmt.Sscan(string(row.Data), &counted); err != nil {
				return err
			}
			if n%2 != 0 || n < counted {
				return fmt.Errorf("run %s has %d events, its row counted %d before", row.Run, n, counted)
			}
		}
		return err
	})
	read(func() error {
		return s.Live(func(row storage.LiveRow) bool {
			if string(row.Row.Data) != string(row.Live.Data) {
				t.Errorf("row %s beside live %s", row.Row.Data, row.Live.Data)
			}
			return true
		})
	})
	read(func() error {
		return s.View(func(r storage.Reader) error {
			if a, b := r.Get(storage.Values, []byte("a")), r.Get(storage.Values, []byte("b")); string(a) != string(b) {
				return fmt.Errorf("a is %s and b is %s", a, b)
			}
			return nil
		})
	})
	for i := range appends {
		var batch []storage.Append
		for n := range runs {
			run := runAt(0, n)
			row := rowOf(run, "f", "running")
			row.Data = fmt.Append(nil, 2*i+2)
			batch = append(batch, storage.Append{
				Run: run, Seq: uint64(2*i + 1), Events: events("a", "b"), Row: row, Live: &storage.Live{Data: row.Data},
			})
		}
		commit(t, s, batch...)
		put(t, s, storage.Values, "a", fmt.Sprint(i), "b", fmt.Sprint(i))
	}
	close(done)
	readers.Wait()
}
