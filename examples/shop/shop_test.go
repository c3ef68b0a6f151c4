package shop

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// transcript asks a shop many things over half an hour of busy, faulty trade and writes down every byte that comes back
// or is called back.
func transcript(t *testing.T, seed uint64) string {
	t.Helper()
	r := newReceiver(t, no, plainYes, douyinYes)
	b := newBench(t, Options{Seed: seed, Speed: 5000, OrdersPerMinute: 10, PDDLag: 10 * time.Second,
		CallbackFaults: CallbackFaults{Lost: 0.1, Doubled: 0.1, Late: 0.1, LateBy: time.Minute},
		Faults:         map[string]Fault{"*": {Share: map[Outcome]float64{Broken: 0.05, Unavailable: 0.05, Throttled: 0.05, Lost: 0.05}}}})
	b.shop.SetTargets(Targets{Douyin: r.url, WeChatPay: r.url, ERP: r.url})
	b.add(Order{Platform: WeChat, Status: PendingShipment, ID: "WX2024060100000001"})
	var log strings.Builder
	ask := func(method, path, body string, header ...string) {
		answer, err := b.try(t.Context(), method, path, body, header...)
		fmt.Fprintf(&log, "%s %s\n%v %d %v %s\n", method, path, err != nil, answer.status, answer.header, answer.text)
	}
	for i := range 30 {
		b.clock.advance(time.Minute)
		body := `{"order_asc":true,"order_by":"create_time","page":0,"size":100}`
		ask("POST", "/order/searchList?"+b.douyinQuery("order.searchList", body).Encode(), body)
		p := b.pddParams("pdd.order.number.list.increment.get", "is_lucky_flag", "0", "order_status", "5", "refund_status", "5", "start_updated_at", fmt.Sprint(b.clock.Now().Add(-30*time.Minute).Unix()), "end_updated_at", b.unix())
		ask("POST", "/api/router", string(jsonText(p)), "Content-Type", "application/json")
		uri := "/v3/pay/transactions/out-trade-no/WX2024060100000001?mchid=" + b.creds.WeChatPay.MchID
		ask("GET", uri, "", "Authorization", b.authorization("GET", uri, "", b.clock.Now()))
		ask("POST", "/wms/tickets", `{"title":"t"}`, "Authorization", "Bearer "+b.creds.WMS.Token, "Idempotency-Key", fmt.Sprint(i/2))
		ask("POST", "/cgi-bin/webhook/send?key="+b.creds.WeCom.Key, `{"msgtype":"text","text":{"content":"x"}}`)
		b.shop.Tick(t.Context())
	}
	for _, path := range []string{"", "orders", "messages", "wms", "calls", "faults", "credentials"} {
		ask("GET", "/_shop/"+path, "")
	}
	for _, got := range r.all() {
		fmt.Fprintln(&log, got.header, got.body)
	}
	return strings.ReplaceAll(log.String(), r.url, "http://receiver")
}

func TestSameSeedAndClockSameBytes(t *testing.T) {
	t.Parallel()
	one := transcript(t, 7)
	require.Greater(t, len(one), 100_000)
	require.Equal(t, one, transcript(t, 7), "two shops with one seed differ")
	require.NotEqual(t, one, transcript(t, 8))
}

func TestTheClockAloneDecides(t *testing.T) {
	t.Parallel()
	look := func(every time.Duration) []Order {
		clock := &handClock{now: noon}
		s, err := New(Options{Seed: 5, Clock: clock.Now, Speed: 1440, OrdersPerMinute: 30})
		require.NoError(t, err)
		for range int(20 * time.Minute / every) {
			clock.advance(every)
			s.Overview()
		}
		return s.Orders()
	}
	often, once := look(time.Second), look(20*time.Minute)
	require.Equal(t, once, often, "how often somebody looks changes nothing")
	require.InDelta(t, 600, len(often), 100)
	platforms, statuses := map[Platform]int{}, map[Status]int{}
	for _, o := range often {
		platforms[o.Platform]++
		statuses[o.Status]++
		require.NoError(t, o.Platform.checkID(o.ID))
		require.NotEmpty(t, o.Items)
		require.Positive(t, o.payAmount())
		require.False(t, o.UpdatedAt.Before(o.CreatedAt))
	}
	require.Len(t, platforms, 3)
	require.Greater(t, len(statuses), 5)
}

func TestSpeedScalesLives(t *testing.T) {
	t.Parallel()
	finished := func(speed float64) int {
		clock := &handClock{now: noon}
		s, err := New(Options{Seed: 5, Clock: clock.Now, Speed: speed, OrdersPerMinute: 10})
		require.NoError(t, err)
		clock.advance(time.Hour)
		return s.Overview().Orders[Completed]
	}
	require.Zero(t, finished(1))
	require.Greater(t, finished(2000), 100)
}

