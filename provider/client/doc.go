// Package client owns OAuth clients (RFC 6749 section 2, metadata names of RFC 7591 section 2): what
// an application is registered for, the secrets that it authenticates with, and the rules of a
// registration.
//
// The Registry changes clients; the Directory finds them fast for every request. Neither
// authenticates a request, which package oauth does, and neither knows what was issued to a client.
package client
