// Package sqldbtest runs a test on every database that sqldb knows: a SQLite file, PostgreSQL and MySQL (or MariaDB), in
// a place of its own that is gone when the test is over.
//
// It is imported by tests only.
package sqldbtest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect/sqldb"
	"sluice/connect/sqldb/pgtext"
	"sluice/engine/core"
)

// Database is an empty database.
type Database struct {
	// Kind is the type of its connections: sqlite, postgres or mysql.
	Kind string
	// Path is the file of a SQLite database.
	Path string
	// Server is where any other one is.
	Server sqldb.Server
}

// Kinds are the databases.
func Kinds() []string { return []string{"sqlite", "postgres", "mysql"} }

// Each runs a test on each database, side by side.
func Each(t *testing.T, test func(t *testing.T, d *Database)) {
	t.Helper()
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, New(t, kind))
		})
	}
}

// EachServer runs a test on each database that is on a server.
func EachServer(t *testing.T, test func(t *testing.T, d *Database)) {
	t.Helper()
	for _, kind := range Kinds()[1:] {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			test(t, New(t, kind))
		})
	}
}

// New makes an empty database of a kind.
func New(t testing.TB, kind string) *Database {
	t.Helper()
	if kind == "sqlite" {
		return &Database{Kind: kind, Path: filepath.Join(t.TempDir(), "test.db")}
	}
	name := "sluice_" + random(t)
	d := &Database{Kind: kind}
	create, drop := []string{"CREATE DATABASE " + name}, []string{"DROP DATABASE " + name}
	if kind == "postgres" {
		// A schema that is called as its user is where the user's tables go.
		d.Server = sqldb.Server{Host: "127.0.0.1", Port: 5432, Database: "test", User: name}
		create = []string{"CREATE ROLE " + name + " LOGIN", "CREATE SCHEMA " + name + " AUTHORIZATION " + name}
		drop = []string{"DROP SCHEMA " + name + " CASCADE", "DROP ROLE " + name}
	} else {
		d.Server = sqldb.Server{Host: "127.0.0.1", Port: 3306, Database: name, User: "root"}
	}
	admin := administrator(t, kind)
	for _, statement := range create {
		run(t.Context(), t, admin, statement)
	}
	t.Cleanup(func() {
		for _, statement := range drop {
			run(context.WithoutCancel(t.Context()), t, admin, statement)
		}
	})
	return d
}

func random(t testing.TB) string {
	t.Helper()
	var bytes [8]byte
	_, err := rand.Read(bytes[:])
	require.NoError(t, err)
	return hex.EncodeToString(bytes[:])
}

// administrator may make users and databases.
func administrator(t testing.TB, kind string) *sqldb.DB {
	t.Helper()
	server, open := sqldb.Server{Host: "127.0.0.1", Port: 5432, Database: "test", User: "postgres"}, sqldb.OpenPostgres
	how := "start PostgreSQL on 127.0.0.1:5432, with the database test, that trusts the user postgres"
	if kind == "mysql" {
		server, open = sqldb.Server{Host: "127.0.0.1", Port: 3306, Database: "test", User: "root"}, sqldb.OpenMySQL
		how = "start MariaDB or MySQL on 127.0.0.1:3306, with the database test, for root without a password"
	}
	server.Pool.Max = 1
	db, err := open(server)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	if failure := db.Ping(t.Context()); failure != nil {
		if testing.Short() {
			t.Skipf("skipped in short mode: %s (%s)", failure.Message, how)
		}
		t.Fatalf("%s: %s", failure.Message, how)
	}
	return db
}

func run(ctx context.Context, t testing.TB, db *sqldb.DB, statement string) {
	t.Helper()
	_, failure := db.Exec(ctx, sqldb.Exec{Statements: []sqldb.Statement{{SQL: statement}}})
	require.Nil(t, failure, statement)
}

