// Package server is the HTTP face of Sluice: the REST API under /api/v1, live events, who may do what, and the signs of
// life that an operator's tools read. Webhooks and schedules plug in through small interfaces.
//
// What a call means is in types that know no request (catalogue, runs, vault, tables, access); a handler reads a request,
// calls one of them and writes the answer. Values of users are decoded and encoded by engine/value only, so that an
// order id of 19 digits comes back as it came. The package sees an engine through engine.Engine: it must not know which
// driver is behind it, nor one node type.
package server
