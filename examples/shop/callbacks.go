package shop

import (
	"bytes"
	"container/heap"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// CallbackFaults are what goes wrong with callbacks, as parts of the messages, 0 to 1.
type CallbackFaults struct {
	// Lost messages are never sent, Doubled ones are delivered twice, Late ones only after LateBy.
	Lost, Doubled, Late float64
	LateBy              time.Duration
}

// Where a callback goes.
const (
	toDouyin    = "douyin"
	toWeChatPay = "wechatpay"
	toERP       = "erp"
)

// States of a callback.
const (
	CallbackPending   = "pending"
	CallbackDelivered = "delivered"
	CallbackLost      = "lost"
	CallbackGivenUp   = "given up"
)

// Callback is one delivery of one message, with its attempts.
type Callback struct {
	// ID is the X-Request-ID: one per message, the same on every redelivery, also of a doubled message.
	ID     string `json:"id"`
	Target string `json:"target"`
	// Event is a Douyin tag, a WeChat Pay event type or an ERP event.
	Event    string `json:"event"`
	OrderID  string `json:"order_id,omitempty"`
	Body     string `json:"body"`
	State    string `json:"state"`
	Attempts int    `json:"attempts"`
	// Status and Reply are of the last attempt; Status is 0 where no answer came.
	Status int       `json:"status,omitempty"`
	Reply  string    `json:"reply,omitempty"`
	DueAt  time.Time `json:"due_at"`

	url   string
	seq   int
	probe bool
}

// outbox holds callbacks; pending is a heap by due time.
type outbox struct {
	pending []*Callback
	history recent[int, *Callback]
	count   int
}

func (b *outbox) Len() int { return len(b.pending) }
func (b *outbox) Less(i, j int) bool {
	x, y := b.pending[i], b.pending[j]
	if x.DueAt.Equal(y.DueAt) {
		return x.seq < y.seq
	}
	return x.DueAt.Before(y.DueAt)
}
func (b *outbox) Swap(i, j int) { b.pending[i], b.pending[j] = b.pending[j], b.pending[i] }

// Push implements heap.Interface.
func (b *outbox) Push(c any) { b.pending = append(b.pending, c.(*Callback)) }

// Pop implements heap.Interface.
func (b *outbox) Pop() any {
	last := b.pending[len(b.pending)-1]
	b.pending = b.pending[:len(b.pending)-1]
	return last
}

// pauses between redeliveries. WeChat Pay publishes its own; those of the others are this package's.
func pauses(target string) []time.Duration {
	const s, m, h = time.Second, time.Minute, time.Hour
	if target == toWeChatPay {
		return []time.Duration{15 * s, 15 * s, 30 * s, 3 * m, 10 * m, 20 * m, 30 * m, 30 * m, 30 * m, 60 * m, 3 * h, 3 * h, 3 * h, 6 * h, 6 * h}
	}
	return []time.Duration{10 * s, 30 * s, m, 5 * m, 10 * m, 30 * m, h, 2 * h, 6 * h, 12 * h}
}

// SetCallbackFaults changes what goes wrong with callbacks from now on.
func (s *Shop) SetCallbackFaults(f CallbackFaults) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callbackFaults = f
}

// Callbacks are the deliveries so far, oldest first.
func (s *Shop) Callbacks() []Callback {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settle(s.clock())
	all := []Callback{}
	for _, c := range s.outbox.history.values() {
		all = append(all, *c)
	}
	return all
}

// Push lets the platform of an order announce its present status now, as it would have when the status was entered.
func (s *Shop) Push(orderID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.settle(now)
	o := s.orders.byID[orderID]
	if o == nil {
		return fmt.Errorf("shop: no such order: %q", orderID)
	}
	s.announce(o, now)
	return nil
}

