package nodes

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Registry is a set of node types. It is a value made by main or a test: there is no global one. It does not change
// after New and is safe for concurrent use.
type Registry struct {
	specs  map[string]*Spec
	newest map[string]*Spec
	order  []*Spec
}

// New makes a registry. Two specs with one type and major version are an error.
func New(specs []Spec) (*Registry, error) {
	r := &Registry{specs: map[string]*Spec{}, newest: map[string]*Spec{}}
	for i := range specs {
		s := &specs[i]
		if r.specs[s.Name()] != nil {
			return nil, fmt.Errorf("nodes: %s is declared twice", s.Name())
		}
		r.specs[s.Name()] = s
		if n := r.newest[s.Type]; n == nil || n.Major < s.Major {
			r.newest[s.Type] = s
		}
		r.order = append(r.order, s)
	}
	return r, nil
}

// Name is the type with its major version, such as http.request@1.
func (s *Spec) Name() string { return s.Type + "@" + strconv.Itoa(s.Major) }

// Find is the spec of a type as documents name it, with or without a major version; nil if there is none.
func (r *Registry) Find(name string) *Spec {
	if strings.Contains(name, "@") {
		return r.specs[name]
	}
	return r.newest[name]
}

// Specs in the order they were listed.
func (r *Registry) Specs() []*Spec { return slices.Clone(r.order) }

// Types are the names without major versions, sorted.
func (r *Registry) Types() []string {
	var names []string
	for t := range r.newest {
		names = append(names, t)
	}
	slices.Sort(names)
	return names
}

// PortsOf are the ports of a node with this config, beside error.
func (s *Spec) PortsOf(config map[string]any) []string {
	if s.Ports == nil {
		return []string{"out"}
	}
	return s.Ports(config)
}
