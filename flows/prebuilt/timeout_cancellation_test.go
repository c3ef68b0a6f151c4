package prebuilt_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/examples/shop"
)

const (
	cancellation      = "timeout-cancellation"
	cancellationOrder = "timeout-cancellation-order"
)

func newCancellation(t *testing.T, kind string) *office {
	t.Helper()
	return newOffice(t, kind, hurried, cancellation, cancellationOrder)
}

// pending writes an order that waits for its payment into our database.
func (w *office) pending(id, createdAt string) {
	w.t.Helper()
	w.exec(`INSERT INTO orders (order_id, source, status, total_price, created_at) VALUES (?, 'wechat', 'pending_payment', '100.00', ?)`, id, createdAt)
}

// atPay is an order of 259.70 yuan that WeChat Pay knows, with its goods reserved and a coupon used, pending in our
// database for three days.
func (w *office) atPay(o shop.Order) shop.Order {
	w.t.Helper()
	o.Platform = shop.WeChat
	o.Items, o.Discount, o.Postage = []shop.Item{{SKU: "MUG-350", Name: "马克杯", Quantity: 2, Price: 12990}}, 1010, 1000
	o, err := w.shop.AddOrder(o)
	require.NoError(w.t, err)
	w.pending(o.ID, time.Now().Add(-72*time.Hour).Format(time.RFC3339))
	w.exec(`UPDATE orders SET total_price = '259.70', sync_source = 'wechat_push', last_sync_time = 'before' WHERE order_id = ?`, o.ID)
	return o
}

// holding is atPay with a coupon and two reservations.
func (w *office) holding(o shop.Order) shop.Order {
	w.t.Helper()
	require.NoError(w.t, w.shop.SetStock("MUG-350", 10))
	o.CouponID = "CP-" + o.ID
	o = w.atPay(o)
	for range 2 {
		w.exec(`INSERT INTO order_holds (order_id, kind, ref) VALUES (?, 'stock', ?)`, o.ID, w.reserve(o.ID, "MUG-350", 1))
	}
	w.exec(`INSERT INTO order_holds (order_id, kind, ref) VALUES (?, 'coupon', ?)`, o.ID, o.CouponID)
	return o
}

// reserve keeps goods at the warehouse and gives the reservation's id.
func (w *office) reserve(order, sku string, quantity int) string {
	w.t.Helper()
	body := fmt.Sprintf(`{"order_id": %q, "items": [{"sku": %q, "quantity": %d}]}`, order, sku, quantity)
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.shop.URL+"/wms/reservations", strings.NewReader(body))
	require.NoError(w.t, err)
	r.Header.Set("Authorization", "Bearer demo-wms-token")
	answer, err := http.DefaultClient.Do(r)
	require.NoError(w.t, err)
	require.NoError(w.t, answer.Body.Close())
	require.Equal(w.t, http.StatusCreated, answer.StatusCode)
	reservations := w.shop.Warehouse().Reservations
	return reservations[len(reservations)-1].ID
}

// holds tells what the warehouse says of an order: how many of its reservations hold, and its coupon.
func (w *office) holds(o shop.Order) (reserved int, coupon string) {
	w.t.Helper()
	state := w.shop.Warehouse()
	for _, r := range state.Reservations {
		if r.OrderID == o.ID && r.Status == "reserved" {
			reserved++
		}
	}
	for _, c := range state.Coupons {
		if c.ID == o.CouponID {
			coupon = c.Status
		}
	}
	return reserved, coupon
}

func (w *office) state(id string) string {
	w.t.Helper()
	return w.table(`SELECT status, sync_source FROM orders WHERE order_id = ?`, id)[0]
}

// sweep runs the sweep by hand.
func (w *office) sweep(body core.Object) core.Object {
	w.t.Helper()
	w.t.Helper()
	return w.output(w.call(cancellation, body))
}

// reported holds a report to the orders in each of its lists.
func (w *office) reported(report core.Object, want map[string][]string) {
	w.t.Helper()
	got := map[string][]string{}
	for _, name := range []string{"cancelled", "confirmed", "kept", "repaired", "failed"} {
		for _, id := range report[name].(core.List) {
			got[name] = append(got[name], id.(string))
		}
	}
	for name := range want {
		require.ElementsMatch(w.t, want[name], got[name], "%s of %v", name, report["orders"])
		delete(got, name)
	}
	require.Empty(w.t, got, "%v", report["orders"])
}