// Probe lets WeChat Pay send a message with a deliberately wrong signature, which a receiver must refuse. It is sent once.
func (s *Shop) Probe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.targets.WeChatPay == "" {
		return
	}
	now, id := s.clock(), s.nextMessageID()
	s.enqueue(&Callback{ID: id, Target: toWeChatPay, Event: "TRANSACTION.SUCCESS", Body: string(s.wechatNotice(id, []byte("{}"), now)),
		State: CallbackPending, DueAt: now, url: s.targets.WeChatPay, probe: true})
}

// announce sends what the platform of an order says when the order enters its status.
func (s *Shop) announce(o *Order, at time.Time) {
	if tag := douyinTag(o.Status); o.Platform == Douyin && tag != "" {
		s.post(toDouyin, tag, o, at, func(id string) []byte { return s.douyinMessage(o, tag, id) })
	}
	if o.Platform == WeChat && o.Status == PendingShipment { // there is a callback only for success
		s.post(toWeChatPay, "TRANSACTION.SUCCESS", o, at, func(id string) []byte {
			return s.wechatNotice(id, jsonText(s.wechatTransaction(o)), at)
		})
	}
	s.post(toERP, "order.status", o, at, func(id string) []byte {
		return jsonText(struct {
			RequestID   string   `json:"request_id"`
			Event       string   `json:"event"`
			Platform    Platform `json:"platform"`
			OrderID     string   `json:"order_id"`
			OrderStatus Status   `json:"order_status"`
			LogisticsNo string   `json:"logistics_no"`
			PayAmount   int64    `json:"pay_amount"`
			UpdatedAt   string   `json:"updated_at"`
		}{id, "order.status", o.Platform, o.ID, o.Status, o.LogisticsNo, o.payAmount(), o.UpdatedAt.In(china).Format(time.RFC3339)})
	})
}

// post puts a message into the outbox, or loses, doubles or delays it.
func (s *Shop) post(target, event string, o *Order, at time.Time, body func(id string) []byte) {
	url := map[string]string{toDouyin: s.targets.Douyin, toWeChatPay: s.targets.WeChatPay, toERP: s.targets.ERP}[target]
	if url == "" {
		return
	}
	id := s.nextMessageID()
	c := Callback{ID: id, Target: target, Event: event, OrderID: o.ID, Body: string(body(id)), State: CallbackPending, DueAt: at, url: url}
	r := s.draw("callback fault", id)
	lost, doubled, late := r.Float64() < s.callbackFaults.Lost, r.Float64() < s.callbackFaults.Doubled, r.Float64() < s.callbackFaults.Late
	if lost {
		c.State = CallbackLost
	}
	if late {
		c.DueAt = at.Add(s.callbackFaults.LateBy)
	}
	first := c
	s.enqueue(&first)
	if doubled && !lost {
		second := c
		s.enqueue(&second)
	}
}

// nextMessageID is a UUID for the X-Request-ID.
func (s *Shop) nextMessageID() string {
	t := s.token("callback", strconv.Itoa(s.outbox.count+1))
	return t[:8] + "-" + t[8:12] + "-4" + t[13:16] + "-a" + t[17:20] + "-" + t[20:]
}

func (s *Shop) enqueue(c *Callback) {
	s.outbox.count++
	c.seq = s.outbox.count
	s.outbox.history.put(c.seq, c)
	if c.State != CallbackPending {
		return
	}
	heap.Push(&s.outbox, c)
	select {
	case s.wake <- struct{}{}:
	default: // Run has been told already
	}
}

// Run sends callbacks when they are due, and thereby keeps the traffic going, until ctx is done. Callbacks are sent
// concurrently, so that a slow receiver does not hold up the others.
func (s *Shop) Run(ctx context.Context) {
	const atOnce, look = 32, 50 * time.Millisecond
	slots := make(chan struct{}, atOnce)
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	var sending sync.WaitGroup
	defer sending.Wait()
	for {
		for _, c := range s.due() {
			select {
			case slots <- struct{}{}:
			case <-ctx.Done():
				return
			}
			sending.Go(func() {
				s.send(ctx, c)
				<-slots
			})
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wake:
		case <-ticker.C:
		}
	}
}

