// Package mail sends messages to people by e-mail: one SMTP conversation a message, encrypted unless the connection says
// otherwise, with failures that say whether a message may have been taken.
//
// It must not know connections as documents, flows or nodes.
package mail

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"sluice/connect/limit"
	"sluice/connect/robot"
	"sluice/connect/secret"
	"sluice/engine/core"
)

// Security is how the conversation with a server is encrypted.
type Security string

// The ways to encrypt, with the port each has where none is given. The zero value is StartTLS.
const (
	StartTLS Security = "starttls" // 587; a server that does not offer it is left
	TLS      Security = "tls"      // 465
	None     Security = "none"     // 25; nothing is encrypted, and no password is sent
)

// Config is what a sender is made of.
type Config struct {
	Host string
	// Port is 0 for the usual one.
	Port     int
	Security Security
	// User and Password are empty where the server wants none.
	User     string
	Password secret.Text
	From     *mail.Address
	// To get every message, beside those whom it mentions.
	To []*mail.Address
	// Roots are nil for the system's certificates.
	Roots *x509.CertPool
	Dial  func(ctx context.Context, network, address string) (net.Conn, error)
	Now   func() time.Time
	// Mask takes secrets out of what servers say.
	Mask *secret.Mask
}

// Sender sends by one server. It is safe for concurrent use and keeps nothing open between messages.
type Sender struct {
	config Config
	guard  *limit.Guard
}

// New makes a sender; it opens nothing yet.
func New(config Config) *Sender {
	config.Security = cmp.Or(config.Security, StartTLS)
	if config.Port == 0 {
		config.Port = map[Security]int{StartTLS: 587, TLS: 465, None: 25}[config.Security]
	}
	return &Sender{config: config}
}

// Limit has all later messages pass a guard; it comes before the first message.
func (s *Sender) Limit(g *limit.Guard) { s.guard = g }

const (
	// timeout bounds a whole conversation; a context may end it sooner.
	timeout = 60 * time.Second
	// maxText bounds a text in bytes; a longer one is cut at a character.
	maxText = 1 << 20
	// maxSubject bounds a subject in bytes, likewise.
	maxSubject = 200
	// maxRecipients is what every server takes at once (RFC 5321, 4.5.3.1.8).
	maxRecipients = 100
)

// Send sends one message, all recipients or none, and returns {messageId, recipients, response}: the message's id, whom
// it went to and what the server said. Mentions are addresses; all stands for those who get every message. Markdown goes
// out as text and as HTML. The failure's details hold the server's errcode and errmsg.
func (s *Sender) Send(ctx context.Context, m robot.Message) (core.Value, *core.Failure) {
	message, failure := s.compose(&m)
	if failure != nil {
		return nil, failure
	}
	return limit.Do(ctx, s.guard, func() (core.Value, *core.Failure) { return s.send(ctx, message) })
}

func (s *Sender) send(ctx context.Context, message *gomail.Msg) (core.Value, *core.Failure) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := s.talk(ctx, func(client *gomail.Client) error { return client.DialAndSendWithContext(ctx, message) })
	if !message.IsDelivered() {
		return nil, s.config.Mask.Failure(failed(ctx, err))
	}
	// What went wrong after the server took the message is no failure: another try would send it again.
	recipients := core.List{}
	for _, to := range message.GetToString() {
		recipients = append(recipients, to)
	}
	return core.Object{"messageId": message.GetMessageID(), "recipients": recipients, "response": strings.TrimSpace(message.ServerResponse())}, nil
}

// Probe talks to the server up to the login and takes its leave: nothing is sent to anybody.
func (s *Sender) Probe(ctx context.Context) *core.Failure {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := s.talk(ctx, func(client *gomail.Client) error {
		conversation, err := client.DialToSMTPClientWithContext(ctx)
		if err != nil {
			return err
		}
		return client.CloseWithSMTPClient(conversation)
	})
	if err != nil {
		return s.config.Mask.Failure(failed(ctx, err))
	}
	return nil
}

// talk has a conversation, which ends with the context at the latest.
func (s *Sender) talk(ctx context.Context, say func(client *gomail.Client) error) error {
	hangUp := func() {}
	defer func() { hangUp() }()
	client, err := s.client(func(dialing context.Context, network, address string) (net.Conn, error) {
		conn, err := s.dial(dialing, network, address)
		if err != nil {
			return nil, err
		}
		// The conversation knows no context: its connection is closed when the context ends.
		stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
		hangUp = func() { stop(); _ = conn.Close() }
		return conn, nil
	})
	if err != nil {
		return err
	}
	return say(client)
}

