package shop

import (
	"crypto"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"maps"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"
)

func (s *Shop) routeWeChatPay(mux *http.ServeMux) {
	for pattern, name := range map[string]string{
		"GET /v3/pay/transactions/out-trade-no/{no}":        "wechatpay.query",
		"GET /v3/pay/transactions/id/{id}":                  "wechatpay.queryById",
		"POST /v3/pay/transactions/out-trade-no/{no}/close": "wechatpay.close",
		"/v3/": "wechatpay.unknown",
	} {
		mux.Handle(pattern, s.serve(view{endpoint: named(name), handle: s.answerWeChatPay, refuse: s.refuseWeChatPay, seal: s.sealWeChatPay}))
	}
}

type wechatFailure struct {
	status        int
	code, message string
	// field and issue fill the detail.
	field, issue string
}

func (f wechatFailure) answer() answer {
	type detail struct {
		Field    string `json:"field,omitempty"`
		Value    string `json:"value,omitempty"`
		Issue    string `json:"issue,omitempty"`
		Location string `json:"location,omitempty"`
	}
	body := struct {
		Code    string  `json:"code"`
		Message string  `json:"message"`
		Detail  *detail `json:"detail,omitempty"`
	}{f.code, f.message, nil}
	if f.field != "" || f.issue != "" {
		body.Detail = &detail{Field: f.field, Issue: f.issue}
	}
	return jsonAnswer(f.status, body)
}

func (s *Shop) refuseWeChatPay(_ *call, o Outcome) answer {
	if o == Throttled {
		return wechatFailure{http.StatusTooManyRequests, "FREQUENCY_LIMITED", "频率超限，请降低请求频率", "", ""}.answer()
	}
	return wechatFailure{http.StatusInternalServerError, "SYSTEM_ERROR", "系统异常，请稍后重试", "", ""}.answer()
}

func (s *Shop) answerWeChatPay(c *call) answer {
	if issue := s.checkWeChatAuthorization(c); issue != "" {
		return wechatFailure{http.StatusUnauthorized, "SIGN_ERROR", "签名错误", "signature", issue}.answer()
	}
	if c.endpoint == "wechatpay.unknown" {
		return wechatFailure{http.StatusNotFound, "RESOURCE_NOT_EXISTS", "请求的资源不存在", "", ""}.answer()
	}
	mchid := c.URL.Query().Get("mchid")
	if c.endpoint == "wechatpay.close" {
		var p struct {
			MchID string `json:"mchid"`
		}
		if decodeExact(c.body, &p) != nil {
			return wechatFailure{http.StatusBadRequest, "PARAM_ERROR", "参数错误", "body", "请求体不是合法的JSON"}.answer()
		}
		mchid = p.MchID
	}
	if mchid != s.creds.WeChatPay.MchID {
		return wechatFailure{http.StatusBadRequest, "PARAM_ERROR", "参数错误", "mchid", "mchid与签名商户不一致"}.answer()
	}
	o := s.wechatOrder(c)
	if o == nil {
		return wechatFailure{http.StatusNotFound, "ORDER_NOT_EXIST", "订单不存在", "", ""}.answer()
	}
	if c.endpoint == "wechatpay.close" {
		return s.closeWeChat(c, o)
	}
	return jsonAnswer(http.StatusOK, s.wechatTransaction(o))
}

func (s *Shop) wechatOrder(c *call) *Order {
	o := s.orders.byTransaction[c.PathValue("id")]
	if no := c.PathValue("no"); no != "" {
		o = s.orders.byID[no]
	}
	if o == nil || o.Platform != WeChat {
		return nil
	}
	return o
}

func (s *Shop) closeWeChat(c *call, o *Order) answer {
	switch s.wechatTransaction(o).TradeState {
	case "NOTPAY", "PAYERROR":
		s.move(o, Change{Status: Cancelled}, c.now)
		return answer{status: http.StatusNoContent}
	case "CLOSED":
		return wechatFailure{http.StatusBadRequest, "ORDER_CLOSED", "订单已关闭", "", ""}.answer()
	default:
		return wechatFailure{http.StatusBadRequest, "INVALID_REQUEST", "该订单已支付或正在支付，不能关闭", "", ""}.answer()
	}
}

var wechatAuthorization = regexp.MustCompile(`(\w+)="([^"]*)"`)

// checkWeChatAuthorization verifies the merchant's signature over the request as it came; it answers what is wrong.
func (s *Shop) checkWeChatAuthorization(c *call) string {
	scheme, rest, _ := strings.Cut(c.Header.Get("Authorization"), " ")
	if scheme != "WECHATPAY2-SHA256-RSA2048" {
		return "Authorization的认证类型应为WECHATPAY2-SHA256-RSA2048"
	}
	field := map[string]string{}
	for _, match := range wechatAuthorization.FindAllStringSubmatch(rest, -1) {
		field[match[1]] = match[2]
	}
	if field["mchid"] != s.creds.WeChatPay.MchID {
		return "mchid不存在"
	}
	if field["serial_no"] != s.creds.WeChatPay.MerchantSerial {
		return "商户证书序列号有误"
	}
	sent, err := strconv.ParseInt(field["timestamp"], 10, 64)
	if err != nil || c.now.Sub(time.Unix(sent, 0)).Abs() > 5*time.Minute {
		return "timestamp与服务器时间相差超过5分钟"
	}
	if field["nonce_str"] == "" {
		return "缺少nonce_str"
	}
	signature, err := base64.StdEncoding.DecodeString(field["signature"])
	message := sha256.Sum256([]byte(c.Method + "\n" + c.RequestURI + "\n" + field["timestamp"] + "\n" + field["nonce_str"] + "\n" + string(c.body) + "\n"))
	if err != nil || rsa.VerifyPKCS1v15(s.keys.ready().merchant, crypto.SHA256, message[:], signature) != nil {
		return "验签失败"
	}
	return ""
}

