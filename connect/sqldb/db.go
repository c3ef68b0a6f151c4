// Package sqldb runs the SQL of flows: exact values in and out, all statements of a task in one transaction, at most
// one effect for a key, and failures that say whether trying again makes sense.
//
// It must not know connections as documents, flows or nodes. What differs between databases stands in a dialect.
package sqldb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"sluice/connect/limit"
	"sluice/engine/core"
)

// DB is one database. It is safe for concurrent use. Reads run beside each other and beside a write; writes go one at
// a time.
type DB struct {
	dialect dialect
	reader  *sql.DB
	// writer is nil where the database is opened for reading only.
	writer *sql.DB
	guard  *limit.Guard

	// opening guards opened: the writer opens the file first, alone, because it may have to create it.
	opening sync.Mutex
	opened  bool
	// hasLedger is true once the ledger's table is known to be there.
	hasLedger atomic.Bool
}

// dialect is what the databases do not agree on.
type dialect struct {
	// placeholder is the n-th argument of a statement, from 1.
	placeholder func(n int) string
	quote       func(identifier string) string
	// ledger creates the ledger's table where it is missing.
	ledger string
	// failure names an error of the driver: its code, what it says, and whether another try can help.
	failure func(err error) (code, message string, permanent bool)
	// asStored rewrites a query of these columns so that the driver hands out texts as they are stored; false where it
	// does so anyway.
	asStored func(query string, columns []*sql.ColumnType) (string, bool)
}

// Close ends all connections to the database. Statements under way end first.
func (db *DB) Close() error {
	err := db.reader.Close()
	if db.writer != nil {
		err = errors.Join(err, db.writer.Close())
	}
	return err
}

// Limit has all later queries and writes pass a guard; it comes before the first of them.
func (db *DB) Limit(g *limit.Guard) { db.guard = g }

// Ping reports whether the database answers. No limit holds it up: it tells how the database is while the limits refuse.
func (db *DB) Ping(ctx context.Context) *core.Failure {
	if err := db.open(ctx); err != nil {
		return db.failure(ctx, err, place{})
	}
	if err := db.reader.PingContext(ctx); err != nil {
		return db.failure(ctx, err, place{})
	}
	return nil
}

func (db *DB) open(ctx context.Context) error {
	db.opening.Lock()
	defer db.opening.Unlock()
	if db.opened || db.writer == nil {
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
	code, message, permanent := db.dialect.failure(err)
	f := &core.Failure{Code: code, Message: message, Permanent: permanent}
	if at.statement == 0 {
		return f
	}
	details := core.Object{"statement": at.statement}
	if at.row > 0 {
		details["row"] = at.row
		f.Message += fmt.Sprintf(" (row %d)", at.row)
	}
	if line, column, ok := position(at.sql, message); ok {
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
