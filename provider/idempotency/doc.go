// Package idempotency owns the responses that are kept so that a caller who lost one can repeat the
// request without a second effect (draft-ietf-httpapi-idempotency-key-header).
//
// A caller names a request by a key of its choice. The first request with the key claims it, acts and
// keeps its response, all in one transaction; a concurrent one with the same key waits for that
// transaction. A later one gets the same response again, for Lifetime, or ErrReused if it asks for
// something else. What fails keeps nothing: its key is free again.
//
// A response may contain a secret, and a request a password: responses are sealed, bound to their
// row, and of requests there is a keyed digest, which cannot be tried offline.
//
// The package does not know what a request is: handlers/api does. It does not store: storage
// implements Store.
package idempotency
