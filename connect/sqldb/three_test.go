package sqldb_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/sqldb"
	"sluice/connect/sqldb/sqldbtest"
	"sluice/engine/core"
	"sluice/engine/value"
)

const orders = `CREATE TABLE orders (id {id} PRIMARY KEY, n {big}, amount {decimal}, price {double}, paid {bool}, at {instant},
	doc {json}, raw {bytes}, note {text}, must {id} NOT NULL DEFAULT 'x', buyer {id}, CONSTRAINT note_ok CHECK (note <> 'bad'),
	CONSTRAINT buyer_known FOREIGN KEY (buyer) REFERENCES buyers (id))`

// shop is a database with orders.
func shop(t *testing.T, d *sqldbtest.Database) *sqldb.DB {
	t.Helper()
	db := d.Open(t, nil)
	d.Exec(t, db, "CREATE TABLE buyers (id {id} PRIMARY KEY)", orders)
	return db
}

func do(db *sqldb.DB, sql string, args core.Value) (core.Object, *core.Failure) {
	return db.Exec(context.Background(), sqldb.Exec{Statements: []sqldb.Statement{{SQL: sql, Args: args}}})
}

func must(t *testing.T, db *sqldb.DB, sql string, args core.Value) {
	t.Helper()
	_, failure := do(db, sql, args)
	require.Nil(t, failure)
}

func ask(t *testing.T, db *sqldb.DB, sql string, args core.Value) core.List {
	t.Helper()
	rows, failure := db.Query(t.Context(), sqldb.Query{SQL: sql, Args: args})
	require.Nil(t, failure)
	return rows
}

func number(t *testing.T, text string) core.Value {
	t.Helper()
	n, err := value.ParseNumber(text)
	require.NoError(t, err)
	return n
}

