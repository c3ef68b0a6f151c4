package sqldb

import (
	"context"
	"database/sql"
	"strings"
)

// mysqlRowBytes is about how much the values of one INSERT of several rows may hold; servers take some MiB.
const mysqlRowBytes = 1 << 20

// mysqlMaxArgs is the most that a statement may have.
const mysqlMaxArgs = 65_000

// mysqlMany makes of an INSERT of one row, for several sets of arguments, one of several rows. Of anything else each set
// is a round trip: the protocol has no other way.
func mysqlMany(ctx context.Context, s *session, st *statement, sets [][]any, count func(set, rows int)) (at int, err error) {
	if st.tuple.to == 0 || len(sets) < 2 {
		return mysqlEach(ctx, s, st, sets, 0, count)
	}
	for from := 0; from < len(sets); {
		to := mysqlFit(sets, from)
		query, args := mysqlInsert(st, sets[from:to])
		rows, err := changed(s.tx.ExecContext(ctx, query, args...))
		switch {
		case err == nil:
			count(from, rows)
		case !mysqlFailure(err).permanent || ctx.Err() != nil:
			return from, err
		default:
			// The statement was undone as a whole. One row at a time tells which one it is that cannot be.
			if at, err := mysqlEach(ctx, s, st, sets[from:to], from, count); err != nil {
				return at, err
			}
		}
		from = to
	}
	return 0, nil
}

// mysqlFit is the end of the sets from one on that one statement takes.
func mysqlFit(sets [][]any, from int) int {
	bytes, to := 0, from
	for to < len(sets) && (to-from+1)*len(sets[from]) <= mysqlMaxArgs {
		for _, arg := range sets[to] {
			switch arg := arg.(type) {
			case string:
				bytes += len(arg)
			case []byte:
				bytes += len(arg)
			}
		}
		if bytes > mysqlRowBytes && to > from {
			break
		}
		to++
	}
	return max(to, from+1)
}

// mysqlInsert is the statement with the row of each set in place of its only one.
func mysqlInsert(st *statement, sets [][]any) (string, []any) {
	var text strings.Builder
	text.WriteString(st.sql[:st.tuple.from])
	args := make([]any, 0, len(sets)*len(sets[0]))
	for i, set := range sets {
		if i > 0 {
			text.WriteString(", ")
		}
		row, bound := mysqlPart(st, st.tuple, set)
		text.WriteString(row)
		args = append(args, bound...)
	}
	text.WriteString(st.sql[st.tuple.to:])
	return text.String(), args
}

// mysqlEach runs the statement for one set after the other, prepared once for each form that decimals give it. The sets
// are counted from first on.
func mysqlEach(ctx context.Context, s *session, st *statement, sets [][]any, first int, count func(set, rows int)) (at int, err error) {
	prepared := map[string]*sql.Stmt{}
	defer func() {
		for _, p := range prepared {
			_ = p.Close()
		}
	}()
	for i, set := range sets {
		query, args := mysqlRender(st, set)
		if prepared[query] == nil {
			if prepared[query], err = s.tx.PrepareContext(ctx, query); err != nil {
				delete(prepared, query)
				return first + i, err
			}
		}
		rows, err := changed(prepared[query].ExecContext(ctx, args...))
		if err != nil {
			return first + i, err
		}
		count(first+i, rows)
	}
	return 0, nil
}
