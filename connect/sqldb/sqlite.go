package sqldb

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"modernc.org/sqlite"
	sqlitelib "modernc.org/sqlite/lib"
)

// readers bounds the reading connections to one SQLite file.
const readers = 8

// busyMillis is how long a statement waits for another process that writes.
const busyMillis = 5000

// OpenSQLite returns the database in a file, which is created on first use unless readOnly. The file is kept in WAL
// mode with foreign keys on. Within this process writes queue up for the one writing connection; the lock of another
// process is waited for up to five seconds. Nothing is opened before the first call.
func OpenSQLite(path string, readOnly bool) (*DB, error) {
	db := &DB{dialect: sqliteDialect()}
	var err error
	if readOnly {
		db.reader, err = sqliteConnections(path, "mode=ro", readers)
		return db, err
	}
	if db.writer, err = sqliteConnections(path, "_pragma=journal_mode(WAL)&_txlock=immediate", 1); err != nil {
		return nil, err
	}
	db.reader, err = sqliteConnections(path, "_query_only=1", readers)
	return db, err
}

func sqliteConnections(path, options string, limit int) (*sql.DB, error) {
	address := (&url.URL{Scheme: "file", Opaque: url.PathEscape(path)}).String()
	pragmas := fmt.Sprintf("?_pragma=busy_timeout(%d)&_pragma=foreign_keys(1)&_pragma=synchronous(FULL)&", busyMillis)
	connections, err := sql.Open("sqlite", strings.ReplaceAll(address, "%2F", "/")+pragmas+options)
	if err != nil {
		return nil, err
	}
	connections.SetMaxOpenConns(limit)
	connections.SetMaxIdleConns(limit)
	return connections, nil
}

func sqliteDialect() dialect {
	return dialect{
		lexis: lexis{
			placeholder: func(int) string { return "?" }, backtick: true, bracket: true,
			refused: []string{"ATTACH", "DETACH", "PRAGMA"},
		},
		quote: sqliteQuote,
		ledger: `CREATE TABLE IF NOT EXISTS sluice_ledger (
			key TEXT PRIMARY KEY, result TEXT NOT NULL, at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))`,
		claim:    `INSERT INTO sluice_ledger (key, result) VALUES (?, 'null') ON CONFLICT (key) DO NOTHING`,
		bind:     bind,
		result:   sqliteResult,
		many:     eachOf,
		upsert:   insertOrUpdate,
		failure:  sqliteFailure,
		asStored: sqliteAsStored,
	}
}

func sqliteQuote(identifier string) string {
	return `"` + strings.ReplaceAll(identifier, `"`, `""`) + `"`
}

// sqliteCodes are SQLite's extended result codes that have a code of their own here.
var sqliteCodes = map[int]string{
	sqlitelib.SQLITE_CONSTRAINT_UNIQUE:     "db.unique_violation",
	sqlitelib.SQLITE_CONSTRAINT_PRIMARYKEY: "db.unique_violation",
	sqlitelib.SQLITE_CONSTRAINT_ROWID:      "db.unique_violation",
	sqlitelib.SQLITE_CONSTRAINT_FOREIGNKEY: "db.foreign_key_violation",
	sqlitelib.SQLITE_CONSTRAINT_NOTNULL:    "db.not_null_violation",
	sqlitelib.SQLITE_CONSTRAINT_CHECK:      "db.check_violation",
	sqlitelib.SQLITE_CONSTRAINT_TRIGGER:    "db.check_violation",
	sqlitelib.SQLITE_CONSTRAINT_DATATYPE:   "db.type_mismatch",
}

// sqlitePrimary are the primary result codes, for errors without a more special one.
var sqlitePrimary = map[int]struct {
	code      string
	permanent bool
}{
	sqlitelib.SQLITE_CONSTRAINT: {"db.check_violation", true},
	sqlitelib.SQLITE_MISMATCH:   {"db.type_mismatch", true},
	sqlitelib.SQLITE_BUSY:       {"db.busy", false},
	sqlitelib.SQLITE_LOCKED:     {"db.busy", false},
	sqlitelib.SQLITE_READONLY:   {"db.readonly", true},
	sqlitelib.SQLITE_INTERRUPT:  {"db.cancelled", false},
	sqlitelib.SQLITE_CANTOPEN:   {"db.unavailable", false},
	sqlitelib.SQLITE_IOERR:      {"db.unavailable", false},
	sqlitelib.SQLITE_FULL:       {"db.unavailable", false},
	sqlitelib.SQLITE_NOMEM:      {"db.unavailable", false},
	sqlitelib.SQLITE_NOTADB:     {"db.unavailable", true},
	sqlitelib.SQLITE_CORRUPT:    {"db.unavailable", true},
	sqlitelib.SQLITE_AUTH:       {"db.refused", true},
	sqlitelib.SQLITE_TOOBIG:     {"db.bad_value", true},
}

func sqliteFailure(err error) fault {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return fault{"db.unavailable", err.Error(), false, -1}
	}
	message := sqliteMessage(e.Error())
	if code, ok := sqliteCodes[e.Code()]; ok {
		return fault{code, message, true, -1}
	}
	if primary, ok := sqlitePrimary[e.Code()&0xff]; ok {
		return fault{primary.code, message, primary.permanent, -1}
	}
	switch {
	case strings.Contains(message, "no such table"):
		return fault{"db.no_such_table", message, true, -1}
	case strings.Contains(message, "no such column"), strings.Contains(message, "has no column named"):
		return fault{"db.no_such_column", message, true, -1}
	case strings.Contains(message, "ON CONFLICT clause does not match"):
		return fault{"db.no_unique_key", "the key columns are not the primary key or a unique index", true, -1}
	default:
		return fault{"db.syntax", message, true, -1}
	}
}

var sqliteNumber = regexp.MustCompile(` \(\d+\)( \(SQLITE_BUSY\))?$`)

// sqliteMessage leaves of the driver's "kind: message (number)" the message.
func sqliteMessage(text string) string {
	text = sqliteNumber.ReplaceAllString(text, "")
	for _, kind := range []string{"SQL logic error: ", "constraint failed: "} {
		text = strings.TrimPrefix(text, kind)
	}
	return text
}

// sqliteAsStored takes the declared types DATE, DATETIME and TIMESTAMP away from the columns that have one. By them the
// driver would parse texts into times, after which nobody can tell 06:13:20 without a zone from 06:13:20Z.
func sqliteAsStored(query string, columns []*sql.ColumnType) (string, bool) {
	names, values, needed := make([]string, len(columns)), make([]string, len(columns)), false
	for i, column := range columns {
		names[i] = fmt.Sprintf("c%d", i)
		values[i] = names[i]
		switch column.DatabaseTypeName() {
		case "DATE", "DATETIME", "TIMESTAMP":
			// A sign does nothing to a value, but makes an expression of the column.
			values[i], needed = "+"+names[i], true
		}
		values[i] += " AS " + sqliteQuote(column.Name())
	}
	if !needed {
		return "", false
	}
	// A comment may end the query, so the bracket stands on a line of its own.
	return "WITH stored(" + strings.Join(names, ", ") + ") AS (" + query + "\n) SELECT " + strings.Join(values, ", ") + " FROM stored", true
}
