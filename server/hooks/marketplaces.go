package hooks

import (
	"bytes"
	"crypto/md5"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/engine/core"
	"sluice/engine/value"
)

// platformTolerance is how far the clocks of Pinduoduo and Douyin, which sign a time, may be from ours.
const platformTolerance = 10 * time.Minute

// checkPDD verifies what Pinduoduo signs as it has its own calls signed: MD5 over all parameters, of the query and of a
// form or JSON body, between two secrets.
func checkPDD(v *verification, d *Delivery, keys keyring, now time.Time) (proof, error) {
	key, err := keys.secret(pddNames...)
	if err != nil {
		return proof{}, err
	}
	params, err := parameters(d)
	if err != nil {
		return proof{}, err
	}
	given := params["sign"]
	if given == "" {
		return proof{}, errors.New("the parameter sign is missing")
	}
	if !equal(strings.ToUpper(given), sign.SignPDD(secret.New(key), params)) {
		return proof{}, errMismatch
	}
	if own := keys.setting("clientId"); own != "" && params["client_id"] != "" && params["client_id"] != own {
		return proof{}, errors.New("the message is for another client_id")
	}
	sent, err := unixTime(params["timestamp"])
	if err != nil {
		return proof{}, err
	}
	if err := v.within(platformTolerance, sent, now); err != nil {
		return proof{}, err
	}
	p := proof{key: given, ack: core.Object{"success": true}}
	for _, name := range []string{"msg_id", "message_id"} {
		if params[name] != "" {
			p.key = params[name]
		}
	}
	return p, nil
}

func refusePDD(message string) core.Value {
	return core.Object{"success": false, "error_response": core.Object{"error_code": pddSignWrong, "error_msg": message}}
}

const (
	// pddSignWrong is Pinduoduo's code for a wrong sign.
	pddSignWrong = 20004
	// douyinSignWrong is what the platform's own library answers to a wrong sign.
	douyinSignWrong = 10001
)

// parameters are those of the query and of the body, a form or a JSON object: text as it is, anything else as the JSON
// that was sent. Of one that comes twice nobody knows which was signed, so there must be none.
func parameters(d *Delivery) (map[string]string, error) {
	params, err := single(d.Query)
	if err != nil {
		return nil, err
	}
	body := map[string]string{}
	if trimmed := bytes.TrimSpace(d.Body); len(trimmed) > 0 && trimmed[0] == '{' {
		fields := map[string]json.RawMessage{}
		if err := json.Unmarshal(trimmed, &fields); err != nil {
			return nil, errors.New("the body is not JSON")
		}
		for name, raw := range fields {
			var text string
			if json.Unmarshal(raw, &text) != nil {
				text = string(raw)
			}
			body[name] = text
		}
	} else if body, err = single(string(d.Body)); err != nil {
		return nil, err
	}
	for name, text := range body {
		if _, twice := params[name]; twice {
			return nil, errors.New("a parameter comes in the query and in the body")
		}
		params[name] = text
	}
	return params, nil
}

// unixTime reads a time in seconds or, with 13 digits, in milliseconds.
func unixTime(text string) (time.Time, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return time.Time{}, errors.New("the timestamp is not in seconds or milliseconds of Unix time")
	case len(text) >= 13:
		return time.UnixMilli(n), nil
	}
	return time.Unix(n, 0), nil
}

// checkDouyin verifies what comes from Douyin: a message of the shop platform (event-sign), a call of a service that the
// shop offers (SPI), or an event of the open platform for mini programs (X-Douyin-Signature).
func checkDouyin(v *verification, d *Delivery, keys keyring, now time.Time) (proof, error) {
	key, err := keys.secret(douyinNames...)
	if err != nil {
		return proof{}, err
	}
	switch {
	case d.header("event-sign") != "":
		return douyinMessages(d, keys, key)
	case d.header("x-douyin-signature") != "":
		return douyinEvent(d, key)
	}
	return douyinService(v, d, keys, key, now)
}

func refuseDouyin(message string) core.Value {
	return core.Object{"code": douyinSignWrong, "msg": message, "message": message}
}

// blanks are what one of the platform's libraries takes out of a body before it signs it.
var blanks = strings.NewReplacer(" ", "", "\n", "", "\r", "", "\t", "")

