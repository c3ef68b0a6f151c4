package sqldb

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/go-sql-driver/mysql"

	"sluice/engine/core"
)

// mysqlUpsert writes rows with ON DUPLICATE KEY UPDATE where the key is the only one that a row can meet. By another
// unique key it would change a row that nobody meant: then rows go one by one.
func mysqlUpsert(ctx context.Context, s *session, w *upserter, rows []core.Object) (at int, err error) {
	alone, err := mysqlKeys(ctx, s, w)
	if err != nil {
		return 0, err
	}
	sets, at, err := w.bound(rows, w.columns)
	if err != nil {
		return at, err
	}
	if !alone {
		return mysqlOneByOne(ctx, s, w, rows, sets)
	}
	keys, _, err := w.bound(rows, w.Key)
	if err != nil {
		return 0, err
	}
	before, err := mysqlCount(ctx, s, w, keys)
	if err != nil {
		return 0, err
	}
	insert, err := parse(w.insertSQL()+" ON DUPLICATE KEY UPDATE "+mysqlTakeOver(w), &w.dialect.lexis)
	if err != nil {
		return 0, err
	}
	if at, err = mysqlMany(ctx, s, &insert, sets, func(int, int) {}); err != nil {
		return at, err
	}
	after, err := mysqlCount(ctx, s, w, keys)
	if err != nil {
		return 0, err
	}
	// What the statement reports does not tell a new row from one that had all the values already.
	inserted := after - before
	w.inserted += inserted
	if len(w.changed) > 0 {
		w.updated += len(rows) - inserted
	}
	return 0, nil
}

func mysqlTakeOver(w *upserter) string {
	if len(w.changed) == 0 {
		key := mysqlQuote(w.Key[0])
		return key + " = " + key
	}
	sets := make([]string, len(w.changed))
	for i, column := range w.changed {
		sets[i] = mysqlQuote(column) + " = VALUES(" + mysqlQuote(column) + ")"
	}
	return strings.Join(sets, ", ")
}

// mysqlCount is how many rows of these keys there are. A key with a NULL in it is none: each is a new row.
func mysqlCount(ctx context.Context, s *session, w *upserter, keys [][]any) (int, error) {
	marks := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(w.Key)), ", ") + ")"
	args := make([]any, 0, len(keys)*len(w.Key))
	for _, key := range keys {
		_, bound := mysqlPart(&statement{}, extent{}, key)
		args = append(args, bound...)
	}
	if len(keys) == 0 {
		keys, args = [][]any{nil}, make([]any, len(w.Key))
	}
	query := "SELECT COUNT(*) FROM " + mysqlQuote(w.Table) + " WHERE (" + w.names(w.Key) + ") IN (" +
		strings.TrimSuffix(strings.Repeat(marks+", ", len(keys)), ", ") + ")"
	var n int
	err := s.tx.QueryRowContext(ctx, query, args...).Scan(&n)
	return n, err
}

// mysqlKeys holds the key columns to being a unique key of the table, and reports whether the rows at hand can meet no
// other one: a number that the database counts up by itself, and that they do not name, meets none.
func mysqlKeys(ctx context.Context, s *session, w *upserter) (alone bool, err error) {
	// A table or column that is not there is the database's to name.
	if _, err := mysqlCount(ctx, s, w, nil); err != nil {
		return false, err
	}
	indexes, err := mysqlIndexes(ctx, s, w)
	if err != nil {
		return false, err
	}
	key, others := slices.Sorted(slices.Values(w.Key)), 0
	found := false
	for _, columns := range indexes {
		switch {
		case slices.Equal(columns, key):
			found = true
		case columns != nil:
			others++
		}
	}
	if !found {
		return false, refused("db.no_unique_key", "the key columns are not the primary key or a unique index")
	}
	return others == 0, nil
}

// mysqlIndexes are the sorted columns of each unique index; nil for one that the rows at hand cannot meet.
func mysqlIndexes(ctx context.Context, s *session, w *upserter) (map[string][]string, error) {
	rows, err := s.tx.QueryContext(ctx, `SELECT s.INDEX_NAME, s.COLUMN_NAME, c.EXTRA
		FROM information_schema.STATISTICS s JOIN information_schema.COLUMNS c
		ON c.TABLE_SCHEMA = s.TABLE_SCHEMA AND c.TABLE_NAME = s.TABLE_NAME AND c.COLUMN_NAME = s.COLUMN_NAME
		WHERE s.TABLE_SCHEMA = DATABASE() AND s.TABLE_NAME = ? AND s.NON_UNIQUE = 0 ORDER BY s.INDEX_NAME, s.COLUMN_NAME`, w.Table)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	indexes, apart := map[string][]string{}, map[string]bool{}
	for rows.Next() {
		var index, column, extra string
		if err := rows.Scan(&index, &column, &extra); err != nil {
			return nil, err
		}
		indexes[index] = append(indexes[index], column)
		if strings.Contains(strings.ToLower(extra), "auto_increment") && !slices.Contains(w.columns, column) {
			apart[index] = true
		}
	}
	for index := range apart {
		indexes[index] = nil
	}
	for _, columns := range indexes {
		slices.Sort(columns)
	}
	return indexes, rows.Err()
}

// mysqlOneByOne inserts each row, and updates by its key one that is there.
func mysqlOneByOne(ctx context.Context, s *session, w *upserter, rows []core.Object, sets [][]any) (at int, err error) {
	insert, err := parse(w.insertSQL(), &w.dialect.lexis)
	if err != nil {
		return 0, err
	}
	for i, row := range rows {
		_, err := mysqlEach(ctx, s, &insert, sets[i:i+1], 0, func(int, int) { w.inserted++ })
		if refusal, is := errors.AsType[*mysql.MySQLError](err); !is || refusal.Number != 1062 {
			if err != nil {
				return i, err
			}
			continue
		}
		found, failed := mysqlUpdate(ctx, s, w, row)
		if failed != nil {
			return i, failed
		}
		if !found {
			// It met a row by another key than its own.
			return i, err
		}
	}
	return 0, nil
}

// mysqlUpdate has the row of this key take over the values, and reports whether there is one.
func mysqlUpdate(ctx context.Context, s *session, w *upserter, row core.Object) (bool, error) {
	if len(w.changed) == 0 {
		key, _, err := w.bound([]core.Object{row}, w.Key)
		if err != nil {
			return false, err
		}
		n, err := mysqlCount(ctx, s, w, key)
		return n > 0, err
	}
	update, err := parse(w.updateSQL(), &w.dialect.lexis)
	if err != nil {
		return false, err
	}
	set, _, err := w.bound([]core.Object{row}, slices.Concat(w.changed, w.Key))
	if err != nil {
		return false, err
	}
	found := 0
	if _, err := mysqlEach(ctx, s, &update, set, 0, func(_, n int) { found = n }); err != nil {
		return false, err
	}
	w.updated += found
	return found > 0, nil
}
