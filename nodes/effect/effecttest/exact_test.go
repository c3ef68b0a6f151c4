package effecttest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/effect/dbquery"
	"sluice/nodes/effect/dbupsert"
	"sluice/nodes/effect/effecttest"
	"sluice/nodes/effect/httprequest"
	"sluice/nodes/effect/stateget"
	"sluice/nodes/effect/stateset"
	"sluice/nodes/nodetest"
)

// What an HTTP service sends goes into a database, out of it, into a kept value, out of it and back to the service, and no
// digit is another one.
func TestNumbersStayExactAllTheWay(t *testing.T) {
	t.Parallel()
	const order = `{"amount":389.7,"fen":38970,"id":6917000000000000001,"tax":0.1,"uid":"6917000000000000001"}`
	var back string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			body, _ := io.ReadAll(r.Body)
			back = string(body)
		}
		_, _ = io.WriteString(w, order)
	}))
	t.Cleanup(server.Close)
	set, values := effecttest.Connections(t), &effecttest.Values{}
	effecttest.Define(t, set, `{"id": "erp", "type": "http", "config": {"baseUrl": %q}}`, server.URL)
	effecttest.Database(t, set, "orders", filepath.Join(t.TempDir(), "orders.db"),
		"CREATE TABLE orders (id INTEGER PRIMARY KEY, uid TEXT, amount NUMERIC, tax REAL, fen INTEGER)")
	var input core.Value
	for _, step := range []struct {
		spec   nodes.Spec
		config string
	}{
		{httprequest.Spec(set), `{"connection": "erp", "path": "/orders/1"}`},
		{dbupsert.Spec(set), `{"connection": "orders", "table": "orders", "key": ["id"], "rows": "[input.body]"}`},
		{dbquery.Spec(set), `{"connection": "orders", "sql": "SELECT * FROM orders WHERE id = :id", "args": {"id": 6917000000000000001}, "result": "row"}`},
		{stateset.Spec(values), `{"key": "order", "value": "{{ input }}"}`},
		{stateget.Spec(values), `{"key": "order"}`},
		{httprequest.Spec(set), `{"connection": "erp", "method": "POST", "path": "/orders", "body": "{{ input }}"}`},
	} {
		output, failure := effecttest.Run(t.Context(), t, step.spec, step.config, &nodetest.Scope{InputValue: input})
		require.Nil(t, failure, step.spec.Type)
		input = output
	}
	require.Equal(t, order, back)
}
