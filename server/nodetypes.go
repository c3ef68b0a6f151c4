package server

import (
	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/nodes"
)

// nodeTypes tells each node type as its declaration says it, for the editor's palette and forms.
func nodeTypes(registry *nodes.Registry) (core.List, error) {
	list := core.List{}
	for _, s := range registry.Specs() {
		o, err := nodeType(s)
		if err != nil {
			return nil, err
		}
		list = append(list, o)
	}
	return list, nil
}

func nodeType(s *nodes.Spec) (core.Object, error) {
	schema := core.Object{}
	if len(s.Schema) > 0 {
		var err error
		if schema, err = flows.FormSchema(s.Schema); err != nil {
			return nil, err
		}
	}
	zh, err := decoded(s.Chinese)
	if err != nil {
		return nil, err
	}
	var examples core.Value = core.List{}
	if len(s.Examples) > 0 {
		if examples, err = value.Decode(s.Examples); err != nil {
			return nil, err
		}
	}
	ports := core.List{}
	for _, port := range s.PortsOf(core.Object{}) {
		ports = append(ports, port)
	}
	return core.Object{
		"name": s.Name(), "type": s.Type, "major": s.Major, "effect": string(s.Effect), "category": string(s.Category), "icon": s.Icon,
		"title":   core.Object{"en": schema["title"], "zh": zh[""]},
		"summary": core.Object{"en": schema["description"], "zh": zh["/description"]},
		// ports are those of an empty config; portsByConfig says that a config may give others.
		"ports": ports, "portsByConfig": s.Ports != nil, "container": s.Effect == nodes.Container,
		"schema": schema, "texts": core.Object{"zh": zh}, "doc": core.Object{"en": s.DocEN, "zh": s.DocZH}, "examples": examples,
	}, nil
}

func decoded(text []byte) (core.Object, error) {
	if len(text) == 0 {
		return core.Object{}, nil
	}
	v, err := value.Decode(text)
	if err != nil {
		return nil, err
	}
	o, _ := v.(core.Object)
	return o, nil
}
