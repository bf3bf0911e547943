// Package client owns OAuth clients (RFC 6749 section 2, metadata names of RFC 7591
// section 2): what an application is registered for, the secrets it proves itself
// with, and the rules that a registration must keep.
//
// The Registry changes clients; the Directory finds them fast on the path of every
// request. Neither authenticates a request, which takes HTTP and is done in package
// oauth, and neither knows what was issued to a client.
package client
