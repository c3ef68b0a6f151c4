package shop

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

var (
	douyinYes = answer{status: 200, body: []byte(`{"code":0,"msg":"success"}`)}
	plainYes  = answer{status: 200}
	no        = answer{status: 500}
)

func TestDouyinPushesEveryChange(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, douyinYes)
	b := newBench(t, Options{Targets: Targets{Douyin: r.url}})
	o := b.add(Order{Platform: Douyin, Status: PendingPayment})
	require.Zero(t, b.shop.Tick(t.Context()), "an order that was added had always been there")
	tags := []string{}
	for _, status := range []Status{OnHold, PendingShipment, PartiallyShipped, Shipped, Delivered, Completed, Refunding, PartiallyRefunded, Refunded, Cancelled, PendingPayment, PartiallyPaid} {
		_, err := b.shop.SetStatus(o.ID, Change{Status: status})
		require.NoError(t, err)
		b.shop.Tick(t.Context())
	}
	ids := map[string]bool{}
	for _, got := range r.all() {
		require.Equal(t, b.creds.Douyin.AppKey, got.header.Get("app-id"))
		require.Equal(t, douyinEventSign(b.creds.Douyin, got.body), got.header.Get("event-sign"))
		ids[got.header.Get("X-Request-ID")] = true
		var messages []struct {
			Tag   string `json:"tag"`
			MsgID string `json:"msg_id"`
			Data  string `json:"data"`
		}
		require.NoError(t, json.Unmarshal([]byte(got.body), &messages))
		require.Len(t, messages, 1)
		tags = append(tags, messages[0].Tag)
		data, err := parseJSON([]byte(messages[0].Data))
		require.NoError(t, err, "data is JSON inside a string")
		require.Equal(t, json.Number(o.ID), at(t, data, "p_id"), "a number beyond 2^53")
		if messages[0].Tag == "102" {
			now, _ := b.shop.Order(o.ID)
			require.Equal(t, now.LogisticsNo, at(t, data, "logistics_msg.logistics_code"))
		}
	}
	require.Equal(t, []string{"110", "101", "108", "102", "104", "103", "200", "206", "206", "106", "100"}, tags)
	require.Len(t, ids, len(tags), "one request id a message")
}

func TestRedeliveryUntilAccepted(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, no, answer{status: 200, body: []byte(`{"code":1}`)}, answer{status: 200, body: []byte(`ok`)}, answer{status: 302, header: map[string]string{"Location": "/elsewhere"}}, douyinYes)
	b := newBench(t, Options{Targets: Targets{Douyin: r.url}})
	o := b.add(Order{Platform: Douyin, Status: Shipped})
	require.NoError(t, b.shop.Push(o.ID))
	for i, pause := range []time.Duration{0, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute} {
		if pause > 0 {
			b.clock.advance(pause - time.Second)
			require.Zero(t, b.shop.Tick(t.Context()), "not before its time: %d", i)
			b.clock.advance(time.Second)
		}
		require.Equal(t, 1, b.shop.Tick(t.Context()), i)
	}
	require.Zero(t, b.shop.Flush(t.Context()), "accepted at last")
	got := r.all()
	require.Len(t, got, 5)
	for _, again := range got {
		require.Equal(t, got[0].header.Get("X-Request-ID"), again.header.Get("X-Request-ID"))
		require.Equal(t, got[0].body, again.body)
	}
	require.Equal(t, CallbackDelivered, b.shop.Callbacks()[0].State)
	require.Equal(t, 5, b.shop.Callbacks()[0].Attempts)
}

