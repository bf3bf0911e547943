// Package generator is a closed-loop HTTP/1.1 load generator with little overhead: it shares
// the machine with the server it measures, so its own processor time is taken from the server.
// Requests are sent as prepared bytes, responses are read into reused buffers, and each
// connection waits for a response before it sends the next request.
//
// It does not support TLS or follow redirects, and leaves the check of responses to the
// [Workload]. It is meant for loopback: elsewhere it would measure the network.
package generator
