// Package acr knows the authentication context classes of this server (OpenID Connect Core section 2, acr),
// their order, and which of them a list of authentication methods (RFC 8176) has.
//
// It does not know who must reach a class, nor how a user gets there.
package acr
