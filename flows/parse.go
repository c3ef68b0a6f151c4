package flows

import (
	"errors"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"

	"sluice/engine/core"
	"sluice/engine/value"
	"sluice/flows/diag"
)

// Bounds of the durations in a document.
const (
	shortest = time.Millisecond
	longest  = 3660 * day
)

// Parse reads a document strictly: unknown and duplicate keys, wrong types, bad ids and durations are all reported at
// once, each with its pointer, line and column. The document is nil only where the bytes are not one JSON object; else
// it holds what could be read, and [Compile] repeats these findings among its own and gives no flow while one is an
// error. The bytes must not change afterwards.
func Parse(src []byte) (*Document, []diag.Diagnostic) {
	if len(src) > MaxBytes {
		return nil, []diag.Diagnostic{diag.New("json.too_large", "", map[string]string{
			"bytes": strconv.Itoa(len(src)), "limit": strconv.Itoa(MaxBytes),
		})}
	}
	tree, err := value.DecodeTree(src)
	if err != nil {
		return nil, []diag.Diagnostic{syntaxFinding(err)}
	}
	// The tree finds its lines when it is first asked, which must not happen in two compilations at a time.
	tree.At("")
	r := &reader{findings: findings{tree: tree}}
	for _, dup := range tree.Duplicates {
		if d := r.add("json.duplicate_key", dup.Pointer, map[string]string{"key": lastSegment(dup.Pointer)}); d != nil {
			d.Line, d.Column = dup.Second.Line, dup.Second.Column
		}
	}
	root, ok := tree.Value.(core.Object)
	if !ok {
		r.wrongType("", "object", tree.Value)
		return nil, r.sorted()
	}
	doc := &Document{source: src, root: root}
	r.document(doc)
	doc.findings = r.findings
	return doc, r.sorted()
}

func syntaxFinding(err error) diag.Diagnostic {
	var at *value.SyntaxError
	if !errors.As(err, &at) {
		return diag.New("json.syntax", "", map[string]string{"problem": err.Error()})
	}
	d := diag.New("json.syntax", "", map[string]string{"problem": at.Msg})
	d.Line, d.Column = at.Line, at.Column
	return d
}

func (r *reader) document(doc *Document) {
	o := r.objectAt("", r.tree.Value)
	o.need("sluice", "id", "nodes")
	r.formatVersion(o)
	doc.ID = o.id("id")
	doc.Title, doc.Description = o.title("title"), o.title("description")
	doc.Zone = r.zone(o)
	doc.Input = r.schema(o, "input")
	doc.Vars = o.object("vars")
	doc.Keys = r.keys(o)
	o.each("triggers", func(pointer string, v core.Value) {
		doc.Triggers = append(doc.Triggers, r.trigger(pointer, v))
	})
	doc.Graph = r.graph(o, 0)
	doc.Settings = r.settings(o)
	doc.Layout = r.layout(o)
	o.done()
	r.uniqueIDs(doc)
	r.limits(doc)
}

func (r *reader) formatVersion(o *object) {
	v, ok := o.get("sluice")
	if !ok {
		return
	}
	if _, isNumber := v.(int); !isNumber {
		r.wrongType(o.at("sluice"), "integer", v)
	} else if v != 1 {
		r.add("flow.version", o.at("sluice"), map[string]string{"version": strconv.Itoa(v.(int))})
	}
}

func (r *reader) zone(o *object) *time.Location {
	name := o.text("timezone")
	if _, isText := o.fields["timezone"].(string); !isText {
		return time.UTC
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		r.add("flow.timezone.unknown", o.at("timezone"), map[string]string{"zone": name})
		return time.UTC
	}
	return zone
}

// schema reads a JSON Schema: an object or a boolean. Whether it is one is checked by Compile.
func (r *reader) schema(o *object, key string) core.Value {
	v, ok := o.get(key)
	if !ok {
		return nil
	}
	switch v.(type) {
	case core.Object, bool:
		return v
	default:
		r.wrongType(o.at(key), "object", v)
		return nil
	}
}

func (r *reader) keys(o *object) map[string]string {
	fields := o.object("keys")
	keys := make(map[string]string, len(fields))
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		v := fields[name]
		pointer := o.at("keys") + "/" + value.EscapePointer(name)
		source, ok := v.(string)
		if !ok {
			r.wrongType(pointer, "string", v)
			continue
		}
		keys[name] = source
	}
	return keys
}

