// Package canonical owns the canonical log line: the one line that the log gets for each
// request, and the notes about the request that are collected for it.
//
// The frame in package handlers makes a Line, fills in what it knows and writes it when the
// request is done. Endpoints find it with From and add what they learn:
//
//	canonical.From(ctx).Client(id)
//
// The package does not know HTTP. There is no note for a path, a query, a header or a
// body, so that no token gets into a log by way of one.
package canonical
