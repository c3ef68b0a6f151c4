package shop

import (
	"bytes"
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func (s *Shop) routeDouyin(mux *http.ServeMux) {
	mux.Handle("POST /order/{name}", s.serve(view{
		endpoint: func(r *http.Request, _ []byte) string {
			switch name := r.PathValue("name"); name {
			case "orderDetail", "searchList":
				return "douyin.order." + name
			default:
				return "douyin.unknown"
			}
		},
		handle: s.answerDouyin,
		refuse: s.refuseDouyin,
	}))
}

// douyinFailure is what the Douyin gateway says when it does not do what was asked. The sub codes beyond the published
// ones (signature-invalid, access-token-expired, access-token-no-existed, timestamp-invalid) are this package's.
type douyinFailure struct {
	code            int
	msg             string
	subCode, subMsg string
}

func (s *Shop) douyinReply(c *call, f douyinFailure, data any) answer {
	reply := struct {
		Code    int    `json:"code"`
		Msg     string `json:"msg"`
		SubCode string `json:"sub_code"`
		SubMsg  string `json:"sub_msg"`
		LogID   string `json:"log_id"`
		Data    any    `json:"data"`
	}{f.code, f.msg, f.subCode, f.subMsg, c.now.In(china).Format("20060102150405") + s.token("douyin log", c.endpoint, c.number())[:18], data}
	return jsonAnswer(http.StatusOK, reply)
}

func (s *Shop) refuseDouyin(c *call, o Outcome) answer {
	switch o {
	case Throttled:
		return s.douyinReply(c, douyinFailure{60000, "请求过于频繁，已被限流", "isp.too-many-requests", "请降低调用频率后重试"}, nil)
	case Expired:
		return s.douyinReply(c, douyinTokenExpired(), nil)
	default:
		return s.douyinReply(c, douyinFailure{20000, "服务不可用", "isp.service-unavailable", "服务暂时不可用，请稍后重试"}, nil)
	}
}

func douyinTokenExpired() douyinFailure {
	return douyinFailure{40003, "非法的参数", "isv.access-token-expired", "access_token已过期"}
}

func (s *Shop) answerDouyin(c *call) answer {
	if f := s.checkDouyin(c); f != nil {
		return s.douyinReply(c, *f, nil)
	}
	ok := douyinFailure{code: 10000, msg: "success"}
	var data any
	var f *douyinFailure
	switch c.endpoint {
	case "douyin.order.orderDetail":
		data, f = s.douyinDetail(c)
	case "douyin.order.searchList":
		data, f = s.douyinSearch(c)
	default:
		f = &douyinFailure{70000, "接口已下线", "isv.method-offline", "接口不存在或已下线: " + c.URL.Query().Get("method")}
	}
	if f != nil {
		return s.douyinReply(c, *f, nil)
	}
	return s.douyinReply(c, ok, data)
}

// checkDouyin verifies the common parameters, the signature and the token.
func (s *Shop) checkDouyin(c *call) *douyinFailure {
	q := c.URL.Query()
	invalid := func(subCode, subMsg string) *douyinFailure {
		return &douyinFailure{40003, "非法的参数", subCode, subMsg}
	}
	for _, name := range []string{"app_key", "method", "access_token", "timestamp", "v", "sign"} {
		if q.Get(name) == "" {
			return &douyinFailure{40001, "缺少必选参数", "isv.missing-parameter", "缺少参数: " + name}
		}
	}
	if len(c.body) == 0 {
		return &douyinFailure{40001, "缺少必选参数", "isv.missing-parameter", "缺少参数: param_json"}
	}
	switch {
	case q.Get("app_key") != s.creds.Douyin.AppKey:
		return invalid("isv.app-key-invalid", "app_key不存在")
	case q.Get("v") != "2":
		return invalid("isv.version-invalid", "v应为2")
	case q.Get("sign_method") != "hmac-sha256":
		return invalid("isv.sign-method-invalid", "sign_method应为hmac-sha256")
	case q.Get("method") != "order."+c.PathValue("name"):
		return invalid("isv.method-invalid", "method与请求路径不一致")
	}
	sent, ok := parseDouyinTime(q.Get("timestamp"))
	if !ok || c.now.Sub(sent).Abs() > 10*time.Minute {
		return invalid("isv.timestamp-invalid", "timestamp格式错误或与服务器时间相差超过10分钟")
	}
	if !bytes.Equal(c.body, canonicalJSON(c.body)) {
		return invalid("isv.signature-invalid", "param_json应为按key排序的紧凑JSON，且与请求体逐字节一致")
	}
	if !hmac.Equal([]byte(q.Get("sign")), []byte(douyinSign(s.creds.Douyin.AppSecret, q, string(c.body)))) {
		return invalid("isv.signature-invalid", "签名不匹配")
	}
	if q.Get("access_token") != s.creds.Douyin.AccessToken {
		return invalid("isv.access-token-no-existed", "access_token不存在")
	}
	return nil
}

// douyinSign is the lower-case hex HMAC-SHA256, keyed with the secret, of the secret, five names and values, and the
// secret again.
func douyinSign(secret string, q url.Values, paramJSON string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(secret + "app_key" + q.Get("app_key") + "method" + q.Get("method") + "param_json" + paramJSON + "timestamp" + q.Get("timestamp") + "v" + q.Get("v") + secret))
	return hex.EncodeToString(mac.Sum(nil))
}

