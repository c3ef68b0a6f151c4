// Package nodes declares what a node type is: name, effect, ports, config schema, texts, docs, and the one function that
// compiles or runs it. Validation, engine, editor and reference docs all read this one declaration.
//
// It knows the core's terms and nothing of flow documents, expressions' syntax, drivers or disks: what a config holds
// reaches a node compiled, through a Builder. Sub-folders hold the types: pure/ computes, control/ steers, effect/ meets
// the outside. Purity is a folder.
package nodes

import (
	"context"
	"time"

	"sluice/engine/core"
)

// Effect says what running a node may do to the world.
type Effect string

// The effects.
const (
	Pure      Effect = "pure"      // computed within the fold, again whenever somebody looks
	Read      Effect = "read"      // a task that changes nothing outside
	Write     Effect = "write"     // a task that may change the outside
	Container Effect = "container" // runs a body
	Control   Effect = "control"   // waits or steers
)

// Spec declares a node type. Exactly one of Eval, Machine and Run is set, by effect: Pure, Container or Control, Read or
// Write.
type Spec struct {
	// Type is the name in documents, without the major version.
	Type  string
	Major int
	// Behaviour numbers what the type means to a fold. A change that gives other outputs, ports or directives for the
	// same config and input takes the next number; runs keep the one they started with.
	Behaviour int
	Effect    Effect
	// EffectOf narrows the effect by config: http.request only reads with GET. Nil keeps Effect.
	EffectOf func(config core.Object) Effect
	Category Category
	// Icon is the name of a lucide icon.
	Icon string
	Page
	// Ports lists the ports beside error, in order, by config; the first is the default. Nil means out alone.
	Ports func(config core.Object) []string

	Eval    func(Builder) core.Eval
	Machine func(Builder) func() core.Machine
	Run     func(context.Context, Call) (core.Value, *core.Failure)
}

// Category groups the palette.
type Category string

// The categories.
const (
	Data    Category = "data"
	Logic   Category = "logic"
	Flow    Category = "flow"
	Connect Category = "connect"
	Message Category = "message"
)

// Call is one try at a task.
type Call struct {
	// Args is the config with all expressions and templates resolved.
	Args core.Value
	// Key is the idempotency key: the same for every try of this task, of no other task ever.
	Key     string
	Attempt int
	Run     core.RunInfo
	Flow    core.FlowInfo
	Node    string
	// Now is the worker's clock.
	Now func() time.Time
}

// Builder hands a node its config, compiled. Pointers are JSON Pointers into the config; what is absent there is nil.
// A Builder reports findings as they are met and goes on, so that all are known at once: a returned function is never
// called after a finding.
type Builder interface {
	// Decode fills dst (a pointer to a struct with json tags) with the config as written, expressions still text.
	Decode(dst any)
	// Has reports whether the config has a value at the pointer.
	Has(pointer string) bool
	// Expr is the bare expression at the pointer (x-expression).
	Expr(pointer string) core.Expr
	// Value is the value at the pointer with its templates resolved.
	Value(pointer string) core.Expr
	// Path is the gjson path at the pointer (x-path): nil where the value has nothing there.
	Path(pointer string) Path
	// Cell is the test of a rules table at the pointer (x-cell).
	Cell(pointer string) Cell
	// Schema is the JSON Schema at the pointer (x-schema).
	Schema(pointer string) Check
	// Flow is the subflow named at the pointer, for checks that it exists; it is kept by id.
	Flow(pointer string) string
	// Zone is the flow's time zone.
	Zone() *time.Location
	// Problem reports a finding with a code of the catalogue in flows/diag and its named parameters.
	Problem(pointer, code string, params map[string]string)
}

// Path finds a place in a value; found is false where there is none.
type Path func(v core.Value) (found core.Value, ok bool, f *core.Failure)

// Cell tests a value. The scope serves cells that are expressions.
type Cell func(s core.Scope, it core.Value) (bool, *core.Failure)

// Check holds a value to a JSON Schema; nil means it fits.
type Check func(v core.Value) *core.Failure
