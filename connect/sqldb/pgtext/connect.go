// Package pgtext is a driver for database/sql that speaks with PostgreSQL in the text of its types: what a column holds
// comes as the JSON value that has the same digits, and arguments go as the server itself reads them, so that it alone
// decides what they become.
//
// It must not know flows, connections or pools.
package pgtext

import (
	"context"
	"crypto/tls"
	"database/sql/driver"
	"errors"
	"maps"
	"net"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
)

// Config is where a database is and how it is spoken with.
type Config struct {
	Host     string
	Port     uint16
	Database string
	User     string
	Password string
	// TLS is nil for none. With Plain a server that knows no TLS is spoken with in the clear.
	TLS   *tls.Config
	Plain bool
	// Dial opens connections; nil dials as the machine does.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

// connectTimeout bounds what opening a connection takes, sign-in included.
const connectTimeout = 10 * time.Second

// cancelGrace is how long the server may take to answer a statement that was told to stop, before the line is cut.
const cancelGrace = 2 * time.Second

// maxMessage bounds one message of the server: a row, in particular.
const maxMessage = 64 << 20

// session are the settings that values are read and written under, whatever the server's own are.
func session() map[string]string {
	return map[string]string{
		"application_name": "sluice", "TimeZone": "UTC", "DateStyle": "ISO", "IntervalStyle": "iso_8601",
		"bytea_output": "hex", "extra_float_digits": "1", "standard_conforming_strings": "on", "client_encoding": "UTF8",
	}
}

// connector opens connections to one database. It is safe for concurrent use.
type connector struct {
	config *pgconn.Config
	types  *typeCache
}

// NewConnector returns what opens connections; it sends nothing yet. The environment and the files of the user whom
// the process runs as have no say.
func NewConnector(c Config) (driver.Connector, error) {
	// What matters is set below: a parsed configuration is the only one that the driver takes.
	config, err := pgconn.ParseConfig("host=localhost port=5432 user=nobody password=none sslmode=disable")
	if err != nil {
		return nil, errors.New("the environment of the process holds settings for PostgreSQL (PG…) that cannot be read")
	}
	config.Host, config.Port, config.Database, config.User, config.Password = c.Host, c.Port, c.Database, c.User, c.Password
	config.TLSConfig, config.Fallbacks = c.TLS, nil
	if c.TLS != nil && c.Plain {
		config.Fallbacks = []*pgconn.FallbackConfig{{Host: c.Host, Port: c.Port}}
	}
	config.RuntimeParams = session()
	config.ConnectTimeout = connectTimeout
	config.ValidateConnect, config.KerberosSrvName, config.KerberosSpn = nil, "", ""
	config.MaxProtocolMessageBodyLen = maxMessage
	config.DialFunc = (&net.Dialer{Timeout: connectTimeout, KeepAlive: time.Minute}).DialContext
	if c.Dial != nil {
		config.DialFunc = c.Dial
		// The dialer resolves names, since it may have a say in addresses.
		config.LookupFunc = func(_ context.Context, host string) ([]string, error) { return []string{host}, nil }
	}
	config.BuildContextWatcherHandler = func(pg *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: pg, DeadlineDelay: cancelGrace}
	}
	return &connector{config: config, types: &typeCache{}}, nil
}

// Connect opens a connection.
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	pg, err := pgconn.ConnectConfig(ctx, c.config)
	if err != nil {
		return nil, err
	}
	return &Conn{pg: pg, types: c.types}, nil
}

// Driver is what opens connections by a text alone, which this one does not.
func (c *connector) Driver() driver.Driver { return byName{} }

type byName struct{}

func (byName) Open(string) (driver.Conn, error) { return nil, errors.New("use NewConnector") }

// typeCache is what is known of the types of a database: the type of an array's items by the array's, 0 for what is
// no array. A type's number is never given to another kind of type.
type typeCache struct {
	mu    sync.Mutex
	items map[uint32]uint32
}

func (t *typeCache) item(oid uint32) (item uint32, known bool) {
	if scalar(oid) {
		return 0, true
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	item, known = t.items[oid]
	return item, known
}

func (t *typeCache) learn(items map[uint32]uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.items == nil {
		t.items = map[uint32]uint32{}
	}
	maps.Copy(t.items, items)
}
