package flows

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
	"sluice/nodes"
)

// Definition is what storage keeps of a published flow, once per content hash: all that is needed to build the same
// plan again, however the flow, its tables and the node types have moved on since.
type Definition struct {
	// Hash is the SHA-256 of Content, in hexadecimal.
	Hash string
	// Content is canonical JSON: the document without what cannot change a run (layout, titles, descriptions), the node
	// types in use with their major versions and behaviours, and the tables that expressions read.
	Content []byte
	// Version is the flow's version that Content was first published as.
	Version int
}

// contentFormat numbers the form of a definition's content.
const contentFormat = 1

// define makes the definition of a flow that has no errors and gives its plan the hash.
func (c *compiler) define(flow *Flow) error {
	types := core.Object{}
	for name, spec := range c.typesUsed {
		types[name] = core.Object{"major": spec.Major, "behaviour": spec.Behaviour}
	}
	content := core.Object{"format": contentFormat, "flow": logic(c.doc.root), "types": types, "tables": flow.Plan.Tables}
	if c.version {
		// Expressions read flow.version, so it is part of what the plan computes.
		content["version"] = c.options.Version
	}
	text, err := value.Encode(content)
	if err != nil {
		return err
	}
	sum := sha256.Sum256(text)
	flow.Definition = Definition{Hash: hex.EncodeToString(sum[:]), Content: text, Version: c.options.Version}
	flow.Plan.Hash = flow.Definition.Hash
	return nil
}

// logic is a document without what cannot change a run.
func logic(root core.Object) core.Object {
	kept := without(root, "layout", "title", "description")
	if list, ok := root["triggers"].(core.List); ok {
		kept["triggers"] = eachWithout(list, func(trigger core.Object) core.Object {
			return without(trigger, "title", "description")
		})
	}
	return logicOfGraph(kept)
}

func logicOfGraph(graph core.Object) core.Object {
	if list, ok := graph["nodes"].(core.List); ok {
		graph["nodes"] = eachWithout(list, func(node core.Object) core.Object {
			kept := without(node, "title", "description")
			if body, ok := kept["body"].(core.Object); ok {
				kept["body"] = logicOfGraph(maps.Clone(body))
			}
			return kept
		})
	}
	return graph
}

func eachWithout(list core.List, strip func(core.Object) core.Object) core.List {
	kept := slices.Clone(list)
	for i, v := range kept {
		if object, ok := v.(core.Object); ok {
			kept[i] = strip(object)
		}
	}
	return kept
}

func without(object core.Object, keys ...string) core.Object {
	kept := maps.Clone(object)
	for _, key := range keys {
		delete(kept, key)
	}
	return kept
}

// tables keeps in the plan the tables that expressions read.
func (c *compiler) tables(p *core.Plan) {
	read := slices.Sorted(maps.Keys(c.tablesRead))
	if c.allTables {
		read = slices.Sorted(maps.Keys(c.options.Tables))
	}
	for _, name := range read {
		if table, ok := c.options.Tables[name]; ok {
			p.Tables[name] = table
		}
	}
}

// errContent is a definition that was not written by define.
var errContent = errors.New("flows: not a definition")

// Load builds the plan of a stored definition: the same one that Compile gave when the flow was published. It fails
// where a node type, or the behaviour of one, is not in the registry any more.
func Load(d Definition, registry *nodes.Registry) (*Flow, error) {
	sum := sha256.Sum256(d.Content)
	if hex.EncodeToString(sum[:]) != d.Hash {
		return nil, fmt.Errorf("flows: the definition %s has been changed", d.Hash)
	}
	root, err := value.Decode(d.Content)
	if err != nil {
		return nil, fmt.Errorf("flows: definition %s: %w", d.Hash, err)
	}
	content, _ := root.(core.Object)
	if content["format"] != contentFormat {
		return nil, errContent
	}
	pins, err := pinned(content["types"], registry)
	if err != nil {
		return nil, fmt.Errorf("flows: definition %s: %w", d.Hash, err)
	}
	text, err := value.Encode(content["flow"])
	if err != nil {
		return nil, err
	}
	doc, found := Parse(text)
	if diag.HasError(found) {
		return nil, fmt.Errorf("flows: definition %s: %s", d.Hash, firstError(found))
	}
	tables, _ := content["tables"].(core.Object)
	flow, found := compile(doc, Options{Registry: registry, Tables: tables, Version: d.Version}, pins)
	if flow == nil {
		return nil, fmt.Errorf("flows: definition %s: %s", d.Hash, firstError(found))
	}
	if flow.Plan.Hash != d.Hash {
		return nil, fmt.Errorf("flows: definition %s compiles to %s", d.Hash, flow.Plan.Hash)
	}
	// Places serve findings, of which there will be no more; loaded flows are many and live long.
	doc.findings = findings{}
	return flow, nil
}

func firstError(ds []diag.Diagnostic) string {
	for _, d := range ds {
		if d.Severity == diag.Error {
			return d.Pointer + ": " + d.Code + ": " + d.Message
		}
	}
	return ""
}

// pinned finds the node types of a definition.
func pinned(types core.Value, registry *nodes.Registry) (map[string]*nodes.Spec, error) {
	pins := map[string]*nodes.Spec{}
	object, _ := types.(core.Object)
	for name, v := range object {
		pin, _ := v.(core.Object)
		base, _, _ := strings.Cut(name, "@")
		full := fmt.Sprintf("%s@%v", base, pin["major"])
		spec := registry.Find(full)
		if spec == nil {
			return nil, fmt.Errorf("there is no node type %s any more", full)
		}
		if spec.Behaviour != pin["behaviour"] {
			return nil, fmt.Errorf("the node type %s has behaviour %d, not %v", full, spec.Behaviour, pin["behaviour"])
		}
		pins[name] = spec
	}
	return pins, nil
}
