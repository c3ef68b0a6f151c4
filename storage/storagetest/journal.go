package storagetest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/storage"
)

func testEvents(t *testing.T, s storage.Store) {
	a, b := runAt(0, 1), runAt(0, 2)
	binary := []byte{0, 1, 0xff, 0}
	first := begin(a, "f", "running")
	first.Events = [][]byte{binary, {}, bytes.Repeat([]byte("x"), 100_000)}
	commit(t, s, first, begin(b, "f", "running"))
	binary[0] = 9 // the storage keeps what it was given at the time
	commit(t, s, storage.Append{Run: a, Seq: 4, Events: events("four", "five")})
	commit(t, s, storage.Append{Run: a, Seq: 6}) // nothing is something that continues
	commit(t, s, storage.Append{Run: a, Seq: 6, Events: events("six")})

	all := []string{"\x00\x01\xff\x00", "", strings.Repeat("x", 100_000), "four", "five", "six"}
	for from := range uint64(8) {
		require.Equal(t, append([]string(nil), all[min(max(from, 1)-1, 6):]...), journal(t, s, a, from), "from %d", from)
	}
	require.Equal(t, []string{"started " + string(b)}, journal(t, s, b, 1))

	var seen []uint64
	require.NoError(t, s.Events(a, 2, func(seq uint64, _ []byte) bool {
		seen = append(seen, seq)
		return len(seen) < 3
	}))
	require.Equal(t, []uint64{2, 3, 4}, seen)

	for _, unknown := range []storage.RunID{runAt(0, 3), runAt(-time.Hour, 1), runAt(time.Hour, 1), "nonsense", ""} {
		require.ErrorIs(t, s.Events(unknown, 1, nil), storage.ErrNotFound)
		_, err := s.Row(unknown)
		require.ErrorIs(t, err, storage.ErrNotFound)
	}

	// A caller may call the storage from within.
	require.NoError(t, s.Events(a, 1, func(seq uint64, _ []byte) bool {
		commit(t, s, storage.Append{Run: b, Seq: seq + 1, Events: events("more")})
		return len(journal(t, s, b, 1)) == int(seq)+1
	}))
}

func testConflicts(t *testing.T, s storage.Store) {
	a, b, c := runAt(0, 1), runAt(0, 2), runAt(0, 3)
	commit(t, s, begin(a, "f", "running"))

	noRow, noEvent, otherFlow := begin(b, "f", "running"), begin(b, "f", "running"), begin(a, "g", "failed")
	noRow.Row, noEvent.Events, otherFlow.Seq = nil, nil, 2
	tests := []struct {
		name string
		bad  storage.Append
	}{
		{"begins again", begin(a, "f", "failed")},
		{"leaves a gap", storage.Append{Run: a, Seq: 3, Events: events("x"), Row: rowOf(a, "f", "failed")}},
		{"at no number", storage.Append{Run: a, Seq: 0, Events: events("x")}},
		{"does not begin at 1", storage.Append{Run: b, Seq: 2, Events: events("x"), Row: rowOf(b, "f", "running")}},
		{"begins without a row", noRow},
		{"begins without an event", noEvent},
		{"changes its flow", otherFlow},
		{"of no run", begin("nonsense", "f", "running")},
	}
	for _, tt := range tests {
		good := begin(c, "f", "running", keyOf("case", len(tt.name)))
		if rows := listed(t, s, storage.Listing{}); slices.Contains(rows, c) {
			good = storage.Append{Run: c, Seq: uint64(len(journal(t, s, c, 1)) + 1), Events: events(tt.name)}
		}
		tt.bad.Once = &storage.Once{Scope: "s", Key: tt.name, TTL: time.Hour}
		refused, err := s.Commit([]storage.Append{tt.bad, good})
		require.NoError(t, err, tt.name)
		require.Len(t, refused, 1, tt.name)
		require.ErrorIs(t, refused[0], storage.ErrConflict, tt.name)
		require.Equal(t, []string{"started " + string(a)}, journal(t, s, a, 1), tt.name)
		row, err := s.Row(a)
		require.NoError(t, err)
		require.Equal(t, "running", row.Status, tt.name)
		_, err = s.Claimed("s", tt.name, epoch)
		require.ErrorIs(t, err, storage.ErrNotFound, tt.name)
	}
	require.Equal(t, []storage.RunID{c, a}, listed(t, s, storage.Listing{}))
	require.Len(t, journal(t, s, c, 1), len(tests))

	// Within one commit the later append sees the earlier one, and a refused one does not count.
	refused, err := s.Commit([]storage.Append{
		{Run: a, Seq: 2, Events: events("two", "three")},
		{Run: a, Seq: 3, Events: events("no")},
		{Run: a, Seq: 4, Events: events("four")},
		begin(b, "g", "running"),
		{Run: b, Seq: 2, Events: events("b2"), Row: rowOf(b, "g", "succeeded")},
	})
	require.NoError(t, err)
	require.Len(t, refused, 1)
	require.ErrorIs(t, refused[1], storage.ErrConflict)
	require.Equal(t, []string{"two", "three", "four"}, journal(t, s, a, 2))
	require.Equal(t, []storage.RunID{b}, listed(t, s, storage.Listing{Flow: "g", Status: "succeeded"}))

	// A run that has ended may go on.
	commit(t, s, storage.Append{Run: b, Seq: 3, Events: events("again"), Row: rowOf(b, "g", "running")})
	require.Equal(t, []storage.RunID{b}, listed(t, s, storage.Listing{Flow: "g", Status: "running"}))
}

