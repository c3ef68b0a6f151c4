package shop

import (
	"encoding/json"
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestDouyinShowsAnOrderInEveryStatus(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	for _, c := range []struct {
		order               Order
		status, main        int
		shipped, receipt    bool
		afterSale, complete int
	}{
		{Order{Status: PendingPayment}, 1, 1, false, false, 0, 0},
		{Order{Status: PartiallyPaid}, 1, 103, false, false, 0, 0},
		{Order{Status: OnHold}, 105, 105, false, false, 0, 0},
		{Order{Status: PendingShipment}, 2, 2, false, false, 0, 0},
		{Order{Status: PartiallyShipped}, 101, 101, true, false, 0, 0},
		{Order{Status: Shipped}, 3, 3, true, false, 0, 0},
		{Order{Status: Delivered}, 3, 3, true, true, 0, 0},
		{Order{Status: Completed}, 5, 5, true, true, 0, 1},
		{Order{Status: Cancelled}, 4, 4, false, false, 0, 0},
		{Order{Status: Refunding}, 2, 2, false, false, 6, 0},
		{Order{Status: Refunding, LogisticsNo: "XF1"}, 3, 3, true, false, 6, 0},
		{Order{Status: PartiallyRefunded, LogisticsNo: "XF1"}, 3, 3, true, false, 12, 0},
		{Order{Status: Refunded}, 4, 21, false, false, 12, 0},
		{Order{Status: Refunded, LogisticsNo: "XF1"}, 4, 22, true, false, 12, 0},
		{Order{Status: Refunded, LogisticsNo: "XF1", DeliveredAt: noon}, 4, 39, true, true, 12, 0},
	} {
		c.order.Platform = Douyin
		o := b.add(c.order)
		r := b.douyin("order.orderDetail", `{"shop_order_id":"`+o.ID+`"}`)
		require.Equal(t, number(10000), r["code"], r)
		d := at(t, r, "data.shop_order_detail")
		require.Equal(t, o.ID, at(t, d, "order_id"))
		require.Equal(t, number(c.status), at(t, d, "order_status"), o.Status)
		require.Equal(t, number(c.main), at(t, d, "main_status"), o.Status)
		require.NotEmpty(t, at(t, d, "order_status_desc"))
		require.NotEmpty(t, at(t, d, "main_status_desc"))
		line := at(t, d, "sku_order_list.0")
		require.Equal(t, c.receipt, at(t, line, "logistics_receipt_time") != number(0), o.Status)
		require.Equal(t, number(c.afterSale), at(t, line, "after_sale_info.after_sale_status"), o.Status)
		require.Equal(t, c.complete == 1, at(t, d, "finish_time") != number(0), o.Status)
		parcels := at(t, d, "logistics_info").([]any)
		require.Equal(t, c.shipped, len(parcels) == 1, o.Status)
		if c.shipped {
			require.Equal(t, o.LogisticsNo, at(t, parcels[0], "tracking_no"))
			require.NotEmpty(t, at(t, parcels[0], "company_name"))
		}
	}
}

func TestDouyinFieldsAreItsOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o := b.add(Order{ID: "6917012345678901234", Platform: Douyin, Status: PendingShipment, Postage: 800, Discount: 500,
		Items: []Item{{SKU: "MUG-350", Name: "马克杯", Spec: "颜色:月白", Quantity: 2, Price: 5900}}, Buyer: Buyer{Name: "王晓雯", Phone: "13800001234", Province: "浙江省", City: "杭州市", District: "西湖区", Detail: "翠苑小区3幢"}})
	d := at(t, b.douyin("order.orderDetail", `{"shop_order_id":"6917012345678901234"}`), "data.shop_order_detail")
	require.Equal(t, "6917012345678901234", at(t, d, "order_id"), "ids are text, beyond what a float holds")
	require.Equal(t, number(12600), at(t, d, "order_amount"), "fen, with postage")
	require.Equal(t, number(12100), at(t, d, "pay_amount"))
	require.Equal(t, number(int(o.PaidAt.Unix())), at(t, d, "pay_time"), "seconds")
	require.Equal(t, number(0), at(t, d, "ship_time"), "0 is absent")
	require.Equal(t, "王**", at(t, d, "mask_post_receiver"))
	require.Equal(t, "138****1234", at(t, d, "mask_post_tel"))
	require.Equal(t, "浙江省", at(t, d, "post_addr.province.name"))
	require.Equal(t, "月白", at(t, d, "sku_order_list.0.spec.0.value"))
	require.NotContains(t, fmt.Sprint(d), "13800001234", "what is private is sealed")
}

