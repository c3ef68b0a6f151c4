package demo

import (
	"context"
	"fmt"
	"time"

	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/examples/shop"
	"sluice/flows/prebuilt"
)

// openOrders opens the order database, without orders, and counts how often it was opened before.
func openOrders(ctx context.Context, path string) (*sqldb.DB, uint64, error) {
	db, err := sqldb.OpenSQLite(path, false)
	if err != nil {
		return nil, 0, err
	}
	starts, err := clearOrders(ctx, db)
	if err != nil {
		_ = db.Close() // it is the first error that says what is wrong
		return nil, 0, err
	}
	return db, starts, nil
}

func clearOrders(ctx context.Context, db *sqldb.DB) (uint64, error) {
	statements := prebuilt.OrdersTables("sqlite")
	// What hangs on an order or a return goes with it.
	statements = append(statements, `DELETE FROM returns`, `DELETE FROM orders`, `CREATE TABLE IF NOT EXISTS demo_starts (at TEXT NOT NULL)`,
		`CREATE TABLE IF NOT EXISTS demo_payments (order_id TEXT PRIMARY KEY, transaction_id TEXT NOT NULL, fen INTEGER NOT NULL, paid_at TEXT NOT NULL)`,
		`DELETE FROM demo_payments`)
	if err := exec(ctx, db, statements...); err != nil {
		return 0, err
	}
	row, err := queryRow(ctx, db, `SELECT count(*) AS starts FROM demo_starts`)
	if err != nil {
		return 0, err
	}
	starts, _ := row["starts"].(int)
	return uint64(max(starts, 0)), exec(ctx, db, `INSERT INTO demo_starts VALUES (datetime('now'))`)
}

func exec(ctx context.Context, db *sqldb.DB, statements ...string) error {
	e := sqldb.Exec{}
	for _, s := range statements {
		e.Statements = append(e.Statements, sqldb.Statement{SQL: s})
	}
	_, failure := db.Exec(ctx, e)
	return errorOf(failure)
}

// queryRow is the one row of a query.
func queryRow(ctx context.Context, db *sqldb.DB, query string) (core.Object, error) {
	rows, failure := db.Query(ctx, sqldb.Query{SQL: query})
	if failure != nil {
		return nil, errorOf(failure)
	}
	row, _ := rows[0].(core.Object)
	return row, nil
}

func errorOf(failure *core.Failure) error {
	if failure == nil {
		return nil
	}
	return fmt.Errorf("demo: the order database: %s: %s", failure.Code, failure.Message)
}

// entry is what our order system knows of an order.
type entry struct {
	shop.Order
	source, channel, status string
	// created is the time in the channel's own way of writing it.
	created string
	// reservation is the warehouse's, empty where there is none.
	reservation string
}

// record writes an order down as an order system would, with what it bought and holds. One that a flow was faster to write
// stays.
func (w *world) record(ctx context.Context, e *entry) error {
	items, holds := []core.Value{}, []core.Value{}
	for i, item := range e.Items {
		items = append(items, core.Object{
			"id": e.ID, "line": i + 1, "sku": item.SKU, "name": item.Name, "quantity": int(item.Quantity), "price": yuan(item.Price),
		})
	}
	for kind, ref := range map[string]string{"stock": e.reservation, "coupon": e.CouponID} {
		if ref != "" {
			holds = append(holds, core.Object{"id": e.ID, "kind": kind, "ref": ref})
		}
	}
	order := core.Object{
		"id": e.ID, "source": e.source, "channel": e.channel, "status": e.status, "price": yuan(total(&e.Order)), "name": e.Buyer.Name,
		"phone": e.Buyer.Phone, "address": e.Buyer.Province + e.Buyer.City + e.Buyer.District + e.Buyer.Street + e.Buyer.Detail,
		"created": e.created, "synced": e.UpdatedAt.Format(time.RFC3339),
	}
	_, failure := w.db.Exec(ctx, sqldb.Exec{Statements: []sqldb.Statement{
		{SQL: `INSERT OR IGNORE INTO orders (order_id, source, channel, status, total_price, receiver_name, receiver_phone, receiver_address, created_at, last_sync_time)
			VALUES (:id, :source, :channel, :status, :price, :name, :phone, :address, :created, :synced)`, Args: order},
		{SQL: `INSERT OR IGNORE INTO order_items (order_id, line, sku, name, quantity, price) VALUES (:id, :line, :sku, :name, :quantity, :price)`, Each: items},
		{SQL: `INSERT OR IGNORE INTO order_holds (order_id, kind, ref) VALUES (:id, :kind, :ref)`, Each: holds},
	}})
	return errorOf(failure)
}

func total(o *shop.Order) int64 {
	sum := o.Postage - o.Discount
	for _, item := range o.Items {
		sum += item.Price * item.Quantity
	}
	return sum
}

// yuan writes fen as yuan.
func yuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }
