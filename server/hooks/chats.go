package hooks

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"sluice/connect/sign"
	"sluice/engine/core"
)

const (
	// chatTolerance is longer than Feishu and DingTalk go on repeating an event, and shorter than its key is remembered.
	chatTolerance = 24 * time.Hour
	// robotTolerance is what DingTalk allows for its robots.
	robotTolerance = time.Hour
	// maxChallenge bounds what is sent back of a question.
	maxChallenge = 1024
)

// checkFeishu verifies an event of Feishu or Lark: encrypted and signed with the encrypt key, where the connection has
// one, and with the verification token in it, where the connection has that.
func checkFeishu(v *verification, d *Delivery, keys keyring, now time.Time) (proof, error) {
	encryptKey, token, err := feishuKeys(keys)
	if err != nil {
		return proof{}, err
	}
	p := opened(string(d.Body))
	if encryptKey != "" {
		if p, err = feishuOpen(encryptKey, p.body); err != nil {
			return proof{}, err
		}
	} else if textOf(p.body, "encrypt") != "" {
		return proof{}, fmt.Errorf("%w: events come encrypted, and the connection %s has no encryptKey", errSecret, keys.connection)
	}
	event, ok := p.body.(core.Object)
	if !ok {
		return proof{}, errors.New("the body is not an event")
	}
	header, _ := event["header"].(core.Object)
	if token != "" && !equal(textOf(header, "token")+textOf(event, "token"), token) {
		return proof{}, errors.New("the token in the event is not the right one")
	}
	// The token proves who sends; it is kept nowhere.
	delete(header, "token")
	delete(event, "token")
	p.bare = encryptKey == ""
	if event["type"] == "url_verification" {
		challenge := textOf(event, "challenge")
		if len(challenge) > maxChallenge {
			return proof{}, errors.New("the challenge is too long")
		}
		p.challenge = core.Object{"challenge": challenge}
		return p, nil
	}
	if encryptKey != "" {
		if err := feishuSigned(v, d, encryptKey, now); err != nil {
			return proof{}, err
		}
	}
	p.key, p.ack = textOf(header, "event_id"), core.Object{}
	if p.key == "" {
		p.key = textOf(event, "uuid")
	}
	return p, nil
}

// feishuKeys are the two that there may be; one of them is not empty.
func feishuKeys(keys keyring) (encryptKey, token string, err error) {
	if encryptKey, err = keys.optional("encryptKey"); err == nil {
		token, err = keys.optional("verificationToken")
	}
	if err == nil && encryptKey == "" && token == "" {
		err = fmt.Errorf("%w: the connection %s has neither encryptKey nor verificationToken", errSecret, keys.connection)
	}
	return encryptKey, token, err
}

func feishuNeeds(keys keyring) error {
	_, _, err := feishuKeys(keys)
	return err
}

// feishuSigned checks the signature of an event: SHA-256 of time, nonce, key and body.
func feishuSigned(v *verification, d *Delivery, encryptKey string, now time.Time) error {
	const stamp, nonce, name = "x-lark-request-timestamp", "x-lark-request-nonce", "x-lark-signature"
	if d.header(name) == "" {
		return errMissing(name)
	}
	sum := sha256.Sum256(slices.Concat([]byte(d.header(stamp)+d.header(nonce)+encryptKey), d.Body))
	if !equal(strings.ToLower(d.header(name)), hex.EncodeToString(sum[:])) {
		return errMismatch
	}
	sent, err := unixTime(d.header(stamp))
	if err != nil {
		return err
	}
	return v.within(chatTolerance, sent, now)
}

// feishuOpen decrypts {"encrypt": base64 of an IV and the event}, AES-256-CBC with the SHA-256 of the encrypt key.
func feishuOpen(encryptKey string, body core.Value) (proof, error) {
	sealed, err := base64.StdEncoding.DecodeString(textOf(body, "encrypt"))
	if err != nil || len(sealed) <= aes.BlockSize {
		return proof{}, errors.New("the body is not an encrypted event")
	}
	key := sha256.Sum256([]byte(encryptKey))
	plain, err := openCBC(key[:], sealed[:aes.BlockSize], sealed[aes.BlockSize:], aes.BlockSize)
	if err != nil {
		return proof{}, err
	}
	return opened(string(plain)), nil
}

var errDecrypt = errors.New("the body cannot be decrypted with the connection's key")

// openCBC decrypts AES-CBC and takes off its padding (PKCS #7) to blocks of that size.
func openCBC(key, iv, sealed []byte, size int) ([]byte, error) {
	block, err := aes.NewCipher(key)
	if err != nil || len(sealed) == 0 || len(sealed)%aes.BlockSize != 0 {
		return nil, errDecrypt
	}
	plain := make([]byte, len(sealed))
	cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, sealed)
	pad := int(plain[len(plain)-1])
	if pad == 0 || pad > size || pad > len(plain) {
		return nil, errDecrypt
	}
	text, padding := plain[:len(plain)-pad], plain[len(plain)-pad:]
	if !bytes.Equal(padding, bytes.Repeat([]byte{byte(pad)}, pad)) {
		return nil, errDecrypt
	}
	return text, nil
}

// dingTalkSign is the header with which a robot of DingTalk proves itself.
const dingTalkSign = "sign"

