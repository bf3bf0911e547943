// Package ratelimit owns the rate limits: the table of policies, the counting in this process
// or in Redis, and the behavior while Redis is unavailable.
//
// A Limiter is asked about all policies of a request at once, and counts the request against
// all of them or, when one refuses, against none: a refused request does not use up budgets
// that others share. The algorithm is GCRA: a policy is a rate and a burst, and one number per
// key says when the key's budget will be full again.
//
//	Observe ──> Guarded ──> Redis    one script, one round trip, 50 ms; all servers count together
//	               │
//	               └──────> Memory   while Redis is unavailable: stricter, and only for limits
//	                                 that must never be off
//
// The embedded default is Memory alone. On a Redis Cluster the script runs once for each
// policy, in one pipeline.
//
// The package does not know HTTP, and of this module only the clock; package handlers decides
// which policies apply to a request and how a refusal looks.
package ratelimit
