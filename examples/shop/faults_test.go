package shop

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestRefusalsInEachPlatformsWords(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for _, c := range []struct {
		endpoint string
		call     func() reply
		path     string
		outcomes map[Outcome]any
		status   map[Outcome]int
	}{
		{"douyin.*", func() reply { return b.send("POST", "/order/orderDetail", `{}`) }, "code", map[Outcome]any{Unavailable: number(20000), Throttled: number(60000), Expired: number(40003)}, nil},
		{"douyin.order.orderDetail", func() reply { return b.send("POST", "/order/orderDetail", `{}`) }, "sub_code", map[Outcome]any{Expired: "isv.access-token-expired"}, nil},
		{"pdd.order.information.get", func() reply {
			return b.send("POST", "/api/router", "type=pdd.order.information.get", "Content-Type", "application/x-www-form-urlencoded")
		}, "error_response.error_code", map[Outcome]any{Unavailable: number(50000), Throttled: number(70031), Expired: number(10019)}, nil},
		{"wechatpay.query", func() reply { return b.send("GET", "/v3/pay/transactions/out-trade-no/1", "") }, "code", map[Outcome]any{Unavailable: "SYSTEM_ERROR", Throttled: "FREQUENCY_LIMITED"}, map[Outcome]int{Unavailable: 500, Throttled: 429}},
		{"wms.tickets.create", func() reply { return b.send("POST", "/wms/tickets", "") }, "code", map[Outcome]any{Unavailable: "unavailable", Throttled: "rate.limited"}, map[Outcome]int{Unavailable: 503, Throttled: 429}},
		{"wecom.send", func() reply { return b.send("POST", "/cgi-bin/webhook/send", "") }, "errcode", map[Outcome]any{Unavailable: number(-1), Throttled: number(45009)}, nil},
		{"dingtalk.send", func() reply { return b.send("POST", "/robot/send", "") }, "errcode", map[Outcome]any{Unavailable: number(-1), Throttled: number(130101)}, nil},
		{"feishu.send", func() reply { return b.send("POST", "/open-apis/bot/v2/hook/x", "") }, "code", map[Outcome]any{Throttled: number(11232)}, nil},
	} {
		for outcome, want := range c.outcomes {
			require.NoError(t, b.shop.SetFault(c.endpoint, Fault{Script: []Outcome{outcome}}))
			r := c.call()
			require.Equal(t, want, at(t, r.json(t), c.path), "%s %s", c.endpoint, outcome)
			status := 200
			if c.status != nil {
				status = c.status[outcome]
			}
			require.Equal(t, status, r.status, "%s %s", c.endpoint, outcome)
		}
		require.NoError(t, b.shop.SetFault(c.endpoint, Fault{Script: []Outcome{Broken}}))
		r := c.call()
		require.Equal(t, 500, r.status)
		require.Equal(t, "500 Internal Server Error\n", r.text)
	}
	require.NoError(t, b.shop.SetFault("feishu.send", Fault{Script: []Outcome{Unavailable}}))
	require.Equal(t, 503, b.send("POST", "/open-apis/bot/v2/hook/x", "").status)
}

func TestScriptsAreUsedUpAndExactNamesWin(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: map[string]Fault{"*": {Share: map[Outcome]float64{Broken: 1}}, "wms.stock.get": {Script: []Outcome{Fine, Throttled}}, "wms.*": {Share: map[Outcome]float64{Unavailable: 1}}}})
	stock := func() int { return b.wms("GET", "/stock/MUG-350", "").status }
	require.Equal(t, []int{200, 429, 200, 200}, []int{stock(), stock(), stock(), stock()})
	require.Equal(t, 503, b.wms("GET", "/tickets/1", "").status)
	require.Equal(t, 500, b.send("POST", "/robot/send", "").status)
	require.NoError(t, b.shop.SetFault("wms.*", Fault{}))
	require.Equal(t, 404, b.wms("GET", "/tickets/1", "").status, "healed")
	require.Equal(t, 4, b.shop.Calls().Endpoints["wms.stock.get"])
}

func TestSharesAreShares(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: map[string]Fault{"wms.stock.get": {Share: map[Outcome]float64{Broken: 0.3, Throttled: 0.2}}}})
	n := map[int]int{}
	for range 300 {
		n[b.wms("GET", "/stock/MUG-350", "").status]++
	}
	require.InDelta(t, 90, n[500], 30)
	require.InDelta(t, 60, n[429], 30)
}

func TestALostAnswerWasStillAnAct(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: map[string]Fault{"wms.tickets.create": {Script: []Outcome{Lost}}}})
	auth := []string{"Authorization", "Bearer " + b.creds.WMS.Token, "Idempotency-Key", "k"}
	_, err := b.try(t.Context(), "POST", "/wms/tickets", `{"title":"t"}`, auth...)
	require.Error(t, err, "the connection breaks")
	require.Len(t, b.shop.Warehouse().Tickets, 1)
	r := b.send("POST", "/wms/tickets", `{"title":"t"}`, auth...)
	require.Equal(t, 201, r.status)
	require.Len(t, b.shop.Warehouse().Tickets, 1, "the key saves from a second ticket")
}

func TestHangingEndsWithTheCaller(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: map[string]Fault{"wms.tickets.create": {Script: []Outcome{Hang}}}})
	ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer stop()
	_, err := b.try(ctx, "POST", "/wms/tickets", `{"title":"t"}`)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Empty(t, b.shop.Warehouse().Tickets)
}

func TestLatency(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{Faults: map[string]Fault{"wms.stock.get": {Latency: 30 * time.Millisecond, Jitter: 10 * time.Millisecond}, "wms.tickets.get": {Latency: time.Hour}}})
	began := time.Now()
	b.wms("GET", "/stock/MUG-350", "")
	require.GreaterOrEqual(t, time.Since(began), 30*time.Millisecond)
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	_, err := b.try(ctx, "GET", "/wms/tickets/1", "")
	require.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestWrongFaultsAreRefused(t *testing.T) {
	t.Parallel()
	for name, f := range map[string]Fault{
		"unknown outcome":    {Script: []Outcome{"explode"}},
		"unknown share":      {Share: map[Outcome]float64{"explode": 0.1}},
		"more than all":      {Share: map[Outcome]float64{Broken: 0.7, Hang: 0.4}},
		"negative":           {Share: map[Outcome]float64{Broken: -0.7}},
		"negative latency":   {Latency: -1},
		"no token to expire": {Script: []Outcome{Expired}},
	} {
		_, err := New(Options{Faults: map[string]Fault{"wms.stock.get": f}})
		require.Error(t, err, name)
	}
}
