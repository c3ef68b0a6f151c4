package sqldb

import (
	"context"
	"maps"
	"slices"
	"strings"

	"sluice/engine/core"
)

// Upsert inserts rows and updates those whose key is there already, all in one transaction.
type Upsert struct {
	Table string
	// Key are the columns of a unique index or the primary key.
	Key []string
	// Rows are values by column. A column that a row does not name keeps its default, or the value it has.
	Rows []core.Object
	// Update are the columns that an existing row takes over; nil for all that the row names, empty for none.
	Update []string
}

// Upsert returns {"inserted": n, "updated": n}. An existing row with nothing to take over counts as neither; one that
// has all the values already counts as updated.
func (db *DB) Upsert(ctx context.Context, u Upsert) (core.Object, *core.Failure) {
	if u.Table == "" || len(u.Key) == 0 {
		return nil, refused("db.args", "an upsert needs a table and at least one key column")
	}
	return db.write(ctx, "", func(tx *session) (core.Object, *core.Failure) {
		w := upserter{Upsert: u, dialect: &db.dialect}
		for from := 0; from < len(u.Rows); {
			to := w.alike(from)
			if err := w.shape(u.Rows[from]); err != nil {
				return nil, db.failure(ctx, err, place{statement: 1, row: from + 1})
			}
			at, err := db.dialect.upsert(ctx, tx, &w, u.Rows[from:to])
			if err != nil {
				return nil, db.failure(ctx, err, place{statement: 1, row: from + at + 1})
			}
			from = to
		}
		return core.Object{"inserted": w.inserted, "updated": w.updated}, nil
	})
}

// upserter writes the rows of one upsert, those that name the same columns together.
type upserter struct {
	Upsert
	dialect *dialect
	// columns are those that the rows at hand name, sorted; changed are those of them that an existing row takes over.
	columns, changed  []string
	inserted, updated int
}

// alike is the end of the rows from an index on that name the same columns, at most a chunk of them.
func (w *upserter) alike(from int) int {
	to := from + 1
	for to < len(w.Rows) && to < from+chunk && len(w.Rows[to]) == len(w.Rows[from]) {
		for column := range w.Rows[to] {
			if _, ok := w.Rows[from][column]; !ok {
				return to
			}
		}
		to++
	}
	return to
}

// shape sets the columns to those of a row.
func (w *upserter) shape(row core.Object) error {
	w.columns, w.changed = slices.Sorted(maps.Keys(row)), nil
	for _, key := range w.Key {
		if _, ok := row[key]; !ok {
			return refused("db.args", "the row has no value for the key column %s", key)
		}
	}
	for _, column := range w.columns {
		if !slices.Contains(w.Key, column) && (w.Update == nil || slices.Contains(w.Update, column)) {
			w.changed = append(w.changed, column)
		}
	}
	return nil
}

// insertOrUpdate inserts what does not give way to an existing row, and updates the others. That tells one from the
// other, as a single statement would not.
func insertOrUpdate(ctx context.Context, s *session, w *upserter, rows []core.Object) (at int, err error) {
	sets, at, err := w.bound(rows, w.columns)
	if err != nil {
		return at, err
	}
	there := make([]int, 0, len(rows))
	insert := statement{sql: w.insertSQL() + " ON CONFLICT (" + w.names(w.Key) + ") DO NOTHING"}
	at, err = s.db.dialect.many(ctx, s, &insert, sets, func(set, count int) {
		w.inserted += count
		if count == 0 {
			there = append(there, set)
		}
	})
	if err != nil || len(there) == 0 || len(w.changed) == 0 {
		return at, err
	}
	known := make([]core.Object, len(there))
	for i, set := range there {
		known[i] = rows[set]
	}
	if sets, at, err = w.bound(known, slices.Concat(w.changed, w.Key)); err != nil {
		return there[at], err
	}
	update := statement{sql: w.updateSQL()}
	at, err = s.db.dialect.many(ctx, s, &update, sets, func(_, count int) { w.updated += count })
	return there[min(at, len(there)-1)], err
}

// bound are the values of these columns, row by row.
func (w *upserter) bound(rows []core.Object, columns []string) (sets [][]any, at int, err error) {
	sets = make([][]any, len(rows))
	for i, row := range rows {
		sets[i] = make([]any, len(columns))
		for j, column := range columns {
			if sets[i][j], err = w.dialect.bind(row[column]); err != nil {
				return nil, i, refused("db.args", "the column %s: %s", column, err)
			}
		}
	}
	return sets, 0, nil
}

// names are columns, quoted, in a list.
func (w *upserter) names(columns []string) string {
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = w.dialect.quote(column)
	}
	return strings.Join(quoted, ", ")
}

func (w *upserter) insertSQL() string {
	marks := make([]string, len(w.columns))
	for i := range w.columns {
		marks[i] = w.dialect.lexis.placeholder(i + 1)
	}
	return "INSERT INTO " + w.dialect.quote(w.Table) + " (" + w.names(w.columns) + ") VALUES (" + strings.Join(marks, ", ") + ")"
}

func (w *upserter) updateSQL() string {
	sets, conditions := make([]string, len(w.changed)), make([]string, len(w.Key))
	for i, column := range w.changed {
		sets[i] = w.dialect.quote(column) + " = " + w.dialect.lexis.placeholder(i+1)
	}
	for i, key := range w.Key {
		conditions[i] = w.dialect.quote(key) + " = " + w.dialect.lexis.placeholder(len(w.changed)+i+1)
	}
	return "UPDATE " + w.dialect.quote(w.Table) + " SET " + strings.Join(sets, ", ") + " WHERE " + strings.Join(conditions, " AND ")
}