func TestWeChatPayNotifies(t *testing.T) {
	t.Parallel()
	// 200 with FAIL in the body counts as accepted: the status decides.
	r := newReceiver(t, no, answer{status: 200, body: []byte(`{"code":"FAIL","message":"失败"}`)})
	b := newBench(t, Options{Targets: Targets{WeChatPay: r.url}})
	o := b.add(Order{Platform: WeChat, Status: PendingPayment})
	for _, status := range []Status{Cancelled, PendingShipment, Shipped} {
		_, err := b.shop.SetStatus(o.ID, Change{Status: status})
		require.NoError(t, err)
	}
	require.Equal(t, 1, b.shop.Tick(t.Context()), "only success is told")
	b.clock.advance(15 * time.Second)
	require.Equal(t, 1, b.shop.Tick(t.Context()))
	require.Zero(t, b.shop.Flush(t.Context()))
	got := r.all()
	require.Equal(t, got[0].body, got[1].body)
	require.NotEqual(t, got[0].header.Get("Wechatpay-Nonce"), got[1].header.Get("Wechatpay-Nonce"), "each attempt is signed anew")
	for _, g := range got {
		requireWeChatSignature(t, b.shop.Credentials().WeChatPay.PlatformPublicKey, g.header, g.body)
		require.Equal(t, b.creds.WeChatPay.PlatformSerial, g.header.Get("Wechatpay-Serial"))
	}
	notice, err := parseJSON([]byte(got[0].body))
	require.NoError(t, err)
	require.Equal(t, "TRANSACTION.SUCCESS", at(t, notice, "event_type"))
	require.Equal(t, "2024-06-01T12:00:00+08:00", at(t, notice, "create_time"))
	block, err := aes.NewCipher([]byte(b.creds.WeChatPay.APIv3Key))
	require.NoError(t, err)
	gcm, err := cipher.NewGCM(block)
	require.NoError(t, err)
	sealed, err := base64.StdEncoding.DecodeString(at(t, notice, "resource.ciphertext").(string))
	require.NoError(t, err)
	plain, err := gcm.Open(nil, []byte(at(t, notice, "resource.nonce").(string)), sealed, []byte(at(t, notice, "resource.associated_data").(string)))
	require.NoError(t, err)
	resource, err := parseJSON(plain)
	require.NoError(t, err)
	require.Equal(t, o.ID, at(t, resource, "out_trade_no"))
	require.Equal(t, "SUCCESS", at(t, resource, "trade_state"))
}

func TestWeChatPayGivesUpAfterItsSchedule(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, no)
	b := newBench(t, Options{Targets: Targets{WeChatPay: r.url}, Speed: 60})
	o := b.add(Order{Platform: WeChat, Status: PendingShipment})
	require.NoError(t, b.shop.Push(o.ID))
	attempts := b.shop.Tick(t.Context())
	var total time.Duration
	for _, pause := range pauses(toWeChatPay) {
		total += pause
		b.clock.advance(pause / 60)
		attempts += b.shop.Tick(t.Context())
	}
	require.Equal(t, 24*time.Hour+4*time.Minute, total)
	require.Equal(t, 16, attempts, "speed scales the schedule")
	require.Zero(t, b.shop.Flush(t.Context()))
	require.Equal(t, CallbackGivenUp, b.shop.Callbacks()[0].State)
}

func TestProbesMustBeRefused(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, answer{status: 401})
	b := newBench(t, Options{Targets: Targets{WeChatPay: r.url}})
	b.shop.Probe()
	require.Equal(t, 1, b.shop.Tick(t.Context()))
	require.Zero(t, b.shop.Flush(t.Context()), "a probe is sent once")
	got := r.all()[0]
	require.True(t, strings.HasPrefix(got.header.Get("Wechatpay-Signature"), "WECHATPAY/SIGNTEST/"))
	require.Error(t, checkWeChatSignature(b.shop.Credentials().WeChatPay.PlatformPublicKey, got.header, got.body))
}

func TestERPEvents(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, answer{status: 202})
	b := newBench(t, Options{Targets: Targets{ERP: r.url}})
	for _, platform := range []Platform{Douyin, PDD, WeChat} {
		o := b.add(Order{Platform: platform, Status: Shipped})
		require.NoError(t, b.shop.Push(o.ID))
		require.Equal(t, 1, b.shop.Tick(t.Context()))
		all := r.all()
		got := all[len(all)-1]
		mac := hmac.New(sha256.New, []byte(b.creds.ERP.Secret))
		mac.Write([]byte(got.body))
		require.Equal(t, hex.EncodeToString(mac.Sum(nil)), got.header.Get("X-Signature"))
		event, err := parseJSON([]byte(got.body))
		require.NoError(t, err)
		require.Equal(t, o.ID, at(t, event, "order_id"))
		require.Equal(t, "SHIPPED", at(t, event, "order_status"))
		require.Equal(t, got.header.Get("X-Request-ID"), at(t, event, "request_id"))
	}
	require.Error(t, b.shop.Push("nobody"))
}

