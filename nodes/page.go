package nodes

import (
	"encoding/json"
	"io/fs"
)

// Page is what people and editors read of a node type: its config's schema, texts and examples.
type Page struct {
	// Schema of the config: a closed JSON Schema (2020-12) with titles and descriptions in English, and hints that say
	// how a place is read:
	//
	//	x-expression  a bare expression; every other string may hold templates
	//	x-literal     taken as it stands; templates are refused
	//	x-path        a gjson path
	//	x-cell        a cell of a rules table
	//	x-schema      a JSON Schema
	//	x-connection  the id of a connection: true, or a list of the types that fit
	//	x-item        item and index are in scope: true, or the property that brings the items
	//	x-body        computed after a turn of the body, with all its outputs in sight
	//	x-items       at the top: the body runs once for each item
	Schema json.RawMessage
	// Chinese maps JSON Pointers into Schema (such as /properties/when/title) to Chinese text; "" and "/description" of
	// the schema itself are the type's title and summary.
	Chinese json.RawMessage
	// DocEN and DocZH are the body of the reference page, in Markdown.
	DocEN, DocZH string
	// Examples are shown in the docs and run as tests.
	Examples json.RawMessage
}

// PageIn reads a page from the folder of a node type: schema.json, zh.json, examples.json, doc.md and doc.zh.md. A file
// that is not there leaves its part empty, which nodetest refuses.
func PageIn(folder fs.FS) Page {
	read := func(name string) []byte {
		b, err := fs.ReadFile(folder, name)
		if err != nil {
			return nil
		}
		return b
	}
	return Page{
		Schema: read("schema.json"), Chinese: read("zh.json"), Examples: read("examples.json"),
		DocEN: string(read("doc.md")), DocZH: string(read("doc.zh.md")),
	}
}
