package connect_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/egress"
	"sluice/connect/sqldb"
	"sluice/connect/sqldb/sqldbtest"
	"sluice/engine/core"
)

func TestADatabaseIsReachedByEitherForm(t *testing.T) {
	t.Parallel()
	sqldbtest.EachServer(t, func(t *testing.T, d *sqldbtest.Database) {
		set := connect.NewSet(connect.Options{})
		t.Cleanup(func() { require.NoError(t, set.Close()) })
		parts := `{"id": "parts", "type": "` + d.Kind + `", "config": {"host": "127.0.0.1", "database": "` + d.Server.Database +
			`", "user": "` + d.Server.User + `", "tls": {"mode": "prefer"}, "pool": {"max": 2, "wait": "1s"}}}`
		for id, text := range map[string]string{"address": string(d.Definition(t, "address")), "parts": parts} {
			definition, findings := connect.ParseDefinition([]byte(text), nil)
			require.Empty(t, findings)
			require.NoError(t, set.Put(definition))
			db, failure := set.SQL(id)
			require.Nil(t, failure)
			require.Nil(t, db.Ping(t.Context()))
			rows, failure := db.Query(t.Context(), sqldb.Query{SQL: "SELECT :n AS n", Args: core.Object{"n": "one"}})
			require.Nil(t, failure)
			require.Equal(t, core.List{core.Object{"n": "one"}}, rows)
		}
	})
}

func TestAnAddressOfADatabaseHoldsNoPassword(t *testing.T) {
	t.Parallel()
	for address, says := range map[string]string{
		"postgres://me:hunter2@db/orders":       "the secret password",
		"postgres://me:hunter2@db:x/orders":     "must be an address",
		"mysql://me@db/orders":                  "begin with postgres://",
		"postgres://me@db":                      "must name the database",
		"postgres://me@db:70000/orders":         "a port",
		"postgres://me@db/orders?sslmode=maybe": "no settings",
	} {
		_, findings := connect.ParseDefinition([]byte(`{"id": "a", "type": "postgres", "config": {"url": "`+address+`"}}`), nil)
		require.Len(t, findings, 1, address)
		require.Contains(t, findings[0].Message, says)
		require.NotContains(t, findings[0].Message, "hunter2")
	}
}

func TestADatabaseBehindThePolicyIsNotReached(t *testing.T) {
	t.Parallel()
	policy, err := egress.Parse(nil, []string{"127.0.0.0/8"})
	require.NoError(t, err)
	set := connect.NewSet(connect.Options{Egress: policy})
	t.Cleanup(func() { require.NoError(t, set.Close()) })
	for _, kind := range sqldbtest.Kinds()[1:] {
		definition, findings := connect.ParseDefinition([]byte(`{"id": "`+kind+`", "type": "`+kind+`", "config": {"host": "localhost", "database": "test", "user": "root"}}`), nil)
		require.Empty(t, findings)
		require.NoError(t, set.Put(definition))
		db, failure := set.SQL(kind)
		require.Nil(t, failure)
		failure = db.Ping(t.Context())
		require.NotNil(t, failure)
		require.Equal(t, "connection.blocked", failure.Code, failure.Message)
	}
}