func TestOneSyntaxOfArguments(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := shop(t, d)
		hostile := `'; DROP TABLE orders; -- \' " :n ?`
		must(t, db, "INSERT INTO orders (id, n, note) VALUES (:id, :n, :note) -- :n it's ?\n", core.Object{"id": "a", "n": 7, "note": hostile})
		must(t, db, "INSERT INTO orders (id, n, note) VALUES (?, ?, ?)", core.List{"b", 8, "订单 \U0001F4E6"})
		require.Equal(t, core.List{
			core.Object{"id": "a", "n": 7, "note": hostile, "text": ":n ? it's"}, core.Object{"id": "b", "n": 8, "note": "订单 \U0001F4E6", "text": ":n ? it's"},
		}, ask(t, db, "SELECT id, n, note, ':n ? it''s' AS text /* :n */ FROM orders WHERE n >= :n AND n = n AND :n > 0 ORDER BY id", core.Object{"n": 7}))
		require.Empty(t, ask(t, db, "SELECT id FROM orders WHERE note = :note", core.Object{"note": `\`}))
		for sql, code := range map[string]string{
			"SELECT :a, ? FROM orders": "db.args", "UPDATE orders SET n = :missing": "db.args", "COMMIT": "db.refused",
			"SET x = 1": "db.refused", "DELETE FROM orders; DELETE FROM buyers": "db.syntax",
		} {
			_, failure := do(db, sql, core.Object{"a": 1})
			if d.Kind == "postgres" && strings.Contains(sql, "?") {
				// There ? is an operator beside :name.
				require.Equal(t, "db.syntax", failure.Code, failure.Message)
				continue
			}
			require.Equal(t, code, failure.Code, sql)
		}
	})
}

func TestValuesAreExact(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := shop(t, d)
		amount := number(t, "1234567890123456789012345.6789")
		doc := core.Object{"a": nil, "b": core.List{1, number(t, "12345678901234567890"), "<\"'"}}
		must(t, db, "INSERT INTO orders (id, n, amount, price, paid, at, doc, raw, note) VALUES (:id, :n, :amount, :price, :paid, :at, :doc, :raw, :note)",
			core.Object{
				"id": "6917000000000000001", "n": -9223372036854775808, "amount": amount, "price": 0.1, "paid": true,
				"at": time.Date(2026, 5, 1, 10, 0, 0, 250_000_000, time.FixedZone("", 8*3600)), "doc": doc, "raw": []byte{0, 255}, "note": nil,
			})
		got := ask(t, db, "SELECT id, n, price, paid, at, raw, note, n + 1 AS more FROM orders", nil)[0].(core.Object)
		want := core.Object{
			"id": "6917000000000000001", "n": -9223372036854775808, "price": 0.1, "paid": true, "at": "2026-05-01T02:00:00.25Z",
			"raw": "AP8=", "note": nil, "more": -9223372036854775807,
		}
		switch d.Kind {
		case "sqlite":
			// There a time is the text that was stored.
			want["at"] = "2026-05-01T10:00:00.25+08:00"
		case "mysql":
			want["paid"] = 1
		}
		require.Equal(t, want, got)

		if d.Kind != "sqlite" {
			// SQLite has no decimals: money is text there.
			must(t, db, "UPDATE orders SET amount = amount + :more", core.Object{"more": number(t, "0.0000000001")})
			more := ask(t, db, "SELECT amount FROM orders", nil)[0].(core.Object)["amount"]
			require.True(t, value.Equal(number(t, "1234567890123456789012345.6789000001"), more), "%v", more)
		}
		stored := ask(t, db, "SELECT doc FROM orders", nil)[0].(core.Object)["doc"]
		if text, ok := stored.(string); ok {
			var err error
			stored, err = value.DecodeString(text)
			require.NoError(t, err)
		}
		require.True(t, value.Equal(doc, stored), "%v", stored)
		require.Len(t, ask(t, db, "SELECT id FROM orders WHERE note IS NULL", nil), 1)
	})
}

func TestFailuresHaveCodes(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := shop(t, d)
		must(t, db, "INSERT INTO orders (id) VALUES ('hunter2')", nil)
		args := core.Object{"s": "hunter2"}
		for sql, code := range map[string]string{
			"INSERT INTO orders (id) VALUES (:s)":               "db.unique_violation",
			"INSERT INTO orders (id, buyer) VALUES ('b', :s)":   "db.foreign_key_violation",
			"INSERT INTO orders (id, must) VALUES (:s, NULL)":   "db.not_null_violation",
			"INSERT INTO orders (id, note) VALUES ('b', 'bad')": "db.check_violation",
			"INSERT INTO orders (nope) VALUES (:s)":             "db.no_such_column",
			"INSERT INTO nope VALUES (:s)":                      "db.no_such_table",
			"UPDATE orders SEX id = :s":                         "db.syntax",
		} {
			_, failure := do(db, sql, args)
			require.NotNil(t, failure, sql)
			require.Equal(t, code, failure.Code, failure.Message)
			require.True(t, failure.Permanent && !failure.Unknown)
			require.NotContains(t, fmt.Sprintf("%+v", failure), "hunter2")
		}
		if d.Kind != "sqlite" {
			for _, sql := range []string{"INSERT INTO orders (id, n) VALUES ('b', :s)", "INSERT INTO orders (id, at) VALUES ('b', :s)"} {
				_, failure := do(db, sql, args)
				require.Equal(t, "db.type_mismatch", failure.Code, failure.Message)
				require.NotContains(t, failure.Message, "hunter2")
			}
			_, failure := do(db, "INSERT INTO orders (id, n) VALUES ('b', 9223372036854775808)", nil)
			require.Equal(t, "db.bad_value", failure.Code, failure.Message)
		}
		for sql, code := range map[string]string{
			"SELECT id FROM nope": "db.no_such_table", "SELECT id, id FROM orders": "db.duplicate_column", "DELETE FROM orders": "db.readonly",
		} {
			_, failure := db.Query(t.Context(), sqldb.Query{SQL: sql})
			require.NotNil(t, failure, sql)
			require.Equal(t, code, failure.Code, failure.Message)
		}
		_, failure := db.Query(t.Context(), sqldb.Query{SQL: "SELECT id\nFROM orders\n  WHERE n = :n AND nope = 1", Args: core.Object{"n": 1}})
		require.Equal(t, core.Object{"statement": 1, "line": 3, "column": 20}, failure.Details, failure.Message)
		require.Len(t, ask(t, db, "SELECT id FROM orders", nil), 1)
	})
}

func TestMaxRowsIsABound(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := d.Open(t, nil)
		numbers := "WITH RECURSIVE r(i) AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM r WHERE i < 900) SELECT i FROM r"
		rows, failure := db.Query(t.Context(), sqldb.Query{SQL: numbers, MaxRows: 900})
		require.Nil(t, failure)
		require.Len(t, rows, 900)
		for range 3 {
			_, failure = db.Query(t.Context(), sqldb.Query{SQL: numbers, MaxRows: 5})
			require.Equal(t, "db.too_many_rows", failure.Code)
		}
	})
}

func TestRowsAffectedMeansTheSame(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := shop(t, d)
		insert := sqldb.Statement{SQL: "INSERT INTO orders (id, n) VALUES (:id, 1)", Each: []core.Value{core.Object{"id": "a"}, core.Object{"id": "b"}, core.Object{"id": "c"}}}
		three := 3
		got, failure := db.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{insert}, ExpectRows: &three})
		require.Nil(t, failure)
		require.Equal(t, core.Object{"rowsAffected": 3}, got)
		// The rows that the condition finds count, whether or not their values change.
		got, failure = db.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{{SQL: "UPDATE orders SET n = 1"}}, ExpectRows: &three})
		require.Nil(t, failure)
		require.Equal(t, core.Object{"rowsAffected": 3}, got)
		_, failure = db.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{{SQL: "DELETE FROM orders WHERE id = 'a'"}}, ExpectRows: &three})
		require.Equal(t, "db.row_count", failure.Code)
		require.Len(t, ask(t, db, "SELECT id FROM orders", nil), 3)

		_, failure = db.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{{
			SQL: insert.SQL, Each: []core.Value{core.Object{"id": "d"}, core.Object{"id": "e"}, core.Object{"id": "b"}, core.Object{"id": "f"}},
		}}})
		require.Equal(t, "db.unique_violation", failure.Code, failure.Message)
		require.Equal(t, core.Object{"statement": 1, "row": 3}, failure.Details)
		require.Len(t, ask(t, db, "SELECT id FROM orders", nil), 3)
	})
}

func TestOnceAmongMany(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db, other := shop(t, d), d.Open(t, nil)
		must(t, db, "INSERT INTO orders (id, n) VALUES ('a', 0)", nil)
		add := sqldb.Exec{Statements: []sqldb.Statement{{SQL: "UPDATE orders SET n = n + 1"}}, Once: "run1/t1"}
		var wait sync.WaitGroup
		for i := range 16 {
			wait.Go(func() {
				result, failure := []*sqldb.DB{db, other}[i%2].Exec(context.Background(), add)
				for failure != nil && !failure.Permanent {
					result, failure = db.Exec(context.Background(), add)
				}
				if failure != nil || result["rowsAffected"] != 1 {
					t.Error(failure, result)
				}
			})
		}
		wait.Wait()
		require.Equal(t, core.List{core.Object{"n": 1}}, ask(t, db, "SELECT n FROM orders", nil))
		require.Equal(t, core.List{core.Object{"result": `{"rowsAffected":1}`}}, ask(t, db, "SELECT result FROM sluice_ledger", nil))

		// A key whose transaction failed is not used up.
		bad := sqldb.Exec{Statements: []sqldb.Statement{add.Statements[0], {SQL: "INSERT INTO orders (id) VALUES ('a')"}}, Once: "k"}
		_, failure := db.Exec(t.Context(), bad)
		require.Equal(t, "db.unique_violation", failure.Code)
		bad.Statements = bad.Statements[:1]
		_, failure = db.Exec(t.Context(), bad)
		require.Nil(t, failure)
		require.Equal(t, core.List{core.Object{"n": 2}}, ask(t, db, "SELECT n FROM orders", nil))
	})
}

func TestUpsertCounts(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := shop(t, d)
		d.Exec(t, db, "CREATE TABLE two (id {id} PRIMARY KEY, code {id} UNIQUE, n {big})")
		for _, c := range []struct {
			upsert            sqldb.Upsert
			inserted, updated int
		}{
			{sqldb.Upsert{Rows: []core.Object{{"id": "a", "n": 1, "must": "m"}, {"id": "b", "n": 1}}}, 2, 0},
			{sqldb.Upsert{Rows: []core.Object{{"id": "a", "n": 2}, {"id": "c", "n": 2}, {"n": 3, "id": "c"}}}, 1, 2},
			{sqldb.Upsert{Rows: []core.Object{{"id": "a", "n": 2}}}, 0, 1},
			{sqldb.Upsert{Update: []string{"note"}, Rows: []core.Object{{"id": "b", "n": 9, "note": "n"}}}, 0, 1},
			{sqldb.Upsert{Update: []string{}, Rows: []core.Object{{"id": "b", "n": 9}, {"id": "d", "n": 4}}}, 1, 0},
		} {
			c.upsert.Table, c.upsert.Key = "orders", []string{"id"}
			got, failure := db.Upsert(t.Context(), c.upsert)
			require.Nil(t, failure)
			require.Equal(t, core.Object{"inserted": c.inserted, "updated": c.updated}, got)
		}
		require.Equal(t, core.List{
			core.Object{"id": "a", "n": 2, "must": "m", "note": nil}, core.Object{"id": "b", "n": 1, "must": "x", "note": "n"},
			core.Object{"id": "c", "n": 3, "must": "x", "note": nil}, core.Object{"id": "d", "n": 4, "must": "x", "note": nil},
		}, ask(t, db, "SELECT id, n, must, note FROM orders ORDER BY id", nil))

		// Another unique key than the one that is named is never what an update goes by.
		two := sqldb.Upsert{Table: "two", Key: []string{"id"}, Rows: []core.Object{{"id": "a", "code": "x", "n": 1}, {"id": "b", "code": "y", "n": 1}}}
		got, failure := db.Upsert(t.Context(), two)
		require.Nil(t, failure)
		require.Equal(t, core.Object{"inserted": 2, "updated": 0}, got)
		two.Rows = []core.Object{{"id": "a", "code": "x", "n": 2}, {"id": "c", "code": "y", "n": 2}}
		_, failure = db.Upsert(t.Context(), two)
		require.Equal(t, "db.unique_violation", failure.Code)
		require.Equal(t, core.Object{"statement": 1, "row": 2}, failure.Details)
		require.Equal(t, core.List{core.Object{"n": 1}}, ask(t, db, "SELECT n FROM two WHERE id = 'a'", nil))

		for code, u := range map[string]sqldb.Upsert{
			"db.no_unique_key":  {Table: "orders", Key: []string{"n"}, Rows: []core.Object{{"n": 1, "id": "z"}}},
			"db.args":           {Table: "orders", Key: []string{"id"}, Rows: []core.Object{{"n": 1}}},
			"db.no_such_table":  {Table: "no\"p`e", Key: []string{"id"}, Rows: []core.Object{{"id": 1}}},
			"db.no_such_column": {Table: "orders", Key: []string{"id"}, Rows: []core.Object{{"id": "z", "n\"` = 1 --": 1}}},
		} {
			_, failure := db.Upsert(t.Context(), u)
			require.NotNil(t, failure)
			require.Equal(t, code, failure.Code, failure.Message)
		}
	})
}

