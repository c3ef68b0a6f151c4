package prebuilt_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/examples/shop"
	"sluice/storage"
)

const arbitration = "status-arbitration"

// before is a time so long ago, as our database keeps times.
func before(d time.Duration) string { return time.Now().Add(-d).Format(time.RFC3339) }

func order(id string) string { return fmt.Sprintf(`{"order_id": %q}`, id) }

func TestADeliveredOrderThatLagsIsSetRight(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{})
		for name, input := range map[string]string{"id as text": `{"order_id": %q}`, "id as a number": `{"order_id": %s}`} {
			o := w.placed(shop.Delivered)
			w.recorded(o, "pending_shipment", before(10*time.Minute))
			told, tickets := len(w.messages()), len(w.shop.Warehouse().Tickets)
			began := time.Now().Add(-time.Second)

			end := w.run(fmt.Sprintf(input, o.ID))
			require.Equal(t, core.Succeeded, end.Status, name)
			ticket := w.shop.Warehouse().Tickets[tickets]
			require.Equal(t, core.Object{
				"order_id": o.ID, "status": "shipped", "reason": "arbitrated", "douyin_status": "DELIVERED", "logistics_no": o.LogisticsNo,
				"local_status": "pending_shipment", "sync_source": "douyin_api_pull", "notified": true, "ticket_id": ticket.ID, "error": nil,
			}, end.Output, name)

			r := w.record(o.ID)
			require.Equal(t, "shipped", r.Status.String)
			require.Equal(t, "douyin_api_pull", r.SyncSource.String)
			require.Equal(t, o.LogisticsNo, r.LogisticsNo.String)
			synced, err := time.Parse("2006-01-02T15:04:05+08:00", r.LastSync.String)
			require.NoError(t, err, "times are kept with the offset of Shanghai")
			require.WithinRange(t, synced.Add(-8*time.Hour), began, time.Now())

			require.Len(t, w.shop.Warehouse().Tickets, tickets+1)
			require.Equal(t, o.ID, ticket.OrderID)
			require.Equal(t, "订单"+o.ID+"状态仲裁：pending_shipment → shipped", ticket.Title)
			require.Len(t, w.messages(), told+1)
			require.Regexp(t, "^订单"+o.ID+`状态仲裁完成\|来源:抖音API拉取\|耗时\d+ms$`, w.messages()[told])
		}
	})
}

func TestWhatIsNoReasonToActLeavesEverythingAsItWas(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{})
		stale := before(10 * time.Minute)
		for _, c := range []struct {
			name   string
			status shop.Status
			local  string
			synced any
			reason string
			douyin string
		}{
			{"shipped only", shop.Shipped, "pending_shipment", stale, "not_delivered", "SHIPPED"},
			{"one of two parcels", shop.PartiallyShipped, "pending_shipment", stale, "not_delivered", "PARTIALLY_SHIPPED"},
			{"not shipped", shop.PendingShipment, "paid", stale, "not_delivered", "PENDING_SHIPMENT"},
			{"on hold", shop.OnHold, "paid", stale, "not_delivered", "ON_HOLD"},
			{"not paid", shop.PendingPayment, "pending_payment", stale, "not_delivered", "PENDING_PAYMENT"},
			{"partly paid", shop.PartiallyPaid, "pending_payment", stale, "not_delivered", "PARTIALLY_PAID"},
			{"cancelled", shop.Cancelled, "pending_payment", stale, "not_delivered", "CANCELLED"},
			{"refunded before it left", shop.Refunded, "paid", stale, "not_delivered", "REFUNDED"},
			{"synced moments ago", shop.Delivered, "pending_shipment", before(time.Minute), "synced_recently", "DELIVERED"},
			{"in UTC", shop.Delivered, "pending_shipment", time.Now().UTC().Add(-time.Minute).Format(time.RFC3339Nano), "synced_recently", "DELIVERED"},
			{"without a zone: Shanghai's", shop.Delivered, "pending_shipment",
				time.Now().UTC().Add(8*time.Hour - time.Minute).Format(time.DateTime), "synced_recently", "DELIVERED"},
			{"shipped here as well", shop.Delivered, "shipped", stale, "already_settled", "DELIVERED"},
			{"refunded here", shop.Delivered, "refunded", stale, "already_settled", "DELIVERED"},
		} {
			o := w.placed(c.status)
			w.recorded(o, c.local, c.synced)
			was := w.record(o.ID)
			end := w.run(order(o.ID))
			require.Equal(t, c.reason, end.text(t, "reason"), c.name)
			require.Equal(t, "unchanged", end.text(t, "status"), c.name)
			require.Equal(t, c.douyin, end.text(t, "douyin_status"), c.name)
			require.Equal(t, was, w.record(o.ID), c.name)
		}
		require.Empty(t, w.messages())
		require.Empty(t, w.shop.Warehouse().Tickets)
	})
}