func TestOrdersOfAllZonesAreCancelledAtFortyEightHoursSharp(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		// 10:00:00 in Shanghai on 1 May, however it is written; and the same a second or less later.
		var due, young []string
		for i, createdAt := range []string{
			"2026-05-01T02:00:00Z", "2026-05-01T10:00:00+08:00", "2026-05-01T11:00:00+09:00", "2026-04-30T22:00:00-04:00", "2026-05-01 10:00:00",
			"2026-05-01T10:00:00.000+08:00", "2026-05-01 02:00:00+00:00", "20260501100000",
		} {
			id := fmt.Sprintf("DUE-%03d", i)
			w.pending(id, createdAt)
			due = append(due, id)
		}
		for i, createdAt := range []string{
			"2026-05-01T02:00:01Z", "2026-05-01T10:00:01+08:00", "2026-05-01T11:00:01+09:00", "2026-04-30T22:00:01-04:00", "2026-05-01 10:00:01",
			"2026-05-01T10:00:00.001+08:00", "2026-05-01T10:00:00+07:00", "2026-05-02T02:00:00Z",
		} {
			id := fmt.Sprintf("YOUNG-%03d", i)
			w.pending(id, createdAt)
			young = append(young, id)
		}
		w.reported(w.sweep(core.Object{"now": "2026-05-03T09:59:59+08:00"}), map[string][]string{"kept": {"DUE-007"}})
		w.reported(w.sweep(core.Object{"now": "2026-05-03T02:00:00Z"}), map[string][]string{"cancelled": due, "kept": {"YOUNG-005"}})
		require.Len(t, w.table(`SELECT order_id FROM orders WHERE status = 'pending_payment'`), len(young))
		w.reported(w.sweep(core.Object{"now": "2026-05-03T11:00:01+09:00"}), map[string][]string{
			"cancelled": {"YOUNG-000", "YOUNG-001", "YOUNG-002", "YOUNG-003", "YOUNG-004", "YOUNG-005"}})
		w.reported(w.sweep(core.Object{"now": "2026-05-03T11:00:01+09:00"}), nil)
	})
}

func TestTheGracePeriodIsTheChannels(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		w.exec(`INSERT INTO orders (order_id, source, channel, status, created_at) VALUES
		('LIVE-1', 'wechat', 'wechat-live', 'pending_payment', '2026-05-01T10:00:00+08:00'),
		('LIVE-2', 'wechat-live', NULL, 'pending_payment', '2026-05-01T10:00:00+08:00'),
		('PRE-1', 'wechat-live', 'presale', 'pending_payment', '2026-05-01T10:00:00+08:00'),
		('MINE-1', 'wechat', 'mini', 'pending', '2026-05-01T10:00:00+08:00'),
		('PDD-1', 'pinduoduo', 'a shop', 'pending_payment', '2026-05-01T10:00:00+08:00'),
		('DY-1', 'douyin', NULL, 'pending_payment', 'no time at all')`)
		w.reported(w.sweep(core.Object{"now": "2026-05-01T11:59:59+08:00"}), nil)
		w.reported(w.sweep(core.Object{"now": "2026-05-01T12:00:00+08:00"}), map[string][]string{"cancelled": {"LIVE-1", "LIVE-2"}})
		w.reported(w.sweep(core.Object{"now": "2026-05-04T09:59:59+08:00"}), map[string][]string{"cancelled": {"MINE-1"}})
		w.reported(w.sweep(core.Object{"now": "2026-05-04T10:00:00+08:00"}), map[string][]string{"cancelled": {"PRE-1"}})
		w.reported(w.sweep(core.Object{"now": "2030-01-01T00:00:00Z"}), nil)
	})
}