// Open opens the database; edit, which may be nil, changes how a server is reached.
func (d *Database) Open(t testing.TB, edit func(*sqldb.Server)) *sqldb.DB {
	t.Helper()
	var db *sqldb.DB
	var err error
	server := d.Server
	if edit != nil {
		edit(&server)
	}
	switch d.Kind {
	case "sqlite":
		db, err = sqldb.OpenSQLite(d.Path, false)
	case "postgres":
		db, err = sqldb.OpenPostgres(server)
	default:
		db, err = sqldb.OpenMySQL(server)
	}
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// Exec runs statements, in which types are written as [Database.Types] has them.
func (d *Database) Exec(t testing.TB, db *sqldb.DB, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		run(t.Context(), t, db, d.Types(statement))
	}
}

// Types puts the database's own types in place of {id}, {text}, {big}, {decimal}, {double}, {bool}, {instant}, {json}
// and {bytes}.
func (d *Database) Types(sql string) string {
	types := map[string][]string{
		"sqlite": {
			"{id}", "TEXT", "{text}", "TEXT", "{big}", "INTEGER", "{decimal}", "NUMERIC", "{double}", "REAL", "{bool}", "BOOLEAN",
			"{instant}", "TEXT", "{json}", "TEXT", "{bytes}", "BLOB",
		},
		"postgres": {
			"{id}", "text", "{text}", "text", "{big}", "bigint", "{decimal}", "numeric(38, 10)", "{double}", "double precision", "{bool}", "boolean",
			"{instant}", "timestamptz", "{json}", "jsonb", "{bytes}", "bytea",
		},
		"mysql": {
			"{id}", "VARCHAR(64)", "{text}", "TEXT", "{big}", "BIGINT", "{decimal}", "DECIMAL(38, 10)", "{double}", "DOUBLE", "{bool}", "BOOLEAN",
			"{instant}", "TIMESTAMP(6) NULL", "{json}", "JSON", "{bytes}", "BLOB",
		},
	}
	return strings.NewReplacer(types[d.Kind]...).Replace(sql)
}

// Definition is the connection to the database under an id, as people write it.
func (d *Database) Definition(t testing.TB, id string) json.RawMessage {
	t.Helper()
	config := core.Object{"path": d.Path}
	if d.Kind != "sqlite" {
		config = core.Object{"url": fmt.Sprintf("%s://%s@%s/%s", d.Kind, d.Server.User, d.Address(), d.Server.Database)}
	}
	text, err := json.Marshal(core.Object{"id": id, "type": d.Kind, "config": config})
	require.NoError(t, err)
	return text
}

// Address is the server's, as host:port.
func (d *Database) Address() string {
	return net.JoinHostPort(d.Server.Host, fmt.Sprint(d.Server.Port))
}

// Raw opens the database with nothing of sqldb's between: for what a test puts there and looks at.
func (d *Database) Raw(t testing.TB) *sql.DB {
	t.Helper()
	var db *sql.DB
	switch d.Kind {
	case "sqlite":
		var err error
		db, err = sql.Open("sqlite", d.Path+"?_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)")
		require.NoError(t, err)
	case "postgres":
		connector, err := pgtext.NewConnector(pgtext.Config{
			Host: d.Server.Host, Port: uint16(d.Server.Port), Database: d.Server.Database, User: d.Server.User, //nolint:gosec // it is 5432
		})
		require.NoError(t, err)
		db = sql.OpenDB(connector)
	default:
		var err error
		db, err = sql.Open("mysql", d.Server.User+"@tcp("+d.Address()+")/"+d.Server.Database)
		require.NoError(t, err)
	}
	db.SetMaxIdleConns(1)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// Marks puts the placeholders of the database in place of each ?.
func (d *Database) Marks(sql string) string {
	if d.Kind != "postgres" {
		return sql
	}
	parts := strings.Split(sql, "?")
	for i := 1; i < len(parts); i++ {
		parts[i] = fmt.Sprintf("$%d", i) + parts[i]
	}
	return strings.Join(parts, "")
}
