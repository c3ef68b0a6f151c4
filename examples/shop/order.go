package shop

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Platform is where an order was placed.
type Platform string

// The platforms. A WeChat or Alipay order is one of the shop's own pages, paid there; its id is the out_trade_no.
const (
	Douyin Platform = "douyin"
	PDD    Platform = "pdd"
	WeChat Platform = "wechat"
	Alipay Platform = "alipay"
)

// Status is the one word for where an order stands; each platform shows it in its own fields.
type Status string

// The statuses.
const (
	PendingPayment    Status = "PENDING_PAYMENT"
	PartiallyPaid     Status = "PARTIALLY_PAID"
	OnHold            Status = "ON_HOLD"
	PendingShipment   Status = "PENDING_SHIPMENT"
	PartiallyShipped  Status = "PARTIALLY_SHIPPED"
	Shipped           Status = "SHIPPED"
	Delivered         Status = "DELIVERED"
	Completed         Status = "COMPLETED"
	Refunding         Status = "REFUNDING"
	PartiallyRefunded Status = "PARTIALLY_REFUNDED"
	Refunded          Status = "REFUNDED"
	Cancelled         Status = "CANCELLED"
)

// Order is one order. Money is in fen.
type Order struct {
	ID       string   `json:"order_id"`
	Platform Platform `json:"platform"`
	Status   Status   `json:"status"`
	Items    []Item   `json:"items"`
	Buyer    Buyer    `json:"buyer"`
	Postage  int64    `json:"postage"`
	Discount int64    `json:"discount"`
	// Carrier is the code of one of the carriers, LogisticsNo the number of the parcel.
	Carrier     string `json:"carrier,omitempty"`
	LogisticsNo string `json:"logistics_no,omitempty"`
	CouponID    string `json:"coupon_id,omitempty"`
	BuyerMemo   string `json:"buyer_memo,omitempty"`
	SellerMemo  string `json:"seller_memo,omitempty"`
	// TradeState is shown by WeChat Pay instead of what Status implies, for the states no status expresses: USERPAYING,
	// PAYERROR, REVOKED, ACCEPT.
	TradeState string `json:"trade_state,omitempty"`

	CreatedAt   time.Time `json:"created_at,omitzero"`
	PaidAt      time.Time `json:"paid_at,omitzero"`
	ShippedAt   time.Time `json:"shipped_at,omitzero"`
	DeliveredAt time.Time `json:"delivered_at,omitzero"`
	FinishedAt  time.Time `json:"finished_at,omitzero"`
	CancelledAt time.Time `json:"cancelled_at,omitzero"`
	RefundedAt  time.Time `json:"refunded_at,omitzero"`
	UpdatedAt   time.Time `json:"updated_at,omitzero"`
}

// Item is one line of an order.
type Item struct {
	SKU      string `json:"sku"`
	Name     string `json:"name"`
	Spec     string `json:"spec"`
	Quantity int64  `json:"quantity"`
	// Price of one, in fen.
	Price int64 `json:"price"`
}

// Buyer is who gets the parcel.
type Buyer struct {
	Name     string `json:"name"`
	Phone    string `json:"phone"`
	Province string `json:"province"`
	City     string `json:"city"`
	District string `json:"district"`
	Street   string `json:"street"`
	Detail   string `json:"detail"`
}

// Change moves an order.
type Change struct {
	Status Status `json:"status"`
	// Carrier and LogisticsNo replace what was there; empty ones are kept, or drawn where the status needs them.
	Carrier     string `json:"carrier,omitempty"`
	LogisticsNo string `json:"logistics_no,omitempty"`
}

func (o *Order) goodsAmount() int64 {
	var sum int64
	for _, i := range o.Items {
		sum += i.Price * i.Quantity
	}
	return sum
}

func (o *Order) payAmount() int64 { return o.goodsAmount() + o.Postage - o.Discount }

func (o *Order) clone() Order {
	c := *o
	c.Items = slices.Clone(o.Items)
	return c
}

// unknownTo are the statuses that a platform has no way to show.
func (p Platform) unknownTo() []Status {
	switch p {
	case PDD:
		return []Status{PartiallyShipped, PartiallyRefunded}
	case WeChat, Alipay:
		return []Status{PartiallyPaid, PartiallyShipped}
	default:
		return nil
	}
}

func (p Platform) check(status Status) error {
	if stageOf(status) < 0 {
		return fmt.Errorf("shop: no such order status: %q", status)
	}
	if slices.Contains(p.unknownTo(), status) {
		return fmt.Errorf("shop: %s has no way to show the status %s", p, status)
	}
	return nil
}

var (
	pddID      = regexp.MustCompile(`^\d{6}-\d{15}$`)
	outTradeNo = regexp.MustCompile(`^[0-9A-Za-z_\-|*]{6,32}$`)
)

func (p Platform) checkID(id string) error {
	switch p {
	case Douyin:
		if _, err := strconv.ParseInt(id, 10, 64); err != nil || len(id) != 19 {
			return fmt.Errorf("shop: a Douyin order id has 19 digits and fits 64 bits: %q", id)
		}
	case PDD:
		if !pddID.MatchString(id) {
			return fmt.Errorf("shop: a Pinduoduo order number is like 240601-123456789012345: %q", id)
		}
	case WeChat, Alipay:
		if !outTradeNo.MatchString(id) {
			return fmt.Errorf("shop: an out_trade_no has 6 to 32 letters, digits or _-|*: %q", id)
		}
	default:
		return fmt.Errorf("shop: no such platform: %q", p)
	}
	return nil
}