func TestWhatCountsAsStale(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{})
		for name, synced := range map[string]any{
			"never":           nil,
			"empty":           "",
			"181 s":           before(181 * time.Second),
			"another zone":    time.Now().UTC().Add(-200 * time.Second).Format(time.RFC3339),
			"without a zone":  time.Now().UTC().Add(8*time.Hour - 200*time.Second).Format(time.DateTime),
			"Unix seconds":    time.Now().Add(-200 * time.Second).Unix(),
			"long ago":        "2020-01-01 00:00:00",
			"with a fraction": time.Now().Add(-time.Hour).Format(time.RFC3339Nano),
		} {
			o := w.placed(shop.Completed)
			w.recorded(o, "paid", synced)
			require.Equal(t, "arbitrated", w.run(order(o.ID)).text(t, "reason"), name)
			require.Equal(t, "synced_recently", w.run(order(o.ID)).text(t, "reason"), "%s, right afterwards", name)
		}
	})
}

func TestATimeNobodyCanReadFailsTheRunAndChangesNothing(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{})
		o := w.placed(shop.Delivered)
		w.recorded(o, "paid", "yesterday")
		end := w.run(order(o.ID))
		require.Equal(t, core.Failed, end.Status)
		require.Equal(t, "decide", end.Failure.Path)
		require.Equal(t, "paid", w.record(o.ID).Status.String)
	})
}

func TestADeliveryWithoutAParcelNumberIsLeftAlone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		numbers := func(r *http.Response) error {
			body, err := io.ReadAll(r.Body)
			body = bytes.ReplaceAll(body, []byte(`"tracking_no":"`), []byte(`"tracking_no":"","was":"`))
			r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Length", strconv.Itoa(len(body)))
			return err
		}
		w := newWorld(t, kind, arbitration, setting{front: through(numbers)})
		o := w.placed(shop.Delivered)
		w.recorded(o, "paid", before(time.Hour))
		end := w.run(order(o.ID))
		require.Equal(t, "no_logistics_number", end.text(t, "reason"))
		require.Empty(t, end.text(t, "logistics_no"))
		require.Equal(t, "paid", w.record(o.ID).Status.String)
	})
}

func TestAnOrderThatIsNotOursIsLeftAlone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{})
		o := w.placed(shop.Delivered)
		end := w.run(order(o.ID))
		require.Equal(t, "order_unknown", end.text(t, "reason"))
		require.Empty(t, w.messages())
		require.Empty(t, w.shop.Warehouse().Tickets)
	})
}

