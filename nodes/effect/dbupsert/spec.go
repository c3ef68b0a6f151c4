// Package dbupsert is the node type db.upsert: it inserts rows and updates those that are there.
package dbupsert

import (
	"context"
	"embed"

	"sluice/connect"
	"sluice/connect/sqldb"
	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/effect/args"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a db.upsert node is told.
type Config struct {
	Connection string        `json:"connection"`
	Table      string        `json:"table"`
	Key        []string      `json:"key"`
	Rows       []core.Object `json:"rows"`
	// Update is nil for all columns that a row names.
	Update []string `json:"update"`
}

// Spec declares the type; it writes through these connections.
func Spec(connections *connect.Set) nodes.Spec {
	return nodes.Spec{
		Type: "db.upsert", Major: 1, Behaviour: 1,
		Effect: nodes.Write, Category: nodes.Connect, Icon: "database-backup",
		Page: nodes.PageIn(page),
		Run: func(ctx context.Context, call nodes.Call) (core.Value, *core.Failure) {
			return run(ctx, connections, call)
		},
	}
}

func run(ctx context.Context, connections *connect.Set, call nodes.Call) (core.Value, *core.Failure) {
	var config Config
	if f := args.Decode(call.Args, &config); f != nil {
		return nil, f
	}
	db, f := connections.SQL(config.Connection)
	if f != nil {
		return nil, f
	}
	done, f := db.Upsert(ctx, sqldb.Upsert{Table: config.Table, Key: config.Key, Rows: config.Rows, Update: config.Update})
	if f != nil {
		return nil, f
	}
	return done, nil
}
