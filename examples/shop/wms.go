package shop

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"
)

// Stock is what the warehouse has of one article.
type Stock struct {
	SKU       string `json:"sku"`
	Name      string `json:"name"`
	OnHand    int64  `json:"on_hand"`
	Reserved  int64  `json:"reserved"`
	Available int64  `json:"available"`
}

// Reservation keeps goods for an order.
type Reservation struct {
	ID        string            `json:"id"`
	OrderID   string            `json:"order_id"`
	Status    string            `json:"status"` // reserved, released
	Items     []ReservationItem `json:"items"`
	CreatedAt time.Time         `json:"created_at"`
}

// ReservationItem is one article of a reservation.
type ReservationItem struct {
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
}

// Ticket is a piece of work for customer service.
type Ticket struct {
	ID        string    `json:"id"`
	OrderID   string    `json:"order_id"`
	Kind      string    `json:"kind"`
	Title     string    `json:"title"`
	Text      string    `json:"text"`
	Priority  string    `json:"priority"`
	Status    string    `json:"status"` // open
	CreatedAt time.Time `json:"created_at"`
}

// Coupon is a discount that an order used up, or that was given back.
type Coupon struct {
	ID      string `json:"id"`
	OrderID string `json:"order_id"`
	Amount  int64  `json:"amount"` // fen
	Status  string `json:"status"` // used, returned
}

// CustomerMessage is what a buyer was told.
type CustomerMessage struct {
	ID        string    `json:"id"`
	OrderID   string    `json:"order_id"`
	Channel   string    `json:"channel"`
	Text      string    `json:"text"`
	CreatedAt time.Time `json:"created_at"`
}

// Warehouse is the state of the warehouse system; the lists are oldest first.
type Warehouse struct {
	Stock        []Stock           `json:"stock"`
	Reservations []Reservation     `json:"reservations"`
	Tickets      []Ticket          `json:"tickets"`
	Coupons      []Coupon          `json:"coupons"`
	Messages     []CustomerMessage `json:"messages"`
	// Repeats counts the calls that came again with a known Idempotency-Key and got the first answer.
	Repeats int `json:"repeats"`
}

type warehouse struct {
	stock        map[string]*Stock
	reservations recent[string, *Reservation]
	tickets      recent[string, Ticket]
	coupons      recent[string, *Coupon]
	messages     recent[string, CustomerMessage]
	answers      recent[endpointKey, keyedAnswer]
	repeats      int
}

// keyedAnswer is what a write with an Idempotency-Key was answered the first time.
type keyedAnswer struct {
	body   [32]byte
	answer answer
}

func newWarehouse(s *Shop) warehouse {
	w := warehouse{stock: map[string]*Stock{}, reservations: newRecent[string, *Reservation](), tickets: newRecent[string, Ticket](),
		coupons: newRecent[string, *Coupon](), messages: newRecent[string, CustomerMessage](), answers: newRecent[endpointKey, keyedAnswer]()}
	for _, g := range goods() {
		n := 20 + s.draw("stock", g.sku).Int64N(180)
		w.stock[g.sku] = &Stock{SKU: g.sku, Name: g.name, OnHand: n, Available: n}
	}
	return w
}

func (w *warehouse) addCoupon(o Order) {
	if o.CouponID != "" {
		w.coupons.put(o.CouponID, &Coupon{ID: o.CouponID, OrderID: o.ID, Amount: o.Discount, Status: "used"})
	}
}

// Warehouse shows the state of the warehouse system.
func (s *Shop) Warehouse() Warehouse {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.clock())
	w := Warehouse{Tickets: s.wms.tickets.values(), Messages: s.wms.messages.values(), Repeats: s.wms.repeats}
	for _, sku := range slices.Sorted(maps.Keys(s.wms.stock)) {
		w.Stock = append(w.Stock, *s.wms.stock[sku])
	}
	for _, r := range s.wms.reservations.values() {
		w.Reservations = append(w.Reservations, *r)
	}
	for _, c := range s.wms.coupons.values() {
		w.Coupons = append(w.Coupons, *c)
	}
	return w
}

// SetStock says how many of an article lie in the warehouse; reserved ones are among them.
func (s *Shop) SetStock(sku string, onHand int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	item := s.wms.stock[sku]
	if item == nil {
		return fmt.Errorf("shop: no such article: %q", sku)
	}
	item.OnHand, item.Available = onHand, onHand-item.Reserved
	return nil
}

