package server

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"sync"
	"time"

	"sluice/storage"
)

// bucketAccess holds the administrator's token and the sessions, as hashes that need the key file to be tried.
const bucketAccess storage.Bucket = "access"

const (
	adminKey      = "token/administrator"
	sessionPrefix = "session/"
)

// sessionTTL is how long a session lasts.
const sessionTTL = 12 * time.Hour

// Permission is what a route needs of its caller.
type Permission string

// The permissions.
const (
	ReadFlows        Permission = "flows.read"
	WriteFlows       Permission = "flows.write"
	ReadRuns         Permission = "runs.read"
	WriteRuns        Permission = "runs.write"
	ReadConnections  Permission = "connections.read"
	WriteConnections Permission = "connections.write"
	ReadTables       Permission = "tables.read"
	WriteTables      Permission = "tables.write"
	ReadServer       Permission = "server.read"
	// Open routes need nobody.
	Open Permission = ""
)

// Principal is who makes a request.
type Principal struct {
	// Name stands beside what they change.
	Name string
	// administrator may do everything.
	administrator bool
}

// May reports whether the principal has a permission.
func (p Principal) May(n Permission) bool { return n == Open || p.administrator }

func administrator() Principal { return Principal{Name: "administrator", administrator: true} }

// access knows who may come in.
type access struct {
	meta storage.Meta
	key  []byte
	now  func() time.Time

	mu    sync.RWMutex
	admin []byte
}

// session is a caller who came in with a token and goes on with a cookie.
type session struct {
	Principal Principal
	// CSRF is what unsafe calls of the session have to repeat in a header.
	CSRF    string
	Expires time.Time
}

// stored is what a session is on disk, under the hash of its token.
type storedSession struct {
	Name    string    `json:"name"`
	Expires time.Time `json:"expires"`
}

// newAccess takes the administrator's token: the one given, else the one that is known, else a fresh one, which is
// returned because nobody else has it.
func newAccess(meta storage.Meta, key []byte, now func() time.Time, token string) (a *access, fresh string, err error) {
	a = &access{meta: meta, key: key, now: now}
	if token == "" {
		if err := meta.View(func(r storage.Reader) error {
			a.admin = bytes.Clone(r.Get(bucketAccess, []byte(adminKey)))
			return nil
		}); err != nil || a.admin != nil {
			return a, "", err
		}
		fresh = rand.Text()
		token = fresh
	}
	a.admin = a.hash("token", token)
	return a, fresh, meta.Update(func(w storage.Writer) error { return w.Put(bucketAccess, []byte(adminKey), a.admin) })
}

// hash is a keyed hash: without the key file, a stolen storage does not even let guesses be tried.
func (a *access) hash(purpose, text string) []byte {
	h := hmac.New(sha256.New, a.key)
	h.Write([]byte(purpose + "\x00" + text))
	return h.Sum(nil)
}

// token reports whose token it is, in the same time whichever it is.
func (a *access) token(token string) (Principal, bool) {
	a.mu.RLock()
	defer a.mu.RUnlock()
	if !hmac.Equal(a.hash("token", token), a.admin) {
		return Principal{}, false
	}
	return administrator(), true
}

// open begins a session and forgets those that are over. The token is in the session's cookie and nowhere else.
func (a *access) open(p Principal) (token string, s session, err error) {
	token = rand.Text()
	now := a.now()
	s = session{Principal: p, CSRF: a.csrf(token), Expires: now.Add(sessionTTL).UTC()}
	row, err := json.Marshal(storedSession{Name: p.Name, Expires: s.Expires})
	if err != nil {
		return "", session{}, err
	}
	err = a.meta.Update(func(w storage.Writer) error {
		var old [][]byte
		if err := w.Scan(bucketAccess, []byte(sessionPrefix), func(key, row []byte) bool {
			var s storedSession
			if json.Unmarshal(row, &s) != nil || !now.Before(s.Expires) {
				old = append(old, bytes.Clone(key))
			}
			return true
		}); err != nil {
			return err
		}
		for _, key := range old {
			if err := w.Delete(bucketAccess, key); err != nil {
				return err
			}
		}
		return w.Put(bucketAccess, a.sessionKey(token), row)
	})
	return token, s, err
}

// session finds a session by its token.
func (a *access) session(token string) (s session, ok bool, err error) {
	var row storedSession
	err = a.meta.View(func(r storage.Reader) error {
		b := r.Get(bucketAccess, a.sessionKey(token))
		if ok = b != nil; !ok {
			return nil
		}
		return json.Unmarshal(b, &row)
	})
	if err != nil || !ok || !a.now().Before(row.Expires) {
		return session{}, false, err
	}
	return session{Principal: Principal{Name: row.Name, administrator: true}, CSRF: a.csrf(token), Expires: row.Expires}, true, nil
}

// close ends a session.
func (a *access) close(token string) error {
	return a.meta.Update(func(w storage.Writer) error { return w.Delete(bucketAccess, a.sessionKey(token)) })
}

func (a *access) sessionKey(token string) []byte {
	return []byte(sessionPrefix + hex.EncodeToString(a.hash("session", token)))
}

// csrf follows from the session's token, so that nothing has to be kept.
func (a *access) csrf(token string) string { return hex.EncodeToString(a.hash("csrf", token)[:16]) }
