package sqldb

import (
	"context"

	"sluice/connect/limit"
	"sluice/engine/core"
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

// Exec runs the statements and returns {"rowsAffected": n}: the rows inserted, deleted, and found by the condition of
// an UPDATE, whether or not it changed their values. With a key that already took effect, it does nothing and returns
// what it returned then.
func (db *DB) Exec(ctx context.Context, e Exec) (core.Object, *core.Failure) {
	parsed := make([]statement, len(e.Statements))
	for i, s := range e.Statements {
		var err error
		if parsed[i], err = parse(s.SQL, &db.dialect.lexis); err != nil {
			return nil, db.failure(ctx, err, place{statement: i + 1, sql: s.SQL})
		}
	}
	return db.write(ctx, e.Once, func(tx *session) (core.Object, *core.Failure) {
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

// chunk is how many sets of arguments are bound, and handed to the driver, at a time.
const chunk = 1000

// run is one statement for all of its argument sets.
func (db *DB) run(ctx context.Context, tx *session, parsed *statement, s Statement, number int) (int, *core.Failure) {
	at := place{statement: number, sql: s.SQL, sent: parsed}
	given := s.Each
	if given == nil {
		given = []core.Value{s.Args}
	}
	total := 0
	for from := 0; from < len(given); from += chunk {
		part := given[from:min(from+chunk, len(given))]
		sets := make([][]any, len(part))
		for i, args := range part {
			var err error
			if sets[i], err = parsed.arguments(args, db.dialect.bind); err != nil {
				return 0, db.failure(ctx, err, at.inRow(s, from+i))
			}
		}
		i, err := db.batch(ctx, tx, parsed, sets, func(_, rows int) { total += rows })
		if err != nil {
			return 0, db.failure(ctx, err, at.inRow(s, from+i))
		}
	}
	return total, nil
}

// batch is many, where no list stands in an IN (…): such sets are statements of their own.
func (db *DB) batch(ctx context.Context, tx *session, parsed *statement, sets [][]any, count func(set, rows int)) (at int, err error) {
	if !parsed.hasLists() {
		return db.dialect.many(ctx, tx, parsed, sets, count)
	}
	for i, set := range sets {
		st, args := parsed.spread(set, &db.dialect.lexis)
		if _, err := db.dialect.many(ctx, tx, st, [][]any{args}, count); err != nil {
			return i, err
		}
	}
	return 0, nil
}

// inRow is the place at one of the argument sets of a statement that has several.
func (p place) inRow(s Statement, set int) place {
	if s.Each != nil {
		p.row = set + 1
	}
	return p
}

// write runs do in a transaction of its own, at most once for a key that is not empty, and keeps nothing on a failure.
func (db *DB) write(ctx context.Context, once string, do func(tx *session) (core.Object, *core.Failure)) (core.Object, *core.Failure) {
	if db.writer == nil {
		return nil, refused("db.readonly", "the connection is read-only")
	}
	return limit.Do(ctx, db.guard, func() (core.Object, *core.Failure) { return db.transact(ctx, once, do) })
}

func (db *DB) transact(ctx context.Context, once string, do func(tx *session) (core.Object, *core.Failure)) (core.Object, *core.Failure) {
	if once != "" {
		if err := db.makeLedger(ctx); err != nil {
			return nil, db.failure(ctx, err, place{})
		}
	}
	s, err := db.begin(ctx, db.writer, nil)
	if err != nil {
		return nil, db.failure(ctx, err, place{})
	}
	defer s.close()
	if once != "" {
		result, err := s.claim(ctx, once)
		if err != nil {
			return nil, db.failure(ctx, err, place{})
		}
		if result != nil {
			return result, nil
		}
	}
	result, failure := do(s)
	if failure != nil {
		return nil, failure
	}
	if once != "" {
		if err := s.record(ctx, once, result); err != nil {
			return nil, db.failure(ctx, err, place{})
		}
	}
	if err := s.tx.Commit(); err != nil {
		f := db.failure(ctx, err, place{})
		// A refusal kept nothing; any other end of a commit leaves it open whether it happened. A key settles that.
		f.Unknown = once == "" && inDoubt(f)
		if inDoubt(f) {
			f.Message = "the answer to the commit was lost, so it is not known whether it was kept"
			if once != "" {
				f.Message += "; another try with the same key settles that"
			}
		}
		return nil, f
	}
	return result, nil
}

// inDoubt reports whether a transaction whose commit failed so may have been kept.
func inDoubt(f *core.Failure) bool {
	switch f.Code {
	case "db.timeout", "db.cancelled", "db.connection_lost", "db.unavailable":
		return !f.Permanent
	}
	return false
}
