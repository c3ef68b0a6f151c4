package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/examples/shop"
	"sluice/flows/prebuilt"
	"sluice/internal/demo"
)

// lines is a log that a test can read while others write.
type lines struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start runs a demonstration until the test ends, or stop is called.
func start(t *testing.T, o demo.Options) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- demo.Run(ctx, o) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	t.Cleanup(stop)
	return stop
}

const (
	deadline = 3 * time.Minute
	look     = 200 * time.Millisecond
)

func TestEveryShippedFlowRunsAndTheBooksAgree(t *testing.T) {
	t.Parallel()
	b, dir, log := serve(t), t.TempDir(), &lines{}
	stop := start(t, demo.Options{URL: b.url, Token: token, Dir: dir, Speed: 4, Seed: 1, Out: log})
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(log.String())
		}
	})
	for _, id := range append(prebuilt.IDs(), "payment-notice") {
		require.Eventually(t, func() bool {
			var runs struct{ Items []any }
			b.get(b.url+"/api/v1/runs?status=succeeded&flow="+id, &runs)
			return len(runs.Items) > 0
		}, deadline, look, "a run of %s succeeds", id)
	}
	db, err := sqldb.OpenSQLite(filepath.Join(dir, "orders.db"), true)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	books := &books{t: t, backend: b, db: db}
	var wms struct{ Config struct{ BaseURL string } }
	b.get(b.url+"/api/v1/connections/wms", &wms)
	books.shop = strings.TrimSuffix(wms.Config.BaseURL, "/wms") + "/_shop"

	require.Eventually(t, func() bool {
		row := books.rows(`SELECT count(DISTINCT sync_source || status) AS kinds FROM orders WHERE sync_source IN ('douyin_api_pull', 'pdd_api_pull')
			UNION ALL SELECT count(DISTINCT status) FROM orders WHERE source = 'wechat' AND status IN ('paid', 'cancelled')
			UNION ALL SELECT min(2, count(*)) FROM returns`)
		for _, r := range row {
			if r["kinds"] != 2 {
				return false
			}
		}
		return true
	}, deadline, look, "orders set right, filled in, cancelled, found paid, and sent back")
	var orders []shop.Order
	b.get(books.shop+"/orders", &orders)
	require.Greater(t, len(orders), 15)
	var wrong []string
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(wrong)
		}
	})
	require.Eventually(t, func() bool {
		wrong = books.compare(orders)
		return len(wrong) == 0
	}, deadline, look)
	stop()
	stacks := make([]byte, 1<<22)
	stacks = stacks[:runtime.Stack(stacks, true)]
	require.NotContains(t, string(stacks), "sluice/internal/demo.(", "no goroutine is left")
	require.NotContains(t, string(stacks), "sluice/examples/shop.(", "no goroutine is left")
	require.Contains(t, log.String(), fmt.Sprintf("%d flows", len(prebuilt.IDs())+1))
}

// books compares the order database with the shop.
type books struct {
	t       *testing.T
	backend *backend
	db      *sqldb.DB
	shop    string
}

func (b *books) rows(query string) []core.Object {
	b.t.Helper()
	list, failure := b.db.Query(b.t.Context(), sqldb.Query{SQL: query})
	require.Nil(b.t, failure)
	var rows []core.Object
	for _, row := range list {
		rows = append(rows, row.(core.Object))
	}
	return rows
}

