// Package canonical owns the canonical log line: the one line that is logged for each request, and
// the notes about the request that are collected for it.
//
// The outer handler in package handlers makes a Line, fills in what it knows and writes it when the
// request is done. Endpoints find it with From and add to it:
//
//	canonical.From(ctx).Client(id)
//
// The package does not know HTTP. There is no method for a path, a query, a header or a body, so
// that no token is logged with one.
package canonical
