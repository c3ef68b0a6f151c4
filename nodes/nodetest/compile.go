package nodetest

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/stretchr/testify/require"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/nodes"
)

// Node is a node compiled as flows compiles it, in a document around it.
type Node struct {
	Eval  core.Eval
	Ports []string
	// Index is the plan's index of each node before it, by id.
	Index map[string]int
}

// Compile compiles a pure node with this config, behind nodes with the ids upstream. Every finding fails the test.
func Compile(t testing.TB, s *nodes.Spec, config core.Object, upstream ...string) Node {
	t.Helper()
	doc := around{subject: core.Object{"type": s.Name(), "config": config}}
	for _, id := range upstream {
		doc.before = append(doc.before, before{id: id})
	}
	return doc.node(t, *s)
}

// node compiles the document and finds the node that is tried.
func (a around) node(t testing.TB, s nodes.Spec) Node {
	t.Helper()
	flow, findings := a.compile(t, s)
	require.Empty(t, findings)
	n := Node{Index: map[string]int{}}
	for i := range flow.Plan.Nodes {
		p := &flow.Plan.Nodes[i]
		if p.ID == subjectID {
			n.Eval, n.Ports = p.Eval, p.Ports
		} else {
			n.Index[p.ID] = i
		}
	}
	return n
}

// Findings are what is found on a node with this config.
func Findings(t testing.TB, s *nodes.Spec, config core.Object) []diag.Diagnostic {
	t.Helper()
	doc := around{subject: core.Object{"type": s.Name(), "config": config}}
	_, findings := doc.compile(t, *s)
	return findings
}

// around is the document that a node is tried in: nodes in a row, the one that is tried last.
type around struct {
	vars    core.Object
	before  []before
	subject core.Object
	// item says that it stands in the body of a container that goes over a list.
	item bool
}

// before is a node that has run already, with its output.
type before struct {
	id     string
	output core.Value
}

const subjectID = "subject"

func (a around) compile(t testing.TB, specs ...nodes.Spec) (*flows.Flow, []diag.Diagnostic) {
	t.Helper()
	registry, err := nodes.New(append(specs, given(), items()))
	require.NoError(t, err)
	list, edges := core.List{}, core.List{}
	last := ""
	add := func(id string, node core.Object) {
		node = maps.Clone(node)
		node["id"] = id
		list = append(list, node)
		if last != "" {
			edges = append(edges, core.Object{"from": last, "to": id})
		}
		last = id
	}
	for _, b := range a.before {
		add(b.id, core.Object{"type": givenType, "config": core.Object{"output": b.output}})
	}
	if a.item {
		subject := maps.Clone(a.subject)
		subject["id"] = subjectID
		add("items", core.Object{"type": itemsType, "body": core.Object{"nodes": core.List{subject}}})
	} else {
		add(subjectID, a.subject)
	}
	data, err := value.Encode(core.Object{
		"sluice": 1, "id": "example", "timezone": "Asia/Shanghai", "vars": orEmpty(a.vars), "nodes": list, "edges": edges,
		// A caller that waits, for the types that answer one.
		"triggers": core.List{core.Object{"id": "call", "type": "webhook", "config": core.Object{"path": "example", "respond": "result"}}},
	})
	require.NoError(t, err)
	doc, findings := flows.Parse(data)
	require.Empty(t, findings)
	return flows.Compile(doc, flows.Options{Registry: registry, Version: 1})
}

// givenType is a node type whose output stands in its config.
const givenType = "given"

func given() nodes.Spec {
	type config struct {
		Output core.Value `json:"output"`
	}
	return nodes.Spec{
		Type: givenType, Major: 1, Behaviour: 1, Effect: nodes.Pure, Category: nodes.Data,
		Page: nodes.Page{Schema: json.RawMessage(`{"type": "object", "properties": {"output": {"x-literal": true}}, "additionalProperties": false}`)},
		Eval: func(b nodes.Builder) core.Eval {
			var c config
			b.Decode(&c)
			return func(core.Scope) (core.Result, *core.Failure) { return core.Result{Value: c.Output}, nil }
		},
	}
}

// itemsType is a container type whose body sees item and index. It is only compiled, never run.
const itemsType = "items"

func items() nodes.Spec {
	return nodes.Spec{
		Type: itemsType, Major: 1, Behaviour: 1, Effect: nodes.Container, Category: nodes.Flow,
		Page:    nodes.Page{Schema: json.RawMessage(`{"type": "object", "x-items": true, "additionalProperties": false}`)},
		Machine: func(nodes.Builder) func() core.Machine { return func() core.Machine { return nil } },
	}
}
