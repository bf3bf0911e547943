package metrics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Bounds of what requests can make. A route with a method has a series for each bucket, an
// answer has one.
const (
	mostRoutes  = 90
	mostAnswers = 450
)

// HTTP counts requests. It is safe for concurrent use.
type HTTP struct {
	inFlight  prometheus.Gauge
	durations *children[asked, prometheus.Observer]
	answers   *children[answered, answer]
}

// asked is what a request was for.
type asked struct{ route, method string }

type answered struct {
	asked

	status int
}

// answer is all that one request touches.
type answer struct {
	total prometheus.Counter
	took  prometheus.Observer
}

func newHTTP(r *registration) *HTTP {
	total := r.counters("http_requests_total", "Requests that were answered.", "route", "method", "status")
	took := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: namespace, Name: "http_request_duration_seconds",
		Help:                            "How long requests took, from their header to the end of the answer.",
		Buckets:                         []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
		NativeHistogramBucketFactor:     1.1,
		NativeHistogramMaxBucketNumber:  100,
		NativeHistogramMinResetDuration: time.Hour,
	}, []string{"route", "method"})
	inFlight := prometheus.NewGauge(prometheus.GaugeOpts{
		Namespace: namespace, Name: "http_requests_in_flight", Help: "Requests being answered.",
	})
	r.add(took, inFlight)

	rest := asked{other, other}
	h := &HTTP{inFlight: inFlight}
	h.durations = newChildren(mostRoutes, rest, func(a asked) prometheus.Observer {
		return took.WithLabelValues(a.route, a.method)
	})
	h.answers = newChildren(mostAnswers, answered{asked: rest}, func(a answered) answer {
		return answer{
			total: total.WithLabelValues(a.route, a.method, statusLabel(a.status)),
			took:  h.durations.of(a.asked),
		}
	})
	return h
}

// Began says that a request arrived.
func (h *HTTP) Began() { h.inFlight.Inc() }

// Ended says that it is over. Observe does not, since it can be told of a request that
// never was in flight.
func (h *HTTP) Ended() { h.inFlight.Dec() }

// Observe counts an answer. Route is a template of the route table or "unmatched". With a
// trace id the trace becomes the example of its bucket, which costs ten times as much: leave
// it empty for traces that nobody records.
func (h *HTTP) Observe(route, method string, status int, seconds float64, traceID string) {
	a := h.answers.of(answered{asked{route, methodLabel(method, status)}, status})
	a.total.Inc()
	observe(a.took, seconds, traceID)
}

// methodLabel keeps to the methods that a route can have. A method that the route does not
// have is "other" too: asking every route by every method would otherwise make most of
// all series.
func methodLabel(method string, status int) string {
	if status == http.StatusMethodNotAllowed {
		return other
	}
	for _, known := range [...]string{
		http.MethodPost, http.MethodGet, http.MethodHead, http.MethodOptions,
		http.MethodPut, http.MethodPatch, http.MethodDelete,
	} {
		if method == known {
			return known // and not the caller's word, which would keep its request in memory
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
