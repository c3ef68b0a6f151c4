package core

// Failure is a business failure: data that takes an error port, a retry or the end of a run. It is not a Go error in
// the core's own sense (those mean that a journal cannot be folded), but it implements error so that nodes and clients
// can return it as one.
type Failure struct {
	// Code is dotted and stable, for example http.status; the catalogue in flows/diag lists all of them.
	Code    string
	Message string
	// Node is the id of the node that failed and Path its activation; the core fills in both.
	Node string
	Path string
	// Attempt counts the tries, from 1.
	Attempt int
	// Status and Body are what an HTTP peer answered; Status is 0 where there was none.
	Status  int
	Body    Value
	Details Value
	// Permanent failures are not retried, whatever the node's retry policy says.
	Permanent bool
	// Unknown says that the outside write may have taken effect although it was not confirmed: such a task is
	// compensated like one that succeeded, whatever its later tries say.
	Unknown bool
}

// Error implements error.
func (f *Failure) Error() string { return f.Code + ": " + f.Message }

// Object is the failure as expressions see it under the name error.
func (f *Failure) Object() Object {
	o := Object{"code": f.Code, "message": f.Message, "node": f.Node, "path": f.Path, "attempt": f.Attempt}
	if f.Status != 0 {
		o["status"] = f.Status
	}
	if f.Body != nil {
		o["body"] = f.Body
	}
	if f.Details != nil {
		o["details"] = f.Details
	}
	return o
}
