package prebuilt_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/examples/shop"
	"sluice/flows"
	"sluice/flows/prebuilt"
	"sluice/internal/library"
	"sluice/server/hooks"
	"sluice/storage"
	"sluice/storage/bolt"
)

const statusSweep = "status-arbitration-sweep"

// desk is what the status sweep meets: an office with Douyin connected, and a router that takes Douyin's callbacks.
type desk struct {
	*office
	connections *connect.Set
	router      *hooks.Router
}

func newDesk(t *testing.T, kind string) *desk {
	t.Helper()
	w := &desk{office: &office{world: &world{t: t}, plans: map[string]*flows.Flow{}}}
	var err error
	w.shop, err = shop.Start(shop.Options{Seed: 1})
	require.NoError(t, err)
	t.Cleanup(w.shop.Close)
	w.tables(kind)
	w.store, err = bolt.Open(filepath.Join(t.TempDir(), "data"), bolt.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.store.Close()) })
	var kinds map[string]string
	w.connections, kinds = w.world.connect(w.shop.URL)
	registry := registryOf(t, w.connections)
	w.library = library.New(w.store, registry)
	for _, id := range []string{arbitration, statusSweep} {
		document, err := prebuilt.Document(id)
		require.NoError(t, err)
		w.plans[id] = compile(t, hurried(document), registry, kinds)
		require.NoError(t, w.library.Keep(w.plans[id]))
	}
	w.engine, err = embedded.Open(embedded.Options{Store: w.store, Plans: w.library.Plan, Registry: registry, Published: w.published})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, w.engine.Close(context.WithoutCancel(t.Context()))) })
	w.router = hooks.New(hooks.Options{Engine: w.engine, Journal: w.store, Plans: w.library.Plan, Connections: w.connections})
	w.router.Rebind([]*flows.Flow{w.plans[arbitration], w.plans[statusSweep]})
	return w
}

// lagging is an order that Douyin has delivered and our database has as paid, synced at that time.
func (w *desk) lagging(synced any) shop.Order {
	w.t.Helper()
	o := w.placed(shop.Delivered)
	w.recorded(o, "paid", synced)
	return o
}

// waiting is an order that Douyin has not delivered, placed here so long ago.
func (w *desk) waiting(age time.Duration) string {
	w.t.Helper()
	o := w.placed(shop.Shipped)
	w.recorded(o, "paid", nil)
	w.exec(`UPDATE orders SET created_at = ? WHERE order_id = ?`, before(age), o.ID)
	return o.ID
}

// looked says when the sweep has looked at the order last.
func (w *desk) looked(id string, ago time.Duration) {
	w.t.Helper()
	w.exec(`DELETE FROM status_checks WHERE order_id = ?`, id)
	w.exec(`INSERT INTO status_checks (order_id, checked_at) VALUES (?, ?)`, id, before(ago))
}

// swept is a sweep's report with the reasons by order id in place of its lists.
type swept struct {
	checked                    int
	shipped                    []string
	unchanged, failed, message map[string]string
}

func (w *desk) sweep(body core.Value) swept {
	w.t.Helper()
	return w.report(w.call(statusSweep, body))
}

func (w *desk) report(end *core.End) swept {
	w.t.Helper()
	output := w.output(end)
	r := swept{unchanged: map[string]string{}, failed: map[string]string{}, message: map[string]string{}}
	_, err := fmt.Sscan(fmt.Sprint(output["checked"]), &r.checked)
	require.NoError(w.t, err)
	for _, id := range output["shipped"].(core.List) {
		r.shipped = append(r.shipped, id.(string))
	}
	for _, o := range output["unchanged"].(core.List) {
		r.unchanged[o.(core.Object)["order_id"].(string)] = o.(core.Object)["reason"].(string)
	}
	for _, o := range output["failed"].(core.List) {
		o := o.(core.Object)
		r.failed[o["order_id"].(string)] = o["reason"].(string)
		r.message[o["order_id"].(string)] = o["message"].(string)
	}
	return r
}

// asked is how often Douyin was asked about an order.
func (w *desk) asked() int { return w.shop.Calls().Endpoints["douyin.order.orderDetail"] }