// orderBook holds the orders, oldest first.
type orderBook struct {
	byID map[string]*Order
	// byTransaction finds WeChat and Alipay orders by the transaction id they have once they are paid.
	byTransaction map[string]*Order
	sequence      []*Order
	transactions  []string
	// drawn counts the ids that were drawn.
	drawn int
}

func newOrderBook() orderBook {
	return orderBook{byID: map[string]*Order{}, byTransaction: map[string]*Order{}}
}

func (b *orderBook) add(o *Order, transaction string) {
	if len(b.sequence) == remembered {
		delete(b.byID, b.sequence[0].ID)
		delete(b.byTransaction, b.transactions[0])
		b.transactions = b.transactions[1:]
		b.sequence = b.sequence[1:]
	}
	b.byID[o.ID] = o
	b.byTransaction[transaction] = o
	b.transactions = append(b.transactions, transaction)
	b.sequence = append(b.sequence, o)
}

// AddOrder puts an order into the shop as if it had always been there: no callback is sent. Platform and Status must be
// given; whatever else is left out (the id, goods, buyer, parcel, the moments it has passed) is drawn from the seed.
func (s *Shop) AddOrder(o Order) (Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.settle(now)
	added, err := s.addOrder(o, now)
	if err != nil {
		return Order{}, err
	}
	return added.clone(), nil
}

func (s *Shop) addOrder(o Order, now time.Time) (*Order, error) {
	if o.UpdatedAt.IsZero() {
		o.UpdatedAt = now
	}
	if o.ID == "" {
		o.ID = s.drawOrderID(o.Platform, o.UpdatedAt)
	}
	if err := o.Platform.checkID(o.ID); err != nil {
		return nil, err
	}
	if err := o.Platform.check(o.Status); err != nil {
		return nil, err
	}
	if s.orders.byID[o.ID] != nil {
		return nil, fmt.Errorf("shop: there is an order %s already", o.ID)
	}
	added := o.clone()
	s.drawDetails(&added)
	s.stamp(&added, o.UpdatedAt)
	s.orders.add(&added, s.transactionID(&added))
	s.wms.addCoupon(added)
	return &added, nil
}

// Order finds one.
func (s *Shop) Order(id string) (Order, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.clock())
	if o := s.orders.byID[id]; o != nil {
		return o.clone(), true
	}
	return Order{}, false
}

// Orders are all orders, oldest first.
func (s *Shop) Orders() []Order {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.clock())
	all := make([]Order, len(s.orders.sequence))
	for i, o := range s.orders.sequence {
		all[i] = o.clone()
	}
	return all
}

// SetStatus moves an order, from any status to any, and lets its platform send the callback that belongs to it.
func (s *Shop) SetStatus(id string, c Change) (Order, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.settle(now)
	o := s.orders.byID[id]
	if o == nil {
		return Order{}, fmt.Errorf("shop: no such order: %q", id)
	}
	if err := o.Platform.check(c.Status); err != nil {
		return Order{}, err
	}
	s.move(o, c, now)
	return o.clone(), nil
}

func (s *Shop) move(o *Order, c Change, at time.Time) {
	o.Status = c.Status
	if c.Carrier != "" {
		o.Carrier = c.Carrier
	}
	if c.LogisticsNo != "" {
		o.LogisticsNo = c.LogisticsNo
	}
	o.TradeState = ""
	s.stamp(o, at)
	s.announce(o, at)
}

// stageOf ranks a status by how far an order has come: 0 placed, 1 paid, 2 shipped, 3 delivered, 4 finished, 5 off that
// road; -1 is no status.
func stageOf(status Status) int {
	switch status {
	case PendingPayment, PartiallyPaid:
		return 0
	case OnHold, PendingShipment:
		return 1
	case PartiallyShipped, Shipped:
		return 2
	case Delivered:
		return 3
	case Completed:
		return 4
	case Cancelled, Refunding, PartiallyRefunded, Refunded:
		return 5
	default:
		return -1
	}
}

// stamp makes the moments of an order agree with its status, entered at the given time: moments it has not reached are
// cleared, those it has are kept, or else filled in an hour apart.
func (s *Shop) stamp(o *Order, at time.Time) {
	o.UpdatedAt = at
	road := []*time.Time{&o.CreatedAt, &o.PaidAt, &o.ShippedAt, &o.DeliveredAt, &o.FinishedAt}
	stage := stageOf(o.Status)
	reached := road[:min(stage+1, len(road))]
	if o.Status != Cancelled {
		o.CancelledAt = time.Time{}
	}
	if o.Status != Refunded && o.Status != PartiallyRefunded {
		o.RefundedAt = time.Time{}
	}
	switch {
	case o.Status == Cancelled:
		reached = []*time.Time{&o.CreatedAt, &o.CancelledAt}
	case stage == 5:
		reached = []*time.Time{&o.CreatedAt, &o.PaidAt}
		if o.LogisticsNo != "" {
			reached = append(reached, &o.ShippedAt)
		}
		if o.Status != Refunding {
			reached = append(reached, &o.RefundedAt)
		}
	default:
		for _, moment := range road[stage+1:] {
			*moment = time.Time{}
		}
	}
	fillMoments(reached, at)
	if !o.ShippedAt.IsZero() {
		s.drawParcel(o)
	}
}

func fillMoments(moments []*time.Time, last time.Time) {
	next := last.Add(time.Hour)
	for _, moment := range slices.Backward(moments) {
		if moment.IsZero() {
			*moment = next.Add(-time.Hour)
		}
		next = *moment
	}
}
