// Package outbound owns every fetch that Gatehouse makes to an address that somebody else
// chose: a client's jwks_uri or logo. There is one way out, and it is narrow.
//
//   - https only, GET only, no redirects, no proxies, no cookies, no credentials.
//   - The address is judged after the name was resolved and at the moment of connecting, so
//     that a name which resolves differently the second time (DNS rebinding) gains nothing.
//     Loopback, private, link-local, shared, multicast and all other special networks are
//     refused, in every spelling, unless the operator named the host.
//   - A deadline for the whole exchange and a bound on the body.
//
// Beside provider/oauth and provider/resource it is the third package of the domain that may
// speak HTTP: as a client, and for nobody but the domain.
//
// It does not cache, retry or parse: who fetches knows what an answer is worth.
package outbound