// compare says what does not agree about orders as the shop had them some time ago. What must never be fails the test;
// what may still come is returned.
func (b *books) compare(orders []shop.Order) (wrong []string) {
	b.t.Helper()
	var wms shop.Warehouse
	b.backend.get(b.shop+"/wms", &wms)
	var calls shop.Calls
	b.backend.get(b.shop+"/calls", &calls)
	tickets, released, told := map[string]int{}, map[string]bool{}, map[string]int{}
	for _, ticket := range wms.Tickets {
		tickets[ticket.Kind+" "+ticket.Title]++
		require.Equal(b.t, 1, tickets[ticket.Kind+" "+ticket.Title], "one ticket: %s", ticket.Title)
	}
	require.LessOrEqual(b.t, len(wms.Tickets), len(calls.Keys["wms.tickets.create"]), "one ticket for a key")
	require.NotContains(b.t, calls.Keys["wms.tickets.create"], "", "no ticket without a key")
	for _, r := range wms.Reservations {
		released[r.OrderID] = r.Status == "released"
	}
	for _, m := range wms.Messages {
		told[m.OrderID+m.Text]++
		require.Equal(b.t, 1, told[m.OrderID+m.Text], "told once: %s", m.Text)
		told[m.OrderID]++
	}
	require.Empty(b.t, b.rows(`SELECT o.order_id FROM orders o LEFT JOIN order_items i ON i.order_id = o.order_id WHERE i.order_id IS NULL`), "written whole")
	require.Empty(b.t, b.rows(`SELECT p.order_id FROM payables p JOIN orders o ON o.order_id = p.order_id
		GROUP BY p.order_id HAVING sum(CAST(p.amount AS REAL)) > CAST(o.total_price AS REAL) + 0.001`), "no more is owed than was paid")

	for _, row := range b.rows(`SELECT order_id, fen FROM demo_payments`) {
		var paid shop.Order
		b.backend.get(b.shop+"/orders/"+row["order_id"].(string), &paid)
		fen := paid.Postage - paid.Discount
		for _, item := range paid.Items {
			fen += item.Price * item.Quantity
		}
		require.EqualValues(b.t, fen, row["fen"], "the notice says what was paid: %s", paid.ID)
	}
	local := map[string]core.Object{}
	for _, row := range b.rows(`SELECT order_id, source, status, sync_source FROM orders`) {
		local[row["order_id"].(string)] = row
	}
	// Read after the record: what is paid or closed here was so there before.
	var later []shop.Order
	b.backend.get(b.shop+"/orders", &later)
	now := map[string]*shop.Order{}
	for i := range later {
		now[later[i].ID] = &later[i]
	}
	for i := range orders {
		o := &orders[i]
		row, known := local[o.ID]
		status, _ := row["status"].(string)
		agrees := known
		switch {
		case !known || o.Platform == shop.PDD:
		case o.Platform == shop.Douyin && o.Status == shop.Delivered:
			agrees = status == "shipped" && b.changedOnce(o.ID)
		case o.Platform == shop.WeChat:
			agrees = b.settled(now[o.ID], status, released[o.ID], told[o.ID])
		}
		if !agrees {
			wrong = append(wrong, fmt.Sprintf("%s %s is %s there and %q here", o.Platform, o.ID, o.Status, status))
		}
	}
	return wrong
}

// settled says whether the timeout of an order was dealt with, if it is due.
func (b *books) settled(o *shop.Order, status string, released bool, told int) bool {
	b.t.Helper()
	switch {
	case status == "paid":
		require.Equal(b.t, shop.PendingShipment, o.Status, "only what was paid is confirmed: %s", o.ID)
		return !released
	case status == "cancelled":
		require.NotEqual(b.t, shop.PendingShipment, o.Status, "what was paid is not cancelled: %s", o.ID)
		return released && told > 0
	default:
		return o.TradeState != "" || time.Since(o.CreatedAt) < 72*time.Hour+time.Minute
	}
}

// changedOnce says whether of all runs for an order exactly one set it right. What is under way may still do it.
func (b *books) changedOnce(id string) bool {
	b.t.Helper()
	var runs struct{ Items []struct{ ID string } }
	b.backend.get(b.backend.url+"/api/v1/runs?status=succeeded&flow=status-arbitration&key=order_id:"+id, &runs)
	changed := 0
	for _, r := range runs.Items {
		var run struct{ Output struct{ Reason string } }
		b.backend.get(b.backend.url+"/api/v1/runs/"+r.ID, &run)
		if run.Output.Reason == "arbitrated" {
			changed++
		}
	}
	require.LessOrEqual(b.t, changed, 1, "changed once: %s", id)
	return changed == 1
}

func TestARefusedFlowEndsItWithItsFindings(t *testing.T) {
	t.Parallel()
	up := make(chan struct{}, 1)
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/readyz":
			select {
			case up <- struct{}{}:
				rw.WriteHeader(http.StatusServiceUnavailable)
			default:
			}
		case strings.HasPrefix(r.URL.Path, "/api/v1/flows/"):
			rw.WriteHeader(http.StatusUnprocessableEntity)
			_, _ = rw.Write([]byte(`{"error": {"code": "flow.refused", "message": "no", "details": [{"code": "flow.key.unknown", "path": "/x", "message": "what is x?"}]}}`))
		}
	}))
	t.Cleanup(s.Close)
	err := demo.Run(t.Context(), demo.Options{URL: s.URL, Token: token, Dir: t.TempDir()})
	require.ErrorContains(t, err, "flow.refused: no\n  flow.key.unknown /x: what is x?")
}

func TestItWaitsForAServerUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.WriteHeader(http.StatusServiceUnavailable)
		cancel()
	}))
	t.Cleanup(s.Close)
	require.NoError(t, demo.Run(ctx, demo.Options{URL: s.URL, Token: token, Dir: t.TempDir()}))
	require.ErrorContains(t, demo.Run(t.Context(), demo.Options{Speed: -1}), "above zero")
}
