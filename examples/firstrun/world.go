package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"sluice/connect"
	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/examples/shop"
	"sluice/flows/prebuilt"
)

// world is what the flow will meet: a shop on a port of this machine, and a database in a file.
type world struct {
	shop            *shop.Running
	order           shop.Order
	database        string
	connectionsFile string
	// connections are those of the file, opened to look at the database.
	connections *connect.Set
}

// newWorld makes a shop in which an order was delivered, and a database that has not heard of it for twenty minutes.
func newWorld(ctx context.Context, dir string) (*world, error) {
	w := &world{
		database: filepath.Join(dir, "orders.db"), connectionsFile: filepath.Join(dir, "connections.json"),
		connections: connect.NewSet(connect.Options{}),
	}
	var err error
	if w.shop, err = shop.Start(shop.Options{Seed: uint64(time.Now().UnixNano())}); err != nil {
		return nil, err
	}
	if err := w.prepare(ctx); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

func (w *world) prepare(ctx context.Context) error {
	var err error
	if w.order, err = w.shop.AddOrder(shop.Order{Platform: shop.Douyin, Status: shop.Delivered}); err != nil {
		return err
	}
	if err := w.connect(); err != nil {
		return err
	}
	statements := []sqldb.Statement{}
	for _, text := range prebuilt.OrdersTables("sqlite") {
		statements = append(statements, sqldb.Statement{SQL: text})
	}
	statements = append(statements, sqldb.Statement{
		SQL: `INSERT INTO orders (order_id, source, status, total_price, receiver_name, created_at, sync_source, last_sync_time)
			VALUES (:id, 'douyin', 'pending_shipment', '128.00', :name, :created, 'douyin_push', :synced)`,
		Args: core.Object{
			"id": w.order.ID, "name": w.order.Buyer.Name, "created": rfc3339(w.order.CreatedAt),
			"synced": rfc3339(time.Now().Add(-20 * time.Minute)),
		},
	})
	db, failure := w.connections.SQL("orders")
	if failure != nil {
		return errors.New(failure.Message)
	}
	if _, failure = db.Exec(ctx, sqldb.Exec{Statements: statements}); failure != nil {
		return errors.New(failure.Message)
	}
	return nil
}

// rfc3339 is a time as the order database keeps it.
func rfc3339(t time.Time) string {
	return t.In(time.FixedZone("", 8*60*60)).Format(time.RFC3339)
}

// connect writes the file of connections, and reads it back as the program will.
func (w *world) connect() error {
	c := w.shop.Credentials()
	text := fmt.Appendf(nil, `{
  "connections": [
    {"id": "douyin", "type": "http",
     "config": {"baseUrl": %q, "signer": {"type": "douyin", "appKey": %q}},
     "secrets": {"appSecret": %q, "accessToken": %q}},
    {"id": "orders", "type": "sqlite", "config": {"path": %q}},
    {"id": "ops-robot", "type": "wecom", "config": {"baseUrl": %q}, "secrets": {"key": %q}},
    {"id": "wms", "type": "http", "config": {"baseUrl": %q, "auth": {"type": "bearer"}}, "secrets": {"token": %q}}
  ]
}
`, w.shop.URL, c.Douyin.AppKey, c.Douyin.AppSecret, c.Douyin.AccessToken, w.database, w.shop.URL, c.WeCom.Key, w.shop.URL+"/wms", c.WMS.Token)
	if err := os.WriteFile(w.connectionsFile, text, 0o600); err != nil {
		return err
	}
	file, findings := connect.ParseFile(text, os.LookupEnv)
	if len(findings) > 0 {
		return fmt.Errorf("%s%s: %s", w.connectionsFile, findings[0].Path, findings[0].Message)
	}
	for _, d := range file.Connections {
		if err := w.connections.Put(d); err != nil {
			return err
		}
	}
	return nil
}

// row is the order as the database has it.
func (w *world) row(ctx context.Context) (core.Object, error) {
	db, failure := w.connections.SQL("orders")
	if failure != nil {
		return nil, errors.New(failure.Message)
	}
	rows, failure := db.Query(ctx, sqldb.Query{
		SQL:  `SELECT order_id, status, logistics_no, sync_source, last_sync_time FROM orders WHERE order_id = :id`,
		Args: core.Object{"id": w.order.ID},
	})
	if failure != nil {
		return nil, errors.New(failure.Message)
	}
	row, ok := rows[0].(core.Object)
	if !ok {
		return nil, errors.New("the database gave something other than rows")
	}
	return row, nil
}

func (w *world) close() {
	_ = w.connections.Close()
	w.shop.Close()
}
