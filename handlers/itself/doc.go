// Package itself owns the requests that this server sends to itself, on behalf of a person whose request it is serving:
// they go through the whole of its public handler, with its limits, its log and its metrics, and over no network.
//
// Whoever asks chooses the request; the package knows no endpoint.
package itself