func TestWithoutDouyinsWordNothingIsDone(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		for _, c := range []struct {
			name  string
			fault shop.Fault
			code  string
			calls int
		}{
			{"the token is too old: no use in trying again", shop.Fault{Script: []shop.Outcome{shop.Expired}}, "douyin.token", 1},
			{"throttled", shop.Fault{Share: map[shop.Outcome]float64{shop.Throttled: 1}}, "douyin.throttled", 4},
			{"not available", shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}, "douyin.unavailable", 4},
			{"a gateway's page", shop.Fault{Share: map[shop.Outcome]float64{shop.Broken: 1}}, "http.status", 4},
			{"connections that break", shop.Fault{Share: map[shop.Outcome]float64{shop.Lost: 1}}, "http.connect", 4},
		} {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, kind, arbitration, setting{flow: hurried})
				o := w.placed(shop.Delivered)
				w.recorded(o, "paid", before(time.Hour))
				require.NoError(t, w.shop.SetFault("douyin.order.orderDetail", c.fault))
				end := w.run(order(o.ID))
				require.Equal(t, "douyin_unavailable", end.text(t, "reason"))
				require.Equal(t, "unchanged", end.text(t, "status"))
				require.Equal(t, c.code, end.Output.(core.Object)["error"].(core.Object)["code"])
				require.Equal(t, c.calls, w.shop.Calls().Endpoints["douyin.order.orderDetail"])
				require.Equal(t, "paid", w.record(o.ID).Status.String)
				require.Empty(t, w.messages())
			})
		}
	})
}

func TestAnOrderThatDouyinDoesNotKnow(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{})
		end := w.run(order("6920000000000000001"))
		require.Equal(t, "douyin_unavailable", end.text(t, "reason"))
		require.Equal(t, "douyin.rejected", end.Output.(core.Object)["error"].(core.Object)["code"])
	})
}

// The real figures: a try is given up after 2.8 s and the next one comes 1.5 s later.
func TestDouyinThatHangsIsAskedAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		if testing.Short() {
			t.Skip("waits for some seconds")
		}
		w := newWorld(t, kind, arbitration, setting{})
		o := w.placed(shop.Delivered)
		w.recorded(o, "paid", before(time.Hour))
		require.NoError(t, w.shop.SetFault("douyin.order.orderDetail", shop.Fault{Script: []shop.Outcome{shop.Hang}}))
		began := time.Now()
		end := w.run(order(o.ID))
		require.Equal(t, "arbitrated", end.text(t, "reason"))
		require.Equal(t, 2, end.steps["fetch"].Attempt)
		require.GreaterOrEqual(t, time.Since(began), 4300*time.Millisecond)
	})
}

func TestALostAnswerDoesNotBecomeASecondTicket(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{flow: hurried})
		o := w.placed(shop.Delivered)
		w.recorded(o, "paid", before(time.Hour))
		require.NoError(t, w.shop.SetFault("wms.tickets.create", shop.Fault{Script: []shop.Outcome{shop.Lost, shop.Broken, shop.Throttled, shop.Lost}}))
		end := w.run(order(o.ID))
		require.Equal(t, "arbitrated", end.text(t, "reason"))
		warehouse := w.shop.Warehouse()
		require.Len(t, warehouse.Tickets, 1)
		require.Equal(t, warehouse.Tickets[0].ID, end.text(t, "ticket_id"))
		require.Equal(t, 2, warehouse.Repeats)
		calls := w.shop.Calls()
		require.Equal(t, 5, calls.Endpoints["wms.tickets.create"])
		require.Len(t, calls.Keys["wms.tickets.create"], 1, "every try has the same key")
	})
}

func TestATicketThatCannotBeOpenedIsToldToTheTeam(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{flow: hurried})
		o := w.placed(shop.Delivered)
		w.recorded(o, "paid", before(time.Hour))
		require.NoError(t, w.shop.SetFault("wms.*", shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}))
		end := w.run(order(o.ID))
		require.Equal(t, "shipped", end.text(t, "status"))
		require.Nil(t, end.Output.(core.Object)["ticket_id"])
		require.Equal(t, "shipped", w.record(o.ID).Status.String)
		require.Contains(t, w.messages(), "订单"+o.ID+"已改为已发货，但客服工单创建失败（http.status），请人工创建")
		require.Len(t, w.messages(), 2)
	})
}

