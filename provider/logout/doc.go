// Package logout owns how clients learn that a session ended in which they took part, by a request of
// this server (OpenID Connect Back-Channel Logout 1.0).
//
// Storage writes a row for each such client, and each name that the client knows the session by, in the
// transaction that ends the session, whoever ended it. The sender signs a logout token and posts it.
// Delivery is at least once; every repetition has the same jti.
//
//	pending --200, 204--> delivered
//	   |  ^
//	   |  +-- another status, or no connection: again after a pause
//	   +----> failed, after 400 or the last pause
//
// What a receiver is told is whether a session ended, and no more. A session that merely expires tells
// nobody: an application bounds its own sessions, and at the next request of a browser it learns that
// nobody is signed in here.
package logout
