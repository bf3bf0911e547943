// Package browser owns the endpoints that a user's browser visits: the authorization endpoint,
// sign-in, consent, the logo on those pages, sign-out, and the page at the root.
//
//	/oauth/authorize ──> sign-in page ──> POST /login ──303──> /oauth/authorize?flow=...
//	        │                                                        │
//	        └──> consent page ──> POST /consent ──> response to the application
//
// Every step returns to authorize, which decides again what is needed; no step relies on an earlier
// one. A request in progress is stored in the page itself: sealed, and bound to a random cookie of
// the browser, so that it is useless in another one. Nothing is stored until the user has agreed.
//
// Pages are in the language that the request asks for, the user chose, or the browser accepts. The form
// for choosing is at the end of each page: POST /language continues the flow, or leads back to a path
// of this server.
//
// What is allowed is decided by provider/oauth; package pages owns how pages look.
package browser