// wmsFailure is the warehouse's error shape.
type wmsFailure struct {
	status        int
	code, message string
}

func (f wmsFailure) answer() answer {
	return jsonAnswer(f.status, struct {
		Code    string `json:"code"`
		Message string `json:"message"`
	}{f.code, f.message})
}

func wmsNotFound(what, id string) *wmsFailure {
	return &wmsFailure{http.StatusNotFound, what + ".not_found", fmt.Sprintf("no such %s: %q", what, id)}
}

func wmsInvalid(message string) *wmsFailure {
	return &wmsFailure{http.StatusUnprocessableEntity, "request.invalid", message}
}

func (s *Shop) routeWMS(mux *http.ServeMux) {
	for pattern, e := range map[string]struct {
		name   string
		status int
		do     func(*call) (any, *wmsFailure)
	}{
		"GET /wms/stock/{sku}":                {"wms.stock.get", 200, s.getStock},
		"POST /wms/reservations":              {"wms.reservations.create", 201, s.reserve},
		"GET /wms/reservations/{id}":          {"wms.reservations.get", 200, s.getReservation},
		"POST /wms/reservations/{id}/release": {"wms.reservations.release", 200, s.release},
		"POST /wms/reservations/{id}/restore": {"wms.reservations.restore", 200, s.restore},
		"POST /wms/shipments":                 {"wms.shipments.create", 201, s.ship},
		"GET /wms/shipments/{order_id}":       {"wms.shipments.get", 200, s.getShipment},
		"POST /wms/tickets":                   {"wms.tickets.create", 201, s.openTicket},
		"GET /wms/tickets/{id}":               {"wms.tickets.get", 200, s.getTicket},
		"GET /wms/coupons/{id}":               {"wms.coupons.get", 200, s.getCoupon},
		"POST /wms/coupons/{id}/return":       {"wms.coupons.return", 200, s.returnCoupon},
		"POST /wms/coupons/{id}/use":          {"wms.coupons.use", 200, s.useCoupon},
		"POST /wms/messages":                  {"wms.messages.create", 201, s.tellCustomer},
	} {
		mux.Handle(pattern, s.serve(view{
			endpoint: named(e.name),
			handle:   func(c *call) answer { return s.answerWMS(c, e.status, e.do) },
			refuse:   refuseWMS,
		}))
	}
}

func refuseWMS(_ *call, o Outcome) answer {
	if o == Throttled {
		a := wmsFailure{http.StatusTooManyRequests, "rate.limited", "too many requests, come back in a second"}.answer()
		a.header["Retry-After"] = "1"
		return a
	}
	return wmsFailure{http.StatusServiceUnavailable, "unavailable", "the warehouse system is being maintained"}.answer()
}

// answerWMS checks the token and answers; a write that comes again with its key gets the first answer, and changes nothing.
func (s *Shop) answerWMS(c *call, success int, do func(*call) (any, *wmsFailure)) answer {
	if subtle.ConstantTimeCompare([]byte(c.Header.Get("Authorization")), []byte("Bearer "+s.creds.WMS.Token)) != 1 {
		return wmsFailure{http.StatusUnauthorized, "auth.invalid", "the bearer token is missing or wrong"}.answer()
	}
	key := c.Header.Get("Idempotency-Key")
	if c.Method != http.MethodPost || key == "" {
		return wmsAnswer(success, c, do)
	}
	k := endpointKey{c.endpoint + " " + c.URL.Path, key}
	digest := sha256.Sum256(c.body)
	if first, known := s.wms.answers.entries[k]; known {
		if first.body != digest {
			return wmsFailure{http.StatusUnprocessableEntity, "idempotency.mismatch", "this Idempotency-Key came before with another body"}.answer()
		}
		s.wms.repeats++
		repeated := answer{status: first.answer.status, header: maps.Clone(first.answer.header), body: first.answer.body}
		repeated.header["Idempotency-Replayed"] = "true"
		return repeated
	}
	a := wmsAnswer(success, c, do)
	if a.status/100 == 2 {
		s.wms.answers.put(k, keyedAnswer{digest, a})
	}
	return a
}

func wmsAnswer(success int, c *call, do func(*call) (any, *wmsFailure)) answer {
	result, failure := do(c)
	if failure != nil {
		return failure.answer()
	}
	return jsonAnswer(success, result)
}

