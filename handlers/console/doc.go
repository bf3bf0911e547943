// Package console owns the pages on which administrators do by hand what the management API offers to programs, at
// /admin. Users with the role admin may do everything, users with the role auditor see it. Pages work without a script;
// it saves typing.
//
// Everything that changes something goes through the gate of the audit log, by the same calls as the API's. The package
// decides nothing about clients, users and tokens; packages below provider do.
package console
