package shop

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestPDDShowsAnOrderInEveryStatus(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for _, c := range []struct {
		order                                Order
		status, refund, confirm, group, risk int
		shipped, received                    bool
	}{
		{Order{Status: PendingPayment}, 1, 1, 0, 0, 0, false, false},
		{Order{Status: PartiallyPaid}, 1, 1, 0, 0, 0, false, false},
		{Order{Status: OnHold}, 1, 1, 1, 1, 1, false, false},
		{Order{Status: PendingShipment}, 1, 1, 1, 1, 0, false, false},
		{Order{Status: Shipped}, 2, 1, 1, 1, 0, true, false},
		{Order{Status: Delivered}, 3, 1, 1, 1, 0, true, false},
		{Order{Status: Completed}, 3, 1, 1, 1, 0, true, true},
		{Order{Status: Cancelled}, 1, 1, 2, 1, 0, false, false},
		{Order{Status: Refunding}, 1, 2, 1, 1, 0, false, false},
		{Order{Status: Refunded}, 1, 4, 1, 1, 0, false, false},
		{Order{Status: Refunded, LogisticsNo: "78123"}, 2, 4, 1, 1, 0, true, false},
	} {
		c.order.Platform = PDD
		o := b.add(c.order)
		d := at(t, b.pdd("pdd.order.information.get", "order_sn", o.ID), "order_info_get_response.order_info")
		require.Equal(t, o.ID, at(t, d, "order_sn"))
		for name, want := range map[string]int{"order_status": c.status, "refund_status": c.refund, "confirm_status": c.confirm, "group_status": c.group, "risk_control_status": c.risk} {
			require.Equal(t, number(want), at(t, d, name), "%s of %s", name, o.Status)
		}
		require.Equal(t, c.shipped, at(t, d, "tracking_number") != "", o.Status)
		require.Equal(t, c.received, at(t, d, "receive_time") != "", o.Status)
		require.Equal(t, o.Status == PendingShipment, at(t, d, "receiver_phone") != "", "ciphertext only while it waits to be shipped")
		require.Equal(t, o.Status == PartiallyPaid, at(t, d, "step_order_info") != nil)
		list := at(t, b.pdd("pdd.order.status.get", "order_sns", o.ID+",240601-000000000000000"), "order_status_get_response.order_status_list").([]any)
		require.Equal(t, []any{map[string]any{"orderSn": o.ID, "order_status": number(c.status), "refund_status": number(c.refund)}}, list)
	}
	_, err := b.shop.AddOrder(Order{Platform: PDD, Status: PartiallyShipped})
	require.ErrorContains(t, err, "no way to show")
}

func TestPDDFieldsAreItsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	b.add(Order{ID: "240601-123456789012345", Platform: PDD, Status: PendingShipment, PaidAt: noon.Add(-time.Minute), Postage: 0, Discount: 550,
		Items: []Item{{SKU: "SOC-05", Name: "袜子", Spec: "颜色:黑白灰", Quantity: 3, Price: 2990}}, Buyer: Buyer{Name: "李建国", Phone: "13900005678", Province: "江苏省", City: "苏州市", District: "吴中区", Street: "横泾路街道", Detail: "金桂苑1幢"}})
	d := at(t, b.pdd("pdd.order.information.get", "order_sn", "240601-123456789012345"), "order_info_get_response.order_info")
	require.Equal(t, "84.2", fmt.Sprint(at(t, d, "pay_amount")), "yuan")
	require.Equal(t, "89.7", fmt.Sprint(at(t, d, "goods_amount")))
	require.Equal(t, "2024-06-01 11:59:00", at(t, d, "pay_time"), "text of UTC+8")
	require.Empty(t, at(t, d, "shipping_time"))
	require.Equal(t, "李**", at(t, d, "receiver_name_mask"))
	require.Equal(t, "139****5678", at(t, d, "receiver_phone_mask"))
	require.True(t, strings.HasPrefix(at(t, d, "receiver_phone").(string), "~"))
	require.Equal(t, "29.9", fmt.Sprint(at(t, d, "item_list.0.goods_price")))
	require.Equal(t, number(3), at(t, d, "item_list.0.goods_count"))
	require.NotContains(t, fmt.Sprint(d), "13900005678")
}

func TestYuanIsExact(t *testing.T) {
	t.Parallel()
	for fen, want := range map[yuan]string{0: "0", 5: "0.05", 50: "0.5", 1250: "12.5", 9999: "99.99", 100: "1", -105: "-1.05"} {
		require.Equal(t, want, string(jsonText(fen)))
	}
}

// increment asks for the changes of the half hour before now.
func increment(b *bench, more ...string) any {
	now := b.clock.Now()
	p := append([]string{"is_lucky_flag", "0", "order_status", "5", "refund_status", "5", "start_updated_at", fmt.Sprint(now.Add(-30 * time.Minute).Unix()), "end_updated_at", fmt.Sprint(now.Unix())}, more...)
	return at(b.t, b.pdd("pdd.order.number.list.increment.get", p...), "order_sn_increment_get_response")
}

