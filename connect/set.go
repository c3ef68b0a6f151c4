package connect

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"sluice/connect/broker"
	"sluice/connect/egress"
	"sluice/connect/httpclient"
	"sluice/connect/limit"
	"sluice/connect/mail"
	"sluice/connect/robot"
	"sluice/connect/secret"
	"sluice/connect/sign"
	"sluice/connect/sqldb"
	"sluice/engine/core"
)

// Options are what connections take from outside.
type Options struct {
	// Now is the clock of signatures, tokens and limits; nil is the machine's, as which it must go on for limits to end.
	Now func() time.Time
	// Nonce is a fresh random word; nil takes 26 random letters and digits.
	Nonce func() string
	// Egress says which hosts connections may reach, of every type that dials; nil refuses only what is never called.
	Egress *egress.Policy
}

// options is what opening a connection needs.
type options struct {
	entropy sign.Entropy
	mask    *secret.Mask
	// egress dials for every type of connection.
	egress *egress.Policy
}

func newOptions(o Options) *options {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Nonce == nil {
		o.Nonce = rand.Text
	}
	return &options{entropy: sign.Entropy{Now: o.Now, Nonce: o.Nonce}, mask: &secret.Mask{}, egress: o.Egress}
}

// handle is an open connection: at most one of its fields but close is set.
type handle struct {
	http   *httpclient.Client
	sql    *sqldb.DB
	robot  *robot.Robot
	mail   *mail.Sender
	broker *broker.Client
	close  func() error
}

// limit has all calls of the handle pass the guard.
func (h *handle) limit(g *limit.Guard) {
	switch {
	case h.http != nil:
		h.http.Limit(g)
	case h.sql != nil:
		h.sql.Limit(g)
	case h.robot != nil:
		h.robot.Limit(g)
	case h.broker != nil:
		h.broker.Limit(g)
	case h.mail != nil:
		h.mail.Limit(g)
	}
}

// Set is the connections of one process, by id. Each is opened when first asked for and then shared. It is safe for
// concurrent use; a handle that it gave out stays usable for the calls under way when its definition is replaced, and
// fails later ones with a code that can be retried.
//
// The limits of a connection hold over all calls through its handles. They outlive a definition: calls that are under
// way or wait when it is replaced count towards the limits of the new one.
type Set struct {
	options *options
	plain   *httpclient.Client

	mu     sync.Mutex
	slots  map[string]*slot
	opened []*slot
	closed bool
}

// slot is one definition and, once opened, its handle; both under the Set's mutex, as opening takes no time. The guard
// is handed on from definition to definition.
type slot struct {
	definition Definition
	guard      *limit.Guard
	handle     *handle
	// expiries are read once, as a definition never changes.
	expiries []Expiry
}

// NewSet returns an empty set.
func NewSet(o Options) *Set {
	s := &Set{options: newOptions(o), slots: map[string]*slot{}}
	s.plain = httpclient.New(httpclient.Config{Mask: s.options.mask, Egress: s.options.egress})
	return s
}

// Put adds a connection or replaces the one of that id. The same definition again changes nothing. The error is of
// closing the handle that was replaced; the new definition is in place in any case.
func (s *Set) Put(d Definition) error {
	limits := limitsOf(&d)
	for _, text := range d.Secrets {
		// For a secret that is no address this is the same as Add.
		s.options.mask.AddURL(text.Reveal())
	}
	s.mu.Lock()
	old := s.slots[d.ID]
	if old != nil && old.definition.fingerprint() == d.fingerprint() {
		s.mu.Unlock()
		return nil
	}
	replacing := &slot{definition: d, expiries: expiriesOf(&d)}
	if old == nil {
		replacing.guard = limit.NewGuard(limits, s.options.entropy.Now)
	} else {
		replacing.guard = old.guard
		old.guard.Change(limits)
	}
	s.slots[d.ID] = replacing
	s.forget(old)
	s.mu.Unlock()
	return old.close()
}

// Remove takes a connection out; an unknown id is no error.
func (s *Set) Remove(id string) error {
	s.mu.Lock()
	old := s.slots[id]
	delete(s.slots, id)
	s.forget(old)
	s.mu.Unlock()
	return old.close()
}

// Close closes all connections, the last opened first, and refuses to open any more.
func (s *Set) Close() error {
	s.mu.Lock()
	opened := s.opened
	s.opened, s.closed = nil, true
	s.mu.Unlock()
	var err error
	for _, o := range slices.Backward(opened) {
		err = errors.Join(err, o.close())
	}
	s.plain.Close()
	return err
}

func (s *Set) forget(old *slot) {
	for i, opened := range s.opened {
		if opened == old {
			s.opened = append(s.opened[:i:i], s.opened[i+1:]...)
			return
		}
	}
}

