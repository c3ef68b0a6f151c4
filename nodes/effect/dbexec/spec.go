// Package dbexec is the node type db.exec: it changes rows of a database, all of it or nothing.
package dbexec

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

// Config is what a db.exec node is told: one statement with its arguments, or several.
type Config struct {
	Connection  string      `json:"connection"`
	SQL         string      `json:"sql"`
	Args        core.Value  `json:"args"`
	Statements  []Statement `json:"statements"`
	ExpectRows  *int        `json:"expectRows"`
	ExactlyOnce bool        `json:"exactlyOnce"`
}

// Statement is one of several.
type Statement struct {
	SQL string `json:"sql"`
	// Args is an object for :name, a list for ?, nil for none.
	Args core.Value `json:"args"`
	// Each runs the statement once for each of these arguments; nil runs it once with Args.
	Each core.List `json:"each"`
}

// Spec declares the type; it writes through these connections.
func Spec(connections *connect.Set) nodes.Spec {
	return nodes.Spec{
		Type: "db.exec", Major: 1, Behaviour: 1,
		Effect: nodes.Write, Category: nodes.Connect, Icon: "database-zap",
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
	if config.ExpectRows != nil && *config.ExpectRows < 0 {
		return nil, args.Invalid("/expectRows", "must not be below 0")
	}
	db, f := connections.SQL(config.Connection)
	if f != nil {
		return nil, f
	}
	done, f := db.Exec(ctx, config.exec(call.Key))
	if f != nil {
		return nil, f
	}
	return done, nil
}

func (c *Config) exec(key string) sqldb.Exec {
	e := sqldb.Exec{ExpectRows: c.ExpectRows}
	if c.ExactlyOnce {
		e.Once = key
	}
	if c.Statements == nil {
		e.Statements = []sqldb.Statement{{SQL: c.SQL, Args: c.Args}}
		return e
	}
	for _, s := range c.Statements {
		e.Statements = append(e.Statements, sqldb.Statement{SQL: s.SQL, Args: s.Args, Each: s.Each})
	}
	return e
}
