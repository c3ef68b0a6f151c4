// Package effect is the folder of the node types that meet the outside: HTTP services, databases, robots, and the values
// that a flow keeps. Their declarations are made with what they need, so that there is nothing global; a type's function
// gets its arguments computed and says what came of one try.
//
// The types must not know the engine, flow documents or how a connection is opened, and never show a secret.
package effect
