package prebuilt_test

import (
	"bytes"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/examples/shop"
)

func TestMissingPDDOrdersAreFilledIn(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, nil)
		items := []shop.Item{
			{SKU: "MUG-350", Name: "马克杯", Spec: "颜色:月白", Quantity: 2, Price: 5990},
			{SKU: "TEA-250", Name: "龙井", Spec: "等级:一级", Quantity: 1, Price: 16805},
		}
		paid := time.Now().Add(-20 * time.Minute).Truncate(time.Second)
		late, err := w.shop.AddOrder(shop.Order{
			Platform: shop.PDD, Status: shop.PendingShipment, Items: items, Postage: 800, Discount: 1, UpdatedAt: paid, PaidAt: paid, CreatedAt: paid.Add(-time.Minute),
			Buyer: shop.Buyer{Name: "王晓雯", Phone: "13812345678", Province: "浙江省", City: "杭州市", District: "西湖区", Street: "文澜街道", Detail: "翠苑1幢"},
		})
		require.NoError(t, err)
		fresh, unpaid := w.placed(shop.PendingShipment, 2*time.Minute), w.placed(shop.PendingPayment, time.Hour)
		known := w.placed(shop.Shipped, 2*time.Hour)
		w.exec(`INSERT INTO orders (order_id, source, status, created_at) VALUES (?, 'pinduoduo', 'paid', '2026-05-01T10:00:00+08:00')`, known.ID)

		began := time.Now().Add(-time.Second)
		output := w.report(w.sweep(time.Time{}), 4, 1, 3, 0)
		require.Equal(t, true, output["complete"])
		require.ElementsMatch(t, core.List{late.ID, fresh.ID, unpaid.ID}, output["orders"])
		require.Equal(t, core.List{}, output["failures"])

		china := time.FixedZone("CST", 8*3600)
		require.Equal(t, []string{"pinduoduo|pending_shipment|295.84|王**|138****5678|浙江省杭州市西湖区文澜街道翠苑**|NULL|pdd_api_pull|" +
			paid.Add(-time.Minute).In(china).Format(time.RFC3339) + "|" + paid.In(china).Format(time.RFC3339) + "|1|pdd_v3_aggregation_delay"},
			w.rows(`SELECT source, status, total_price, receiver_name, receiver_phone, receiver_address, logistics_no, sync_source, created_at, pay_time,
			is_backfill, backfill_reason FROM orders WHERE order_id = ?`, late.ID))
		require.Equal(t, []string{"1|MUG-350|马克杯|2|59.9", "2|TEA-250|龙井|1|168.05"},
			w.rows(`SELECT line, sku, name, quantity, price FROM order_items WHERE order_id = ? ORDER BY line`, late.ID))
		require.Equal(t, []string{"pending_shipment|0|NULL"}, w.rows(`SELECT status, is_backfill, backfill_reason FROM orders WHERE order_id = ?`, fresh.ID), "paid just now: not late")
		require.Equal(t, []string{"pending_payment|0|NULL|NULL"}, w.rows(`SELECT status, is_backfill, backfill_reason, pay_time FROM orders WHERE order_id = ?`, unpaid.ID), "not confirmed")
		require.Equal(t, []string{"paid|NULL"}, w.rows(`SELECT status, sync_source FROM orders WHERE order_id = ?`, known.ID), "what is known is left alone")
		synced, err := time.Parse(time.RFC3339, w.rows(`SELECT last_sync_time FROM orders WHERE order_id = ?`, late.ID)[0])
		require.NoError(t, err)
		require.WithinRange(t, synced, began, time.Now())

		before := w.rows(`SELECT * FROM orders ORDER BY order_id`)
		w.report(w.sweep(began), 1, 1, 0, 0)
		require.Equal(t, before, w.rows(`SELECT * FROM orders ORDER BY order_id`), "again changes nothing")
	})
}

// spans are the windows that were asked for, earliest first, each once.
func spans(t *testing.T, lists []url.Values) [][2]int64 {
	t.Helper()
	var all [][2]int64
	for _, form := range lists {
		start, err := strconv.ParseInt(form.Get("start_updated_at"), 10, 64)
		require.NoError(t, err)
		end, err := strconv.ParseInt(form.Get("end_updated_at"), 10, 64)
		require.NoError(t, err)
		all = append(all, [2]int64{start, end})
	}
	slices.SortFunc(all, func(a, b [2]int64) int { return int(a[0] - b[0]) })
	return slices.Compact(all)
}

