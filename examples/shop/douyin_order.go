package shop

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// douyinOrder is an order in Douyin's fields: money in fen, times in Unix seconds with 0 for absent, ids as text.
type douyinOrder struct {
	OrderID          string            `json:"order_id"`
	ShopID           int64             `json:"shop_id"`
	OrderStatus      int               `json:"order_status"`
	OrderStatusDesc  string            `json:"order_status_desc"`
	MainStatus       int               `json:"main_status"`
	MainStatusDesc   string            `json:"main_status_desc"`
	OrderType        int               `json:"order_type"`
	TradeType        int               `json:"trade_type"`
	PayType          int               `json:"pay_type"`
	CreateTime       int64             `json:"create_time"`
	PayTime          int64             `json:"pay_time"`
	UpdateTime       int64             `json:"update_time"`
	FinishTime       int64             `json:"finish_time"`
	OrderExpireTime  int64             `json:"order_expire_time"`
	ExpShipTime      int64             `json:"exp_ship_time"`
	ShipTime         int64             `json:"ship_time"`
	OrderAmount      int64             `json:"order_amount"`
	PayAmount        int64             `json:"pay_amount"`
	PostAmount       int64             `json:"post_amount"`
	PromotionAmount  int64             `json:"promotion_amount"`
	BuyerWords       string            `json:"buyer_words"`
	SellerWords      string            `json:"seller_words"`
	CancelReason     string            `json:"cancel_reason"`
	EncryptTel       string            `json:"encrypt_post_tel"`
	EncryptReceiver  string            `json:"encrypt_post_receiver"`
	PostAddr         douyinAddress     `json:"post_addr"`
	MaskPostReceiver string            `json:"mask_post_receiver"`
	MaskPostTel      string            `json:"mask_post_tel"`
	MaskPostAddr     douyinAddress     `json:"mask_post_addr"`
	OpenID           string            `json:"open_id"`
	DoudianOpenID    string            `json:"doudian_open_id"`
	LogisticsInfo    []douyinLogistics `json:"logistics_info"`
	SKUOrderList     []douyinSKUOrder  `json:"sku_order_list"`
}

type douyinRegion struct {
	Name string `json:"name"`
	ID   string `json:"id"`
}

type douyinAddress struct {
	Province      douyinRegion `json:"province"`
	City          douyinRegion `json:"city"`
	Town          douyinRegion `json:"town"`
	Street        douyinRegion `json:"street"`
	EncryptDetail string       `json:"encrypt_detail,omitempty"`
	Detail        string       `json:"detail,omitempty"`
}

type douyinLogistics struct {
	TrackingNo  string          `json:"tracking_no"`
	Company     string          `json:"company"`
	CompanyName string          `json:"company_name"`
	ShipTime    int64           `json:"ship_time"`
	DeliveryID  string          `json:"delivery_id"`
	ProductInfo []douyinProduct `json:"product_info"`
}

type douyinProduct struct {
	ProductName  string `json:"product_name"`
	ProductCount int64  `json:"product_count"`
	ProductID    string `json:"product_id_str"`
	SKUID        int64  `json:"sku_id"`
	OutSKUID     string `json:"out_sku_id"`
	SKUOrderID   string `json:"sku_order_id"`
}

type douyinSKUOrder struct {
	OrderID              string          `json:"order_id"`
	ParentOrderID        string          `json:"parent_order_id"`
	OrderStatus          int             `json:"order_status"`
	MainStatus           int             `json:"main_status"`
	ProductIDStr         string          `json:"product_id_str"`
	ProductName          string          `json:"product_name"`
	ProductPic           string          `json:"product_pic"`
	SKUID                int64           `json:"sku_id"`
	Code                 string          `json:"code"`
	OutSKUID             string          `json:"out_sku_id"`
	Spec                 []douyinSpec    `json:"spec"`
	ItemNum              int64           `json:"item_num"`
	OriginAmount         int64           `json:"origin_amount"`
	SumAmount            int64           `json:"sum_amount"`
	PayAmount            int64           `json:"pay_amount"`
	AfterSaleInfo        douyinAfterSale `json:"after_sale_info"`
	LogisticsReceiptTime int64           `json:"logistics_receipt_time"`
	ConfirmReceiptTime   int64           `json:"confirm_receipt_time"`
}

type douyinSpec struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type douyinAfterSale struct {
	AfterSaleStatus int `json:"after_sale_status"`
	AfterSaleType   int `json:"after_sale_type"`
	RefundStatus    int `json:"refund_status"`
}

// unixOrZero is Douyin's way to write a moment.
func unixOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// douyinStatus gives order_status and main_status. A parcel that was delivered is still 3 here: only the receipt time of
// its lines tells.
func douyinStatus(o *Order) (order, main int) {
	switch o.Status {
	case PendingPayment:
		return 1, 1
	case PartiallyPaid:
		return 1, 103
	case OnHold:
		return 105, 105
	case PartiallyShipped:
		return 101, 101
	case Cancelled:
		return 4, 4
	case Refunded:
		switch {
		case !o.DeliveredAt.IsZero():
			return 4, 39
		case !o.ShippedAt.IsZero():
			return 4, 22
		default:
			return 4, 21
		}
	case Completed:
		return 5, 5
	}
	switch { // after-sale states leave the order where it was
	case !o.FinishedAt.IsZero():
		return 5, 5
	case !o.ShippedAt.IsZero():
		return 3, 3
	default:
		return 2, 2
	}
}

func douyinStatusText(status int) string {
	return map[int]string{1: "待支付", 105: "已支付", 103: "部分支付", 2: "待发货", 101: "部分发货", 3: "已发货", 4: "已取消", 5: "已完成",
		21: "发货前退款完结", 22: "发货后退款完结", 39: "收货后退款完结"}[status]
}

