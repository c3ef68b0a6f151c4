package nodetest

import (
	"maps"
	"regexp"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/nodes"
)

// plan compiles an example of a type that is not pure. Nodes that its expressions speak of and that are not in its body
// stand before it; types in its body that are not among the specs are taken to exist.
func (e Example) plan(t *testing.T, spec *nodes.Spec, specs []nodes.Spec) *core.Plan {
	t.Helper()
	doc := around{vars: e.Scope.Vars.Object(), subject: core.Object{"type": spec.Name(), "config": orEmpty(e.Config.Object())}}
	known := slices.Clone(specs)
	inside := map[string]bool{}
	if body := e.Body.Object(); body != nil {
		doc.subject["body"] = body
		types := map[string]bool{}
		members(body, inside, types)
		for _, name := range slices.Sorted(maps.Keys(types)) {
			if !slices.ContainsFunc(specs, func(s nodes.Spec) bool { return s.Type == name }) {
				known = append(known, stranger(name))
			}
		}
	}
	for _, id := range mentioned(string(text(t, core.List{e.Config.Value, e.Body.Value}))) {
		if !inside[id] {
			doc.before = append(doc.before, before{id: id, output: e.Scope.Nodes[id].Value})
		}
	}
	if e.Scope.Input.Given {
		doc.before = append(doc.before, before{id: "input", output: e.Scope.Input.Value})
	}
	flow, findings := doc.compile(t, known...)
	require.Empty(t, findings)
	return flow.Plan
}

// members collects the ids and types of the nodes in a body and in theirs.
func members(body core.Object, ids, types map[string]bool) {
	list, _ := body["nodes"].(core.List)
	for _, v := range list {
		n, _ := v.(core.Object)
		id, _ := n["id"].(string)
		name, _ := n["type"].(string)
		ids[id], types[name] = true, true
		if inner, ok := n["body"].(core.Object); ok {
			members(inner, ids, types)
		}
	}
}

var nodeMention = regexp.MustCompile(`\bnodes\.([a-z][a-z0-9_]*)`)

// mentioned are the ids of the nodes that expressions in a text speak of, sorted.
func mentioned(text string) []string {
	var ids []string
	for _, m := range nodeMention.FindAllStringSubmatch(text, -1) {
		ids = append(ids, m[1])
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// stranger stands for a type that is not listed: it takes any config.
func stranger(name string) nodes.Spec {
	s := given()
	s.Type, s.Schema = name, []byte(`{"type": "object", "additionalProperties": true}`)
	s.Eval = func(b nodes.Builder) core.Eval {
		args := b.Value("")
		return func(s core.Scope) (core.Result, *core.Failure) {
			v, f := args(s)
			return core.Result{Value: v}, f
		}
	}
	return s
}

// checkEnd compares how a run ended, whose only node of account was the one that was tried.
func checkEnd(t *testing.T, want Want, end *core.End) {
	t.Helper()
	if want.Error == nil {
		require.Nil(t, end.Failure)
		if want.Output.Given {
			RequireSame(t, want.Output.Value, end.Output)
		}
		return
	}
	require.NotNil(t, end.Failure, "it should fail with %s and gave %v", want.Error.Code, end.Output)
	require.Equal(t, want.Error.Code, end.Failure.Code, end.Failure.Message)
}
