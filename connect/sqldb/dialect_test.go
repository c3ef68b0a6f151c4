package sqldb_test

import (
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/sqldb"
	"sluice/connect/sqldb/sqldbtest"
	"sluice/engine/core"
	"sluice/engine/value"
)

func TestPostgresTypes(t *testing.T) {
	t.Parallel()
	d := sqldbtest.New(t, "postgres")
	db := d.Open(t, nil)
	d.Exec(t, db, "CREATE TYPE mood AS ENUM ('glad', 'so-so')", `CREATE TABLE v (id uuid PRIMARY KEY, tags text[], counts bigint[], grid int[][],
		moods mood[], mood mood, doc jsonb, plain json, amount numeric, small numeric(10, 2), at timestamptz, local timestamp, day date, span interval, raw bytea, real4 real, docs jsonb[])`)
	args := core.Object{
		"id": "6f1c3c2e-0d0b-4d5a-9a52-3e1f0a6f7b10", "tags": core.List{"a,b", `q"\{}`, nil, "NULL", "", "订单"}, "counts": core.List{1, -9223372036854775808},
		"grid": core.List{core.List{1, 2}, core.List{3, 4}}, "moods": core.List{"glad", "so-so"}, "mood": "glad", "doc": core.Object{"n": core.List{1, "x"}},
		"plain": core.List{core.Object{"k": nil}}, "amount": number(t, "0.1000000000000000000000000000000000001"), "small": 19.9,
		"at": "2026-05-01T10:00:00+08:00", "local": "2026-05-01 10:00:00", "day": "2026-05-01", "span": "90 minutes", "raw": []byte("\x00\xff"),
		"real4": 0.1, "docs": core.List{core.Object{"a": "b"}, 1},
	}
	must(t, db, `INSERT INTO v VALUES (:id, :tags, :counts, :grid, :moods, :mood, :doc, :plain, :amount, :small, :at, :local, :day, :span, :raw, :real4, :docs)`, args)
	got := ask(t, db, "SELECT * FROM v", nil)[0].(core.Object)
	want := maps.Clone(args)
	want["at"], want["span"], want["raw"] = "2026-05-01T02:00:00Z", "PT1H30M", "AP8="
	require.Len(t, got, len(want))
	for name := range want {
		require.True(t, value.Equal(want[name], got[name]), "%s: %v", name, got[name])
	}

	require.Equal(t, core.List{core.Object{"a": true, "b": "x", "c": ":no ?", "d": 2, "e": `a\nb`}}, ask(t, db,
		`SELECT doc ? 'n' AS a, (doc #>> '{n,1}')::text AS b, $q$:no ?$q$ AS c, (counts[1:2])[1]::int + :one AS d, 'a\nb' AS e
		/* /* :nested */ ? */ FROM v WHERE E'\':no' <> :x`, core.Object{"one": 1, "x": ""}))
	for _, sql := range []string{"SELECT 'NaN'::numeric AS n", "SELECT 'Infinity'::float8 AS n", "SELECT ARRAY['NaN'::numeric] AS n"} {
		_, failure := db.Query(t.Context(), sqldb.Query{SQL: sql})
		require.Equal(t, "db.bad_value", failure.Code, failure.Message)
	}
	require.Equal(t, core.List{core.Object{"n": "NaN"}}, ask(t, db, "SELECT 'NaN'::numeric::text AS n", nil))
}

