// Package dbquery is the node type db.query: it reads rows from a database.
package dbquery

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

// Config is what a db.query node is told.
type Config struct {
	Connection string `json:"connection"`
	SQL        string `json:"sql"`
	// Args is an object for :name, a list for ?, nil for none.
	Args    core.Value `json:"args"`
	Result  string     `json:"result"`
	MaxRows int        `json:"maxRows"`
}

// Defaults is the config of a node that leaves out what it may.
func Defaults() Config { return Config{Result: "rows", MaxRows: sqldb.DefaultMaxRows} }

// Spec declares the type; it reads through these connections.
func Spec(connections *connect.Set) nodes.Spec {
	return nodes.Spec{
		Type: "db.query", Major: 1, Behaviour: 1,
		Effect: nodes.Read, Category: nodes.Connect, Icon: "database",
		Page: nodes.PageIn(page),
		Run: func(ctx context.Context, call nodes.Call) (core.Value, *core.Failure) {
			return run(ctx, connections, call)
		},
	}
}

func run(ctx context.Context, connections *connect.Set, call nodes.Call) (core.Value, *core.Failure) {
	config := Defaults()
	if f := args.Decode(call.Args, &config); f != nil {
		return nil, f
	}
	if config.MaxRows < 1 {
		return nil, args.Invalid("/maxRows", "must be at least 1")
	}
	db, f := connections.SQL(config.Connection)
	if f != nil {
		return nil, f
	}
	rows, f := db.Query(ctx, sqldb.Query{SQL: config.SQL, Args: config.Args, MaxRows: config.MaxRows})
	if f != nil {
		return nil, f
	}
	return config.pick(rows)
}

// pick is the part of the rows that the config asks for.
func (c *Config) pick(rows core.List) (core.Value, *core.Failure) {
	switch {
	case c.Result == "rows":
		return rows, nil
	case c.Result != "row" && c.Result != "value":
		return nil, args.Invalid("/result", "must be rows, row or value")
	case len(rows) == 0:
		return nil, nil
	case c.Result == "row":
		return rows[0], nil
	}
	first, _ := rows[0].(core.Object)
	if len(first) != 1 {
		return nil, args.Invalid("/result", "is value, so the query must have one column, and it has %d", len(first))
	}
	for _, v := range first {
		return v, nil
	}
	return nil, nil
}