// callback delivers a callback of Douyin's, signed with the app's secret.
func (w *desk) callback(requestID, body, secret string) *hooks.Answer {
	w.t.Helper()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	headers := core.Object{"content-type": "application/json", "x-signature": hex.EncodeToString(mac.Sum(nil))}
	if requestID != "" {
		headers["x-request-id"] = requestID
	}
	return w.router.Serve(&hooks.Delivery{Method: http.MethodPost, Path: "douyin/ordstatus", Headers: headers, Body: []byte(body)})
}

// ended waits for the run that an answer names and gives its output.
func (w *desk) ended(answer *hooks.Answer) core.Object {
	w.t.Helper()
	require.Equal(w.t, http.StatusAccepted, answer.Status, "%s", answer.Body)
	id, ok := decoded(w.t, answer.Body).(core.Object)["run"].(string)
	require.True(w.t, ok, "%s", answer.Body)
	end, err := w.engine.Wait(w.t.Context(), storage.RunID(id))
	require.NoError(w.t, err)
	return w.output(end)
}

func (w *desk) runs() int {
	w.t.Helper()
	rows, err := w.store.Runs(storage.Listing{Limit: 1000})
	require.NoError(w.t, err)
	return len(rows)
}

const douyinSecret = "demo-douyin-secret"

func TestASweepSetsRightWhatLags(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		stale := []shop.Order{
			w.lagging(nil), w.lagging(""), w.lagging(before(182 * time.Second)), w.lagging(time.Now().UTC().Add(-10 * time.Minute).Format(time.RFC3339Nano)),
			w.lagging(time.Now().UTC().Add(8*time.Hour - 10*time.Minute).Format(time.DateTime)),
			w.lagging(time.Now().Add(-10 * time.Minute).Unix()), w.lagging(time.Now().Add(-10 * time.Minute).UnixMilli()),
		}
		w.lagging(before(time.Minute))
		w.lagging(time.Now().UTC().Add(-time.Minute).Format(time.RFC3339Nano))
		w.lagging(time.Now().UTC().Add(8*time.Hour - time.Minute).Format(time.DateTime))
		w.lagging(time.Now().Add(-time.Minute).Unix())
		w.lagging(time.Now().Add(-time.Minute).UnixMilli())
		for _, status := range []string{"shipped", "delivered", "completed", "cancelled", "refunded"} {
			w.recorded(w.placed(shop.Delivered), status, nil)
		}
		w.exec(`INSERT INTO orders (order_id, source, status, created_at) VALUES ('PDD-1', 'pinduoduo', 'paid', ?)`, before(time.Hour))
		unshipped := w.placed(shop.Shipped)
		w.recorded(unshipped, "paid", before(time.Hour))
		unreadable := w.lagging("yesterday")

		r := w.sweep(nil)
		var ids []string
		for _, o := range stale {
			ids = append(ids, o.ID)
			require.Equal(t, "shipped", w.record(o.ID).Status.String)
			require.Equal(t, "douyin_api_pull", w.record(o.ID).SyncSource.String)
		}
		require.Equal(t, len(stale)+2, r.checked)
		require.ElementsMatch(t, ids, r.shipped)
		require.Equal(t, map[string]string{unshipped.ID: "not_delivered"}, r.unchanged)
		require.Equal(t, map[string]string{unreadable.ID: "expr.value"}, r.failed)
		require.Contains(t, r.message[unreadable.ID], "yesterday")
		require.Equal(t, r.checked, w.asked(), "Douyin is asked about nothing else")
		require.Len(t, w.shop.Warehouse().Tickets, len(stale))
		require.Equal(t, []string{fmt.Sprint(r.checked)}, w.table(`SELECT count(*) FROM status_checks`))
	})
}

func TestTheScheduleStartsASweepWithoutAnOrder(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		o := w.lagging(nil)
		end := w.start(statusSweep, core.Object{"id": "sweep", "type": "cron", "at": time.Now().UTC().Format(time.RFC3339Nano), "body": nil})
		require.Equal(t, []string{o.ID}, w.report(end).shipped)
	})
}

