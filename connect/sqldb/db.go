// Package sqldb runs the SQL of flows: exact values in and out, all statements of a task in one transaction, at most
// one effect for a key, and failures that say whether trying again makes sense.
//
// It must not know connections as documents, flows or nodes. What differs between databases stands in a dialect.
package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"sluice/connect/limit"
	"sluice/engine/core"
)

// DB is one database. It is safe for concurrent use. In a SQLite file reads run beside each other and beside a write,
// and writes go one at a time; a server has as many of both at a time as its pool has connections.
type DB struct {
	dialect dialect
	reader  *sql.DB
	// writer is nil where the database is opened for reading only, and the reader's pool where it is a server's.
	writer *sql.DB
	guard  *limit.Guard
	// wait bounds how long a task waits for a connection of the pool; 0 waits as long as the task may take.
	wait time.Duration

	// opening guards opened: the writer opens a file first, alone, because it may have to create it.
	opening sync.Mutex
	opened  bool
	// hasLedger is true once the ledger's table is known to be there.
	hasLedger atomic.Bool
}

// dialect is what the databases do not agree on.
type dialect struct {
	lexis lexis
	quote func(identifier string) string
	// ledger creates the ledger's table where it is missing; claim enters a key into it unless it is there, and then
	// changes no row.
	ledger, claim string
	// readOnly has reads run in a transaction that can only read.
	readOnly bool
	// begun tells the server, where it can be told, how long the statements of a transaction may take.
	begun func(ctx context.Context, s *session) error
	// bind is a JSON value as the driver takes it, result what the driver gives as a JSON value, of a column declared so.
	bind   func(v core.Value) (any, error)
	result func(v any, declared string) (core.Value, error)
	// render is a statement in the form that these arguments need, with them as the driver takes them; nil where there is
	// only one form.
	render func(st *statement, args []any) (string, []any)
	// many runs a statement for all sets of arguments, in order, and counts the rows that each changed, or those of
	// several together under the first of them. Of an error, at is the set that failed.
	many func(ctx context.Context, s *session, st *statement, sets [][]any, count func(set, rows int)) (at int, err error)
	// upsert writes rows that name the same columns.
	upsert func(ctx context.Context, s *session, u *upserter, rows []core.Object) (at int, err error)
	// failure names an error of the driver.
	failure func(err error) fault
	// asStored rewrites a query of these columns so that the driver hands out texts as they are stored; false where it
	// does so anyway.
	asStored func(query string, columns []*sql.ColumnType) (string, bool)
}

// fault is an error of a driver: its code, what it says without any argument's value, and whether another try is no use.
type fault struct {
	code, message string
	permanent     bool
	// offset is the character of the statement, as it was sent, that the database points at; -1 for none.
	offset int
}

// Close ends all connections to the database. Statements under way end first.
func (db *DB) Close() error {
	err := db.reader.Close()
	if db.writer != nil && db.writer != db.reader {
		err = errors.Join(err, db.writer.Close())
	}
	return err
}

// Limit has all later queries and writes pass a guard; it comes before the first of them.
func (db *DB) Limit(g *limit.Guard) { db.guard = g }

// Ping reports whether the database answers. No limit holds it up: it tells how the database is while the limits refuse.
func (db *DB) Ping(ctx context.Context) *core.Failure {
	s, err := db.connect(ctx, db.reader)
	if err != nil {
		return db.failure(ctx, err, place{})
	}
	defer s.close()
	if err := s.conn.PingContext(ctx); err != nil {
		return db.failure(ctx, err, place{})
	}
	return nil
}

func (db *DB) open(ctx context.Context) error {
	db.opening.Lock()
	defer db.opening.Unlock()
	if db.opened || db.writer == nil || db.writer == db.reader {
		return nil
	}
	if err := db.writer.PingContext(ctx); err != nil {
		return err
	}
	db.opened = true
	return nil
}

// place is where in a task an error arose.
type place struct {
	// statement counts from 1; 0 where it was no statement of the task's.
	statement int
	// row counts the argument objects of an each from 1; 0 outside one.
	row int
	sql string
	// sent is the statement as it was sent; nil where it was not.
	sent *statement
}

// failure is an error as a failure; it shows the statement's place, never an argument.
func (db *DB) failure(ctx context.Context, err error, at place) *core.Failure {
	if failure, ok := errors.AsType[*core.Failure](err); ok {
		return failure
	}
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		return &core.Failure{Code: "db.timeout", Message: "the database did not finish within the time allowed; nothing was kept"}
	case ctx.Err() != nil, errors.Is(err, context.Canceled):
		return &core.Failure{Code: "db.cancelled", Message: "the statement was cancelled; nothing was kept"}
	}
	why := fault{code: "db.connection_lost", message: "the connection to the database was lost", offset: -1}
	if !errors.Is(err, driver.ErrBadConn) && !errors.Is(err, sql.ErrConnDone) {
		why = db.dialect.failure(err)
	}
	f := &core.Failure{Code: why.code, Message: why.message, Permanent: why.permanent}
	if at.statement == 0 {
		return f
	}
	details := core.Object{"statement": at.statement}
	if at.row > 0 {
		details["row"] = at.row
		f.Message += fmt.Sprintf(" (row %d)", at.row)
	}
	if line, column, ok := at.position(&why); ok {
		details["line"], details["column"] = line, column
		f.Message += fmt.Sprintf(" at line %d, column %d", line, column)
	}
	if at.statement > 1 {
		f.Message += fmt.Sprintf(" in statement %d", at.statement)
	}
	f.Details = details
	return f
}

// refused is a task that is wrong as it stands.
func refused(code, format string, args ...any) *core.Failure {
	return &core.Failure{Code: code, Message: fmt.Sprintf(format, args...), Permanent: true}
}
