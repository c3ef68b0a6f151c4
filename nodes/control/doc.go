// Package control is the folder of the node types that steer a run: containers, which run a body, and nodes that wait.
// A type's machine lives inside the core's fold: it is advanced by causes, gives directives, and must not know clocks,
// drivers or how its expressions were compiled. What people decide (approval) belongs here too.
package control
