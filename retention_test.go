package main

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/flows"
	"sluice/internal/library"
	"sluice/storage"
	"sluice/storage/bolt"
)

// TestRetentionDropsWhatIsOverAndNothingElse: a month after, the finished runs of usual flows are gone; those of a flow
// that keeps a year, and a run that still lives, are not.
func TestRetentionDropsWhatIsOverAndNothingElse(t *testing.T) {
	t.Parallel()
	store, err := bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{SliceEvery: time.Hour})
	require.NoError(t, err)
	defer func() { require.NoError(t, store.Close()) }()
	types, err := registry(nil, store)
	require.NoError(t, err)
	lib := library.New(store, types)
	doc, _ := flows.Parse([]byte(`{"sluice": 1, "id": "long", "nodes": [{"id": "a", "type": "set", "config": {"vars": {"n": 1}}}], "settings": {"retention": "365d"}}`))
	flow, findings := flows.Compile(doc, flows.Options{Registry: types, Version: 1})
	require.NotNil(t, flow, findings)
	_, err = lib.Publish(flow, "", "", time.Now(), nil)
	require.NoError(t, err)

	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	put := func(n byte, flow string, at time.Time, ended bool) storage.RunID {
		id := storage.NewRunID(at, [10]byte{n})
		row := &storage.Row{Flow: flow, Status: "running", StartedAt: at}
		if ended {
			row.Status, row.EndedAt = "succeeded", at.Add(time.Second)
		}
		refused, err := store.Commit([]storage.Append{{Run: id, Seq: 1, Events: [][]byte{fmt.Appendf(nil, "%d", n)}, Row: row}})
		require.NoError(t, err)
		require.Empty(t, refused)
		return id
	}
	gone := put(1, "usual", day, true)
	kept := put(2, "long", day, true)
	lives := put(3, "usual", day, false)
	put(4, "usual", day.Add(2*time.Hour), true) // begins the next slice
	put(5, "usual", day.Add(40*24*time.Hour), true)
	r := &retention{journal: store, library: lib, keep: 30 * 24 * time.Hour, log: slog.New(slog.DiscardHandler)}
	dropped, err := r.drop(day.Add(41 * 24 * time.Hour))
	require.NoError(t, err)
	require.Equal(t, 1, dropped)
	_, err = store.Row(gone)
	require.ErrorIs(t, err, storage.ErrNotFound)
	for _, id := range []storage.RunID{kept, lives} {
		_, err = store.Row(id)
		require.NoError(t, err)
	}
}