func (s *Shop) douyinView(o *Order) douyinOrder {
	status, main := douyinStatus(o)
	secret := func(what, plain string) string {
		if plain == "" {
			return ""
		}
		sealed := base64.StdEncoding.EncodeToString([]byte(s.token("douyin cipher", what, plain)))
		return "##" + sealed + "##"
	}
	region := func(detail, sealed string) douyinAddress {
		id := provinceID(o.Buyer.Province)
		return douyinAddress{
			Province: douyinRegion{o.Buyer.Province, strconv.FormatInt(id/10000, 10)}, City: douyinRegion{o.Buyer.City, strconv.FormatInt(id+100, 10)},
			Town: douyinRegion{o.Buyer.District, strconv.FormatInt(id+106, 10)}, Street: douyinRegion{o.Buyer.Street, strconv.FormatInt((id+106)*1000+9, 10)},
			Detail: detail, EncryptDetail: sealed,
		}
	}
	v := douyinOrder{
		OrderID: o.ID, ShopID: s.creds.Douyin.ShopID,
		OrderStatus: status, OrderStatusDesc: douyinStatusText(status), MainStatus: main, MainStatusDesc: douyinStatusText(main),
		CreateTime: unixOrZero(o.CreatedAt), PayTime: unixOrZero(o.PaidAt), UpdateTime: unixOrZero(o.UpdatedAt), FinishTime: unixOrZero(o.FinishedAt),
		OrderExpireTime: 1800, ShipTime: unixOrZero(o.ShippedAt),
		OrderAmount: o.goodsAmount() + o.Postage, PayAmount: o.payAmount(), PostAmount: o.Postage, PromotionAmount: o.Discount,
		BuyerWords: o.BuyerMemo, SellerWords: o.SellerMemo,
		EncryptTel: secret("tel", o.Buyer.Phone), EncryptReceiver: secret("name", o.Buyer.Name),
		PostAddr:         region("", secret("address", o.Buyer.Detail)),
		MaskPostReceiver: o.Buyer.maskedName(), MaskPostTel: o.Buyer.maskedPhone(), MaskPostAddr: region(o.Buyer.maskedDetail(), ""),
		OpenID: s.token("douyin open id", o.Buyer.Phone), DoudianOpenID: "1@#" + s.token("doudian open id", o.Buyer.Phone),
		LogisticsInfo: []douyinLogistics{}, SKUOrderList: make([]douyinSKUOrder, len(o.Items)),
	}
	if !o.PaidAt.IsZero() {
		v.PayType = 1
		v.ExpShipTime = o.PaidAt.Add(48 * time.Hour).Unix()
	}
	if o.Status == Cancelled {
		v.CancelReason = "超时未支付"
	}
	for i := range o.Items {
		v.SKUOrderList[i] = s.douyinLine(o, i, status, main)
	}
	if !o.ShippedAt.IsZero() {
		v.LogisticsInfo = append(v.LogisticsInfo, s.douyinParcel(o, v.SKUOrderList))
	}
	return v
}

func (s *Shop) douyinParcel(o *Order, lines []douyinSKUOrder) douyinLogistics {
	p := douyinLogistics{TrackingNo: o.LogisticsNo, Company: o.Carrier, CompanyName: carrierOf(o.Carrier).name, ShipTime: unixOrZero(o.ShippedAt),
		DeliveryID: "7" + digits(s.draw("douyin delivery", o.ID), 18)}
	if o.Status == PartiallyShipped {
		lines = lines[:1]
	}
	for _, l := range lines {
		p.ProductInfo = append(p.ProductInfo, douyinProduct{l.ProductName, l.ItemNum, l.ProductIDStr, l.SKUID, l.OutSKUID, l.OrderID})
	}
	return p
}

func (s *Shop) douyinLine(o *Order, i, status, main int) douyinSKUOrder {
	item := o.Items[i]
	r := s.draw("douyin article", item.SKU, item.Spec)
	name, value, _ := strings.Cut(item.Spec, ":")
	l := douyinSKUOrder{
		OrderID: o.ID, ParentOrderID: o.ID, OrderStatus: status, MainStatus: main,
		ProductIDStr: "3" + digits(r, 18), ProductName: item.Name, ProductPic: "https://img.shop.example/" + strings.ToLower(item.SKU) + ".jpg",
		SKUID: 1_700_000_000_000_000 + r.Int64N(1_000_000_000_000), Code: item.SKU, OutSKUID: item.SKU, Spec: []douyinSpec{{name, value}},
		ItemNum: item.Quantity, OriginAmount: item.Price, SumAmount: item.Price * item.Quantity, PayAmount: item.Price * item.Quantity,
		LogisticsReceiptTime: unixOrZero(o.DeliveredAt), ConfirmReceiptTime: unixOrZero(o.FinishedAt),
	}
	if i > 0 { // the first line carries the order's own id
		l.OrderID = "69" + digits(s.draw("douyin line", o.ID, strconv.Itoa(i)), 17)
	}
	if i == 0 {
		l.PayAmount += o.Postage - o.Discount
	}
	switch {
	case o.Status == Refunding:
		l.AfterSaleInfo = douyinAfterSale{AfterSaleStatus: 6, AfterSaleType: 2, RefundStatus: 1}
	case o.Status == Refunded, o.Status == PartiallyRefunded && i == 0:
		l.AfterSaleInfo = douyinAfterSale{AfterSaleStatus: 12, AfterSaleType: 2, RefundStatus: 3}
	}
	if o.Status == PartiallyShipped && i > 0 {
		l.OrderStatus, l.MainStatus = 2, 2
	}
	return l
}