// decode reads the JSON body.
func (c *call) decode(to any) *wmsFailure {
	if err := decodeExact(c.body, to); err != nil {
		return wmsInvalid("the body is not the JSON that is expected: " + err.Error())
	}
	return nil
}

func (s *Shop) wmsID(prefix string, c *call) string {
	return prefix + c.now.In(china).Format("20060102") + fmt.Sprintf("%05d", c.n)
}

func (s *Shop) getStock(c *call) (any, *wmsFailure) {
	sku := c.PathValue("sku")
	if item := s.wms.stock[sku]; item != nil {
		return *item, nil
	}
	return nil, wmsNotFound("sku", sku)
}

// reserve keeps all items or none.
func (s *Shop) reserve(c *call) (any, *wmsFailure) {
	var p struct {
		OrderID string            `json:"order_id"`
		Items   []ReservationItem `json:"items"`
	}
	if f := c.decode(&p); f != nil {
		return nil, f
	}
	if p.OrderID == "" || len(p.Items) == 0 {
		return nil, wmsInvalid("order_id and items are required")
	}
	if f := s.take(p.Items); f != nil {
		return nil, f
	}
	r := &Reservation{ID: s.wmsID("RS", c), OrderID: p.OrderID, Status: "reserved", Items: p.Items, CreatedAt: c.now.In(china)}
	s.wms.reservations.put(r.ID, r)
	return *r, nil
}

// take sets all items aside or none.
func (s *Shop) take(items []ReservationItem) *wmsFailure {
	wanted := map[string]int64{}
	for _, item := range items {
		if item.Quantity < 1 {
			return wmsInvalid("quantity must be at least 1")
		}
		stock := s.wms.stock[item.SKU]
		if stock == nil {
			return wmsNotFound("sku", item.SKU)
		}
		wanted[item.SKU] += item.Quantity
		if wanted[item.SKU] > stock.Available {
			return &wmsFailure{http.StatusConflict, "stock.insufficient", fmt.Sprintf("%s: %d wanted, %d available", item.SKU, wanted[item.SKU], stock.Available)}
		}
	}
	for sku, n := range wanted {
		s.wms.stock[sku].Reserved += n
		s.wms.stock[sku].Available -= n
	}
	return nil
}

// restore takes a release back where the goods are still there. What is reserved stays so.
func (s *Shop) restore(c *call) (any, *wmsFailure) {
	r := s.wms.reservations.entries[c.PathValue("id")]
	if r == nil {
		return nil, wmsNotFound("reservation", c.PathValue("id"))
	}
	if r.Status == "released" {
		if f := s.take(r.Items); f != nil {
			return nil, f
		}
		r.Status = "reserved"
	}
	return *r, nil
}

func (s *Shop) getReservation(c *call) (any, *wmsFailure) {
	if r := s.wms.reservations.entries[c.PathValue("id")]; r != nil {
		return *r, nil
	}
	return nil, wmsNotFound("reservation", c.PathValue("id"))
}

func (s *Shop) release(c *call) (any, *wmsFailure) {
	r := s.wms.reservations.entries[c.PathValue("id")]
	if r == nil {
		return nil, wmsNotFound("reservation", c.PathValue("id"))
	}
	if r.Status == "released" {
		return nil, &wmsFailure{http.StatusConflict, "reservation.released", "this reservation was released before"}
	}
	r.Status = "released"
	for _, item := range r.Items {
		s.wms.stock[item.SKU].Reserved -= item.Quantity
		s.wms.stock[item.SKU].Available += item.Quantity
	}
	return *r, nil
}

// shipment is the parcel of an order as the warehouse sees it.
type shipment struct {
	OrderID     string      `json:"order_id"`
	Status      string      `json:"status"` // waiting, shipped, signed
	Carrier     string      `json:"carrier,omitempty"`
	CarrierName string      `json:"carrier_name,omitempty"`
	TrackingNo  string      `json:"tracking_no,omitempty"`
	Traces      []tracePart `json:"traces"`
}

type tracePart struct {
	Time string `json:"time"` // YYYY-MM-DD HH:mm:ss, UTC+8
	Text string `json:"text"`
}

