package shop

import (
	"bytes"
	"crypto/md5"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// pddParams are the parameters of one request, common and business, as text.
type pddParams map[string]string

func (s *Shop) routePDD(mux *http.ServeMux) {
	mux.Handle("POST /api/router", s.serve(view{
		endpoint: func(r *http.Request, body []byte) string {
			p, _ := readPDDParams(r, body)
			if _, known := pddMethods()[p["type"]]; known {
				return p["type"]
			}
			return "pdd.unknown"
		},
		handle: s.answerPDD,
		refuse: s.refusePDD,
	}))
}

// readPDDParams takes a form, or a JSON object whose texts stand for themselves and whose other values stand for their JSON.
func readPDDParams(r *http.Request, body []byte) (pddParams, error) {
	p := pddParams{}
	if media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media == "application/json" {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(body, &object); err != nil {
			return nil, err
		}
		for name, raw := range object {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			p[name] = text
		}
		return p, nil
	}
	form, err := url.ParseQuery(string(body))
	for name, values := range form {
		p[name] = values[0]
	}
	return p, err
}

// pddFailure is Pinduoduo's error_response; codes outside the published table (10000, 10001) are this package's.
type pddFailure struct {
	code int
	msg  string
	// subCode and subMsg are null in the answer when empty.
	subCode, subMsg string
}

func pddError(s *Shop, c *call, f pddFailure) answer {
	text := func(t string) *string {
		if t == "" {
			return nil
		}
		return &t
	}
	type response struct {
		ErrorCode int     `json:"error_code"`
		ErrorMsg  string  `json:"error_msg"`
		SubCode   *string `json:"sub_code"`
		SubMsg    *string `json:"sub_msg"`
		RequestID string  `json:"request_id"`
	}
	return jsonAnswer(http.StatusOK, struct {
		Error response `json:"error_response"`
	}{response{f.code, f.msg, text(f.subCode), text(f.subMsg), s.pddRequestID(c)}})
}

func (s *Shop) pddRequestID(c *call) string {
	return strconv.FormatInt(c.now.UnixMilli(), 10) + "-" + s.token("pdd request", c.endpoint, c.number())
}

func (s *Shop) refusePDD(c *call, o Outcome) answer {
	switch o {
	case Throttled:
		return pddError(s, c, pddFailure{70031, "调用过于频繁，请调整调用频率", "", ""})
	case Expired:
		return pddError(s, c, pddFailure{10019, "access_token已过期", "", ""})
	default:
		return pddError(s, c, pddFailure{50000, "系统内部错误", "50000", "服务内部异常，请稍后重试"})
	}
}

// pddMethod answers one type with the object that stands under its response key.
type pddMethod struct {
	key    string
	answer func(*Shop, *call, pddParams) (pddResult, *pddFailure)
}

// pddResult is the object under the response key; the request id is put into it.
type pddResult map[string]any

func pddMethods() map[string]pddMethod {
	return map[string]pddMethod{
		"pdd.order.number.list.increment.get": {"order_sn_increment_get_response", (*Shop).pddIncrement},
		"pdd.order.list.get":                  {"order_list_get_response", (*Shop).pddList},
		"pdd.order.information.get":           {"order_info_get_response", (*Shop).pddInformation},
		"pdd.order.status.get":                {"order_status_get_response", (*Shop).pddStatuses},
	}
}

func (s *Shop) answerPDD(c *call) answer {
	p, err := readPDDParams(c.Request, c.body)
	if err != nil {
		return pddError(s, c, pddFailure{10000, "公共参数错误", "", err.Error()})
	}
	if f := s.checkPDD(c, p); f != nil {
		return pddError(s, c, *f)
	}
	method, known := pddMethods()[p["type"]]
	if !known {
		return pddError(s, c, pddFailure{20034, "接口已下线或不存在: " + p["type"], "", ""})
	}
	result, f := method.answer(s, c, p)
	if f != nil {
		return pddError(s, c, *f)
	}
	result["request_id"] = s.pddRequestID(c)
	return jsonAnswer(http.StatusOK, map[string]pddResult{method.key: result})
}

// checkPDD verifies the common parameters, the signature and the token.
func (s *Shop) checkPDD(c *call, p pddParams) *pddFailure {
	for _, name := range []string{"type", "client_id", "timestamp", "sign"} {
		if p[name] == "" {
			return &pddFailure{10000, "公共参数错误:" + name, "", ""}
		}
	}
	if p["client_id"] != s.creds.PDD.ClientID {
		return &pddFailure{20032, "client_id错误", "", ""}
	}
	sent, err := strconv.ParseInt(p["timestamp"], 10, 64)
	if err != nil || c.now.Sub(time.Unix(sent, 0)).Abs() > 10*time.Minute {
		return &pddFailure{10000, "公共参数错误:timestamp", "", "timestamp应为秒，且与服务器时间相差不超过10分钟"}
	}
	if subtle.ConstantTimeCompare([]byte(p["sign"]), []byte(pddSign(s.creds.PDD.ClientSecret, p))) != 1 {
		return &pddFailure{20004, "签名sign校验失败", "20004", "sign应为大写MD5，见签名规则"}
	}
	if p["access_token"] != s.creds.PDD.AccessToken {
		return &pddFailure{20032, "access_token错误", "", ""}
	}
	return nil
}

// pddSign is the upper-case hex MD5 of the secret, all names and values sorted by name, and the secret again; sign itself
// and empty values are left out.
func pddSign(secret string, p pddParams) string {
	var b bytes.Buffer
	b.WriteString(secret)
	for _, name := range slices.Sorted(maps.Keys(p)) {
		if name != "sign" && p[name] != "" {
			b.WriteString(name + p[name])
		}
	}
	b.WriteString(secret)
	sum := md5.Sum(b.Bytes())
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// whole reads a required or defaulted whole number within bounds.
func (p pddParams) whole(name, fallback string, low, high int64) (int64, *pddFailure) {
	text := p[name]
	if text == "" {
		text = fallback
	}
	if text == "" {
		return 0, &pddFailure{21002, "业务参数不能为空:" + name, "", ""}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < low || n > high {
		return 0, &pddFailure{21001, "业务参数错误:" + name, "", fmt.Sprintf("%s应在%d到%d之间", name, low, high)}
	}
	return n, nil
}

// pddQuery is what both list types ask for.
type pddQuery struct {
	start, end, status, refund, page, size int64
	hasNext                                bool
}

const latest = 1 << 40

func (p pddParams) query(start, end string, span time.Duration) (pddQuery, *pddFailure) {
	var q pddQuery
	for _, field := range []struct {
		to             *int64
		name, fallback string
		low, high      int64
	}{
		{&q.start, start, "", 0, latest}, {&q.end, end, "", 0, latest},
		{&q.status, "order_status", "", 1, 5}, {&q.refund, "refund_status", "", 1, 5},
		{&q.page, "page", "1", 1, latest}, {&q.size, "page_size", "100", 1, 100},
	} {
		var f *pddFailure
		if *field.to, f = p.whole(field.name, field.fallback, field.low, field.high); f != nil {
			return q, f
		}
	}
	if q.end < q.start || q.end-q.start > int64(span/time.Second) {
		return q, &pddFailure{21001, "业务参数错误:时间跨度", "", fmt.Sprintf("%s不能早于%s，且跨度不超过%d分钟", end, start, span/time.Minute)}
	}
	q.hasNext = p["use_has_next"] == "true"
	return q, nil
}

// pddFind takes the orders that the aggregate behind the lists shows by now, in the order of the given moment, and cuts
// one page.
func (s *Shop) pddFind(c *call, q pddQuery, moment func(*Order) time.Time, key string) pddResult {
	var found []*Order
	for _, o := range s.orders.sequence {
		if o.Platform != PDD || o.UpdatedAt.Add(s.options.PDDLag).After(c.now) {
			continue
		}
		at, v := moment(o).Unix(), pddStatusOf(o)
		if !moment(o).IsZero() && at >= q.start && at <= q.end && (q.status == 5 || q.status == int64(v.order)) && (q.refund == 5 || q.refund == int64(v.refund)) {
			found = append(found, o)
		}
	}
	slices.SortStableFunc(found, func(a, b *Order) int {
		if order := moment(a).Compare(moment(b)); order != 0 {
			return order
		}
		return strings.Compare(a.ID, b.ID)
	})
	from := min((q.page-1)*q.size, int64(len(found)))
	to := min(from+q.size, int64(len(found)))
	list := []pddOrder{}
	for _, o := range found[from:to] {
		list = append(list, s.pddView(o))
	}
	if q.hasNext {
		return pddResult{key: list, "has_next": to < int64(len(found))}
	}
	return pddResult{key: list, "total_count": len(found)}
}

func (s *Shop) pddIncrement(c *call, p pddParams) (pddResult, *pddFailure) {
	if _, f := p.whole("is_lucky_flag", "", 0, 2); f != nil {
		return nil, f
	}
	q, f := p.query("start_updated_at", "end_updated_at", 30*time.Minute)
	if f != nil {
		return nil, f
	}
	return s.pddFind(c, q, func(o *Order) time.Time { return o.UpdatedAt }, "order_sn_list"), nil
}

func (s *Shop) pddList(c *call, p pddParams) (pddResult, *pddFailure) {
	q, f := p.query("start_confirm_at", "end_confirm_at", 24*time.Hour)
	if f != nil {
		return nil, f
	}
	return s.pddFind(c, q, func(o *Order) time.Time { return o.PaidAt }, "order_list"), nil
}

func (s *Shop) pddInformation(_ *call, p pddParams) (pddResult, *pddFailure) {
	if p["order_sn"] == "" {
		return nil, &pddFailure{21002, "业务参数不能为空:order_sn", "", ""}
	}
	o := s.orders.byID[p["order_sn"]]
	if o == nil || o.Platform != PDD {
		return nil, &pddFailure{50001, "业务服务错误", "50001", "订单不存在"}
	}
	return pddResult{"order_info": s.pddView(o)}, nil
}

func (s *Shop) pddStatuses(_ *call, p pddParams) (pddResult, *pddFailure) {
	numbers := strings.Split(p["order_sns"], ",")
	if p["order_sns"] == "" {
		return nil, &pddFailure{21002, "业务参数不能为空:order_sns", "", ""}
	}
	if len(numbers) > 50 {
		return nil, &pddFailure{21001, "业务参数错误:order_sns", "", "单次最多查询50个订单"}
	}
	type status struct {
		OrderSN      string `json:"orderSn"` // Pinduoduo spells it this way here alone
		OrderStatus  int    `json:"order_status"`
		RefundStatus int    `json:"refund_status"`
	}
	list := []status{}
	for _, number := range numbers {
		if o := s.orders.byID[number]; o != nil && o.Platform == PDD {
			v := pddStatusOf(o)
			list = append(list, status{o.ID, v.order, v.refund})
		}
	}
	return pddResult{"order_status_list": list}, nil
}
