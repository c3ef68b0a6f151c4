package broker

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
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

// dialling reports whether an error arose while a connection was made.
func dialling(err error) bool {
	failure, ok := errors.AsType[*net.OpError](err)
	return ok && failure.Op == "dial"
}
