package effecttest

import (
	"path/filepath"
	"testing"

	"sluice/connect"
	"sluice/connect/sqldb"
)

// Orders is what the examples of the database types speak of: the connection orders with a few rows, archive, which only
// reads the same file, and away, whose folder does not exist.
func Orders(t testing.TB) (*connect.Set, *sqldb.DB) {
	t.Helper()
	set := Connections(t)
	path := filepath.Join(t.TempDir(), "orders.db")
	db := Database(t, set, "orders", path,
		`CREATE TABLE orders (id TEXT PRIMARY KEY, buyer INTEGER, status TEXT, amount NUMERIC, paid BOOLEAN)`,
		`CREATE TABLE stock (sku TEXT PRIMARY KEY, available INTEGER)`,
		`INSERT INTO orders VALUES ('A1', 6917000000000000009, 'paid', 389.70, 1), ('A2', 6917000000000000009, 'new', 59, 0)`,
		`INSERT INTO stock VALUES ('MUG-350', 10), ('SOC-05', 10)`)
	Define(t, set, `{"id": "archive", "type": "sqlite", "config": {"path": %q, "readOnly": true}}`, path)
	Define(t, set, `{"id": "away", "type": "sqlite", "config": {"path": %q}}`, filepath.Join(t.TempDir(), "unmounted", "a.db"))
	return set, db
}
