package dbquery_test

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/nodes"
	"sluice/nodes/effect/dbquery"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/nodetest"
)

func TestExamples(t *testing.T) {
	t.Parallel()
	effecttest.Examples(t, func(t *testing.T) nodes.Spec {
		set, _ := effecttest.Orders(t)
		return dbquery.Spec(set)
	})
}

func TestConfigIsAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	effecttest.Config(t, dbquery.Spec(nil), dbquery.Defaults())
}

func TestResults(t *testing.T) {
	t.Parallel()
	set, _ := effecttest.Orders(t)
	for _, c := range []struct {
		config string
		want   core.Value
	}{
		{`"sql": "SELECT id FROM orders ORDER BY id"`, core.List{core.Object{"id": "A1"}, core.Object{"id": "A2"}}},
		{`"sql": "SELECT id FROM orders WHERE 0"`, core.List{}},
		{`"sql": "SELECT id FROM orders ORDER BY id", "result": "row"`, core.Object{"id": "A1"}},
		{`"sql": "SELECT id FROM orders WHERE 0", "result": "row"`, nil},
		{`"sql": "SELECT id FROM orders ORDER BY id", "result": "value"`, "A1"},
		{`"sql": "SELECT id FROM orders WHERE 0", "result": "value"`, nil},
		{`"sql": "SELECT sum(amount) AS total FROM orders WHERE buyer = ?", "args": [6917000000000000009], "result": "value"`, 448.7},
		{`"sql": "SELECT buyer + 1 AS next FROM orders LIMIT 1", "args": "{{ vars.none }}", "result": "value"`, 6917000000000000010},
	} {
		got, failure := effecttest.Run(t.Context(), t, dbquery.Spec(set), `{"connection": "orders", `+c.config+`}`, nil)
		require.Nil(t, failure, c.config)
		require.Equal(t, c.want, got, c.config)
	}
}

func TestTemplatesNeverReachTheSQL(t *testing.T) {
	t.Parallel()
	spec := dbquery.Spec(nil)
	findings := nodetest.Findings(t, &spec, core.Object{"connection": "orders", "sql": "SELECT * FROM orders WHERE id = '{{ input.id }}'"})
	require.Len(t, findings, 1)
	require.Equal(t, "config.literal", findings[0].Code)

	set, _ := effecttest.Orders(t)
	scope := &nodetest.Scope{InputValue: core.Object{"id": "' OR 1=1 --"}}
	got, failure := effecttest.Run(t.Context(), t, dbquery.Spec(set),
		`{"connection": "orders", "sql": "SELECT id FROM orders WHERE id = :id", "args": {"id": "{{ input.id }}"}}`, scope)
	require.Nil(t, failure)
	require.Empty(t, got)
}

func TestABigResultIsRefused(t *testing.T) {
	t.Parallel()
	set, _ := effecttest.Orders(t)
	const million = `"sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT i FROM n"`
	_, failure := effecttest.Run(t.Context(), t, dbquery.Spec(set), `{"connection": "orders", `+million+`}`, nil)
	require.Equal(t, "db.too_many_rows", failure.Code)
	require.True(t, failure.Permanent)
	require.Contains(t, failure.Message, "10000")
	for name, v := range map[string]core.Value{"zero": 0, "text": "7"} {
		_, failure = effecttest.Run(t.Context(), t, dbquery.Spec(set), `{"connection": "orders", "maxRows": "{{ vars.n }}", `+million+`}`,
			&nodetest.Scope{VarValues: core.Object{"n": v}})
		require.Equal(t, "config.invalid", failure.Code, name)
	}
}

func TestADatabaseThatIsAwayOrBroken(t *testing.T) {
	t.Parallel()
	set, _ := effecttest.Orders(t)
	broken := filepath.Join(t.TempDir(), "broken.db")
	require.NoError(t, os.WriteFile(broken, []byte("this is no database, whatever its name says; it is only text"), 0o600))
	effecttest.Define(t, set, `{"id": "broken", "type": "sqlite", "config": {"path": %q}}`, broken)
	for id, permanent := range map[string]bool{"away": false, "broken": true} {
		_, failure := effecttest.Run(t.Context(), t, dbquery.Spec(set), `{"connection": "`+id+`", "sql": "SELECT 1 AS one"}`, nil)
		require.Equal(t, "db.unavailable", failure.Code, id)
		require.Equal(t, permanent, failure.Permanent, id)
		require.False(t, failure.Unknown)
	}
}

func TestReadsGoOnBesideAWriter(t *testing.T) {
	t.Parallel()
	set := effecttest.Connections(t)
	path := filepath.Join(t.TempDir(), "a.db")
	effecttest.Database(t, set, "orders", path, "CREATE TABLE orders (id TEXT)", "INSERT INTO orders VALUES ('A1')")
	other, err := sql.Open("sqlite", path)
	require.NoError(t, err)
	defer func() { _ = other.Close() }()
	other.SetMaxOpenConns(1)
	_, err = other.Exec("BEGIN IMMEDIATE")
	require.NoError(t, err)
	got, failure := effecttest.Run(t.Context(), t, dbquery.Spec(set), `{"connection": "orders", "sql": "SELECT id FROM orders", "result": "value"}`, nil)
	require.Nil(t, failure)
	require.Equal(t, "A1", got)
}

func TestCancelledMidway(t *testing.T) {
	t.Parallel()
	set, _ := effecttest.Orders(t)
	const endless = `{"connection": "orders", "result": "value",
		"sql": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"}`
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, failure := effecttest.Run(ctx, t, dbquery.Spec(set), endless, nil)
	require.Equal(t, "db.timeout", failure.Code)
	ctx, stop := context.WithCancel(t.Context())
	time.AfterFunc(50*time.Millisecond, stop)
	_, failure = effecttest.Run(ctx, t, dbquery.Spec(set), endless, nil)
	require.Equal(t, "db.cancelled", failure.Code)
	_, failure = effecttest.Run(t.Context(), t, dbquery.Spec(set), `{"connection": "orders", "sql": "SELECT 1 AS one"}`, nil)
	require.Nil(t, failure, "the connection serves the next call")
}

func TestOutputsAreJSON(t *testing.T) {
	t.Parallel()
	set, _ := effecttest.Orders(t)
	got, failure := effecttest.Run(t.Context(), t, dbquery.Spec(set), `{"connection": "orders", "sql": "SELECT *, x'00ff' AS blob FROM orders ORDER BY id LIMIT 1"}`, nil)
	require.Nil(t, failure)
	text, err := value.Encode(got)
	require.NoError(t, err)
	require.JSONEq(t, `[{"amount":389.7,"blob":"AP8=","buyer":6917000000000000009,"id":"A1","paid":true,"status":"paid"}]`, string(text))
}
