// Package ratelimit owns the limits: the one table of policies, the counting in this process
// or in Redis, and what happens while Redis is away.
//
// A Limiter is asked about all policies of a request at once, and counts the request against
// every one of them or, when one refuses, against none: being refused costs nobody a budget
// that others share. Counting is GCRA: a policy is a rate and a burst, and one number for
// each key says when the key's budget will be whole again.
//
//	Observe ──> Guarded ──> Redis    one script, one round trip, 50 ms; servers count as one
//	               │
//	               └──────> Memory   while Redis is away: stricter, and only for what must
//	                                 never be unlimited
//
// With the embedded default there is Memory alone. On a Redis Cluster the script runs once
// for each policy, in one pipeline.
//
// The package knows no HTTP and nothing of ours but the clock; who is asked about what, and
// how a refusal looks, is package handlers' business.
package ratelimit
