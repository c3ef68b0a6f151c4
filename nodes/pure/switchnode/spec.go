// Package switchnode is the node type switch: several conditions, a port for each.
package switchnode

import (
	"embed"
	"slices"
	"strconv"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/pure/condition"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what a switch node is told.
type Config struct {
	Cases []Case `json:"cases"`
	Mode  string `json:"mode"`
}

// Case is one condition and the port it opens. Several cases may open one port.
type Case struct {
	Port string `json:"port"`
	When string `json:"when"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "switch", Major: 1, Behaviour: 1,
		Effect: nodes.Pure, Category: nodes.Logic, Icon: "waypoints",
		Page:  nodes.PageIn(page),
		Ports: ports,
		Eval:  eval,
	}
}

const (
	first       = "first"
	all         = "all"
	defaultPort = "default"
)

// ports reads a config that nobody has checked yet: what does not look like a case has no port.
func ports(config core.Object) []string {
	var names []string
	cases, _ := config["cases"].(core.List)
	for _, c := range cases {
		object, _ := c.(core.Object)
		if name, ok := object["port"].(string); ok {
			names = appendNew(names, name)
		}
	}
	return appendNew(names, defaultPort)
}

func appendNew(names []string, name string) []string {
	if slices.Contains(names, name) {
		return names
	}
	return append(names, name)
}

// branch is a case, compiled.
type branch struct {
	port    int
	when    core.Expr
	pointer string
}

func eval(b nodes.Builder) core.Eval {
	config := Config{Mode: first}
	b.Decode(&config)
	var names []string
	for _, c := range config.Cases {
		names = appendNew(names, c.Port)
	}
	names = appendNew(names, defaultPort)
	branches := make([]branch, len(config.Cases))
	for i, c := range config.Cases {
		pointer := "/cases/" + strconv.Itoa(i) + "/when"
		branches[i] = branch{port: slices.Index(names, c.Port), when: b.Expr(pointer), pointer: pointer}
	}
	otherwise := slices.Index(names, defaultPort)
	if config.Mode == all {
		return func(s core.Scope) (core.Result, *core.Failure) { return takeAll(s, branches, otherwise) }
	}
	return func(s core.Scope) (core.Result, *core.Failure) { return takeFirst(s, branches, otherwise) }
}

func takeFirst(s core.Scope, branches []branch, otherwise int) (core.Result, *core.Failure) {
	for _, c := range branches {
		holds, f := condition.Holds(c.when, s, c.pointer)
		if f != nil {
			return core.Result{}, f
		}
		if holds {
			return core.Result{Value: s.Input(), Port: c.port}, nil
		}
	}
	return core.Result{Value: s.Input(), Port: otherwise}, nil
}

func takeAll(s core.Scope, branches []branch, otherwise int) (core.Result, *core.Failure) {
	var taken []int
	for _, c := range branches {
		holds, f := condition.Holds(c.when, s, c.pointer)
		if f != nil {
			return core.Result{}, f
		}
		if holds && !slices.Contains(taken, c.port) {
			taken = append(taken, c.port)
		}
	}
	if len(taken) == 0 {
		taken = []int{otherwise}
	}
	return core.Result{Value: s.Input(), Port: taken[0], Also: taken[1:]}, nil
}
