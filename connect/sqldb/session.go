package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"

	"sluice/engine/core"
)

// session is one connection of the pool while a task uses it, and the transaction on it, if there is one.
type session struct {
	db   *DB
	conn *sql.Conn
	tx   *sql.Tx
}

// asker is what runs statements: a connection or a transaction on it.
type asker interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	PrepareContext(ctx context.Context, query string) (*sql.Stmt, error)
}

func (s *session) asker() asker {
	if s.tx != nil {
		return s.tx
	}
	return s.conn
}

// connect takes a connection of the pool, or opens one.
func (db *DB) connect(ctx context.Context, pool *sql.DB) (*session, error) {
	if err := db.open(ctx); err != nil {
		return nil, err
	}
	within, cancel := ctx, context.CancelFunc(func() {})
	if db.wait > 0 {
		within, cancel = context.WithTimeout(ctx, db.wait)
	}
	defer cancel()
	conn, err := pool.Conn(within)
	if err == nil {
		return &session{db: db, conn: conn}, nil
	}
	if db.wait > 0 && within.Err() != nil && !errors.Is(ctx.Err(), context.Canceled) {
		if full := pool.Stats(); full.MaxOpenConnections > 0 && full.InUse >= full.MaxOpenConnections {
			return nil, &core.Failure{Code: "db.pool_full", Message: fmt.Sprintf(
				"all %d connections of the pool were in use for as long as the task could wait", full.MaxOpenConnections)}
		}
		return nil, &core.Failure{Code: "db.unavailable", Message: "the database did not let anybody in within the time allowed"}
	}
	return nil, err
}

// begin takes a connection and opens a transaction on it. A connection of the pool that was lost meanwhile is given up
// for another: nothing had begun on it.
func (db *DB) begin(ctx context.Context, pool *sql.DB, options *sql.TxOptions) (*session, error) {
	for tries := pool.Stats().OpenConnections + 1; ; tries-- {
		s, err := db.connect(ctx, pool)
		if err != nil {
			return nil, err
		}
		if s.tx, err = s.conn.BeginTx(ctx, options); err == nil && db.dialect.begun != nil {
			err = db.dialect.begun(ctx, s)
		}
		if err == nil {
			return s, nil
		}
		s.close()
		lost := errors.Is(err, driver.ErrBadConn) || db.dialect.failure(err).code == "db.connection_lost"
		if !lost || tries <= 0 || ctx.Err() != nil {
			return nil, err
		}
	}
}

// close gives the connection back. What was not committed is rolled back.
func (s *session) close() {
	if s.tx != nil {
		// After a commit this does nothing.
		_ = s.tx.Rollback()
	}
	_ = s.conn.Close()
}

// eachOf runs a statement, prepared once, for one set of arguments after the other.
func eachOf(ctx context.Context, s *session, st *statement, sets [][]any, count func(set, rows int)) (at int, err error) {
	prepared, err := s.asker().PrepareContext(ctx, st.sql)
	if err != nil {
		return 0, err
	}
	defer prepared.Close()
	for i, set := range sets {
		rows, err := changed(prepared.ExecContext(ctx, set...))
		if err != nil {
			return i, err
		}
		count(i, rows)
	}
	return 0, nil
}

// changed is the number of rows that a statement changed.
func changed(done sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	rows, err := done.RowsAffected()
	return int(rows), err
}
