// Package expr compiles the expressions and templates of flow documents to functions of a core.Scope, and gjson paths
// to functions of a value. It is the only importer of expr-lang and gjson.
//
// The language is expr-lang's: its parser reads every expression. What runs is our own evaluator over that syntax tree,
// because an engine that folds events needs what expr's machine does not give: the same result on every machine, exact
// numbers, no failure over an absent field, and a budget that no expression passes. Where expr is deterministic and exact,
// results are the same; a test compares the two over a corpus. It differs on purpose in this:
//
//   - Access through nil, a missing key or an index out of range gives nil. A condition that is nil is false.
//   - Whole numbers never wrap: beyond 64 bits they become exact decimals, as does arithmetic with an integer that a float
//     cannot hold. Division by zero and results that are not finite are failures. % works on every kind of number.
//   - Numbers compare by what they denote, whatever their kinds, also within lists and objects.
//   - Strings are indexed, sliced and searched by characters, not bytes.
//   - keys, values, toPairs and groupBy are in the order of their keys, which are always strings; sorts are stable.
//   - string(nil) is "", string of a list or object is its JSON; toJSON is compact with sorted keys.
//   - get takes a gjson path, round takes places, now() is the time of the event, dates without a zone are in the flow's.
//   - Comparing kinds that are known never to be equal is a problem; so is an operation known to fail.
//   - Go methods exist on times and durations only. $env does not exist.
//
// A template is text with {{ expression }} in it. A literal {{ is written {{ "{{" }}.
//
// The package must not know flow documents, node types or drivers.
package expr