// canonicalJSON is the same value, compact, with keys sorted at every level and nothing escaped that needs no escape; nil
// if the text is not one JSON value.
func canonicalJSON(text []byte) []byte {
	v, err := parseJSON(text)
	if err != nil {
		return nil
	}
	// encoding/json escapes these two line separators even when told not to escape.
	return []byte(strings.NewReplacer(`\\`, `\\`, `\u2028`, "\u2028", `\u2029`, "\u2029").Replace(string(jsonText(v))))
}

func parseDouyinTime(text string) (time.Time, bool) {
	if seconds, err := strconv.ParseInt(text, 10, 64); err == nil {
		return time.Unix(seconds, 0), true
	}
	t, err := time.ParseInLocation(time.DateTime, text, china)
	return t, err == nil
}

func (s *Shop) douyinDetail(c *call) (any, *douyinFailure) {
	var p struct {
		ShopOrderID string `json:"shop_order_id"`
	}
	if err := decodeExact(c.body, &p); err != nil {
		return nil, &douyinFailure{40004, "非法的业务参数", "isv.parameter-invalid", "shop_order_id应为字符串"}
	}
	if p.ShopOrderID == "" {
		return nil, &douyinFailure{40002, "缺少必选业务参数", "isv.missing-parameter", "缺少参数: shop_order_id"}
	}
	o := s.orders.byID[p.ShopOrderID]
	if o == nil || o.Platform != Douyin {
		return nil, &douyinFailure{50002, "业务处理失败", "isv.business-failed:4001", "订单不存在"}
	}
	return struct {
		Detail douyinOrder `json:"shop_order_detail"`
	}{s.douyinView(o)}, nil
}

type douyinSearchParams struct {
	CreateStart int64  `json:"create_time_start"`
	CreateEnd   int64  `json:"create_time_end"`
	UpdateStart int64  `json:"update_time_start"`
	UpdateEnd   int64  `json:"update_time_end"`
	OrderBy     string `json:"order_by"`
	OrderAsc    bool   `json:"order_asc"`
	Page        int    `json:"page"`
	Size        int    `json:"size"`
	OrderStatus string `json:"order_status"`
	TrackingNo  string `json:"tracking_no"`
}

func (p *douyinSearchParams) check() string {
	const span = 90 * 24 * 3600
	switch {
	case p.Size < 1 || p.Size > 100:
		return "size应在1到100之间"
	case p.Page < 0 || p.Page*p.Size >= 50_000:
		return "page从0开始，且page*size不能超过50000"
	case p.CreateEnd != 0 && p.CreateEnd-p.CreateStart > span, p.UpdateEnd != 0 && p.UpdateEnd-p.UpdateStart > span:
		return "时间跨度不能超过90天"
	case p.OrderBy != "" && p.OrderBy != "create_time" && p.OrderBy != "update_time":
		return "order_by应为create_time或update_time"
	}
	return ""
}

func (p *douyinSearchParams) matches(o *Order) bool {
	within := func(t, start, end int64) bool { return (start == 0 || t >= start) && (end == 0 || t <= end) }
	status, _ := douyinStatus(o)
	return o.Platform == Douyin && within(o.CreatedAt.Unix(), p.CreateStart, p.CreateEnd) && within(o.UpdatedAt.Unix(), p.UpdateStart, p.UpdateEnd) &&
		(p.OrderStatus == "" || slices.Contains(strings.Split(p.OrderStatus, ","), strconv.Itoa(status))) &&
		(p.TrackingNo == "" || p.TrackingNo == o.LogisticsNo)
}

// compare orders by the moment that was asked for, and by id where moments are equal.
func (p *douyinSearchParams) compare(a, b *Order) int {
	order := a.CreatedAt.Compare(b.CreatedAt)
	if p.OrderBy == "update_time" {
		order = a.UpdatedAt.Compare(b.UpdatedAt)
	}
	order = cmp.Or(order, strings.Compare(a.ID, b.ID))
	if !p.OrderAsc {
		return -order
	}
	return order
}

func (s *Shop) douyinSearch(c *call) (any, *douyinFailure) {
	p := douyinSearchParams{Size: 10}
	if err := decodeExact(c.body, &p); err != nil {
		return nil, &douyinFailure{40004, "非法的业务参数", "isv.parameter-invalid", "业务参数类型错误"}
	}
	if wrong := p.check(); wrong != "" {
		return nil, &douyinFailure{40004, "非法的业务参数", "isv.parameter-invalid", wrong}
	}
	found := []*Order{}
	for _, o := range s.orders.sequence {
		if p.matches(o) {
			found = append(found, o)
		}
	}
	slices.SortFunc(found, p.compare)
	from := min(p.Page*p.Size, len(found))
	list := []douyinOrder{}
	for _, o := range found[from:min(from+p.Size, len(found))] {
		list = append(list, s.douyinView(o))
	}
	return struct {
		Page  int           `json:"page"`
		Total int           `json:"total"`
		Size  int           `json:"size"`
		List  []douyinOrder `json:"shop_order_list"`
	}{p.Page, len(found), p.Size, list}, nil
}
