package core

// Value is one JSON value. Package engine/value lists the Go kinds that may stand here; the core builds lists and
// objects of values and hands them on, and never looks inside one.
type Value = any

// Object is a JSON object.
type Object = map[string]Value

// List is a JSON array.
type List = []Value
