// Package revocation owns the feed of what was revoked: resource servers that verify tokens
// themselves follow it, and so refuse a revoked token without introspection. It does not revoke
// anything, and nothing that revokes knows it: the database writes the feed.
//
// # Order
//
// Each revocation has a sequence number, which Postgres gives before the transaction commits: a
// lower number can become visible after a higher one. A missing number belongs to a transaction that
// is in progress, or to one that was rolled back. It is that of a transaction in progress as long as
// the oldest transaction in progress is older than any that began after the number was missed:
//
//	1 2 _ 4 5     settled at 2; 4 and 5 are published early, and 3 is waited for
//	1 2 3 4 5     settled at 5
//
// A cursor names where it is settled, so that whoever continues there cannot miss a number, and the
// highest that was published, so that nobody is told the same again and again meanwhile.
package revocation
