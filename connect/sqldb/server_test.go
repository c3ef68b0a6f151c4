package sqldb_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sluice/connect/sqldb"
	"sluice/connect/sqldb/sqldbtest"
	"sluice/engine/core"
)

// through is the database behind a line.
func through(t *testing.T, d *sqldbtest.Database) (*sqldb.DB, *sqldbtest.Line) {
	t.Helper()
	line := sqldbtest.NewLine(t, d.Address())
	return d.Open(t, func(s *sqldb.Server) { s.Dial = line.Dial }), line
}

func TestALostAnswerToACommit(t *testing.T) {
	t.Parallel()
	sqldbtest.EachServer(t, func(t *testing.T, d *sqldbtest.Database) {
		direct := shop(t, d)
		must(t, direct, "INSERT INTO orders (id, n) VALUES ('a', 0)", nil)
		db, line := through(t, d)
		add := sqldb.Exec{Statements: []sqldb.Statement{{SQL: "UPDATE orders SET n = n + 1"}}}

		line.LoseAnswer("COMMIT")
		_, failure := db.Exec(t.Context(), add)
		require.Equal(t, "db.connection_lost", failure.Code, failure.Message)
		require.True(t, failure.Unknown && !failure.Permanent)
		require.Equal(t, core.List{core.Object{"n": 1}}, ask(t, direct, "SELECT n FROM orders", nil), "it was kept, though nobody was told")

		add.Once = "run1/t1"
		line.LoseAnswer("COMMIT")
		_, failure = db.Exec(t.Context(), add)
		require.Equal(t, "db.connection_lost", failure.Code, failure.Message)
		require.False(t, failure.Unknown || failure.Permanent, "another try settles it")
		for range 2 {
			got, failure := db.Exec(t.Context(), add)
			require.Nil(t, failure)
			require.Equal(t, core.Object{"rowsAffected": 1}, got)
		}
		require.Equal(t, core.List{core.Object{"n": 2}}, ask(t, direct, "SELECT n FROM orders", nil))
	})
}

func TestALostConnection(t *testing.T) {
	t.Parallel()
	sqldbtest.EachServer(t, func(t *testing.T, d *sqldbtest.Database) {
		shop(t, d)
		db, line := through(t, d)
		must(t, db, "INSERT INTO orders (id, n) VALUES ('a', 0)", nil)
		line.LoseAnswer("UPDATE orders SET n = 7")
		_, failure := do(db, "UPDATE orders SET n = 7", nil)
		require.Equal(t, "db.connection_lost", failure.Code, failure.Message)
		require.False(t, failure.Unknown || failure.Permanent, "nothing was committed")
		require.Equal(t, core.List{core.Object{"n": 0}}, ask(t, db, "SELECT n FROM orders", nil))

		// Connections that were lost while nobody used them are nobody's trouble.
		line.Cut()
		must(t, db, "UPDATE orders SET n = 8", nil)
		line.Cut()
		require.Equal(t, core.List{core.Object{"n": 8}}, ask(t, db, "SELECT n FROM orders", nil))
	})
}

func TestADeadlockHasACode(t *testing.T) {
	t.Parallel()
	sqldbtest.EachServer(t, func(t *testing.T, d *sqldbtest.Database) {
		db := shop(t, d)
		must(t, db, "INSERT INTO orders (id, n) VALUES ('a', 0), ('b', 0)", nil)
		// Each has a row before it asks for the other's: who comes first waits for who comes second to have begun.
		nap := map[string]string{"postgres": "DO $$BEGIN PERFORM pg_sleep(0.3); END$$", "mysql": "DO SLEEP(0.3)"}[d.Kind]
		var lost *core.Failure
		var failures []*core.Failure
		// On a busy machine one may be through before the other begins.
		for tries := 0; lost == nil && tries < 20; tries++ {
			failures = crossed(db, nap)
			if lost = failures[0]; lost == nil {
				lost = failures[1]
			}
		}
		require.NotNil(t, lost)
		require.True(t, failures[0] == nil || failures[1] == nil, "one goes on: %v", failures)
		require.Equal(t, "db.deadlock", lost.Code, lost.Message)
		require.False(t, lost.Permanent || lost.Unknown)
		require.Len(t, ask(t, db, "SELECT DISTINCT n FROM orders", nil), 1, "both rows or none")
	})
}

// crossed has two transactions take two rows in opposite orders.
func crossed(db *sqldb.DB, nap string) []*core.Failure {
	failures := make([]*core.Failure, 2)
	var wait sync.WaitGroup
	for i, ids := range [][]string{{"a", "b"}, {"b", "a"}} {
		wait.Go(func() {
			_, failures[i] = db.Exec(context.Background(), sqldb.Exec{Statements: []sqldb.Statement{
				{SQL: "UPDATE orders SET n = n + 1 WHERE id = :id", Args: core.Object{"id": ids[0]}}, {SQL: nap},
				{SQL: "UPDATE orders SET n = n + 1 WHERE id = :id", Args: core.Object{"id": ids[1]}},
			}})
		})
	}
	wait.Wait()
	return failures
}

