package main

import (
	"bytes"

	"sluice/examples/hello"
	"sluice/flows/prebuilt"
	"sluice/server"
)

// templates are the flows that ship with the program: those to learn from first, then those for work.
func templates() ([]server.Template, error) {
	var all []server.Template
	for _, name := range hello.Names() {
		document, err := hello.Document(name)
		if err != nil {
			return nil, err
		}
		input, err := hello.Input(name)
		if err != nil {
			return nil, err
		}
		all = append(all, server.Template{Document: document, Sample: input})
	}
	for _, id := range prebuilt.IDs() {
		document, err := prebuilt.Document(id)
		if err != nil {
			return nil, err
		}
		t := server.Template{Document: document, Tables: map[string][]byte{}}
		for name, table := range prebuilt.Tables() {
			if bytes.Contains(document, []byte(name)) {
				t.Tables[name] = table
			}
		}
		all = append(all, t)
	}
	return all, nil
}
