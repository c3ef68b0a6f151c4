package flows

import (
	"time"

	"sluice/engine/core"
)

// Limits of a document. They bound the time that checking takes, whatever is sent.
const (
	MaxBytes    = 4 << 20 // of the JSON text
	MaxNodes    = 5_000   // over all graphs
	MaxEdges    = 20_000  // over all graphs
	MaxDepth    = 16      // of containers in each other
	MaxFindings = 500     // that are listed, errors and warnings each
)

// Document is one flow, as parsed: read-only and safe for concurrent use. Config and other values are shared, not
// copied.
type Document struct {
	ID                 string
	Title, Description Text
	// Zone is the default of every function that needs a time zone; UTC unless the document names one.
	Zone *time.Location
	// Input is the JSON Schema of trigger.body, nil without one.
	Input core.Value
	Vars  core.Object
	// Keys are the business keys: bare expressions by name.
	Keys     map[string]string
	Triggers []Trigger
	// Graph is the flow's own; the others are the bodies of its nodes.
	Graph    Graph
	Settings Settings
	// Layout holds what the editor keeps of the canvas. Nothing depends on it.
	Layout core.Object

	source []byte
	// root is the document as decoded.
	root core.Object
	// findings are those of Parse, with the places of everything in the document.
	findings findings
}

// Source is the document as it was sent, to the byte.
func (d *Document) Source() []byte { return d.source }

// MarshalJSON gives the document as it was sent.
func (d *Document) MarshalJSON() ([]byte, error) { return d.source, nil }

// Text is a title or description by language. What is written as a plain string stands under "".
type Text map[string]string

// In is the text in a language; else what there is: plain, in English, in any language.
func (t Text) In(lang string) string {
	for _, l := range []string{lang, "", "en", "zh"} {
		if s, ok := t[l]; ok {
			return s
		}
	}
	first, text := "", ""
	for l, s := range t {
		if first == "" || l < first {
			first, text = l, s
		}
	}
	return text
}

// Trigger starts runs of the flow.
type Trigger struct {
	ID, Type           string
	Title, Description Text
	Config             core.Object
	// Pointer is where the trigger stands in the document.
	Pointer string
}

// Graph is the flow's own graph or the body of a container.
type Graph struct {
	Nodes []Node
	Edges []Edge
	// Output is what the graph gives, with templates; absent without HasOutput.
	Output    core.Value
	HasOutput bool
	// Pointer is where the graph stands: "" for the flow's own, else a node's body.
	Pointer string
}

// Node is one node. Zero values are options that were left out.
type Node struct {
	ID, Type           string
	Title, Description Text
	Config             core.Object
	Timeout            time.Duration
	Retry              *Retry
	OnError            string
	Join               Join
	CancelRest         bool
	Compensate         *Compensate
	OnUnknown          string
	Disabled           bool
	Body               *Graph
	// Pointer is where the node stands in the document.
	Pointer string
}

// Retry is a node's retry policy; When is a bare expression over error.
type Retry struct {
	Max             int
	Delay, MaxDelay time.Duration
	Backoff, Jitter float64
	When            string
}

// Join says when a node starts: at the first taken edge (Any), at number Count, or, when both are zero, once all edges
// are resolved.
type Join struct {
	Any   bool
	Count int
}

// Compensate is the task that undoes a node.
type Compensate struct {
	Type   string
	Config core.Object
}

// Edge leads from a port of one node to another node. Port is "" where the document names none, which is out.
type Edge struct {
	From, Port, To string
	// Pointer is where the edge stands in the document.
	Pointer string
}

// Settings of a flow. Zero values are settings that were left out.
type Settings struct {
	Timeout        time.Duration
	Concurrency    *Concurrency
	Durability     string
	Log            string
	Retention      time.Duration
	RespondTimeout time.Duration
	MaxSteps       int
}

// Concurrency bounds how many runs of the flow are live at a time, for each value of the bare expression Key.
type Concurrency struct {
	Key    string
	Limit  int
	Policy string
}

// The words that settings and options take.
const (
	DurabilityStrict  = "strict"
	DurabilityRelaxed = "relaxed"
	LogEvents         = "events"
	LogFull           = "full"
	PolicyQueue       = "queue"
	PolicySkip        = "skip"
	PolicyReplace     = "replace"
	OnErrorFail       = "fail"
	OnErrorContinue   = "continue"
	OnUnknownRetry    = "retry"
	OnUnknownPause    = "pause"
)

// walk calls visit for every graph, each before those of its nodes' bodies, with the depth of containers around it.
func (g *Graph) walk(visit func(*Graph)) {
	visit(g)
	for i := range g.Nodes {
		if g.Nodes[i].Body != nil {
			g.Nodes[i].Body.walk(visit)
		}
	}
}
