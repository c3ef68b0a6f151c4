// Package rules is the node type rules: a list of rules, or a decision table, and what the ones that hit say.
package rules

import (
	"embed"

	"sluice/engine/core"
	"sluice/nodes"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a rules node is told: either Rules or a Table.
type Config struct {
	Hit     Hit        `json:"hit"`
	Rules   []Rule     `json:"rules"`
	Table   *Table     `json:"table"`
	Default core.Value `json:"default"`
}

// Hit is a hit policy: what happens when several rules hold. The names are DMN's, but for collect, which also merges.
type Hit string

// The hit policies.
const (
	First    Hit = "first"
	Unique   Hit = "unique"
	Collect  Hit = "collect"
	Priority Hit = "priority"
)

// Rule says what follows when a condition holds.
type Rule struct {
	ID       string      `json:"id"`
	When     string      `json:"when"`
	Then     core.Object `json:"then"`
	Priority int         `json:"priority"`
	Note     string      `json:"note"`
}

// Table is a decision table: a row is a rule, which holds when all its cells do.
type Table struct {
	Inputs  []Input  `json:"inputs"`
	Outputs []string `json:"outputs"`
	Rows    []Row    `json:"rows"`
}

// Input is a column of conditions: the expression whose value its cells test.
type Input struct {
	Name string `json:"name"`
	Expr string `json:"expr"`
}

// Row is a rule of a table.
type Row struct {
	ID       string    `json:"id"`
	In       core.List `json:"in"`
	Out      core.List `json:"out"`
	Priority int       `json:"priority"`
	Note     string    `json:"note"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "rules", Major: 1, Behaviour: 1,
		Effect: nodes.Pure, Category: nodes.Logic, Icon: "table-2",
		Page: nodes.PageIn(page),
		Eval: eval,
	}
}
