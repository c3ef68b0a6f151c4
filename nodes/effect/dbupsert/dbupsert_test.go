package dbupsert_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/effect/dbupsert"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/nodetest"
)

func TestExamples(t *testing.T) {
	t.Parallel()
	effecttest.Examples(t, func(t *testing.T) nodes.Spec {
		set, _ := effecttest.Orders(t)
		return dbupsert.Spec(set)
	})
}

func TestConfigIsAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	effecttest.Config(t, dbupsert.Spec(nil), dbupsert.Config{})
}

func TestASecondTrySetsTheSameAgain(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	spec := dbupsert.Spec(set)
	call := effecttest.Call(t, spec, `{"connection": "orders", "table": "{{ vars.table }}", "key": ["id"], "rows": "input"}`, &nodetest.Scope{
		VarValues: core.Object{"table": "orders"},
		InputValue: core.List{
			core.Object{"id": "A1", "status": "shipped"}, core.Object{"id": "6917000000000000001", "buyer": 6917000000000000001, "amount": 389.7},
		},
	})
	after := func() core.List {
		list, failure := db.Query(t.Context(), sqldb.Query{SQL: "SELECT id, buyer, status, amount FROM orders ORDER BY id"})
		require.Nil(t, failure)
		return list
	}
	got, failure := spec.Run(t.Context(), call)
	require.Nil(t, failure)
	require.Equal(t, core.Object{"inserted": 1, "updated": 1}, got)
	first := after()
	require.Equal(t, core.List{
		core.Object{"id": "6917000000000000001", "buyer": 6917000000000000001, "status": nil, "amount": 389.7},
		core.Object{"id": "A1", "buyer": 6917000000000000009, "status": "shipped", "amount": 389.7},
		core.Object{"id": "A2", "buyer": 6917000000000000009, "status": "new", "amount": 59},
	}, first)
	got, failure = spec.Run(t.Context(), call)
	require.Nil(t, failure)
	require.Equal(t, core.Object{"inserted": 0, "updated": 2}, got)
	require.Equal(t, first, after())
}

func TestAllRowsOrNone(t *testing.T) {
	t.Parallel()
	set, db := effecttest.Orders(t)
	_, failure := effecttest.Run(t.Context(), t, dbupsert.Spec(set),
		`{"connection": "orders", "table": "orders", "key": ["id"], "rows": "[{id: 'A8'}, {id: 'A9', statue: 'x'}]"}`, nil)
	require.Equal(t, "db.no_such_column", failure.Code)
	require.Equal(t, core.Object{"statement": 1, "row": 2}, failure.Details)
	list, failure := db.Query(t.Context(), sqldb.Query{SQL: "SELECT id FROM orders"})
	require.Nil(t, failure)
	require.Len(t, list, 2)
	for rows, pointer := range map[string]string{"[{id: 'A8'}, 7]": "/rows/1", "nil": "/rows", "'A8'": "/rows"} {
		_, failure = effecttest.Run(t.Context(), t, dbupsert.Spec(set),
			`{"connection": "orders", "table": "orders", "key": ["id"], "rows": "`+rows+`"}`, nil)
		require.Equal(t, "config.invalid", failure.Code, rows)
		require.Equal(t, core.Object{"pointer": pointer}, failure.Details)
	}
}