// checkDingTalk verifies what comes from DingTalk: an encrypted event, or what somebody said to a robot.
func checkDingTalk(v *verification, d *Delivery, keys keyring, now time.Time) (proof, error) {
	p := opened(string(d.Body))
	if textOf(p.body, "encrypt") != "" {
		return dingTalkEvent(v, d, keys, textOf(p.body, "encrypt"), now)
	}
	key, err := keys.secret("appSecret")
	if err != nil {
		return proof{}, err
	}
	if d.header(dingTalkSign) == "" {
		return proof{}, errMissing(dingTalkSign)
	}
	sent, err := unixTime(d.header("timestamp"))
	if err != nil {
		return proof{}, err
	}
	if _, want := sign.DingTalk(key, sent); !equal(d.header(dingTalkSign), want) {
		return proof{}, errMismatch
	}
	if err := v.within(robotTolerance, sent, now); err != nil {
		return proof{}, err
	}
	p.key, p.ack = textOf(p.body, "msgId"), core.Object{"msgtype": "empty"}
	return p, nil
}

// dingTalkNeeds is content with what either way of DingTalk needs.
func dingTalkNeeds(keys keyring) error {
	_, err := newDingTalkCipher(keys)
	if robot, _ := keys.optional("appSecret"); robot != "" {
		return nil
	}
	return err
}

// dingTalkEvent verifies and decrypts an event. The platform takes the word success for an answer, encrypted like it.
func dingTalkEvent(v *verification, d *Delivery, keys keyring, encrypted string, now time.Time) (proof, error) {
	c, err := newDingTalkCipher(keys)
	if err != nil {
		return proof{}, err
	}
	query, err := url.ParseQuery(d.Query)
	if err != nil {
		return proof{}, errors.New("the query cannot be read")
	}
	first := func(names ...string) string {
		for _, name := range names {
			if text := query.Get(name); text != "" {
				return text
			}
		}
		return ""
	}
	stamp, nonce := first("timestamp", "timeStamp"), first("nonce")
	if !equal(first("msg_signature", "signature"), c.signature(stamp, nonce, encrypted)) {
		return proof{}, errMismatch
	}
	sent, err := unixTime(stamp)
	if err != nil {
		return proof{}, err
	}
	if err := v.within(chatTolerance, sent, now); err != nil {
		return proof{}, err
	}
	message, owner, err := c.open(encrypted)
	if err != nil {
		return proof{}, err
	}
	if own := keys.setting("ownerKey"); own != "" && own != owner {
		return proof{}, errors.New("the event is for another app or corporation")
	}
	p := opened(message)
	// Events have no id; one that is sent again says the same.
	sum := sha256.Sum256([]byte(message))
	p.key = hex.EncodeToString(sum[:])
	p.seal = func() *Answer { return tell(http.StatusOK, c.success(owner, now)) }
	if textOf(p.body, "EventType") == "check_url" {
		p.challenge = core.Object{}
	}
	return p, nil
}

// dingTalkCipher is how DingTalk encrypts and signs events.
type dingTalkCipher struct {
	token string
	key   []byte
}

func newDingTalkCipher(keys keyring) (*dingTalkCipher, error) {
	token, err := keys.secret("callbackToken")
	if err != nil {
		return nil, err
	}
	text, err := keys.secret("aesKey")
	if err != nil {
		return nil, err
	}
	key, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, fmt.Errorf("%w: aesKey must be the 43 characters that DingTalk shows", errSecret)
	}
	return &dingTalkCipher{token, key}, nil
}

func (c *dingTalkCipher) signature(stamp, nonce, encrypted string) string {
	parts := []string{c.token, stamp, nonce, encrypted}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// The plain text is 16 random bytes, the length of the message in 4, the message, and whose it is, padded to blocks of 32.
const (
	dingTalkRandom = 16
	dingTalkHead   = dingTalkRandom + 4
	dingTalkBlock  = 32
)

func (c *dingTalkCipher) open(encrypted string) (message, owner string, err error) {
	sealed, err := base64.StdEncoding.DecodeString(encrypted)
	if err != nil {
		return "", "", errDecrypt
	}
	plain, err := openCBC(c.key, c.key[:aes.BlockSize], sealed, dingTalkBlock)
	if err != nil || len(plain) < dingTalkHead {
		return "", "", errDecrypt
	}
	length := uint64(binary.BigEndian.Uint32(plain[dingTalkRandom:]))
	rest := plain[dingTalkHead:]
	if length > uint64(len(rest)) {
		return "", "", errDecrypt
	}
	return string(rest[:length]), string(rest[length:]), nil
}

// success is the answer to an event.
func (c *dingTalkCipher) success(owner string, now time.Time) core.Value {
	const word = "success"
	plain := make([]byte, dingTalkHead, dingTalkHead+dingTalkBlock)
	// It does not fail: the program ends where there is no randomness.
	_, _ = rand.Read(plain[:dingTalkRandom])
	binary.BigEndian.PutUint32(plain[dingTalkRandom:], uint32(len(word)))
	plain = append(append(plain, word...), owner...)
	pad := dingTalkBlock - len(plain)%dingTalkBlock
	plain = append(plain, bytes.Repeat([]byte{byte(pad)}, pad)...)
	// The key has the right length.
	block, _ := aes.NewCipher(c.key)
	cipher.NewCBCEncrypter(block, c.key[:aes.BlockSize]).CryptBlocks(plain, plain)
	encrypted := base64.StdEncoding.EncodeToString(plain)
	stamp, nonce := strconv.FormatInt(now.UnixMilli(), 10), rand.Text()
	return core.Object{
		"msg_signature": c.signature(stamp, nonce, encrypted), "timeStamp": stamp, "nonce": nonce, "encrypt": encrypted,
	}
}