func claiming(run storage.RunID, key string, ttl time.Duration) storage.Append {
	a := begin(run, "f", "running")
	a.Once = &storage.Once{Scope: "flow/hook", Key: key, TTL: ttl}
	return a
}

func testClaims(t *testing.T, s storage.Store) {
	a, b, c := runAt(0, 1), runAt(time.Minute, 1), runAt(time.Hour, 1)
	long := strings.Repeat("k", 5000)
	first := claiming(a, "k", time.Hour)
	refused, err := s.Commit([]storage.Append{first, claiming(b, "k", time.Hour), claiming(runAt(0, 9), long, time.Minute)})
	require.NoError(t, err)
	require.Len(t, refused, 1)
	require.ErrorIs(t, refused[1], storage.ErrDuplicate)
	_, err = s.Row(b)
	require.ErrorIs(t, err, storage.ErrNotFound)

	holds := func(key string, at time.Duration) storage.RunID {
		run, err := s.Claimed("flow/hook", key, epoch.Add(at))
		if err != nil {
			require.ErrorIs(t, err, storage.ErrNotFound)
		}
		return run
	}
	require.Equal(t, a, holds("k", 0))
	require.Equal(t, a, holds("k", time.Hour-time.Nanosecond))
	require.Empty(t, holds("k", time.Hour))
	require.Empty(t, holds("other", 0))
	require.Equal(t, runAt(0, 9), holds(long, time.Second))
	_, err = s.Claimed("flow/other", "k", epoch)
	require.ErrorIs(t, err, storage.ErrNotFound)

	refused, err = s.Commit([]storage.Append{claiming(b, "k", time.Hour)})
	require.NoError(t, err)
	require.ErrorIs(t, refused[0], storage.ErrDuplicate)
	// The run that holds a key may name it again; when its time is over, another one may take it.
	commit(t, s, storage.Append{Run: a, Seq: 2, Events: events("x"), Once: first.Once})
	commit(t, s, claiming(c, "k", time.Hour))
	require.Equal(t, c, holds("k", time.Hour))
	// What only looks the same is another key.
	other := begin(b, "f", "running")
	other.Once = &storage.Once{Scope: "flow/hookk", Key: "", TTL: time.Hour}
	commit(t, s, other)
}

