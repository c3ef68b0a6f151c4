// Package await is the node type await: it waits for a signal from outside.
package await

import (
	"embed"
	"slices"
	"strconv"

	"sluice/engine/core"
	"sluice/nodes"
	"sluice/nodes/control/timing"
)

//go:embed schema.json zh.json examples.json doc.md doc.zh.md
var page embed.FS

// Config is what an await node is told.
type Config struct {
	Events  []Event    `json:"events"`
	Timeout string     `json:"timeout"`
	Schema  core.Value `json:"schema"`
}

// Event is a signal that is waited for and the port it opens. Several may open one port.
type Event struct {
	Port  string `json:"port"`
	Event string `json:"event"`
	Key   string `json:"key"`
}

// Spec declares the type.
func Spec() nodes.Spec {
	return nodes.Spec{
		Type: "await", Major: 1, Behaviour: 1,
		Effect: nodes.Control, Category: nodes.Flow, Icon: "hourglass",
		Page:    nodes.PageIn(page),
		Ports:   ports,
		Machine: compile,
	}
}

const portTimeout = "timeout"

// ports reads a config that nobody has checked yet: what does not look like an event has no port.
func ports(config core.Object) []string {
	var names []string
	events, _ := config["events"].(core.List)
	for _, e := range events {
		object, _ := e.(core.Object)
		if name, ok := object["port"].(string); ok && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return append(names, portTimeout)
}

func compile(b nodes.Builder) func() core.Machine {
	var config Config
	b.Decode(&config)
	s := &settings{}
	var names []string
	for i, e := range config.Events {
		port := slices.Index(names, e.Port)
		if port < 0 {
			port, names = len(names), append(names, e.Port)
		}
		s.events = append(s.events, event{name: e.Event, key: b.Value("/events/" + strconv.Itoa(i) + "/key"), port: port})
	}
	s.late = len(names)
	if b.Has("/timeout") {
		s.timeout = timing.Duration(b, "/timeout", config.Timeout)
	}
	if b.Has("/schema") {
		s.schema = b.Schema("/schema")
	}
	return func() core.Machine { return &machine{s} }
}
