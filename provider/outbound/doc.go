// Package outbound owns every request that Gatehouse sends to a URL that somebody chose: the
// jwks_uri, logo or metadata document of a client, the endpoint of a webhook, the operator's list of breached passwords. All of them go through one restricted client.
//
//   - https only, no redirects, no proxies, no cookies, no credentials. Webhooks are
//     posted, by http too to the hosts that the operator named; all else is GET.
//   - The address is checked after the name was resolved and just before connecting, so a name
//     that resolves differently the second time (DNS rebinding) gains nothing. Loopback,
//     private, link-local, shared, multicast and all other special networks are
//     refused, in every spelling, unless the operator named the host. What the operator named for the
//     clients of his own holds for no client that registered itself.
//   - A deadline for the whole exchange and a bound on the body.
//
// A development server also sends requests to itself, which it shows to developers: Origin reaches that one
// origin alone, with credentials of the demo clients, and gives back responses of every status.
//
// Beside provider/oauth and provider/resource it is the third package of the domain that may use
// HTTP: as a client, and only for the domain.
//
// It does not cache, retry or parse: that is up to the caller.
package outbound
