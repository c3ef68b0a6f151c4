package shop

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWMSStock(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	require.NoError(t, b.shop.SetStock("MUG-350", 5))
	stock := func() any { return b.wms("GET", "/stock/MUG-350", "").json(t)["available"] }
	require.Equal(t, number(5), stock())
	r := b.wms("POST", "/reservations", `{"order_id":"A1","items":[{"sku":"MUG-350","quantity":3},{"sku":"SOC-05","quantity":1}]}`)
	require.Equal(t, 201, r.status, r.text)
	id := r.json(t)["id"].(string)
	require.Equal(t, number(2), stock())
	r = b.wms("POST", "/reservations", `{"order_id":"A2","items":[{"sku":"SOC-05","quantity":1},{"sku":"MUG-350","quantity":3}]}`)
	require.Equal(t, 409, r.status)
	require.Equal(t, "stock.insufficient", r.json(t)["code"])
	require.Equal(t, number(2), stock(), "all items or none")
	require.Equal(t, "reserved", b.wms("GET", "/reservations/"+id, "").json(t)["status"])
	require.Equal(t, "released", b.wms("POST", "/reservations/"+id+"/release", "").json(t)["status"])
	require.Equal(t, number(5), stock())
	r = b.wms("POST", "/reservations/"+id+"/release", "")
	require.Equal(t, 409, r.status)
	require.Equal(t, number(5), stock())
	require.ErrorContains(t, b.shop.SetStock("X", 1), "no such article")
}

func TestWMSShipsOrders(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o := b.add(Order{Platform: Douyin, Status: PendingShipment})
	require.Equal(t, "waiting", b.wms("GET", "/shipments/"+o.ID, "").json(t)["status"])
	r := b.wms("POST", "/shipments", `{"order_id":"`+o.ID+`","carrier":"zhongda"}`)
	require.Equal(t, 201, r.status, r.text)
	require.Equal(t, "众达快递", r.json(t)["carrier_name"])
	shipped, _ := b.shop.Order(o.ID)
	require.Equal(t, Shipped, shipped.Status)
	require.Equal(t, shipped.LogisticsNo, r.json(t)["tracking_no"])
	require.Equal(t, 409, b.wms("POST", "/shipments", `{"order_id":"`+o.ID+`"}`).status)
	_, err := b.shop.SetStatus(o.ID, Change{Status: Delivered})
	require.NoError(t, err)
	v := b.wms("GET", "/shipments/"+o.ID, "").json(t)
	require.Equal(t, "signed", v["status"])
	require.Len(t, v["traces"], 2)
}

func TestWMSWritesAreIdempotentByKey(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	body := `{"order_id":"A1","kind":"late","title":"物流停滞","text":"超过48小时没有更新"}`
	first := b.wms("POST", "/tickets", body, "Idempotency-Key", "k1")
	require.Equal(t, 201, first.status)
	again := b.wms("POST", "/tickets", body, "Idempotency-Key", "k1")
	require.Equal(t, first.status, again.status)
	require.Equal(t, first.text, again.text)
	require.Equal(t, "true", again.header.Get("Idempotency-Replayed"))
	require.NotEqual(t, first.json(t)["id"], b.wms("POST", "/tickets", body, "Idempotency-Key", "k2").json(t)["id"])
	other := b.wms("POST", "/tickets", `{"title":"other"}`, "Idempotency-Key", "k1")
	require.Equal(t, 422, other.status)
	require.Equal(t, "idempotency.mismatch", other.json(t)["code"])
	w := b.shop.Warehouse()
	require.Len(t, w.Tickets, 2)
	require.Equal(t, 1, w.Repeats)
	require.Equal(t, map[string]int{"k1": 3, "k2": 1}, b.shop.Calls().Keys["wms.tickets.create"])
	require.Equal(t, "物流停滞", b.wms("GET", "/tickets/"+first.json(t)["id"].(string), "").json(t)["title"])
}

func TestWMSKeyHoldsUnderConcurrency(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { b.wms("POST", "/tickets", `{"title":"t"}`, "Idempotency-Key", "same") })
	}
	all.Wait()
	require.Len(t, b.shop.Warehouse().Tickets, 1)
	require.Equal(t, 19, b.shop.Warehouse().Repeats)
}