func testListings(t *testing.T, s storage.Store) {
	var all []storage.RunRow
	statuses := []string{"succeeded", "failed", "running", "succeeded", "waiting"}
	for i := range 200 {
		run := runAt(time.Duration(i/4)*time.Minute, i)
		a := begin(run, fmt.Sprintf("flow-%d", i%3), statuses[i%5], keyOf("order", i%7), keyOf("shop", i%2))
		all = append(all, storage.RunRow{Run: run, Row: *a.Row})
		commit(t, s, a)
	}
	// Rows and keys change; only the latest row counts.
	for i := range 50 {
		r := &all[i*3]
		events := journal(t, s, r.Run, 1)
		r.Row = *rowOf(r.Run, r.Flow, statuses[(i+1)%5], keyOf("order", 100+i%7))
		commit(t, s, storage.Append{Run: r.Run, Seq: uint64(len(events) + 1), Row: &r.Row})
	}
	slices.Reverse(all)
	filters := []storage.Listing{
		{}, {Flow: "flow-1"}, {Flow: "flow-"}, {Flow: "flow-11"}, {Status: "succeeded"}, {Status: "failed"}, {Status: "none"},
		{Key: keyOf("order", 3)}, {Key: keyOf("order", 103)}, {Key: keyOf("shop", 3)}, {Key: storage.Key{Name: "order", Value: ""}},
		{Flow: "flow-2", Status: "succeeded"}, {Flow: "flow-2", Status: "waiting"}, {Flow: "flow-0", Key: keyOf("order", 4)},
		{Status: "running", Key: keyOf("shop", 0)}, {From: epoch.Add(10 * time.Minute)}, {To: epoch.Add(10 * time.Minute)},
		{From: epoch.Add(10*time.Minute + 123*time.Microsecond), To: epoch.Add(20*time.Minute + 123*time.Microsecond)},
		{From: epoch.Add(10*time.Minute + 124*time.Microsecond), To: epoch.Add(20*time.Minute + 124*time.Microsecond)},
		{Flow: "flow-1", Status: "failed", Key: keyOf("shop", 1), From: epoch.Add(5 * time.Minute), To: epoch.Add(40 * time.Minute)},
		{From: epoch.Add(24 * time.Hour)}, {To: time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC)}, {Before: runAt(0, 0)},
		{From: time.Date(1950, 1, 1, 0, 0, 0, 0, time.UTC)}, {To: time.Date(20000, 1, 1, 0, 0, 0, 0, time.UTC)},
	}
	for _, l := range filters {
		var want []storage.RunRow
		for _, row := range all {
			if matches(l, row) {
				want = append(want, row)
			}
		}
		got, err := s.Runs(l)
		require.NoError(t, err)
		require.Equal(t, want, got, "%+v", l)
		if l.Before != "" {
			continue
		}
		var paged []storage.RunRow
		for l.Limit = 7; ; l.Before = paged[len(paged)-1].Run {
			page, err := s.Runs(l)
			require.NoError(t, err)
			require.LessOrEqual(t, len(page), l.Limit)
			if len(page) == 0 {
				break
			}
			paged = append(paged, page...)
		}
		require.Equal(t, want, paged, "%+v", l)
	}
	_, err := s.Row(all[0].Run)
	require.NoError(t, err)
}

func matches(l storage.Listing, row storage.RunRow) bool {
	return (l.Flow == "" || row.Flow == l.Flow) && (l.Status == "" || row.Status == l.Status) &&
		(l.Key == storage.Key{} || slices.Contains(row.Keys, l.Key)) && (l.From.IsZero() || !row.StartedAt.Before(l.From)) &&
		(l.To.IsZero() || row.StartedAt.Before(l.To)) && (l.Before == "" || row.Run < l.Before)
}

func testLive(t *testing.T, s storage.Store) {
	wake := epoch.Add(time.Hour + 7*time.Nanosecond)
	var want []storage.LiveRow
	for i := range 600 {
		a := begin(runAt(time.Duration(i)*time.Second, 0), "f", "waiting")
		a.Live = &storage.Live{Busy: i%2 == 0, WakeAt: wake, Data: fmt.Append(nil, i)}
		if i%3 == 0 {
			a.Live = nil
			a.Row.Data = nil
		}
		commit(t, s, a)
		row := storage.LiveRow{Run: a.Run, Row: *a.Row}
		if a.Live != nil {
			row.Live = *a.Live
		}
		want = append(want, row)
	}
	require.Equal(t, want, live(t, s))
	n := 0
	require.NoError(t, s.Live(func(row storage.LiveRow) bool {
		commit(t, s, storage.Append{Run: row.Run, Seq: 2, Live: &storage.Live{Data: []byte("new")}})
		n++
		return n < 2
	}))
	require.Equal(t, 2, n)

	run := want[1].Run
	find := func() *storage.LiveRow {
		for _, row := range live(t, s) {
			if row.Run == run {
				return &row
			}
		}
		return nil
	}
	require.Equal(t, "new", string(find().Live.Data))
	require.False(t, find().Busy)
	// A row alone leaves it, an end removes it, whatever comes with it; opening again brings back an empty one.
	commit(t, s, storage.Append{Run: run, Seq: 2, Row: rowOf(run, "f", "running")})
	require.Equal(t, "new", string(find().Live.Data))
	require.Equal(t, "running", find().Status)
	commit(t, s, storage.Append{Run: run, Seq: 2, Row: rowOf(run, "f", "failed"), Live: &storage.Live{Busy: true}})
	require.Nil(t, find())
	commit(t, s, storage.Append{Run: run, Seq: 2, Live: &storage.Live{Busy: true}})
	require.Nil(t, find())
	commit(t, s, storage.Append{Run: run, Seq: 2, Row: rowOf(run, "f", "running")})
	require.Equal(t, storage.Live{}, find().Live)
}

