// Package services gives tests the real servers they need: private instances of Postgres,
// PgBouncer and Redis on free ports of loopback, and the path of a browser. Servers that already run
// on the machine are never touched.
//
// `make test` starts one instance of each for all packages. A single `go test` starts its
// own on first use. Either way they end with the process that started them, even if that
// is killed. A server that is not installed fails the test: a test that did not run has
// shown nothing.
package services
