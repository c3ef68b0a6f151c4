package sqldb

import (
	"context"
	"database/sql"

	"sluice/connect/limit"
	"sluice/engine/core"
	"sluice/engine/value"
)

// Query is one reading statement.
type Query struct {
	SQL string
	// Args is an object for :name, a list for ?, nil for none.
	Args core.Value
	// MaxRows is the number of rows above which the query fails rather than returning a part; 0 is [DefaultMaxRows].
	MaxRows int
}

// maxResultBytes bounds what a query's rows hold together.
const maxResultBytes = 64 << 20

// DefaultMaxRows bounds a query that does not say.
const DefaultMaxRows = 10_000

// Query returns the rows, each an object by column name. Two columns of one name are refused, as one would hide the other.
func (db *DB) Query(ctx context.Context, q Query) (core.List, *core.Failure) {
	return limit.Do(ctx, db.guard, func() (core.List, *core.Failure) { return db.query(ctx, q) })
}

func (db *DB) query(ctx context.Context, q Query) (core.List, *core.Failure) {
	at := place{statement: 1, sql: q.SQL}
	st, err := parse(q.SQL, &db.dialect.lexis)
	if err != nil {
		return nil, db.failure(ctx, err, at)
	}
	at.sent = &st
	args, err := st.arguments(q.Args, db.dialect.bind)
	if err != nil {
		return nil, db.failure(ctx, err, at)
	}
	sent, args := st.spread(args, &db.dialect.lexis)
	at.sent = sent
	s, err := db.reading(ctx)
	if err != nil {
		return nil, db.failure(ctx, err, place{})
	}
	defer s.close()
	rows, err := s.rows(ctx, sent, args)
	if err != nil {
		return nil, db.failure(ctx, err, at)
	}
	defer rows.Close()
	if q.MaxRows <= 0 {
		q.MaxRows = DefaultMaxRows
	}
	objects, err := collect(rows, q.MaxRows, db.dialect.result)
	if err != nil {
		return nil, db.failure(ctx, err, at)
	}
	return objects, nil
}

// reading is a connection that cannot write.
func (db *DB) reading(ctx context.Context) (*session, error) {
	if db.dialect.readOnly {
		return db.begin(ctx, db.reader, &sql.TxOptions{ReadOnly: true})
	}
	return db.connect(ctx, db.reader)
}

// rows runs the query, and once more in another form where the driver would not hand out its values as stored.
func (s *session) rows(ctx context.Context, st *statement, args []any) (*sql.Rows, error) {
	query := st.sql
	if s.db.dialect.render != nil {
		query, args = s.db.dialect.render(st, args)
	}
	rows, err := s.asker().QueryContext(ctx, query, args...)
	if err != nil || s.db.dialect.asStored == nil {
		return rows, err
	}
	columns, err := rows.ColumnTypes()
	if err != nil {
		rows.Close()
		return nil, err
	}
	exact, needed := s.db.dialect.asStored(query, columns)
	if !needed {
		return rows, nil
	}
	rows.Close()
	return s.asker().QueryContext(ctx, exact, args...)
}

func collect(rows *sql.Rows, limit int, result func(v any, declared string) (core.Value, error)) (core.List, error) {
	columns, err := rows.ColumnTypes()
	if err != nil {
		return nil, err
	}
	names, declared := make([]string, len(columns)), make([]string, len(columns))
	taken := map[string]bool{}
	for i, column := range columns {
		names[i], declared[i] = column.Name(), column.DatabaseTypeName()
		if taken[names[i]] {
			return nil, refused("db.duplicate_column", "two columns are called %s; name them with AS", names[i])
		}
		taken[names[i]] = true
	}
	cells, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range cells {
		into[i] = &cells[i]
	}
	objects, size := core.List{}, 0
	for rows.Next() {
		if len(objects) == limit {
			return nil, refused("db.too_many_rows", "the query has more than %d rows; narrow it or raise maxRows", limit)
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		object := make(core.Object, len(columns))
		for i, name := range names {
			if object[name], err = result(cells[i], declared[i]); err != nil {
				return nil, err
			}
		}
		if size += value.Size(object); size > maxResultBytes {
			return nil, refused("db.too_large", "the rows hold more than %d MiB together; ask for less at a time", maxResultBytes>>20)
		}
		objects = append(objects, object)
	}
	return objects, rows.Err()
}