// Tick sends the callbacks that are due, one after the other in their order, and says how many it sent. It is what Run
// does, for tests that hold the clock.
func (s *Shop) Tick(ctx context.Context) int {
	due := s.due()
	for _, c := range due {
		s.send(ctx, c)
	}
	return len(due)
}

// Flush makes every pending callback due and sends it.
func (s *Shop) Flush(ctx context.Context) int {
	s.mu.Lock()
	now := s.clock()
	s.settle(now)
	for _, c := range s.outbox.pending {
		if c.DueAt.After(now) {
			c.DueAt = now
		}
	}
	heap.Init(&s.outbox)
	s.mu.Unlock()
	return s.Tick(ctx)
}

// due takes the due callbacks out of the outbox.
func (s *Shop) due() []*Callback {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	s.settle(now)
	var due []*Callback
	for s.outbox.Len() > 0 && !s.outbox.pending[0].DueAt.After(now) {
		due = append(due, heap.Pop(&s.outbox).(*Callback))
	}
	return due
}

// send makes one attempt. The caller has taken the callback out of the outbox.
func (s *Shop) send(ctx context.Context, c *Callback) {
	status, reply := s.attempt(ctx, c)
	s.mu.Lock()
	defer s.mu.Unlock()
	c.Attempts++
	c.Status, c.Reply = status, string(reply)
	schedule := pauses(c.Target)
	switch {
	case accepted(c.Target, status, reply):
		c.State = CallbackDelivered
	case c.Attempts > len(schedule) || c.probe:
		c.State = CallbackGivenUp
	default:
		c.DueAt = s.clock().Add(s.scaled(schedule[c.Attempts-1]))
		heap.Push(&s.outbox, c)
	}
}

// accepted says whether the platform takes an answer for a success.
func accepted(target string, status int, reply []byte) bool {
	switch target {
	case toDouyin:
		var r struct {
			Code *int `json:"code"`
		}
		return status == http.StatusOK && json.Unmarshal(reply, &r) == nil && r.Code != nil && *r.Code == 0
	case toWeChatPay: // the status decides: 200 with FAIL in the body counts as accepted
		return status == http.StatusOK || status == http.StatusNoContent
	default:
		return status/100 == 2
	}
}

func (s *Shop) attempt(ctx context.Context, c *Callback) (status int, reply []byte) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader([]byte(c.Body)))
	if err != nil {
		return 0, nil
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Request-ID", c.ID)
	for name, value := range s.callbackHeaders(c) {
		request.Header[name] = []string{value} // the spelling is the platform's, also in lower case
	}
	response, err := s.sender.Do(request)
	if err != nil {
		return 0, nil
	}
	defer func() { _ = response.Body.Close() }()
	reply, _ = io.ReadAll(io.LimitReader(response.Body, 4096))
	return response.StatusCode, reply
}

func (s *Shop) callbackHeaders(c *Callback) map[string]string {
	switch c.Target {
	case toDouyin:
		return map[string]string{"app-id": s.creds.Douyin.AppKey, "event-sign": douyinEventSign(s.creds.Douyin, c.Body)}
	case toWeChatPay:
		h := s.wechatSignature(s.clock(), s.token("callback nonce", c.ID, strconv.Itoa(c.Attempts)), []byte(c.Body))
		if c.probe {
			h["Wechatpay-Signature"] = "WECHATPAY/SIGNTEST/" + h["Wechatpay-Signature"][:64]
		}
		return h
	default:
		mac := hmac.New(sha256.New, []byte(s.creds.ERP.Secret))
		mac.Write([]byte(c.Body))
		return map[string]string{"X-Signature": hex.EncodeToString(mac.Sum(nil))}
	}
}