func (r *reader) trigger(pointer string, v core.Value) Trigger {
	o := r.objectAt(pointer, v)
	o.need("id", "type")
	t := Trigger{
		ID: o.id("id"), Type: o.text("type"), Title: o.title("title"), Description: o.title("description"),
		Config: o.object("config"), Pointer: pointer,
	}
	o.done()
	return t
}

// graph reads the keys of a graph, which stand in the document itself or in a node's body.
func (r *reader) graph(o *object, depth int) Graph {
	g := Graph{Pointer: o.pointer}
	o.each("nodes", func(pointer string, v core.Value) { g.Nodes = append(g.Nodes, r.readNode(pointer, v, depth)) })
	o.each("edges", func(pointer string, v core.Value) { g.Edges = append(g.Edges, r.edge(pointer, v)) })
	g.Output, g.HasOutput = o.get("output")
	if list, isList := o.fields["nodes"].(core.List); isList && len(list) == 0 {
		r.add("flow.graph.empty", o.at("nodes"), nil)
	}
	return g
}

func (r *reader) readNode(pointer string, v core.Value, depth int) Node {
	o := r.objectAt(pointer, v)
	outer := r.node
	r.node, _ = o.fields["id"].(string)
	defer func() { r.node = outer }()
	o.need("id", "type")
	n := Node{
		ID: o.id("id"), Type: o.text("type"), Title: o.title("title"), Description: o.title("description"),
		Config: o.object("config"), Timeout: o.duration("timeout", shortest, longest), Retry: r.retry(o),
		OnError: o.choice("onError", OnErrorFail, OnErrorContinue), Join: r.join(o), CancelRest: o.boolean("cancelRest"),
		Compensate: r.compensate(o), OnUnknown: o.choice("onUnknown", OnUnknownRetry, OnUnknownPause),
		Disabled: o.boolean("disabled"), Body: r.body(o, depth+1), Pointer: pointer,
	}
	o.done()
	return n
}

// Bounds of a retry policy.
const (
	maxRetries = 1000
	maxBackoff = 100
)

// defaultDelay stands between tries where the policy names none: a peer that has just failed is not hammered.
const defaultDelay = time.Second

func (r *reader) retry(node *object) *Retry {
	v, ok := node.get("retry")
	if !ok {
		return nil
	}
	o := r.objectAt(node.at("retry"), v)
	o.need("max")
	p := &Retry{
		Max: o.integer("max", 0, maxRetries), Delay: o.duration("delay", 0, longest),
		MaxDelay: o.duration("maxDelay", 0, longest), Backoff: o.number("backoff", 1, maxBackoff),
		Jitter: o.number("jitter", 0, 1), When: o.text("when"),
	}
	if _, given := o.fields["delay"]; !given {
		p.Delay = defaultDelay
	}
	o.done()
	return p
}

func (r *reader) join(node *object) Join {
	v, ok := node.get("join")
	switch v := v.(type) {
	case string:
		switch v {
		case "any":
			return Join{Any: true}
		case "all":
			return Join{}
		}
		r.add("flow.choice", node.at("join"), map[string]string{
			"value": v, "choices": `all, any, {"count": n}`, "nearest": diag.Nearest(v, []string{"all", "any"}),
		})
	case core.Object:
		o := r.objectAt(node.at("join"), v)
		o.need("count")
		join := Join{Count: o.integer("count", 1, math.MaxInt32)}
		o.done()
		return join
	default:
		if ok {
			r.wrongType(node.at("join"), "string/object", v)
		}
	}
	return Join{}
}

func (r *reader) compensate(node *object) *Compensate {
	v, ok := node.get("compensate")
	if !ok {
		return nil
	}
	o := r.objectAt(node.at("compensate"), v)
	o.need("type")
	c := &Compensate{Type: o.text("type"), Config: o.object("config")}
	o.done()
	return c
}

func (r *reader) body(node *object, depth int) *Graph {
	v, ok := node.get("body")
	if !ok {
		return nil
	}
	if depth > MaxDepth {
		r.add("flow.limit.depth", node.at("body"), map[string]string{"limit": strconv.Itoa(MaxDepth)})
		return nil
	}
	o := r.objectAt(node.at("body"), v)
	o.need("nodes")
	g := r.graph(o, depth)
	o.done()
	return &g
}

func (r *reader) edge(pointer string, v core.Value) Edge {
	o := r.objectAt(pointer, v)
	o.need("from", "to")
	e := Edge{From: o.text("from"), Port: o.text("port"), To: o.text("to"), Pointer: pointer}
	o.done()
	return e
}

const maxConcurrency = 1_000_000