func TestWhatWeChatPaySaysDecides(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		unknown := "WX-NEVER-BEGUN"
		w.pending(unknown, before(72*time.Hour))
		open := w.holding(shop.Order{ID: "WX-OPEN-0001", Status: shop.PendingPayment})
		paid := w.atPay(shop.Order{Status: shop.PendingShipment})
		paying := w.atPay(shop.Order{Status: shop.PendingPayment, TradeState: "USERPAYING"})
		waiting := w.atPay(shop.Order{Status: shop.PendingPayment, TradeState: "ACCEPT"})
		refused := w.atPay(shop.Order{Status: shop.PendingPayment, TradeState: "PAYERROR"})
		closed := w.atPay(shop.Order{Status: shop.Cancelled})
		refunded := w.atPay(shop.Order{Status: shop.Refunded})
		short := w.atPay(shop.Order{Status: shop.PendingShipment})
		w.exec(`UPDATE orders SET total_price = '259.71' WHERE order_id = ?`, short.ID)
		strange := w.atPay(shop.Order{Status: shop.PendingPayment, TradeState: "NEW_STATE"})
		w.exec(`INSERT INTO orders (order_id, source, status, created_at) VALUES ('WX-NO-TIME', 'wechat', 'pending_payment', 'yesterday')`)

		report := w.sweep(nil)
		w.reported(report, map[string][]string{
			"cancelled": {unknown, open.ID, refused.ID, closed.ID}, "confirmed": {paid.ID}, "kept": {paying.ID, waiting.ID, refunded.ID},
			"failed": {short.ID, strange.ID, "WX-NO-TIME"},
		})
		reasons := map[string]any{}
		for _, o := range report["orders"].(core.List) {
			o := o.(core.Object)
			reasons[o["order_id"].(string)] = o["reason"]
		}
		require.Equal(t, map[string]any{
			unknown: "no_payment", open.ID: "unpaid", refused.ID: "unpaid", closed.ID: "payment_closed", paid.ID: "paid", paying.ID: "paying", waiting.ID: "paying",
			refunded.ID: "refunded", short.ID: "payment.amount_mismatch", strange.ID: "payment.unclear", "WX-NO-TIME": "expr.value",
		}, reasons)

		for _, id := range []string{unknown, open.ID, refused.ID, closed.ID} {
			require.Equal(t, "cancelled|timeout_cancellation", w.state(id))
		}
		for _, id := range []string{paying.ID, waiting.ID, refunded.ID, short.ID, strange.ID} {
			require.Equal(t, "pending_payment|wechat_push", w.state(id))
		}
		at, found := w.shop.Order(paid.ID)
		require.True(t, found)
		require.Equal(t, []string{"paid|wechatpay_query|" + at.PaidAt.In(time.FixedZone("", 8*3600)).Format(time.RFC3339)},
			w.table(`SELECT status, sync_source, pay_time FROM orders WHERE order_id = ?`, paid.ID))
		require.Regexp(t, `^4200\d{24}$`, w.table(`SELECT transaction_id FROM orders WHERE order_id = ?`, paid.ID)[0])

		reserved, coupon := w.holds(open)
		require.Zero(t, reserved)
		require.Equal(t, "returned", coupon)
		nobodyPays, _ := w.shop.Order(open.ID)
		require.Equal(t, shop.Cancelled, nobodyPays.Status, "the payment is closed")
		require.Contains(t, w.customerMessages(), "您的订单WX-OPEN-0001超时未支付，已自动取消，优惠券已退回您的账户。")
		require.Len(t, w.customerMessages(), 4)
		require.Equal(t, true, report["notified"])
		require.Len(t, w.messages(), 1)
		require.Contains(t, w.messages()[0], short.ID+"(payment.amount_mismatch)")

		again := w.sweep(nil)
		w.reported(again, map[string][]string{"kept": {paying.ID, waiting.ID, refunded.ID}, "failed": {short.ID, strange.ID, "WX-NO-TIME"}})
		require.Len(t, w.customerMessages(), 4, "nobody is told twice")
	})
}

func TestTheScheduleStartsASweepOfNow(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		w.pending("WX-OLD-0001", before(48*time.Hour))
		w.pending("WX-NEW-0001", before(48*time.Hour-time.Minute))
		end := w.start(cancellation, core.Object{"id": "sweep", "type": "cron", "at": time.Now().UTC().Format(time.RFC3339Nano), "body": nil})
		w.reported(w.output(end), map[string][]string{"cancelled": {"WX-OLD-0001"}})
	})
}