func TestPDDIncrementPagesAndFilters(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	var ids []string
	for i := range 7 {
		status := Shipped
		if i > 4 {
			status = PendingShipment
		}
		ids = append(ids, b.add(Order{Platform: PDD, Status: status, UpdatedAt: noon.Add(time.Duration(i-10) * time.Minute)}).ID)
	}
	b.add(Order{Platform: PDD, Status: Shipped, UpdatedAt: noon.Add(-31 * time.Minute)})
	b.add(Order{Platform: Douyin, Status: Shipped})
	got := []string{}
	for page := 1; page <= 3; page++ {
		r := increment(b, "page", fmt.Sprint(page), "page_size", "3")
		require.Equal(t, number(7), at(t, r, "total_count"))
		for _, o := range at(t, r, "order_sn_list").([]any) {
			got = append(got, at(t, o, "order_sn").(string))
		}
	}
	require.Equal(t, ids, got)
	require.Equal(t, number(2), at(t, increment(b, "order_status", "1"), "total_count"))
	r := increment(b, "use_has_next", "true", "page_size", "4")
	require.Equal(t, true, at(t, r, "has_next"))
	require.NotContains(t, r, "total_count")
	require.Equal(t, false, at(t, increment(b, "use_has_next", "true", "page", "2", "page_size", "4"), "has_next"))

	list := at(t, b.pdd("pdd.order.list.get", "order_status", "5", "refund_status", "5", "start_confirm_at", fmt.Sprint(noon.Add(-24*time.Hour).Unix()), "end_confirm_at", fmt.Sprint(noon.Unix())), "order_list_get_response")
	require.Equal(t, number(8), at(t, list, "total_count"))
	require.Len(t, at(t, list, "order_list").([]any), 8)
}

func TestPDDListsLagBehind(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{PDDLag: 3 * time.Minute})
	o := b.add(Order{Platform: PDD, Status: PendingShipment})
	b.clock.advance(2 * time.Minute)
	require.Equal(t, number(0), at(t, increment(b), "total_count"), "the aggregate does not have it yet")
	require.Equal(t, number(1), at(t, b.pdd("pdd.order.information.get", "order_sn", o.ID), "order_info_get_response.order_info.order_status"))
	b.clock.advance(time.Minute)
	require.Equal(t, number(1), at(t, increment(b), "total_count"))
}

func TestPDDRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	window := func(minutes int) []string {
		return []string{"is_lucky_flag", "0", "order_status", "5", "refund_status", "5", "start_updated_at", fmt.Sprint(noon.Add(-time.Duration(minutes) * time.Minute).Unix()), "end_updated_at", fmt.Sprint(noon.Unix())}
	}
	for _, c := range []struct {
		name   string
		method string
		with   []string
		code   int
	}{
		{"31 minutes", "pdd.order.number.list.increment.get", window(31), 21001},
		{"backwards", "pdd.order.number.list.increment.get", window(-5), 21001},
		{"no window", "pdd.order.number.list.increment.get", []string{"is_lucky_flag", "0"}, 21002},
		{"no lucky flag", "pdd.order.number.list.increment.get", window(30)[2:], 21002},
		{"page 0", "pdd.order.number.list.increment.get", append(window(30), "page", "0"), 21001},
		{"page size 101", "pdd.order.number.list.increment.get", append(window(30), "page_size", "101"), 21001},
		{"over a day", "pdd.order.list.get", []string{"order_status", "5", "refund_status", "5", "start_confirm_at", "1717000000", "end_confirm_at", "1717086401"}, 21001},
		{"unknown order", "pdd.order.information.get", []string{"order_sn", "240601-999999999999999"}, 50001},
		{"no order", "pdd.order.information.get", nil, 21002},
		{"no orders", "pdd.order.status.get", nil, 21002},
		{"51 orders", "pdd.order.status.get", []string{"order_sns", strings.Repeat("x,", 50) + "x"}, 21001},
		{"unknown type", "pdd.order.magic", nil, 20034},
		{"wrong client", "pdd.order.information.get", []string{"client_id", "x"}, 20032},
		{"wrong token", "pdd.order.information.get", []string{"access_token", "x"}, 20032},
		{"clock 11 minutes off", "pdd.order.information.get", []string{"timestamp", fmt.Sprint(noon.Add(11 * time.Minute).Unix())}, 10000},
		{"clock in milliseconds", "pdd.order.information.get", []string{"timestamp", fmt.Sprint(noon.UnixMilli())}, 10000},
	} {
		r := b.pdd(c.method, c.with...)
		require.Equal(t, number(c.code), at(t, r, "error_response.error_code"), c.name)
		require.NotEmpty(t, at(t, r, "error_response.request_id"), c.name)
	}
	p := b.pddParams("pdd.order.information.get")
	delete(p, "sign")
	require.Equal(t, number(10000), at(t, b.pddSend(p), "error_response.error_code"))
	require.Contains(t, at(t, b.pdd("pdd.order.magic"), "error_response"), "sub_code", "null, but there")
}

func TestPDDTakesJSONToo(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o := b.add(Order{Platform: PDD, Status: Shipped})
	p := b.pddParams("pdd.order.information.get", "order_sn", o.ID)
	r := b.send("POST", "/api/router", string(jsonText(p)), "Content-Type", "application/json").json(t)
	require.Equal(t, o.ID, at(t, r, "order_info_get_response.order_info.order_sn"))
}
