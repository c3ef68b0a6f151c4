package server_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/server"
	"sluice/storage/mem"
)

func TestShippedTablesNeverOverwriteWhatSomebodyChanged(t *testing.T) {
	t.Parallel()
	store := mem.New()
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	with := func(tables map[string]string) func(*server.Options) {
		return func(o *server.Options) {
			o.Tables = map[string][]byte{}
			for id, text := range tables {
				o.Tables[id] = []byte(text)
			}
		}
	}
	first := serveOn(t, store)
	first.call("PUT", "/api/v1/tables/mine", core.Object{"a": "of the user"}).ok(200)

	a := serveOn(t, store, with(map[string]string{
		"kept": `{"a": "one"}`, "changed": `{"a": "one"}`, "deleted": `{"a": "one"}`, "mine": `{"a": "shipped"}`, "back": `{"a": "one"}`,
	}))
	list := a.call("GET", "/api/v1/tables", nil).ok(200)
	require.Len(t, list.at("items"), 5, list.text)
	require.Equal(t, "one", a.call("GET", "/api/v1/tables/kept", nil).ok(200).at("a"))
	require.Equal(t, "of the user", a.call("GET", "/api/v1/tables/mine", nil).ok(200).at("a"))
	a.publish("read", `{"sluice": 1, "id": "read", "nodes": [{"id": "keep", "type": "set", "config": {"vars": {"seen": 1}}}],
		"output": ["{{ lookup('kept', 'a') }}", "{{ tables.changed.a }}", "{{ lookup('kept', 'b', '?') }}"]}`)
	require.Equal(t, core.List{"one", "one", "?"}, a.run("read", nil).at("output"))
	a.call("PUT", "/api/v1/tables/changed", core.Object{"a": "of the user"}).ok(200)
	a.call("DELETE", "/api/v1/tables/deleted", nil).ok(204)
	// Somebody who changes a table back has what was shipped.
	a.call("PUT", "/api/v1/tables/back", core.Object{"a": "x"}).ok(200)
	a.call("PUT", "/api/v1/tables/back", core.Object{"a": "one"}).ok(200)

	newer := map[string]string{
		"kept": `{"a": "two", "b": "new"}`, "changed": `{"a": "two"}`, "deleted": `{"a": "two"}`, "mine": `{"a": "two"}`, "back": `{"a": "two"}`, "added": `{"a": "two"}`,
	}
	for range 2 {
		b := serveOn(t, store, with(newer))
		for id, want := range map[string]string{"kept": "two", "changed": "of the user", "mine": "of the user", "back": "two", "added": "two"} {
			require.Equal(t, want, b.call("GET", "/api/v1/tables/"+id, nil).ok(200).at("a"), id)
		}
		b.call("GET", "/api/v1/tables/deleted", nil).refused(404, "table.not_found")
		require.Equal(t, core.List{"two", "of the user", "new"}, b.run("read", nil).at("output"), "what is published reads the newer table")
	}
	// A program that ships no tables takes none away.
	require.Equal(t, "two", serveOn(t, store).call("GET", "/api/v1/tables/kept", nil).ok(200).at("a"))
}
