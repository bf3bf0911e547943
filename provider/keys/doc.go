// Package keys owns the life cycle of the server's keys: generated, sealed, published, signing,
// retired.
//
//	pending ──ActiveFrom──> active ──successor active──> retiring ──GoneAt──> gone
//	published from the start, and until it is gone
//
// The state of a key follows from the times at which it and its successor begin to sign, and the
// clock: no job has to change it, and two replicas cannot disagree about it. A key is published
// before it signs, so that clients that cache the key set have it when the first signature
// arrives, and it verifies until everything that it signed has expired.
//
// Keys for encryption, to which others encrypt, have the same life with another meaning: such a key
// decrypts from the start, is published while it is active, and decrypts until it is gone, as caches of the
// key set may still have it. So every replica has it before others know it, unless it is active at once,
// as the first of an algorithm and the successor of one that was withdrawn are. It never signs or verifies.
//
// The package signs and verifies JWS in compact form (RFC 7515); its callers interpret the claims.
package keys
