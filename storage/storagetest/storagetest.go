// Package storagetest is the suite that every storage passes. Its invariants are numbered; a test names those that it
// proves.
//
//  1. An append is kept whole or not at all.
//  2. A run's events are numbered from 1 without gaps, come back in order and byte for byte, and never change.
//  3. An append that does not continue its run is refused, keeps nothing, and harms no other of the same commit.
//  4. An idempotency key is held by one run at a time, for its TTL from the start of that run, whatever else happens.
//  5. Appends of one commit are taken in their order.
//  6. A listing shows exactly the runs that match all of its filters, newest first, with their latest rows; following
//     Before from page to page shows each of them once.
//  7. A run is live exactly while its row has no end.
//  8. Retain drops no live run, no kept one and none that started at or after its time, and nothing of a run it leaves.
//  9. Meta transactions are atomic, and readers see one state from beginning to end.
//  10. Readers see an append whole or not at all while it is committed.
//  11. What was acknowledged is there after Close and opening again (durable storages only).
//  12. A backup is a storage as it was at one instant (durable storages only).
//
// It must not know how a storage is made.
package storagetest

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/storage"
)

// Run holds a storage to invariants 1 to 10. open gives an empty one, which the suite closes.
func Run(t *testing.T, open func(t *testing.T) storage.Store) {
	t.Helper()
	tests := []struct {
		name string
		test func(*testing.T, storage.Store)
	}{
		{"events come back as they were (1, 2)", testEvents},
		{"appends that do not continue are refused (1, 3, 5)", testConflicts},
		{"idempotency keys are held for their time (4, 5)", testClaims},
		{"listings (6)", testListings},
		{"live runs (7)", testLive},
		{"retention (4, 8)", testRetain},
		{"meta transactions (9)", testMeta},
		{"meta scans while writing (9)", testMetaScan},
		{"readers beside the committer (9, 10)", testConcurrentReaders},
		{"calls after Close fail", testClosed},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := open(t)
			t.Cleanup(func() { require.NoError(t, s.Close()) })
			tt.test(t, s)
		})
	}
	t.Run("random operations against the oracle (1 to 9)", func(t *testing.T) {
		t.Parallel()
		testAgainstOracle(t, open)
	})
}

// RunDurable holds a storage that keeps its files in a directory to all invariants.
func RunDurable(t *testing.T, open func(t *testing.T, dir string) storage.Store) {
	t.Helper()
	Run(t, func(t *testing.T) storage.Store { return open(t, t.TempDir()) })
	t.Run("opened again (11)", func(t *testing.T) {
		t.Parallel()
		testReopen(t, open)
	})
	t.Run("random operations, opened again now and then (1 to 9, 11)", func(t *testing.T) {
		t.Parallel()
		testReopenAgainstOracle(t, open)
	})
	t.Run("backup while others write (12)", func(t *testing.T) {
		t.Parallel()
		testBackup(t, open)
	})
}

// epoch is when time begins in these tests.
var epoch = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// runAt is the n-th run of a millisecond.
func runAt(offset time.Duration, n int) storage.RunID {
	var entropy [10]byte
	binary.BigEndian.PutUint64(entropy[:], uint64(n))
	return storage.NewRunID(epoch.Add(offset), entropy)
}

func events(texts ...string) [][]byte {
	var events [][]byte
	for _, text := range texts {
		events = append(events, []byte(text))
	}
	return events
}

func rowOf(run storage.RunID, flow, status string, keys ...storage.Key) *storage.Row {
	row := &storage.Row{
		Flow: flow, Status: status, Keys: keys, Data: []byte("of " + string(run)),
		StartedAt: run.StartedAt().Add(123 * time.Microsecond),
	}
	switch status {
	case "succeeded", "failed", "cancelled":
		row.EndedAt = row.StartedAt.Add(time.Second)
	}
	return row
}

// begin is the first append of a run.
func begin(run storage.RunID, flow, status string, keys ...storage.Key) storage.Append {
	return storage.Append{Run: run, Seq: 1, Events: events("started " + string(run)), Row: rowOf(run, flow, status, keys...)}
}

// commit commits what must not be refused.
func commit(t *testing.T, s storage.Store, appends ...storage.Append) {
	t.Helper()
	refused, err := s.Commit(appends)
	require.NoError(t, err)
	require.Empty(t, refused)
}

func journal(t *testing.T, s storage.Store, run storage.RunID, from uint64) []string {
	t.Helper()
	var all []string
	next := max(from, 1)
	err := s.Events(run, from, func(seq uint64, event []byte) bool {
		require.Equal(t, next, seq)
		next++
		all = append(all, string(event))
		return true
	})
	require.NoError(t, err)
	return all
}

func listed(t *testing.T, s storage.Store, l storage.Listing) []storage.RunID {
	t.Helper()
	rows, err := s.Runs(l)
	require.NoError(t, err)
	var ids []storage.RunID
	for _, row := range rows {
		ids = append(ids, row.Run)
	}
	return ids
}

func live(t *testing.T, s storage.Store) []storage.LiveRow {
	t.Helper()
	var rows []storage.LiveRow
	require.NoError(t, s.Live(func(row storage.LiveRow) bool {
		rows = append(rows, row)
		return true
	}))
	return rows
}

// newRandom is a source of chance whose seed is printed where the test fails.
func newRandom(t *testing.T, seed uint64) *rand.Rand {
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	return rand.New(rand.NewPCG(seed, 0))
}

func keyOf(name string, n int) storage.Key { return storage.Key{Name: name, Value: fmt.Sprint(n)} }
