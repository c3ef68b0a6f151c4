package sign

import (
	"encoding/base64"
	"errors"
	"strconv"
	"strings"
	"time"
)

// DingTalk is the timestamp and the sign parameter (not yet percent-encoded) of a message to a DingTalk robot: the key
// is the secret, the message is the time in milliseconds and the secret.
func DingTalk(secret string, at time.Time) (timestamp, sign string) {
	timestamp = strconv.FormatInt(at.UnixMilli(), 10)
	return timestamp, base64HMAC(secret, timestamp+"\n"+secret)
}

// Feishu is the timestamp and the sign field of a message to a Feishu robot: the key is the time in seconds and the
// secret, the message is empty.
func Feishu(secret string, at time.Time) (timestamp, sign string) {
	timestamp = strconv.FormatInt(at.Unix(), 10)
	return timestamp, base64HMAC(timestamp+"\n"+secret, "")
}

// StandardWebhooks is the webhook-signature header of a body (Standard Webhooks 1.0.0, scheme v1). The secret is
// base64 of the key, with or without its prefix whsec_; the id must hold no dot.
func StandardWebhooks(secret, id string, at time.Time, body []byte) (string, error) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, "whsec_"))
	if err != nil || len(key) == 0 {
		return "", errors.New("the secret of a webhook is base64 of random bytes, with or without the prefix whsec_")
	}
	if strings.Contains(id, ".") {
		return "", errors.New("the id of a webhook message must not contain a dot")
	}
	message := id + "." + strconv.FormatInt(at.Unix(), 10) + "." + string(body)
	return "v1," + base64HMAC(string(key), message), nil
}
