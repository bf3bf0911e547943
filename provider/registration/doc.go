// Package registration owns the registrations that clients make and manage themselves (RFC 7591 and
// 7592, OpenID Connect Dynamic Client Registration 1.0): who may register, what a client may register
// for, the initial access tokens that let it, the software statements that an issuer whom the operator
// trusts has signed, the token that manages a registration, the metadata documents that take the place of one
// (draft-ietf-oauth-client-id-metadata-document), and when a client that nobody uses leaves.
//
// The clients themselves, and all rules of a registration, are those of package client. What a client
// cannot have by its own registration is whatever is not in the registry of RFC 7591: see Own.
package registration
