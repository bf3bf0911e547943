package metrics

import "github.com/prometheus/client_golang/prometheus"

// calls counts and times calls to a server that this one depends on. There are several in each
// request, and no label to find the slow one by: classic buckets are enough.
type calls struct {
	ok, failed prometheus.Counter
	took       prometheus.Histogram
}

// newCalls makes NAMEs_total and NAME_duration_seconds.
func newCalls(r *registration, name, help string) calls {
	total := r.counters(name+"s_total", help+", by outcome.", "outcome")
	took := prometheus.NewHistogram(prometheus.HistogramOpts{
		Namespace: namespace, Name: name + "_duration_seconds", Help: help + ", duration.",
		Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .5, 2.5},
	})
	r.add(took)
	return calls{ok: total.WithLabelValues("success"), failed: total.WithLabelValues("failed"), took: took}
}

func (c calls) observe(seconds float64, failed bool) {
	if failed {
		c.failed.Inc()
	} else {
		c.ok.Inc()
	}
	c.took.Observe(seconds)
}
