package sign

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sluice/connect/secret"
	"sluice/engine/core"
	"sluice/engine/value"
)

// PDD signs for the Pinduoduo open platform. Every parameter that is sent is signed: those of the request's form, JSON
// object or query (a GET, which declares a read, is sent as the POST that the platform wants), and the common ones,
// which the request may set itself.
type PDD struct {
	Entropy      Entropy
	ClientID     string
	ClientSecret secret.Text
	// AccessToken is of the shop; empty for calls without one.
	AccessToken secret.Text
}

// Sign implements Signer.
func (p *PDD) Sign(r *Request) error {
	form, err := texts(r)
	if err != nil {
		return err
	}
	if form["type"] == "" {
		return errors.New("a request to Pinduoduo needs the parameter type, for example pdd.order.information.get")
	}
	common := map[string]string{
		"client_id":    p.ClientID,
		"access_token": p.AccessToken.Reveal(),
		"timestamp":    strconv.FormatInt(p.Entropy.Now().Unix(), 10),
		"data_type":    "JSON",
		"version":      "V1",
	}
	for name, text := range common {
		if _, given := form[name]; !given {
			form[name] = text
		}
	}
	delete(form, "sign")
	form["sign"] = SignPDD(p.ClientSecret, form)

	encoded := url.Values{}
	for name, text := range form {
		if text != "" {
			encoded.Set(name, text)
		}
	}
	r.Method = http.MethodPost
	r.URL.RawQuery = ""
	r.Body = []byte(encoded.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return nil
}

// SignPDD is the sign parameter: empty values are left out, the rest is sorted and joined between two secrets.
func SignPDD(clientSecret secret.Text, params map[string]string) string {
	names := make([]string, 0, len(params))
	for name, text := range params {
		if name != "sign" && text != "" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var b strings.Builder
	b.WriteString(clientSecret.Reveal())
	for _, name := range names {
		b.WriteString(name)
		b.WriteString(params[name])
	}
	b.WriteString(clientSecret.Reveal())
	sum := md5.Sum([]byte(b.String()))
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// texts are the business parameters of a request as one flat form: strings as they are, everything else as JSON text.
func texts(r *Request) (map[string]string, error) {
	params, err := business(r)
	if err != nil {
		return nil, err
	}
	form := make(map[string]string, len(params)+6)
	for name, v := range params {
		if text, ok := v.(string); ok {
			form[name] = text
			continue
		}
		if v == nil {
			continue
		}
		text, err := value.Encode(v)
		if err != nil {
			return nil, fmt.Errorf("the parameter %s: %w", name, err)
		}
		form[name] = string(text)
	}
	return form, nil
}

// business are the parameters of the call: of the body and of the query, which must not both name one.
func business(r *Request) (core.Object, error) {
	if r.Body != nil && r.Params == nil {
		return nil, errors.New("the body must be a JSON object or a form without repeated names, so that it can be signed")
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, errors.New("the query cannot be read: " + err.Error())
	}
	params := make(core.Object, len(r.Params)+len(query))
	maps.Copy(params, r.Params)
	for name, values := range query {
		if _, twice := params[name]; twice || len(values) != 1 {
			return nil, fmt.Errorf("the parameter %s is given twice", name)
		}
		params[name] = values[0]
	}
	return params, nil
}

// pddRetry are the error codes that another try can cure: those of load, and of internal errors. The code 10019 is
// not among them: the token has to be renewed first.
var pddRetry = map[int]bool{
	50000: true, 50001: true, 50002: true, 52001: true, 52002: true,
	52101: true, 52102: true, 52103: true, 70031: true,
}

func pddKind(code int) string {
	switch code {
	case 52101, 52102, 52103, 70031:
		return "throttled"
	case 10019, 20032:
		return "token"
	case 20004:
		return "signature"
	default:
		return "rejected"
	}
}

// Probe implements Prober: an order that is not there.
func (p *PDD) Probe() Probe {
	return Probe{Method: http.MethodPost, Params: core.Object{"type": "pdd.order.information.get", "order_sn": "000000-000000000000000"}}
}

// Reached implements Prober: business errors and those of load come after the check of app, token and network.
func (p *PDD) Reached(f *core.Failure) bool {
	code, _ := detail(f, "error_code").(int)
	return f.Code == "pdd.throttled" || code == 21001 || code == 21002 || code == 50001 || code == 50002
}

// Judge implements Signer: the platform refuses with HTTP 200 and an error_response.
func (p *PDD) Judge(a Answer) *core.Failure {
	answer, ok := object(a.Body)
	if !ok {
		return nil
	}
	refusal, ok := answer["error_response"].(core.Object)
	if !ok {
		return nil
	}
	code, _ := refusal["error_code"].(int)
	return &core.Failure{
		Code: "pdd." + pddKind(code),
		Message: fmt.Sprintf("Pinduoduo refused the call with error %d: %s%s",
			code, words(refusal, "error_msg"), bracketed(words(refusal, "sub_msg"))),
		Status:    a.Status,
		Body:      answer,
		Details:   pick(refusal, "error_code", "error_msg", "sub_code", "sub_msg", "request_id"),
		Permanent: !pddRetry[code],
	}
}

func object(body []byte) (core.Object, bool) {
	v, err := value.Decode(body)
	if err != nil {
		return nil, false
	}
	o, ok := v.(core.Object)
	return o, ok
}

func words(o core.Object, name string) string {
	text, _ := o[name].(string)
	return text
}

func bracketed(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func pick(o core.Object, names ...string) core.Object {
	out := core.Object{}
	for _, name := range names {
		if v, ok := o[name]; ok {
			out[name] = v
		}
	}
	return out
}