func TestAFullPool(t *testing.T) {
	t.Parallel()
	sqldbtest.EachServer(t, func(t *testing.T, d *sqldbtest.Database) {
		shop(t, d)
		db := d.Open(t, func(s *sqldb.Server) { s.Pool = sqldb.Pool{Max: 1, Wait: 2 * time.Second} })
		line := sqldbtest.NewLine(t, d.Address())
		busy := d.Open(t, func(s *sqldb.Server) {
			s.Dial, s.Pool = line.Dial, sqldb.Pool{Max: 1, Wait: 2 * time.Second}
		})
		require.Nil(t, db.Ping(t.Context()))
		require.Nil(t, busy.Ping(t.Context()))
		nap := map[string]string{"postgres": "SELECT 1 AS one FROM pg_sleep(60)", "mysql": "SELECT SLEEP(60) AS one"}[d.Kind]
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan *core.Failure)
		before := line.Turns()
		go func() {
			_, failure := busy.Query(ctx, sqldb.Query{SQL: nap})
			ended <- failure
		}()
		require.Eventually(t, func() bool { return line.Turns() > before }, 10*time.Second, time.Millisecond)
		_, failure := busy.Query(t.Context(), sqldb.Query{SQL: "SELECT 1 AS one"})
		require.Equal(t, "db.pool_full", failure.Code, failure.Message)
		require.Contains(t, failure.Message, "all 1 connections")
		require.False(t, failure.Permanent || failure.Unknown)
		cancel()
		require.Equal(t, "db.cancelled", (<-ended).Code)
		require.Len(t, ask(t, db, "SELECT 1 AS one", nil), 1)
	})
}

func TestAConnectionTestSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	sqldbtest.EachServer(t, func(t *testing.T, d *sqldbtest.Database) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		closed := listener.Addr().(*net.TCPAddr).Port
		require.NoError(t, listener.Close())
		for code, edit := range map[string]func(*sqldb.Server){
			"db.unavailable":      func(s *sqldb.Server) { s.Port = closed },
			"db.no_such_database": func(s *sqldb.Server) { s.Database = "no_such_database" },
			"db.auth":             func(s *sqldb.Server) { s.User, s.Password = "nobody_known", "hunter2" },
			"db.tls":              func(s *sqldb.Server) { s.TLS = &tls.Config{ServerName: "db.example", MinVersion: tls.VersionTLS12} },
		} {
			failure := d.Open(t, edit).Ping(t.Context())
			require.NotNil(t, failure, code)
			require.Equal(t, code, failure.Code, failure.Message)
			require.Equal(t, code != "db.unavailable", failure.Permanent)
			require.NotContains(t, fmt.Sprint(failure), "hunter2")
		}
		// Encrypted where the server can.
		require.Nil(t, d.Open(t, func(s *sqldb.Server) {
			s.TLS, s.Plain = &tls.Config{InsecureSkipVerify: true}, true //nolint:gosec // any server will do
		}).Ping(t.Context()))
	})
}

// rows are orders to insert.
func rows(n int) []core.Value {
	list := make([]core.Value, n)
	for i := range list {
		list[i] = core.Object{"id": fmt.Sprintf("order-%d", i), "n": i, "note": "加急"}
	}
	return list
}

func TestTenThousandRowsAreFewRoundTrips(t *testing.T) {
	t.Parallel()
	sqldbtest.EachServer(t, func(t *testing.T, d *sqldbtest.Database) {
		shop(t, d)
		db, line := through(t, d)
		require.Nil(t, db.Ping(t.Context()))
		before := line.Turns()
		got, failure := db.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{{
			SQL: "INSERT INTO orders (id, n, note) VALUES (:id, :n, :note)", Each: rows(10_000),
		}}, Once: "many"})
		require.Nil(t, failure)
		require.Equal(t, core.Object{"rowsAffected": 10_000}, got)
		turns := line.Turns() - before
		t.Logf("10,000 rows inserted in %d round trips", turns)
		require.Less(t, turns, 100)
		if d.Kind == "mysql" {
			return
		}
		before = line.Turns()
		_, failure = db.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{{
			SQL: "UPDATE orders SET n = n + :n WHERE id = :id", Each: rows(10_000),
		}}})
		require.Nil(t, failure)
		turns = line.Turns() - before
		t.Logf("10,000 rows updated in %d round trips", turns)
		require.Less(t, turns, 2000)
	})
}
