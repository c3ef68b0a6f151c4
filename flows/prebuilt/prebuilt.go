// Package prebuilt holds the flows that ship with the program, each in a folder of its own: its document, its tests and a
// page on what it is for.
//
// It must not know how a flow is compiled or run.
package prebuilt

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

//go:embed */flow.json
var documents embed.FS

//go:embed tables/*.json */tables/*.json
var dictionaries embed.FS

//go:embed orders*.sql
var orders embed.FS

// OrdersTables are the statements that create the tables and views of the order database, in order, for a type of
// connection: sqlite, postgres or mysql; none for another. They may be run again at any time.
func OrdersTables(kind string) []string {
	file, ok := map[string]string{"sqlite": "orders.sql", "postgres": "orders.postgres.sql", "mysql": "orders.mysql.sql"}[kind]
	if !ok {
		return nil
	}
	text, err := orders.ReadFile(file)
	if err != nil {
		return nil
	}
	var statements []string
	for statement := range strings.SplitSeq(string(text), ";\n") {
		if statement = strings.TrimSpace(statement); statement != "" {
			statements = append(statements, statement)
		}
	}
	return statements
}

// IDs are the shipped flows, sorted.
func IDs() []string {
	return []string{
		"pdd-backfill", "pdd-backfill-order", "return-routing", "status-arbitration", "status-arbitration-sweep",
		"timeout-cancellation", "timeout-cancellation-order",
	}
}

// Document is the flow document of a shipped flow, as it stands in its folder. Of an id that is not shipped it is
// fs.ErrNotExist.
func Document(id string) ([]byte, error) { return fs.ReadFile(documents, id+"/flow.json") }

// Tables are the shared tables that ship with the program, JSON texts by the tables' ids: the dictionaries of statuses,
// and what single flows read.
func Tables() map[string][]byte {
	tables := map[string][]byte{}
	for _, pattern := range []string{"tables/*.json", "*/tables/*.json"} {
		files, _ := fs.Glob(dictionaries, pattern)
		for _, file := range files {
			if text, err := fs.ReadFile(dictionaries, file); err == nil {
				tables[strings.TrimSuffix(path.Base(file), ".json")] = text
			}
		}
	}
	return tables
}