// douyinMessages verifies a list of messages {tag, msg_id, data} and decodes their data, which is JSON in a text.
func douyinMessages(d *Delivery, keys keyring, key string) (proof, error) {
	app := d.header("app-id")
	if own := keys.setting("appKey"); own != "" && own != app {
		return proof{}, errors.New("the message is for another app-id")
	}
	given := strings.ToLower(d.header("event-sign"))
	body := string(d.Body)
	digest := func(body string) string {
		sum := md5.Sum([]byte(app + body + key))
		return hex.EncodeToString(sum[:])
	}
	if !equal(given, digest(body)) && !equal(given, digest(blanks.Replace(body))) {
		return proof{}, errMismatch
	}
	p := opened(body)
	messages, ok := p.body.(core.List)
	if !ok {
		return proof{}, errors.New("the body is not a list of messages")
	}
	var ids []string
	probes := 0
	for _, message := range messages {
		object, ok := message.(core.Object)
		if !ok {
			return proof{}, errors.New("a message is not an object")
		}
		ids = append(ids, textOf(object, "msg_id"))
		if textOf(object, "tag") == "0" {
			probes++
		}
		if data, err := value.DecodeString(textOf(object, "data")); err == nil {
			object["data"] = data
		}
	}
	p.key, p.ack = strings.Join(ids, ","), core.Object{"code": 0, "msg": "success"}
	if len(messages) > 0 && probes == len(messages) {
		p.challenge = p.ack
	}
	return p, nil
}

// douyinEvent verifies an event of the open platform. The SHA-1 of a secret and a text can be continued by others, but
// not into JSON.
func douyinEvent(d *Delivery, key string) (proof, error) {
	sum := sha1.Sum(append([]byte(key), d.Body...))
	if !equal(strings.ToLower(d.header("x-douyin-signature")), hex.EncodeToString(sum[:])) {
		return proof{}, errMismatch
	}
	p := opened(string(d.Body))
	event, ok := p.body.(core.Object)
	if !ok {
		return proof{}, errors.New("the body is not an event")
	}
	if text, ok := event["content"].(string); ok {
		if content, err := value.DecodeString(text); err == nil {
			event["content"] = content
		}
	}
	p.key, p.ack = d.header("msg-id"), core.Object{"code": 0, "msg": "success"}
	if event["event"] == "verify_webhook" {
		content, _ := event["content"].(core.Object)
		p.challenge = core.Object{"challenge": content["challenge"]}
	}
	return p, nil
}

// douyinService verifies a call of the shop platform to a service of ours: sign or sign_v2 is over app_key, param_json
// and timestamp between two secrets.
func douyinService(v *verification, d *Delivery, keys keyring, key string, now time.Time) (proof, error) {
	params, err := parameters(d)
	if err != nil {
		return proof{}, err
	}
	given := []string{strings.ToLower(params["sign"]), strings.ToLower(params["sign_v2"])}
	if given[0] == "" && given[1] == "" {
		return proof{}, errors.New("there is neither a header event-sign or x-douyin-signature nor a parameter sign")
	}
	if own := keys.setting("appKey"); own != "" && own != params["app_key"] {
		return proof{}, errors.New("the call is for another app_key")
	}
	forms := paramForms(params["param_json"])
	fits := false
	for _, form := range forms {
		pattern := key + "app_key" + params["app_key"] + "param_json" + form + "timestamp" + params["timestamp"] + key
		sum := md5.Sum([]byte(pattern))
		want := sum[:]
		if params["sign_method"] == "hmac-sha256" {
			want = hmacSHA256([]byte(key), []byte(pattern))
		}
		for _, text := range given {
			fits = fits || text != "" && equal(text, hex.EncodeToString(want))
		}
	}
	if !fits {
		return proof{}, errMismatch
	}
	sent, err := time.ParseInLocation(time.DateTime, params["timestamp"], china)
	if err != nil {
		sent, err = unixTime(params["timestamp"])
	}
	if err != nil {
		return proof{}, err
	}
	if err := v.within(platformTolerance, sent, now); err != nil {
		return proof{}, err
	}
	p := opened(params["param_json"])
	p.key, p.ack = given[0]+given[1], core.Object{"code": 0, "message": "success", "data": core.Object{}}
	return p, nil
}

// paramForms are the ways in which a platform may have written an object before it signed it: as it was sent, with keys
// in order, and that with <, > and & escaped.
func paramForms(sent string) []string {
	forms := []string{sent}
	v, err := value.DecodeString(sent)
	if err != nil {
		return forms
	}
	ordered, err := value.Encode(v)
	if err != nil {
		return forms
	}
	var escaped bytes.Buffer
	json.HTMLEscape(&escaped, ordered)
	return append(forms, string(ordered), escaped.String())
}
