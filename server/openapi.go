package server

import _ "embed"

// openAPI describes the API; the tests hold it to the routes and every answer to it.
//
//go:embed openapi.json
var openAPI []byte
