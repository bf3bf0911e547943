// Package api serves the management API under /api/v1, and the OpenAPI document that describes it.
//
// Each operation is a Go function with a typed input and output, registered once: its line of the
// route table, the validation of its input and its part of the document come from the same types, so
// that none can drift from the others. The package decides nothing: registries of the domain do, with
// the caller as the actor of the audit log.
package api
