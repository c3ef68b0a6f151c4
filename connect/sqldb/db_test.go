package sqldb

import (
	"bufio"
	"context"
	"fmt"
	"os"
	osexec "os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
)

const schema = `CREATE TABLE orders (
	id TEXT PRIMARY KEY, n INTEGER, price REAL, amount NUMERIC, blob BLOB, paid BOOLEAN, at DATETIME, day DATE,
	buyer TEXT REFERENCES buyers(id), note TEXT CHECK (note <> 'bad'), must TEXT NOT NULL DEFAULT 'x')`

// open returns a database in a new file, with its path.
func open(t *testing.T) (*DB, string) {
	t.Helper()
	// A name that a connection string would misread.
	path := filepath.Join(t.TempDir(), "a b?c%41#订单.db")
	db, err := OpenSQLite(path, false)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	exec(t, db, "CREATE TABLE buyers (id TEXT PRIMARY KEY)")
	exec(t, db, schema)
	require.FileExists(t, path)
	return db, path
}

func exec(t *testing.T, db *DB, sql string) {
	t.Helper()
	_, failure := db.Exec(t.Context(), Exec{Statements: []Statement{{SQL: sql}}})
	require.Nil(t, failure)
}

func query(t *testing.T, db *DB, sql string) core.List {
	t.Helper()
	rows, failure := db.Query(t.Context(), Query{SQL: sql})
	require.Nil(t, failure)
	return rows
}

func TestValuesComeBackExactly(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	_, failure := db.Exec(t.Context(), Exec{Statements: []Statement{{
		SQL: `INSERT INTO orders (id, n, price, amount, paid, at, day, note, blob)
			VALUES (:id, :n, :price, :amount, :paid, :at, :day, :note, x'00ff')`,
		Args: core.Object{
			"id": "6917000000000000001", "n": 1234567890123456789, "price": 0.1, "amount": 7,
			"paid": true, "at": "2023-11-15 06:13:20", "day": "2023-11-15", "note": nil, "unused": core.List{},
		},
	}}})
	require.Nil(t, failure)
	rows := query(t, db, "SELECT id, n, price, amount, paid, at, day, note, blob, n + 1 AS more FROM orders -- all")
	require.Equal(t, core.List{core.Object{
		"id": "6917000000000000001", "n": 1234567890123456789, "price": 0.1, "amount": 7, "paid": true,
		"at": "2023-11-15 06:13:20", "day": "2023-11-15", "note": nil, "blob": "AP8=", "more": 1234567890123456790,
	}}, rows)
}

func TestTimesComeAsStoredAndOrdered(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	for i, at := range []string{"2023-11-15T06:13:20Z", "2023-11-15 06:13:20", "2023-11-15T06:13:20.5+08:00", "soon", "1700000000"} {
		_, failure := db.Exec(t.Context(), Exec{Statements: []Statement{{
			SQL: "INSERT INTO orders (id, n, at) VALUES (?, ?, ?)", Args: core.List{fmt.Sprint(i), i, at},
		}}})
		require.Nil(t, failure)
	}
	require.Equal(t, core.List{
		core.Object{"at": 1700000000, "AT": 4}, core.Object{"at": "soon", "AT": 3}, core.Object{"at": "2023-11-15T06:13:20.5+08:00", "AT": 2},
	}, query(t, db, `WITH x AS (SELECT * FROM orders) SELECT at, n AS "AT" FROM x ORDER BY n DESC LIMIT 3`))
	require.Equal(t, core.List{core.Object{"at": "2023-11-15 06:13:20"}, core.Object{"at": "2023-11-15T06:13:20Z"}},
		query(t, db, `SELECT at FROM orders WHERE n < 2 UNION ALL SELECT at FROM orders WHERE n < 0 ORDER BY 1`))
}

func TestDecimalsListsAndObjects(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	decimal, err := value.ParseDecimal("12345678901234567890.123")
	require.NoError(t, err)
	_, failure := db.Exec(t.Context(), Exec{Statements: []Statement{{
		SQL:  "INSERT INTO orders (id, note, must) VALUES (:id, :note, :must)",
		Args: core.Object{"id": decimal, "note": core.Object{"b": core.List{1, "<"}, "a": nil}, "must": time.Unix(0, 0).UTC()},
	}}})
	require.Nil(t, failure)
	require.Equal(t, core.List{core.Object{
		"id": "12345678901234567890.123", "note": `{"a":null,"b":[1,"<"]}`, "must": "1970-01-01T00:00:00Z",
	}}, query(t, db, "SELECT id, note, must FROM orders"))
}

