package shop

import (
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// pddOrder is an order in Pinduoduo's fields: money in yuan, times as text of UTC+8 without a zone, empty for absent.
type pddOrder struct {
	OrderSN             string        `json:"order_sn"`
	OrderStatus         int           `json:"order_status"`
	RefundStatus        int           `json:"refund_status"`
	ConfirmStatus       int           `json:"confirm_status"`
	GroupStatus         int           `json:"group_status"`
	RiskControlStatus   int           `json:"risk_control_status"`
	AfterSalesStatus    int           `json:"after_sales_status"`
	TradeType           int           `json:"trade_type"`
	IsPreSale           int           `json:"is_pre_sale"`
	IsLuckyFlag         int           `json:"is_lucky_flag"`
	PayAmount           yuan          `json:"pay_amount"`
	GoodsAmount         yuan          `json:"goods_amount"`
	DiscountAmount      yuan          `json:"discount_amount"`
	PlatformDiscount    yuan          `json:"platform_discount"`
	SellerDiscount      yuan          `json:"seller_discount"`
	CapitalFreeDiscount yuan          `json:"capital_free_discount"`
	OrderChangeAmount   yuan          `json:"order_change_amount"`
	Postage             yuan          `json:"postage"`
	PayType             string        `json:"pay_type"`
	PayNo               string        `json:"pay_no"`
	CreatedTime         string        `json:"created_time"`
	PayTime             string        `json:"pay_time"`
	ConfirmTime         string        `json:"confirm_time"`
	ShippingTime        string        `json:"shipping_time"`
	LastShipTime        string        `json:"last_ship_time"`
	ReceiveTime         string        `json:"receive_time"`
	UpdatedAt           string        `json:"updated_at"`
	LogisticsID         int64         `json:"logistics_id"`
	TrackingNumber      string        `json:"tracking_number"`
	ExtraDeliveryList   []string      `json:"extra_delivery_list"`
	Remark              string        `json:"remark"`
	RemarkTag           *int          `json:"remark_tag"`
	BuyerMemo           string        `json:"buyer_memo"`
	Country             string        `json:"country"`
	CountryID           int           `json:"country_id"`
	Province            string        `json:"province"`
	ProvinceID          int64         `json:"province_id"`
	City                string        `json:"city"`
	Town                string        `json:"town"`
	ReceiverName        string        `json:"receiver_name"`
	ReceiverPhone       string        `json:"receiver_phone"`
	ReceiverAddress     string        `json:"receiver_address"`
	ReceiverNameMask    string        `json:"receiver_name_mask"`
	ReceiverPhoneMask   string        `json:"receiver_phone_mask"`
	ReceiverAddressMask string        `json:"receiver_address_mask"`
	AddressMask         string        `json:"address_mask"`
	ItemList            []pddItem     `json:"item_list"`
	GiftList            []pddItem     `json:"gift_list"`
	StepOrderInfo       *pddStepOrder `json:"step_order_info"`
}

type pddStepOrder struct {
	StepTradeStatus int `json:"step_trade_status"`
}

type pddItem struct {
	GoodsID      int64  `json:"goods_id"`
	SKUID        int64  `json:"sku_id"`
	GoodsName    string `json:"goods_name"`
	GoodsSpec    string `json:"goods_spec"`
	GoodsCount   int64  `json:"goods_count"`
	GoodsPrice   yuan   `json:"goods_price"`
	GoodsImg     string `json:"goods_img"`
	OuterGoodsID string `json:"outer_goods_id"`
	OuterID      string `json:"outer_id"`
}

// yuan is an amount in fen that is written as a decimal number of yuan.
type yuan int64

// MarshalJSON implements json.Marshaler. The digits are exact; a zero at the end is left out, as a double would have it.
func (y yuan) MarshalJSON() ([]byte, error) {
	sign := ""
	if y < 0 {
		sign, y = "-", -y
	}
	text := sign + strconv.FormatInt(int64(y/100), 10)
	if cents := y % 100; cents != 0 {
		text += strings.TrimRight("."+strconv.FormatInt(int64(cents/10), 10)+strconv.FormatInt(int64(cents%10), 10), "0")
	}
	return []byte(text), nil
}

// chinaText is Pinduoduo's way to write a moment.
func chinaText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(china).Format(time.DateTime)
}

// pddStatus is what stands for a status at Pinduoduo, which has no single field for it.
type pddStatus struct {
	order, refund, confirm, group, risk, afterSales int
	// step is the state of a deposit order, -1 for all others.
	step int
}

