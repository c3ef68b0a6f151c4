package server_test

import (
	"encoding/binary"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/storage"
)

var morning = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

// plant writes the rows of runs that started a minute apart from the morning on; change sets what differs.
func (a *api) plant(n int, change func(i int, row *storage.Row, data core.Object)) []string {
	a.t.Helper()
	ids := make([]string, n)
	appends := make([]storage.Append, n)
	for i := range n {
		started := morning.Add(time.Duration(i) * time.Minute)
		row := &storage.Row{Flow: "orders", Status: "succeeded", StartedAt: started, EndedAt: started.Add(time.Duration(i+1) * time.Second)}
		data := core.Object{"version": 1, "trigger": "call", "parent": nil, "error": nil}
		change(i, row, data)
		var err error
		row.Data, err = value.Encode(data)
		require.NoError(a.t, err)
		var entropy [10]byte
		binary.BigEndian.PutUint64(entropy[:], uint64(i))
		id := storage.NewRunID(started, entropy)
		ids[i] = string(id)
		appends[i] = storage.Append{Run: id, Seq: 1, Events: [][]byte{[]byte(`{}`)}, Row: row}
	}
	refused, err := a.store.Commit(appends)
	require.NoError(a.t, err)
	require.Empty(a.t, refused)
	return ids
}

func TestRunsAreSummarised(t *testing.T) {
	t.Parallel()
	a := serve(t)
	a.plant(100, func(i int, row *storage.Row, data core.Object) {
		switch {
		case i == 0:
			row.Status, row.EndedAt = "waiting", time.Time{}
		case i%10 == 5:
			row.Flow, row.Status = "refunds", "failed"
			data["error"] = core.Object{"code": "http.timeout", "message": "no answer"}
		}
	})
	got := a.call("GET", "/api/v1/runs/summary?buckets=10&from=2026-03-01T09:00:00Z&to=2026-03-01T10:40:00Z", nil).ok(200)
	require.Equal(t, true, got.at("complete"))
	require.Equal(t, core.Object{
		"queued": 0, "running": 0, "waiting": 1, "paused": 0, "succeeded": 89, "failed": 10, "cancelled": 0,
	}, got.at("counts"))
	require.Len(t, got.at("buckets"), 10)
	require.Equal(t, core.Object{"at": "2026-03-01T09:10:00Z", "started": 10, "failed": 1, "p50Ms": 15_000, "p95Ms": 20_000}, got.at("buckets", 1))
	// The run that waits took no time yet.
	require.Equal(t, core.Object{"at": "2026-03-01T09:00:00Z", "started": 10, "failed": 1, "p50Ms": 6_000, "p95Ms": 10_000}, got.at("buckets", 0))
	require.Equal(t, "orders", got.at("flows", 0, "flow"))
	require.Equal(t, 90, got.at("flows", 0, "started"))
	require.Equal(t, 10, got.at("flows", 1, "failed"))

	one := a.call("GET", "/api/v1/runs/summary?flow=refunds&buckets=1", nil).ok(200)
	require.Equal(t, 10, one.at("counts", "failed"))
	require.Equal(t, "2026-03-01T09:05:00Z", one.at("from"), "without from, the time begins with the first run")
	require.Equal(t, 10, one.at("buckets", 0, "started"))
	found := a.call("GET", "/api/v1/runs/summary?text=TIMEOUT", nil).ok(200)
	require.Equal(t, 10, found.at("counts", "failed"))
	require.Equal(t, 0, found.at("counts", "waiting"))
	none := a.call("GET", "/api/v1/runs/summary?flow=none&buckets=1", nil).ok(200)
	require.Equal(t, 0, none.at("buckets", 0, "started"))
	require.Nil(t, none.at("buckets", 0, "p95Ms"))

	for _, query := range []string{"buckets=0", "buckets=241", "buckets=x", "status=failed", "key=a", "text=" + url.QueryEscape(fmt.Sprintf("%0201d", 0))} {
		a.call("GET", "/api/v1/runs/summary?"+query, nil).refused(400, "api.query")
	}
}

// TestSummariesAreBounded: the newest runs are looked at, and old ones that still wait.
func TestSummariesAreBounded(t *testing.T) {
	t.Parallel()
	a := serve(t)
	const all, looked = 10_500, 10_000
	a.plant(all, func(i int, row *storage.Row, _ core.Object) {
		if i < 3 {
			row.Status, row.EndedAt = "waiting", time.Time{}
		}
	})
	got := a.call("GET", "/api/v1/runs/summary?buckets=2", nil).ok(200)
	require.Equal(t, false, got.at("complete"))
	require.Equal(t, looked, got.at("counts", "succeeded"))
	require.Equal(t, 3, got.at("counts", "waiting"))
	require.Equal(t, morning.Add((all-looked)*time.Minute).Format(time.RFC3339), got.at("from"))
}

func TestRunsAreSearched(t *testing.T) {
	t.Parallel()
	a := serve(t)
	ids := a.plant(6_000, func(i int, row *storage.Row, data core.Object) {
		row.Keys = []storage.Key{{Name: "order_id", Value: fmt.Sprintf("SO-%05d", i)}}
		if i == 4_000 {
			row.Status = "failed"
			data["error"] = core.Object{"code": "db.unique_violation", "message": "Twice the same parcel"}
		}
	})
	search := func(query string) (found []string, next core.Value) {
		got := a.call("GET", "/api/v1/runs?"+query, nil).ok(200)
		for _, item := range got.at("items").(core.List) {
			found = append(found, item.(core.Object)["id"].(string))
		}
		return found, got.at("next")
	}
	found, next := search("text=so-0599&limit=500")
	require.Len(t, found, 10)
	require.Equal(t, ids[5_999], found[0])
	require.NotNil(t, next, "there is more to look at")
	found, next = search("text=so-0599&cursor=" + next.(string))
	require.Empty(t, found)
	require.Nil(t, next)

	found, _ = search("text=Parcel")
	require.Equal(t, []string{ids[4_000]}, found)
	found, _ = search("text=unique_&status=failed")
	require.Equal(t, []string{ids[4_000]}, found)
	found, next = search("text=" + ids[0])
	require.Equal(t, []string{ids[0]}, found, "a whole id is found however old the run is")
	require.Nil(t, next)
	found, _ = search("text=" + ids[0] + "&flow=refunds")
	require.Empty(t, found)
	found, next = search("text=so-&limit=2")
	require.Equal(t, []string{ids[5_999], ids[5_998]}, found)
	found, _ = search("text=so-&limit=2&cursor=" + next.(string))
	require.Equal(t, []string{ids[5_997], ids[5_996]}, found)
}
