// Package oauth composes the protocol from fosite's parts and ours: who may ask, what
// is granted, what the answer says. With handlers/oauth it is the only package that
// knows fosite.
//
// fosite gives the parsing of requests, the handler interfaces, the errors and the
// response types. Where it is wrong or asks the system clock, a handler of ours on the
// same interface takes its place; the regression tests name the fault each one closes.
//
//	Authenticator  one client authentication per request (RFC 6749 section 2.3)
//	TokenEndpoint  grant type -> handler -> response (RFC 6749 section 3.2)
//	Introspector   RFC 7662        Revoker  RFC 7009
//	Minter         JWT access tokens (RFC 9068)
//	Metadata       discovery documents (RFC 8414, OpenID Connect Discovery)
//
// It parses requests but writes no HTTP, and it keeps nothing: the domain's own
// packages do.
package oauth
