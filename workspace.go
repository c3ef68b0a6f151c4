package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"sluice/connect"
	"sluice/connect/egress"
	"sluice/engine/core"
	"sluice/engine/embedded"
	"sluice/engine/value"
	"sluice/flows"
	"sluice/flows/diag"
	"sluice/flows/prebuilt"
	"sluice/internal/library"
	"sluice/nodes"
	"sluice/nodes/all"
	"sluice/server/cron"
	"sluice/storage"
	"sluice/storage/bolt"
)

// workspace is an engine on this machine with all that it needs, for as long as one command lasts.
type workspace struct {
	store       storage.Store
	library     *library.Library
	registry    *nodes.Registry
	connections *connect.Set
	kinds       map[string]string
	engine      *embedded.Engine
	// published are the flows that subflows may name, by id.
	published map[string]string
	// temporary is the folder to remove at the end.
	temporary string
}

// workspaceOptions are what a command line says of a workspace.
type workspaceOptions struct {
	// data is the folder of the storage; empty is one of its own, which close removes.
	data string
	// connections is a file of connections; empty is none.
	connections string
	// egress is what connections may reach; nil is the zero policy.
	egress *egress.Policy
}

// openWorkspace opens the connections and the storage.
func openWorkspace(c *console, o workspaceOptions) (*workspace, error) {
	w := &workspace{published: map[string]string{}, kinds: map[string]string{}}
	var err error
	if w.connections, err = w.connect(c, o.connections, o.egress); err != nil {
		return nil, err
	}
	dir := o.data
	if dir == "" {
		if w.temporary, err = os.MkdirTemp("", "sluice-run-"); err != nil {
			return nil, err
		}
		dir = filepath.Join(w.temporary, "data")
	}
	store, err := bolt.Open(dir, bolt.Options{})
	if err != nil {
		_ = w.close(context.Background())
		return nil, err
	}
	w.store = store
	if w.registry, err = registry(w.connections, store); err != nil {
		_ = w.close(context.Background())
		return nil, err
	}
	w.library = library.New(w.store, w.registry)
	return w, nil
}

// registry is all node types, at work on these connections and this storage; without a storage state values cannot be
// kept.
func registry(connections *connect.Set, meta storage.Meta) (*nodes.Registry, error) {
	deps := all.Deps{Connections: connections}
	if meta != nil {
		deps.Values = library.Values{Meta: meta}
	}
	return nodes.New(all.Specs(deps))
}

// connect reads a file of connections; without one there are none.
func (w *workspace) connect(c *console, file string, policy *egress.Policy) (*connect.Set, error) {
	set := connect.NewSet(connect.Options{Egress: policy})
	if file == "" {
		return set, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed, findings := connect.ParseFile(data, c.env)
	for _, f := range findings {
		c.say(textConnection, file, f.Path, f.Code, f.Message)
	}
	if len(findings) > 0 {
		return nil, exitCode(1)
	}
	for _, d := range parsed.Connections {
		w.kinds[d.ID] = d.Type
		if err := set.Put(d); err != nil {
			return nil, err
		}
	}
	return set, nil
}

// start starts the engine. What was cut off in this storage goes on.
func (w *workspace) start(observe func(storage.RunID, []core.Entry)) error {
	e, err := embedded.Open(embedded.Options{
		Store: w.store, Plans: w.library.Plan, Registry: w.registry, Observe: observe,
		Published: func(flow string) (string, error) {
			if hash, ok := w.published[flow]; ok {
				return hash, nil
			}
			return "", fmt.Errorf("there is no flow %s beside this one", flow)
		},
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	w.engine = e
	return err
}

func (w *workspace) close(ctx context.Context) error {
	var errs []error
	if w.engine != nil {
		errs = append(errs, w.engine.Close(ctx))
	}
	if w.store != nil {
		errs = append(errs, w.store.Close())
	}
	if w.connections != nil {
		errs = append(errs, w.connections.Close())
	}
	if w.temporary != "" {
		errs = append(errs, os.RemoveAll(w.temporary))
	}
	return errors.Join(errs...)
}

// compile checks the flow in a file. Findings are printed as validate does, errors alone unless all is set.
func (w *workspace) compile(c *console, file string) (*flows.Flow, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	beside := neighbours(file)
	flow, findings := w.check(file, source, beside)
	printFindings(c, c.err, file, findings)
	if flow == nil {
		c.say(textNotValid, file)
		return nil, exitCode(1)
	}
	if err := w.library.Keep(flow); err != nil {
		return nil, err
	}
	w.published[flow.Document.ID] = flow.Plan.Hash
	return flow, w.publish(beside)
}

// publish makes the neighbours known to subflows. One with errors is left out: it matters only when it is called.
func (w *workspace) publish(beside map[string]string) error {
	for id, file := range beside {
		if w.published[id] != "" {
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if flow, _ := w.check(file, source, beside); flow != nil {
			if err := w.library.Keep(flow); err != nil {
				return err
			}
			w.published[id] = flow.Plan.Hash
		}
	}
	return nil
}

// check compiles the document in a file against what is known here: the connections, the flows beside it, and the
// tables that ship with the program or lie in the folder tables beside it.
func (w *workspace) check(file string, source []byte, beside map[string]string) (*flows.Flow, []diag.Diagnostic) {
	doc, findings := flows.Parse(source)
	if doc == nil {
		return nil, findings
	}
	o := flows.Options{
		Registry: w.registry, Version: 1, Tables: tablesFor(file), Schedule: scheduleOf,
		Flows: func(id string) bool { return beside[id] != "" || id == doc.ID },
	}
	if len(w.kinds) > 0 {
		o.Connections = func(id string) (string, bool) {
			kind, ok := w.kinds[id]
			return kind, ok
		}
	}
	return flows.Compile(doc, o)
}

// scheduleOf checks a cron trigger's expression.
func scheduleOf(expr, style, zone string) error {
	_, err := cron.Parse(expr, style, zone)
	return err
}

// tablesFor are the shared tables that a flow may read: those that ship with the program, as on a server that is new, and
// over them those that it brings along, tables/ID.json beside it. What is no JSON is left out, and the flow that reads it
// says that the table is missing.
func tablesFor(file string) map[string]core.Value {
	tables := map[string]core.Value{}
	add := func(id string, text []byte) {
		if table, err := value.Decode(text); err == nil {
			tables[id] = table
		}
	}
	for id, text := range prebuilt.Tables() {
		add(id, text)
	}
	files, err := filepath.Glob(filepath.Join(filepath.Dir(file), "tables", "*.json"))
	if err != nil {
		return tables
	}
	for _, f := range files {
		if text, err := os.ReadFile(f); err == nil {
			add(strings.TrimSuffix(filepath.Base(f), ".json"), text)
		}
	}
	return tables
}

// neighbours finds the flows beside a file, by id: other documents in its folder, and flow.json in the folders next to
// it, as the shipped flows lie.
func neighbours(file string) map[string]string {
	found := map[string]string{}
	for _, pattern := range []string{"*.json", "../*/flow.json", "*/flow.json"} {
		files, err := filepath.Glob(filepath.Join(filepath.Dir(file), pattern))
		if err != nil {
			continue
		}
		for _, other := range files {
			if source, err := os.ReadFile(other); err == nil {
				if doc, _ := flows.Parse(source); doc != nil && doc.ID != "" && found[doc.ID] == "" {
					found[doc.ID] = other
				}
			}
		}
	}
	return found
}
