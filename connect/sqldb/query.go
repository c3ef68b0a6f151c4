package sqldb

import (
	"context"
	"database/sql"

	"sluice/connect/limit"
	"sluice/engine/core"
)

// Query is one reading statement.
type Query struct {
	SQL string
	// Args is an object for :name, a list for ?, nil for none.
	Args core.Value
	// MaxRows is the number of rows above which the query fails rather than returning a part; 0 is [DefaultMaxRows].
	MaxRows int
}

// DefaultMaxRows bounds a query that does not say.
const DefaultMaxRows = 10_000

// Query returns the rows, each an object by column name. Two columns of one name are refused, as one would hide the other.
func (db *DB) Query(ctx context.Context, q Query) (core.List, *core.Failure) {
	return limit.Do(ctx, db.guard, func() (core.List, *core.Failure) { return db.query(ctx, q) })
}

func (db *DB) query(ctx context.Context, q Query) (core.List, *core.Failure) {
	at := place{statement: 1, sql: q.SQL}
	s, err := parse(q.SQL, db.dialect.placeholder)
	if err != nil {
		return nil, db.failure(ctx, err, at)
	}
	args, err := s.arguments(q.Args)
	if err != nil {
		return nil, db.failure(ctx, err, at)
	}
	if err := db.open(ctx); err != nil {
		return nil, db.failure(ctx, err, place{})
	}
	rows, err := db.rows(ctx, s.sql, args)
	if err != nil {
		return nil, db.failure(ctx, err, at)
	}
	defer rows.Close()
	if q.MaxRows <= 0 {
		q.MaxRows = DefaultMaxRows
	}
	objects, err := collect(rows, q.MaxRows)
	if err != nil {
		return nil, db.failure(ctx, err, at)
	}
	return objects, nil
}

// rows runs the query, and once more in another form where the driver would not hand out its values as stored.
func (db *DB) rows(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	rows, err := db.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	columns, err := rows.ColumnTypes()
	if err != nil {
		rows.Close()
		return nil, err
	}
	exact, needed := db.dialect.asStored(query, columns)
	if !needed {
		return rows, nil
	}
	rows.Close()
	return db.reader.QueryContext(ctx, exact, args...)
}

func collect(rows *sql.Rows, limit int) (core.List, error) {
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
	objects := core.List{}
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
		objects = append(objects, object)
	}
	return objects, rows.Err()
}
