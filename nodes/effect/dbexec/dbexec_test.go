package dbexec_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
	"sluice/nodes/effect/dbexec"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/nodetest"
)

func TestExamples(t *testing.T) {
	t.Parallel()
	effecttest.Examples(t, func(t *testing.T) nodes.Spec {
		set, _ := effecttest.Orders(t)
		return dbexec.Spec(set)
	})
}

func TestConfigIsAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	effecttest.Config(t, dbexec.Spec(nil), dbexec.Config{})
}

func TestWhatExcludesEachOtherIsFound(t *testing.T) {
	t.Parallel()
	spec := dbexec.Spec(nil)
	for config, want := range map[string]string{
		`{"connection": "a"}`: "config.one_of",
		`{"connection": "a", "sql": "DELETE FROM t", "statements": [{"sql": "DELETE FROM t"}]}`:              "config.exclusive",
		`{"connection": "a", "args": {}, "statements": [{"sql": "DELETE FROM t"}]}`:                          "config.required",
		`{"connection": "a", "statements": [{"sql": "DELETE FROM t", "args": {}, "each": "input"}]}`:         "config.exclusive",
		`{"connection": "a", "statements": [{"sql": "DELETE FROM {{ input }}"}]}`:                            "config.literal",
		`{"connection": "a", "sql": "DELETE FROM t WHERE id = :id", "args": "{{ input }}", "expectRows": 1}`: "",
	} {
		v, err := value.DecodeString(config)
		require.NoError(t, err)
		got := ""
		for _, f := range nodetest.Findings(t, &spec, v.(core.Object)) {
			got += f.Code
		}
		require.Equal(t, want, got, config)
	}
}

func rows(t *testing.T, db *sqldb.DB, query string) core.List {
	t.Helper()
	list, failure := db.Query(t.Context(), sqldb.Query{SQL: query})
	require.Nil(t, failure)
	return list
}

func TestALostAnswerTakesEffectOnce(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	spec := dbexec.Spec(set)
	const config = `{"connection": "orders", "exactlyOnce": true, "statements": [
		{"sql": "UPDATE stock SET available = available - :qty WHERE sku = :sku", "each": "trigger.body.items"}]}`
	scope := &nodetest.Scope{TriggerValue: core.Object{"body": core.Object{"items": core.List{
		core.Object{"sku": "MUG-350", "qty": 2}, core.Object{"sku": "SOC-05", "qty": 1},
	}}}}
	call := effecttest.Call(t, spec, config, scope)
	for attempt := 1; attempt <= 3; attempt++ {
		// The first two answers are lost: what was committed is asked for again, with the same key.
		call.Attempt = attempt
		got, failure := spec.Run(t.Context(), call)
		require.Nil(t, failure)
		require.Equal(t, core.Object{"rowsAffected": 2}, got, "the same answer each time")
	}
	require.Equal(t, core.List{core.Object{"sku": "MUG-350", "available": 8}, core.Object{"sku": "SOC-05", "available": 9}},
		rows(t, db, "SELECT sku, available FROM stock ORDER BY sku"))
	require.Equal(t, core.List{core.Object{"key": effecttest.Key}}, rows(t, db, "SELECT key FROM sluice_ledger"))

	call.Key = "another task"
	_, failure := spec.Run(t.Context(), call)
	require.Nil(t, failure)
	require.Equal(t, core.List{core.Object{"available": 6}}, rows(t, db, "SELECT available FROM stock WHERE sku = 'MUG-350'"))
}

func TestWithoutTheLedgerEveryTryTakesEffect(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	for range 2 {
		_, failure := effecttest.Run(t.Context(), t, dbexec.Spec(set),
			`{"connection": "orders", "sql": "UPDATE stock SET available = available - 1 WHERE sku = 'SOC-05'"}`, nil)
		require.Nil(t, failure)
	}
	require.Equal(t, core.List{core.Object{"available": 8}}, rows(t, db, "SELECT available FROM stock WHERE sku = 'SOC-05'"))
}

func TestAFailureLeavesNothing(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	_, failure := effecttest.Run(t.Context(), t, dbexec.Spec(set), `{"connection": "orders", "exactlyOnce": true, "statements": [
		{"sql": "INSERT INTO orders (id) VALUES ('A7')"}, {"sql": "INSERT INTO orders (id) VALUES (?)", "each": "[['A8'], ['A1']]"}]}`, nil)
	require.Equal(t, "db.unique_violation", failure.Code)
	require.Equal(t, core.Object{"statement": 2, "row": 2}, failure.Details)
	require.True(t, failure.Permanent && !failure.Unknown)
	require.Len(t, rows(t, db, "SELECT id FROM orders"), 2)
	// The key was not used up: the task may be done again, with the mistake corrected.
	_, failure = effecttest.Run(t.Context(), t, dbexec.Spec(set), `{"connection": "orders", "exactlyOnce": true, "sql": "DELETE FROM orders WHERE id = 'A1'"}`, nil)
	require.Nil(t, failure)
	require.Len(t, rows(t, db, "SELECT id FROM orders"), 1)
}

