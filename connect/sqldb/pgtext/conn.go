package pgtext

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Conn is one connection. As all of database/sql's, it is used by one goroutine at a time.
type Conn struct {
	pg    *pgconn.PgConn
	types *typeCache
}

// Prepare is not offered: a statement is prepared by what runs it.
func (c *Conn) Prepare(string) (driver.Stmt, error) {
	return nil, errors.New("statements are prepared where they run")
}

// Close ends the connection.
func (c *Conn) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), cancelGrace)
	defer cancel()
	return c.pg.Close(ctx)
}

// Begin opens a transaction.
func (c *Conn) Begin() (driver.Tx, error) { return c.BeginTx(context.Background(), driver.TxOptions{}) }

// BeginTx opens a transaction of the server's usual isolation. The server ends each of its statements that outlives
// the context's deadline by itself, also where nobody is left to tell it.
func (c *Conn) BeginTx(ctx context.Context, options driver.TxOptions) (driver.Tx, error) {
	begin := "BEGIN"
	if options.ReadOnly {
		begin = "BEGIN READ ONLY"
	}
	if deadline, ok := ctx.Deadline(); ok {
		begin += fmt.Sprintf("; SET LOCAL statement_timeout = %d", max(time.Until(deadline).Milliseconds(), 1))
	}
	if err := c.simple(ctx, begin); err != nil {
		if _, refused := errors.AsType[*pgconn.PgError](err); !refused && ctx.Err() == nil {
			// Nothing has begun, so another connection may be tried.
			return nil, driver.ErrBadConn
		}
		return nil, err
	}
	return &tx{ctx: ctx, conn: c}, nil
}

func (c *Conn) simple(ctx context.Context, sql string) error {
	_, err := c.pg.Exec(ctx, sql).ReadAll()
	return err
}

// Ping asks the server for an answer.
func (c *Conn) Ping(ctx context.Context) error { return c.simple(ctx, "-- ping") }

// ResetSession refuses a connection that somebody left in a transaction.
func (c *Conn) ResetSession(context.Context) error {
	if c.pg.IsClosed() || c.pg.TxStatus() != 'I' {
		return driver.ErrBadConn
	}
	return nil
}

// IsValid reports whether the connection may be used again.
func (c *Conn) IsValid() bool { return !c.pg.IsClosed() }

// CheckNamedValue takes all JSON values: they are written when the server has said what it wants.
func (c *Conn) CheckNamedValue(*driver.NamedValue) error { return nil }

type tx struct {
	ctx  context.Context
	conn *Conn
}

// Commit ends the transaction. A transaction that a failed statement spoiled is an error: PostgreSQL rolls it back.
func (t *tx) Commit() error {
	if t.conn.pg.TxStatus() == 'E' {
		return errors.Join(errors.New("the transaction was spoiled by a statement that failed"), t.Rollback())
	}
	return t.conn.simple(t.ctx, "COMMIT")
}

// Rollback ends the transaction; its context may be over.
func (t *tx) Rollback() error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.ctx), cancelGrace)
	defer cancel()
	return t.conn.simple(ctx, "ROLLBACK")
}

// prepare has the server look at a statement, and finds out about the types in it.
func (c *Conn) prepare(ctx context.Context, sql string) (*pgconn.StatementDescription, error) {
	described, err := c.pg.Prepare(ctx, "", sql, nil)
	if err != nil {
		return nil, unwrapped(err)
	}
	unknown := map[uint32]bool{}
	for _, oid := range described.ParamOIDs {
		if _, known := c.types.item(oid); !known {
			unknown[oid] = true
		}
	}
	for _, field := range described.Fields {
		if _, known := c.types.item(field.DataTypeOID); !known {
			unknown[field.DataTypeOID] = true
		}
	}
	if len(unknown) == 0 {
		return described, nil
	}
	if err := c.lookUp(ctx, unknown); err != nil {
		return nil, err
	}
	described, err = c.pg.Prepare(ctx, "", sql, nil)
	return described, unwrapped(err)
}

// unwrapped leaves of an error of preparing what the server said.
func unwrapped(err error) error {
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok {
		return refused
	}
	return err
}

// lookUp asks which of these types are arrays, and of what.
func (c *Conn) lookUp(ctx context.Context, oids map[uint32]bool) error {
	list, items := make([]string, 0, len(oids)), map[uint32]uint32{}
	for oid := range oids {
		list = append(list, strconv.FormatUint(uint64(oid), 10))
		items[oid] = 0
	}
	result, err := c.pg.Exec(ctx, "SELECT oid, typelem FROM pg_catalog.pg_type WHERE typcategory = 'A' AND typelem <> 0 AND oid IN ("+
		strings.Join(list, ", ")+")").ReadAll()
	if err != nil {
		return err
	}
	for _, row := range result[0].Rows {
		oid, _ := strconv.ParseUint(string(row[0]), 10, 32)
		item, _ := strconv.ParseUint(string(row[1]), 10, 32)
		items[uint32(oid)] = uint32(item)
	}
	c.types.learn(items)
	return nil
}

