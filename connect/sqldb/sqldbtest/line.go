package sqldbtest

import (
	"bytes"
	"context"
	"net"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// Line stands between a database and who asks it: it counts how often they take turns, and can be cut.
type Line struct {
	target   string
	listener net.Listener
	wait     sync.WaitGroup

	mu     sync.Mutex
	conns  map[net.Conn]bool
	turns  int
	lose   []byte
	closed bool
}

// NewLine lays a line to a server, host:port.
func NewLine(t testing.TB, target string) *Line {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := &Line{target: target, listener: listener, conns: map[net.Conn]bool{}}
	l.wait.Go(l.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		l.mu.Lock()
		l.closed = true
		l.mu.Unlock()
		l.Cut()
		l.wait.Wait()
	})
	return l
}

// Dial reaches the server through the line, whatever the address.
func (l *Line) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(ctx, "tcp", l.listener.Addr().String())
}

// LoseAnswer lets the next message that holds text reach the server, and cuts its connection when the answer comes.
func (l *Line) LoseAnswer(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lose = []byte(text)
}

// Cut ends all connections.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.conns {
		_ = conn.Close()
	}
}

// Turns is how often, so far, something was sent to the server after it had answered: the round trips.
func (l *Line) Turns() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.turns
}

func (l *Line) accept() {
	for {
		near, err := l.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("tcp", l.target)
		if err != nil {
			_ = near.Close()
			continue
		}
		l.mu.Lock()
		l.conns[near], l.conns[far] = true, true
		if l.closed {
			_, _ = near.Close(), far.Close()
		}
		l.mu.Unlock()
		c := &call{line: l}
		l.wait.Go(func() { c.pass(near, far, true) })
		l.wait.Go(func() { c.pass(far, near, false) })
	}
}

// call is one connection; its fields are under the line's mutex.
type call struct {
	line *Line
	// asking is set while the last that was sent came from who asks; lost once an answer is to be lost.
	asking, lost bool
}

func (c *call) pass(from, to net.Conn, asking bool) {
	defer func() {
		_ = from.Close()
		_ = to.Close()
		c.line.mu.Lock()
		delete(c.line.conns, from)
		c.line.mu.Unlock()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || !c.lets(buffer[:n], asking) {
			return
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// lets counts turns, and reports whether a message may pass.
func (c *call) lets(message []byte, asking bool) bool {
	c.line.mu.Lock()
	defer c.line.mu.Unlock()
	if asking && !c.asking {
		c.line.turns++
	}
	c.asking = asking
	if asking && c.line.lose != nil && bytes.Contains(message, c.line.lose) {
		c.lost, c.line.lose = true, nil
	}
	return asking || !c.lost
}
