// Package services gives tests the real servers they need: private instances of Postgres,
// PgBouncer, Redis and Prometheus on free loopback ports, and the path of a browser. Servers
// that already run on the machine are never touched.
//
// `make test` starts one Postgres for all packages. A single `go test` starts its own on first
// use. All servers end with the process that started them, even if that process is killed. A
// server that is not installed fails the test: a skipped test has proved nothing.
package services