func TestARobotAtItsLimitIsToldAgain(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{flow: hurried})
		o := w.placed(shop.Delivered)
		w.recorded(o, "paid", before(time.Hour))
		require.NoError(t, w.shop.SetFault("wecom.send", shop.Fault{Script: []shop.Outcome{shop.Throttled, shop.Throttled}}))
		end := w.run(order(o.ID))
		require.Equal(t, true, end.Output.(core.Object)["notified"])
		require.Equal(t, 3, end.steps["tell"].Attempt)
		require.Len(t, w.messages(), 1)
	})
}

func TestARobotThatStaysAwayIsSaidInTheOutput(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{flow: hurried})
		o := w.placed(shop.Delivered)
		w.recorded(o, "paid", before(time.Hour))
		require.NoError(t, w.shop.SetFault("wecom.*", shop.Fault{Share: map[shop.Outcome]float64{shop.Throttled: 1}}))
		end := w.run(order(o.ID))
		require.Equal(t, "shipped", end.text(t, "status"))
		require.Equal(t, false, end.Output.(core.Object)["notified"])
		require.Equal(t, "push.rate_limited", end.steps["tell"].Failure.Code)
		require.Len(t, w.shop.Warehouse().Tickets, 1)
	})
}

func TestWhenNobodyCouldBeToldTheRunFailsAndTheOrderStaysRight(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, kind string) {
		w := newWorld(t, kind, arbitration, setting{flow: hurried})
		o := w.placed(shop.Delivered)
		w.recorded(o, "paid", before(time.Hour))
		down := shop.Fault{Share: map[shop.Outcome]float64{shop.Unavailable: 1}}
		require.NoError(t, w.shop.SetFault("wecom.*", down))
		require.NoError(t, w.shop.SetFault("wms.*", down))
		end := w.run(order(o.ID))
		require.Equal(t, core.Failed, end.Status)
		require.Equal(t, "alarm", end.Failure.Path)
		require.Equal(t, "push.unavailable", end.Failure.Code)
		require.Equal(t, "shipped", w.record(o.ID).Status.String)
	})
}

// Another program holds the database's lock for longer than a statement waits for it.
func TestALockedDatabaseIsWaitedFor(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("waits for some seconds")
	}
	var once sync.Once
	again := make(chan struct{})
	w := newWorld(t, "sqlite", arbitration, setting{flow: hurried, observe: func(_ storage.RunID, entries []core.Entry) {
		for _, e := range entries {
			if e.Path == "save" && e.Failure != nil {
				once.Do(func() { close(again) })
			}
		}
	}})
	o := w.placed(shop.Delivered)
	w.recorded(o, "paid", before(time.Hour))
	other, err := w.db.Conn(t.Context())
	require.NoError(t, err)
	_, err = other.ExecContext(t.Context(), "BEGIN IMMEDIATE")
	require.NoError(t, err)
	freed := make(chan error, 1)
	go func() {
		<-again
		_, err := other.ExecContext(t.Context(), "COMMIT")
		freed <- err
	}()
	end := w.run(order(o.ID))
	require.NoError(t, <-freed)
	require.NoError(t, other.Close())
	require.Equal(t, "arbitrated", end.text(t, "reason"))
	require.Greater(t, end.steps["save"].Attempt, 1)
	require.Equal(t, "shipped", w.record(o.ID).Status.String)
	require.Len(t, w.messages(), 1)
}

// A trigger of the database stands in for somebody who changes the order between our reading and our writing.
func TestAnOrderThatChangedMeanwhileIsNotOverwritten(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "sqlite", arbitration, setting{})
	w.exec(`CREATE TRIGGER busy BEFORE UPDATE ON orders WHEN OLD.status = 'paid' BEGIN SELECT RAISE(IGNORE); END`)
	o := w.placed(shop.Delivered)
	w.recorded(o, "paid", before(time.Hour))
	end := w.run(order(o.ID))
	require.Equal(t, core.Failed, end.Status)
	require.Equal(t, "db.row_count", end.Failure.Code)
	require.Empty(t, w.messages())
	require.Empty(t, w.shop.Warehouse().Tickets)
}