func TestFailures(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	exec(t, db, "INSERT INTO orders (id) VALUES ('a')")
	secret := "hunter2-secret"
	for _, c := range []struct{ sql, code string }{
		{"INSERT INTO orders (id) VALUES ('a')", "db.unique_violation"},
		{"INSERT INTO orders (id, buyer) VALUES ('b', :s)", "db.foreign_key_violation"},
		{"INSERT INTO orders (id, must) VALUES ('b', NULL)", "db.not_null_violation"},
		{"INSERT INTO orders (id, note) VALUES ('b', 'bad')", "db.check_violation"},
		{"INSERT INTO orders (nope) VALUES (:s)", "db.no_such_column"},
		{"INSERT INTO nope VALUES (:s)", "db.no_such_table"},
		{"UPDATE orders SEX id = :s", "db.syntax"},
		{"UPDATE orders SET id = :missing", "db.args"},
		{"COMMIT", "db.refused"},
	} {
		_, failure := db.Exec(t.Context(), Exec{Statements: []Statement{{SQL: c.sql, Args: core.Object{"s": secret}}}})
		require.NotNil(t, failure, c.sql)
		require.Equal(t, c.code, failure.Code, failure.Message)
		require.True(t, failure.Permanent)
		require.False(t, failure.Unknown)
		require.NotContains(t, fmt.Sprintf("%+v", failure), secret)
	}
	for _, c := range []struct{ sql, code string }{
		{"SELECT id FROM nope", "db.no_such_table"},
		{"SELECT id, id FROM orders", "db.duplicate_column"},
		{"DELETE FROM orders", "db.readonly"},
		{"SELECT 1 AS a, 9e999 AS b", "db.bad_value"},
	} {
		_, failure := db.Query(t.Context(), Query{SQL: c.sql})
		require.NotNil(t, failure, c.sql)
		require.Equal(t, c.code, failure.Code, failure.Message)
	}
	_, failure := db.Query(t.Context(), Query{SQL: "SELECT id\nFROM orders\n  WEHRE n = 1"})
	require.Equal(t, core.Object{"statement": 1, "line": 3, "column": 9}, failure.Details, failure.Message)
}

func TestMaxRows(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	numbers := "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 6) SELECT i FROM r"
	rows, failure := db.Query(t.Context(), Query{SQL: numbers, MaxRows: 6})
	require.Nil(t, failure)
	require.Len(t, rows, 6)
	_, failure = db.Query(t.Context(), Query{SQL: numbers, MaxRows: 5})
	require.Equal(t, "db.too_many_rows", failure.Code)
	require.True(t, failure.Permanent)
}

func TestAResultIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	wide := "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < :n) SELECT i, hex(zeroblob(1000000)) AS wide FROM r"
	rows, failure := db.Query(t.Context(), Query{SQL: wide, Args: core.Object{"n": 3}})
	require.Nil(t, failure)
	require.Len(t, rows, 3)
	_, failure = db.Query(t.Context(), Query{SQL: wide, Args: core.Object{"n": 100}})
	require.Equal(t, "db.too_large", failure.Code, failure.Message)
}

func TestExecKeepsAllOrNothing(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	insert := Statement{SQL: "INSERT INTO orders (id) VALUES (:id)", Each: []core.Value{core.Object{"id": "a"}, core.Object{"id": "b"}}}
	_, failure := db.Exec(t.Context(), Exec{Statements: []Statement{insert, insert}})
	require.Equal(t, "db.unique_violation", failure.Code)
	require.Equal(t, core.Object{"statement": 2, "row": 1}, failure.Details)
	require.Empty(t, query(t, db, "SELECT id FROM orders"))

	three := 3
	_, failure = db.Exec(t.Context(), Exec{Statements: []Statement{insert}, ExpectRows: &three, Once: "k"})
	require.Equal(t, "db.row_count", failure.Code)
	require.Empty(t, query(t, db, "SELECT id FROM orders"))

	two := 2
	result, failure := db.Exec(t.Context(), Exec{Statements: []Statement{insert}, ExpectRows: &two, Once: "k"})
	require.Nil(t, failure)
	require.Equal(t, core.Object{"rowsAffected": 2}, result)
	require.Len(t, query(t, db, "SELECT id FROM orders"), 2)

	none, failure := db.Exec(t.Context(), Exec{Statements: []Statement{{SQL: insert.SQL, Each: []core.Value{}}}})
	require.Nil(t, failure)
	require.Equal(t, core.Object{"rowsAffected": 0}, none)
}

