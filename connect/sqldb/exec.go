package sqldb

import (
	"context"
	"database/sql"
	"errors"

	"sluice/connect/limit"
	"sluice/engine/core"
	"sluice/engine/value"
)

// Exec is what a writing task does, all of it in one transaction.
type Exec struct {
	Statements []Statement
	// ExpectRows is the number of rows that all statements together must change, else nothing is kept; nil for any.
	ExpectRows *int
	// Once is the key under which the task takes effect at most once; empty for none. The key is kept in the table
	// sluice_ledger, in the same transaction.
	Once string
}

// Statement is one writing statement.
type Statement struct {
	SQL string
	// Args is an object for :name, a list for ?, nil for none.
	Args core.Value
	// Each runs the statement once for each of these arguments; nil runs it once with Args.
	Each []core.Value
}

// Exec runs the statements and returns {"rowsAffected": n}. With a key that already took effect, it does nothing and
// returns what it returned then.
func (db *DB) Exec(ctx context.Context, e Exec) (core.Object, *core.Failure) {
	parsed := make([]statement, len(e.Statements))
	for i, s := range e.Statements {
		var err error
		if parsed[i], err = parse(s.SQL, db.dialect.placeholder); err != nil {
			return nil, db.failure(ctx, err, place{statement: i + 1, sql: s.SQL})
		}
	}
	return db.write(ctx, e.Once, func(tx *sql.Tx) (core.Object, *core.Failure) {
		total := 0
		for i := range parsed {
			rows, failure := db.run(ctx, tx, &parsed[i], e.Statements[i], i+1)
			if failure != nil {
				return nil, failure
			}
			total += rows
		}
		if e.ExpectRows != nil && total != *e.ExpectRows {
			f := refused("db.row_count", "%d rows were changed instead of %d, so nothing was kept", total, *e.ExpectRows)
			f.Details = core.Object{"rowsAffected": total, "expected": *e.ExpectRows}
			return nil, f
		}
		return core.Object{"rowsAffected": total}, nil
	})
}

// run is one statement, prepared once, for all of its argument sets.
func (db *DB) run(ctx context.Context, tx *sql.Tx, parsed *statement, s Statement, number int) (int, *core.Failure) {
	at := place{statement: number, sql: s.SQL}
	prepared, err := tx.PrepareContext(ctx, parsed.sql)
	if err != nil {
		return 0, db.failure(ctx, err, at)
	}
	defer prepared.Close()
	sets := s.Each
	if sets == nil {
		sets = []core.Value{s.Args}
	}
	total := 0
	for i, set := range sets {
		if s.Each != nil {
			at.row = i + 1
		}
		args, err := parsed.arguments(set)
		if err != nil {
			return 0, db.failure(ctx, err, at)
		}
		done, err := prepared.ExecContext(ctx, args...)
		if err != nil {
			return 0, db.failure(ctx, err, at)
		}
		rows, err := done.RowsAffected()
		if err != nil {
			return 0, db.failure(ctx, err, at)
		}
		total += int(rows)
	}
	return total, nil
}

// write runs do in a transaction of its own, at most once for a key that is not empty, and keeps nothing on a failure.
func (db *DB) write(ctx context.Context, once string, do func(tx *sql.Tx) (core.Object, *core.Failure)) (core.Object, *core.Failure) {
	if db.writer == nil {
		return nil, refused("db.readonly", "the connection is read-only")
	}
	return limit.Do(ctx, db.guard, func() (core.Object, *core.Failure) { return db.transact(ctx, once, do) })
}

func (db *DB) transact(ctx context.Context, once string, do func(tx *sql.Tx) (core.Object, *core.Failure)) (core.Object, *core.Failure) {
	if err := db.open(ctx); err != nil {
		return nil, db.failure(ctx, err, place{})
	}
	tx, err := db.writer.BeginTx(ctx, nil)
	if err != nil {
		return nil, db.failure(ctx, err, place{})
	}
	// After a commit this does nothing.
	defer func() { _ = tx.Rollback() }()
	if once != "" {
		result, err := db.recorded(ctx, tx, once)
		if err != nil {
			return nil, db.failure(ctx, err, place{})
		}
		if result != nil {
			return result, nil
		}
	}
	result, failure := do(tx)
	if failure != nil {
		return nil, failure
	}
	if once != "" {
		if err := db.record(ctx, tx, once, result); err != nil {
			return nil, db.failure(ctx, err, place{})
		}
	}
	if err := tx.Commit(); err != nil {
		f := db.failure(ctx, err, place{})
		// A refusal kept nothing; any other end of a commit leaves it open whether it happened. A key settles that.
		f.Unknown = !f.Permanent && f.Code != "db.busy" && once == ""
		return nil, f
	}
	if once != "" {
		db.hasLedger.Store(true)
	}
	return result, nil
}

// recorded is the result under a key, nil where there is none. The ledger's table is created on demand.
func (db *DB) recorded(ctx context.Context, tx *sql.Tx, key string) (core.Object, error) {
	if !db.hasLedger.Load() {
		if _, err := tx.ExecContext(ctx, db.dialect.ledger); err != nil {
			return nil, err
		}
	}
	var text string
	err := tx.QueryRowContext(ctx, "SELECT result FROM sluice_ledger WHERE key = "+db.dialect.placeholder(1), key).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v, err := value.DecodeString(text)
	if err != nil {
		return nil, err
	}
	result, ok := v.(core.Object)
	if !ok {
		return nil, refused("db.bad_value", "the ledger's entry is not an object")
	}
	return result, nil
}

func (db *DB) record(ctx context.Context, tx *sql.Tx, key string, result core.Object) error {
	text, err := value.Encode(result)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO sluice_ledger (key, result) VALUES ("+
		db.dialect.placeholder(1)+", "+db.dialect.placeholder(2)+")", key, string(text))
	return err
}
