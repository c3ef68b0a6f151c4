package sqldb_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"sluice/connect/sqldb"
	"sluice/connect/sqldb/sqldbtest"
)

const many = 10_000

// BenchmarkTenThousandRows writes 10,000 rows in one transaction, as each of db.exec does, and as one would by hand with
// the field's drivers: a prepared statement in SQLite, a batch and COPY in PostgreSQL, an INSERT of 1,000 rows in MySQL.
func BenchmarkTenThousandRows(b *testing.B) {
	for _, kind := range sqldbtest.Kinds() {
		d := sqldbtest.New(b, kind)
		db, raw := d.Open(b, nil), d.Raw(b)
		d.Exec(b, db, "CREATE TABLE items (id {id} PRIMARY KEY, n {big}, note {text})")
		list := rows(many)
		b.Run(kind+"/each", func(b *testing.B) {
			for b.Loop() {
				d.Exec(b, db, "DELETE FROM items")
				_, failure := db.Exec(b.Context(), sqldb.Exec{Statements: []sqldb.Statement{{
					SQL: "INSERT INTO items (id, n, note) VALUES (:id, :n, :note)", Each: list,
				}}})
				require.Nil(b, failure)
			}
		})
		for name, write := range byHand(d) {
			b.Run(kind+"/by hand, "+name, func(b *testing.B) {
				for b.Loop() {
					d.Exec(b, db, "DELETE FROM items")
					require.NoError(b, write(b.Context(), raw))
				}
			})
		}
	}
}

func byHand(d *sqldbtest.Database) map[string]func(ctx context.Context, db *sql.DB) error {
	switch d.Kind {
	case "sqlite":
		return map[string]func(context.Context, *sql.DB) error{"prepared": prepared}
	case "mysql":
		return map[string]func(context.Context, *sql.DB) error{"rows": severalRows, "prepared": prepared}
	}
	return map[string]func(context.Context, *sql.DB) error{
		"batch": func(ctx context.Context, _ *sql.DB) error {
			return withPgx(ctx, d, func(tx pgx.Tx) error {
				batch := &pgx.Batch{}
				for i := range many {
					batch.Queue("INSERT INTO items (id, n, note) VALUES ($1, $2, $3)", fmt.Sprintf("order-%d", i), i, "加急")
				}
				return tx.SendBatch(ctx, batch).Close()
			})
		},
		"copy": func(ctx context.Context, _ *sql.DB) error {
			return withPgx(ctx, d, func(tx pgx.Tx) error {
				_, err := tx.CopyFrom(ctx, pgx.Identifier{"items"}, []string{"id", "n", "note"}, pgx.CopyFromSlice(many, func(i int) ([]any, error) {
					return []any{fmt.Sprintf("order-%d", i), i, "加急"}, nil
				}))
				return err
			})
		},
	}
}

func withPgx(ctx context.Context, d *sqldbtest.Database, write func(tx pgx.Tx) error) error {
	conn, err := pgx.Connect(ctx, fmt.Sprintf("postgres://%s@%s/%s", d.Server.User, d.Address(), d.Server.Database))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	return pgx.BeginFunc(ctx, conn, write)
}

func prepared(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	insert, err := tx.PrepareContext(ctx, "INSERT INTO items (id, n, note) VALUES (?, ?, ?)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for i := range many {
		if _, err := insert.ExecContext(ctx, fmt.Sprintf("order-%d", i), i, "加急"); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func severalRows(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	const part = 1000
	for from := 0; from < many; from += part {
		args := make([]any, 0, 3*part)
		for i := from; i < from+part; i++ {
			args = append(args, fmt.Sprintf("order-%d", i), i, "加急")
		}
		_, err := tx.ExecContext(ctx, "INSERT INTO items (id, n, note) VALUES "+strings.TrimSuffix(strings.Repeat("(?, ?, ?), ", part), ", "), args...)
		if err != nil {
			return err
		}
	}
	return tx.Commit()
}
