// Package browser owns what a person meets on the way to an application: the authorization
// endpoint, sign-in, consent, the logo on those pages, and sign-out.
//
//	/oauth/authorize ──> sign-in page ──> POST /login ──303──> /oauth/authorize?flow=...
//	        │                                                        │
//	        └──> consent page ──> POST /consent ──> answer to the application
//
// Every step goes back to authorize, which decides anew what is needed; no step trusts that
// another one took place. A request in progress is kept in the page itself: sealed, and
// bound to a random cookie of the browser, so that it is worth nothing elsewhere. Nothing is
// stored until the person has agreed.
//
// What is allowed is decided by provider/oauth; how pages look, by package pages.
package browser
