package sqldb

import (
	"context"
	"database/sql"
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

// Upsert returns {"inserted": n, "updated": n}. An existing row with nothing to take over counts as neither.
func (db *DB) Upsert(ctx context.Context, u Upsert) (core.Object, *core.Failure) {
	if u.Table == "" || len(u.Key) == 0 {
		return nil, refused("db.args", "an upsert needs a table and at least one key column")
	}
	return db.write(ctx, "", func(tx *sql.Tx) (core.Object, *core.Failure) {
		w := upserter{db: db, tx: tx, Upsert: u, plans: map[string]*upsertPlan{}}
		defer w.close()
		for i, row := range u.Rows {
			if err := w.row(ctx, row); err != nil {
				return nil, db.failure(ctx, err, place{statement: 1, row: i + 1})
			}
		}
		return core.Object{"inserted": w.inserted, "updated": w.updated}, nil
	})
}

type upserter struct {
	Upsert
	db *DB
	tx *sql.Tx
	// plans are the prepared statements by the columns that a row names.
	plans             map[string]*upsertPlan
	inserted, updated int
}

// upsertPlan is for the rows that name the same columns. An insert that gives way to an existing row, followed by an
// update, tells one from the other; a single statement would not.
type upsertPlan struct {
	columns []string
	insert  *sql.Stmt
	// update is nil where there is nothing to take over.
	update  *sql.Stmt
	changed []string
}

func (w *upserter) row(ctx context.Context, row core.Object) error {
	plan, err := w.plan(ctx, row)
	if err != nil {
		return err
	}
	count, err := execute(ctx, plan.insert, row, plan.columns)
	if err != nil || count > 0 {
		w.inserted += count
		return err
	}
	if plan.update == nil {
		return nil
	}
	count, err = execute(ctx, plan.update, row, append(slices.Clone(plan.changed), w.Key...))
	w.updated += count
	return err
}

func execute(ctx context.Context, prepared *sql.Stmt, row core.Object, columns []string) (int, error) {
	args := make([]any, len(columns))
	for i, column := range columns {
		bound, err := bind(row[column])
		if err != nil {
			return 0, refused("db.args", "the column %s: %s", column, err)
		}
		args[i] = bound
	}
	done, err := prepared.ExecContext(ctx, args...)
	if err != nil {
		return 0, err
	}
	count, err := done.RowsAffected()
	return int(count), err
}

func (w *upserter) plan(ctx context.Context, row core.Object) (*upsertPlan, error) {
	columns := make([]string, 0, len(row))
	for column := range row {
		columns = append(columns, column)
	}
	slices.Sort(columns)
	id := strings.Join(columns, "\x00")
	if plan := w.plans[id]; plan != nil {
		return plan, nil
	}
	for _, key := range w.Key {
		if _, ok := row[key]; !ok {
			return nil, refused("db.args", "the row has no value for the key column %s", key)
		}
	}
	plan := &upsertPlan{columns: columns}
	for _, column := range columns {
		if !slices.Contains(w.Key, column) && (w.Update == nil || slices.Contains(w.Update, column)) {
			plan.changed = append(plan.changed, column)
		}
	}
	var err error
	if plan.insert, err = w.tx.PrepareContext(ctx, w.insertSQL(columns)); err != nil {
		return nil, err
	}
	if plan.changed != nil {
		if plan.update, err = w.tx.PrepareContext(ctx, w.updateSQL(plan.changed)); err != nil {
			return nil, err
		}
	}
	w.plans[id] = plan
	return plan, nil
}

func (w *upserter) insertSQL(columns []string) string {
	d := w.db.dialect
	names, marks := make([]string, len(columns)), make([]string, len(columns))
	for i, column := range columns {
		names[i], marks[i] = d.quote(column), d.placeholder(i+1)
	}
	keys := make([]string, len(w.Key))
	for i, key := range w.Key {
		keys[i] = d.quote(key)
	}
	return "INSERT INTO " + d.quote(w.Table) + " (" + strings.Join(names, ", ") + ") VALUES (" + strings.Join(marks, ", ") +
		") ON CONFLICT (" + strings.Join(keys, ", ") + ") DO NOTHING"
}

func (w *upserter) updateSQL(changed []string) string {
	d := w.db.dialect
	sets, conditions := make([]string, len(changed)), make([]string, len(w.Key))
	for i, column := range changed {
		sets[i] = d.quote(column) + " = " + d.placeholder(i+1)
	}
	for i, key := range w.Key {
		conditions[i] = d.quote(key) + " = " + d.placeholder(len(changed)+i+1)
	}
	return "UPDATE " + d.quote(w.Table) + " SET " + strings.Join(sets, ", ") + " WHERE " + strings.Join(conditions, " AND ")
}

func (w *upserter) close() {
	for _, plan := range w.plans {
		_ = plan.insert.Close()
		if plan.update != nil {
			_ = plan.update.Close()
		}
	}
}
