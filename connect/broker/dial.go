package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
)

type dialer func(ctx context.Context, network, address string) (net.Conn, error)

// encrypted is a dialer with TLS on top, for drivers that take one function for both.
func encrypted(dial dialer, config *tls.Config) dialer {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		raw, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		own := config.Clone()
		if own.ServerName == "" {
			if own.ServerName, _, err = net.SplitHostPort(address); err != nil {
				return nil, err
			}
		}
		secured := tls.Client(raw, own)
		if err := secured.HandshakeContext(ctx); err != nil {
			_ = raw.Close()
			return nil, err
		}
		return secured, nil
	}
}

// impatient is a dialer for a client that waits for its broker's greeting and knows no context: the connection is closed
// when the context ends before settled says that the client is through.
func (d dialer) impatient(ctx context.Context, settled *atomic.Bool) dialer {
	return func(dialling context.Context, network, address string) (net.Conn, error) {
		conn, err := d(dialling, network, address)
		if err == nil && !settled.Load() {
			context.AfterFunc(ctx, func() {
				if !settled.Load() {
					_ = conn.Close()
				}
			})
		}
		return conn, err
	}
}

// lock is a mutex that is waited for no longer than a context lasts, for one is held while a broker is connected to.
type lock chan struct{}

func newLock() lock { return make(lock, 1) }

// take reports whether it is taken; false when the context ended first.
func (l lock) take(ctx context.Context) bool {
	select {
	case l <- struct{}{}:
		return true
	case <-ctx.Done():
		return false
	}
}

func (l lock) give() { <-l }

// dialling reports whether an error arose while a connection was made.
func dialling(err error) bool {
	failure, ok := errors.AsType[*net.OpError](err)
	return ok && failure.Op == "dial"
}