func TestAnOrderThatStaysUndeliveredIsAskedAboutEverMoreRarely(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		day := w.waiting(24 * time.Hour)
		require.Equal(t, map[string]string{day: "not_delivered"}, w.sweep(nil).unchanged)
		require.Zero(t, w.sweep(nil).checked, "not again five minutes later")

		// A twentieth of its age has to pass: 72 minutes of a day, 6 of two hours, half a day of ten.
		for _, c := range []struct {
			age, ago time.Duration
			again    bool
		}{
			{24 * time.Hour, 71 * time.Minute, false},
			{24 * time.Hour, 73 * time.Minute, true},
			{2 * time.Hour, 5 * time.Minute, false},
			{2 * time.Hour, 7 * time.Minute, true},
			{240 * time.Hour, 11 * time.Hour, false},
			{240 * time.Hour, 13 * time.Hour, true},
			{10 * time.Minute, time.Minute, true},
		} {
			w.exec(`UPDATE orders SET created_at = ? WHERE order_id = ?`, before(c.age), day)
			w.looked(day, c.ago)
			require.Equal(t, c.again, len(w.sweep(nil).unchanged) == 1, "%s old, asked about %s ago", c.age, c.ago)
		}
		w.exec(`UPDATE orders SET created_at = 'no time' WHERE order_id = ?`, day)
		w.looked(day, 71*time.Minute)
		require.Empty(t, w.sweep(nil).unchanged, "an age that nobody can read is a day")
		w.looked(day, 73*time.Minute)
		require.Len(t, w.sweep(nil).unchanged, 1)
	})
}

func TestASweepIsBoundedAndBeginsWithWhatHasWaitedLongest(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		looked, unlooked, young := w.waiting(72*time.Hour), w.waiting(20*time.Hour), w.waiting(10*time.Hour)
		w.looked(looked, 30*time.Hour)
		for _, id := range []string{looked, unlooked, young} {
			require.Equal(t, map[string]string{id: "not_delivered"}, w.sweep(core.Object{"limit": 1}).unchanged)
		}
		require.Zero(t, w.sweep(core.Object{"limit": 1}).checked)

		// Those that stay undelivered are due once more, and do not keep a newer one waiting beyond its turn.
		w.looked(looked, 8*time.Hour)
		w.looked(unlooked, 7*time.Hour)
		o := w.lagging(nil)
		w.exec(`UPDATE orders SET created_at = ? WHERE order_id = ?`, before(7*time.Hour+30*time.Minute), o.ID)
		require.Equal(t, map[string]string{looked: "not_delivered"}, w.sweep(core.Object{"limit": 1}).unchanged)
		require.Equal(t, []string{o.ID}, w.sweep(core.Object{"limit": 1}).shipped)
		require.Equal(t, map[string]string{unlooked: "not_delivered"}, w.sweep(core.Object{"limit": 1}).unchanged)
	})
}

func TestWhatDouyinDoesNotAnswerIsReportedAndTheOthersGoOn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		fine := []string{w.lagging(nil).ID, w.lagging(nil).ID, w.lagging(nil).ID}
		w.exec(`INSERT INTO orders (order_id, source, status, created_at) VALUES ('6920000000000000001', 'douyin', 'paid', ?), ('not an id', 'douyin', 'paid', ?)`,
			before(time.Hour), before(time.Hour))
		r := w.sweep(nil)
		require.ElementsMatch(t, fine, r.shipped)
		require.Equal(t, "douyin.rejected", r.failed["6920000000000000001"])
		require.Len(t, r.failed, 2, "an id that the other flow does not take is one that failed: %v", r.failed)
		require.NotEmpty(t, r.failed["not an id"])
	})
}

func TestAnOutageOfDouyinIsReportedAndMadeUpFor(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		o := w.lagging(nil)
		w.exec(`UPDATE orders SET created_at = ? WHERE order_id = ?`, before(24*time.Hour), o.ID)
		require.NoError(t, w.shop.SetFault("douyin.order.orderDetail", shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}))
		require.Equal(t, map[string]string{o.ID: "douyin.unavailable"}, w.sweep(nil).failed)
		require.Equal(t, "paid", w.record(o.ID).Status.String)
		require.NoError(t, w.shop.SetFault("douyin.order.orderDetail", shop.Fault{}))
		require.Zero(t, w.sweep(nil).checked, "it waits like any other")
		w.exec(`DELETE FROM status_checks`)
		require.Equal(t, []string{o.ID}, w.sweep(nil).shipped)
	})
}

