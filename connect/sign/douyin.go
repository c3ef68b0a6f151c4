package sign

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sluice/connect/secret"
	"sluice/engine/core"
	"sluice/engine/value"
)

// Douyin signs for the Douyin shop open platform (抖店). The request's JSON object, its form or its query (a GET, which
// declares a read, is sent as the POST that the platform wants) becomes param_json, and the path becomes the method:
// /order/searchList is order.searchList.
type Douyin struct {
	Entropy   Entropy
	AppKey    string
	AppSecret secret.Text
	// AccessToken is of the shop; empty for calls without one. It is not part of what is signed.
	AccessToken secret.Text
}

// Sign implements Signer.
func (d *Douyin) Sign(r *Request) error {
	params, err := business(r)
	if err != nil {
		return err
	}
	body, err := value.Encode(params)
	if err != nil {
		return fmt.Errorf("the body cannot be written as param_json: %w", err)
	}
	method := strings.ReplaceAll(strings.Trim(r.Path, "/"), "/", ".")
	if method == "" {
		return errors.New("a request to the Douyin shop platform needs a path, for example /order/searchList")
	}
	timestamp := strconv.FormatInt(d.Entropy.Now().Unix(), 10)
	query := url.Values{
		"app_key":     {d.AppKey},
		"method":      {method},
		"timestamp":   {timestamp},
		"v":           {"2"},
		"sign_method": {"hmac-sha256"},
		"sign":        {SignDouyin(d.AppKey, d.AppSecret, method, string(body), timestamp)},
	}
	if !d.AccessToken.Empty() {
		query.Set("access_token", d.AccessToken.Reveal())
	}
	r.Method = http.MethodPost
	r.URL.RawQuery = query.Encode()
	r.Body = body
	r.Header.Set("Content-Type", "application/json;charset=UTF-8")
	r.Header.Set("X-Open-No-Old-Err-Code", "1")
	return nil
}

// SignDouyin is the sign parameter (sign_method hmac-sha256) of a call whose body is paramJSON, byte for byte.
func SignDouyin(appKey string, appSecret secret.Text, method, paramJSON, timestamp string) string {
	key := appSecret.Reveal()
	pattern := "app_key" + appKey + "method" + method + "param_json" + paramJSON + "timestamp" + timestamp + "v2"
	return hex.EncodeToString(hmacSHA256(key, key+pattern+key))
}

const douyinOK = 10000

// Probe implements Prober: an order that is not there.
func (d *Douyin) Probe() Probe {
	return Probe{Method: http.MethodPost, Path: "/order/orderDetail", Params: core.Object{"shop_order_id": "1"}}
}

// Reached implements Prober: business errors and those of load come after the check of app, token and network.
func (d *Douyin) Reached(f *core.Failure) bool {
	code, _ := detail(f, "code").(int)
	return f.Code == "douyin.throttled" || f.Code == "douyin.rejected" && (code == 40004 || code == 50002)
}

// Judge implements Signer: the platform refuses with HTTP 200 and a code other than 10000 (older gateways: err_no).
func (d *Douyin) Judge(a Answer) *core.Failure {
	answer, ok := object(a.Body)
	if !ok {
		return nil
	}
	code, coded := answer["code"].(int)
	message := words(answer, "msg")
	if !coded {
		if code, coded = answer["err_no"].(int); !coded {
			return nil
		}
		message = words(answer, "message")
	}
	if code == douyinOK || code == 0 {
		return nil
	}
	sub := words(answer, "sub_code")
	return &core.Failure{
		Code: "douyin." + douyinKind(code, sub),
		Message: fmt.Sprintf("the Douyin shop platform refused the call with code %d: %s%s",
			code, message, bracketed(strings.TrimSpace(sub+" "+words(answer, "sub_msg")))),
		Status:    a.Status,
		Body:      answer,
		Details:   pick(answer, "code", "msg", "err_no", "message", "sub_code", "sub_msg", "log_id"),
		Permanent: !douyinRetry[code],
		// A call that timed out behind the gateway, or that was done in part, may have taken effect.
		Unknown: code == 20001 || code == 10001 || code == 50001,
	}
}

// douyinRetry are the codes that another try can cure: service unavailable, timeout, platform failure, throttled.
var douyinRetry = map[int]bool{20000: true, 20001: true, 50001: true, 60000: true}

func douyinKind(code int, sub string) string {
	switch {
	case code == 60000:
		return "throttled"
	case code == 20000, code == 20001:
		return "unavailable"
	case strings.Contains(sub, "access-token"), strings.Contains(sub, "authorization"):
		return "token"
	case strings.Contains(sub, "signature"), strings.Contains(sub, "timestamp-invalid"):
		return "signature"
	default:
		return "rejected"
	}
}
