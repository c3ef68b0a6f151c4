package shop

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// erpTokenLife is how long an access token of the ERP is good.
const erpTokenLife = 2 * time.Minute

func (s *Shop) routeERP(mux *http.ServeMux) {
	routes := map[string]struct {
		name   string
		handle func(*call) answer
	}{
		"POST /erp/oauth/token":            {"erp.token", s.erpToken},
		"GET /erp/{scheme}/orders/{order}": {"erp.orders.get", s.erpOrder},
		"POST /erp/{scheme}/orders":        {"erp.orders.find", s.erpOrder},
	}
	for pattern, route := range routes {
		mux.Handle(pattern, s.serve(view{endpoint: named(route.name), handle: route.handle, refuse: s.refuseERP}))
	}
}

func erpFailure(status int, code, description string) answer {
	return jsonAnswer(status, map[string]string{"error": code, "error_description": description})
}

func (s *Shop) refuseERP(_ *call, o Outcome) answer {
	switch o {
	case Throttled:
		a := erpFailure(http.StatusTooManyRequests, "slow_down", "too many calls")
		a.header["Retry-After"] = "2"
		return a
	case Expired:
		return erpFailure(http.StatusUnauthorized, "invalid_token", "the token has expired")
	default:
		return erpFailure(http.StatusServiceUnavailable, "unavailable", "down for maintenance")
	}
}

// erpToken is the client credentials grant of RFC 6749, 4.4; credentials in the header or in the form.
func (s *Shop) erpToken(c *call) answer {
	form, err := url.ParseQuery(string(c.body))
	if err != nil || form.Get("grant_type") != "client_credentials" {
		return erpFailure(http.StatusBadRequest, "unsupported_grant_type", "client_credentials is supported")
	}
	id, secret, inHeader := c.BasicAuth()
	if !inHeader {
		id, secret = form.Get("client_id"), form.Get("client_secret")
	}
	if !same(id, s.creds.ERP.ClientID) || !same(secret, s.creds.ERP.ClientSecret) {
		return erpFailure(http.StatusUnauthorized, "invalid_client", "client_id or client_secret is wrong")
	}
	token := s.token("erp token", c.number())
	s.erpTokens.put(token, c.now.Add(erpTokenLife))
	return jsonAnswer(http.StatusOK, map[string]any{
		"access_token": token, "token_type": "Bearer", "expires_in": int(erpTokenLife.Seconds()),
	})
}

// erpOrder answers an order whose id stands in the path or, as JSON, in the body.
func (s *Shop) erpOrder(c *call) answer {
	if why := s.checkERP(c); why != "" {
		a := erpFailure(http.StatusUnauthorized, "unauthorized", why)
		a.header["WWW-Authenticate"] = `Basic realm="erp"`
		return a
	}
	id := c.PathValue("order")
	if id == "" {
		var p struct {
			OrderID string `json:"order_id"`
		}
		if decodeExact(c.body, &p) != nil {
			return erpFailure(http.StatusBadRequest, "bad_request", "the body is not JSON")
		}
		id = p.OrderID
	}
	o := s.orders.byID[id]
	if o == nil {
		return erpFailure(http.StatusNotFound, "not_found", "there is no such order")
	}
	return jsonAnswer(http.StatusOK, map[string]any{"order_id": o.ID, "order_status": string(o.Status), "pay_amount": o.payAmount()})
}

// checkERP verifies the caller in the way that the path names; it answers what is wrong.
func (s *Shop) checkERP(c *call) string {
	erp, authorization := s.creds.ERP, c.Header.Get("Authorization")
	switch c.PathValue("scheme") {
	case "basic":
		text, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(authorization, "Basic "))
		if err != nil || !strings.HasPrefix(authorization, "Basic ") || !same(string(text), erp.User+":"+erp.Password) {
			return "user or password is wrong"
		}
	case "bearer":
		if !same(authorization, "Bearer "+erp.Token) {
			return "the token is wrong"
		}
	case "header":
		if !same(c.Header.Get("X-Api-Key"), erp.Token) {
			return "X-Api-Key is wrong"
		}
	case "hmac":
		mac := hmac.New(sha256.New, []byte(erp.Secret))
		_, _ = mac.Write(c.body)
		if !same(c.Header.Get("X-Signature"), hex.EncodeToString(mac.Sum(nil))) {
			return "X-Signature is not the hex HMAC-SHA256 of the body"
		}
	case "oauth":
		end, known := s.erpTokens.entries[strings.TrimPrefix(authorization, "Bearer ")]
		if !known || !c.now.Before(end) {
			return "the access token is unknown or over"
		}
	default:
		return "there is no such way in"
	}
	return ""
}

// same compares without telling by its time how much is alike; nothing is the same as an empty text.
func same(given, want string) bool {
	return want != "" && subtle.ConstantTimeCompare([]byte(given), []byte(want)) == 1
}