func pddStatusOf(o *Order) pddStatus {
	v := pddStatus{order: 1, refund: 1, confirm: 1, group: 1, step: -1}
	switch {
	case !o.FinishedAt.IsZero(), !o.DeliveredAt.IsZero():
		v.order = 3
	case !o.ShippedAt.IsZero():
		v.order = 2
	}
	switch o.Status {
	case PendingPayment:
		v.confirm, v.group = 0, 0
	case PartiallyPaid:
		v.confirm, v.group, v.step = 0, 0, 1
	case OnHold:
		v.risk = 1
	case Cancelled:
		v.confirm = 2
	case Refunding:
		v.refund, v.afterSales = 2, 2
	case Refunded:
		v.refund, v.afterSales = 4, 10
	}
	return v
}

func (s *Shop) pddView(o *Order) pddOrder {
	st := pddStatusOf(o)
	address := o.Buyer.Province + o.Buyer.City + o.Buyer.District + o.Buyer.Street
	v := pddOrder{
		OrderSN: o.ID, OrderStatus: st.order, RefundStatus: st.refund, ConfirmStatus: st.confirm, GroupStatus: st.group,
		RiskControlStatus: st.risk, AfterSalesStatus: st.afterSales,
		PayAmount: yuan(o.payAmount()), GoodsAmount: yuan(o.goodsAmount()), DiscountAmount: yuan(o.Discount), SellerDiscount: yuan(o.Discount), Postage: yuan(o.Postage),
		CreatedTime: chinaText(o.CreatedAt), PayTime: chinaText(o.PaidAt), ConfirmTime: chinaText(o.PaidAt), ShippingTime: chinaText(o.ShippedAt),
		ReceiveTime: chinaText(o.FinishedAt), UpdatedAt: chinaText(o.UpdatedAt), ExtraDeliveryList: []string{},
		Remark: o.SellerMemo, BuyerMemo: o.BuyerMemo,
		Country: "中国", CountryID: 1, Province: o.Buyer.Province, ProvinceID: provinceID(o.Buyer.Province) / 10000, City: o.Buyer.City, Town: o.Buyer.District,
		ReceiverNameMask: o.Buyer.maskedName(), ReceiverPhoneMask: o.Buyer.maskedPhone(), ReceiverAddressMask: address + o.Buyer.maskedDetail(),
		AddressMask: o.Buyer.Street + o.Buyer.maskedDetail(), ItemList: s.pddItems(o), GiftList: []pddItem{},
	}
	if !o.PaidAt.IsZero() {
		v.PayType, v.PayNo = "WEIXIN", "XP"+digits(s.draw("pdd payment", o.ID), 20)
		v.LastShipTime = chinaText(o.PaidAt.Add(48 * time.Hour))
	}
	if !o.ShippedAt.IsZero() {
		v.LogisticsID, v.TrackingNumber = carrierOf(o.Carrier).pddID, o.LogisticsNo
	}
	if st.step >= 0 {
		v.TradeType, v.StepOrderInfo = 1, &pddStepOrder{st.step}
	}
	if o.Status == PendingShipment {
		v.ReceiverName, v.ReceiverPhone, v.ReceiverAddress = s.pddCipher("name", o.Buyer.Name), s.pddCipher("phone", o.Buyer.Phone), s.pddCipher("address", address+o.Buyer.Detail)
	}
	return v
}

// pddCipher looks like Pinduoduo's ciphertext and cannot be opened. The same person has the same ciphertext.
func (s *Shop) pddCipher(what, plain string) string {
	sum := s.hash("pdd cipher", what, plain)
	return "~AgAAAA" + base64.StdEncoding.EncodeToString(sum[:]) + "~0~"
}

func (s *Shop) pddItems(o *Order) []pddItem {
	items := make([]pddItem, len(o.Items))
	for i, item := range o.Items {
		r := s.draw("pdd article", item.SKU)
		_, value, _ := strings.Cut(item.Spec, ":")
		items[i] = pddItem{
			GoodsID: 600_000_000_000 + r.Int64N(90_000_000_000), SKUID: 1_400_000_000_000 + s.draw("pdd sku", item.SKU, item.Spec).Int64N(200_000_000_000),
			GoodsName: item.Name, GoodsSpec: value, GoodsCount: item.Quantity, GoodsPrice: yuan(item.Price),
			GoodsImg: "https://img.shop.example/" + strings.ToLower(item.SKU) + ".jpg", OuterGoodsID: item.SKU, OuterID: item.SKU,
		}
	}
	return items
}