func testRetain(t *testing.T, s storage.Store) {
	const hours = 40
	want := map[storage.RunID][]string{}
	for i := range hours {
		run := runAt(time.Duration(i)*time.Hour, 0)
		a := begin(run, fmt.Sprint("flow-", i%4), []string{"succeeded", "waiting", "failed", "succeeded"}[i%4], keyOf("order", i))
		a.Once = &storage.Once{Scope: "s", Key: fmt.Sprint(i), TTL: 100 * time.Hour}
		a.Live = &storage.Live{Data: []byte("live")}
		commit(t, s, a, storage.Append{Run: run, Seq: 2, Events: events("two")})
		want[run] = []string{"started " + string(run), "two"}
	}
	keep := func(row storage.RunRow) bool { return row.Flow == "flow-3" }
	for _, after := range []int{0, 10, 10, 25, hours} {
		before := epoch.Add(time.Duration(after) * time.Hour)
		had := listed(t, s, storage.Listing{})
		dropped, err := s.Retain(before, keep)
		require.NoError(t, err)
		have := listed(t, s, storage.Listing{})
		require.Equal(t, len(had)-len(have), dropped)
		for i := range hours {
			run := runAt(time.Duration(i)*time.Hour, 0)
			stays := i >= after || i%4 == 1 || i%4 == 3
			if stays {
				require.Contains(t, have, run, "hour %d, before %d", i, after)
			}
			holder, err := s.Claimed("s", fmt.Sprint(i), epoch.Add(50*time.Hour))
			require.NoError(t, err)
			require.Equal(t, run, holder)
			if !slices.Contains(have, run) {
				_, err := s.Row(run)
				require.ErrorIs(t, err, storage.ErrNotFound)
				require.Empty(t, listed(t, s, storage.Listing{Key: keyOf("order", i)}))
				continue
			}
			require.Equal(t, want[run], journal(t, s, run, 1))
			require.Equal(t, []storage.RunID{run}, listed(t, s, storage.Listing{Key: keyOf("order", i)}))
		}
		require.Len(t, live(t, s), hours/4)
	}
	// What was carried over lives on.
	run := runAt(time.Hour, 0)
	commit(t, s, storage.Append{Run: run, Seq: 3, Events: events("three"), Row: rowOf(run, "flow-1", "succeeded")})
	require.Equal(t, []string{"two", "three"}, journal(t, s, run, 2))
	require.Len(t, live(t, s), hours/4-1)
	commit(t, s, begin(runAt(hours*time.Hour, 0), "f", "running"), begin(runAt(time.Minute, 5), "f", "running"))
	require.Len(t, live(t, s), hours/4+1)
}

func testClosed(t *testing.T, s storage.Store) {
	run := runAt(0, 1)
	commit(t, s, begin(run, "f", "running"))
	require.NoError(t, s.Close())
	require.NoError(t, s.Close())
	_, err := s.Commit(nil)
	require.Error(t, err)
	_, err = s.Row(run)
	require.Error(t, err)
	require.NotErrorIs(t, err, storage.ErrNotFound)
	_, err = s.Runs(storage.Listing{})
	require.Error(t, err)
	_, err = s.Claimed("s", "k", epoch)
	require.Error(t, err)
	_, err = s.Retain(epoch, nil)
	require.Error(t, err)
	require.Error(t, s.Events(run, 1, nil))
	require.Error(t, s.Live(nil))
	require.Error(t, s.View(func(storage.Reader) error { return nil }))
	require.Error(t, s.Update(func(storage.Writer) error { return nil }))
	require.Error(t, s.Backup(t.TempDir()+"/b"))
}
