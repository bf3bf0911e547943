// Package metrics owns what the server counts and measures: the names, the labels and the
// bounds of every series at /metrics.
//
//	http.go      requests, as the frame saw them end
//	refusals.go  every refusal, by what refused
//	tokens.go    what the token endpoint issued and refused, introspections
//	sign_in.go   people: sign-ins and sessions
//	limits.go    decisions of the rate limits
//	redis.go     the commands, the connections and the absence of Redis
//	sql.go       statements and connections
//	cache.go     what was found in memory
//	jobs.go      background work, and the rows that the janitor removed
//	keys.go      the signing keys, read when they are asked for
//	ready.go     whether the server can work
//	build.go     which version this is, its runtime and its clock
//
// It is a leaf: the others know it by interfaces of one method that they declare
// themselves, or hand it a function to read from. What the domain says about itself
// arrives as events (Metrics.Heard). The registry is passed in, and nothing is global.
//
// A label has a value of a closed set and never a client, a user, an address or a path, or
// anybody could fill the memory of whoever stores the series. Where a set is only closed by
// good behaviour elsewhere, a bound holds it (children.go): past it, series are "other".
//
// deploy/README.md has the table of all metrics; a test keeps it whole.
package metrics