// wechatNotice wraps what is told into an encrypted notification.
func (s *Shop) wechatNotice(id string, plain []byte, at time.Time) []byte {
	type resource struct {
		OriginalType   string `json:"original_type"`
		Algorithm      string `json:"algorithm"`
		Ciphertext     string `json:"ciphertext"`
		AssociatedData string `json:"associated_data"`
		Nonce          string `json:"nonce"`
	}
	nonce := s.token("wechat resource", id)[:12]
	return jsonText(struct {
		ID           string   `json:"id"`
		CreateTime   string   `json:"create_time"`
		EventType    string   `json:"event_type"`
		ResourceType string   `json:"resource_type"`
		Summary      string   `json:"summary"`
		Resource     resource `json:"resource"`
	}{id, at.In(china).Format(time.RFC3339), "TRANSACTION.SUCCESS", "encrypt-resource", "支付成功",
		resource{"transaction", "AEAD_AES_256_GCM", s.sealResource(plain, nonce, "transaction"), "transaction", nonce}})
}

// douyinEventSign is the lower-case hex MD5 of the key, the body as sent and the secret.
func douyinEventSign(c DouyinCredentials, body string) string {
	sum := md5.Sum([]byte(c.AppKey + body + c.AppSecret))
	return hex.EncodeToString(sum[:])
}

// douyinTag is the kind of message that belongs to a status; none belongs to a deposit.
func douyinTag(status Status) string {
	return map[Status]string{PendingPayment: "100", PendingShipment: "101", OnHold: "110", PartiallyShipped: "108", Shipped: "102", Delivered: "104",
		Cancelled: "106", Completed: "103", Refunding: "200", Refunded: "206", PartiallyRefunded: "206"}[status]
}

// douyinMessage is an array of one message, whose data is JSON inside a string with ids as numbers beyond 2^53.
func (s *Shop) douyinMessage(o *Order, tag, requestID string) []byte {
	status, _ := douyinStatus(o)
	id, _ := strconv.ParseInt(o.ID, 10, 64) // AddOrder has checked the form
	type logistics struct {
		ExpressCompanyID string `json:"express_company_id"`
		LogisticsCode    string `json:"logistics_code"`
	}
	data := struct {
		Biz          int        `json:"biz"`
		OrderStatus  int        `json:"order_status"`
		OrderType    int        `json:"order_type"`
		PID          int64      `json:"p_id"`
		SIDs         []int64    `json:"s_ids"`
		ShopID       int64      `json:"shop_id"`
		CreateTime   int64      `json:"create_time,omitempty"`
		PayAmount    int64      `json:"pay_amount,omitempty"`
		PayTime      int64      `json:"pay_time,omitempty"`
		PayType      int        `json:"pay_type,omitempty"`
		CancelTime   int64      `json:"cancel_time,omitempty"`
		CompleteTime int64      `json:"complete_time,omitempty"`
		UpdateTime   int64      `json:"update_time,omitempty"`
		LogisticsMsg *logistics `json:"logistics_msg,omitempty"`
	}{Biz: 2, OrderStatus: status, PID: id, SIDs: []int64{id}, ShopID: s.creds.Douyin.ShopID}
	switch tag {
	case "100":
		data.CreateTime = unixOrZero(o.CreatedAt)
	case "101", "110":
		data.PayAmount, data.PayTime, data.PayType = o.payAmount(), unixOrZero(o.PaidAt), 1
	case "106":
		data.CancelTime = unixOrZero(o.CancelledAt)
	case "103":
		data.CompleteTime = unixOrZero(o.FinishedAt)
	case "102", "104", "108":
		data.UpdateTime, data.LogisticsMsg = unixOrZero(o.UpdatedAt), &logistics{o.Carrier, o.LogisticsNo}
	default:
		data.UpdateTime = unixOrZero(o.UpdatedAt)
	}
	type message struct {
		Tag   string `json:"tag"`
		MsgID string `json:"msg_id"`
		Data  string `json:"data"`
	}
	return jsonText([]message{{tag, "73" + digits(s.draw("douyin message", requestID), 17) + ":0:" + tag, string(jsonText(data))}})
}