// arguments writes values as the server reads them.
func (c *Conn) arguments(described *pgconn.StatementDescription, values []any) ([][]byte, error) {
	if len(values) != len(described.ParamOIDs) {
		return nil, fmt.Errorf("the statement wants %d arguments and was given %d", len(described.ParamOIDs), len(values))
	}
	texts := make([][]byte, len(values))
	for i, v := range values {
		oid := described.ParamOIDs[i]
		item, _ := c.types.item(oid)
		text, err := write(v, oid, item)
		if err != nil {
			return nil, err
		}
		texts[i] = text
	}
	return texts, nil
}

// ExecContext runs a statement.
func (c *Conn) ExecContext(ctx context.Context, sql string, args []driver.NamedValue) (driver.Result, error) {
	reader, err := c.start(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	for reader.NextRow() {
		// What a RETURNING gives is nobody's here.
		continue
	}
	tag, err := reader.Close()
	return driver.RowsAffected(tag.RowsAffected()), err
}

// QueryContext runs a statement for its rows.
func (c *Conn) QueryContext(ctx context.Context, sql string, args []driver.NamedValue) (driver.Rows, error) {
	within, cancel := context.WithCancel(ctx)
	reader, err := c.start(within, sql, args)
	if err != nil {
		cancel()
		return nil, err
	}
	r := &rows{reader: reader, cancel: cancel}
	for _, field := range reader.FieldDescriptions() {
		item, _ := c.types.item(field.DataTypeOID)
		r.columns = append(r.columns, column{name: field.Name, oid: field.DataTypeOID, item: item})
	}
	return r, nil
}

func (c *Conn) start(ctx context.Context, sql string, args []driver.NamedValue) (*pgconn.ResultReader, error) {
	described, err := c.prepare(ctx, sql)
	if err != nil {
		return nil, err
	}
	values := make([]any, len(args))
	for i := range args {
		values[i] = args[i].Value
	}
	texts, err := c.arguments(described, values)
	if err != nil {
		return nil, err
	}
	return c.pg.ExecStatement(ctx, described, texts, nil, nil), nil
}

// ExecMany runs a statement once for each set of arguments, in order, without waiting for the answer to one before it
// sends the next. It calls count with the number of rows that each changed. Of an error, at is the set that failed;
// the transaction is spoiled.
func (c *Conn) ExecMany(ctx context.Context, sql string, sets [][]any, count func(set, rows int)) (at int, err error) {
	described, err := c.prepare(ctx, sql)
	if err != nil {
		return 0, err
	}
	batch := &pgconn.Batch{}
	for i, set := range sets {
		texts, err := c.arguments(described, set)
		if err != nil {
			return i, err
		}
		batch.ExecPrepared("", texts, nil, nil)
	}
	results := c.pg.ExecBatch(ctx, batch)
	done := 0
	for results.NextResult() {
		tag, err := results.ResultReader().Close()
		if err != nil {
			return done, errors.Join(err, ignore(results.Close()))
		}
		count(done, int(tag.RowsAffected()))
		done++
	}
	return done, results.Close()
}

// ignore drops an error that repeats one which is reported already.
func ignore(error) error { return nil }

type column struct {
	name      string
	oid, item uint32
}

type rows struct {
	reader  *pgconn.ResultReader
	cancel  context.CancelFunc
	columns []column
	ended   bool
}

// Columns are the names.
func (r *rows) Columns() []string {
	names := make([]string, len(r.columns))
	for i := range r.columns {
		names[i] = r.columns[i].name
	}
	return names
}

// Next reads a row as JSON values.
func (r *rows) Next(dest []driver.Value) error {
	if !r.reader.NextRow() {
		r.ended = true
		if _, err := r.reader.Close(); err != nil {
			return err
		}
		return io.EOF
	}
	for i, text := range r.reader.Values() {
		v, err := read(text, r.columns[i].oid, r.columns[i].item)
		if err != nil {
			return err
		}
		dest[i] = v
	}
	return nil
}

// Close ends the reading; the server is told to stop where it has not sent all.
func (r *rows) Close() error {
	if !r.ended {
		r.cancel()
		_, _ = r.reader.Close()
	}
	r.cancel()
	return nil
}
