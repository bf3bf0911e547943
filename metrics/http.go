package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Bounds on the series that requests can make. A route with a method has a series for each bucket,
// a response has one.
const (
	mostRoutes    = 90
	mostResponses = 450
)

// HTTP counts requests. It is safe for concurrent use.
type HTTP struct {
	inFlight  prometheus.Gauge
	durations *children[asked, prometheus.Observer]
	responses *children[responded, response]
}

// asked is the route and method of a request.
type asked struct{ route, method string }

type responded struct {
	asked

	status int
}

// response holds all that one request updates.
type response struct {
	total prometheus.Counter
	took  prometheus.Observer
}

func newHTTP(r *registration) *HTTP {
	total := r.counters("http_requests_total", "Completed requests.", "route", "method", "status")
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: "http_request_duration_seconds",
		Help:                            "Duration of requests, from their header to the end of the response.",
		Buckets:                         []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}, []string{"route", "method"})
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "http_requests_in_flight", Help: "Requests in progress.",
	})
	r.add(took, inFlight)

	rest := asked{other, other}
	h := &HTTP{inFlight: inFlight}
	h.durations = newChildren(mostRoutes, rest, func(a asked) prometheus.Observer {
		return took.WithLabelValues(a.route, a.method)
	})
	h.responses = newChildren(mostResponses, responded{asked: rest}, func(a responded) response {
		return response{
			total: total.WithLabelValues(a.route, a.method, statusLabel(a.status)),
			took:  h.durations.of(a.asked),
		}
	})
	return h
}

// Began counts a request that arrived.
func (h *HTTP) Began() { h.inFlight.Inc() }

// Ended counts its end. Observe does not, since it can be called for a request that was never
// counted as in flight.
func (h *HTTP) Ended() { h.inFlight.Dec() }

// Observe counts a response. Route is a template of the route table or "unmatched". With a trace
// id the trace becomes the exemplar of its bucket, which costs ten times as much: leave it empty
// for traces that are not recorded.
func (h *HTTP) Observe(route, method string, status int, seconds float64, traceID string) {
	a := h.responses.of(responded{asked{route, methodLabel(method, status)}, status})
	a.total.Inc()
	observe(a.took, seconds, traceID)
}

// methodLabel is limited to the methods that a route can have. A method that the route does not
// have is "other" too: requests with every method for every route would otherwise make most of all
// series.
func methodLabel(method string, status int) string {
	if status == http.StatusMethodNotAllowed {
		return other
	}
	for _, known := range [...]string{
		http.MethodPost, http.MethodGet, http.MethodHead, http.MethodOptions,
		http.MethodPut, http.MethodPatch, http.MethodDelete,
	} {
		if method == known {
			return known // not the caller's string, which would keep its request in memory
		}
	}
	return other
}

func statusLabel(status int) string {
	if status < 100 || status > 599 {
		return other
	}
	return strconv.Itoa(status)
}