// sealWeChatPay signs an answer with the platform's key; a 204 is signed over an empty body.
func (s *Shop) sealWeChatPay(c *call, a *answer) {
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header["Request-ID"] = strings.ToUpper(s.token("wechat request", c.endpoint, c.number()))
	maps.Copy(a.header, s.wechatSignature(c.now, s.token("wechat nonce", c.endpoint, c.number()), a.body))
}

// wechatSignature gives the headers that prove that a body comes from WeChat Pay.
func (s *Shop) wechatSignature(now time.Time, nonce string, body []byte) map[string]string {
	timestamp := strconv.FormatInt(now.Unix(), 10)
	message := sha256.Sum256([]byte(timestamp + "\n" + nonce + "\n" + string(body) + "\n"))
	signature, err := rsa.SignPKCS1v15(nil, s.keys.ready().platform, crypto.SHA256, message[:])
	if err != nil {
		return nil // only a key too short for SHA-256 could fail, and callers then see an unsigned answer
	}
	return map[string]string{
		"Wechatpay-Timestamp": timestamp, "Wechatpay-Nonce": nonce, "Wechatpay-Serial": s.creds.WeChatPay.PlatformSerial,
		"Wechatpay-Signature": base64.StdEncoding.EncodeToString(signature), "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
	}
}

// transaction is a payment in WeChat Pay's fields: money in fen, times RFC 3339 with +08:00.
type transaction struct {
	MchID          string      `json:"mchid"`
	AppID          string      `json:"appid"`
	OutTradeNo     string      `json:"out_trade_no"`
	TransactionID  string      `json:"transaction_id,omitempty"`
	TradeType      string      `json:"trade_type,omitempty"`
	TradeState     string      `json:"trade_state"`
	TradeStateDesc string      `json:"trade_state_desc"`
	BankType       string      `json:"bank_type,omitempty"`
	Attach         string      `json:"attach"`
	SuccessTime    string      `json:"success_time,omitempty"`
	Payer          *payer      `json:"payer,omitempty"`
	Amount         tradeAmount `json:"amount"`
}

type payer struct {
	OpenID string `json:"openid"`
}

type tradeAmount struct {
	Total         int64  `json:"total"`
	PayerTotal    int64  `json:"payer_total,omitempty"`
	Currency      string `json:"currency"`
	PayerCurrency string `json:"payer_currency,omitempty"`
}

func (s *Shop) transactionID(o *Order) string {
	return "4200" + digits(s.draw("wechat transaction", o.ID), 24)
}

func wechatTradeState(o *Order) string {
	switch {
	case o.TradeState != "":
		return o.TradeState
	case o.Status == Cancelled:
		return "CLOSED"
	case o.Status == Refunded, o.Status == PartiallyRefunded:
		return "REFUND"
	case o.PaidAt.IsZero():
		return "NOTPAY"
	default:
		return "SUCCESS"
	}
}

func (s *Shop) wechatTransaction(o *Order) transaction {
	texts := map[string]string{"SUCCESS": "支付成功", "REFUND": "订单发生过退款", "NOTPAY": "订单未支付", "CLOSED": "订单已关闭", "REVOKED": "订单已撤销",
		"USERPAYING": "用户支付中", "PAYERROR": "支付失败", "ACCEPT": "已接收，等待扣款"}
	state := wechatTradeState(o)
	t := transaction{MchID: s.creds.WeChatPay.MchID, AppID: s.creds.WeChatPay.AppID, OutTradeNo: o.ID, TradeState: state, TradeStateDesc: texts[state],
		Amount: tradeAmount{Total: o.payAmount(), Currency: "CNY"}}
	if state == "SUCCESS" || state == "REFUND" {
		t.TransactionID, t.TradeType, t.BankType = s.transactionID(o), "JSAPI", "OTHERS"
		t.SuccessTime = o.PaidAt.In(china).Format(time.RFC3339)
		t.Payer = &payer{"o" + s.token("wechat openid", o.Buyer.Phone)[:27]}
		t.Amount.PayerTotal, t.Amount.PayerCurrency = o.payAmount(), "CNY"
	}
	return t
}

// sealResource encrypts what a callback carries: AES-256-GCM, the tag at the end.
func (s *Shop) sealResource(plain []byte, nonce, associated string) string {
	block, err := aes.NewCipher([]byte(s.creds.WeChatPay.APIv3Key))
	if err != nil {
		return "" // New has checked the length of the key
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return "" // every AES block can carry GCM
	}
	return base64.StdEncoding.EncodeToString(gcm.Seal(nil, []byte(nonce), plain, []byte(associated)))
}
