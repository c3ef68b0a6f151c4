package shop

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// china is the zone of all platforms: fixed, since there has been no daylight saving time since 1991.
var china = time.FixedZone("CST", 8*3600)

// good is one article for sale. Names, like all people, streets and carriers here, are invented.
type good struct {
	sku, name, specName string
	specs               []string
	price               int64
}

func goods() []good {
	return []good{
		{"MUG-350", "山岚手作陶瓷马克杯 350ml 情侣杯 礼盒装", "颜色", []string{"月白", "黛青", "杏黄"}, 5900},
		{"TEE-220", "木棉里 220g重磅纯棉圆领短袖T恤 男女同款", "尺码", []string{"M", "L", "XL", "2XL"}, 7900},
		{"TEA-250", "云栖坞 明前龙井茶叶 250g 罐装", "等级", []string{"一级", "特级"}, 16800},
		{"NUT-750", "果小满 每日坚果混合装 750g 30小包", "口味", []string{"原味", "酸奶味"}, 8990},
		{"LMP-01", "星屿护眼台灯 无级调光 学生宿舍书桌", "款式", []string{"插电款", "充电款"}, 12900},
		{"PIL-60", "棉朵儿 乳胶枕头 护颈椎 60×40cm", "高度", []string{"低枕 8cm", "高枕 11cm"}, 9900},
		{"BAG-20", "行野 双肩背包 防泼水 20L 通勤电脑包", "颜色", []string{"曜石黑", "雾霾蓝"}, 13900},
		{"CUP-500", "暖川 316不锈钢保温杯 500ml 刻字定制", "颜色", []string{"樱粉", "墨绿", "珍珠白"}, 6990},
		{"PAN-28", "炊一口 麦饭石不粘炒锅 28cm 电磁炉通用", "规格", []string{"单锅", "锅+锅盖"}, 11900},
		{"SOC-05", "足间 纯棉中筒袜 5双装 抗菌防臭", "颜色", []string{"黑白灰", "莫兰迪"}, 2990},
		{"TOY-3", "豆丁营地 儿童积木拼装 大颗粒 120块", "版本", []string{"城市", "农场"}, 4590},
		{"SER-30", "禾研 烟酰胺精华液 30ml 补水提亮", "规格", []string{"单瓶", "两瓶装"}, 8800},
	}
}

// carrier is a parcel service as each platform names it.
type carrier struct {
	code, name string
	// pddID is the number in Pinduoduo's list, prefix and digits the look of a parcel number.
	pddID  int64
	prefix string
	digits int
}

func carriers() []carrier {
	return []carrier{
		{"xunfeng", "迅风速运", 844, "XF", 13},
		{"zhongda", "众达快递", 815, "78", 12},
		{"yuanda", "圆达速递", 885, "YD", 13},
		{"yunjie", "韵捷快递", 821, "43", 13},
		{"feitu", "飞兔速递", 884, "FT", 13},
	}
}

func carrierOf(code string) carrier {
	for _, c := range carriers() {
		if c.code == code {
			return c
		}
	}
	return carrier{code: code, name: code, digits: 13}
}

type place struct {
	province, city, district, street string
	// id is the code of the province.
	id int64
}

func places() []place {
	return []place{
		{"浙江省", "杭州市", "西湖区", "文澜街道", 330000}, {"广东省", "深圳市", "南山区", "海桐街道", 440000},
		{"江苏省", "苏州市", "吴中区", "横泾路街道", 320000}, {"四川省", "成都市", "武侯区", "锦棠街道", 510000},
		{"湖北省", "武汉市", "洪山区", "卓刀街道", 420000}, {"北京", "北京市", "朝阳区", "望和街道", 110000},
		{"上海", "上海市", "浦东新区", "金苑街道", 310000}, {"山东省", "青岛市", "市南区", "珠江路街道", 370000},
		{"陕西省", "西安市", "雁塔区", "电子西街道", 610000}, {"福建省", "厦门市", "思明区", "鹭湾街道", 350000},
		{"湖南省", "长沙市", "岳麓区", "望岳路街道", 430000}, {"辽宁省", "大连市", "沙河口区", "星海南街道", 210000},
	}
}

// pick draws one; the slice must not be empty.
func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