func TestAddOrderChecksWhatItIsGiven(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for name, o := range map[string]Order{
		"no platform":             {Status: Shipped},
		"no status":               {Platform: Douyin},
		"unknown status":          {Platform: Douyin, Status: "LOST"},
		"short Douyin id":         {Platform: Douyin, Status: Shipped, ID: "123"},
		"Douyin id over 64 bits":  {Platform: Douyin, Status: Shipped, ID: "9999999999999999999"},
		"wrong Pinduoduo number":  {Platform: PDD, Status: Shipped, ID: "6917012345678901234"},
		"short out_trade_no":      {Platform: WeChat, Status: Shipped, ID: "A1"},
		"deposit paid via WeChat": {Platform: WeChat, Status: PartiallyPaid},
	} {
		_, err := b.shop.AddOrder(o)
		require.Error(t, err, name)
	}
	o := b.add(Order{Platform: Douyin, Status: Shipped, LogisticsNo: "SF1", Carrier: "shunfeng"})
	require.Equal(t, "SF1", o.LogisticsNo)
	require.Equal(t, "shunfeng", o.Carrier)
	require.Len(t, o.ID, 19)
	_, err := b.shop.AddOrder(Order{Platform: Douyin, Status: Shipped, ID: o.ID})
	require.ErrorContains(t, err, "already")
	_, err = b.shop.SetStatus("nobody", Change{Status: Shipped})
	require.Error(t, err)
	_, err = b.shop.SetStatus(o.ID, Change{Status: "LOST"})
	require.Error(t, err)
	_, known := b.shop.Order("nobody")
	require.False(t, known)
	o.Items[0].Name = "changed by the caller"
	again, _ := b.shop.Order(o.ID)
	require.NotEqual(t, o.Items[0].Name, again.Items[0].Name)
}

func TestMomentsAgreeWithTheStatus(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o := b.add(Order{Platform: Douyin, Status: Completed})
	require.Equal(t, noon, o.FinishedAt)
	require.True(t, o.CreatedAt.Before(o.PaidAt) && o.PaidAt.Before(o.ShippedAt) && o.ShippedAt.Before(o.DeliveredAt) && o.DeliveredAt.Before(o.FinishedAt))
	b.clock.advance(time.Minute)
	back, err := b.shop.SetStatus(o.ID, Change{Status: PendingShipment})
	require.NoError(t, err)
	require.Equal(t, o.PaidAt, back.PaidAt)
	require.True(t, back.ShippedAt.IsZero() && back.FinishedAt.IsZero())
	require.Equal(t, noon.Add(time.Minute), back.UpdatedAt)
	shipped, err := b.shop.SetStatus(o.ID, Change{Status: Shipped, LogisticsNo: "NEW1"})
	require.NoError(t, err)
	require.Equal(t, "NEW1", shipped.LogisticsNo)
	require.Equal(t, noon.Add(time.Minute), shipped.ShippedAt)
}

func TestOptionsAreChecked(t *testing.T) {
	t.Parallel()
	for _, o := range []Options{
		{Speed: -1}, {OrdersPerMinute: -1}, {PDDLag: -1},
		{Credentials: Credentials{WeChatPay: WeChatPayCredentials{MchID: "1", APIv3Key: "short"}}},
		{Credentials: Credentials{WeChatPay: WeChatPayCredentials{APIv3Key: strings.Repeat("k", 32), MerchantPublicKey: "no key"}}},
		{Credentials: Credentials{WeChatPay: WeChatPayCredentials{APIv3Key: strings.Repeat("k", 32), PlatformPrivateKey: "no key"}}},
	} {
		_, err := New(o)
		require.Error(t, err)
	}
}

func TestStartServesUntilClose(t *testing.T) {
	t.Parallel()
	r := newReceiver(t, plainYes)
	running, err := Start(Options{Targets: Targets{ERP: r.url}, Faults: map[string]Fault{"wms.tickets.get": {Script: []Outcome{Hang}}}})
	require.NoError(t, err)
	response, err := http.Get(running.URL + "/_shop/")
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Equal(t, 200, response.StatusCode)
	hanging := make(chan error, 1)
	go func() {
		_, err := http.Get(running.URL + "/wms/tickets/1") //nolint:bodyclose // there is no answer
		hanging <- err
	}()
	require.Eventually(t, func() bool { return running.Calls().Endpoints["wms.tickets.get"] == 1 }, 5*time.Second, time.Millisecond)
	running.Close()
	require.Error(t, <-hanging, "Close ends requests that hang")
	_, err = http.Get(running.URL + "/_shop/") //nolint:bodyclose // there is no answer
	require.Error(t, err)
}

func TestTheOldestIsForgotten(t *testing.T) {
	t.Parallel()
	r, orders := newRecent[int, int](), newOrderBook()
	for i := range remembered + 1 {
		r.put(i, i)
		id := fmt.Sprint(i)
		orders.add(&Order{ID: id}, "t"+id)
	}
	require.Len(t, r.entries, remembered)
	require.Equal(t, 1, r.values()[0])
	require.Len(t, orders.byID, remembered)
	require.Len(t, orders.byTransaction, remembered)
	require.Equal(t, "1", orders.sequence[0].ID)
}
