package connect

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sluice/connect/egress"
	"sluice/connect/sqldb"
)

// sqliteConfig mirrors the config fields of the type sqlite.
type sqliteConfig struct {
	Path     string `json:"path"`
	ReadOnly bool   `json:"readOnly"`
}

func openSQLite(d *Definition, _ *options) (handle, error) {
	config, err := decode[sqliteConfig](d)
	if err != nil {
		return handle{}, err
	}
	if strings.HasPrefix(config.Path, ":") || strings.HasPrefix(config.Path, "file:") || strings.Contains(config.Path, "\x00") {
		return handle{}, &configError{"/config/path", errors.New("must be the path of a file")}
	}
	db, err := sqldb.OpenSQLite(config.Path, config.ReadOnly)
	if err != nil {
		return handle{}, err
	}
	return handle{sql: db, close: db.Close}, nil
}

// serverConfig mirrors the config fields of the types postgres and mysql.
type serverConfig struct {
	URL      string `json:"url"`
	Host     string `json:"host"`
	Port     int    `json:"port"`
	Database string `json:"database"`
	User     string `json:"user"`
	TLS      struct {
		Mode       string `json:"mode"`
		CA         string `json:"ca"`
		ServerName string `json:"serverName"`
		MinVersion string `json:"minVersion"`
	} `json:"tls"`
	Pool struct {
		Max      int    `json:"max"`
		Idle     int    `json:"idle"`
		Lifetime string `json:"lifetime"`
		IdleTime string `json:"idleTime"`
		Wait     string `json:"wait"`
	} `json:"pool"`
}

func openServer(d *Definition, o *options) (handle, error) {
	config, err := decode[serverConfig](d)
	if err != nil {
		return handle{}, err
	}
	open, schemes, port := sqldb.OpenPostgres, []string{"postgres", "postgresql"}, 5432
	if d.Type == "mysql" {
		open, schemes, port = sqldb.OpenMySQL, []string{"mysql", "mariadb"}, 3306
	}
	if err := config.place(schemes, port); err != nil {
		return handle{}, err
	}
	server := sqldb.Server{
		Host: config.Host, Port: config.Port, Database: config.Database, User: config.User,
		Password: d.Secrets["password"].Reveal(),
		Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := o.egress.DialContext(ctx, network, address)
			if refusal := egress.Failure(err); refusal != nil {
				return nil, refusal
			}
			return conn, err
		},
		Pool: sqldb.Pool{
			Max: config.Pool.Max, Idle: config.Pool.Idle, Lifetime: duration(config.Pool.Lifetime),
			IdleTime: duration(config.Pool.IdleTime), Wait: duration(config.Pool.Wait),
		},
	}
	if server.TLS, server.Plain, err = config.encryption(); err != nil {
		return handle{}, err
	}
	db, err := open(server)
	if err != nil {
		return handle{}, err
	}
	return handle{sql: db, close: db.Close}, nil
}

// place fills host, port, database and user, from the address where there is one.
func (c *serverConfig) place(schemes []string, port int) error {
	if c.URL != "" {
		if c.Host != "" || c.Port != 0 || c.Database != "" || c.User != "" {
			return &configError{"/config/url", errors.New("is the whole address; leave host, port, database and user out")}
		}
		u, err := parseDatabaseURL(c.URL, schemes)
		if err != nil {
			return &configError{"/config/url", err}
		}
		c.take(u)
	}
	if c.Host == "" {
		return &configError{"/config/host", errors.New("is missing, and there is no url")}
	}
	if c.Database == "" {
		return &configError{"/config/database", errors.New("is missing")}
	}
	if c.Port == 0 {
		c.Port = port
	}
	return nil
}

// take is what stands in a checked address.
func (c *serverConfig) take(u *url.URL) {
	c.Host, c.User, c.Database = u.Hostname(), u.User.Username(), strings.TrimPrefix(u.Path, "/")
	c.Port, _ = strconv.Atoi(u.Port())
	if c.TLS.Mode == "" {
		c.TLS.Mode = sslModes()[u.Query().Get("sslmode")]
	}
}

// sslModes are the modes of tls by PostgreSQL's names in addresses.
func sslModes() map[string]string {
	return map[string]string{
		"disable": "off", "allow": "prefer", "prefer": "prefer", "require": "require", "verify-ca": "verify", "verify-full": "verify",
	}
}

// parseDatabaseURL reads the address of a database. What it reports shows nothing of the address, in which people write
// passwords.
func parseDatabaseURL(text string, schemes []string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || !slices.Contains(schemes, u.Scheme) {
		return nil, fmt.Errorf("must be an address such as %s://user@host/database, and begin with %s://", schemes[0], strings.Join(schemes, ":// or "))
	}
	if _, given := u.User.Password(); given {
		return nil, errors.New("must not hold the password; that is the secret password")
	}
	if strings.Trim(u.Path, "/") == "" || strings.Contains(strings.TrimPrefix(u.Path, "/"), "/") {
		return nil, errors.New("must name the database: " + schemes[0] + "://user@host/database")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > maxPort {
			return nil, errors.New("must have a port from 1 to 65535")
		}
	}
	for name, values := range u.Query() {
		if name != "sslmode" || len(values) != 1 || sslModes()[values[0]] == "" {
			return nil, errors.New("must hold no settings behind a ? but sslmode=disable, prefer, require or verify-full; the others have fields of their own")
		}
	}
	if u.Fragment != "" {
		return nil, errors.New("must not hold a fragment (#…)")
	}
	return u, nil
}

// encryption is nil for none; plain takes a server that knows none.
func (c *serverConfig) encryption() (config *tls.Config, plain bool, err error) {
	mode, trust := c.TLS.Mode, tlsConfig{CA: c.TLS.CA, ServerName: c.TLS.ServerName, MinVersion: c.TLS.MinVersion}
	if mode == "" {
		mode = "prefer"
		if trust != (tlsConfig{}) {
			mode = "verify"
		}
	}
	if mode == "off" {
		return nil, false, nil
	}
	config, err = tlsOf(trust)
	if err != nil {
		return nil, false, err
	}
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	if config.ServerName == "" {
		config.ServerName = c.Host
	}
	// The operator chose encryption without proof of who answers.
	config.InsecureSkipVerify = mode != "verify"
	return config, mode == "prefer", nil
}