func (r *reader) settings(doc *object) Settings {
	v, ok := doc.get("settings")
	if !ok {
		return Settings{}
	}
	o := r.objectAt(doc.at("settings"), v)
	s := Settings{
		Timeout: o.duration("timeout", shortest, longest), Concurrency: r.concurrency(o),
		Durability:     o.choice("durability", DurabilityStrict, DurabilityRelaxed),
		Log:            o.choice("log", LogEvents, LogFull),
		Retention:      o.duration("retention", time.Minute, longest),
		RespondTimeout: o.duration("respondTimeout", shortest, time.Hour),
		MaxSteps:       o.integer("maxSteps", 1, core.DefaultMaxSteps),
	}
	o.done()
	return s
}

func (r *reader) concurrency(settings *object) *Concurrency {
	v, ok := settings.get("concurrency")
	if !ok {
		return nil
	}
	o := r.objectAt(settings.at("concurrency"), v)
	o.need("limit")
	c := &Concurrency{
		Key: o.text("key"), Limit: o.integer("limit", 1, maxConcurrency),
		Policy: o.choice("policy", PolicyQueue, PolicySkip, PolicyReplace),
	}
	if c.Policy == "" {
		c.Policy = PolicyQueue
	}
	o.done()
	return c
}

// notesKey is where a layout keeps the comments on the canvas; no node has such an id.
const notesKey = "$notes"

// layout checks no more than the shape: each entry is a list of numbers, the comments are what they should be. What the
// numbers mean is the editor's.
func (r *reader) layout(doc *object) core.Object {
	layout := doc.object("layout")
	for _, id := range slices.Sorted(maps.Keys(layout)) {
		pointer := doc.at("layout") + "/" + value.EscapePointer(id)
		if id == notesKey {
			r.notes(pointer, layout[id])
			continue
		}
		r.numbers(pointer, layout[id])
	}
	return layout
}

func (r *reader) notes(pointer string, v core.Value) {
	list, ok := v.(core.List)
	if !ok {
		r.wrongType(pointer, "array", v)
	}
	for i, item := range list {
		o := r.objectAt(pointer+"/"+strconv.Itoa(i), item)
		o.need("id", "text", "at")
		o.id("id")
		o.text("text")
		o.choice("color", "yellow", "blue", "green", "red")
		if at, ok := o.get("at"); ok {
			r.numbers(o.at("at"), at)
		}
		o.done()
	}
}

func (r *reader) numbers(pointer string, v core.Value) {
	list, ok := v.(core.List)
	if !ok {
		r.wrongType(pointer, "array", v)
	}
	for i, n := range list {
		if jsonType(n) != "number" {
			r.wrongType(pointer+"/"+strconv.Itoa(i), "number", n)
		}
	}
}

// uniqueIDs holds node ids to be unique over all graphs, and triggers' ids among themselves.
func (r *reader) uniqueIDs(doc *Document) {
	first := map[string]string{}
	for _, t := range doc.Triggers {
		r.unique("flow.trigger.duplicate", first, t.ID, t.Pointer)
	}
	clear(first)
	doc.Graph.walk(func(g *Graph) {
		for i := range g.Nodes {
			r.node = g.Nodes[i].ID
			r.unique("flow.node.duplicate", first, g.Nodes[i].ID, g.Nodes[i].Pointer)
		}
	})
	r.node = ""
}

// limits holds the document to its size. Beyond it nothing else is said.
func (r *reader) limits(doc *Document) {
	nodes, edges := 0, 0
	doc.Graph.walk(func(g *Graph) {
		nodes += len(g.Nodes)
		edges += len(g.Edges)
	})
	if nodes <= MaxNodes && edges <= MaxEdges {
		return
	}
	r.findings = findings{tree: r.tree}
	if nodes > MaxNodes {
		r.add("flow.limit.nodes", "/nodes", map[string]string{"count": strconv.Itoa(nodes), "limit": strconv.Itoa(MaxNodes)})
	}
	if edges > MaxEdges {
		r.add("flow.limit.edges", "/edges", map[string]string{"count": strconv.Itoa(edges), "limit": strconv.Itoa(MaxEdges)})
	}
}

func (r *reader) unique(code string, first map[string]string, id, pointer string) {
	if id == "" {
		return
	}
	if other, taken := first[id]; taken {
		if d := r.add(code, pointer+"/id", map[string]string{"id": id}); d != nil {
			d.Related = []string{other + "/id"}
		}
		return
	}
	first[id] = pointer
}
