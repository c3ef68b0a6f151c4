package hooks

import (
	"bytes"
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"sluice/engine/core"
	"sluice/flows"
	"sluice/flows/triggers"
)

// hook is one published webhook, with all that can be prepared before a delivery comes.
type hook struct {
	flow     *flows.Flow
	entrance *flows.Entrance
	// name is the flow's id and the trigger's: it is the scope of idempotency keys.
	name string
	// methods are never empty.
	methods []string
	// params name the segments that begin with a colon, in their order.
	params []string
	verify *verification
	// raw: the flow mentions trigger.raw.
	raw bool
	// result: the caller waits for the run's answer, for so long.
	result  bool
	timeout time.Duration
	// ackStatus is 0 where the trigger names none.
	ackStatus int
	limit     *bucket
	recent    *recent
}

// status is that of an acknowledgement of the trigger's own.
func (h *hook) status() int { return cmp.Or(h.ackStatus, http.StatusAccepted) }

// allMethods are those of a webhook that names none.
var allMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}

// hooksOf are the webhooks of a flow, but for what the router gives them: limit, recent and timeout.
func hooksOf(flow *flows.Flow) []*hook {
	var all []*hook
	for i := range flow.Triggers {
		if e := &flow.Triggers[i]; e.Type == triggers.Webhook {
			all = append(all, newHook(flow, e))
		}
	}
	return all
}

func newHook(flow *flows.Flow, e *flows.Entrance) *hook {
	h := &hook{
		flow: flow, entrance: e, name: flow.Document.ID + "/" + e.ID, methods: e.Methods,
		result: e.Config["respond"] == "result",
		// A flow that reads the text has this name in it, unless an expression makes up the name; keeping every text would
		// double the journal.
		raw: bytes.Contains(flow.Definition.Content, []byte("raw")),
	}
	if len(h.methods) == 0 {
		h.methods = allMethods
	}
	if status, ok := e.Config["ackStatus"].(int); ok {
		h.ackStatus = status
	}
	if config, ok := e.Config["verify"].(core.Object); ok {
		h.verify = newVerification(config)
	}
	for segment := range strings.SplitSeq(e.Path, "/") {
		if name, ok := strings.CutPrefix(segment, ":"); ok {
			h.params = append(h.params, name)
		}
	}
	return h
}

// table finds the hook of a path: a tree of segments. It does not change once it is in use.
type table struct {
	root node
	all  []*hook
}

// node is the place after some segments.
type node struct {
	literal map[string]*node
	any     *node
	hooks   []*hook
}

// add puts a hook in its place, unless another has its path and one of its methods: that one is returned.
func (t *table) add(h *hook) (taken *hook) {
	n := &t.root
	for segment := range strings.SplitSeq(h.entrance.Path, "/") {
		n = n.child(segment)
	}
	for _, other := range n.hooks {
		if slices.ContainsFunc(h.methods, other.accepts) {
			return other
		}
	}
	n.hooks = append(n.hooks, h)
	t.all = append(t.all, h)
	return nil
}

// named is the hook of a flow's trigger, nil without one.
func (t *table) named(name string) *hook {
	for _, h := range t.all {
		if h.name == name {
			return h
		}
	}
	return nil
}

func (n *node) child(segment string) *node {
	if strings.HasPrefix(segment, ":") {
		if n.any == nil {
			n.any = &node{}
		}
		return n.any
	}
	if n.literal == nil {
		n.literal = map[string]*node{}
	}
	next := n.literal[segment]
	if next == nil {
		next = &node{}
		n.literal[segment] = next
	}
	return next
}

func (h *hook) accepts(method string) bool { return slices.Contains(h.methods, method) }

// match is what a path leads to.
type match struct {
	hook *hook
	// values are of the hook's params.
	values []string
	// allowed are the methods of hooks at this path that take other ones.
	allowed []string
}

// find gives the hook of a path as it was sent, percent escapes and all. Where several fit, a literal segment comes
// before a parameter, from the left; one that does not take the method lets the next have it.
func (t *table) find(method, path string) match {
	var m match
	t.root.find(method, strings.Trim(path, "/"), &m)
	return m
}

// find visits each node of the tree at most once, so that no path takes long.
func (n *node) find(method, path string, m *match) bool {
	segment, rest, more := strings.Cut(path, "/")
	if strings.Contains(segment, "%") {
		plain, err := url.PathUnescape(segment)
		if err != nil || !utf8.ValidString(plain) {
			return false
		}
		segment = plain
	}
	if next := n.literal[segment]; next != nil && next.follow(method, rest, more, m) {
		return true
	}
	// A segment of dots would climb where somebody makes a path of it.
	if n.any == nil || segment == "" || segment == "." || segment == ".." {
		return false
	}
	m.values = append(m.values, segment)
	if n.any.follow(method, rest, more, m) {
		return true
	}
	m.values = m.values[:len(m.values)-1]
	return false
}

func (n *node) follow(method, rest string, more bool, m *match) bool {
	if more {
		return n.find(method, rest, m)
	}
	for _, h := range n.hooks {
		if h.accepts(method) {
			m.hook = h
			return true
		}
		m.allowed = append(m.allowed, h.methods...)
	}
	return false
}
