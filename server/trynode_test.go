package server_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
)

func TestFunctionsOfExpressions(t *testing.T) {
	t.Parallel()
	a := serve(t)
	list := a.call("GET", "/api/v1/expressions/functions", nil).ok(200)
	items, _ := list.at("items").(core.List)
	require.Greater(t, len(items), 70)
	require.Contains(t, list.text, `"name":"sum","params":[{"name":"list","optional":false,"predicate":false,"type":"list"`)
	require.Contains(t, list.text, "精确的十进制数")
}

func TestTryANode(t *testing.T) {
	t.Parallel()
	a := serve(t)
	try := func(kind, config, scope string) *answer {
		return a.call("POST", "/api/v1/nodes/try", `{"type": "`+kind+`", "config": `+config+`, "scope": `+scope+`, "timezone": "Asia/Shanghai"}`).ok(200)
	}
	const table = `{"table": {"inputs": [{"expr": "input.total"}], "outputs": ["level"],
	  "rows": [{"in": [">= 100"], "out": ["large"]}, {"id": "rest", "in": [""], "out": ["small"]}]}}`
	require.Equal(t, `{"diagnostics":[],"output":{"matched":["rest"],"result":{"level":"small"},"results":[{"level":"small"}]},"port":"out"}`,
		try("rules", table, `{"input": {"total": 99.99}}`).text)
	require.Equal(t, "false", try("branch", `{"when": "nodes[\"get-detail\"].ok"}`, `{"nodes": {"get-detail": {"ok": false}, "b": null}}`).at("port"))

	resolved := try("http.request", `{"url": "https://example.com/{{ input.id }}", "body": {"id": "{{ input.id }}"}}`, `{"input": {"id": `+exact+`}}`)
	require.Contains(t, resolved.text, `"url":"https://example.com/`+exact+`"`)
	require.Contains(t, resolved.text, `"body":{"id":`+exact+`}`)
	require.NotContains(t, resolved.text, "output")

	require.Equal(t, `{"diagnostics":[],"output":{"n":7},"port":"out"}`,
		try("map", `{"fields": [{"to": "n", "value": "{{ item + index }}"}]}`, `{"item": 5, "index": 2}`).text)
	require.Equal(t, "2026-11-11T08:00:00+08:00", try("map", `{"fields": [{"to": "t", "value": "{{ formatTime(unix(1794355200)) }}"}]}`, `{}`).at("output", "t"))
	require.Equal(t, `{"diagnostics":[]}`, try("foreach", `{"items": "input.list"}`, `{}`).text)

	wrong := try("branch", `{"when": "inptu.a"}`, `{}`)
	require.Equal(t, "/when", wrong.at("diagnostics", 0, "path"))
	require.Equal(t, core.List{0, 5}, wrong.at("diagnostics", 0, "span"))
	require.Empty(t, try("nonsense", `{}`, `{}`).at("diagnostics", 0, "path"))
	require.Equal(t, "expr.value", try("branch", `{"when": "1 / input.zero > 2"}`, `{"input": {"zero": 0}}`).at("error", "code"))
	require.NotEmpty(t, try("branch", `{"when": "true"}`, `{"nodes": {"No Id": 1}}`).at("diagnostics"))
	require.NotEmpty(t, try("branch", strings.Repeat(`{"when": `, 3)+`1`+strings.Repeat(`}`, 3), `{}`).at("diagnostics"))
	a.call("POST", "/api/v1/nodes/try", `{"config": {}}`).refused(422, "api.body")
}
