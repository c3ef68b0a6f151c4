package shop

import (
	"bytes"
	"crypto"
	"crypto/md5"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

func (s *Shop) routeAlipay(mux *http.ServeMux) {
	mux.Handle("POST /gateway.do", s.serve(view{
		endpoint: func(r *http.Request, body []byte) string {
			if method := readAlipayForm(r, body)["method"]; method == "alipay.trade.query" || method == "alipay.trade.close" {
				return method
			}
			return "alipay.unknown"
		},
		handle: s.answerAlipay, refuse: s.refuseAlipay, seal: s.sealAlipay,
	}))
}

// readAlipayForm is the form and the query of a request, decoded; what cannot be read is left out, and then missed.
func readAlipayForm(r *http.Request, body []byte) map[string]string {
	form := map[string]string{}
	for _, text := range []string{r.URL.RawQuery, string(body)} {
		values, _ := url.ParseQuery(text)
		for name, all := range values {
			form[name] = all[0]
		}
	}
	return form
}

// alipayResult is the object under the response key.
type alipayResult struct {
	Code    string `json:"code"`
	Msg     string `json:"msg"`
	SubCode string `json:"sub_code,omitempty"`
	SubMsg  string `json:"sub_msg,omitempty"`
	*alipayTrade
}

// alipayTrade is a payment in Alipay's fields: money in yuan, times as text of UTC+8.
type alipayTrade struct {
	TradeNo      string `json:"trade_no"`
	OutTradeNo   string `json:"out_trade_no"`
	TradeStatus  string `json:"trade_status,omitempty"`
	TotalAmount  string `json:"total_amount,omitempty"`
	SendPayDate  string `json:"send_pay_date,omitempty"`
	BuyerLogonID string `json:"buyer_logon_id,omitempty"`
}

// alipayKeyHeader carries the response key from the answer to its seal, which takes it away.
const alipayKeyHeader = "X-Response-Key"

// alipayAnswer is an answer whose text is yet to be signed.
func alipayAnswer(c *call, result alipayResult) answer {
	key := "error_response"
	if c.endpoint != "alipay.unknown" {
		key = strings.ReplaceAll(c.endpoint, ".", "_") + "_response"
	}
	a := jsonAnswer(http.StatusOK, result)
	a.header[alipayKeyHeader] = key
	return a
}

func (s *Shop) refuseAlipay(c *call, o Outcome) answer {
	switch o {
	case Throttled:
		return alipayAnswer(c, alipayResult{Code: "40005", Msg: "Call Limited", SubCode: "isv.app-call-limited", SubMsg: "应用调用次数超限"})
	case Expired:
		return alipayAnswer(c, alipayResult{Code: "20001", Msg: "Insufficient Token Permissions", SubCode: "aop.invalid-app-auth-token", SubMsg: "无效的应用授权令牌"})
	default:
		return alipayAnswer(c, alipayResult{Code: "20000", Msg: "Service Currently Unavailable", SubCode: "aop.unknow-error", SubMsg: "系统繁忙"})
	}
}

func (s *Shop) answerAlipay(c *call) answer {
	form := readAlipayForm(c.Request, c.body)
	if sub, msg := s.checkAlipay(c, form); sub != "" {
		return alipayAnswer(c, alipayResult{Code: "40002", Msg: "Invalid Arguments", SubCode: sub, SubMsg: msg})
	}
	if c.endpoint == "alipay.unknown" {
		return alipayAnswer(c, alipayResult{Code: "40002", Msg: "Invalid Arguments", SubCode: "isv.invalid-method", SubMsg: "不存在的方法名"})
	}
	var biz struct {
		OutTradeNo string `json:"out_trade_no"`
		TradeNo    string `json:"trade_no"`
	}
	if decodeExact([]byte(form["biz_content"]), &biz) != nil || biz.OutTradeNo == "" && biz.TradeNo == "" {
		return alipayAnswer(c, alipayResult{Code: "40004", Msg: "Business Failed", SubCode: "ACQ.INVALID_PARAMETER", SubMsg: "参数无效"})
	}
	o := s.orders.byTransaction[biz.TradeNo]
	if biz.OutTradeNo != "" {
		o = s.orders.byID[biz.OutTradeNo]
	}
	if o == nil || o.Platform != Alipay {
		return alipayAnswer(c, alipayResult{Code: "40004", Msg: "Business Failed", SubCode: "ACQ.TRADE_NOT_EXIST", SubMsg: "交易不存在"})
	}
	trade := s.alipayTrade(o)
	if c.endpoint == "alipay.trade.close" {
		if trade.TradeStatus != "WAIT_BUYER_PAY" {
			return alipayAnswer(c, alipayResult{Code: "40004", Msg: "Business Failed", SubCode: "ACQ.TRADE_STATUS_ERROR", SubMsg: "交易状态不合法"})
		}
		s.move(o, Change{Status: Cancelled}, c.now)
		trade = alipayTrade{TradeNo: trade.TradeNo, OutTradeNo: o.ID}
	}
	return alipayAnswer(c, alipayResult{Code: "10000", Msg: "Success", alipayTrade: &trade})
}

// checkAlipay verifies the common parameters and the app's signature over everything that was sent; it answers the
// sub_code and what is wrong.
func (s *Shop) checkAlipay(c *call, form map[string]string) (sub, msg string) {
	for name, sub := range map[string]string{
		"app_id": "app-id", "method": "method", "charset": "charset", "sign_type": "signature-type", "timestamp": "timestamp",
		"version": "version", "sign": "signature",
	} {
		if form[name] == "" {
			return "isv.missing-" + sub, "缺少参数" + name
		}
	}
	switch {
	case form["app_id"] != s.creds.Alipay.AppID:
		return "isv.invalid-app-id", "无效的AppID参数"
	case form["sign_type"] != "RSA2":
		return "isv.invalid-signature-type", "无效的签名类型"
	case form["app_cert_sn"] != "" && form["app_cert_sn"] != s.keys.ready().certificates().app.sn:
		return "isv.app-cert-sn-invalid", "应用公钥证书序列号有误"
	case form["app_cert_sn"] != "" && form["alipay_root_cert_sn"] != s.keys.ready().certificates().root.sn:
		return "isv.alipay-root-cert-sn-invalid", "支付宝根证书序列号有误"
	}
	if _, err := time.ParseInLocation(time.DateTime, form["timestamp"], china); err != nil {
		return "isv.invalid-timestamp", "非法的时间戳参数"
	}
	var pairs []string
	for name, value := range form {
		if name != "sign" && value != "" {
			pairs = append(pairs, name+"="+value)
		}
	}
	// Names hold no character that sorts before the equals sign but the digits, and no name is another with a digit more.
	slices.Sort(pairs)
	sum := sha256.Sum256([]byte(strings.Join(pairs, "&")))
	signature, err := base64.StdEncoding.DecodeString(form["sign"])
	if err != nil || rsa.VerifyPKCS1v15(s.keys.ready().merchant, crypto.SHA256, sum[:], signature) != nil {
		return "isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配"
	}
	return "", ""
}

// sealAlipay signs the text of an answer as it stands and wraps both.
func (s *Shop) sealAlipay(c *call, a *answer) {
	key := a.header[alipayKeyHeader]
	delete(a.header, alipayKeyHeader)
	sum := sha256.Sum256(a.body)
	signature, err := rsa.SignPKCS1v15(nil, s.keys.ready().platform, crypto.SHA256, sum[:])
	if err != nil {
		return // only a key too short for SHA-256 could fail
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `{"%s":%s,"sign":"%s"`, key, a.body, base64.StdEncoding.EncodeToString(signature))
	if readAlipayForm(c.Request, c.body)["app_cert_sn"] != "" {
		fmt.Fprintf(&b, `,"alipay_cert_sn":"%s"`, s.keys.ready().certificates().alipay.sn)
	}
	b.WriteByte('}')
	a.body = b.Bytes()
	if !json.Valid(a.body) {
		a.status = http.StatusInternalServerError
	}
}

// certificateSN is the name that Alipay has for a certificate: the MD5 of its issuer and its serial number.
func certificateSN(issuer, serial string) string {
	sum := md5.Sum([]byte(issuer + serial))
	return hex.EncodeToString(sum[:])
}

func (s *Shop) alipayTrade(o *Order) alipayTrade {
	t := alipayTrade{
		TradeNo: s.transactionID(o), OutTradeNo: o.ID, TradeStatus: alipayTradeStatus(o),
		TotalAmount: fmt.Sprintf("%d.%02d", o.payAmount()/100, o.payAmount()%100), BuyerLogonID: "159****5620",
	}
	if !o.PaidAt.IsZero() {
		t.SendPayDate = o.PaidAt.In(china).Format(time.DateTime)
	}
	return t
}

// alipayTradeStatus: TRADE_CLOSED is both, closed without payment and refunded whole.
func alipayTradeStatus(o *Order) string {
	switch {
	case o.Status == Cancelled, o.Status == Refunded:
		return "TRADE_CLOSED"
	case o.PaidAt.IsZero():
		return "WAIT_BUYER_PAY"
	case o.Status == Completed:
		return "TRADE_FINISHED"
	default:
		return "TRADE_SUCCESS"
	}
}
