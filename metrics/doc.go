// Package metrics owns the metrics of the server: the names, the labels and the bounds of every
// series at /metrics.
//
//	http.go      requests, as the outer handler sees them end
//	refusals.go  every refusal, by what refused
//	tokens.go    what the token endpoint issued and refused, introspections
//	sign_in.go   users: sign-ins and sessions
//	limits.go    decisions of the rate limits
//	redis.go     commands to Redis, its connections and its outages
//	sql.go       statements and connections
//	cache.go     cache hits and misses
//	jobs.go      background work, and the rows that the janitor removed
//	keys.go      the signing keys, read at each scrape
//	audit.go     whether the audit log is sealed
//	ready.go     whether the server can work
//	build.go     the version, the Go runtime and the clock
//
// No package of the domain imports it: others use it through interfaces of one method that they
// declare themselves, or pass it a function to read from. Domain events arrive at Metrics.Record.
// The registry is passed in, and nothing is global.
//
// A label has a value of a closed set and is never a client, a user, an address or a path:
// otherwise anybody could fill the memory of the system that stores the series. Where a set is
// only closed by the code of another package, a bound enforces it (children.go): series beyond it
// are counted as "other".
//
// deploy/docs/monitoring.md has the table of all metrics; a test keeps it complete.
package metrics