func TestTheListIsReadFromTheLastSuccessLessFiveMinutes(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		for name, c := range map[string]struct {
			since   time.Duration
			windows int
		}{
			"the usual five minutes":           {5 * time.Minute, 1},
			"exactly one window":               {25 * time.Minute, 1},
			"a little more than one window":    {26 * time.Minute, 2},
			"an outage of three hours":         {3 * time.Hour, 7},
			"a clock that was ahead of others": {-time.Minute * 10, 1},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				w := newPDDWorld(t, kind, nil)
				last := time.Now().Add(-c.since).Truncate(time.Second)
				if c.windows == 1 {
					last = last.Add(10 * time.Second)
				}
				w.report(w.sweep(last), 0, 0, 0, 0)
				got := spans(t, w.requests(pddList))
				require.Len(t, got, c.windows)
				require.Equal(t, min(last.Add(-300*time.Second).Unix(), got[0][1]), got[0][0])
				for i, span := range got {
					require.LessOrEqual(t, span[1]-span[0], int64(1800))
					if i > 0 {
						require.Equal(t, got[i-1][1], span[0], "nothing between two windows")
					}
				}
				require.WithinDuration(t, time.Now(), time.Unix(got[len(got)-1][1], 0), 10*time.Second)
			})
		}
	})
}

func TestAFirstRunLooksADayBack(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, nil)
		inside, outside := w.placed(shop.Shipped, 24*time.Hour-time.Minute), w.placed(shop.Shipped, 24*time.Hour+time.Minute)
		require.Equal(t, core.List{inside.ID}, w.report(w.sweep(time.Time{}), 1, 0, 1, 0)["orders"])
		require.Len(t, spans(t, w.requests(pddList)), 48)

		output := w.report(w.call(backfill, core.Object{"since": outside.UpdatedAt.Add(-time.Minute).Format(time.RFC3339)}), 2, 1, 1, 0)
		require.Equal(t, core.List{outside.ID}, output["orders"])
		require.Equal(t, false, output["complete"], "one window more than a run takes")
	})
}

func TestALongGapIsReadOverSeveralRunsAndNothingIsSkipped(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, func(document []byte) []byte {
			return bytes.Replace(document, []byte(`"maxWindows": 48`), []byte(`"maxWindows": 2`), 1)
		})
		began := time.Now()
		var want core.List
		for minutes := 175; minutes > 0; minutes -= 10 {
			want = append(want, w.placed(shop.Shipped, time.Duration(minutes)*time.Minute).ID)
		}
		var got core.List
		last, runs := began.Add(-175*time.Minute), 0
		for complete := false; !complete; runs++ {
			require.Less(t, runs, 10)
			end := w.sweep(last)
			require.Equal(t, core.Succeeded, end.Status, "%v", end.Failure)
			output := end.Output.(core.Object)
			got = append(got, output["orders"].(core.List)...)
			complete = output["complete"].(bool)
			// The schedule calls each of these a success, and the last one was just now.
			last = time.Now()
		}
		require.Equal(t, 4, runs, "three hours, an hour less five minutes a run")
		require.Equal(t, want, got, "the oldest first")
		require.Len(t, w.rows(`SELECT order_id FROM orders`), len(want))
	})
}

func TestPagesAreReadFromTheLastToTheFirst(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, func(document []byte) []byte {
			return bytes.Replace(document, []byte(`"pageSize": 100`), []byte(`"pageSize": 2`), 1)
		})
		var orders []shop.Order
		for i := range 5 {
			orders = append(orders, w.placed(shop.PendingShipment, time.Duration(40-i)*time.Minute))
		}
		// As soon as a page is asked for, the oldest order changes: it leaves this window for the next one, and all behind it
		// move up by one.
		first := strconv.FormatInt(orders[0].UpdatedAt.Add(time.Minute).Unix(), 10)
		var once sync.Once
		w.intercept(func(form url.Values) string {
			if form.Get("page_size") == "2" && form.Get("start_updated_at") < first {
				once.Do(func() { _, _ = w.shop.SetStatus(orders[0].ID, shop.Change{Status: shop.Shipped}) })
			}
			return ""
		})
		last := time.Now().Add(-40 * time.Minute)
		end := w.sweep(last)
		require.Equal(t, core.Succeeded, end.Status, "%v", end.Failure)
		for _, o := range orders[1:] {
			require.Contains(t, end.Output.(core.Object)["orders"], o.ID)
		}
		var pages []string
		for _, form := range w.requests(pddList) {
			if form.Get("start_updated_at") < first {
				pages = append(pages, form.Get("page_size")+"/"+form.Get("page"))
			}
		}
		require.Equal(t, []string{"1/1", "2/3", "2/2", "2/1"}, pages)

		w.intercept(nil)
		w.sweep(time.Now())
		require.Len(t, w.rows(`SELECT 1 FROM orders`), 5, "the next run at the latest has the one that moved")
	})
}

