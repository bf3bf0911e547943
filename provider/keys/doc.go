// Package keys owns the signing keys: made, sealed, published, signing, retired.
//
//	pending ──ActiveFrom──> active ──successor active──> retiring ──GoneAt──> gone
//	published from the start, and until it is gone
//
// The state of a key follows from when it and its successor begin to sign, and the clock:
// no job has to flip it, and two replicas cannot disagree about it. A key is published before it signs, so that whoever
// cached the key set knows it when the first signature by it arrives, and goes on
// verifying until everything that it signed has expired.
//
// The package signs and verifies JWS in compact form (RFC 7515); what the claims mean is
// up to its callers.
package keys
