package limit

import (
	"strings"
	"time"

	"sluice/engine/core"
)

// Health is how the calls to one other side went lately.
type Health struct {
	// LastSuccess is zero where no call succeeded yet.
	LastSuccess time.Time
	// LastError is the code of the last call that failed at LastErrorAt, LastMessage what it said, which may hold secrets;
	// empty where none did. Refusals by limits and calls that were cancelled are none.
	LastError, LastMessage string
	LastErrorAt            time.Time
	// FailingSince is when the calls began to fail that have failed ever since; zero while they do not. Single failures do
	// not count, nor what the other side refuses for what was asked; refused credentials do.
	FailingSince time.Time
	// Breaker is empty where there is none.
	Breaker State
	// InFlight calls are under way, Waiting ones wait for their turn.
	InFlight, Waiting int
}

// failingAfter is how many calls in a row fail before the other side counts as failing, unless the breaker opens sooner.
const failingAfter = 3

// record is what a Guard remembers of its calls.
type record struct {
	lastSuccess, lastErrorAt time.Time
	lastError, lastMessage   string
	// streak counts the failures in a row, the first of which was at began.
	streak int
	began  time.Time
	// failing says that the streak is long enough.
	failing bool
}

// maxMessage bounds what is kept of a failure's message, in bytes.
const maxMessage = 1_000

// ended takes in how a call ended; cut says that its own time was over.
func (r *record) ended(f *core.Failure, v verdict, cut bool, now time.Time) {
	switch {
	case f == nil:
		r.lastSuccess = now
	case f.Code != "" && (v != silent || !cut):
		r.lastError, r.lastErrorAt = f.Code, now
		r.lastMessage = f.Message
		if len(r.lastMessage) > maxMessage {
			r.lastMessage = strings.ToValidUTF8(r.lastMessage[:maxMessage], "") + "…"
		}
	}
	switch {
	case v == unwell || f != nil && credentials(f):
		if r.streak++; r.streak == 1 {
			r.began = now
		}
		r.failing = r.failing || r.streak >= failingAfter
	case v == well:
		r.restart()
	}
}

// restart forgets the failures in a row.
func (r *record) restart() { r.streak, r.failing, r.began = 0, false, time.Time{} }

// opened notes that the breaker has opened.
func (r *record) opened(now time.Time) {
	if r.began.IsZero() {
		r.began = now
	}
	r.failing = true
}

// credentials reports whether the other side does not take the caller for who it says it is.
func credentials(f *core.Failure) bool {
	_, kind, _ := strings.Cut(f.Code, ".")
	return f.Status == 401 || kind == "auth" || kind == "token" || kind == "signature"
}

// Health is a snapshot.
func (g *Guard) Health() Health {
	g.mu.Lock()
	defer g.mu.Unlock()
	r := &g.health
	h := Health{
		LastSuccess: r.lastSuccess, LastError: r.lastError, LastMessage: r.lastMessage, LastErrorAt: r.lastErrorAt,
		InFlight: g.inFlight, Waiting: len(g.line),
	}
	if r.failing {
		h.FailingSince = r.began
	}
	if g.limits.Breaker.Failures > 0 {
		h.Breaker = g.breaker.state(g.now())
	}
	return h
}