func TestMySQLTypes(t *testing.T) {
	t.Parallel()
	d := sqldbtest.New(t, "mysql")
	db := d.Open(t, nil)
	d.Exec(t, db, `CREATE TABLE v (id BIGINT UNSIGNED PRIMARY KEY, bits BIT(12), amount DECIMAL(40, 20), f FLOAT, at DATETIME(3), stamp TIMESTAMP NULL,
		day DATE, span TIME, mood ENUM('glad', 'so-so'), raw VARBINARY(8), y YEAR, flag BOOLEAN, note TEXT)`)
	args := core.Object{
		"id": number(t, "18446744073709551615"), "bits": 2049, "amount": number(t, "12345678901234567890.12345678901234567890"), "f": 0.1,
		"at": "2026-05-01 10:00:00.250", "stamp": "2026-05-01 02:00:00", "day": "2026-05-01", "span": "01:30:00", "mood": "glad", "raw": []byte("\x00\xff"),
		"y": 2026, "flag": true, "note": "\"'`\\",
	}
	must(t, db, "INSERT INTO v VALUES (:id, :bits, :amount, :f, :at, :stamp, :day, :span, :mood, :raw, :y, :flag, :note)", args)
	want := maps.Clone(args)
	want["stamp"], want["raw"], want["flag"] = "2026-05-01T02:00:00Z", "AP8=", 1
	// With arguments and without, which are two protocols.
	for _, got := range []core.List{ask(t, db, "SELECT * FROM v", nil), ask(t, db, "SELECT * FROM v WHERE id = :id", core.Object{"id": args["id"]})} {
		require.Len(t, got, 1)
		for name := range want {
			require.True(t, value.Equal(want[name], got[0].(core.Object)[name]), "%s: %v", name, got[0].(core.Object)[name])
		}
	}
	require.Equal(t, core.List{core.Object{"a": "it's :no ?", "b": `\':no`, "c": 3, "d:e": 1}}, ask(t, db,
		"SELECT 'it\\'s :no ?' AS a, \"\\\\':no\" AS b, 5--:two AS c, 1 AS `d:e` # :no ?\n -- :no\n FROM v WHERE :x = ''", core.Object{"two": -2, "x": ""}))
	for _, sql := range []string{"DELETE FROM v /*! WHERE 1 = 0 */", "/*M!100000 SELECT 1 */", "SET autocommit = 1", "USE test"} {
		_, failure := do(db, sql, nil)
		require.Equal(t, "db.refused", failure.Code, sql)
	}
	// What does not fit is refused, not cut off.
	_, failure := do(db, "UPDATE v SET raw = :raw", core.Object{"raw": "123456789"})
	require.Equal(t, "db.bad_value", failure.Code, failure.Message)
}

// TestHowATimeIsWrittenForMySQL: what the documentation of the connection says, for those who have a text.
func TestHowATimeIsWrittenForMySQL(t *testing.T) {
	t.Parallel()
	d := sqldbtest.New(t, "mysql")
	db := d.Open(t, nil)
	d.Exec(t, db, "CREATE TABLE moments (at TIMESTAMP(6) NULL, wall DATETIME(6) NULL, note TEXT)")
	const insert = "INSERT INTO moments (at, wall, note) VALUES (:at, :at, :note)"
	const text = "2026-05-01T10:00:00+08:00"
	// A text stays as it is, wherever it goes.
	must(t, db, insert, core.Object{"at": "2026-05-01 02:00:00", "note": text})
	must(t, db, insert, core.Object{"at": time.Date(2026, 5, 1, 10, 0, 0, 0, time.FixedZone("", 8*3600)), "note": text})
	row := core.Object{"at": "2026-05-01T02:00:00Z", "wall": "2026-05-01 02:00:00.000000", "note": text}
	require.Equal(t, core.List{row, row}, ask(t, db, "SELECT at, wall, note FROM moments", nil))
	if _, failure := do(db, insert, core.Object{"at": text, "note": text}); failure != nil { // MySQL from 8.0.19 on takes it
		require.Equal(t, "db.type_mismatch", failure.Code)
		require.Contains(t, failure.Message, "2006-01-02 15:04:05")
	}
}

func TestASerializationFailureHasACode(t *testing.T) {
	t.Parallel()
	d := sqldbtest.New(t, "postgres")
	db := shop(t, d)
	must(t, db, "INSERT INTO orders (id, n) VALUES ('a', 0), ('b', 0)", nil)
	raw := d.Raw(t)
	_, err := raw.ExecContext(t.Context(), "ALTER ROLE "+d.Server.User+" SET default_transaction_isolation = 'serializable'")
	require.NoError(t, err)
	strict := d.Open(t, nil)
	var lost *core.Failure
	for tries := 0; lost == nil && tries < 20; tries++ {
		failures := make([]*core.Failure, 2)
		var wait sync.WaitGroup
		for i, ids := range [][]string{{"a", "b"}, {"b", "a"}} {
			wait.Go(func() {
				_, failures[i] = strict.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{
					{SQL: "DO $$BEGIN PERFORM sum(n) FROM orders; PERFORM pg_sleep(0.2); END$$"},
					{SQL: "UPDATE orders SET n = (SELECT sum(n) FROM orders WHERE id = :other) + 1 WHERE id = :id", Args: core.Object{"id": ids[0], "other": ids[1]}},
				}})
			})
		}
		wait.Wait()
		if lost = failures[0]; lost == nil {
			lost = failures[1]
		}
	}
	require.NotNil(t, lost)
	require.Equal(t, "db.serialization", lost.Code, lost.Message)
	require.False(t, lost.Permanent || lost.Unknown)
}