// refusal is Pinduoduo's answer when it refuses.
func refusal(code int, message string) string {
	return fmt.Sprintf(`{"error_response": {"error_code": %d, "error_msg": %q, "sub_code": null, "sub_msg": null, "request_id": "1"}}`, code, message)
}

func TestOneOrderThatFailsIsNamedAndTriedAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, nil)
		var orders []shop.Order
		for i := range 7 {
			orders = append(orders, w.placed(shop.PendingShipment, time.Duration(25-i)*time.Minute))
		}
		bad := orders[3]
		w.intercept(func(form url.Values) string {
			if form.Get("order_sn") == bad.ID {
				return refusal(50001, "业务服务错误")
			}
			return ""
		})
		output := w.report(w.sweep(time.Now().Add(-25*time.Minute)), 7, 0, 6, 1)
		failure := output["failures"].(core.List)[0].(core.Object)
		require.Equal(t, bad.ID, failure["order_sn"])
		require.Equal(t, "pdd.rejected", failure["code"])
		require.Contains(t, failure["message"], "业务服务错误")
		require.Equal(t, true, failure["again"])
		tries := 0
		for _, form := range w.requests(pddDetail) {
			if form.Get("order_sn") == bad.ID {
				tries++
			}
		}
		require.Equal(t, 4, tries, "three retries")
		require.Empty(t, w.rows(`SELECT 1 FROM orders WHERE order_id = ?`, bad.ID))

		again := w.report(w.sweep(time.Now()), 1, 0, 0, 1)
		require.Equal(t, failure["since"], again["failures"].(core.List)[0].(core.Object)["since"], "long out of the window, and still owed since the first time")
		w.intercept(nil)
		require.Equal(t, core.List{bad.ID}, w.report(w.sweep(time.Now()), 1, 0, 1, 0)["orders"])
		require.Equal(t, []string{"1"}, w.rows(`SELECT is_backfill FROM orders WHERE order_id = ?`, bad.ID))
		w.report(w.sweep(time.Now()), 0, 0, 0, 0)
	})
}

func TestAnOrderThatFailsForTooLongIsGivenUp(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, func(document []byte) []byte {
			return bytes.Replace(document, []byte(`"giveUpAfter": "24h"`), []byte(`"giveUpAfter": "0s"`), 1)
		})
		bad := w.placed(shop.PendingShipment, 20*time.Minute)
		w.intercept(func(form url.Values) string {
			if form.Get("order_sn") == bad.ID {
				return refusal(30000, "没有权限")
			}
			return ""
		})
		output := w.report(w.sweep(time.Now().Add(-20*time.Minute)), 1, 0, 0, 1)
		require.Equal(t, false, output["failures"].(core.List)[0].(core.Object)["again"])
		require.Len(t, w.requests(pddDetail), 1, "what is pointless to repeat is not repeated")
		w.report(w.sweep(time.Now()), 0, 0, 0, 0)
	})
}

func TestAnOrderThatAppearsMeanwhileStaysAsItIs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, nil)
		o := w.placed(shop.PendingShipment, 20*time.Minute)
		other := w.placed(shop.PendingShipment, 20*time.Minute)
		w.intercept(func(form url.Values) string {
			if form.Get("type") == pddDetail && form.Get("order_sn") == o.ID {
				_, err := w.db.Exec(w.data.Marks(`INSERT INTO orders (order_id, source, status, created_at) VALUES (?, 'pinduoduo', 'paid', '2026-05-01T10:00:00+08:00')`), o.ID)
				if err != nil {
					return refusal(30000, err.Error())
				}
			}
			return ""
		})
		require.Equal(t, core.List{other.ID}, w.report(w.sweep(time.Now().Add(-20*time.Minute)), 2, 1, 1, 0)["orders"])
		require.Equal(t, []string{"paid|0|NULL"}, w.rows(`SELECT status, is_backfill, sync_source FROM orders WHERE order_id = ?`, o.ID))
		require.Empty(t, w.rows(`SELECT 1 FROM order_items WHERE order_id = ?`, o.ID), "no items beside an order that somebody else wrote")
	})
}

func TestAListThatCannotBeReadIsReadAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		t.Run("by a retry", func(t *testing.T) {
			t.Parallel()
			w := newPDDWorld(t, kind, nil)
			o := w.placed(shop.Shipped, 2*time.Minute)
			require.NoError(t, w.shop.SetFault(pddList, shop.Fault{Script: []shop.Outcome{shop.Broken, shop.Throttled, shop.Fine, shop.Unavailable}}))
			require.NoError(t, w.shop.SetFault(pddDetail, shop.Fault{Script: []shop.Outcome{shop.Broken, shop.Lost, shop.Throttled}}))
			require.Equal(t, core.List{o.ID}, w.report(w.sweep(time.Now()), 1, 0, 1, 0)["orders"])
		})
		t.Run("by the next run, from the same place", func(t *testing.T) {
			t.Parallel()
			w := newPDDWorld(t, kind, nil)
			last := time.Now()
			w.report(w.sweep(last), 0, 0, 0, 0)
			o := w.placed(shop.Shipped, 2*time.Minute)
			require.NoError(t, w.shop.SetFault(pddList, shop.Fault{Script: []shop.Outcome{shop.Expired}}))
			end := w.sweep(last)
			require.Equal(t, core.Failed, end.Status)
			require.Equal(t, "pdd.token", end.Failure.Code)
			require.Equal(t, "windows[0].count", end.Failure.Path)
			require.Equal(t, core.List{o.ID}, w.report(w.sweep(last), 1, 0, 1, 0)["orders"])
		})
	})
}

func TestOneOrderIsWrittenOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, nil)
		o := w.placed(shop.Delivered, time.Hour)
		for _, outcome := range []string{"backfilled", "already_there"} {
			end := w.call(backfillOrder, core.Object{"order_sn": o.ID})
			require.Equal(t, core.Succeeded, end.Status, "%v", end.Failure)
			require.Equal(t, outcome, end.Output.(core.Object)["outcome"])
			require.Equal(t, []string{"delivered|1"}, w.rows(`SELECT status, is_backfill FROM orders WHERE order_id = ?`, o.ID))
			require.Equal(t, []string{strconv.Itoa(len(o.Items))}, w.rows(`SELECT count(*) FROM order_items WHERE order_id = ?`, o.ID))
		}
	})
}

// In a SQLite file, where somebody may have foreign keys off: elsewhere there are no such lines.
func TestLinesWithoutTheirOrderAreNoOrder(t *testing.T) {
	t.Parallel()
	w := newPDDWorld(t, "sqlite", nil)
	o := w.placed(shop.Delivered, time.Hour)
	w.exec(`INSERT INTO order_items (order_id, line, sku, quantity) VALUES (?, 1, 'left behind', 1)`, o.ID)
	end := w.call(backfillOrder, core.Object{"order_sn": o.ID})
	require.Equal(t, core.Failed, end.Status)
	require.Equal(t, "db.unique_violation", end.Failure.Code)
	require.Empty(t, w.rows(`SELECT 1 FROM orders`), "all or nothing")
}

func TestEachStatusOfPDDIsOneOfOurs(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newPDDWorld(t, kind, nil)
		for status, want := range map[shop.Status]string{
			shop.PendingPayment: "UNCONFIRMED pending_payment", shop.PartiallyPaid: "UNCONFIRMED pending_payment", shop.OnHold: "CONFIRMED paid",
			shop.PendingShipment: "CONFIRMED pending_shipment", shop.Shipped: "CONFIRMED shipped", shop.Delivered: "CONFIRMED delivered",
			shop.Completed: "CONFIRMED completed", shop.Cancelled: "CANCELLED cancelled", shop.Refunded: "CONFIRMED refunded",
			shop.Refunding: "CONFIRMED pending_shipment",
		} {
			o := w.placed(status, 3*time.Hour)
			end := w.call(backfillOrder, core.Object{"order_sn": o.ID})
			require.Equal(t, core.Succeeded, end.Status, "%s: %v", status, end.Failure)
			output := end.Output.(core.Object)
			require.Equal(t, want, fmt.Sprint(output["platform_status"], " ", output["status"]), status)
			require.Equal(t, want[:9] == "CONFIRMED", output["is_backfill"], status)
		}
	})
}