func TestAStatementThatTakesTooLongIsStopped(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := shop(t, d)
		must(t, db, "INSERT INTO orders (id, n) VALUES ('a', 0)", nil)
		endless := map[string]string{
			"sqlite":   "UPDATE orders SET n = (WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) FROM r)",
			"postgres": "UPDATE orders SET n = 1 FROM pg_sleep(60)",
			"mysql":    "UPDATE orders SET n = 1 WHERE SLEEP(60) = 0",
		}[d.Kind]
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		_, failure := db.Exec(ctx, sqldb.Exec{Statements: []sqldb.Statement{{SQL: endless}}})
		require.Equal(t, "db.timeout", failure.Code, failure.Message)
		require.False(t, failure.Permanent || failure.Unknown)
		// The server has let go of the row, too.
		ctx, cancel = context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		got, failure := db.Exec(ctx, sqldb.Exec{Statements: []sqldb.Statement{{SQL: "UPDATE orders SET n = 5 WHERE n = 0"}}})
		require.Nil(t, failure)
		require.Equal(t, core.Object{"rowsAffected": 1}, got)
	})
}

func TestListsInIn(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := shop(t, d)
		must(t, db, "INSERT INTO orders (id, n) VALUES ('a', 1), ('b', 2), ('c', 3)", nil)
		query := "SELECT id FROM orders WHERE id IN (:ids) AND n <> :n AND n NOT IN ( :none ) ORDER BY id"
		require.Equal(t, core.List{core.Object{"id": "a"}, core.Object{"id": "c"}},
			ask(t, db, query, core.Object{"ids": core.List{"c", "a", "b", "x"}, "n": 2, "none": core.List{7, 8}}))
		require.Empty(t, ask(t, db, query, core.Object{"ids": core.List{}, "n": 2, "none": core.List{7}}))
		require.Equal(t, core.List{core.Object{"id": "b"}}, ask(t, db, "SELECT id FROM orders WHERE id IN (?) AND n = ?", core.List{core.List{"a", "b"}, 2}))
		_, failure := db.Query(t.Context(), sqldb.Query{SQL: query, Args: core.Object{"ids": core.List{"a"}, "n": 2, "none": core.List{}}})
		require.Equal(t, "db.args", failure.Code)
		got, failure := db.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{{
			SQL:  "UPDATE orders SET n = n + :n WHERE id IN (:ids)",
			Each: []core.Value{core.Object{"n": 10, "ids": core.List{"a", "b"}}, core.Object{"n": 100, "ids": core.List{"b", "c"}}},
		}}})
		require.Nil(t, failure)
		require.Equal(t, core.Object{"rowsAffected": 4}, got)
		require.Equal(t, core.List{core.Object{"n": 11}, core.Object{"n": 112}, core.Object{"n": 103}}, ask(t, db, "SELECT n FROM orders ORDER BY id", nil))
	})
}