func TestOnceTakesEffectOnce(t *testing.T) {
	t.Parallel()
	db, path := open(t)
	exec(t, db, "INSERT INTO orders (id, n) VALUES ('a', 0)")
	// A second process: a DB of its own on the same file.
	other, err := OpenSQLite(path, false)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, other.Close()) })
	add := Exec{Statements: []Statement{{SQL: "UPDATE orders SET n = n + 1"}}, Once: "run1/t1"}
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			result, failure := []*DB{db, other}[i%2].Exec(context.Background(), add)
			if failure != nil {
				t.Error(failure)
			}
			if result["rowsAffected"] != 1 {
				t.Error(result)
			}
		})
	}
	wait.Wait()
	require.Equal(t, core.List{core.Object{"n": 1}}, query(t, db, "SELECT n FROM orders"))
	require.Equal(t, core.List{core.Object{"key": "run1/t1", "result": `{"rowsAffected":1}`}}, query(t, db, "SELECT key, result FROM sluice_ledger"))
}

// TestWriterToBeKilled is no test: the next one runs it in a process of its own, which it kills.
func TestWriterToBeKilled(t *testing.T) {
	path := os.Getenv("SLUICE_TEST_KILLED_DB")
	if path == "" {
		t.Skip("runs only as the child of TestOnceKeepsNothingOfAKilledWriter")
	}
	db, err := OpenSQLite(path, false)
	require.NoError(t, err)
	_, _ = db.write(t.Context(), "k", func(tx *session) (core.Object, *core.Failure) {
		_, err := tx.tx.ExecContext(t.Context(), "UPDATE orders SET n = n + 1")
		require.NoError(t, err)
		require.NoError(t, tx.record(t.Context(), "k", core.Object{"rowsAffected": 1}))
		fmt.Println("written, not committed")
		select {}
	})
}

func TestOnceKeepsNothingOfAKilledWriter(t *testing.T) {
	t.Parallel()
	db, path := open(t)
	exec(t, db, "INSERT INTO orders (id, n) VALUES ('a', 0)")
	child := osexec.Command(os.Args[0], "-test.run=^TestWriterToBeKilled$")
	child.Env = append(os.Environ(), "SLUICE_TEST_KILLED_DB="+path)
	output, err := child.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, child.Start())
	line, err := bufio.NewReader(output).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "written, not committed\n", line)
	require.NoError(t, child.Process.Kill())
	require.Error(t, child.Wait())

	add := Exec{Statements: []Statement{{SQL: "UPDATE orders SET n = n + 1"}}, Once: "k"}
	for range 2 {
		result, failure := db.Exec(t.Context(), add)
		require.Nil(t, failure)
		require.Equal(t, core.Object{"rowsAffected": 1}, result)
	}
	require.Equal(t, core.List{core.Object{"n": 1}}, query(t, db, "SELECT n FROM orders"))
}

func TestUpsert(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	upsert := func(u Upsert) core.Object {
		t.Helper()
		u.Table, u.Key = "orders", []string{"id"}
		result, failure := db.Upsert(t.Context(), u)
		require.Nil(t, failure)
		return result
	}
	require.Equal(t, core.Object{"inserted": 2, "updated": 0},
		upsert(Upsert{Rows: []core.Object{{"id": "a", "n": 1, "must": "m"}, {"id": "b", "n": 1}}}))
	// The row names no must, so what is there stays.
	require.Equal(t, core.Object{"inserted": 1, "updated": 2},
		upsert(Upsert{Rows: []core.Object{{"id": "a", "n": 2}, {"id": "c", "n": 2}, {"n": 3, "id": "c"}}}))
	require.Equal(t, core.Object{"inserted": 0, "updated": 1},
		upsert(Upsert{Update: []string{"note"}, Rows: []core.Object{{"id": "b", "n": 9, "note": "n"}}}))
	require.Equal(t, core.Object{"inserted": 0, "updated": 0},
		upsert(Upsert{Update: []string{}, Rows: []core.Object{{"id": "b", "n": 9}}}))
	require.Equal(t, core.List{
		core.Object{"id": "a", "n": 2, "must": "m", "note": nil}, core.Object{"id": "b", "n": 1, "must": "x", "note": "n"},
		core.Object{"id": "c", "n": 3, "must": "x", "note": nil},
	}, query(t, db, "SELECT id, n, must, note FROM orders ORDER BY id"))

	for code, u := range map[string]Upsert{
		"db.no_unique_key":  {Table: "orders", Key: []string{"n"}, Rows: []core.Object{{"n": 1, "id": "z"}}},
		"db.args":           {Table: "orders", Key: []string{"id"}, Rows: []core.Object{{"n": 1}}},
		"db.no_such_table":  {Table: `no"pe`, Key: []string{"id"}, Rows: []core.Object{{"id": 1}}},
		"db.no_such_column": {Table: "orders", Key: []string{"id"}, Rows: []core.Object{{"id": "z", `n" = 1 --`: 1}}},
	} {
		_, failure := db.Upsert(t.Context(), u)
		require.NotNil(t, failure)
		require.Equal(t, code, failure.Code, failure.Message)
	}
}