func TestWMSGivesCouponsBackAndTellsCustomers(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	b.add(Order{Platform: WeChat, Status: Refunded, CouponID: "CP1", Discount: 500})
	require.Equal(t, "used", b.wms("GET", "/coupons/CP1", "").json(t)["status"])
	require.Equal(t, "returned", b.wms("POST", "/coupons/CP1/return", "").json(t)["status"])
	require.Equal(t, "coupon.returned", b.wms("POST", "/coupons/CP1/return", "").json(t)["code"])
	require.Equal(t, 201, b.wms("POST", "/messages", `{"order_id":"A1","text":"优惠券已退回"}`).status)
	require.Equal(t, "优惠券已退回", b.shop.Warehouse().Messages[0].Text)
	require.Equal(t, "sms", b.shop.Warehouse().Messages[0].Channel)
}

func TestWMSTakesReleasesAndReturnsBack(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	require.NoError(t, b.shop.SetStock("MUG-350", 10))
	id := b.wms("POST", "/reservations", `{"order_id":"A1","items":[{"sku":"MUG-350","quantity":6}]}`).json(t)["id"].(string)
	available := func() any { return b.wms("GET", "/stock/MUG-350", "").json(t)["available"] }
	b.wms("POST", "/reservations/"+id+"/release", "")
	require.Equal(t, number(10), available())
	for range 2 {
		require.Equal(t, "reserved", b.wms("POST", "/reservations/"+id+"/restore", "").json(t)["status"])
		require.Equal(t, number(4), available())
	}
	b.wms("POST", "/reservations/"+id+"/release", "")
	require.NoError(t, b.shop.SetStock("MUG-350", 5))
	require.Equal(t, "stock.insufficient", b.wms("POST", "/reservations/"+id+"/restore", "").json(t)["code"])

	b.add(Order{Platform: WeChat, Status: Cancelled, ID: "WX-000001", CouponID: "CP1", Discount: 500})
	b.wms("POST", "/coupons/CP1/return", "")
	for range 2 {
		require.Equal(t, "used", b.wms("POST", "/coupons/CP1/use", `{"order_id":"WX-000001"}`).json(t)["status"])
	}
	require.Equal(t, "coupon.used", b.wms("POST", "/coupons/CP1/use", `{"order_id":"WX-000002"}`).json(t)["code"])
}

func TestWMSRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	r := b.send("GET", "/wms/stock/MUG-350", "")
	require.Equal(t, 401, r.status)
	require.Equal(t, "auth.invalid", r.json(t)["code"])
	for _, c := range []struct {
		method, path, body string
		status             int
		code               string
	}{
		{"GET", "/stock/X", "", 404, "sku.not_found"},
		{"GET", "/reservations/X", "", 404, "reservation.not_found"},
		{"POST", "/reservations/X/release", "", 404, "reservation.not_found"},
		{"POST", "/reservations/X/restore", "", 404, "reservation.not_found"},
		{"GET", "/shipments/X", "", 404, "order.not_found"},
		{"POST", "/shipments", `{"order_id":"X"}`, 404, "order.not_found"},
		{"GET", "/tickets/X", "", 404, "ticket.not_found"},
		{"GET", "/coupons/X", "", 404, "coupon.not_found"},
		{"POST", "/coupons/X/return", "", 404, "coupon.not_found"},
		{"POST", "/coupons/X/use", `{"order_id":"A"}`, 404, "coupon.not_found"},
		{"POST", "/coupons/X/use", "", 422, "request.invalid"},
		{"POST", "/reservations", `{"order_id":"A","items":[{"sku":"X","quantity":1}]}`, 404, "sku.not_found"},
		{"POST", "/reservations", `{"order_id":"A","items":[{"sku":"MUG-350","quantity":0}]}`, 422, "request.invalid"},
		{"POST", "/reservations", `{"order_id":"A"}`, 422, "request.invalid"},
		{"POST", "/tickets", `{}`, 422, "request.invalid"},
		{"POST", "/tickets", `{"Title":"names are exact"}`, 422, "request.invalid"},
		{"POST", "/tickets", `nonsense`, 422, "request.invalid"},
		{"POST", "/messages", `{"text":"to whom?"}`, 422, "request.invalid"},
	} {
		r := b.wms(c.method, c.path, c.body)
		require.Equal(t, c.status, r.status, "%s %s", c.method, c.path)
		require.Equal(t, c.code, r.json(t)["code"], "%s %s", c.method, c.path)
		require.NotEmpty(t, r.json(t)["message"])
	}
}
