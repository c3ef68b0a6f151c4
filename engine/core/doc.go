// Package core is the deterministic heart of Sluice: a run of a flow is a fold of [Event]s over a
// [State], and each fold step says as [Command]s what the outside world must do next.
//
// It performs no I/O, reads no clock, draws no random number, starts no goroutine and logs nothing:
// time, seed and outcomes come in with events. It must not know bytes on disk (engine/codec does),
// node types (they arrive compiled in a [Plan]), expressions (they arrive as functions) or a driver.
// It imports the standard library only.
package core