func TestManyWritersAndReaders(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	exec(t, db, "INSERT INTO orders (id, n) VALUES ('a', 0)")
	var wait sync.WaitGroup
	for range 64 {
		wait.Go(func() {
			for range 4 {
				_, failure := db.Exec(context.Background(), Exec{Statements: []Statement{{SQL: "UPDATE orders SET n = n + 1 WHERE id = 'a'"}}})
				if failure != nil {
					t.Error(failure)
				}
				if _, failure := db.Query(context.Background(), Query{SQL: "SELECT n FROM orders"}); failure != nil {
					t.Error(failure)
				}
			}
		})
	}
	wait.Wait()
	require.Equal(t, core.List{core.Object{"n": 256}}, query(t, db, "SELECT n FROM orders"))
}

func TestTenThousandRowsInOneTransaction(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	rows := make([]core.Value, 10_000)
	for i := range rows {
		rows[i] = core.Object{"id": fmt.Sprintf("order-%d", i), "n": i, "note": "加急"}
	}
	start := time.Now()
	result, failure := db.Exec(t.Context(), Exec{
		Statements: []Statement{{SQL: "INSERT INTO orders (id, n, note) VALUES (:id, :n, :note)", Each: rows}}, Once: "many",
	})
	require.Nil(t, failure)
	t.Logf("10,000 rows in %s", time.Since(start))
	require.Equal(t, core.Object{"rowsAffected": 10_000}, result)
}

func TestContextEnds(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	endless := "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r) SELECT count(*) AS n FROM r"
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, failure := db.Query(ctx, Query{SQL: endless})
	require.Equal(t, "db.timeout", failure.Code)
	require.False(t, failure.Permanent)

	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	_, failure = db.Exec(ctx, Exec{Statements: []Statement{{SQL: "DELETE FROM orders"}}})
	require.Equal(t, "db.cancelled", failure.Code)
}

func TestReadOnlyAndUnavailable(t *testing.T) {
	t.Parallel()
	_, path := open(t)
	db, err := OpenSQLite(path, true)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	require.Nil(t, db.Ping(t.Context()))
	require.Empty(t, query(t, db, "SELECT id FROM orders"))
	_, failure := db.Exec(t.Context(), Exec{Statements: []Statement{{SQL: "DELETE FROM orders"}}})
	require.Equal(t, "db.readonly", failure.Code)

	gone, err := OpenSQLite(filepath.Join(t.TempDir(), "no", "such", "dir.db"), false)
	require.NoError(t, err)
	t.Cleanup(func() { _ = gone.Close() })
	failure = gone.Ping(t.Context())
	require.Equal(t, "db.unavailable", failure.Code)
	require.False(t, failure.Permanent)
	require.NotContains(t, failure.Message, "SQLITE", failure.Message)
}

func TestCloseLetsAWriteEnd(t *testing.T) {
	t.Parallel()
	_, path := open(t)
	db, err := OpenSQLite(path, false)
	require.NoError(t, err)
	result, failure := db.write(t.Context(), "k", func(tx *session) (core.Object, *core.Failure) {
		require.NoError(t, db.Close())
		rows, failure := db.run(t.Context(), tx, &statement{sql: "INSERT INTO buyers VALUES ('b')"}, Statement{}, 1)
		return core.Object{"rowsAffected": rows}, failure
	})
	require.Nil(t, failure)
	require.Equal(t, core.Object{"rowsAffected": 1}, result)
}