func TestCallbacksGetLostDoubledAndLate(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, douyinYes)
	b := newBench(t, Options{Targets: Targets{Douyin: r.url}, CallbackFaults: CallbackFaults{Lost: 1}})
	o := b.add(Order{Platform: Douyin, Status: Shipped})
	require.NoError(t, b.shop.Push(o.ID))
	require.Zero(t, b.shop.Flush(t.Context()))
	require.Equal(t, CallbackLost, b.shop.Callbacks()[0].State)

	b.shop.SetCallbackFaults(CallbackFaults{Doubled: 1})
	require.NoError(t, b.shop.Push(o.ID))
	require.Equal(t, 2, b.shop.Tick(t.Context()))
	got := r.all()
	require.Equal(t, got[0].header.Get("X-Request-ID"), got[1].header.Get("X-Request-ID"))
	require.Equal(t, got[0].body, got[1].body)

	b.shop.SetCallbackFaults(CallbackFaults{Late: 1, LateBy: time.Minute})
	require.NoError(t, b.shop.Push(o.ID))
	require.Zero(t, b.shop.Tick(t.Context()))
	b.shop.SetCallbackFaults(CallbackFaults{})
	require.NoError(t, b.shop.Push(o.ID))
	require.Equal(t, 1, b.shop.Tick(t.Context()), "what comes after a late message overtakes it")
	b.clock.advance(time.Minute)
	require.Equal(t, 1, b.shop.Tick(t.Context()))

	b.shop.SetCallbackFaults(CallbackFaults{Lost: 0.3})
	before := len(b.shop.Callbacks())
	for range 200 {
		require.NoError(t, b.shop.Push(o.ID))
	}
	lost := 0
	for _, c := range b.shop.Callbacks()[before:] {
		if c.State == CallbackLost {
			lost++
		}
	}
	require.InDelta(t, 60, lost, 25)
}

func TestNobodyListens(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Targets: Targets{ERP: "http://127.0.0.1:1/nothing"}})
	o := b.add(Order{Platform: PDD, Status: Shipped})
	require.NoError(t, b.shop.Push(o.ID))
	require.Equal(t, 1, b.shop.Tick(t.Context()))
	c := b.shop.Callbacks()[0]
	require.Equal(t, CallbackPending, c.State)
	require.Zero(t, c.Status)
	require.Equal(t, noon.Add(10*time.Second), c.DueAt)
}

// roundTrip lets a test be the network.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestRunSendsByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{Seed: 3, OrdersPerMinute: 60, Speed: 1440, Targets: Targets{ERP: "http://erp.example/hook"}})
		require.NoError(t, err)
		seen := map[string]int{}
		arrived := make(chan string, 10_000)
		s.sender.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			arrived <- r.Header.Get("X-Request-ID")
			return &http.Response{StatusCode: 204, Body: http.NoBody}, nil
		})
		ctx, stop := context.WithTimeout(t.Context(), 10*time.Minute)
		defer stop()
		s.Run(ctx)
		close(arrived)
		for id := range arrived {
			seen[id]++
		}
		delivered := 0
		for _, c := range s.Callbacks() {
			if c.State == CallbackDelivered {
				delivered++
				require.Equal(t, 1, seen[c.ID])
			}
		}
		require.Greater(t, delivered, 1000)
		require.Equal(t, len(seen), delivered)
		v := s.Overview()
		for _, status := range []Status{Completed, Shipped, Cancelled, Refunded} {
			require.NotZero(t, v.Orders[status], status)
		}
	})
}