func TestDouyinRefusals(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	o := b.add(Order{Platform: Douyin, Status: Shipped})
	pdd := b.add(Order{Platform: PDD, Status: Shipped})
	body := `{"shop_order_id":"` + o.ID + `"}`
	for _, c := range []struct {
		name    string
		change  func(q url.Values)
		body    string
		resign  bool
		code    int
		subCode string
	}{
		{"wrong signature", func(q url.Values) { q.Set("sign", spoil(q.Get("sign"))) }, body, false, 40003, "isv.signature-invalid"},
		{"signed with another key", func(q url.Values) { q.Set("sign", douyinSign("other", q, body)) }, body, false, 40003, "isv.signature-invalid"},
		{"no signature", func(q url.Values) { q.Del("sign") }, body, false, 40001, "isv.missing-parameter"},
		{"no body", func(url.Values) {}, "", true, 40001, "isv.missing-parameter"},
		{"other sign method", func(q url.Values) { q.Set("sign_method", "md5") }, body, true, 40003, "isv.sign-method-invalid"},
		{"other version", func(q url.Values) { q.Set("v", "1") }, body, true, 40003, "isv.version-invalid"},
		{"other app", func(q url.Values) { q.Set("app_key", "1") }, body, true, 40003, "isv.app-key-invalid"},
		{"method of another path", func(q url.Values) { q.Set("method", "order.searchList") }, body, true, 40003, "isv.method-invalid"},
		{"clock 11 minutes behind", func(q url.Values) { q.Set("timestamp", fmt.Sprint(noon.Add(-11*time.Minute).Unix())) }, body, true, 40003, "isv.timestamp-invalid"},
		{"clock in milliseconds", func(q url.Values) { q.Set("timestamp", fmt.Sprint(noon.UnixMilli())) }, body, true, 40003, "isv.timestamp-invalid"},
		{"time as text", func(q url.Values) { q.Set("timestamp", noon.Format(time.DateTime)) }, body, true, 10000, ""},
		{"wrong token", func(q url.Values) { q.Set("access_token", "x") }, body, true, 40003, "isv.access-token-no-existed"},
		{"keys not sorted", func(url.Values) {}, `{"shop_order_id":"1","a":1}`, true, 40003, "isv.signature-invalid"},
		{"not compact", func(url.Values) {}, `{"shop_order_id": "1"}`, true, 40003, "isv.signature-invalid"},
		{"HTML escaped", func(url.Values) {}, `{"a":"\u003cb\u003e"}`, true, 40003, "isv.signature-invalid"},
		{"unknown order", func(url.Values) {}, `{"shop_order_id":"6900000000000000000"}`, true, 50002, "isv.business-failed:4001"},
		{"order of another platform", func(url.Values) {}, `{"shop_order_id":"` + pdd.ID + `"}`, true, 50002, "isv.business-failed:4001"},
		{"id as a number", func(url.Values) {}, `{"shop_order_id":` + o.ID + `}`, true, 40004, "isv.parameter-invalid"},
		{"no id", func(url.Values) {}, `{}`, true, 40002, "isv.missing-parameter"},
	} {
		q := b.douyinQuery("order.orderDetail", c.body)
		c.change(q)
		if c.resign {
			q.Set("sign", douyinSign(b.creds.Douyin.AppSecret, q, c.body))
		}
		r := b.send("POST", "/order/orderDetail?"+q.Encode(), c.body).json(t)
		require.Equal(t, number(c.code), r["code"], c.name)
		require.Equal(t, c.subCode, r["sub_code"], c.name)
		require.NotEmpty(t, r["log_id"], c.name)
	}
	require.Equal(t, number(70000), b.douyin("order.somethingElse", `{}`)["code"])
}

func TestDouyinSearchesAndPages(t *testing.T) {
	t.Parallel()
	b := newBench(t, Options{})
	var ids []string
	for i := range 25 {
		status := Shipped
		if i%5 == 0 {
			status = PendingPayment
		}
		ids = append(ids, b.add(Order{Platform: Douyin, Status: status, CreatedAt: noon.Add(-time.Duration(25-i) * time.Hour)}).ID)
	}
	b.add(Order{Platform: PDD, Status: Shipped})
	search := func(p map[string]any) any {
		r := b.douyin("order.searchList", string(jsonText(p)))
		require.Equal(t, number(10000), r["code"], r)
		return r["data"]
	}
	got := []string{}
	for page := range 3 {
		data := search(map[string]any{"create_time_start": noon.Add(-48 * time.Hour).Unix(), "create_time_end": noon.Unix(), "order_by": "create_time", "order_asc": true, "page": page, "size": 10})
		require.Equal(t, number(25), at(t, data, "total"))
		require.Equal(t, number(page), at(t, data, "page"))
		for _, o := range at(t, data, "shop_order_list").([]any) {
			got = append(got, at(t, o, "order_id").(string))
		}
	}
	require.Equal(t, ids, got, "pages count from 0 and hold every order once")
	require.Equal(t, number(5), at(t, search(map[string]any{"order_status": "1,4", "page": 0, "size": 100}), "total"))
	require.Equal(t, number(20), at(t, search(map[string]any{"order_status": "3", "page": 0, "size": 1}), "total"))
	require.Equal(t, ids[24], at(t, search(map[string]any{"page": 0, "size": 1}), "shop_order_list.0.order_id"), "newest first unless asked")
	shipped, _ := b.shop.Order(ids[1])
	require.Equal(t, number(1), at(t, search(map[string]any{"tracking_no": shipped.LogisticsNo, "size": 100}), "total"))
	for _, wrong := range []string{`{"size":101}`, `{"page":-1,"size":10}`, `{"page":500,"size":100}`, `{"order_by":"price","size":10}`, `{"size":"10"}`,
		`{"create_time_end":1717214400,"create_time_start":1700000000,"size":10}`} {
		require.Equal(t, number(40004), b.douyin("order.searchList", wrong)["code"], wrong)
	}
}

func TestCanonicalJSONKeepsNumbersAndText(t *testing.T) {
	t.Parallel()
	for _, same := range []string{`{}`, `{"a":1.10,"b":[3,1,2],"c":{"a":null,"z":"<&>/加急"}}`, `{"id":4800000000000000001}`, "{\"a\":\"\u2028\"}", `{"a":"\\u2028"}`} {
		require.Equal(t, same, string(canonicalJSON([]byte(same))))
	}
	require.Nil(t, canonicalJSON([]byte(`{} {}`)))
	require.True(t, json.Valid(jsonText(map[string]string{"a": "<"})))
}
