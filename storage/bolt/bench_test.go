package bolt

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.etcd.io/bbolt"

	"sluice/storage"
)

const benchEvent = 700

// BenchmarkCommit commits runs that start and end in one append: one event of 700 bytes, a row, and in the variants what
// makes a run dearer. Beside it stands the floor: bbolt putting the same bytes under a growing key, and nothing else.
// What counts is the ratio of the two in one run of the benchmark.
func BenchmarkCommit(b *testing.B) {
	variants := []struct {
		name   string
		change func(n int, a *storage.Append)
	}{
		{"run", func(int, *storage.Append) {}},
		{"claim", func(n int, a *storage.Append) {
			a.Once = &storage.Once{Scope: "flow/hook", Key: fmt.Sprint("delivery-", n), TTL: 24 * time.Hour}
		}},
		{"key", func(n int, a *storage.Append) {
			a.Row.Keys = []storage.Key{{Name: "order_id", Value: fmt.Sprint(6917e15 + n)}}
		}},
		{"live", func(_ int, a *storage.Append) {
			a.Row.Status, a.Row.EndedAt = "waiting", time.Time{}
			a.Live = &storage.Live{Data: make([]byte, 40)}
		}},
	}
	for _, batch := range []int{1, 64, 1024} {
		b.Run(fmt.Sprintf("bare/%d", batch), func(b *testing.B) { benchBare(b, batch) })
		for _, v := range variants {
			b.Run(fmt.Sprintf("%s/%d", v.name, batch), func(b *testing.B) { benchCommit(b, batch, v.change) })
		}
	}
}

func benchAppend(n int) storage.Append {
	var entropy [10]byte
	binary.BigEndian.PutUint64(entropy[:], uint64(n)*0x9E3779B97F4A7C15)
	run := storage.NewRunID(start.Add(time.Duration(n/10)*time.Millisecond), entropy)
	return storage.Append{
		Run: run, Seq: 1, Events: [][]byte{make([]byte, benchEvent)},
		Row: &storage.Row{
			Flow: fmt.Sprint("flow-", n%8), Status: "succeeded", StartedAt: run.StartedAt(),
			EndedAt: run.StartedAt().Add(time.Millisecond), Data: make([]byte, 60),
		},
	}
}

func benchCommit(b *testing.B, batch int, change func(int, *storage.Append)) {
	s, err := Open(b.TempDir(), Options{})
	require.NoError(b, err)
	appends := make([]storage.Append, batch)
	n := 0
	for b.Loop() {
		for i := range appends {
			appends[i] = benchAppend(n)
			change(n, &appends[i])
			n++
		}
		refused, err := s.Commit(appends)
		if err != nil || len(refused) > 0 {
			b.Fatal(refused, err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "runs/s")
	require.NoError(b, s.Close())
}

func benchBare(b *testing.B, batch int) {
	db, err := bbolt.Open(b.TempDir()+"/bare.db", 0o600, &bbolt.Options{
		NoFreelistSync: true, FreelistType: bbolt.FreelistMapType, InitialMmapSize: 1 << 30,
	})
	require.NoError(b, err)
	n := 0
	for b.Loop() {
		err := db.Update(func(tx *bbolt.Tx) error {
			bucket, err := tx.CreateBucketIfNotExists([]byte("journal"))
			if err != nil {
				return err
			}
			bucket.FillPercent = appendedFill
			for range batch {
				n++
				value := make([]byte, benchEvent+100)
				if err := bucket.Put(binary.BigEndian.AppendUint64(nil, uint64(n)), value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "runs/s")
	require.NoError(b, db.Close())
}

// BenchmarkRuns lists the newest runs of a big slice by each of its indexes.
func BenchmarkRuns(b *testing.B) {
	s, err := Open(b.TempDir(), Options{})
	require.NoError(b, err)
	var appends []storage.Append
	for n := range 50_000 {
		a := benchAppend(n)
		if n%1000 == 0 {
			a.Row.Status = "failed"
		}
		a.Row.Keys = []storage.Key{{Name: "order_id", Value: fmt.Sprint(n / 4)}}
		if appends = append(appends, a); len(appends) == 5000 {
			_, err := s.Commit(appends)
			require.NoError(b, err)
			appends = appends[:0]
		}
	}
	for name, l := range map[string]storage.Listing{
		"all": {}, "flow": {Flow: "flow-3"}, "failed": {Status: "failed"}, "key": {Key: storage.Key{Name: "order_id", Value: "77"}},
	} {
		b.Run(name, func(b *testing.B) {
			l.Limit = 50
			for b.Loop() {
				rows, err := s.Runs(l)
				if err != nil || len(rows) == 0 {
					b.Fatal(len(rows), err)
				}
			}
		})
	}
	require.NoError(b, s.Close())
}
