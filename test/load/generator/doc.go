// Package generator owns a closed-loop HTTP/1.1 load generator that costs little: it
// shares the machine with what it measures, so every microsecond of its own is taken from
// the server. Requests are built once and sent as they are, answers are read into buffers
// that are used again, and each connection waits for its answer before it asks again.
//
// It does not speak TLS, does not follow redirects and does not know what an answer means:
// the [Workload] judges that. Beyond loopback it measures the network.
package generator