func digits(r *rand.Rand, n int) string {
	var b strings.Builder
	for range n {
		b.WriteByte(byte('0' + r.IntN(10)))
	}
	return b.String()
}

func drawBuyer(r *rand.Rand) Buyer {
	surnames := []rune("王李张刘陈杨黄赵周吴徐孙朱胡林郭何高罗郑")
	given := []string{"晓雯", "子轩", "雨桐", "建国", "思远", "佳怡", "浩然", "梓涵", "志强", "婉清", "一鸣", "丽华", "文博", "诗琪", "海燕", "俊杰"}
	estates := []string{"翠苑小区", "锦绣花园", "阳光里", "时代公寓", "望江名庭", "金桂苑", "星河湾", "春晓里"}
	p := pick(r, places())
	return Buyer{
		Name: string(pick(r, surnames)) + pick(r, given), Phone: "1" + pick(r, []string{"38", "50", "58", "77", "86", "99"}) + digits(r, 8),
		Province: p.province, City: p.city, District: p.district, Street: p.street,
		Detail: fmt.Sprintf("%s%d幢%d单元%d室", pick(r, estates), 1+r.IntN(28), 1+r.IntN(4), 101+100*r.IntN(17)+r.IntN(4)),
	}
}

func provinceID(name string) int64 {
	for _, p := range places() {
		if p.province == name {
			return p.id
		}
	}
	return 0
}

func (b Buyer) maskedName() string {
	r := []rune(b.Name)
	if len(r) == 0 {
		return ""
	}
	return string(r[0]) + strings.Repeat("*", len(r)-1)
}

func (b Buyer) maskedPhone() string {
	if len(b.Phone) < 8 {
		return strings.Repeat("*", len(b.Phone))
	}
	return b.Phone[:3] + "****" + b.Phone[len(b.Phone)-4:]
}

func (b Buyer) maskedDetail() string {
	r := []rune(b.Detail)
	keep := min(2, len(r))
	return string(r[:keep]) + strings.Repeat("*", min(6, len(r)-keep))
}

// drawDetails fills what an order was given without.
func (s *Shop) drawDetails(o *Order) {
	r := s.draw("order", o.ID)
	buyer := drawBuyer(r)
	fill(&o.Buyer, buyer)
	memo, gift := r.IntN(6), r.IntN(3)
	if len(o.Items) > 0 {
		return
	}
	for range 1 + r.IntN(3) {
		g := pick(r, goods())
		o.Items = append(o.Items, Item{SKU: g.sku, Name: g.name, Spec: g.specName + ":" + pick(r, g.specs), Quantity: 1 + int64(r.IntN(2)), Price: g.price})
	}
	if o.goodsAmount() < 9900 {
		fill(&o.Postage, 800)
	}
	if gift == 0 {
		fill(&o.Discount, 500)
		fill(&o.CouponID, "CP"+digits(r, 10))
	}
	if memo == 0 {
		fill(&o.BuyerMemo, pick(r, []string{"麻烦尽快发货，谢谢", "送人用，请不要放价格单", "工作日送货，周末不在家", "请发快一点，孩子开学要用"}))
	}
}

// drawParcel fills in the carrier and the number of a parcel.
func (s *Shop) drawParcel(o *Order) {
	r := s.draw("parcel", o.ID)
	c := pick(r, carriers())
	fill(&o.Carrier, c.code)
	c = carrierOf(o.Carrier)
	fill(&o.LogisticsNo, c.prefix+digits(r, c.digits))
}

// drawOrderID makes an id in the platform's own form that no order has.
func (s *Shop) drawOrderID(p Platform, at time.Time) string {
	for {
		s.orders.drawn++
		r := s.draw("order id", string(p), fmt.Sprint(s.orders.drawn))
		id := ""
		switch p {
		case Douyin:
			id = "69" + digits(r, 17)
		case PDD:
			id = at.In(china).Format("060102") + "-" + digits(r, 15)
		case WeChat:
			id = "WX" + at.In(china).Format("20060102") + digits(r, 8)
		case Alipay:
			id = "ZFB" + at.In(china).Format("20060102") + digits(r, 8)
		}
		if s.orders.byID[id] == nil {
			return id
		}
	}
}
