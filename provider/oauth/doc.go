// Package oauth composes the protocol from fosite's interfaces and this project's own handlers:
// who may ask, what is granted, what the response says. With handlers/oauth it is the only package
// that knows fosite.
//
//	Provider       every protocol endpoint, over one fosite.OAuth2Provider
//	part           one row of the table in compose.go, one extension: what it adds endpoint by
//	               endpoint; grant types, response types, modes and metadata follow from the rows
//	Call           one request, read once: the only value of the package in a context
//	exchange       fosite's session: what the parts of one request hand to each other
//	Authenticator  one client authentication per request (RFC 6749 section 2.3)
//	IDTokens       ID tokens (OpenID Connect Core section 2)
//	Minter         JWT access tokens (RFC 9068)
//
// A token request has two phases. The first reads, checks and signs, outside any transaction; the
// second claims by conditional statements and stores, inside one where it takes more than one
// statement. What a refusal entails happens in one place, after the rollback.
//
// fosite gives the parsing of requests, the order of handlers and the types of responses. Its own
// handlers are not used: they check in one step and write in another, so that of racing requests
// all win. The regression tests name the fault that each of them closes.
//
// The package parses requests but writes no HTTP, and it stores nothing: the domain's own packages
// do.
package oauth