func TestWhatFailsLaterUndoesTheCancellation(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		for _, endpoint := range []string{"wms.reservations.release", "wms.coupons.return", "wms.messages.create"} {
			for _, outcome := range []shop.Outcome{shop.Unavailable, shop.Lost} {
				t.Run(endpoint+" "+string(outcome), func(t *testing.T) {
					t.Parallel()
					w := newCancellation(t, kind)
					o := w.holding(shop.Order{ID: "WX-OPEN-0001", Status: shop.PendingPayment})
					w.pending("WX-OTHER-1", before(72*time.Hour))
					// Five tries of this order's first call fail; what comes after them works.
					failing := shop.Fault{Script: []shop.Outcome{outcome, outcome, outcome, outcome, outcome}}
					w.exec(`UPDATE orders SET status = 'paid' WHERE order_id = 'WX-OTHER-1'`)
					require.NoError(t, w.shop.SetFault(endpoint, failing))

					w.reported(w.sweep(nil), map[string][]string{"repaired": {o.ID}})
					require.Equal(t, []string{"pending_payment|wechat_push|before"}, w.table(`SELECT status, sync_source, last_sync_time FROM orders WHERE order_id = ?`, o.ID))
					reserved, coupon := w.holds(o)
					require.Equal(t, 2, reserved)
					require.Equal(t, "used", coupon)
					require.Equal(t, []string{"超时取消|已撤销:WX-OPEN-0001|失败:"}, w.messages())
					if told := w.customerMessages(); len(told) > 0 {
						require.Equal(t, "您的订单WX-OPEN-0001尚未取消，请以订单页面为准。", told[len(told)-1])
					}

					w.reported(w.sweep(nil), map[string][]string{"cancelled": {o.ID}})
					reserved, coupon = w.holds(o)
					require.Zero(t, reserved)
					require.Equal(t, "returned", coupon)
				})
			}
		}
	})
}

func TestOneOrderThatFailsDoesNotStopTheOthers(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		for i := range 5 {
			w.pending(fmt.Sprintf("WX-FINE-%02d", i), before(72*time.Hour))
		}
		w.pending("WX-BROKEN-1", before(96*time.Hour))
		w.exec(`INSERT INTO order_holds (order_id, kind, ref) VALUES ('WX-BROKEN-1', 'stock', 'RS-NOT-THERE')`)
		w.pending("WX-BROKEN-2", before(96*time.Hour))
		w.exec(`INSERT INTO order_holds (order_id, kind, ref) VALUES ('WX-BROKEN-2', 'coupon', 'CP-NOT-THERE')`)
		w.reported(w.sweep(nil), map[string][]string{
			"cancelled": {"WX-FINE-00", "WX-FINE-01", "WX-FINE-02", "WX-FINE-03", "WX-FINE-04"}, "repaired": {"WX-BROKEN-1", "WX-BROKEN-2"}})
		require.Equal(t, "pending_payment|NULL", w.state("WX-BROKEN-1"))
		require.Len(t, w.customerMessages(), 5)
	})
}

func TestWhatCannotBeUndoneIsSaid(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		o := w.holding(shop.Order{ID: "WX-OPEN-0001", Status: shop.PendingPayment})
		require.NoError(t, w.shop.SetFault("wms.messages.create", shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}))
		w.intercept(func(r *http.Request) {
			if r.URL.Path == "/wms/messages" {
				_ = w.shop.SetStock("MUG-350", 0)
			}
		})
		report := w.sweep(nil)
		w.reported(report, map[string][]string{"failed": {o.ID}})
		trouble := report["orders"].(core.List)[0].(core.Object)
		require.Equal(t, "cancellation.undone", trouble["reason"])
		require.Equal(t, core.List{"settle[0].stock[1].release", "settle[0].stock[0].release"}, trouble["not_undone"])
		require.Equal(t, "pending_payment|wechat_push", w.state(o.ID), "the rest is undone all the same")
	})
}

func TestAPaymentThatCannotBeAskedAboutChangesNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		for _, endpoint := range []string{"wechatpay.query", "wechatpay.close"} {
			t.Run(endpoint, func(t *testing.T) {
				t.Parallel()
				w := newCancellation(t, kind)
				o := w.holding(shop.Order{ID: "WX-OPEN-0001", Status: shop.PendingPayment})
				require.NoError(t, w.shop.SetFault(endpoint, shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}))
				w.reported(w.sweep(nil), map[string][]string{"failed": {o.ID}})
				require.Equal(t, "pending_payment|wechat_push", w.state(o.ID))
				require.Empty(t, w.customerMessages())
				require.NoError(t, w.shop.SetFault(endpoint, shop.Fault{Script: []shop.Outcome{shop.Lost, shop.Throttled}}))
				w.reported(w.sweep(nil), map[string][]string{"cancelled": {o.ID}})
			})
		}
	})
}

