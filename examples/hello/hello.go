// Package hello holds small flows to learn from, each with an input for its first run. It must not know how a flow is
// compiled or run.
package hello

import (
	"embed"
	"io/fs"
)

//go:embed */flow.json */input.json
var files embed.FS

// Names are the flows' folders, easiest first.
func Names() []string { return []string{"branch", "foreach", "await"} }

// Document is the flow document in a folder; of another name it is fs.ErrNotExist.
func Document(name string) ([]byte, error) { return fs.ReadFile(files, name+"/flow.json") }

// Input is what a first run of it is started with, as JSON.
func Input(name string) ([]byte, error) { return fs.ReadFile(files, name+"/input.json") }
