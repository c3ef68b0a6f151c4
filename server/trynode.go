package server

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/flows/expr"
	"sluice/nodes"
)

// functions tells the functions of expressions, for completion and help.
func functions() core.List {
	list := core.List{}
	for _, s := range expr.Signatures() {
		params := core.List{}
		for _, p := range s.Params {
			params = append(params, core.Object{
				"name": p.Name, "type": p.Type, "optional": p.Optional, "variadic": p.Variadic, "predicate": p.Predicate,
			})
		}
		list = append(list, core.Object{
			"name": s.Name, "params": params, "result": s.Result, "summary": core.Object{"en": s.EN, "zh": s.ZH},
		})
	}
	return list
}

func (s *Server) listFunctions(q *request) error { return q.list(functions(), "") }

// tryNode answers what a node would do in a scope that the caller makes up. Nothing is run: a pure node is computed, of a
// task the config is resolved, and of other nodes only the findings are told.
func (s *Server) tryNode(q *request) error {
	f, err := q.fields(false)
	if err != nil {
		return err
	}
	try := trial{nodeType: f.need("type"), config: f.object("config"), scope: f.object("scope"), zone: f.text("timezone")}
	if err := f.done(); err != nil {
		return err
	}
	answer, err := s.runs.try(try, q.lang)
	if err != nil {
		return err
	}
	return q.send(fiber.StatusOK, answer)
}

// trial is a node's type and config, and the scope that it is tried in.
type trial struct {
	nodeType string
	config   core.Object
	scope    core.Object
	// zone is the flow's time zone; empty means UTC.
	zone string
}

// trialID is the id of the node that is tried. No node of the scope can have it.
const trialID = "sluice-trial"

func (r *runs) try(t trial, lang diag.Language) (core.Object, error) {
	spec := r.catalogue.registry.Find(t.nodeType)
	source, pointer, err := t.document(spec != nil && spec.Effect == nodes.Container)
	if err != nil {
		return nil, err
	}
	flow, found := r.catalogue.alone(source, 1)
	answer := core.Object{"diagnostics": findings(within(found, pointer), lang)}
	if flow == nil {
		return answer, nil
	}
	scope := newGivenScope(t.scope, r.catalogue.tables.all(), r.now().UnixNano())
	outputs, _ := t.scope["nodes"].(core.Object)
	var node *core.Node
	for i := range flow.Plan.Nodes {
		n := &flow.Plan.Nodes[i]
		scope.nodes = append(scope.nodes, outputs[n.ID])
		if n.ID == trialID {
			node = n
		}
	}
	if f := played(answer, node, scope); f != nil {
		answer["error"] = f.Object()
	}
	masked, _ := r.set.Mask(answer).(core.Object)
	return masked, nil
}

// played fills in what the node gives.
func played(answer core.Object, n *core.Node, scope core.Scope) *core.Failure {
	switch {
	case n.Eval != nil:
		result, f := n.Eval(scope)
		if f != nil {
			return f
		}
		answer["output"] = result.Value
		if result.End != nil {
			answer["output"] = result.End.Output
		} else if result.Port < len(n.Ports) {
			answer["port"] = n.Ports[result.Port]
		}
	case n.Task != nil && n.Task.Args != nil:
		args, f := n.Task.Args(scope)
		if f != nil {
			return f
		}
		answer["args"] = args
	}
	return nil
}

// document puts the node into a flow: the nodes whose outputs are given run before it as dormant ones, and where the scope
// has an item it stands in the body of a container. The pointer is its config's.
func (t trial) document(container bool) (source []byte, pointer string, err error) {
	var list, edges core.List
	last := ""
	add := func(id string, node core.Object) {
		node["id"] = id
		list = append(list, node)
		if last != "" {
			edges = append(edges, core.Object{"from": last, "to": id})
		}
		last = id
	}
	outputs, _ := t.scope["nodes"].(core.Object)
	for _, id := range slices.Sorted(maps.Keys(outputs)) {
		add(id, core.Object{"type": "set", "disabled": true})
	}
	config := t.config
	if config == nil {
		config = core.Object{}
	}
	subject := core.Object{"type": t.nodeType, "config": config}
	if container {
		subject["body"] = core.Object{"nodes": core.List{core.Object{"id": trialID + "-body", "type": "set", "disabled": true}}}
	}
	pointer = "/nodes/" + strconv.Itoa(len(list))
	if _, item := t.scope["item"]; item {
		subject["id"] = trialID
		add(trialID+"-items", core.Object{
			"type": "foreach", "config": core.Object{"items": "[]"}, "body": core.Object{"nodes": core.List{subject}},
		})
		pointer += "/body/nodes/0"
	} else {
		add(trialID, subject)
	}
	doc := core.Object{
		"sluice": 1, "id": trialID, "nodes": list, "edges": edges,
		// A caller that waits, for the types that answer one.
		"triggers": core.List{core.Object{"id": "call", "type": "webhook", "config": core.Object{"path": trialID, "respond": "result"}}},
	}
	if t.zone != "" {
		doc["timezone"] = t.zone
	}
	source, err = value.Encode(doc)
	return source, pointer + "/config", err
}

// within are the findings by their place in the config. An error elsewhere, such as an id that no node can have, concerns
// it as a whole; the rest is about a document that nobody wrote.
func within(found []diag.Diagnostic, pointer string) []diag.Diagnostic {
	var list []diag.Diagnostic
	for _, d := range found {
		inside, ok := strings.CutPrefix(d.Pointer, pointer)
		switch {
		case ok && (inside == "" || inside[0] == '/'):
			d.Pointer = inside
		case d.Severity == diag.Error:
			d.Pointer = ""
		default:
			continue
		}
		d.Node, d.Related = "", nil
		list = append(list, d)
	}
	return list
}