func TestNoBareStatementForAMissingList(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	for _, each := range []string{"nil", "input", "'all'", "{}"} {
		_, failure := effecttest.Run(t.Context(), t, dbexec.Spec(set), `{"connection": "orders", "statements": [{"sql": "DELETE FROM orders", "each": "`+each+`"}]}`, nil)
		require.Equal(t, "config.invalid", failure.Code, each)
		require.Equal(t, core.Object{"pointer": "/statements/0/each"}, failure.Details)
	}
	require.Len(t, rows(t, db, "SELECT id FROM orders"), 2)
}

func TestThousandsOfRows(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	items := make(core.List, 5000)
	for i := range items {
		items[i] = core.Object{"sku": "S-" + strconv.Itoa(i), "available": i}
	}
	scope := &nodetest.Scope{InputValue: items}
	got, failure := effecttest.Run(t.Context(), t, dbexec.Spec(set), `{"connection": "orders", "expectRows": "{{ len(input) }}", "statements": [
		{"sql": "INSERT INTO stock VALUES (:sku, :available)", "each": "input"}]}`, scope)
	require.Nil(t, failure)
	require.Equal(t, core.Object{"rowsAffected": 5000}, got)
	require.Equal(t, core.List{core.Object{"n": 5002}}, rows(t, db, "SELECT count(*) AS n FROM stock"))
}

func TestALockedDatabaseIsBusy(t *testing.T) {
	t.Parallel()
	set := effecttest.Connections(t)
	path := filepath.Join(t.TempDir(), "a.db")
	effecttest.Database(t, set, "orders", path, "CREATE TABLE orders (id TEXT)")
	other, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { _ = other.Close() }()
	other.SetMaxOpenConns(1)
	_, err = other.Exec("BEGIN IMMEDIATE")
	require.NoError(t, err)
	spec := dbexec.Spec(set)
	const config = `{"connection": "orders", "sql": "INSERT INTO orders VALUES ('A1')"}`

	_, failure := effecttest.Run(t.Context(), t, spec, config, nil)
	require.Equal(t, "db.busy", failure.Code)
	require.False(t, failure.Permanent || failure.Unknown)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, failure = effecttest.Run(ctx, t, spec, config, nil)
	require.Contains(t, []string{"db.timeout", "db.busy"}, failure.Code)
	require.False(t, failure.Unknown)

	_, err = other.Exec("COMMIT")
	require.NoError(t, err)
	_, failure = effecttest.Run(t.Context(), t, spec, config, nil)
	require.Nil(t, failure)
}

func TestAwayAndReadOnly(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	for id, code := range map[string]string{"away": "db.unavailable", "archive": "db.readonly"} {
		_, failure := effecttest.Run(t.Context(), t, dbexec.Spec(set), `{"connection": "`+id+`", "sql": "DELETE FROM orders"}`, nil)
		require.Equal(t, code, failure.Code)
		require.Equal(t, code == "db.readonly", failure.Permanent)
	}
	require.Len(t, rows(t, db, "SELECT id FROM orders"), 2)
}

func TestCancelledMidwayKeepsNothing(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, cancel)
	_, failure := effecttest.Run(ctx, t, dbexec.Spec(set), `{"connection": "orders", "statements": [{"sql": "DELETE FROM stock"},
		{"sql": "INSERT INTO stock WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i), 1 FROM n"}]}`, nil)
	require.Equal(t, "db.cancelled", failure.Code)
	require.False(t, failure.Unknown)
	require.Len(t, rows(t, db, "SELECT sku FROM stock"), 2)
}

func TestNoArgumentInAFailure(t *testing.T) {
	t.Parallel()
	set, _ := effecttest.Orders(t)
	scope := &nodetest.Scope{InputValue: "hunter2-secret"}
	for _, c := range []string{
		`"sql": "INSERT INTO orders (id, nope) VALUES (:id, 1)", "args": {"id": "{{ input }}"}`,
		`"sql": "INSERT INTO orders (id) VALUES (:other)", "args": {"id": "{{ input }}"}`,
		`"sql": "INSERT INTO orders (id) VALUES (:id)", "args": {"id": "{{ input }}"}, "expectRows": "{{ input }}"`,
		`"sql": "INSERT INTO orders (id) VALUES (:id)", "args": "{{ input }}"`,
	} {
		_, failure := effecttest.Run(t.Context(), t, dbexec.Spec(set), `{"connection": "orders", `+c+`}`, scope)
		require.NotNil(t, failure, c)
		require.NotContains(t, failure.Error(), "hunter2")
	}
}
