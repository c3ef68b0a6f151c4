package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// taken is one message as the server took it.
type taken struct {
	from string
	to   []string
	data string
	// user is empty without a login; secure tells whether it came encrypted.
	user   string
	secure bool
}

// server is a mail server that speaks SMTP (RFC 5321) strictly: what comes in the wrong order or form is refused with 503
// or 500 and noted as a fault.
type server struct {
	t        *testing.T
	listener net.Listener
	tls      *tls.Config
	roots    *x509.CertPool
	// implicit: encrypted from the first byte. plain: STARTTLS is not offered. ways are the logins that are offered.
	implicit, plain bool
	ways            string
	// reply overrides the answer to a command by its first word, or to the end of the data (.); "hang up" closes.
	reply map[string]string

	mu     sync.Mutex
	taken  []taken
	faults []string
	done   sync.WaitGroup
}

const (
	mailUser     = "ops@shop.example"
	mailPassword = "demo-authorisation-code"
)

func startServer(t *testing.T, change func(*server)) *server {
	t.Helper()
	s := &server{t: t, ways: "LOGIN PLAIN", reply: map[string]string{}}
	s.tls, s.roots = certificate(t)
	if change != nil {
		change(s)
	}
	var err error
	s.listener, err = net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	s.done.Go(func() {
		for {
			conn, err := s.listener.Accept()
			if err != nil {
				return
			}
			s.done.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = s.listener.Close()
		s.done.Wait()
	})
	return s
}

func certificate(t *testing.T) (*tls.Config, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example"}, DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12}, roots
}

func (s *server) port() int { return s.listener.Addr().(*net.TCPAddr).Port }

func (s *server) messages() []taken {
	s.mu.Lock()
	defer s.mu.Unlock()
	require.Empty(s.t, s.faults)
	return append([]taken(nil), s.taken...)
}

// talk is one conversation.
type talk struct {
	*server
	conn   net.Conn
	in     *bufio.Reader
	secure bool
	hello  bool
	user   string
	from   string
	to     []string
}

func (s *server) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	c := &talk{server: s, conn: conn, in: bufio.NewReader(conn), secure: s.implicit}
	if s.implicit {
		secure := tls.Server(conn, s.tls)
		c.conn, c.in = secure, bufio.NewReader(secure)
	}
	if !c.say(c.own("connect", "220 mail.example ESMTP")) {
		return
	}
	for {
		line, ok := c.line()
		if !ok || !c.command(line) {
			return
		}
	}
}

// own is the server's answer, or what the test wants instead.
func (c *talk) own(command, usual string) string {
	if text, ok := c.reply[command]; ok {
		return text
	}
	return usual
}

func (c *talk) say(text string) bool {
	if text == "hang up" {
		return false
	}
	_, err := io.WriteString(c.conn, text+"\r\n")
	return err == nil
}

func (c *talk) fault(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, fmt.Sprintf(format, args...))
}

// line reads a line, which must end in CR LF, hold neither alone, and be no longer than 998 octets.
func (c *talk) line() (string, bool) {
	text, err := c.in.ReadString('\n')
	if err != nil {
		return "", false
	}
	line, ok := strings.CutSuffix(text, "\r\n")
	if !ok || strings.ContainsAny(line, "\r\n\x00") || len(line) > 998 {
		c.fault("a line of a wrong form: %q", text)
	}
	return line, true
}

func (c *talk) command(line string) bool {
	word, rest, _ := strings.Cut(line, " ")
	word = strings.ToUpper(word)
	if text, ok := c.reply[word]; ok {
		return c.say(text)
	}
	switch word {
	case "EHLO":
		return c.ehlo()
	case "STARTTLS":
		return c.starttls()
	case "AUTH":
		return c.auth(rest)
	case "MAIL":
		if !c.hello || !strings.HasPrefix(rest, "FROM:<") || c.from != "" {
			c.fault("MAIL out of order: %q", line)
		}
		c.from = rest
		return c.say("250 2.1.0 OK")
	case "RCPT":
		if c.from == "" || !strings.HasPrefix(rest, "TO:<") {
			c.fault("RCPT out of order: %q", line)
		}
		if strings.Contains(rest, "nobody@") {
			return c.say("550 5.1.1 no such user")
		}
		c.to = append(c.to, strings.Trim(strings.TrimPrefix(rest, "TO:"), "<>"))
		return c.say("250 2.1.5 OK")
	case "DATA":
		return c.data()
	case "RSET":
		c.from, c.to = "", nil
		return c.say("250 2.0.0 OK")
	case "*":
		// The client withdraws a login that was refused already.
		return c.say("500 5.5.2 what?")
	case "QUIT":
		_ = c.say("221 2.0.0 bye")
		return false
	}
	c.fault("an unknown command: %q", line)
	return c.say("500 what?")
}

func (c *talk) ehlo() bool {
	c.hello = true
	lines := []string{"mail.example", "8BITMIME", "ENHANCEDSTATUSCODES"}
	if !c.secure && !c.plain {
		lines = append(lines, "STARTTLS")
	}
	if c.ways != "" {
		lines = append(lines, "AUTH "+c.ways)
	}
	for i, text := range lines {
		mark := "-"
		if i == len(lines)-1 {
			mark = " "
		}
		if !c.say("250" + mark + text) {
			return false
		}
	}
	return true
}

func (c *talk) starttls() bool {
	if c.secure || c.plain || !c.hello {
		c.fault("STARTTLS out of order")
	}
	if !c.say("220 ready") {
		return false
	}
	secure := tls.Server(c.conn, c.tls)
	if secure.Handshake() != nil {
		return false
	}
	c.conn, c.in, c.secure, c.hello = secure, bufio.NewReader(secure), true, false
	return true
}

func (c *talk) auth(rest string) bool {
	if !c.secure || !c.hello {
		c.fault("a login that others can read")
	}
	way, first, _ := strings.Cut(rest, " ")
	user, password := "", ""
	switch way {
	case "PLAIN":
		text, _ := base64.StdEncoding.DecodeString(first)
		parts := strings.Split(string(text), "\x00")
		if len(parts) == 3 {
			user, password = parts[1], parts[2]
		}
	case "LOGIN":
		for _, ask := range []struct {
			prompt string
			into   *string
		}{{"Username:", &user}, {"Password:", &password}} {
			if !c.say("334 " + base64.StdEncoding.EncodeToString([]byte(ask.prompt))) {
				return false
			}
			line, ok := c.line()
			if !ok {
				return false
			}
			text, _ := base64.StdEncoding.DecodeString(line)
			*ask.into = string(text)
		}
	}
	if !strings.Contains(c.ways, way) || user != mailUser || password != mailPassword {
		return c.say("535 5.7.8 Error: authentication failed: " + password)
	}
	c.user = user
	return c.say("235 2.7.0 welcome")
}

func (c *talk) data() bool {
	if len(c.to) == 0 {
		c.fault("DATA without anybody to send to")
	}
	if !c.say("354 go on") {
		return false
	}
	var body strings.Builder
	for {
		line, ok := c.line()
		if !ok {
			return false
		}
		if line == "." {
			break
		}
		body.WriteString(strings.TrimPrefix(line, ".") + "\r\n")
	}
	reply := c.own(".", "250 2.0.0 taken as 42")
	if strings.HasPrefix(reply, "250") {
		c.mu.Lock()
		c.taken = append(c.taken, taken{c.from, c.to, body.String(), c.user, c.secure})
		c.mu.Unlock()
	}
	c.from, c.to = "", nil
	return c.say(reply)
}
