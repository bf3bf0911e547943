package metrics

import "github.com/prometheus/client_golang/prometheus"

// observe stores a trace as the exemplar of its bucket. The library panics for a label that is too
// long or not UTF-8, so anything that is not a trace id is dropped.
func observe(in prometheus.Observer, seconds float64, traceID string) {
	if with, ok := in.(prometheus.ExemplarObserver); ok && isTraceID(traceID) {
		with.ObserveWithExemplar(seconds, prometheus.Labels{"trace_id": traceID})
		return
	}
	in.Observe(seconds)
}

// isTraceID: 32 hexadecimal digits (W3C Trace Context section 3.2.2.3).
func isTraceID(text string) bool {
	if len(text) != 32 {
		return false
	}
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