func (old *slot) close() error {
	if old == nil || old.handle == nil {
		return nil
	}
	if err := old.handle.close(); err != nil {
		return fmt.Errorf("close the connection %s: %w", old.definition.ID, err)
	}
	return nil
}

// HTTP is the client of a connection of type http. The empty id is a client without address or credentials.
func (s *Set) HTTP(id string) (*httpclient.Client, *core.Failure) {
	if id == "" {
		return s.plain, nil
	}
	h, kind, failure := s.open(id)
	if failure != nil {
		return nil, failure
	}
	if h.http == nil {
		return nil, wrongType(id, kind, "an HTTP service (http)")
	}
	return h.http, nil
}

// SQL is the database of a connection of type sqlite, postgres or mysql.
func (s *Set) SQL(id string) (*sqldb.DB, *core.Failure) {
	h, kind, failure := s.open(id)
	if failure != nil {
		return nil, failure
	}
	if h.sql == nil {
		return nil, wrongType(id, kind, "a database (sqlite, postgres or mysql)")
	}
	return h.sql, nil
}

// Messenger takes messages for people. It is safe for concurrent use.
type Messenger interface {
	// Send sends one message and returns the other side's answer.
	Send(ctx context.Context, m robot.Message) (core.Value, *core.Failure)
}

// Messenger is what a connection of type wecom, dingtalk, feishu, slack, email or webhook sends with.
func (s *Set) Messenger(id string) (Messenger, *core.Failure) {
	h, kind, failure := s.open(id)
	switch {
	case failure != nil:
		return nil, failure
	case h.robot != nil:
		return h.robot, nil
	case h.mail != nil:
		return h.mail, nil
	}
	return nil, wrongType(id, kind, "one that sends messages (wecom, dingtalk, feishu or slack with its key, email, or webhook with a url)")
}

// Mail is the sender of a connection of type email.
func (s *Set) Mail(id string) (*mail.Sender, *core.Failure) {
	h, kind, failure := s.open(id)
	if failure != nil {
		return nil, failure
	}
	if h.mail == nil {
		return nil, wrongType(id, kind, "a mail server (email)")
	}
	return h.mail, nil
}

// Secret is one secret of a connection: what verifies a webhook that comes in.
func (s *Set) Secret(id, name string) (secret.Text, *core.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot, ok := s.slots[id]
	if !ok {
		return secret.Text{}, unknown(id)
	}
	text, ok := slot.definition.Secrets[name]
	if !ok {
		return secret.Text{}, &core.Failure{
			Code: "connection.secret", Message: fmt.Sprintf("the connection %s has no secret %s", id, name), Permanent: true,
		}
	}
	return text, nil
}

// Config is the config of a connection, which must not be changed: what a webhook that comes in is held to beside the
// secrets. It is nil for an unknown id.
func (s *Set) Config(id string) core.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	slot, ok := s.slots[id]
	if !ok {
		return nil
	}
	return slot.definition.Config
}

func (s *Set) open(id string) (*handle, string, *core.Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, "", &core.Failure{Code: "connection.closed", Message: "the connections are closed: the server is stopping"}
	}
	slot, ok := s.slots[id]
	if !ok {
		return nil, "", unknown(id)
	}
	d := &slot.definition
	if slot.handle != nil {
		return slot.handle, d.Type, nil
	}
	for _, kind := range Types() {
		if kind.Name != d.Type {
			continue
		}
		opened, err := kind.open(d, s.options)
		if err != nil {
			return nil, "", s.options.mask.Failure(&core.Failure{
				Code: "connection.config", Message: fmt.Sprintf("the connection %s cannot be opened: %s", id, err), Permanent: true,
			})
		}
		opened.limit(slot.guard)
		slot.handle = &opened
		s.opened = append(s.opened, slot)
		return slot.handle, d.Type, nil
	}
	return nil, "", &core.Failure{
		Code: "connection.type", Message: fmt.Sprintf("the connection %s has the unknown type %q", id, d.Type), Permanent: true,
	}
}

func unknown(id string) *core.Failure {
	return &core.Failure{Code: "connection.unknown", Message: fmt.Sprintf("there is no connection %q", id), Permanent: true}
}

func wrongType(id, kind, wanted string) *core.Failure {
	return &core.Failure{
		Code: "connection.type", Permanent: true,
		Message: fmt.Sprintf("the connection %s is of type %s, and %s is needed", id, kind, wanted),
	}
}

// Mask is v without the secrets of any connection that the set ever held, in their usual encodings.
func (s *Set) Mask(v core.Value) core.Value { return s.options.mask.Value(v) }

// MaskText is Mask for a text.
func (s *Set) MaskText(text string) string { return s.options.mask.Text(text) }
