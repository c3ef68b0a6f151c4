// Package web is the editor's page as the browser gets it: what `make web` builds into dist, held in the binary. It must
// not know how the page is served. Without a build dist is empty, and so is the page.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// Page is the built page: index.html and what it needs, each text also as FILE.br and FILE.gz. It holds no index.html
// where the page was not built.
func Page() fs.FS {
	page, err := fs.Sub(dist, "dist")
	if err != nil {
		// The name is a constant and valid.
		return dist
	}
	return page
}
