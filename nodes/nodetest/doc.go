// Package nodetest is what every node type must satisfy, whoever writes it: its declaration is whole, its schema and its
// code agree, its texts are there in both languages, its examples run, and if it is pure, it is.
//
// It is imported by tests only, and knows no single type.
package nodetest

import (
	"testing"

	"sluice/nodes"
)

// Run holds all specs to it. Root is the folder of the node types, as seen from the test.
func Run(t *testing.T, specs []nodes.Spec, root string) {
	t.Run("folders", func(t *testing.T) { checkFolders(t, specs, root) })
	for i := range specs {
		s := &specs[i]
		t.Run(s.Name(), func(t *testing.T) {
			t.Parallel()
			t.Run("declaration", func(t *testing.T) { checkDeclaration(t, s) })
			t.Run("schema", func(t *testing.T) { checkSchema(t, s) })
			t.Run("config", func(t *testing.T) { checkConfig(t, s) })
			t.Run("docs", func(t *testing.T) { checkDocs(t, s, root) })
			t.Run("examples", func(t *testing.T) { checkExamples(t, s, specs) })
		})
	}
}
