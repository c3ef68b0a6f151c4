package demo

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"sluice/examples/shop"
)

// traffic is the customers, and the order system that hears of them or does not.
type traffic struct {
	*world
	r *rand.Rand
	// underway are orders at Douyin that have not been delivered, oldest first; paying those at WeChat that somebody is just
	// paying for.
	underway, paying []string
	// placed counts Pinduoduo's orders.
	placed int
}

func newTraffic(w *world, r *rand.Rand) *traffic { return &traffic{world: w, r: r} }

// begin fills the shelves, and places orders so that every flow has something to do at once.
func (t *traffic) begin(ctx context.Context) error {
	for _, stock := range t.shop.Warehouse().Stock {
		if err := t.shop.SetStock(stock.SKU, 1_000_000); err != nil {
			return err
		}
	}
	const each, shipped = 5, 4
	for range each {
		if err := errors.Join(t.douyin(ctx), t.pdd(ctx), t.weChat(ctx)); err != nil {
			return err
		}
	}
	t.say(textOrders, 3*each)
	for range shipped {
		if err := t.ship(); err != nil {
			return err
		}
	}
	return nil
}

// step places an order, has a parcel go on its way, and ends a payment that took long. More is delivered than placed, so
// that no orders pile up.
func (t *traffic) step(ctx context.Context) error {
	place := pick(t.r, t.douyin, t.douyin, t.pdd, t.pdd, t.weChat)
	if err := place(ctx); err != nil {
		return err
	}
	if len(t.paying) > 3 {
		id := t.paying[0]
		t.paying = t.paying[1:]
		if _, err := t.shop.SetStatus(id, shop.Change{Status: shop.PendingShipment}); err != nil {
			return err
		}
	}
	return t.ship()
}

// ship moves one of the three oldest orders at Douyin: shipped, then delivered. The callback about it may be lost.
func (t *traffic) ship() error {
	if len(t.underway) == 0 {
		return nil
	}
	i := t.r.IntN(min(3, len(t.underway)))
	id := t.underway[i]
	next := shop.Shipped
	if o, ok := t.shop.Order(id); ok && o.Status == shop.Shipped {
		next = shop.Delivered
		t.underway = slices.Delete(t.underway, i, i+1)
	}
	_, err := t.shop.SetStatus(id, shop.Change{Status: next})
	return err
}

// ago is a moment between two ages.
func (t *traffic) ago(from, to time.Duration) time.Time {
	return time.Now().Add(-from - time.Duration(t.r.Int64N(int64(to-from))))
}

// douyin places an order that was paid, and was heard of last when it was.
func (t *traffic) douyin(ctx context.Context) error {
	paid := t.ago(4*time.Hour, 60*time.Hour)
	o, err := t.shop.AddOrder(shop.Order{Platform: shop.Douyin, Status: shop.PendingShipment, UpdatedAt: paid})
	if err != nil {
		return err
	}
	t.underway = append(t.underway, o.ID)
	return t.record(ctx, &entry{Order: o, source: "douyin", status: "paid", created: t.written(o.CreatedAt)})
}

// pdd places an order that was paid some time ago. Of two, one never reaches our order system.
func (t *traffic) pdd(ctx context.Context) error {
	o, err := t.shop.AddOrder(shop.Order{Platform: shop.PDD, Status: shop.PendingShipment, PaidAt: t.ago(time.Minute, 20*time.Minute)})
	t.placed++
	if err != nil || t.placed%2 == 0 {
		return err
	}
	return t.record(ctx, &entry{Order: o, source: "pinduoduo", status: "pending_shipment", created: t.written(o.CreatedAt)})
}

// weChat places an order that we take for unpaid, and holds goods for it. Some were paid, or closed, behind our back.
func (t *traffic) weChat(ctx context.Context) error {
	channel := pick(t.r, "mini", "mini", "wechat-live", "presale")
	placed := t.ago(50*time.Hour, 100*time.Hour)
	if channel == "wechat-live" {
		placed = t.ago(time.Hour, 5*time.Hour)
	}
	became := pick(t.r, shop.PendingPayment, shop.PendingPayment, shop.PendingShipment, shop.Cancelled)
	o := shop.Order{Platform: shop.WeChat, Status: became, CreatedAt: placed}
	if became == shop.PendingShipment {
		// Paid afterwards, so that the platform gives notice of it.
		o.Status = shop.PendingPayment
	}
	if o.Status == shop.PendingPayment && t.r.IntN(5) == 0 {
		o.TradeState = "USERPAYING"
	}
	o, err := t.shop.AddOrder(o)
	if err != nil {
		return err
	}
	if became != o.Status {
		if o, err = t.shop.SetStatus(o.ID, shop.Change{Status: became}); err != nil {
			return err
		}
	}
	if o.TradeState != "" {
		t.paying = append(t.paying, o.ID)
	}
	reservation, err := t.reserve(ctx, &o)
	if err != nil {
		return err
	}
	return t.record(ctx, &entry{Order: o, source: "wechat", channel: channel, status: "pending_payment", created: t.written(o.CreatedAt), reservation: reservation})
}

// reserve has the warehouse keep the goods of an order.
func (t *traffic) reserve(ctx context.Context, o *shop.Order) (string, error) {
	var items []shop.ReservationItem
	for _, item := range o.Items {
		items = append(items, shop.ReservationItem{SKU: item.SKU, Quantity: item.Quantity})
	}
	var kept struct{ ID string }
	err := t.server.do(ctx, http.MethodPost, t.shop.URL+"/wms/reservations", map[string]string{"Authorization": "Bearer " + t.shop.Credentials().WMS.Token},
		map[string]any{"order_id": o.ID, "items": items}, &kept)
	return kept.ID, err
}

// written is a moment as one channel or another writes it.
func (t *traffic) written(at time.Time) string {
	china := at.In(time.FixedZone("", 8*3600))
	return pick(t.r, china.Format(time.RFC3339), at.UTC().Format(time.RFC3339), at.In(time.FixedZone("", 9*3600)).Format(time.RFC3339), china.Format(time.DateTime))
}

func pick[T any](r *rand.Rand, from ...T) T { return from[r.IntN(len(from))] }