func (s *Sender) client(dial gomail.DialContextFunc) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.config.Port), gomail.WithTimeout(timeout), gomail.WithDialContextFunc(dial), gomail.WithTLSConfig(s.tls()),
		gomail.WithoutNoop(), gomail.WithoutRset(),
	}
	switch s.config.Security {
	case TLS:
		options = append(options, gomail.WithSSL())
	case None:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	}
	if s.config.User != "" {
		options = append(options, gomail.WithSMTPAuthCustom(&login{user: s.config.User, password: s.config.Password, host: s.config.Host}))
	}
	return gomail.NewClient(s.config.Host, options...)
}

func (s *Sender) tls() *tls.Config {
	return &tls.Config{ServerName: s.config.Host, RootCAs: s.config.Roots, MinVersion: tls.VersionTLS12}
}

func (s *Sender) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := s.config.Dial(ctx, network, address)
	if err != nil || s.config.Security != TLS {
		return conn, err
	}
	secure := tls.Client(conn, s.tls())
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, err
	}
	return secure, nil
}

// compose writes a message, or says why it cannot be sent as it is.
func (s *Sender) compose(m *robot.Message) (*gomail.Msg, *core.Failure) {
	if m.Card != nil {
		return nil, rejected("an e-mail has no card; send text or markdown")
	}
	if (m.Text == "") == (m.Markdown == "") {
		return nil, rejected("a message has exactly one of text and markdown, and it must not be empty")
	}
	if strings.ContainsFunc(m.Title, control) {
		return nil, rejected("the title holds a line break or another control character")
	}
	to, failure := s.recipients(m.Mentions)
	if failure != nil {
		return nil, failure
	}
	message := gomail.NewMsg(gomail.WithEncoding(gomail.EncodingB64), gomail.WithNoDefaultUserAgent())
	message.FromMailAddress(s.config.From)
	message.ToMailAddress(to...)
	message.SetDateWithValue(s.config.Now())
	message.SetMessageIDWithValue(messageID(m.Key, s.config.From.Address))
	text := robot.Cut(m.Text+m.Markdown, maxText)
	message.Subject(subject(m.Title, text))
	message.SetBodyString(gomail.TypeTextPlain, text)
	if m.Markdown != "" {
		message.AddAlternativeString(gomail.TypeTextHTML, toHTML(text))
	}
	return message, nil
}

// recipients are whom a message mentions and those who get every message, each once.
func (s *Sender) recipients(mentions []string) ([]*mail.Address, *core.Failure) {
	to := append([]*mail.Address(nil), s.config.To...)
	for _, who := range mentions {
		if strings.TrimPrefix(who, "@") == "all" {
			continue
		}
		address, err := ParseAddress(who)
		if err != nil {
			return nil, rejected("mentions of an e-mail are addresses: " + strconv.Quote(robot.Cut(who, maxSubject)) + " " + err.Error())
		}
		to = append(to, address)
	}
	seen := map[string]bool{}
	var once []*mail.Address
	for _, address := range to {
		if key := strings.ToLower(address.Address); !seen[key] {
			seen[key] = true
			once = append(once, address)
		}
	}
	switch {
	case len(once) == 0:
		return nil, rejected("nobody would get the message: name addresses in mentions, or set to on the connection")
	case len(once) > maxRecipients:
		return nil, rejected("a message goes to at most " + strconv.Itoa(maxRecipients) + " addresses")
	}
	return once, nil
}

// subject is the title, or else the first line of the text.
func subject(title, text string) string {
	if title == "" {
		line, _, _ := strings.Cut(strings.TrimLeft(text, "#> *\r\n\t"), "\n")
		title = strings.Map(func(r rune) rune {
			if control(r) {
				return -1
			}
			return r
		}, line)
	}
	return robot.Cut(title, maxSubject)
}

// messageID is the same for every try at a message, so that servers and readers can tell a second one. The key itself
// says things about the run that a reader need not know.
func messageID(key, from string) string {
	if key == "" {
		key = rand.Text()
	}
	sum := sha256.Sum256([]byte(key))
	_, domain, _ := strings.Cut(from, "@")
	return hex.EncodeToString(sum[:16]) + "@" + domain
}

func control(r rune) bool {
	return r < ' ' || r == 0x7f || r == '\u2028' || r == '\u2029' || r == '\u0085'
}

var errAddress = errors.New("is not an e-mail address such as ops@example.com")

// ParseAddress reads an address, with or without a name: ops@example.com, Ops <ops@example.com>.
func ParseAddress(text string) (*mail.Address, error) {
	if strings.ContainsFunc(text, control) {
		return nil, errAddress
	}
	address, err := mail.ParseAddress(text)
	if err != nil {
		return nil, errAddress
	}
	return address, nil
}

// ParseAddresses reads addresses separated by commas; the empty text has none.
func ParseAddresses(text string) ([]*mail.Address, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	if strings.ContainsFunc(text, control) {
		return nil, errAddress
	}
	list, err := mail.ParseAddressList(text)
	if err != nil {
		return nil, errors.New("must be e-mail addresses with commas between them")
	}
	return list, nil
}