func TestAPaymentBetweenAskingAndClosingIsNotLost(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		o := w.holding(shop.Order{ID: "WX-OPEN-0001", Status: shop.PendingPayment})
		w.intercept(func(r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/close") {
				_, _ = w.shop.SetStatus(o.ID, shop.Change{Status: shop.PendingShipment})
			}
		})
		report := w.sweep(nil)
		w.reported(report, map[string][]string{"kept": {o.ID}})
		require.Equal(t, "payment_moved", report["orders"].(core.List)[0].(core.Object)["reason"])
		w.reported(w.sweep(nil), map[string][]string{"confirmed": {o.ID}})
		reserved, coupon := w.holds(o)
		require.Equal(t, 2, reserved)
		require.Equal(t, "used", coupon)
		require.Empty(t, w.customerMessages())
	})
}

func TestAnOrderThatSomebodySettlesMeanwhileIsTheirs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		for _, status := range []shop.Status{shop.PendingPayment, shop.PendingShipment} {
			w := newCancellation(t, kind)
			o := w.holding(shop.Order{ID: "WX-OPEN-0001", Status: status})
			w.intercept(func(r *http.Request) {
				if strings.HasPrefix(r.URL.Path, "/v3/") && r.Method == http.MethodGet {
					w.exec(`UPDATE orders SET status = 'shipped' WHERE order_id = ?`, o.ID)
				}
			})
			report := w.sweep(nil)
			w.reported(report, map[string][]string{"kept": {o.ID}})
			require.Equal(t, "changed_meanwhile", report["orders"].(core.List)[0].(core.Object)["reason"])
			require.Equal(t, "shipped|wechat_push", w.state(o.ID))
			reserved, _ := w.holds(o)
			require.Equal(t, 2, reserved)
		}
	})
}

func TestASweepIsBoundedAndOrdersThatStayKeepNoOthersWaiting(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		var stay, fine []string
		for i := range 3 {
			o := w.atPay(shop.Order{Status: shop.PendingPayment, TradeState: "USERPAYING"})
			w.exec(`UPDATE orders SET created_at = '2020-01-01T00:00:00Z' WHERE order_id = ?`, o.ID)
			stay = append(stay, o.ID)
			id := fmt.Sprintf("WX-FINE-%02d", i)
			w.pending(id, before(72*time.Hour))
			fine = append(fine, id)
		}
		w.reported(w.sweep(core.Object{"limit": 3}), map[string][]string{"kept": stay})
		w.reported(w.sweep(core.Object{"limit": 3}), map[string][]string{"cancelled": fine})
		w.reported(w.sweep(core.Object{"limit": 2}), map[string][]string{"kept": stay[:2]})
	})
}

func TestTwoSweepsAtOnceCancelNothingTwice(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		o := w.holding(shop.Order{ID: "WX-OPEN-0001", Status: shop.PendingPayment})
		ends := make(chan *core.End, 4)
		for range 2 {
			go func() { ends <- w.call(cancellation, nil) }()
			go func() {
				ends <- w.call(cancellationOrder, core.Object{"order_id": o.ID, "before": time.Now().Format(time.RFC3339)})
			}()
		}
		for range 4 {
			end := <-ends
			require.Equal(t, core.Succeeded, end.Status, "%v", end.Failure)
		}
		require.Len(t, w.customerMessages(), 1)
		require.Equal(t, 1, w.shop.Calls().Endpoints["wechatpay.close"])
		require.Equal(t, 2, w.shop.Calls().Endpoints["wms.reservations.release"])
		require.Equal(t, "cancelled|timeout_cancellation", w.state(o.ID))
	})
}

func TestOneOrderByHand(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newCancellation(t, kind)
		now := time.Now().Format(time.RFC3339)
		require.Equal(t, "order_unknown", w.output(w.call(cancellationOrder, core.Object{"order_id": 6921000000000000123, "before": now}))["reason"])
		w.pending("6921000000000000123", before(time.Hour))
		require.Equal(t, core.Object{"order_id": "6921000000000000123", "outcome": "cancelled", "reason": "no_payment", "trade_state": nil, "held": core.List{}},
			w.output(w.call(cancellationOrder, core.Object{"order_id": 6921000000000000123, "before": now})))
		require.Equal(t, "not_pending", w.output(w.call(cancellationOrder, core.Object{"order_id": "6921000000000000123", "before": now}))["reason"])
	})
}