func TestACallbackAndASweepAtOnceSetAnOrderRightOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		o := w.lagging(nil)
		ends := make(chan *core.End, 1)
		go func() { ends <- w.call(statusSweep, nil) }()
		output := w.ended(w.callback("R-1", order(o.ID), douyinSecret))
		r := w.report(<-ends)
		require.Contains(t, []any{"arbitrated", "synced_recently"}, output["reason"])
		if output["reason"] == "arbitrated" {
			require.Empty(t, r.shipped)
		} else {
			require.Equal(t, []string{o.ID}, r.shipped)
		}
		require.Empty(t, r.failed)
		require.Len(t, w.shop.Warehouse().Tickets, 1)
		require.Len(t, w.messages(), 1)
	})
}

func TestACallbackThatIsDeliveredTwiceIsOneRun(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		o := w.lagging(before(time.Hour))
		first := w.callback("R-1", order(o.ID), douyinSecret)
		require.Equal(t, "arbitrated", w.ended(first)["reason"])
		again := w.callback("R-1", order(o.ID), douyinSecret)
		require.Equal(t, first, again, "the same run is named")
		require.Equal(t, 1, w.runs())
		require.Equal(t, 1, w.asked())

		number := w.callback("R-2", fmt.Sprintf(`{"order_id": %s, "status": "whatever"}`, o.ID), douyinSecret)
		require.Equal(t, o.ID, w.ended(number)["order_id"])
		require.Equal(t, 2, w.runs(), "another request is another run")
		for range 2 {
			require.Equal(t, "synced_recently", w.ended(w.callback("", order(o.ID), douyinSecret))["reason"])
		}
		require.Equal(t, 4, w.runs(), "without an X-Request-ID every delivery is one")
	})
}

func TestACallbackThatIsNotDouyinsStartsNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		o := w.lagging(nil)
		require.Equal(t, http.StatusUnauthorized, w.callback("R-1", order(o.ID), "another secret").Status)
		require.Equal(t, http.StatusUnprocessableEntity, w.callback("R-1", `{"id": 1}`, douyinSecret).Status)
		require.Zero(t, w.runs())
		require.Equal(t, "arbitrated", w.ended(w.callback("R-1", order(o.ID), douyinSecret))["reason"], "a refusal uses up no X-Request-ID")
	})
}

func TestACallbackThatComesBeforeItsOrderIsMadeUpForByTheSweep(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newDesk(t, kind)
		o := w.placed(shop.Delivered)
		for range 2 {
			require.Equal(t, "order_unknown", w.ended(w.callback("R-1", order(o.ID), douyinSecret))["reason"])
		}
		require.Equal(t, 1, w.runs())
		require.Zero(t, w.sweep(nil).checked)

		w.recorded(o, "paid", nil)
		require.Equal(t, "order_unknown", w.ended(w.callback("R-1", order(o.ID), douyinSecret))["reason"], "a repeated delivery does not help")
		require.Equal(t, []string{o.ID}, w.sweep(nil).shipped)
		require.Equal(t, o.LogisticsNo, w.record(o.ID).LogisticsNo.String)
		require.Len(t, w.shop.Warehouse().Tickets, 1)
	})
}

// What the sweep takes for stale and settled is what the flow it calls takes for it.
func TestTheSweepAndTheArbitrationHaveTheSameSettings(t *testing.T) {
	t.Parallel()
	vars := map[string]core.Object{}
	for _, id := range []string{arbitration, statusSweep} {
		document, err := prebuilt.Document(id)
		require.NoError(t, err)
		vars[id] = decoded(t, document).(core.Object)["vars"].(core.Object)
	}
	for name, v := range vars[arbitration] {
		require.Equal(t, v, vars[statusSweep][name], name)
	}
}
