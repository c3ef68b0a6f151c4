package server

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// lingering is a listener whose connections can take what a refused request still sends. A connection that is closed with
// bytes unread is reset, and a client that is busy sending then loses the answer that told it why.
type lingering struct{ net.Listener }

// Accept implements net.Listener.
func (l lingering) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingeringConn{Conn: c}, nil
}

// Bounds of what is still taken, in bytes and in time.
const (
	lingerBytes = 256 << 20
	lingerTime  = 5 * time.Second
)

type lingeringConn struct {
	net.Conn
	linger atomic.Bool
}

// Close implements net.Conn. It says that nothing more is written, and drops what comes until the client has seen it.
func (c *lingeringConn) Close() error {
	if c.linger.Load() {
		if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil && c.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
			_, _ = io.CopyN(io.Discard, c.Conn, lingerBytes)
		}
	}
	return c.Conn.Close()
}

// lingerOn lets a connection take what its client still sends before it is closed.
func lingerOn(c net.Conn) {
	if l, ok := c.(*lingeringConn); ok {
		l.linger.Store(true)
	}
}