func shipmentOf(o *Order) shipment {
	v := shipment{OrderID: o.ID, Status: "waiting", Traces: []tracePart{}}
	if !o.ShippedAt.IsZero() {
		v.Status, v.Carrier, v.CarrierName, v.TrackingNo = "shipped", o.Carrier, carrierOf(o.Carrier).name, o.LogisticsNo
		v.Traces = append(v.Traces, tracePart{chinaText(o.ShippedAt), "【杭州市】" + v.CarrierName + " 已揽收"})
	}
	if !o.DeliveredAt.IsZero() {
		v.Status = "signed"
		v.Traces = append(v.Traces, tracePart{chinaText(o.DeliveredAt), "【" + o.Buyer.City + "】已签收，签收人: 本人"})
	}
	return v
}

func (s *Shop) getShipment(c *call) (any, *wmsFailure) {
	if o := s.orders.byID[c.PathValue("order_id")]; o != nil {
		return shipmentOf(o), nil
	}
	return nil, wmsNotFound("order", c.PathValue("order_id"))
}

// ship hands the parcel of an order over, which moves the order on its platform.
func (s *Shop) ship(c *call) (any, *wmsFailure) {
	var p struct {
		OrderID string `json:"order_id"`
		Carrier string `json:"carrier"`
	}
	if f := c.decode(&p); f != nil {
		return nil, f
	}
	o := s.orders.byID[p.OrderID]
	if o == nil {
		return nil, wmsNotFound("order", p.OrderID)
	}
	if o.Status != PendingShipment {
		return nil, &wmsFailure{http.StatusConflict, "order.not_shippable", "the order is " + string(o.Status) + ", not " + string(PendingShipment)}
	}
	s.move(o, Change{Status: Shipped, Carrier: p.Carrier}, c.now)
	return shipmentOf(o), nil
}

func (s *Shop) openTicket(c *call) (any, *wmsFailure) {
	var t Ticket
	if f := c.decode(&t); f != nil {
		return nil, f
	}
	if t.Title == "" {
		return nil, wmsInvalid("title is required")
	}
	fill(&t.Priority, "normal")
	t.ID, t.Status, t.CreatedAt = s.wmsID("TK", c), "open", c.now.In(china)
	s.wms.tickets.put(t.ID, t)
	return t, nil
}

func (s *Shop) getTicket(c *call) (any, *wmsFailure) {
	if t, known := s.wms.tickets.entries[c.PathValue("id")]; known {
		return t, nil
	}
	return nil, wmsNotFound("ticket", c.PathValue("id"))
}

func (s *Shop) getCoupon(c *call) (any, *wmsFailure) {
	if coupon := s.wms.coupons.entries[c.PathValue("id")]; coupon != nil {
		return *coupon, nil
	}
	return nil, wmsNotFound("coupon", c.PathValue("id"))
}

func (s *Shop) returnCoupon(c *call) (any, *wmsFailure) {
	coupon := s.wms.coupons.entries[c.PathValue("id")]
	if coupon == nil {
		return nil, wmsNotFound("coupon", c.PathValue("id"))
	}
	if coupon.Status == "returned" {
		return nil, &wmsFailure{http.StatusConflict, "coupon.returned", "this coupon was given back before"}
	}
	coupon.Status = "returned"
	return *coupon, nil
}

// useCoupon lets an order use a coupon that was given back. One that this order uses stays so.
func (s *Shop) useCoupon(c *call) (any, *wmsFailure) {
	var p struct {
		OrderID string `json:"order_id"`
	}
	if f := c.decode(&p); f != nil {
		return nil, f
	}
	coupon := s.wms.coupons.entries[c.PathValue("id")]
	if coupon == nil {
		return nil, wmsNotFound("coupon", c.PathValue("id"))
	}
	if coupon.Status == "used" && coupon.OrderID != p.OrderID {
		return nil, &wmsFailure{http.StatusConflict, "coupon.used", "another order uses this coupon"}
	}
	coupon.Status, coupon.OrderID = "used", p.OrderID
	return *coupon, nil
}

func (s *Shop) tellCustomer(c *call) (any, *wmsFailure) {
	var m CustomerMessage
	if f := c.decode(&m); f != nil {
		return nil, f
	}
	if m.OrderID == "" || m.Text == "" {
		return nil, wmsInvalid("order_id and text are required")
	}
	fill(&m.Channel, "sms")
	m.ID, m.CreatedAt = s.wmsID("MS", c), c.now.In(china)
	s.wms.messages.put(m.ID, m)
	return m, nil
}
