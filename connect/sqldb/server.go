package sqldb

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net"
	"strings"
	"time"
)

// Server is a database on a server, and who asks.
type Server struct {
	Host     string
	Port     int
	Database string
	User     string
	Password string
	// TLS is nil for none. With Plain a server that knows no TLS is spoken with in the clear.
	TLS   *tls.Config
	Plain bool
	// Dial opens connections; nil dials as the machine does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	Pool Pool
}

// Pool bounds the connections to a server. What is 0 is as DefaultPool says.
type Pool struct {
	// Max are the connections at a time, Idle those of them that are kept while nobody needs them.
	Max, Idle int
	// Lifetime is when a connection is replaced by a new one, IdleTime when one that nobody needs is closed.
	Lifetime, IdleTime time.Duration
	// Wait is how long a task waits for a connection while all are in use.
	Wait time.Duration
}

// DefaultPool is the pool of a server that says nothing about it.
func DefaultPool() Pool {
	return Pool{Max: 10, Idle: 10, Lifetime: 30 * time.Minute, IdleTime: 5 * time.Minute, Wait: 10 * time.Second}
}

func (p Pool) orDefault() Pool {
	d := DefaultPool()
	if p.Max > 0 {
		d.Max, d.Idle = p.Max, p.Max
	}
	if p.Idle > 0 {
		d.Idle = min(p.Idle, d.Max)
	}
	if p.Lifetime > 0 {
		d.Lifetime = p.Lifetime
	}
	if p.IdleTime > 0 {
		d.IdleTime = p.IdleTime
	}
	if p.Wait > 0 {
		d.Wait = p.Wait
	}
	return d
}

// connectTimeout bounds what opening a connection takes, sign-in included.
const connectTimeout = 10 * time.Second

func openServer(d dialect, connector driver.Connector, p Pool) *DB {
	p = p.orDefault()
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(p.Max)
	pool.SetMaxIdleConns(p.Idle)
	pool.SetConnMaxLifetime(p.Lifetime)
	pool.SetConnMaxIdleTime(p.IdleTime)
	return &DB{dialect: d, reader: pool, writer: pool, wait: p.Wait}
}

// lineFault names an error that is not the server's: of the network, of TLS, of signing in.
func lineFault(err error) fault {
	var (
		dialed    *net.OpError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		invalid   x509.CertificateInvalidError
		unproven  *tls.CertificateVerificationError
		record    tls.RecordHeaderError
		alert     tls.AlertError
	)
	switch {
	case errors.As(err, &authority), errors.As(err, &name), errors.As(err, &invalid), errors.As(err, &unproven),
		errors.As(err, &record), errors.As(err, &alert), strings.Contains(err.Error(), "server refused TLS"):
		return fault{"db.tls", "no encrypted connection came about: " + cause(err).Error(), true, -1}
	case errors.As(err, &dialed) && dialed.Op == "dial":
		return fault{"db.unavailable", "the server cannot be reached: " + dialed.Error(), false, -1}
	}
	if unresolved, ok := errors.AsType[*net.DNSError](err); ok {
		return fault{"db.unavailable", "the server's name is not known: " + unresolved.Error(), false, -1}
	}
	return fault{"db.connection_lost", "the connection to the database was lost", false, -1}
}

// cause is the innermost error.
func cause(err error) error {
	for {
		switch e := err.(type) { //nolint:errorlint // the chain itself is what is walked
		case interface{ Unwrap() error }:
			if inner := e.Unwrap(); inner != nil {
				err = inner
				continue
			}
		case interface{ Unwrap() []error }:
			if inner := e.Unwrap(); len(inner) > 0 {
				err = inner[len(inner)-1]
				continue
			}
		}
		return err
	}
}
