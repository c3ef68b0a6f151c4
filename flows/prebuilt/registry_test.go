package prebuilt_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/connect"
	"sluice/connect/sqldb"
	"sluice/connect/sqldb/sqldbtest"
	"sluice/flows"
	"sluice/flows/prebuilt"
	"sluice/nodes"
	"sluice/nodes/all"
)

func registryOf(t testing.TB, connections *connect.Set) *nodes.Registry {
	t.Helper()
	registry, err := nodes.New(all.Specs(all.Deps{Connections: connections}))
	require.NoError(t, err)
	return registry
}

// prebuiltConnections are the types of the connections that the shipped flows name.
func prebuiltConnections() map[string]string {
	return map[string]string{"douyin": "http", "orders": "sqlite", "ops-robot": "wecom", "pdd": "http", "storefront": "webhook", "wechatpay": "http", "wms": "http"}
}

// compile compiles a document about which nothing at all may be found.
func compile(t testing.TB, document []byte, registry *nodes.Registry, kinds map[string]string) *flows.Flow {
	t.Helper()
	parsed, findings := flows.Parse(document)
	require.Empty(t, findings)
	flow, findings := flows.Compile(parsed, flows.Options{
		Registry: registry, Version: 1,
		Connections: func(id string) (string, bool) { kind, ok := kinds[id]; return kind, ok },
	})
	require.Empty(t, findings)
	return flow
}

func TestNothingIsFoundInAnyShippedFlow(t *testing.T) {
	t.Parallel()
	folders, err := filepath.Glob("*/flow.json")
	require.NoError(t, err)
	require.Len(t, folders, len(prebuilt.IDs()), "every folder is listed")
	for _, id := range prebuilt.IDs() {
		document, err := prebuilt.Document(id)
		require.NoError(t, err)
		flow := compile(t, document, registryOf(t, connect.NewSet(connect.Options{})), prebuiltConnections())
		require.Equal(t, id, flow.Document.ID, "a flow's folder is named like the flow")
		require.NotEmpty(t, flow.Document.Description["en"])
		require.NotEmpty(t, flow.Document.Description["zh"])
		inBothLanguages(t, &flow.Document.Graph)
		for _, page := range []string{"README.md", "README.zh.md"} {
			require.FileExists(t, filepath.Join(id, page))
		}
	}
}

// inBothLanguages holds every node to a title and a description in English and Chinese, and to a place on the canvas.
func inBothLanguages(t *testing.T, g *flows.Graph) {
	t.Helper()
	for _, n := range g.Nodes {
		for _, lang := range []string{"en", "zh"} {
			require.NotEmpty(t, n.Title[lang], "%s has a title in %s", n.ID, lang)
			require.NotEmpty(t, n.Description[lang], "%s has a description in %s", n.ID, lang)
		}
		if n.Body != nil {
			inBothLanguages(t, n.Body)
		}
	}
}

func TestNothingIsFoundInAnyExample(t *testing.T) {
	t.Parallel()
	registry, found := registryOf(t, connect.NewSet(connect.Options{})), 0
	require.NoError(t, filepath.WalkDir("../../examples", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) != "flow.json" {
			return err
		}
		found++
		document, err := os.ReadFile(path)
		require.NoError(t, err)
		compile(t, document, registry, prebuiltConnections())
		return nil
	}))
	require.Positive(t, found)
}

func TestTheTablesMayBeMadeAgain(t *testing.T) {
	t.Parallel()
	sqldbtest.Each(t, func(t *testing.T, d *sqldbtest.Database) {
		db := d.Open(t, nil)
		for range 2 {
			require.NotEmpty(t, prebuilt.OrdersTables(d.Kind))
			for _, statement := range prebuilt.OrdersTables(d.Kind) {
				_, failure := db.Exec(t.Context(), sqldb.Exec{Statements: []sqldb.Statement{{SQL: statement}}})
				require.Nil(t, failure, statement)
			}
		}
	})
}

func TestAnUnknownFlowIsNotShipped(t *testing.T) {
	t.Parallel()
	_, err := prebuilt.Document("nothing")
	require.ErrorIs(t, err, os.ErrNotExist)
}
